"""CloudWatch Logs: groups, what they are passed on to, and deliveries of logs of other services."""

from collections.abc import Sequence

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.referred import named, target
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
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
    Join,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Place,
    Replicas,
    TypeDecl,
    always,
    fact,
    flag,
    here,
    never,
    never_others,
    through,
    traced,
)

_BUCKET = "AWS::S3::Bucket"

GROUP = TypeDecl(
    "AWS::Logs::LogGroup",
    live=List("logs", "describe_log_groups", each="logGroups", id="arn", name="logGroupName"),
    details=(Get("describe_subscription_filters", put="filters", params={"logGroupName": "logGroupName"}, take="subscriptionFilters"),),
    joins=(Join("AWS::Logs::SubscriptionFilter", on="LogGroupName", put="filters"),),
    terraform=shapes("AWS::Logs::LogGroup"),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(target, _BUCKET, live="filters[].destinationArn", cfn="filters[].DestinationArn")),
        fact(AtRest, state=always(ON, cite="CloudWatch Logs User Guide, encrypt log data: log groups are always encrypted at rest"), algorithm="AES256"),
        fact(KeyCustody, holder=holder_of("kmsKeyId", "KmsKeyId", absent=Holder.PROVIDER), key=key_name("kmsKeyId", "KmsKeyId")),
        # CloudWatch Logs API reference: deletion protection is off unless switched on.
        fact(Deletion, guard=flag(live="deletionProtectionEnabled", cfn="DeletionProtectionEnabled", absent=OFF)),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, why="has no live copy; what is passed on is asked as logs"),
        **never(Backups, BackupPlaces, BackupEncryption, why="logs are kept, not backed up; what is passed on is asked as logs"),
        **never(Exposure, why="a resource policy lets services write to it; nobody reads it without an identity of the account"),
        **never(Logs, why="is a log itself"),
    },
)  # fmt: skip

FILTER = TypeDecl(
    "AWS::Logs::SubscriptionFilter",
    live=None,  # the live cloud shows it at its log group
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(target, _BUCKET, cfn="DestinationArn")),
    ),
    never=never_others(Home, LogPlaces, why="a rule for logs; the logs themselves are in its group, which is asked"),
)

DESTINATION = TypeDecl(
    "AWS::Logs::DeliveryDestination",
    live=List("logs", "describe_delivery_destinations", each="deliveryDestinations", id="arn", name="name"),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(target, _BUCKET, live="deliveryDestinationConfiguration.destinationResourceArn", cfn="DestinationResourceArn")),
    ),
    never=never_others(Home, LogPlaces, why="names where logs go to; they lie there, which is asked"),
)


def _all(found: Sequence[tuple[Place, ...]]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place for places in found for place in places))


DELIVERY = TypeDecl(
    "AWS::Logs::Delivery",
    live=List("logs", "describe_deliveries", each="deliveries", id="arn", name="id"),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=through(named("AWS::Logs::DeliveryDestination"), "AWS::Logs::DeliveryDestination", fact=LogPlaces, field="places", worst=_all,
                                       absent=NOT_SHOWN("a delivery names its destination"), live="deliveryDestinationArn", cfn="DeliveryDestinationArn")),
    ),
    never=never_others(Home, LogPlaces, why="carries logs from a service to a destination and keeps none"),
)  # fmt: skip
