"""DynamoDB tables, and global tables as templates declare them."""

from datetime import datetime
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
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
    TypeDecl,
    Unresolvable,
    always,
    arns,
    by_dialect,
    derive,
    derived_regions,
    fact,
    first_proven,
    flag,
    here,
    never,
    per_dialect,
)

_CITE = "DynamoDB Developer Guide, encryption at rest: all user data is encrypted, and this cannot be switched off"
#: Without a key of its own: on is the alias aws/dynamodb, off a key that AWS owns (CloudFormation reference, SSESpecification).
_SWITCH = {"on": Holder.PROVIDER_FOR_CUSTOMER, "off": Holder.PROVIDER}
_LONGEST_DAYS = 35.0
"""How far point-in-time recovery reaches back unless a shorter period is set (DynamoDB Developer Guide)."""


def _recovery(_: Ref, states: tuple[Any, ...], days: tuple[Any, ...] = (), last: tuple[Any, ...] = ()) -> Backups:
    """Point-in-time recovery; of a global table it has to be on for every replica."""
    on = bool(states) and all(str(state).lower() in ("enabled", "true") for state in states)
    moment = datetime.fromisoformat(str(last[0])) if last else None
    keep = min((float(day) for day in days), default=_LONGEST_DAYS)
    return Backups(on, "continuous", 0 if on else None, keep if on else None, moment)


def _copied(_: Ref, last: tuple[Any, ...]) -> Backups:
    """By AWS Backup, whose plan says how often."""
    made = [datetime.fromisoformat(str(moment)) for moment in last]
    return Backups(bool(made), "snapshots", None, None, max(made, default=None))


def _enabled(backups: Backups) -> bool:
    return backups.enabled


def _others(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for regions in found for region in regions if region != ref.region))


def _of_table(ref: Ref, replicas: tuple[Any, ...], witnesses: tuple[Any, ...], version: tuple[Any, ...]) -> tuple[str, ...]:
    """Tables of the first version of global tables (2017.11.29) do not list their replicas."""
    if "2017.11.29" in version and not replicas:
        raise Unresolvable(Reason.UNSUPPORTED, "a global table of version 2017.11.29: its replicas are not shown with it")
    return _others(ref, replicas, witnesses)


def _encryption() -> tuple[Any, ...]:
    return (
        fact(AtRest, state=always(ON, cite=_CITE, since="2018-11"), algorithm="AES256"),
        fact(BackupEncryption, state=always(ON, cite=_CITE, since="2018-11"), algorithm="AES256"),
        fact(Exposure, public=always(False, cite="DynamoDB Developer Guide: policies that grant public access are refused"), via=""),
    )


_NEVER = {
    **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
    **never(BackupPlaces, why="backups of a table stay in its region; what AWS Backup copies elsewhere is asked of its plans"),
    **never(Logs, why="writes no log of its own; its calls are in CloudTrail"),
}  # fmt: skip

TABLE = TypeDecl(
    "AWS::DynamoDB::Table",
    live=List("dynamodb", "list_tables", each="TableNames", id="arn:{partition}:dynamodb:{region}:{account}:table/{Name}", name="Name"),
    details=(
        Get("describe_table", put="table", params={"TableName": "Name"}, take="Table"),
        Get("describe_continuous_backups", put="backups", params={"TableName": "Name"}, take="ContinuousBackupsDescription"),
        Get("describe_kinesis_streaming_destination", put="stream", params={"TableName": "Name"}, take="KinesisDataStreamDestinations"),
        Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", "")),
    ),
    terraform=shapes("AWS::DynamoDB::Table"),
    facts=(
        fact(Home, place=here()),
        # A witness keeps the log of writes of a strongly consistent global table. AWS::DynamoDB::Table declares no replicas: GlobalTable does.
        fact(Replicas, places=per_dialect(
            derived_regions(_of_table, live=("table.Replicas[].RegionName", "table.GlobalTableWitnesses[].RegionName", "table.GlobalTableVersion")),
            derived_regions(_others, cfn=(), tf="Replicas[].Region"),
        )),
        fact(KeyCustody, holder=holder_of("table.SSEDescription.KMSMasterKeyArn", "SSESpecification.KMSMasterKeyId || SSESpecification.SSEEnabled", absent=Holder.PROVIDER, **_SWITCH),
             key=key_name("table.SSEDescription.KMSMasterKeyArn", "SSESpecification.KMSMasterKeyId")),
        # Every change of an item is sent to the stream.
        fact(LogPlaces, places=arns(live="stream[?DestinationStatus!='DISABLED' && DestinationStatus!='ENABLE_FAILED'].StreamArn", cfn="KinesisStreamSpecification.StreamArn")),
        fact(Backups, per_dialect(
            first_proven(
                _enabled,
                derive(_recovery, live=("backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus", "backups.PointInTimeRecoveryDescription.RecoveryPeriodInDays",
                                        "backups.PointInTimeRecoveryDescription.LatestRestorableDateTime")),
                derive(_copied, live="protected[].LastBackupTime"),
            ),
            derive(_recovery, cfn=("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "PointInTimeRecoverySpecification.RecoveryPeriodInDays")),
        )),
        fact(Deletion, guard=flag(live="table.DeletionProtectionEnabled", cfn="DeletionProtectionEnabled", absent=by_dialect(live=OFF, cfn=OFF))),
        *_encryption(),
    ),
    never=_NEVER,
)  # fmt: skip

GLOBAL_TABLE = TypeDecl(
    "AWS::DynamoDB::GlobalTable",
    live=None,  # the live cloud shows it as a table in each of its regions
    terraform=shapes("AWS::DynamoDB::GlobalTable"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_others, cfn=("Replicas[].Region", "GlobalTableWitnesses[].Region"))),
        fact(KeyCustody, holder=holder_of(None, "Replicas[].SSESpecification.KMSMasterKeyId || SSESpecification.SSEEnabled", absent=by_dialect(cfn=Holder.PROVIDER), **_SWITCH),
             key=key_name(None, "Replicas[].SSESpecification.KMSMasterKeyId")),
        fact(Backups, derive(_recovery, cfn=("Replicas[].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "Replicas[].PointInTimeRecoverySpecification.RecoveryPeriodInDays"))),
        fact(LogPlaces, places=arns(cfn="Replicas[].KinesisStreamSpecification.StreamArn")),
        fact(Deletion, guard=flag(cfn="Replicas[].DeletionProtectionEnabled", absent=OFF)),
        *_encryption(),
    ),
    never=_NEVER,
)  # fmt: skip
