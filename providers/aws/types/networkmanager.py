"""Cloud WAN: core networks, whose edges stand in many regions."""

from scanner.sdk import Get, List, Replicas, Scope, TypeDecl, fact, never_others, regions

CORE_NETWORK = TypeDecl(
    "AWS::NetworkManager::CoreNetwork",
    live=List(
        "networkmanager", "list_core_networks", each="CoreNetworks", id="CoreNetworkArn", name="CoreNetworkId", tags="Tags[]", scope=Scope.GLOBAL,
        at="us-west-2",  # AWS Cloud WAN: the home region of the service
    ),
    details=(Get("get_core_network", put="network", params={"CoreNetworkId": "CoreNetworkId"}, take="CoreNetwork"),),
    facts=(fact(Replicas, places=regions(live="network.Edges[].EdgeLocation", cfn='PolicyDocument."core-network-configuration"."edge-locations"[].location')),),
    never=never_others(Replicas, why="a network without a place of its own: its edges are asked as copies"),
)  # fmt: skip
