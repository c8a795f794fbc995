"""SNS topics, and whom they send to."""

from typing import Any

from providers.aws.clues import arn, destination
from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.policy import parsed, public_statement, topic_transit
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Clue,
    Deletion,
    Exposure,
    Get,
    Home,
    Join,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Replicas,
    State,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    always,
    derive,
    fact,
    here,
    never,
    never_others,
    regions,
    together,
    traced,
)


def _sealed(_: Ref, keys: tuple[Any, ...]) -> State:
    """Encryption is off unless a key is named (SNS Developer Guide, "Server-side encryption")."""
    return ON if any(keys) else OFF


def _open(_: Ref, policies: tuple[Any, ...]) -> Exposure:
    """Without a policy of its own only the owner may use a topic."""
    public = public_statement(parsed(policies))
    return Exposure(public, "its policy" if public else "")


_NO_KEY = NotApplicable("not encrypted: there is no key")
_POLICIES = "policy[].PolicyDocument"
TOPIC = TypeDecl(
    "AWS::SNS::Topic",
    live=List("sns", "list_topics", each="Topics", id="TopicArn"),
    details=(Get("get_topic_attributes", put="attributes", params={"TopicArn": "TopicArn"}, take="Attributes"),),
    joins=(Join("AWS::SNS::TopicPolicy", on="Topics", put="policy"), Join("AWS::SNS::TopicInlinePolicy", on="TopicArn", put="policy")),
    terraform=shapes("AWS::SNS::Topic"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=derive(_sealed, live="attributes.KmsMasterKeyId", cfn="KmsMasterKeyId")),
        fact(KeyCustody, holder=holder_of("attributes.KmsMasterKeyId", "KmsMasterKeyId", absent=_NO_KEY), key=key_name("attributes.KmsMasterKeyId", "KmsMasterKeyId")),
        fact(Transit, derive(topic_transit, live="attributes.Policy", cfn=(_POLICIES, "TopicName"))),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="AWS Security Blog: TLS 1.2 is the minimum of all AWS API endpoints", since="2024-02")),
        fact(Exposure, derive(_open, live="attributes.Policy", cfn=_POLICIES)),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="SNS knows no client certificates"),
        **never(Replicas, why="messages go where subscriptions say, which are resources of their own"),
        **never(Backups, BackupPlaces, BackupEncryption, Deletion, why="messages are passed on; a topic can be made again at any time"),
        **never(LogPlaces, Logs, why="delivery logs go to CloudWatch Logs of its own region"),
    },
)  # fmt: skip

_PENDING = "PendingConfirmation"


def _receiver(ref: Ref, value: str) -> Clue | None:
    """A queue, function or stream by its ARN, a web address by its host; people may be anywhere."""
    if value.startswith("arn:") and ":endpoint/" not in value:
        return arn(ref, value)
    if value.startswith(("http://", "https://")):
        return destination(ref, value)
    return Clue(why="mail, text messages and apps reach people wherever they are")


def _spoken(_: Ref, protocols: tuple[Any, ...]) -> Transit:
    if not protocols:
        raise ValueError("Protocol is absent")
    protocol = str(protocols[0]).lower()
    if protocol in ("https", "sqs", "lambda", "firehose", "application"):
        return Transit(False, protocol)
    if protocol == "http":
        return Transit(True, "messages are sent over plain HTTP")
    if protocol == "sms":
        return Transit(True, "text messages are not encrypted")
    if protocol in ("email", "email-json"):
        raise Unresolvable(Reason.UNRESOLVED, "mail: whether it is encrypted on its way is up to the server that receives it")
    raise ValueError(f"unknown protocol {protocol!r}")


SUBSCRIPTION = TypeDecl(
    "AWS::SNS::Subscription",
    live=List("sns", "list_subscriptions", each="Subscriptions", id="SubscriptionArn"),
    skip=f"[?SubscriptionArn=='{_PENDING}'].SubscriptionArn",  # nothing is sent before it is confirmed
    facts=(
        fact(Home, place=here()),
        # In a template `Region` is that of the topic, where it is another one.
        fact(Replicas, places=together(traced(_receiver, in_stack=True, same="Endpoint"), regions(live=(), cfn="Region"))),
        fact(Transit, derive(_spoken, same="Protocol")),
    ),
    never=never_others(Home, Replicas, Transit, why="says where messages are sent to, and keeps none"),
)
