"""Amazon Keyspaces (for Apache Cassandra): keyspaces and tables."""

from typing import Any

from providers.aws.custody import key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Each,
    Exposure,
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    TypeDecl,
    always,
    choice,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
)

_CITE = "Amazon Keyspaces Developer Guide, encryption at rest: all data is encrypted, and this cannot be switched off"
_READ = "cassandra:Select"
"""The action that all reading calls need (Service Authorization Reference, Amazon Keyspaces)."""
_LONGEST_DAYS = 35.0
_KEYSPACES = List("keyspaces", "list_keyspaces", each="keyspaces", id="resourceArn", name="keyspaceName", permission=_READ)
_SYSTEM = "[?{}].keyspaceName".format(" || ".join(f"keyspaceName=='{name}'" for name in ("system", "system_schema", "system_schema_mcs", "system_multiregion_info")))
_HOLDERS = {"AWS_OWNED_KMS_KEY": Holder.PROVIDER, "CUSTOMER_MANAGED_KMS_KEY": Holder.CUSTOMER}


def _elsewhere(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for regions in found for region in regions if region != ref.region))


def _recovery(ref: Ref, states: tuple[Any, ...]) -> Backups:
    """Point-in-time recovery reaches back 35 days; it is off unless switched on (Keyspaces Developer Guide, "Point-in-time recovery")."""
    if not states and ref.id.startswith("arn:"):
        raise ValueError("pointInTimeRecovery is absent")
    on = bool(states) and str(states[0]).upper() in ("ENABLED", "TRUE")
    return Backups(on, "continuous", 0 if on else None, _LONGEST_DAYS if on else None)


KEYSPACE = TypeDecl(
    "AWS::Cassandra::Keyspace",
    live=_KEYSPACES,
    skip=_SYSTEM,
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_elsewhere, live="replicationRegions[]", cfn="ReplicationSpecification.RegionList[]")),
    ),
    never=never_others(Home, Replicas, why="a name for tables, which are asked"),
)

TABLE = TypeDecl(
    "AWS::Cassandra::Table",
    live=Each(_KEYSPACES, List("keyspaces", "list_tables", each="tables", id="resourceArn", name="tableName", permission=_READ), params={"keyspaceName": "keyspaceName"}),
    skip=_SYSTEM,
    details=(
        Get("get_table", put="table", params={"keyspaceName": "keyspaceName", "tableName": "tableName"}, permission=_READ),
        Get("get_keyspace", put="keyspace", params={"keyspaceName": "keyspaceName"}, permission=_READ),
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_elsewhere, live=("keyspace.replicationRegions[]", "table.replicaSpecifications[].region"), cfn="ReplicaSpecifications[].Region")),
        fact(AtRest, state=always(ON, cite=_CITE)),
        fact(BackupEncryption, state=always(ON, cite=_CITE)),
        fact(KeyCustody, holder=choice(_HOLDERS, live="table.encryptionSpecification.type", cfn="EncryptionSpecification.EncryptionType", absent=Holder.PROVIDER),
             key=key_name("table.encryptionSpecification.kmsKeyIdentifier", "EncryptionSpecification.KmsKeyIdentifier")),
        fact(Backups, derive(_recovery, live="table.pointInTimeRecovery.status", cfn="PointInTimeRecoveryEnabled")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(BackupPlaces, why="backups of a table stay in its regions"),
        **never(LogPlaces, Logs, why="writes no log of its own; its calls are in CloudTrail"),
        **never(Exposure, why="Keyspaces has no policy on tables that could let strangers in"),
        **never(Deletion, why="Keyspaces has no deletion protection for tables"),
    },
)  # fmt: skip
