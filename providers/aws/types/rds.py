"""RDS and Aurora: instances and clusters."""

from datetime import datetime
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
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
    Reason,
    Ref,
    Replicas,
    State,
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
    unread,
)

_LOG_SHIPPING = 5 / 60
"""Hours between two restorable moments: RDS ships transaction logs every five minutes (RDS User Guide, "Restoring to a specified time")."""


def _truth(value: Any) -> bool:
    word = str(value).lower()
    if word not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return word == "true"


def _encrypted(_: Ref, said: tuple[Any, ...], inherits: tuple[Any, ...] = ()) -> State:
    """A template that is silent means off (CloudFormation reference), unless source, snapshot or cluster decide."""
    if said:
        return ON if _truth(said[0]) else OFF
    if inherits:
        raise Unresolvable(Reason.UNRESOLVED, "encrypted as its cluster, snapshot or source is, which is not shown here")
    return OFF


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


def _elsewhere(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    """Other regions: live by ARN (a name without one stands beside the thing itself), in a template by name."""
    live = ref.id.startswith("arn:")
    regions = [value.split(":")[3] if live else value for values in found for value in map(str, values) if value.startswith("arn:") or not live]
    return tuple(dict.fromkeys(region for region in regions if region != ref.region))


def _address(ref: Ref, said: tuple[Any, ...]) -> Exposure:
    if not said:
        if ref.id.startswith("arn:"):
            raise ValueError("PubliclyAccessible is absent")
        raise Unresolvable(Reason.UNRESOLVED, "its subnets decide whether it gets a public address")
    return Exposure(_truth(said[0]), "a public address" if _truth(said[0]) else "")


def _cluster_address(ref: Ref, said: tuple[Any, ...]) -> Exposure:
    """Only Multi-AZ clusters have an address of their own; Aurora's is that of its instances, and absent here."""
    return Exposure(False) if not said and ref.id.startswith("arn:") else _address(ref, said)


def _logs(_: Ref, exports: tuple[Any, ...]) -> Logs:
    return Logs(bool(exports), detail=f"exported to CloudWatch Logs: {', '.join(map(str, exports))}" if exports else "no log is exported to CloudWatch Logs")


_PARAMETERS = "rds.force_ssl and its like stand in the parameter group, which is not read yet"
_NO_KEY = by_dialect(cfn=NOT_SHOWN("no key is named: the account's default key for RDS, or none at all"))
_NEVER = {
    **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
    **never(LogPlaces, why="its logs go to CloudWatch Logs of its own region"),
    **never(ClientAuth, why="RDS asks clients for no certificate"),
}  # fmt: skip

INSTANCE = TypeDecl(
    "AWS::RDS::DBInstance",
    live=List("rds", "describe_db_instances", each="DBInstances", id="DBInstanceArn", name="DBInstanceIdentifier", tags="TagList[]"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_elsewhere, live=("ReadReplicaDBInstanceIdentifiers[]", "ReadReplicaDBClusterIdentifiers[]"),
                                              cfn=NOT_SHOWN("a replica names its source, the source does not name its replicas"))),
        fact(BackupPlaces, places=derived_regions(_elsewhere, live="DBInstanceAutomatedBackupsReplications[].DBInstanceAutomatedBackupsArn", cfn="AutomaticBackupReplicationRegion")),
        fact(AtRest, state=derive(_encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", "DBClusterIdentifier || DBSnapshotIdentifier || SourceDBInstanceIdentifier"))),
        # RDS User Guide, "Encrypting Amazon RDS resources": logs, backups and snapshots of an encrypted instance are encrypted too.
        fact(BackupEncryption, state=derive(_encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", "DBClusterIdentifier || DBSnapshotIdentifier || SourceDBInstanceIdentifier"))),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", "KmsKeyId || StorageEncrypted", absent=_NO_KEY, on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, derive(_instance_backups, live=("BackupRetentionPeriod", "LatestRestorableTime"), cfn=("BackupRetentionPeriod", "DBClusterIdentifier"))),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
        fact(Exposure, derive(_address, same="PubliclyAccessible")),
        fact(Logs, derive(_logs, live="EnabledCloudwatchLogsExports[]", cfn="EnableCloudwatchLogsExports[]")),
        fact(Transit, unread(_PARAMETERS)),
        fact(TlsFloor, unread(_PARAMETERS)),
    ),
    never=_NEVER,
)  # fmt: skip

CLUSTER = TypeDecl(
    "AWS::RDS::DBCluster",
    live=List("rds", "describe_db_clusters", each="DBClusters", id="DBClusterArn", name="DBClusterIdentifier", tags="TagList[]"),
    details=(
        Get("describe_global_clusters", put="global", params={"GlobalClusterIdentifier": "GlobalClusterIdentifier"}, when="GlobalClusterIdentifier"),
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_elsewhere, live=("ReadReplicaIdentifiers[]", "global.GlobalClusters[].GlobalClusterMembers[].DBClusterArn"),
                                              cfn=NOT_SHOWN("a replica names its source, the source does not name its replicas"))),
        fact(AtRest, state=derive(_encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", "SnapshotIdentifier || SourceDBClusterIdentifier || GlobalClusterIdentifier"))),
        fact(BackupEncryption, state=derive(_encrypted, live="StorageEncrypted", cfn=("StorageEncrypted", "SnapshotIdentifier || SourceDBClusterIdentifier || GlobalClusterIdentifier"))),
        fact(KeyCustody, holder=holder_of("KmsKeyId || StorageEncrypted", "KmsKeyId || StorageEncrypted", absent=_NO_KEY, on=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, derive(_cluster_backups, live=("BackupRetentionPeriod", "LatestRestorableTime"), cfn="BackupRetentionPeriod")),
        fact(Deletion, guard=flag(same="DeletionProtection", absent=by_dialect(cfn=OFF))),
        fact(Exposure, derive(_cluster_address, same="PubliclyAccessible")),
        fact(Logs, derive(_logs, live="EnabledCloudwatchLogsExports[]", cfn="EnableCloudwatchLogsExports[]")),
        fact(Transit, unread(_PARAMETERS)),
        fact(TlsFloor, unread(_PARAMETERS)),
    ),
    never={**_NEVER, **never(BackupPlaces, why="automated backups of a cluster stay in its region; what AWS Backup copies elsewhere is asked of its plans")},
)  # fmt: skip
