"""EventBridge: rules and their targets, endpoints of two regions, destinations outside AWS."""

from typing import Any

from providers.aws.clues import BUCKET, arn, destination, region
from scanner.sdk import Backups, Each, Get, Home, List, Ref, Replicas, TypeDecl, derive, fact, here, never_others, traced

_BUSES = List("events", "list_event_buses", each="EventBuses", id="Arn", name="Name")

RULE = TypeDecl(
    "AWS::Events::Rule",
    live=Each(_BUSES, List("events", "list_rules", each="Rules", id="Arn", name="Name"), params={"EventBusName": "Name"}),
    details=(Get("list_targets_by_rule", put="targets", params={"Rule": "Name", "EventBusName": "EventBusName"}, take="Targets"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(arn, BUCKET, in_stack=True, live="targets[].Arn", cfn="Targets[].Arn")),
    ),
    never=never_others(Home, Replicas, why="a rule for events, which it passes on and does not keep"),
)

API_DESTINATION = TypeDecl(
    "AWS::Events::ApiDestination",
    live=List("events", "list_api_destinations", each="ApiDestinations", id="ApiDestinationArn", name="Name"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(destination, BUCKET, required=True, same="InvocationEndpoint")),
    ),
    never=never_others(Home, Replicas, why="the address of an HTTPS endpoint that events are sent to: EventBridge takes no other kind"),
)


def _replicated(_: Ref, states: tuple[Any, ...]) -> Backups:
    """Events are replicated to the second region unless that is switched off (EventBridge API, CreateEndpoint)."""
    on = not states or str(states[0]).upper() == "ENABLED"
    return Backups(on, "continuous", 0 if on else None)


ENDPOINT = TypeDecl(
    "AWS::Events::Endpoint",
    live=List("events", "list_endpoints", each="Endpoints", id="Arn", name="Name"),
    facts=(
        fact(Home, place=here()),
        # Events go there when the first region fails, and always where they are replicated.
        fact(Replicas, places=traced(region, required=True, same="RoutingConfig.FailoverConfig.Secondary.Route")),
        fact(Backups, derive(_replicated, same="ReplicationConfig.State")),
    ),
    never=never_others(Home, Replicas, Backups, why="a name for two event buses, which pass events on and do not keep them"),
)
