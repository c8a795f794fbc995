"""AWS Config: where it delivers, and which regions an aggregator joins."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from scanner.sdk import Home, List, LogPlaces, Ref, Replicas, TypeDecl, derived_regions, fact, here, never_others, traced

DELIVERY_CHANNEL = TypeDecl(
    "AWS::Config::DeliveryChannel",
    live=List("config", "describe_delivery_channels", each="DeliveryChannels", id="arn:{partition}:config:{region}:{account}:delivery-channel/{name}", name="name"),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(bucket, BUCKET, in_stack=True, required=True, live=("s3BucketName", "snsTopicARN"), cfn=("S3BucketName", "SnsTopicARN"))),
    ),
    never=never_others(Home, LogPlaces, why="a rule for records of configuration; the records are objects of its bucket"),
)


def _joined(_: Ref, everywhere: tuple[Any, ...], own: tuple[Any, ...], *regions: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions between which records flow. All of them, future ones included, is no list of countries."""
    if any(str(value).lower() == "true" for value in (*everywhere, *own)):
        return ("every region of AWS",)
    return tuple(dict.fromkeys(str(region) for found in regions for region in found))


_SOURCES = (
    "AccountAggregationSources[].AllAwsRegions",
    "OrganizationAggregationSource.AllAwsRegions",
    "AccountAggregationSources[].AwsRegions[]",
    "OrganizationAggregationSource.AwsRegions[]",
)

AGGREGATOR = TypeDecl(
    "AWS::Config::ConfigurationAggregator",
    live=List("config", "describe_configuration_aggregators", each="ConfigurationAggregators", id="ConfigurationAggregatorArn", name="ConfigurationAggregatorName"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_joined, same=_SOURCES)),
    ),
    never=never_others(Home, Replicas, why="a view of records of configuration, gathered in its own region"),
)
