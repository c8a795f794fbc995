"""Events, volumes, maps and workspaces: where they copy to. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Backups, Clue, Holder, KeyCustody, Reason, Ref, Unresolvable, azure_name, azure_pair, place_of

Values = tuple[Any, ...]


def metadata_copies(ref: Ref, boundary: Values, location: Values) -> tuple[str, ...]:
    """Event Grid keeps what is configured, names of topics among it, in the pair too unless told not to (Microsoft Learn, Server-side geo disaster
    recovery in Azure Event Grid: regions without a pair keep it)."""
    word = str(boundary[0]).lower() if boundary else "withingeopair"
    if word == "withinregion":
        return ()
    if word != "withingeopair":
        raise Unresolvable(Reason.UNPARSABLE, f"{boundary[0]!r} is no known boundary")
    region = azure_name(str(location[0]) if location else ref.region)
    if place_of("azure", region).country is None:
        raise Unresolvable(Reason.UNRESOLVED, f"metadata is kept in the pair of the region, and whether {region or 'an unknown region'} has one is not known")
    pair = azure_pair(region)
    return (azure_name(pair),) if pair else ()


def partner_hubs(_ref: Ref, value: str) -> Clue | None:
    """The partner of a geo-disaster-recovery alias, by id or by name; empty while there is none."""
    return Clue(kind="Microsoft.EventHub/namespaces", name=value) if value else None


def volume_copies(_ref: Ref, region: Values, remote: Values) -> tuple[str, ...]:
    """Cross-region replication of a volume, seen from either end."""
    if region:
        return tuple(str(place) for place in region)
    if remote:
        raise Unresolvable(Reason.UNRESOLVED, f"it is replicated with {remote[0]}, whose region is not given")
    return ()


def volume_backups(_ref: Ref, policies: Values, snapshots: Values) -> Backups:
    """A backup policy takes a volume's snapshots to a vault in its region; a snapshot policy keeps them on the volume itself."""
    if any(policies):
        return Backups(True, "snapshots")
    return Backups(any(snapshots), "snapshots")


def workspace_copies(_ref: Ref, enabled: Values, region: Values) -> tuple[str, ...]:
    """A workspace replicates to a second region where that is on (Microsoft Learn, Enhance resilience by replicating your workspace)."""
    if not any(value is True for value in enabled):
        return ()
    if not region:
        raise Unresolvable(Reason.UNPARSABLE, "replication is on, and the second region is not given")
    return (str(region[0]),)


def workspace_key(_ref: Ref, cluster: Values) -> KeyCustody:
    """Keys of one's own come with a dedicated cluster, which names them."""
    if cluster and cluster[0]:
        raise Unresolvable(Reason.UNSUPPORTED, f"the key is that of the cluster {str(cluster[0]).rsplit('/', 1)[-1]}, which is not read yet")
    return KeyCustody(Holder.PROVIDER)
