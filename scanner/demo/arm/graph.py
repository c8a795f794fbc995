"""The replay's Azure Resource Graph: tables from the estate, pages by `$skipToken`, a quota of queries."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from scanner.data.regions import azure_name
from scanner.demo.arm.estate import Estate, group_of
from scanner.demo.arm.expressions import KqlError, Row
from scanner.demo.arm.kql import run_kql
from scanner.demo.arm.reply import Body, Reply, encode, error
from scanner.demo.arm.versions import table as versions

#: Tables beside `resources` and `resourcecontainers`, and the types that they hold.
_PREFIXES = {
    "recoveryservicesresources": ("microsoft.recoveryservices/vaults/", "microsoft.dataprotection/backupvaults/"),
    "securityresources": ("microsoft.security/",),
    "policyresources": ("microsoft.authorization/policy",),
    "appserviceresources": ("microsoft.web/sites/config",),
    "advisorresources": ("microsoft.advisor/",),
    "authorizationresources": ("microsoft.authorization/role",),
}
_FAILED = "Please provide below info when asking for support: timestamp = 2026-11-01T00:00:00Z."
_QUERY_INVALID = "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying."


class Graph:
    """Answers POST /providers/Microsoft.ResourceGraph/resources.

    It has each body by an api-version of its own choice: the newest stable one of the table, unless the estate says otherwise
    (`"graph": {"Microsoft.Cache/redis": {"apiVersion": "2017-02-01", "drops": ["properties.minimumTlsVersion"]}}`; `"absent": true`: not at all).
    """

    def __init__(self, estate: Estate, visible: Callable[[Body], bool], *, quota: int = 0, window: float = 5.0, page: int = 1000) -> None:
        self.estate, self.visible = estate, visible
        self.quota, self.window, self.page = quota, window, min(page, 1000)
        self._windows: dict[str, tuple[float, int]] = {}
        self._own: dict[str, Body] = {kind.lower(): said for kind, said in (estate.document.get("graph") or {}).items()}

    def answer(self, request: Body, who: str) -> tuple[Body, dict[str, str]]:
        """(body, headers). Raises Reply."""
        headers = self._spend(who)
        wanted = [s.lower() for s in request.get("subscriptions") or []]
        subscriptions = [s for s in self.estate.subscriptions if (not wanted or s in wanted) and self.visible({"id": f"/subscriptions/{s}"})]
        if wanted and not subscriptions:
            raise error(403, "Forbidden", "AccessDenied: the client does not have access to the subscriptions in the request scope.")
        query = str(request.get("query") or "")
        try:
            rows, limited = run_kql(query, lambda table: self._rows(table, subscriptions))
        except KqlError as wrong:
            raise _bad(wrong.code, str(wrong)) from wrong
        return self._page(rows, limited, query, request.get("options") or {}), headers

    def _page(self, rows: list[Row], limited: bool, query: str, options: Body) -> Body:
        top = min(int(options.get("$top") or self.page), self.page)
        if top < 1:
            raise _bad("InvalidTop", "The $top value must be between 1 and 1000.")
        skip = _offset(options["$skipToken"], query) if options.get("$skipToken") else int(options.get("$skip") or 0)
        chunk, more = rows[skip : skip + top], skip + top < len(rows)
        # A token is offered only when some column is scalar: the service loses the rest otherwise, and says so by resultTruncated alone.
        scalar = bool(chunk) and any(value is not None and not isinstance(value, (dict, list)) for value in chunk[0].values())
        body: Body = {
            "totalRecords": len(rows), "count": len(chunk), "data": chunk, "facets": [],
            "resultTruncated": "true" if more and (limited or not scalar) else "false",
        }  # fmt: skip
        if options.get("resultFormat") == "table":
            names = list(chunk[0]) if chunk else []
            body["data"] = {"columns": [{"name": name, "type": "string"} for name in names], "rows": [[row[name] for name in names] for row in chunk]}
        if more and not limited and scalar:
            body["$skipToken"] = base64.b64encode(encode({"o": skip + top, "q": _digest(query)})).decode()
        return body

    def _spend(self, who: str) -> dict[str, str]:
        if not self.quota:
            return {"x-ms-user-quota-remaining": "14", "x-ms-user-quota-resets-after": "00:00:05"}
        now = time.monotonic()
        start, used = self._windows.get(who, (now, 0))
        if now - start >= self.window:
            start, used = now, 0
        left = max(1, int(self.window - (now - start) + 0.999))
        resets = f"00:00:{left:02d}"
        if used >= self.quota:
            headers = {"Retry-After": str(left), "x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": resets}
            raise error(429, "RateLimiting", _FAILED, headers, details=[{"code": "RateLimiting", "message": "Client application has been throttled."}])
        self._windows[who] = (start, used + 1)
        return {"x-ms-user-quota-remaining": str(self.quota - used - 1), "x-ms-user-quota-resets-after": resets}

    def _rows(self, table: str, subscriptions: list[str]) -> list[Row]:
        if table == "resources":
            tracked = (r for s in subscriptions for r in self.estate.tracked.get(s, []) if self.visible(r) and r.get("_arg", True))
            return [self._row(r, r["id"].split("/")[2].lower()) for r in tracked if not self._own.get(r["type"].lower(), {}).get("absent")]
        if table == "resourcecontainers":
            return [row for s in subscriptions for row in self._containers(s)]
        prefixes = _PREFIXES[table]
        return [self._row(r, s) for (s, kind), found in self.estate.by_type.items() if s in subscriptions and kind.startswith(prefixes) for r in found if self.visible(r)]

    def _row(self, resource: Body, subscription: str) -> Row:
        """`type`, `location` and `resourceGroup` are lower case there."""
        row: Row = {key: resource.get(key) for key in ("id", "name", "sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation")}
        own = self._own.get(resource["type"].lower(), {})
        for path in own.get("drops", ()):
            row = _without(row, path.split("."))
        return {
            **row, "apiVersion": own.get("apiVersion", next(iter(versions().get(resource["type"].lower(), ())), None)), "type": resource["type"].lower(), "tenantId": self.estate.tenant, "kind": resource.get("kind") or "", "managedBy": resource.get("managedBy") or "",
            "location": azure_name(resource.get("location") or ""), "resourceGroup": group_of(resource).lower(), "subscriptionId": subscription,
        }  # fmt: skip

    def _containers(self, subscription: str) -> list[Row]:
        found = self.estate.subscriptions[subscription]
        rows: list[Row] = [{
            "id": f"/subscriptions/{subscription}", "name": found["displayName"], "type": "microsoft.resources/subscriptions", "tenantId": self.estate.tenant,
            "location": "", "resourceGroup": "", "subscriptionId": subscription, "properties": {"state": found.get("state")}, "tags": found.get("tags"),
        }]  # fmt: skip
        for group in self.estate.groups.get(subscription, {}).values():
            if self.visible(group):
                rows.append({**self._row({**group, "type": "microsoft.resources/subscriptions/resourcegroups"}, subscription)})
        return rows


def _without(row: Row, path: list[str]) -> Row:
    """A copy that lacks one member."""
    key, *rest = path
    if not rest:
        return {name: value for name, value in row.items() if name != key}
    inner = row.get(key)
    return {**row, key: _without(inner, rest)} if isinstance(inner, dict) else row


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:12]


def _offset(token: str, query: str) -> int:
    try:
        read: Any = json.loads(base64.b64decode(token))
        if read["q"] == _digest(query):
            return int(read["o"])
    except (ValueError, KeyError, TypeError):
        pass
    raise _bad("InvalidSkipToken", "The provided $skipToken is invalid or belongs to another query.")


def _bad(code: str, message: str) -> Reply:
    return error(400, "BadRequest", _FAILED, None, details=[{"code": "InvalidQuery", "message": _QUERY_INVALID}, {"code": code, "message": message}])
