"""GuardDuty: where findings are exported to."""

from providers.aws.clues import BUCKET, arn
from scanner.sdk import Each, Get, Home, List, LogPlaces, TypeDecl, fact, here, never_others, traced

PUBLISHING_DESTINATION = TypeDecl(
    "AWS::GuardDuty::PublishingDestination",
    live=Each(
        List("guardduty", "list_detectors", each="DetectorIds", id="arn:{partition}:guardduty:{region}:{account}:detector/{Name}", name="Name"),
        List("guardduty", "list_publishing_destinations", each="Destinations", name="DestinationId",
             id="arn:{partition}:guardduty:{region}:{account}:detector/{DetectorId}/publishingdestination/{DestinationId}"),
        params={"DetectorId": "Name"},
    ),
    details=(Get("describe_publishing_destination", put="destination", params={"DetectorId": "DetectorId", "DestinationId": "DestinationId"}, take="DestinationProperties"),),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(arn, BUCKET, required=True, live="destination.DestinationArn", cfn="DestinationProperties.DestinationArn")),
    ),
    never=never_others(Home, LogPlaces, why="a rule for findings; the findings are objects of its bucket"),
)  # fmt: skip
