"""Amazon DocumentDB: clusters, instances, their parameter groups, and clusters that span regions."""

from datetime import datetime
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.databases import INHERITS, elsewhere, encrypted
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.parameters import of_group
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
    Reason,
    Ref,
    Replicas,
    Resolve,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    by_dialect,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    never_others,
    of,
)

_LOG_SHIPPING = 5 / 60
"""Hours: the latest restorable time of a cluster is typically within the last five minutes (DocumentDB Developer Guide, "Point-in-time recovery")."""
_NOT_DOCDB = "[?Engine!='docdb'].Engine"
_GROUP = "AWS::DocDB::DBClusterParameterGroup"
#: DocumentDB Developer Guide, "Managing TLS settings": what the parameter `tls` accepts, and which versions then are.
_FLOORS = {"enabled": "TLSv1.0", "fips-140-3": "TLSv1.2", "tls1.2+": "TLSv1.2", "tls1.3+": "TLSv1.3"}
_DEFAULT = "enabled"


def _setting(ref: Ref, values: tuple[Any, ...]) -> str:
    if not values and ref.id.startswith("arn:"):
        raise ValueError("the group shows no parameter tls")
    word = str(values[0]).lower() if values else _DEFAULT
    if word not in (*_FLOORS, "disabled"):
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of the setting {word!r} of tls")
    return word


def _transit(ref: Ref, values: tuple[Any, ...]) -> Transit:
    word = _setting(ref, values)
    return Transit(word == "disabled", f"tls is {word}")


def _floor(ref: Ref, values: tuple[Any, ...]) -> TlsFloor:
    word = _setting(ref, values)
    if word == "disabled":
        raise Unresolvable(Reason.UNRESOLVED, "TLS is switched off altogether")
    return TlsFloor(_FLOORS[word], f"tls={word}")


GROUP = TypeDecl(
    _GROUP,
    live=None,  # accounts hold default groups that nothing uses
    resolve=Resolve("rds", "describe_db_cluster_parameters", {"DBClusterParameterGroupName": "{name}"}, take="Parameters", put="parameters"),
    terraform=shapes(_GROUP),
    facts=(
        fact(Transit, derive(_transit, live=of_group("parameters", "tls"), cfn="Parameters.tls")),
        fact(TlsFloor, derive(_floor, live=of_group("parameters", "tls"), cfn="Parameters.tls")),
    ),
    never=never_others(Transit, TlsFloor, why="settings for clusters, which hold the data"),
)


def _backups(ref: Ref, days: tuple[Any, ...], last: tuple[Any, ...] = ()) -> Backups:
    """DocumentDB backs up continuously and cannot stop doing so: 1 day at least."""
    if not days and ref.id.startswith("arn:"):
        raise ValueError("BackupRetentionPeriod is absent")
    return Backups(True, "continuous", _LOG_SHIPPING, float(days[0] if days else 1), datetime.fromisoformat(str(last[0])) if last else None)


def _exported(_: Ref, exports: tuple[Any, ...]) -> Logs:
    """Audit events leave a cluster only where they are exported."""
    return Logs("audit" in [str(name).lower() for name in exports], detail=f"exported to CloudWatch Logs: {', '.join(map(str, exports))}" if exports else "no log is exported")


_STATE = derive(encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", INHERITS))
_LIVE_GROUP, _CFN_GROUP = "DBClusterParameterGroup", "DBClusterParameterGroupName"

CLUSTER = TypeDecl(
    "AWS::DocDB::DBCluster",
    live=List("rds", "describe_db_clusters", each="DBClusters", id="DBClusterArn", name="DBClusterIdentifier", tags="TagList[]"),  # one API, and one look, for RDS and DocumentDB
    skip=_NOT_DOCDB,
    details=(
        Get("describe_global_clusters", put="global", params={"GlobalClusterIdentifier": "GlobalClusterIdentifier"}, take="GlobalClusters", when="GlobalClusterIdentifier"),
    ),
    terraform=shapes("AWS::DocDB::DBCluster"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(elsewhere, live=("ReadReplicaIdentifiers[]", "ReplicationSourceIdentifier", "global[].GlobalClusterMembers[].DBClusterArn"),
                                              cfn=NOT_SHOWN("a member names its global cluster, which does not name its members"))),
        fact(AtRest, state=_STATE),
        fact(BackupEncryption, state=_STATE),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", "KmsKeyId || StorageEncrypted", absent=by_dialect(cfn=NOT_SHOWN("no key is named: the account's default key, or none")),
                                          on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, derive(_backups, live=("BackupRetentionPeriod", "LatestRestorableTime"), cfn="BackupRetentionPeriod")),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
        # A cluster that names no group gets a default one, whose tls is enabled (DocumentDB Developer Guide, "Encrypting data in transit").
        fact(Transit, of(_GROUP, Transit, "", live=_LIVE_GROUP, cfn=_CFN_GROUP, absent=by_dialect(cfn=Transit(False, "tls is enabled in the default parameter group")))),
        fact(TlsFloor, of(_GROUP, TlsFloor, "", live=_LIVE_GROUP, cfn=_CFN_GROUP, absent=by_dialect(cfn=NOT_SHOWN("the default parameter group of the engine decides")))),
        fact(Logs, derive(_exported, live="EnabledCloudwatchLogsExports[]", cfn="EnableCloudwatchLogsExports[]")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="DocumentDB asks clients for no certificate"),
        **never(Exposure, why="DocumentDB has no public addresses"),
        **never(LogPlaces, why="its logs go to CloudWatch Logs of its own region"),
        **never(BackupPlaces, why="automated backups of a cluster stay in its region; what AWS Backup copies elsewhere is asked of its plans"),
    },
)  # fmt: skip

INSTANCE = TypeDecl(
    "AWS::DocDB::DBInstance",
    live=List("rds", "describe_db_instances", each="DBInstances", id="DBInstanceArn", name="DBInstanceIdentifier", tags="TagList[]"),
    skip=_NOT_DOCDB,
    facts=(fact(Home, place=here(cfn="AvailabilityZone")),),
    never=never_others(Home, why="answers for its cluster, which holds the data and is asked"),
)

GLOBAL_CLUSTER = TypeDecl(
    "AWS::DocDB::GlobalCluster",
    live=List("rds", "describe_global_clusters", each="GlobalClusters", id="GlobalClusterArn", name="GlobalClusterIdentifier", tags="TagList[]", spans=True),
    skip=_NOT_DOCDB,
    facts=(
        fact(Replicas, places=derived_regions(lambda _, arns: tuple(dict.fromkeys(str(arn).split(":")[3] for arn in arns)), live="GlobalClusterMembers[].DBClusterArn",
                                              cfn=NOT_SHOWN("its clusters name it where they are declared, and it names none of them"))),
        fact(AtRest, state=flag(same="StorageEncrypted", absent=by_dialect(cfn=NOT_SHOWN("encrypted as the cluster is that it is made of, or not at all")))),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(Home, why="spans regions: those of its clusters, which are asked"),
        **never(KeyCustody, Transit, TlsFloor, ClientAuth, Exposure, Backups, BackupPlaces, BackupEncryption, LogPlaces, Logs, why="settings of its clusters, which are asked"),
    },
)  # fmt: skip
