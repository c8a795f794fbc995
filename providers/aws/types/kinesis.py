"""Kinesis data streams."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Get,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Replicas,
    TypeDecl,
    by_dialect,
    derive,
    fact,
    flag,
    here,
    never,
    unread,
)

_DEFAULT_HOURS = 24
"""Retention unless a longer one is asked for (Kinesis Data Streams Developer Guide, "Changing the data retention period")."""


def _replay(ref: Ref, hours: tuple[Any, ...]) -> Backups:
    """How far back a stream can be read again."""
    if not hours and ref.id.startswith("arn:"):
        raise ValueError("RetentionPeriodHours is absent")
    return Backups(True, "continuous", 0, float(hours[0] if hours else _DEFAULT_HOURS) / 24)


STREAM = TypeDecl(
    "AWS::Kinesis::Stream",
    live=List("kinesis", "list_streams", each="StreamSummaries", id="StreamARN", name="StreamName"),
    details=(Get("describe_stream_summary", put="stream", params={"StreamARN": "StreamARN"}, take="StreamDescriptionSummary"),),
    terraform=shapes("AWS::Kinesis::Stream"),
    facts=(
        fact(Home, place=here()),
        # Nothing is encrypted by Kinesis unless a stream asks for it (CloudFormation reference, StreamEncryption).
        fact(AtRest, state=flag(live="stream.EncryptionType", cfn="StreamEncryption.EncryptionType", on=("KMS",), off=("NONE",), absent=by_dialect(cfn=OFF))),
        fact(KeyCustody, holder=holder_of("stream.KeyId", "StreamEncryption.KeyId", absent=NotApplicable("not encrypted by Kinesis: there is no key")),
             key=key_name("stream.KeyId", "StreamEncryption.KeyId")),
        fact(Backups, derive(_replay, live="stream.RetentionPeriodHours", cfn="RetentionPeriodHours")),
        fact(Exposure, unread("the policy of a stream is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, BackupPlaces, BackupEncryption, why="kept in three zones of its region; what carries it elsewhere is a delivery stream, which is asked"),
        **never(LogPlaces, Logs, why="writes no log of its own; its calls are in CloudTrail"),
        **never(Deletion, why="Kinesis has no deletion protection for streams"),
    },
)  # fmt: skip
