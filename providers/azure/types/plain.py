"""Types that hold no customer data: wiring, rules, names and reservations. The generic list says all that is asked of them: where they are.

Only types of which that is certain stand here. What may hold, copy or pass on data has a declaration of its own, or
stays with what `undeclared.py` says of it.
"""

from providers.azure.terraform import shapes
from scanner.sdk import Home, TypeDecl, fact, here, never_others


def _plain(type: str, why: str) -> TypeDecl:
    """A type whose place is judged, and that has nothing else to judge for the reason given."""
    return TypeDecl(type, live=None, terraform=shapes(type), facts=(fact(Home, place=here(arm="location")),), never=never_others(Home, why=f"holds no data: {why}"))


RULES = "rules about addresses and networks"
WIRING = "connects networks and services; what passes is not kept"
ALERT = "a rule about measurements, whose results are kept elsewhere"
ROOM = "says where machines stand, not what is on them"

INTERFACE = _plain("Microsoft.Network/networkInterfaces", WIRING)
SECURITY_GROUP = _plain("Microsoft.Network/networkSecurityGroups", RULES)
APPLICATION_SECURITY_GROUP = _plain("Microsoft.Network/applicationSecurityGroups", RULES)
ROUTE_TABLE = _plain("Microsoft.Network/routeTables", RULES)
ROUTE_FILTER = _plain("Microsoft.Network/routeFilters", RULES)
IP_GROUP = _plain("Microsoft.Network/ipGroups", "a list of addresses of networks")
FIREWALL_POLICY = _plain("Microsoft.Network/firewallPolicies", RULES)
GATEWAY_FIREWALL_POLICY = _plain("Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies", RULES)
DOOR_FIREWALL_POLICY = _plain("Microsoft.Network/frontDoorWebApplicationFirewallPolicies", RULES)
ENDPOINT_POLICY = _plain("Microsoft.Network/serviceEndpointPolicies", RULES)
PRIVATE_ENDPOINT = _plain("Microsoft.Network/privateEndpoints", WIRING)
PRIVATE_LINK_SERVICE = _plain("Microsoft.Network/privateLinkServices", WIRING)
NAT_GATEWAY = _plain("Microsoft.Network/natGateways", WIRING)
LOCAL_GATEWAY = _plain("Microsoft.Network/localNetworkGateways", "the address of a gateway on one's own premises")
NETWORK_PROFILE = _plain("Microsoft.Network/networkProfiles", WIRING)
ADDRESS_PREFIX = _plain("Microsoft.Network/publicIPPrefixes", "a reservation of addresses")
DDOS_PLAN = _plain("Microsoft.Network/ddosProtectionPlans", "a plan that networks refer to")
IDENTITY = _plain("Microsoft.ManagedIdentity/userAssignedIdentities", "the identity of a service, not of a person")
ACTION_GROUP = _plain("Microsoft.Insights/actionGroups", "a list of whom to alert; the workload's data does not pass through it")
METRIC_ALERT = _plain("Microsoft.Insights/metricAlerts", ALERT)
ACTIVITY_ALERT = _plain("Microsoft.Insights/activityLogAlerts", ALERT)
QUERY_ALERT = _plain("Microsoft.Insights/scheduledQueryRules", ALERT)
AUTOSCALE = _plain("Microsoft.Insights/autoscaleSettings", ALERT)
AVAILABILITY_SET = _plain("Microsoft.Compute/availabilitySets", ROOM)
PROXIMITY_GROUP = _plain("Microsoft.Compute/proximityPlacementGroups", ROOM)
CAPACITY_GROUP = _plain("Microsoft.Compute/capacityReservationGroups", ROOM)
HOST_GROUP = _plain("Microsoft.Compute/hostGroups", ROOM)
GALLERY = _plain("Microsoft.Compute/galleries", "a list of images, whose versions are resources of their own")
GALLERY_IMAGE = _plain("Microsoft.Compute/galleries/images", "describes an image, whose versions are resources of their own")
SSH_KEY = _plain("Microsoft.Compute/sshPublicKeys", "public halves of keys")
SERVER_FARM = _plain("Microsoft.Web/serverFarms", "machines that sites run on; what the sites keep is judged at them")
NETAPP_ACCOUNT = _plain("Microsoft.NetApp/netAppAccounts", "holds pools, whose volumes are resources of their own")
NETAPP_POOL = _plain("Microsoft.NetApp/netAppAccounts/capacityPools", "room for volumes, which are resources of their own")
NETWORK_WATCHER = _plain("Microsoft.Network/networkWatchers", "looks at networks; its flow logs are resources of their own")
VIRTUAL_HUB = _plain("Microsoft.Network/virtualHubs", WIRING)
VIRTUAL_WAN = _plain("Microsoft.Network/virtualWans", WIRING)
