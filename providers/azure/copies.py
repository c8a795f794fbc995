"""Where copies and flows of data go, for services that say so in their own ways. Each argument is a tuple, empty if absent."""

from __future__ import annotations

import re
from typing import Any

from providers.azure.reading import pair_of, redundancy_copies
from scanner.sdk import Clue, Reason, Ref, Unresolvable

Values = tuple[Any, ...]


def _home(ref: Ref, location: Values) -> str:
    return str(location[0]) if location else ref.region


def geo_backup(ref: Ref, redundant: Values, location: Values) -> tuple[str, ...]:
    """Database servers: geo-redundant backups lie in the pair too. Absent is Disabled: what the REST references document as default."""
    word = str(redundant[0]).lower() if redundant else "disabled"
    return redundancy_copies(ref, ({"enabled": "geo", "disabled": "local"}.get(word, word),), location)


def backup_vault_copies(ref: Ref, kinds: Values, replicated: Values, location: Values) -> tuple[str, ...]:
    """A backup vault: the regions that it names, else the pair if any of its stores is geo-redundant."""
    if replicated:
        return tuple(str(region) for region in replicated)
    if not kinds:
        raise Unresolvable(Reason.UNPARSABLE, "the vault does not say how its storage is redundant")
    places = {place for kind in kinds for place in redundancy_copies(ref, (kind,), location)}
    return tuple(sorted(places))


def hub_copies(ref: Ref, resident: Values, locations: Values, location: Values) -> tuple[str, ...]:
    """An IoT hub replicates to its pair unless data residency is on (Microsoft Learn, IoT Hub high availability and disaster recovery)."""
    if any(value is True for value in resident):
        return ()
    return tuple(str(place) for place in locations) or (pair_of(_home(ref, location)),)


def bot_copies(_ref: Ref, location: Values) -> tuple[str, ...]:
    """A regional bot keeps its data in the region (Microsoft Learn, Regionalization in Azure AI Bot Service)."""
    if not location or str(location[0]).lower() == "global":
        raise Unresolvable(Reason.UNRESOLVED, "a global bot is served, and what it is told kept, wherever the service decides")
    return ()


def global_tier(_ref: Ref, tier: Values) -> tuple[str, ...]:
    """Anycast from all regions for the tier Global; absent is Regional: what the REST reference documents as default."""
    word = str(tier[0]).lower() if tier else "regional"
    if word == "global":
        raise Unresolvable(Reason.UNRESOLVED, "the tier Global takes traffic in wherever it enters Microsoft's network")
    if word != "regional":
        raise Unresolvable(Reason.UNPARSABLE, f"{tier[0]!r} is no known tier")
    return ()


def edge_copies(_ref: Ref, _location: Values) -> tuple[str, ...]:
    """Front Door ends TLS and keeps answers at its edges, all over the world."""
    raise Unresolvable(Reason.UNRESOLVED, "requests end, and answers are kept, at edges all over the world")


def profile_edges(ref: Ref, location: Values, _sku: Values) -> tuple[str, ...]:
    """As `edge_copies`; which product it is changes nothing."""
    return edge_copies(ref, location)


def endpoint_regions(_ref: Ref, names: Values, locations: Values) -> tuple[str, ...]:
    """Where a traffic manager sends its clients. Every endpoint has to say where it is."""
    if len(locations) < len(names):
        raise Unresolvable(Reason.UNRESOLVED, f"{len(names) - len(locations)} of {len(names)} endpoints do not say where they are")
    return ()


def analytics_region(_ref: Ref, enabled: Values, region: Values) -> tuple[str, ...]:
    """Traffic analytics copies flow logs to a workspace; while it is off the region is `-`."""
    if not any(value is True for value in enabled):
        return ()
    if not region or str(region[0]) in ("", "-"):
        raise Unresolvable(Reason.UNPARSABLE, "traffic analytics is on, and its workspace names no region")
    return (str(region[0]),)


def environment_logs(_ref: Ref, destination: Values, customer: Values) -> tuple[str, ...]:
    """Logs of container apps: to a workspace by its number, or by diagnostic settings; nowhere unless chosen (Microsoft Learn, Log storage in Container Apps)."""
    word = str(destination[0]).lower() if destination else ""
    if word == "log-analytics":
        raise Unresolvable(Reason.UNSUPPORTED, f"logs go to the workspace with the number {customer[0] if customer else '(not shown)'}; whose that is, and where, is not read")
    if word in ("", "none", "azure-monitor"):
        return ()
    raise Unresolvable(Reason.UNPARSABLE, f"{destination[0]!r} is no known destination")


# -- what a value names --------------------------------------------------------------------------------------
def cluster_of_database(ref: Ref, id: str) -> Clue | None:
    """A linked Redis database stands where its cluster does; the resource itself is among the linked ones."""
    cluster = re.sub(r"/databases/[^/]+$", "", id, flags=re.IGNORECASE)
    return None if cluster.lower() == ref.id.lower() else Clue(kind="Microsoft.Cache/redisEnterprise", name=cluster)


def balancer_of_frontend(_ref: Ref, id: str) -> Clue | None:
    """A global load balancer's backends are frontends of regional ones."""
    return Clue(kind="Microsoft.Network/loadBalancers", name=re.sub(r"/frontendIPConfigurations/[^/]+$", "", id, flags=re.IGNORECASE))


def partner_namespace(_ref: Ref, value: str) -> Clue | None:
    """The partner of a geo-disaster-recovery alias, by id or by name; empty while there is none."""
    return Clue(kind="Microsoft.ServiceBus/namespaces", name=value) if value else None


def routed(_ref: Ref, name: str) -> Clue | None:
    """A custom endpoint of an IoT hub: named, but where its service stands is not in the hub."""
    return Clue(why=f"messages are routed to the endpoint {name}, whose place the hub does not say")


def account(_ref: Ref, value: str) -> Clue | None:
    """A storage account, by id or by name."""
    return Clue(kind="Microsoft.Storage/storageAccounts", name=value) if value else None


def account_in_connection(_ref: Ref, connection: str) -> Clue | None:
    """The storage account in a connection string, whose key was cut away when it was read."""
    found = re.search(r"AccountName=([a-z0-9]{3,24})", connection, flags=re.IGNORECASE)
    if found:
        return Clue(kind="Microsoft.Storage/storageAccounts", name=found[1])
    return Clue(why="the connection string names no storage account") if connection else None
