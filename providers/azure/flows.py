"""Ways on which data leaves: pairs that services choose by themselves, deployments that process elsewhere, linked services, and switches against it.
Each argument is a tuple, empty if absent."""

from __future__ import annotations

import re
from typing import Any

from providers.azure.certificates import when
from providers.azure.edges import of_host
from providers.azure.reading import pair_of, storage_copies
from scanner.sdk import OFF, ON, AtRest, Clue, Exposure, Holder, KeyCustody, NotApplicable, Outflow, Reason, Ref, State, Transit, Unresolvable, members, place_of, rows

Values = tuple[Any, ...]


def always_paired(ref: Ref, location: Values) -> tuple[str, ...]:
    """Services that copy to the pair by themselves. Raises Unresolvable where Azure documents no pair."""
    return (pair_of(str(location[0]) if location else ref.region),)


def root_storage_copies(ref: Ref, sku: Values, location: Values) -> tuple[str, ...]:
    """The storage account of a Databricks workspace; where nothing was chosen the service decides."""
    if not sku:
        raise Unresolvable(Reason.UNRESOLVED, "the workspace does not say how its storage is redundant (geo-redundant unless chosen otherwise)")
    return storage_copies(ref, sku, (), location)


def pool_copies(ref: Ref, state: Values) -> tuple[str, ...]:
    """Geo-backups of a dedicated SQL pool go to the pair of its region."""
    word = str(state[0]).lower() if state else ""
    if word == "disabled":
        return ()
    if word != "enabled":
        raise Unresolvable(Reason.UNPARSABLE, f"{state[0] if state else '(absent)'} is no known state of geo-backups")
    return (pair_of(ref.region),)


# -- AI ------------------------------------------------------------------------------------------------------
def deployment_places(ref: Ref, sku: Values) -> tuple[str, ...]:
    """Where a model deployment processes: its region, any region of a data zone, or any at all (Microsoft Learn, Deployment types)."""
    word = str(sku[0]).lower() if sku else ""
    if word.startswith("global"):
        raise Unresolvable(Reason.UNRESOLVED, f"{sku[0]}: prompts are processed in whatever region of the world the service decides")
    if word.startswith("datazone"):
        home = place_of("azure", ref.region).country
        if home is not None and home in members("EU"):
            return tuple(
                sorted(name for name, row in rows("azure_regions").items() if row["country"] in members("EU") and (row["kind"], row["cloud"]) == ("physical", "AzureCloud"))
            )
        if home == "US":
            return ("unitedstates",)
        raise Unresolvable(Reason.UNRESOLVED, f"{sku[0]}: prompts are processed in any region of the data zone of {ref.region or 'an unknown region'}")
    if word in ("standard", "provisionedmanaged", "developertier"):
        return ()
    raise Unresolvable(Reason.UNPARSABLE, f"{sku[0] if sku else '(absent)'} is no known type of deployment")


def outbound(_ref: Ref, restricted: Values, hosts: Values) -> Outflow:
    """Accounts of AI services reach any host unless outbound access is restricted (REST reference: false by default)."""
    if any(value is True for value in restricted):
        return Outflow(ON, f"outbound access to {len(hosts)} listed hosts only" if hosts else "no outbound access")
    return Outflow(OFF, "outbound access is not restricted")


# -- data movers ---------------------------------------------------------------------------------------------
def runtime_region(_ref: Ref, kind: Values, location: Values) -> tuple[str, ...]:
    """Where an integration runtime computes; auto-resolve follows the sink of each copy (Microsoft Learn, Integration runtime location)."""
    if kind and str(kind[0]).lower() == "selfhosted":
        raise Unresolvable(Reason.UNRESOLVED, "a self-hosted runtime runs on machines of one's own, whose place is not shown")
    if not location or str(location[0]).lower().replace(" ", "") == "autoresolve":
        raise Unresolvable(Reason.UNRESOLVED, "the region is resolved anew for each copy: near its sink, or in the region of the factory")
    return (str(location[0]),)


#: What stands before the end of a connection string: the host of a server or an account.
_IN_STRING = re.compile(r"(?:data source|server|host|accountendpoint|endpoint|accountname)\s*=\s*(?:tcp:|sb://)?([^;]+)", re.IGNORECASE)


def linked(ref: Ref, value: str) -> Clue | None:
    """The endpoint of a linked service: a URL, a host, a connection string whose secrets were cut away when it was read."""
    found = _IN_STRING.search(value)
    if found is None:
        return of_host(ref, value) if value else None
    if found[0].lower().startswith("accountname"):
        return Clue(kind="Microsoft.Storage/storageAccounts", name=found[1])
    return of_host(ref, found[1])


# -- switches against taking data out ------------------------------------------------------------------------
_NEW_DEFAULT = "2023-12-15T00:00:00Z"
"""Microsoft Learn, Prevent object replication across Entra tenants: before this day an absent property allows it, since then it does not."""


def account_outflow(_ref: Ref, scope: Values, across: Values, routing: Values, made: Values) -> Outflow:
    """Three ways out of a storage account: copies to any account, replication to other tenants, and the open internet as first hop."""
    if not across and not made:
        raise Unresolvable(Reason.UNPARSABLE, "neither whether it replicates to other tenants nor when the account was made is given")
    allowed = any(value is True for value in across) if across else when(made[0]) < when(_NEW_DEFAULT)
    return _ways(scope, allowed, routing)


def planned_outflow(_ref: Ref, scope: Values, across: Values, routing: Values) -> Outflow:
    """As `account_outflow`, for an account that a template makes today."""
    return _ways(scope, any(str(value).lower() == "true" for value in across), routing)


_SCOPES = {"aad": "copies to accounts of its own tenant only", "privatelink": "copies to accounts with a private link to its network only"}


def _ways(scope: Values, across: bool, routing: Values) -> Outflow:
    ways = [
        "copies to accounts of any tenant are allowed" if not any(scope) else "",
        "replication to other tenants is allowed" if across else "",
        "its endpoints are routed over the internet" if routing and str(routing[0]).lower() == "internetrouting" else "",
    ]
    open_ones = [way for way in ways if way]
    return Outflow(OFF, "; ".join(open_ones)) if open_ones else Outflow(ON, _SCOPES.get(str(scope[0]).lower(), f"copies to {scope[0]} only"))


def export_outflow(_ref: Ref, status: Values) -> Outflow:
    """Artifacts of a registry can be exported unless its policy says otherwise (REST reference: enabled by default)."""
    word = str(status[0]).lower() if status else "enabled"
    if word not in ("enabled", "disabled"):
        raise ValueError(f"{status[0]!r} is no known state")
    return Outflow(OFF if word == "enabled" else ON, f"the export policy is {word}")


def workspace_outflow(_ref: Ref, prevented: Values, tenants: Values) -> Outflow:
    """Exfiltration protection of a workspace, chosen when it is made; absent is false (Microsoft Learn, Data exfiltration protection for Synapse)."""
    if any(value is True for value in prevented):
        return Outflow(ON, f"links to resources of {len(tenants)} approved tenants only" if tenants else "links to resources of its own tenant only")
    return Outflow(OFF, "data exfiltration protection is off")


# -- reach and keys ------------------------------------------------------------------------------------------
def switched_network(_ref: Ref, public: Values) -> Exposure:
    """Public access as a boolean; absent is open (REST references)."""
    closed = bool(public) and public[0] is False
    return Exposure(not closed, "public network access is off" if closed else "all networks: public network access is not switched off")


def cluster_exposure(_ref: Ref, private: Values, ranges: Values) -> Exposure:
    """The API server of a Kubernetes cluster."""
    if any(value is True for value in private):
        return Exposure(False, "the API server has a private address")
    if any(str(one) == "0.0.0.0/0" for one in ranges):
        return Exposure(True, "the list of addresses holds every address")
    return Exposure(not ranges, f"{len(ranges)} address ranges are listed" if ranges else "no address range is listed")


def set_key(_ref: Ref, disk_set: Values) -> KeyCustody:
    """A disk encryption set holds the customer's key; without one the platform's protects the disks."""
    return KeyCustody(Holder.CUSTOMER, str(disk_set[0])) if disk_set and disk_set[0] else KeyCustody(Holder.PROVIDER)


def pools_encrypted(_ref: Ref, pools: Values, flags: Values) -> AtRest:
    """Encryption at host covers temporary disks and caches; off unless chosen for a node pool (REST reference). Every pool has to have it."""
    if not pools:
        raise NotApplicable("the cluster has no node pools of its own")
    covered = sum(flag is True for flag in flags)
    if covered == len(pools):
        return AtRest(ON, "AES256", "disks of its hosts too")
    return AtRest(OFF, None, f"disks are encrypted, but temporary disks and caches of {len(pools) - covered} of {len(pools)} node pools are not: encryption at host is off")


def protection_level(_ref: Ref, levels: Values) -> Transit:
    """How the nodes of a Service Fabric cluster talk to each other."""
    if not levels:
        raise Unresolvable(Reason.UNRESOLVED, "the cluster sets no ClusterProtectionLevel, and what then holds depends on how it is secured")
    word = str(levels[0]).lower()
    if word not in ("none", "sign", "encryptandsign"):
        raise ValueError(f"{levels[0]!r} is no known level")
    return Transit(word != "encryptandsign", f"between its nodes: {levels[0]}")


def cluster_certificate(_ref: Ref, thumbprints: Values, names: Values) -> State:
    """A cluster with a certificate lets in nodes and clients by certificate; without one it is open (Microsoft Learn, Service Fabric cluster security scenarios)."""
    return ON if any(thumbprints) or any(names) else OFF


def called(_ref: Ref, address: Values) -> Transit:
    """A webhook calls whatever address it was given."""
    if not address:
        raise Unresolvable(Reason.UNPARSABLE, "the address that is called is not given")
    scheme = str(address[0]).split("://")[0].lower()
    if scheme not in ("http", "https"):
        raise ValueError(f"{scheme!r} is no known scheme")
    return Transit(scheme == "http", f"calls are made over {scheme}")
