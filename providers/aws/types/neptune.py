"""Neptune clusters and their snapshots."""

from datetime import datetime
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.databases import INHERITS, elsewhere, encrypted
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
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
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
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
    unread,
)

_LOG_SHIPPING = 5 / 60
"""Hours: the latest restorable time of a cluster is typically within the last five minutes (Neptune User Guide, "Backing up")."""


def _backups(ref: Ref, days: tuple[Any, ...], last: tuple[Any, ...] = ()) -> Backups:
    """Neptune backs up continuously and cannot stop doing so: 1 day at least."""
    if not days and ref.id.startswith("arn:"):
        raise ValueError("BackupRetentionPeriod is absent")
    return Backups(True, "continuous", _LOG_SHIPPING, float(days[0] if days else 1), datetime.fromisoformat(str(last[0])) if last else None)


_STATE = derive(encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", INHERITS))
_SOURCE = "a replica names its source or global cluster, the source does not name its replicas"
_NO_LOGS = "audit logs are exported to CloudWatch Logs of its own region"

DB_CLUSTER = TypeDecl(
    "AWS::Neptune::DBCluster",
    # Neptune shares its API with RDS and DocumentDB: without the filter theirs are listed too.
    live=List("neptune", "describe_db_clusters", each="DBClusters", id="DBClusterArn", name="DBClusterIdentifier", params={"Filters": [{"Name": "engine", "Values": ["neptune"]}]}),
    skip="[?Engine!='neptune'].Engine",
    details=(
        Get("describe_global_clusters", put="global", params={"GlobalClusterIdentifier": "GlobalClusterIdentifier"}, take="GlobalClusters", when="GlobalClusterIdentifier"),
    ),
    terraform=shapes("AWS::Neptune::DBCluster"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(elsewhere, live=("ReadReplicaIdentifiers[]", "global[].GlobalClusterMembers[].DBClusterArn", "global[].GlobalClusterMembers[].Readers[]"),
                                              cfn=NOT_SHOWN(_SOURCE))),
        fact(AtRest, state=_STATE),
        fact(BackupEncryption, state=_STATE),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", "KmsKeyId || StorageEncrypted", absent=by_dialect(cfn=NOT_SHOWN("no key is named: the account's default key, or none")),
                                          on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, derive(_backups, live=("BackupRetentionPeriod", "LatestRestorableTime"), cfn="BackupRetentionPeriod")),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
        # Neptune User Guide, "Encryption in transit": from engine 1.0.4.0 on only HTTPS is answered.
        fact(Transit, plaintext_allowed=always(False, cite="Neptune User Guide, encrypting connections: clusters answer HTTPS only", since="engine 1.0.4.0")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Neptune User Guide, encrypting connections: TLS 1.2 and later", since="")),
        fact(Logs, unread("the parameter neptune_enable_audit_log is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="Neptune asks clients for no certificate"),
        **never(Exposure, why="a cluster has no public address of its own; its instances are asked"),
        **never(LogPlaces, why=_NO_LOGS),
        **never(BackupPlaces, why="automated backups of a cluster stay in its region; what AWS Backup copies elsewhere is asked of its plans"),
    },
)  # fmt: skip

DB_INSTANCE = TypeDecl(
    "AWS::Neptune::DBInstance",
    live=List("rds", "describe_db_instances", each="DBInstances", id="DBInstanceArn", name="DBInstanceIdentifier", tags="TagList[]"),  # one look with those of RDS
    skip="[?Engine!='neptune'].Engine",
    facts=(
        fact(Home, place=here(cfn="AvailabilityZone")),
        fact(Exposure, public=boolean(same="PubliclyAccessible", absent=by_dialect(cfn=NOT_SHOWN("its subnets decide whether it gets a public address"))), via="a public address"),
    ),
    never=never_others(Home, Exposure, why="answers for its cluster, which holds the data and is asked"),
)

DB_CLUSTER_SNAPSHOT = TypeDecl(
    "AWS::Neptune::DBClusterSnapshot",
    live=List("rds", "describe_db_cluster_snapshots", each="DBClusterSnapshots", id="DBClusterSnapshotArn", name="DBClusterSnapshotIdentifier", tags="TagList[]"),  # one look with those of RDS
    cloudformation=False,
    skip="[?Engine!='neptune'].Engine",
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=flag(live="StorageEncrypted")),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", None, on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Exposure, unread("with whom a snapshot is shared is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(Transit, TlsFloor, ClientAuth, why="a snapshot accepts no connections"),
        **never(Replicas, BackupPlaces, BackupEncryption, Backups, why="is a backup; its copies are resources of their own"),
        **never(Deletion, LogPlaces, Logs, why="a snapshot has no such setting"),
    },
)  # fmt: skip
