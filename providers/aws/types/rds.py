"""RDS and Aurora: instances and clusters."""

from datetime import datetime
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.databases import INHERITS, encrypted, truth
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.parameters import by_engine, default_group
from providers.aws.terraform import shapes
from providers.aws.types.rds_authorities import authority, served
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
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
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    applying,
    by_dialect,
    derive,
    derived_regions,
    fact,
    first_proven,
    flag,
    here,
    never,
    of,
    per_dialect,
)

_LOG_SHIPPING = 5 / 60
"""Hours between two restorable moments: RDS ships transaction logs every five minutes (RDS User Guide, "Restoring to a specified time")."""


def _backups(_: Ref, days: tuple[Any, ...], last: tuple[Any, ...] = (), *, absent: int | None = None, inherits: bool = False) -> Backups:
    if inherits and not days:
        raise Unresolvable(Reason.UNRESOLVED, "the cluster decides how long backups are kept")
    if not days and absent is None:
        raise ValueError("BackupRetentionPeriod is absent")
    keep = float(days[0]) if days else float(absent or 0)
    moment = datetime.fromisoformat(str(last[0])) if last else None
    return Backups(keep > 0, "continuous", _LOG_SHIPPING if keep > 0 else None, keep if keep > 0 else None, moment)


def _instance_backups(ref: Ref, *found: tuple[Any, ...]) -> Backups:
    """Live: retention and last restorable moment. Template: retention (1 day when absent) and the cluster it belongs to."""
    if ref.id.startswith("arn:"):
        return _backups(ref, found[0], found[1])
    return _backups(ref, found[0], absent=1, inherits=bool(found[1]))


def _cluster_backups(ref: Ref, *found: tuple[Any, ...]) -> Backups:
    return _backups(ref, found[0], found[1]) if ref.id.startswith("arn:") else _backups(ref, found[0], absent=1)


def _copied(_: Ref, last: tuple[Any, ...]) -> Backups:
    """By AWS Backup, whose plan says how often."""
    made = [datetime.fromisoformat(str(moment)) for moment in last]
    return Backups(bool(made), "snapshots", None, None, max(made, default=None))


def _enabled(backups: Backups) -> bool:
    return backups.enabled


def _elsewhere(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    """Other regions: live by ARN (a name without one stands beside the thing itself), in a template by name."""
    live = ref.id.startswith("arn:")
    regions = [value.split(":")[3] if live else value for values in found for value in map(str, values) if value.startswith("arn:") or not live]
    return tuple(dict.fromkeys(region for region in regions if region != ref.region))


_ONE_WAY = "a replica names its source, the source does not name its replicas"


def _sources(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    """A template's source (by ARN) or its region. Without a foreign one there may still be replicas that are declared elsewhere."""
    named = [str(value).split(":")[3] if str(value).startswith("arn:") else str(value) for value in found[1] + tuple(v for v in found[0] if str(v).startswith("arn:"))]
    foreign = tuple(dict.fromkeys(region for region in named if region and region != ref.region))
    if not foreign:
        raise Unresolvable(Reason.UNSUPPORTED, _ONE_WAY)
    return foreign


def _address(ref: Ref, said: tuple[Any, ...]) -> Exposure:
    if not said:
        if ref.id.startswith("arn:"):
            raise ValueError("PubliclyAccessible is absent")
        raise Unresolvable(Reason.UNRESOLVED, "its subnets decide whether it gets a public address")
    return Exposure(truth(said[0]), "a public address" if truth(said[0]) else "")


def _cluster_address(ref: Ref, said: tuple[Any, ...]) -> Exposure:
    """Only Multi-AZ clusters have an address of their own; Aurora's is that of its instances, and absent here."""
    return Exposure(False) if not said and ref.id.startswith("arn:") else _address(ref, said)


def _logs(_: Ref, exports: tuple[Any, ...]) -> Logs:
    return Logs(bool(exports), detail=f"exported to CloudWatch Logs: {', '.join(map(str, exports))}" if exports else "no log is exported to CloudWatch Logs")


_NO_GROUP = by_dialect(cfn=NotApplicable("names no parameter group"))
_ALONE = NotApplicable("belongs to no cluster")
_SILENT = by_dialect(cfn=NOT_SHOWN("the default parameter group of its engine decides"))
_CLUSTER, _GROUP, _CLUSTER_GROUP = "AWS::RDS::DBCluster", "AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup"
_LIVE_GROUP, _CFN_GROUP = "DBParameterGroups[].DBParameterGroupName", "DBParameterGroupName"
_LIVE_CLUSTER_GROUP, _CFN_CLUSTER_GROUP = "DBClusterParameterGroup", "DBClusterParameterGroupName"
_NOT_OF_RDS = "[?Engine=='neptune' || Engine=='docdb'].Engine"
"""The API is shared with Neptune and DocumentDB, whose databases are types of their own."""
_PROTECTED = Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", ""))
_NO_KEY = by_dialect(cfn=NOT_SHOWN("no key is named: the account's default key for RDS, or none at all"))
_NEVER = {
    **PROBED, **PEOPLE, **KEYS, **SETTINGS,
    **never(Renewal, why="RDS renews the certificates of its servers by itself; until when one is valid is asked"),
    **never(LogPlaces, why="its logs go to CloudWatch Logs of its own region"),
    **never(ClientAuth, why="RDS asks clients for no certificate"),
}  # fmt: skip

INSTANCE = TypeDecl(
    "AWS::RDS::DBInstance",
    live=List("rds", "describe_db_instances", each="DBInstances", id="DBInstanceArn", name="DBInstanceIdentifier", tags="TagList[]"),
    skip=_NOT_OF_RDS,
    details=(_PROTECTED,),
    terraform=shapes("AWS::RDS::DBInstance"),
    facts=(
        fact(Home, place=here(cfn="AvailabilityZone")),
        fact(Replicas, places=per_dialect(
            derived_regions(_elsewhere, live=("ReadReplicaDBInstanceIdentifiers[]", "ReadReplicaDBClusterIdentifiers[]", "ReadReplicaSourceDBInstanceIdentifier")),
            derived_regions(_sources, cfn=("SourceDBInstanceIdentifier", "SourceRegion")),
        )),
        fact(BackupPlaces, places=derived_regions(_elsewhere, live="DBInstanceAutomatedBackupsReplications[].DBInstanceAutomatedBackupsArn", cfn="AutomaticBackupReplicationRegion")),
        fact(AtRest, state=derive(encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", "DBClusterIdentifier || DBSnapshotIdentifier || SourceDBInstanceIdentifier"))),
        # RDS User Guide, "Encrypting Amazon RDS resources": logs, backups and snapshots of an encrypted instance are encrypted too.
        fact(BackupEncryption, state=derive(encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", "DBClusterIdentifier || DBSnapshotIdentifier || SourceDBInstanceIdentifier"))),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", "KmsKeyId || StorageEncrypted", absent=_NO_KEY, on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, per_dialect(
            first_proven(_enabled, derive(_instance_backups, live=("BackupRetentionPeriod", "LatestRestorableTime")), derive(_copied, live="protected[].LastBackupTime")),
            derive(_instance_backups, cfn=("BackupRetentionPeriod", "DBClusterIdentifier")),
        )),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
        fact(Exposure, derive(_address, same="PubliclyAccessible")),
        fact(Logs, derive(_logs, live="EnabledCloudwatchLogsExports[]", cfn="EnableCloudwatchLogsExports[]")),
        # The group of the cluster decides for its members.
        fact(Transit, applying(
            of(_CLUSTER, Transit, "", same="DBClusterIdentifier", absent=_ALONE),
            of(_GROUP, Transit, "", live=_LIVE_GROUP, cfn=_CFN_GROUP, early=default_group, absent=_NO_GROUP),
            derive(by_engine, cfn=("Engine", "EngineVersion")),
        )),
        fact(TlsFloor, applying(of(_CLUSTER, TlsFloor, "", same="DBClusterIdentifier", absent=_ALONE), of(_GROUP, TlsFloor, "", live=_LIVE_GROUP, cfn=_CFN_GROUP, absent=_SILENT))),
        fact(Certificate, per_dialect(
            derive(served, live=("CertificateDetails.ValidTill", "CertificateDetails.CAIdentifier", "Endpoint.Address")),
            derive(authority, cfn="CACertificateIdentifier"),
        )),
    ),
    never=_NEVER,
)  # fmt: skip

CLUSTER = TypeDecl(
    "AWS::RDS::DBCluster",
    live=List("rds", "describe_db_clusters", each="DBClusters", id="DBClusterArn", name="DBClusterIdentifier", tags="TagList[]"),
    skip=_NOT_OF_RDS,
    details=(
        _PROTECTED,
        Get("describe_global_clusters", put="global", params={"GlobalClusterIdentifier": "GlobalClusterIdentifier"}, when="GlobalClusterIdentifier"),
    ),
    terraform=shapes("AWS::RDS::DBCluster"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=per_dialect(
            derived_regions(_elsewhere, live=("ReadReplicaIdentifiers[]", "ReplicationSourceIdentifier", "global.GlobalClusters[].GlobalClusterMembers[].DBClusterArn")),
            derived_regions(_sources, cfn=("ReplicationSourceIdentifier", "SourceRegion")),
        )),
        fact(AtRest, state=derive(encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", INHERITS))),
        fact(BackupEncryption, state=derive(encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", INHERITS))),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", "KmsKeyId || StorageEncrypted", absent=_NO_KEY, on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, per_dialect(
            first_proven(_enabled, derive(_cluster_backups, live=("BackupRetentionPeriod", "LatestRestorableTime")), derive(_copied, live="protected[].LastBackupTime")),
            derive(_cluster_backups, cfn="BackupRetentionPeriod"),
        )),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
        fact(Exposure, derive(_cluster_address, same="PubliclyAccessible")),
        fact(Logs, derive(_logs, live="EnabledCloudwatchLogsExports[]", cfn="EnableCloudwatchLogsExports[]")),
        fact(Transit, applying(of(_CLUSTER_GROUP, Transit, "", live=_LIVE_CLUSTER_GROUP, cfn=_CFN_CLUSTER_GROUP, early=default_group, absent=_NO_GROUP), derive(by_engine, cfn=("Engine", "EngineVersion")))),
        fact(TlsFloor, of(_CLUSTER_GROUP, TlsFloor, "", live=_LIVE_CLUSTER_GROUP, cfn=_CFN_CLUSTER_GROUP, absent=_SILENT)),
    ),
    never={
        **_NEVER,
        **never(Certificate, why="its instances serve the certificates"),
        **never(BackupPlaces, why="automated backups of a cluster stay in its region; what AWS Backup copies elsewhere is asked of its plans"),
    },
)  # fmt: skip
