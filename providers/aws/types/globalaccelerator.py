"""Global Accelerator: where what comes in all over the world is led to."""

from typing import Any

from scanner.sdk import Each, Get, Join, List, Ref, Replicas, Scope, TypeDecl, derived_regions, fact, never_others


def _led_to(_: Ref, groups: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions of the endpoint groups. Without one nothing is led anywhere from the edge that took it in."""
    return tuple(dict.fromkeys(map(str, groups))) or ("the edge of the network of AWS: no endpoint group is there",)


LISTENER = TypeDecl(
    "AWS::GlobalAccelerator::Listener",
    live=Each(
        # One control plane, in Oregon.
        List("globalaccelerator", "list_accelerators", each="Accelerators", id="AcceleratorArn", name="Name", scope=Scope.GLOBAL, at="us-west-2"),
        List("globalaccelerator", "list_listeners", each="Listeners", id="ListenerArn", name="{parent} {Protocol}", scope=Scope.GLOBAL, at="us-west-2"),
        params={"AcceleratorArn": "AcceleratorArn"},
    ),
    details=(Get("list_endpoint_groups", put="groups", params={"ListenerArn": "ListenerArn"}, take="EndpointGroups"),),
    joins=(Join("AWS::GlobalAccelerator::EndpointGroup", on="ListenerArn", put="groups"),),
    facts=(fact(Replicas, places=derived_regions(_led_to, live="groups[].EndpointGroupRegion", cfn="groups[].EndpointGroupRegion")),),
    never=never_others(Replicas, why="takes packets in all over the world and leads them to endpoints, which are asked; it ends no TLS and keeps no data"),
)
