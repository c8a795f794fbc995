"""What a GET of Resource Manager shows: tenants, subscriptions, groups, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from scanner.data.regions import azure_name
from scanner.data.tables import rows
from scanner.demo.arm.estate import Estate, group_of, public, slim
from scanner.demo.arm.pages import Pages
from scanner.demo.arm.query import FilterError, compile_filter
from scanner.demo.arm.reply import Body, Reply, encode, error
from scanner.demo.arm.request import Request, denied
from scanner.demo.arm.versions import Versions


class Reads:
    """Reads of an estate; `hidden` says of an id whether it is kept from the principal."""

    def __init__(self, estate: Estate, versions: Versions, pages: Pages, hidden: Callable[[str], bool]) -> None:
        self.estate, self.versions, self.pages, self.hidden = estate, versions, pages, hidden

    # -- tenants, subscriptions, groups, the generic list ----------------------------------------------------
    def scopes(self, request: Request) -> bytes | None:
        """The answer about tenants, subscriptions and groups; None where something else is asked."""
        low, subscription = request.low, request.subscription
        if low == "/tenants":
            return encode({"value": [{"id": f"/tenants/{tenant['tenantId']}", **tenant} for tenant in self.estate.tenants]})
        if low == "/subscriptions":
            seen = [encode(public(s)) for id, s in self.estate.subscriptions.items() if not self.hidden(f"/subscriptions/{id}")]
            return self.pages.page(seen, request)
        if low == "/providers":
            return self.pages.page([encode(provider) for provider in self._providers(None)], request)
        if low == "/providers/microsoft.management/managementgroups":
            return encode({"value": [public(group) for group in self.estate.document.get("managementGroups", [])], "@nextLink": None})
        if group := re.fullmatch(r"/providers/microsoft\.management/managementgroups/([^/]+)/descendants", low):
            return self._descendants(request, group[1])
        if subscription is None:
            return None
        found = self.estate.subscriptions.get(subscription)
        if found is None and not re.fullmatch(r"[0-9a-f-]{36}", subscription):
            raise error(400, "InvalidSubscriptionId", f"The provided subscription identifier '{subscription}' is malformed or invalid.")
        if found is None:
            raise error(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
        if self.hidden(f"/subscriptions/{subscription}"):
            raise denied(request)
        return self._below(request, subscription, found, low.removeprefix(f"/subscriptions/{subscription}"))

    def _below(self, request: Request, subscription: str, found: Body, rest: str) -> bytes | None:
        groups = self.estate.groups.get(subscription, {})
        if rest == "":
            return encode(public(found))
        if rest == "/locations":
            return encode({"value": _locations(subscription)})
        if rest == "/resourcegroups":
            return self.pages.page([encode(public(group)) for group in groups.values() if not self.hidden(group["id"])], request)
        if match := re.fullmatch(r"/resourcegroups/([^/]+)", rest):
            return encode(public(self._group(groups, match[1])))
        if match := re.fullmatch(r"(?:/resourcegroups/([^/]+))?/resources", rest):
            return self._generic_list(request, subscription, self._group(groups, match[1])["name"] if match[1] else None)
        if rest == "/providers":
            return encode({"value": self._providers(subscription)})
        return None

    def _group(self, groups: Mapping[str, Body], name: str) -> Body:
        if name not in groups:
            raise error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
        return groups[name]

    def _generic_list(self, request: Request, subscription: str, group: str | None) -> bytes:
        items = [r for r in self.estate.tracked.get(subscription, []) if not self.hidden(r["id"])]
        if group:
            items = [r for r in items if group_of(r).lower() == group.lower()]
        if request.query.get("$filter"):
            try:
                items = [r for r in items if compile_filter(request.query["$filter"])(r)]
            except FilterError as wrong:
                raise error(400, "InvalidFilterInQueryString", f"Invalid $filter '{request.query['$filter']}' specified in the query string.") from wrong
        expand = frozenset(word.strip().lower() for word in request.query.get("$expand", "").split(",") if word.strip())
        return self.pages.page([encode(slim(r, expand)) for r in items], request)

    def _descendants(self, request: Request, name: str) -> bytes:
        """Groups and subscriptions below a management group; `_parent` of a group and of a subscription says where each stands."""
        groups = {group["name"].lower(): group for group in self.estate.document.get("managementGroups", [])}
        if name not in groups:
            raise error(404, "NotFound", f"The management group '{name}' could not be found.")
        inside, found = {name}, list[Body]()
        while more := [group for key, group in groups.items() if key not in inside and str(group.get("_parent", "")).lower() in inside]:
            inside |= {group["name"].lower() for group in more}
        for key in sorted(inside - {name}):
            found.append(
                _descendant(groups[key]["id"], "Microsoft.Management/managementGroups", groups[key]["name"], groups[key]["properties"].get("displayName"), groups[key]["_parent"])
            )
        for id, subscription in self.estate.subscriptions.items():
            if str(subscription.get("_parent", "")).lower() in inside and not self.hidden(f"/subscriptions/{id}"):
                found.append(
                    _descendant(f"/subscriptions/{id}", "Microsoft.Management/managementGroups/subscriptions", id, subscription.get("displayName"), subscription["_parent"])
                )
        return self.pages.page([encode(one) for one in found], request)

    def _providers(self, subscription: str | None) -> list[Body]:
        found: dict[str, list[Body]] = {}
        for kind, versions in sorted(self.versions.known.items()):
            namespace, _, rest = kind.partition("/")
            found.setdefault(namespace, []).append({"resourceType": rest, "apiVersions": list(versions)})
        return [
            {"id": f"{f'/subscriptions/{subscription}' if subscription else ''}/providers/{name}", "namespace": name, "resourceTypes": kinds, "registrationState": "Registered"}
            for name, kinds in found.items()
        ]  # fmt: skip

    # -- typed lists and GET by id ---------------------------------------------------------------------------
    def typed(self, request: Request, kind: tuple[str, str] | None) -> bytes:
        """Things of one type, or one thing. Raises the 404 that Resource Manager would give."""
        if kind is None:
            raise error(404, "InvalidResource", "The requested resource was not found in this replay.")
        if kind[1] == "get":
            found = self.estate.by_id.get(request.low)
            if found is None:
                raise self._not_found(request, kind[0])
            if self.hidden(found["id"]):
                raise denied(request)
            return self.estate.encoded(found)
        return self.pages.page([self.estate.encoded(r) for r in self._collection(request, kind[0]) if not self.hidden(r["id"])], request)

    def _collection(self, request: Request, kind: str) -> list[Body]:
        scope, _, below = request.low.rpartition("/providers/")
        if re.fullmatch(r"/subscriptions/[^/]+", scope) and below.count("/") == 1 and below != "microsoft.insights/diagnosticsettings":  # those of the subscription itself
            return self.estate.by_type.get((request.subscription or "", kind.lower()), [])
        parent = request.low.rsplit("/", 1)[0] if below.count("/") > 1 else scope if "/providers/" in scope else ""
        if parent and parent not in self.estate.by_id and not re.search(r"/locations/[^/]+$", parent):  # a location is no resource, and always there
            raise self._no_parent(request, kind)
        return self.estate.by_collection.get(request.low, [])

    def _not_found(self, request: Request, kind: str) -> Reply:
        group = re.search(r"/resourcegroups/([^/]+)", request.path, re.IGNORECASE)
        if group and group[1].lower() not in self.estate.groups.get(request.subscription or "", {}):
            return error(404, "ResourceGroupNotFound", f"Resource group '{group[1]}' could not be found.")
        parts = re.split(r"/providers/", request.path, flags=re.IGNORECASE)[-1].split("/")
        top = request.low.split("/providers/")[0] + "/providers/" + "/".join(parts[:3]).lower()
        if len(parts) > 3 and top not in self.estate.by_id:
            return self._no_parent(request, kind)
        message = f"The Resource '{'/'.join(parts)}' under resource group '{group[1] if group else '<null>'}' was not found."
        return error(404, "ResourceNotFound", f"{message} For more details please go to https://aka.ms/ARMResourceNotFoundFix", {"x-ms-failure-cause": "gateway"})

    def _no_parent(self, request: Request, kind: str) -> Reply:
        parent = "/".join(request.path.split("/")[:9])
        message = f"Failed to perform 'read' on resource(s) of type '{kind.split('/', 1)[1]}', because the parent resource '{parent}' could not be found."
        return error(404, "ParentResourceNotFound", message)


def _descendant(id: str, kind: str, name: str, shown: str | None, parent: str) -> Body:
    return {"id": id, "type": kind, "name": name, "properties": {"displayName": shown, "parent": {"id": f"/providers/Microsoft.Management/managementGroups/{parent}"}}}


def _locations(subscription: str) -> list[Body]:
    return [
        {
            "id": f"/subscriptions/{subscription}/locations/{name}", "name": name, "displayName": row["display"], "regionalDisplayName": row["display"],
            "metadata": {"regionType": "Physical" if row["kind"].startswith("physical") else "Logical", "pairedRegion": [{"name": azure_name(row["pair"])}] if row["pair"] else []},
        }
        for name, row in rows("azure_regions").items()
    ]  # fmt: skip
