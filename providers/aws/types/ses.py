"""SES: identities that mail is sent as, configuration sets, and endpoints over several regions."""

from providers.aws.referred import target
from scanner.sdk import (
    Get,
    Home,
    Join,
    List,
    LogPlaces,
    Replicas,
    Transit,
    TypeDecl,
    boolean,
    fact,
    here,
    never_others,
    regions,
    traced,
)

_SENT = ("KinesisFirehoseDestination.DeliveryStreamArn", "SnsDestination.TopicArn", "EventBridgeDestination.EventBusArn")

# IAM knows both versions of the API as `ses` (Service Authorization Reference, Amazon Simple Email Service v2).
CONFIGURATION_SET = TypeDecl(
    "AWS::SES::ConfigurationSet",
    live=List("sesv2", "list_configuration_sets", each="ConfigurationSets", id="arn:{partition}:ses:{region}:{account}:configuration-set/{Name}", name="Name",
              permission="ses:ListConfigurationSets"),
    details=(
        Get("get_configuration_set", put="set", params={"ConfigurationSetName": "Name"}, permission="ses:GetConfigurationSet"),
        Get("get_configuration_set_event_destinations", put="events", params={"ConfigurationSetName": "Name"}, take="EventDestinations",
            permission="ses:GetConfigurationSetEventDestinations"),
    ),
    joins=(Join("AWS::SES::ConfigurationSetEventDestination", on="ConfigurationSetName", put="events"),),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(target, "AWS::S3::Bucket", live=tuple(f"events[].{path}" for path in (*_SENT, "PinpointDestination.ApplicationArn")),
                                      cfn=("events[].EventDestination.KinesisFirehoseDestination.DeliveryStreamARN", "events[].EventDestination.SnsDestination.TopicARN",
                                           "events[].EventDestination.EventBridgeDestination.EventBusArn"))),
        # SES API reference, DeliveryOptions: without a policy mail is sent in plain text where the other side offers no TLS.
        fact(Transit, plaintext_allowed=boolean(live="set.DeliveryOptions.TlsPolicy", cfn="DeliveryOptions.TlsPolicy", true=("OPTIONAL",), false=("REQUIRE",), absent=True),
             detail="mail to servers that offer no TLS"),
    ),
    never=never_others(Home, LogPlaces, Transit, why="settings for sending mail; it keeps none"),
)  # fmt: skip

IDENTITY = TypeDecl(
    "AWS::SES::EmailIdentity",
    live=List("sesv2", "list_email_identities", each="EmailIdentities", id="arn:{partition}:ses:{region}:{account}:identity/{IdentityName}", name="IdentityName",
              permission="ses:ListEmailIdentities"),
    facts=(fact(Home, place=here()),),
    never=never_others(Home, why="an address or domain that mail is sent as; its configuration set says how"),
)  # fmt: skip

ENDPOINT = TypeDecl(
    "AWS::SES::MultiRegionEndpoint",
    live=List("sesv2", "list_multi_region_endpoints", each="MultiRegionEndpoints", id="arn:{partition}:ses:{region}:{account}:multi-region-endpoint/{EndpointName}",
              name="EndpointName", permission="ses:ListMultiRegionEndpoints"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=regions(live="Regions[]", cfn="Details.RouteDetails[].Region")),
    ),
    never=never_others(Home, Replicas, why="spreads mail over the regions that are asked as copies"),
)  # fmt: skip
