"""WAF: where the logs of web ACLs go."""

from providers.aws.clues import BUCKET, arn
from scanner.sdk import Home, List, LogPlaces, Scope, TypeDecl, fact, here, never_others, traced

_WHY = "a rule for logs: where they go is all there is to it"

LOGGING = TypeDecl(
    "AWS::WAFv2::LoggingConfiguration",
    live=List("wafv2", "list_logging_configurations", each="LoggingConfigurations", id="ResourceArn", params={"Scope": "REGIONAL"}),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(arn, BUCKET, in_stack=True, required=True, same="LogDestinationConfigs[]")),
    ),
    never=never_others(Home, LogPlaces, why=_WHY),
)

EDGE_LOGGING = TypeDecl(
    "AWS::WAFv2::CloudFrontLoggingConfiguration",
    live=List("wafv2", "list_logging_configurations", each="LoggingConfigurations", id="ResourceArn", params={"Scope": "CLOUDFRONT"}, scope=Scope.GLOBAL, at="us-east-1"),
    cloudformation=False,
    facts=(fact(LogPlaces, places=traced(arn, BUCKET, required=True, live="LogDestinationConfigs[]")),),
    never=never_others(LogPlaces, why=_WHY),
)
