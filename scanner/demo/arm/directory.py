"""The replay's Microsoft Graph: the lists of a directory that a scanner reads, page by page, with the permissions that were granted.

    "directory": {"organization": [...], "users": [...], "registration": [...], "securityDefaults": {"isEnabled": true},
                  "policies": [...], "groups": {"<id>": ["<id of a member>", ...]}, "applications": [...], "servicePrincipals": [...],
                  "permissions": [...] (all if left out), "premium": true}

An estate without a directory has an empty one. `$select` and `$top` are honoured; there is no `$filter`.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from scanner.demo.arm.reply import Body, Reply, error

#: Path -> (key in the estate, application permission, items of a page at most).
LISTS = {
    "/organization": ("organization", "Organization.Read.All", 100),
    "/users": ("users", "User.Read.All", 999),
    "/applications": ("applications", "Application.Read.All", 999),
    "/serviceprincipals": ("servicePrincipals", "Application.Read.All", 999),
    "/identity/conditionalaccess/policies": ("policies", "Policy.Read.All", 999),
    "/reports/authenticationmethods/userregistrationdetails": ("registration", "AuditLog.Read.All", 1000),
}
DEFAULTS = "/policies/identitysecuritydefaultsenforcementpolicy"


def directory_answer(given: Mapping[str, Any], path: str, query: Mapping[str, str], host: str) -> Body:
    """The answer to a GET. Raises Reply."""
    low = path.lower().rstrip("/").removeprefix("/v1.0")
    if low == DEFAULTS:
        _allowed(given, "Policy.Read.All")
        return {
            "@odata.context": f"https://{host}/v1.0/$metadata#policies",
            "id": "00000000-0000-0000-0000-000000000005",
            **(given.get("securityDefaults") or {"isEnabled": False}),
        }
    if group := re.fullmatch(r"/groups/([^/]+)/transitivemembers", low):
        _allowed(given, "GroupMember.Read.All")
        members = (given.get("groups") or {}).get(group[1])
        if members is None:
            raise _missing(group[1])
        return _page([{"@odata.type": "#microsoft.graph.user", "id": id} for id in members], path, query, host, 999)
    if low not in LISTS:
        raise error(400, "BadRequest", f"Resource not found for the segment '{path.rsplit('/', 1)[-1]}'.")
    key, permission, size = LISTS[low]
    _allowed(given, permission)
    if key == "registration" and not given.get("premium", True):
        raise error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license")
    return _page(list(given.get(key) or []), path, query, host, size)


def _page(items: list[Body], path: str, query: Mapping[str, str], host: str, most: int) -> Body:
    top = query.get("$top", "")
    if top and not (top.isdigit() and 1 <= int(top) <= most):
        raise error(400, "Request_UnsupportedQuery", f"Invalid page size specified: '{top}'. Must be between 1 and {most} inclusive.")
    size = int(top) if top else min(100, most)
    start = int(query.get("$skiptoken") or 0)
    chosen = [name for name in query.get("$select", "").split(",") if name]
    shown = [{key: value for key, value in item.items() if not chosen or key in chosen} for item in items[start : start + size]]
    body: Body = {"@odata.context": f"https://{host}/v1.0/$metadata", "value": shown}
    if start + size < len(items):
        body["@odata.nextLink"] = f"https://{host}{path}?{urllib.parse.urlencode({**query, '$skiptoken': str(start + size)})}"
    return body


def _allowed(given: Mapping[str, Any], permission: str) -> None:
    if permission not in given.get("permissions", (permission,)):
        raise error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _missing(id: str) -> Reply:
    return error(404, "Request_ResourceNotFound", f"Resource '{id}' does not exist or one of its queried reference-property objects are not present.")
