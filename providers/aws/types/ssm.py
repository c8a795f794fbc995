"""Systems Manager: parameters, preferences of sessions, and inventories that are sent elsewhere."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from providers.aws.custody import early_holder
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
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
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Replicas,
    Transit,
    TypeDecl,
    choice,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    of,
    regions,
    text,
    together,
    traced,
)

_KINDS = {"SecureString": ON, "String": OFF, "StringList": OFF}

PARAMETER = TypeDecl(
    "AWS::SSM::Parameter",
    live=List("ssm", "describe_parameters", each="Parameters", id="arn:{partition}:ssm:{region}:{account}:parameter/{path}", name="Name", params={"MaxResults": 50}),
    facts=(
        fact(Home, place=here()),
        # Of the three kinds one is encrypted with a key of KMS; templates can make the other two only.
        fact(AtRest, state=choice(_KINDS, same="Type")),
        fact(KeyCustody, holder=of("AWS::KMS::Key", KeyCustody, "holder", live="KeyId", cfn=(), early=early_holder, absent=NotApplicable("not encrypted: there is no key")),
             key=text(live="KeyId", cfn=(), absent=None)),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, why="stands in one region"),
        **never(Backups, BackupPlaces, BackupEncryption, Deletion, why="a setting; its versions are kept beside it, and it can be written again at any time"),
        **never(Exposure, why="read by identities of the account, or by accounts that it is shared with by name"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip


def _session(_: Ref, kinds: tuple[Any, ...], keys: tuple[Any, ...]) -> Transit:
    """Sessions are always sent over TLS 1.2; a key of KMS encrypts them once more, end to end (Systems Manager User Guide, "Turn on
    KMS key encryption of session data")."""
    if str(kinds[0] if kinds else "Command") != "Session":
        raise NotApplicable("no preferences of sessions")
    return Transit(False, "TLS, and end to end with a key of KMS" if any(keys) else "TLS, and no key of KMS on top")


def _recorded(_: Ref, kinds: tuple[Any, ...], *where: tuple[Any, ...]) -> Logs:
    if str(kinds[0] if kinds else "Command") != "Session":
        raise NotApplicable("no preferences of sessions")
    on = any(value for values in where for value in values)
    return Logs(on, detail="sessions are recorded" if on else "sessions are not recorded")


_IN = "inputs.{}".format
DOCUMENT = TypeDecl(
    "AWS::SSM::Document",
    live=List(
        "ssm", "list_documents", each="DocumentIdentifiers", id="arn:{partition}:ssm:{region}:{account}:document/{Name}", name="Name",
        params={"Filters": [{"Key": "Owner", "Values": ["Self"]}, {"Key": "DocumentType", "Values": ["Session"]}]},  # preferences of Session Manager; other documents are programs
    ),
    details=(Get("get_document", put="content", params={"Name": "Name", "DocumentFormat": "=JSON"}, take="Content", json=True),),
    facts=(
        fact(Home, place=here()),
        fact(Transit, derive(_session, live=("DocumentType", f"content.{_IN('kmsKeyId')}"), cfn=("DocumentType", f"Content.{_IN('kmsKeyId')}"))),
        fact(LogPlaces, places=traced(bucket, BUCKET, live=f"content.{_IN('s3BucketName')}", cfn=f"Content.{_IN('s3BucketName')}")),
        fact(Logs, derive(_recorded, live=("DocumentType", f"content.{_IN('s3BucketName')}", f"content.{_IN('cloudWatchLogGroupName')}"),
                          cfn=("DocumentType", f"Content.{_IN('s3BucketName')}", f"Content.{_IN('cloudWatchLogGroupName')}"))),
    ),
    never=never_others(Home, Transit, LogPlaces, Logs, why="preferences for sessions on machines: it holds no data"),
)  # fmt: skip


def _sources(_: Ref, future: tuple[Any, ...]) -> tuple[str, ...]:
    return ("every region to come",) if any(str(value).lower() == "true" for value in future) else ()


_FROM = "SyncSource.SourceRegions[]"
RESOURCE_DATA_SYNC = TypeDecl(
    "AWS::SSM::ResourceDataSync",
    live=List("ssm", "list_resource_data_sync", each="ResourceDataSyncItems", id="arn:{partition}:ssm:{region}:{account}:resource-data-sync/{SyncName}", name="SyncName"),
    facts=(
        fact(Home, place=here()),
        # The bucket that inventories are sent to, or the regions that they are gathered from.
        fact(Replicas, places=together(
            regions(live=("S3Destination.Region", _FROM), cfn=("S3Destination.BucketRegion || BucketRegion", _FROM)),
            derived_regions(_sources, same="SyncSource.IncludeFutureRegions"),
        )),
    ),
    never=never_others(Home, Replicas, why="a rule for inventories of machines; they are objects of the bucket that it names"),
)  # fmt: skip
