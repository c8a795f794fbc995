"""The estate: bodies by id, by collection and by type; names compared without case, as Azure does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from scanner.data.regions import azure_name
from scanner.demo.arm.platform import missing_children
from scanner.demo.arm.reply import Body, encode

#: Nested types that Resource Manager tracks as resources of their own, so that they come with the generic list.
TRACKED_NESTED = frozenset(
    name.lower()
    for name in (
        "Microsoft.Sql/servers/databases", "Microsoft.Sql/servers/elasticPools", "Microsoft.Sql/servers/jobAgents",
        "Microsoft.Sql/managedInstances/databases", "Microsoft.Compute/virtualMachines/extensions", "Microsoft.Compute/galleries/images",
        "Microsoft.Compute/galleries/images/versions", "Microsoft.Web/sites/slots", "Microsoft.Cdn/profiles/endpoints",
        "Microsoft.Cdn/profiles/afdEndpoints", "Microsoft.NetApp/netAppAccounts/capacityPools", "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
        "Microsoft.Synapse/workspaces/sqlPools", "Microsoft.ContainerRegistry/registries/replications", "Microsoft.ContainerRegistry/registries/webhooks",
        "Microsoft.App/managedEnvironments/certificates", "Microsoft.Network/networkWatchers/flowLogs",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Microsoft.Automation/automationAccounts/runbooks",
        "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "Microsoft.Kusto/clusters/databases",
    )
)  # fmt: skip

LIST_FIELDS = ("id", "name", "type", "location", "tags", "kind", "sku", "managedBy", "identity", "plan", "zones", "extendedLocation")
"""What the generic list shows of a resource; never its properties."""


def public(body: Mapping[str, Any]) -> Body:
    """Without the private keys that steer the replay (`_list`, `_arg`, `_createdTime`, `_changedTime`; `_in`: the collection
    that shows it, where that is not the one of its id, as for what a vault protects)."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


def group_of(resource: Mapping[str, Any]) -> str:
    """Name of the resource group in an id, as it is spelt there."""
    match = re.search(r"/resourcegroups/([^/]+)", resource["id"], re.IGNORECASE)
    return match[1] if match else ""


class Estate:
    """`{"tenants", "subscriptions", "resourceGroups", "resources", "keyVaultData", "apiVersions"}` made ready for serving."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        tenants = document.get("tenants") or [{"tenantId": "00000000-0000-0000-0000-000000000001"}]
        self.tenants: list[Body] = list(tenants)
        self.tenant: str = tenants[0]["tenantId"]
        self.subscriptions: dict[str, Body] = {s["subscriptionId"].lower(): s for s in document.get("subscriptions", [])}
        self.groups: dict[str, dict[str, Body]] = defaultdict(dict)
        for group in document.get("resourceGroups", []):
            self.groups[group["id"].strip("/").split("/")[1].lower()][group["name"].lower()] = group
        self.by_id: dict[str, Body] = {}
        self.by_collection: dict[str, list[Body]] = defaultdict(list)
        self.by_type: dict[tuple[str, str], list[Body]] = defaultdict(list)
        self.tracked: dict[str, list[Body]] = defaultdict(list)
        self._bytes: dict[str, bytes] = {}
        given = list(document.get("resources", []))
        for resource in [*given, *missing_children(given)]:
            self._add(resource)

    def _add(self, resource: Body) -> None:
        id = resource["id"].rstrip("/").lower()
        kind = resource["type"].lower()
        match = re.match(r"/subscriptions/([^/]+)", id)
        subscription = match[1] if match else ""
        self.by_id[id] = resource
        self.by_collection[str(resource.get("_in") or id.rsplit("/", 1)[0]).lower()].append(resource)
        self.by_type[subscription, kind].append(resource)
        tracked = bool(resource.get("location")) and (kind.count("/") == 1 or kind in TRACKED_NESTED) and id.count("/providers/") == 1
        if resource.get("_list", tracked):
            self.tracked[subscription].append(resource)
            self.groups[subscription].setdefault(group_of(resource).lower(), _group(subscription, group_of(resource)))

    @cached_property
    def vaults(self) -> Mapping[str, Any]:
        """Data of Key Vaults by the vault's name."""
        return {name.lower(): data for name, data in (self.document.get("keyVaultData") or {}).items()}

    def encoded(self, resource: Body) -> bytes:
        """The public body as JSON."""
        id = resource["id"].lower()
        if id not in self._bytes:
            self._bytes[id] = encode(public(resource))
        return self._bytes[id]


def slim(resource: Body, expand: frozenset[str] = frozenset()) -> Body:
    """A resource as the generic list shows it: no properties, the location normalised."""
    shown = {key: resource[key] for key in LIST_FIELDS if resource.get(key) is not None}
    if shown.get("location"):
        shown["location"] = azure_name(shown["location"])
    system = resource.get("systemData") or {}
    if "createdtime" in expand:
        shown["createdTime"] = resource.get("_createdTime") or system.get("createdAt") or "2024-01-01T00:00:00.0000000Z"
    if "changedtime" in expand:
        shown["changedTime"] = resource.get("_changedTime") or system.get("lastModifiedAt") or "2024-01-01T00:10:00.0000000Z"
    if "provisioningstate" in expand:
        shown["provisioningState"] = (resource.get("properties") or {}).get("provisioningState") or "Succeeded"
    return shown


def _group(subscription: str, name: str) -> Body:
    """A group that the estate uses without stating it."""
    id = f"/subscriptions/{subscription}/resourceGroups/{name}"
    return {"id": id, "name": name, "type": "Microsoft.Resources/resourceGroups", "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
