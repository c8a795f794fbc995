"""Route 53 Resolver: where queries are logged."""

from providers.aws.clues import BUCKET, arn
from scanner.sdk import Home, List, LogPlaces, TypeDecl, fact, here, never_others, traced

QUERY_LOGGING = TypeDecl(
    "AWS::Route53Resolver::ResolverQueryLoggingConfig",
    live=List("route53resolver", "list_resolver_query_log_configs", each="ResolverQueryLogConfigs", id="Arn", name="Name"),
    skip="[?Status=='DELETING'].Id",
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(arn, BUCKET, in_stack=True, required=True, same="DestinationArn")),
    ),
    never=never_others(Home, LogPlaces, why="a rule for logs: where they go is all there is to it"),
)
