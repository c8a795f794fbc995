"""RDS: snapshots of instances and clusters with their exports, databases that span regions, and proxies."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
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
    derived_regions,
    fact,
    flag,
    here,
    never,
    text,
    together,
    traced,
    unread,
)

_NOT_OF_RDS = "[?Engine=='neptune' || Engine=='docdb'].Engine"
_EXPORTED = "exports[?Status!='FAILED' && Status!='CANCELED'].S3Bucket"
_EXPORTS = Get("describe_export_tasks", put="exports", params={}, take="ExportTasks", match=("SourceArn", ""))
_NEVER = {
    **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
    **never(Transit, TlsFloor, ClientAuth, why="a snapshot accepts no connections"),
    **never(BackupPlaces, BackupEncryption, Backups, why="is a backup: its own place and encryption are asked"),
    **never(Deletion, LogPlaces, Logs, why="a snapshot has no such setting"),
}  # fmt: skip


def _origins(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions that it was copied from, by name or by the ARN of the original, which stays there until somebody deletes it."""
    named = [value.split(":")[3] if value.startswith("arn:") else value for values in found for value in map(str, values) if value]
    return tuple(dict.fromkeys(region for region in named if region != ref.region and "-" in region and region[-1].isdigit()))


SNAPSHOT = TypeDecl(
    "AWS::RDS::DBSnapshot",
    live=List("rds", "describe_db_snapshots", each="DBSnapshots", id="DBSnapshotArn", name="DBSnapshotIdentifier", tags="TagList[]"),
    details=(_EXPORTS,),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(derived_regions(_origins, live="SourceRegion", cfn=()), traced(bucket, BUCKET, live=_EXPORTED, cfn=()))),
        fact(AtRest, state=flag(live="Encrypted", cfn=NOT_SHOWN("encrypted as the instance is that it is made of"))),
        fact(KeyCustody, holder=holder_of("KmsKeyId || Encrypted", None, on=Holder.PROVIDER_FOR_CUSTOMER), key=text(live="KmsKeyId", cfn=(), absent=None)),
        fact(Exposure, unread("with whom a snapshot is shared is not read yet")),
    ),
    never=_NEVER,
)  # fmt: skip


def _copied(ref: Ref, sources: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(region for value in sources if (region := str(value).split(":")[3]) != ref.region))


CLUSTER_SNAPSHOT = TypeDecl(
    "AWS::RDS::DBClusterSnapshot",
    live=List("rds", "describe_db_cluster_snapshots", each="DBClusterSnapshots", id="DBClusterSnapshotArn", name="DBClusterSnapshotIdentifier", tags="TagList[]"),
    cloudformation=False,
    skip=_NOT_OF_RDS,
    details=(_EXPORTS,),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(derived_regions(_copied, live="SourceDBClusterSnapshotArn"), traced(bucket, BUCKET, live=_EXPORTED))),
        fact(AtRest, state=flag(live="StorageEncrypted")),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", None, on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Exposure, unread("with whom a snapshot is shared is not read yet")),
    ),
    never=_NEVER,
)  # fmt: skip


def member_regions(_: Ref, *arns: tuple[Any, ...]) -> tuple[str, ...]:
    """Every region in which a cluster of the database stands."""
    return tuple(dict.fromkeys(str(arn).split(":")[3] for found in arns for arn in found))


GLOBAL_CLUSTER = TypeDecl(
    "AWS::RDS::GlobalCluster",
    live=List("rds", "describe_global_clusters", each="GlobalClusters", id="GlobalClusterArn", name="GlobalClusterIdentifier", tags="TagList[]", spans=True),
    skip=_NOT_OF_RDS,
    facts=(
        fact(Replicas, places=derived_regions(member_regions, live=("GlobalClusterMembers[].DBClusterArn", "GlobalClusterMembers[].Readers[]"),
                                              cfn=NOT_SHOWN("its clusters name it where they are declared, and it names none of them"))),
        # CloudFormation reference: off unless given, or as the cluster that it is made of.
        fact(AtRest, state=flag(same="StorageEncrypted", absent=by_dialect(cfn=NOT_SHOWN("encrypted as the cluster is that it is made of, or not at all")))),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(Home, why="spans regions: those of its clusters, which are asked"),
        **never(KeyCustody, Transit, TlsFloor, ClientAuth, Exposure, Backups, BackupPlaces, BackupEncryption, LogPlaces, Logs, why="settings of its clusters, which are asked"),
    },
)  # fmt: skip

PROXY = TypeDecl(
    "AWS::RDS::DBProxy",
    live=List("rds", "describe_db_proxies", each="DBProxies", id="DBProxyArn", name="DBProxyName"),
    facts=(
        fact(Home, place=here()),
        # CloudFormation reference: without RequireTLS clients may connect in plain.
        fact(Transit, plaintext_allowed=boolean(same="RequireTLS", negate=True, absent=by_dialect(cfn=True)), detail="connections of clients to the proxy"),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="RDS User Guide, RDS Proxy security: TLS 1.2 and 1.3 between clients and a proxy")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="RDS Proxy asks clients for no certificate"),
        **never(Exposure, why="a proxy has no public address"),
        **never(AtRest, KeyCustody, Replicas, Backups, BackupPlaces, BackupEncryption, why="passes connections on and keeps no data"),
        **never(LogPlaces, Logs, why="logs its debugging to CloudWatch Logs of its own region"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip
