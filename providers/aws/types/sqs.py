"""SQS queues."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.policy import parsed, public_statement, queue_transit
from providers.aws.terraform import shapes
from scanner.sdk import (
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
    Join,
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
    by_dialect,
    derive,
    fact,
    here,
    never,
)


def _sealed(ref: Ref, managed: tuple[Any, ...], keys: tuple[Any, ...]) -> AtRest:
    """With a key of KMS, or with keys of SQS; a template that says nothing gets the latter (SQS Developer Guide, "Encryption at
    rest": on by default for new queues since 2022)."""
    if any(keys):
        return AtRest(ON, "aws:kms")
    if not managed and ref.id.startswith("arn:"):
        raise ValueError("SqsManagedSseEnabled is absent")
    if managed and str(managed[0]).lower() not in ("true", "false"):
        raise ValueError(f"SqsManagedSseEnabled is {managed[0]!r}")
    return AtRest(OFF) if managed and str(managed[0]).lower() == "false" else AtRest(ON, "AES256")


def _open(_: Ref, policies: tuple[Any, ...]) -> Exposure:
    """Without a policy only the owner may use a queue."""
    public = public_statement(parsed(policies))
    return Exposure(public, "its policy" if public else "")


_POLICIES = "policy[].PolicyDocument"
_KEY = "KmsMasterKeyId || SqsManagedSseEnabled"
QUEUE = TypeDecl(
    "AWS::SQS::Queue",
    live=List(
        "sqs", "list_queues", each="QueueUrls", id="arn:{partition}:sqs:{region}:{account}:{last}", left_out=True,
        params={"MaxResults": 1000},  # without it SQS gives the first thousand, and does not say that there are more
    ),
    details=(Get("get_queue_attributes", put="attributes", params={"QueueUrl": "Name"}, fixed={"AttributeNames": ["All"]}, take="Attributes"),),
    joins=(Join("AWS::SQS::QueuePolicy", on="Queues", put="policy"), Join("AWS::SQS::QueueInlinePolicy", on="Queue", put="policy")),
    terraform=shapes("AWS::SQS::Queue"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, derive(_sealed, live=("attributes.SqsManagedSseEnabled", "attributes.KmsMasterKeyId"), cfn=("SqsManagedSseEnabled", "KmsMasterKeyId"))),
        fact(KeyCustody, holder=holder_of("attributes.KmsMasterKeyId || attributes.SqsManagedSseEnabled", _KEY, on=Holder.PROVIDER, absent=by_dialect(cfn=Holder.PROVIDER)),
             key=key_name("attributes.KmsMasterKeyId", "KmsMasterKeyId")),
        fact(Transit, derive(queue_transit, live="attributes.Policy", cfn=(_POLICIES, "QueueName"))),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="AWS Security Blog: TLS 1.2 is the minimum of all AWS API endpoints", since="2024-02")),
        fact(Exposure, derive(_open, live="attributes.Policy", cfn=_POLICIES)),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="SQS knows no client certificates"),
        **never(Replicas, why="a queue, and its dead-letter queue, stand in one region"),
        **never(Backups, BackupPlaces, BackupEncryption, Deletion, why="messages wait for fourteen days at most; a queue can be made again at any time"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip
