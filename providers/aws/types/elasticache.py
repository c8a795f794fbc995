"""ElastiCache: replication groups, global datastores over several regions, and serverless caches."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Replicas,
    State,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    always,
    boolean,
    by_dialect,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    never_others,
    regions,
)

_NEVER = {
    **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
    **never(TlsFloor, why="the version of TLS is the service's own to configure"),
    **never(ClientAuth, why="ElastiCache asks clients for no certificate"),
    **never(BackupPlaces, why="automatic snapshots stay in the region of the cache"),
    **never(Exposure, why="reached from its own network only"),
    **never(Deletion, why="ElastiCache has no deletion protection"),
    **never(LogPlaces, Logs, why="slow and engine logs go to CloudWatch Logs or Firehose of its own region; what a client asks is not logged"),
}  # fmt: skip


def _yes(found: tuple[Any, ...]) -> bool:
    if found and str(found[0]).lower() not in ("true", "false"):
        raise ValueError(f"{found[0]!r} is neither true nor false")
    return bool(found) and str(found[0]).lower() == "true"


def _silent(ref: Ref, found: tuple[Any, ...], what: str, engines: tuple[Any, ...]) -> None:
    """Live documents always say it. A template that is silent means off (CloudFormation reference), for Valkey what the service chooses."""
    if not found and ref.id.startswith("arn:"):
        raise ValueError(f"{what} is absent")
    if not found and str(engines[0] if engines else "").lower() == "valkey":
        raise Unresolvable(Reason.UNRESOLVED, f"{what} is not given, and its default depends on the engine: Valkey")


def _sealed(ref: Ref, said: tuple[Any, ...], engines: tuple[Any, ...] = (), source: tuple[Any, ...] = ()) -> State:
    if not said and source:
        raise Unresolvable(Reason.UNRESOLVED, "encrypted as its global datastore is, which is not shown here")
    _silent(ref, said, "AtRestEncryptionEnabled", engines)
    return ON if _yes(said) else OFF


def _transit(ref: Ref, said: tuple[Any, ...], modes: tuple[Any, ...], engines: tuple[Any, ...] = (), source: tuple[Any, ...] = ()) -> Transit:
    """With the mode `preferred` clients may still connect in plaintext; where no mode is named, TLS is required (ElastiCache User
    Guide, "In-transit encryption")."""
    if not said and source:
        raise Unresolvable(Reason.UNRESOLVED, "encrypted as its global datastore is, which is not shown here")
    _silent(ref, said, "TransitEncryptionEnabled", engines)
    if not _yes(said):
        return Transit(True, "encryption in transit is off")
    mode = str(modes[0]).lower() if modes else "required"
    if mode not in ("required", "preferred"):
        raise ValueError(f"unknown TransitEncryptionMode {mode!r}")
    return Transit(mode == "preferred", f"TLS is {mode}")


def _snapshots(ref: Ref, days: tuple[Any, ...]) -> Backups:
    """Daily; no retention (what a silent template means) is no snapshot."""
    if not days and ref.id.startswith("arn:"):
        raise ValueError("SnapshotRetentionLimit is absent")
    keep = float(days[0]) if days else 0.0
    return Backups(True, "snapshots", 24, keep) if keep > 0 else Backups(False, "snapshots")


def _members(ref: Ref, found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for region in found if region != ref.region))


def _planned_members(_: Ref, joined: tuple[Any, ...]) -> tuple[str, ...]:
    if joined:
        raise Unresolvable(Reason.UNRESOLVED, "joins a global datastore, whose other members are not shown here")
    return ()


def _either(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    return _members(ref, found[1]) if len(found) > 1 else _planned_members(ref, *found)


_GLOBAL = "GlobalReplicationGroupInfo.GlobalReplicationGroupId"
_STATE = derive(_sealed, live="AtRestEncryptionEnabled", cfn=("AtRestEncryptionEnabled", "Engine", "GlobalReplicationGroupId"))
REPLICATION_GROUP = TypeDecl(
    "AWS::ElastiCache::ReplicationGroup",
    live=List("elasticache", "describe_replication_groups", each="ReplicationGroups", id="ARN", name="ReplicationGroupId"),
    details=(
        Get("describe_global_replication_groups", put="global", params={"GlobalReplicationGroupId": _GLOBAL}, fixed={"ShowMemberInfo": True}, take="GlobalReplicationGroups", when=_GLOBAL),
    ),
    terraform=shapes("AWS::ElastiCache::ReplicationGroup"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_either, live=(_GLOBAL, "global[].Members[].ReplicationGroupRegion"), cfn="GlobalReplicationGroupId")),
        fact(AtRest, state=_STATE),
        fact(BackupEncryption, state=_STATE),
        fact(KeyCustody, holder=holder_of("KmsKeyId || AtRestEncryptionEnabled", "KmsKeyId || AtRestEncryptionEnabled", absent=by_dialect(cfn=NotApplicable("not encrypted: there is no key")),
                                          on=Holder.PROVIDER), key=key_name("KmsKeyId")),
        fact(Transit, derive(_transit, live=("TransitEncryptionEnabled", "TransitEncryptionMode"),
                             cfn=("TransitEncryptionEnabled", "TransitEncryptionMode", "Engine", "GlobalReplicationGroupId"))),
        fact(Backups, derive(_snapshots, same="SnapshotRetentionLimit")),
    ),
    never=_NEVER,
)  # fmt: skip

GLOBAL_REPLICATION_GROUP = TypeDecl(
    "AWS::ElastiCache::GlobalReplicationGroup",
    live=List("elasticache", "describe_global_replication_groups", each="GlobalReplicationGroups", id="ARN", name="GlobalReplicationGroupId", params={"ShowMemberInfo": True}),
    facts=(
        fact(Replicas, places=regions(live="Members[].ReplicationGroupRegion", cfn="Members[].ReplicationGroupRegion")),
        fact(AtRest, state=flag(live="AtRestEncryptionEnabled", cfn=NOT_SHOWN("its first member decides"))),
        fact(Transit, plaintext_allowed=boolean(live="TransitEncryptionEnabled", cfn=NOT_SHOWN("its first member decides"), negate=True)),
    ),
    never=never_others(Replicas, AtRest, Transit, why="stands in several regions at once; its members are resources of their own"),
)

_CITE = "ElastiCache User Guide, security of serverless caches: encrypted at rest and in transit, and this cannot be switched off"
SERVERLESS_CACHE = TypeDecl(
    "AWS::ElastiCache::ServerlessCache",
    live=List("elasticache", "describe_serverless_caches", each="ServerlessCaches", id="ARN", name="ServerlessCacheName"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite=_CITE)),
        fact(BackupEncryption, state=always(ON, cite=_CITE)),
        fact(KeyCustody, holder=holder_of("KmsKeyId", "KmsKeyId", absent=Holder.PROVIDER), key=key_name("KmsKeyId")),
        fact(Transit, plaintext_allowed=always(False, cite=_CITE)),
        fact(Backups, derive(_snapshots, same="SnapshotRetentionLimit")),
    ),
    never={**_NEVER, **never(Replicas, why="stands in one region; serverless caches join no global datastore")},
)
