"""Microsoft.Network: what takes traffic in or carries it elsewhere."""

from providers.azure import endpoints
from providers.azure.certificates import anchor, encoded, taken_over
from providers.azure.copies import analytics_region, balancer_of_frontend, edge_copies, endpoint_regions, global_tier
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_ENDPOINT, NO_LOGIN, NO_LOGS, diagnostics
from providers.azure.gateways import any_http, asked_there, edge_floor, edge_transit, gateway_floor, unredirected
from providers.azure.guarding import tunnel_transit
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    Arm,
    AtRest,
    Below,
    Certificate,
    ClientAuth,
    Exposure,
    Home,
    KeyCustody,
    LogPlaces,
    Logs,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    any_of,
    azure_ids,
    derive,
    derived_regions,
    fact,
    first_proven,
    here,
    never,
    never_others,
    per_dialect,
    regions,
    together,
    traced,
    unread,
)

API = "2024-01-01"
STORES_NOTHING = never(AtRest, KeyCustody, why="passes data on and keeps none")
REACHED = never(Exposure, why="is there to be reached")
PASSED = {**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **STORES_NOTHING, **REACHED}
NO_COPIES = never(Replicas, why="passes data on within its region")
#: What a network service without a listener of its own has to say.
CARRIES = {**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_ENDPOINT, **STORES_NOTHING}

# -- Application Gateway -------------------------------------------------------------------------------------
GATEWAY_TYPE = "Microsoft.Network/applicationGateways"
LISTENERS, BACKENDS = "properties.httpListeners[].properties.protocol", "properties.backendHttpSettingsCollection[].properties.protocol"
HELD = "properties.sslCertificates[].id"
VAULTED = "properties.keyVaultSecretId"
IN_TEMPLATE = NOT_SHOWN("a template holds the certificate as a secret, or refers to a vault")

GATEWAY = TypeDecl(
    GATEWAY_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    terraform=shapes(GATEWAY_TYPE),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.GATEWAY,
        fact(
            Transit,
            plaintext_allowed=any_of(
                first_proven(
                    lambda plain: not plain,
                    derive(any_http, arm=LISTENERS),
                    derive(unredirected, arm=("properties.httpListeners[]", "properties.requestRoutingRules[]", "properties.redirectConfigurations[]")),
                ),
                derive(any_http, arm=BACKENDS),
            ),
            detail="plain HTTP at a listener that redirects nowhere safe, or to the backends",
        ),
        fact(
            TlsFloor,
            derive(gateway_floor, arm=(LISTENERS, "properties.sslPolicy", "properties.defaultPredefinedSslPolicy", "properties.sslProfiles[].properties.sslPolicy")),
        ),
        fact(ClientAuth, unread("needs which listener uses which TLS profile")),
        fact(Certificate, derive(asked_there, live=HELD, arm=IN_TEMPLATE)),
        fact(Renewal, per_dialect(derive(asked_there, live=HELD), derive(taken_over, arm=f"properties.sslCertificates[].{VAULTED}"))),
        GUARDED,
        *LOGGED,
    ),
    never={**PASSED, **NO_COPIES},
)


GATEWAY_CERTIFICATE = TypeDecl(
    f"{GATEWAY_TYPE}/sslCertificates",
    live=Below(GATEWAY_TYPE, each="properties.sslCertificates[]"),
    facts=(
        fact(Certificate, derive(encoded, live=("properties.publicCertData", VAULTED), arm=IN_TEMPLATE)),
        fact(Renewal, derive(taken_over, arm=VAULTED)),
    ),
    never=never_others(Certificate, Renewal, why="a certificate: the gateway that uses it is judged for the rest"),
)


def _inside(parent: str, each: str, kind: str, data: str, why: str) -> TypeDecl:
    """Certificates that stand in the body of what uses them."""
    return TypeDecl(
        f"{parent}/{kind}",
        live=Below(parent, each=each),
        facts=(fact(Certificate, derive(anchor, live=f"properties.{data}", arm=IN_TEMPLATE)),),
        never=never_others(Certificate, why=why),
    )


OF_GATEWAY = "a certificate: the gateway that uses it is judged for the rest"
GATEWAY_ROOT = _inside(GATEWAY_TYPE, "properties.trustedRootCertificates[]", "trustedRootCertificates", "data", OF_GATEWAY)
GATEWAY_CLIENT = _inside(GATEWAY_TYPE, "properties.trustedClientCertificates[]", "trustedClientCertificates", "data", OF_GATEWAY)

# -- what stands at the edge of the network ------------------------------------------------------------------
FRONT_DOOR = TypeDecl(
    "Microsoft.Network/frontDoors",
    live=Arm("2021-06-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.DOOR,
        fact(Replicas, places=derived_regions(edge_copies, arm="location")),
        fact(Transit, derive(edge_transit, arm="properties.routingRules[]")),
        fact(
            TlsFloor,
            derive(edge_floor, arm=("properties.frontendEndpoints[].name", "properties.frontendEndpoints[].properties.customHttpsConfiguration.minimumTlsVersion")),
        ),
        fact(Certificate, unread("the certificates of its custom domains are managed by the edge or lie in a vault; their dates are not in the body: scan the endpoint")),
        GUARDED,
        *LOGGED,
    ),
    never={**PASSED, **never(Renewal, ClientAuth, why="goes with the certificates of its custom domains, which it does not show")},
)

TRAFFIC_MANAGER = TypeDecl(
    "Microsoft.Network/trafficManagerProfiles",
    live=Arm("2022-04-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=together(
                regions(arm="properties.endpoints[].properties.endpointLocation"),
                derived_regions(endpoint_regions, arm=("properties.endpoints[].name", "properties.endpoints[].properties.endpointLocation")),
            ),
        ),
        GUARDED,
        *LOGGED,
    ),
    never=CARRIES,
)

_TIER = derived_regions(global_tier, arm="sku.tier")

BALANCER = TypeDecl(
    "Microsoft.Network/loadBalancers",
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=together(
                _TIER,
                traced(
                    balancer_of_frontend, "Microsoft.Network/loadBalancers",
                    arm="properties.backendAddressPools[].properties.loadBalancerBackendAddresses[].properties.loadBalancerFrontendIPConfiguration.id",
                ),
            ),
        ),
        GUARDED,
        *LOGGED,
    ),
    never=CARRIES,
)  # fmt: skip

PUBLIC_ADDRESS = TypeDecl(
    "Microsoft.Network/publicIPAddresses",
    live=Arm(API),
    details=(LOCKS,),
    facts=(fact(Home, place=here(arm="location")), fact(Replicas, places=_TIER), GUARDED),
    never={**CARRIES, **never(Logs, LogPlaces, why="its logs tell of attacks on the address, not of what passes")},
)

# -- networks and what joins them ----------------------------------------------------------------------------
NETWORK = TypeDecl(
    "Microsoft.Network/virtualNetworks",
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # a peered network in another region is a way out for data, as a copy is
        fact(Replicas, places=azure_ids(arm="properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id")),
        GUARDED,
        *LOGGED,
    ),
    never=CARRIES,
)

CONNECTION = TypeDecl(
    "Microsoft.Network/connections",
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=azure_ids(arm="properties.virtualNetworkGateway2.id")),
        fact(Transit, derive(tunnel_transit, arm=("properties.connectionType", "properties.ipsecPolicies[].ipsecEncryption"))),
        GUARDED,
    ),
    never={**PASSED, **NO_LOGS, **never(TlsFloor, ClientAuth, Certificate, Renewal, why="IPsec, not TLS")},
)

VPN_TYPE = "Microsoft.Network/virtualNetworkGateways"
VPN_GATEWAY = TypeDecl(
    VPN_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Certificate, derive(asked_there, live="properties.vpnClientConfiguration.vpnClientRootCertificates[].id", arm=IN_TEMPLATE)),
        GUARDED,
        *LOGGED,
    ),
    never={
        **PASSED, **NO_COPIES,
        **never(Transit, why="asked of each of its connections"),
        **never(TlsFloor, ClientAuth, Renewal, why="point-to-site clients are told apart by the certificates below it"),
    },
)  # fmt: skip
VPN_ROOT = _inside(
    VPN_TYPE, "properties.vpnClientConfiguration.vpnClientRootCertificates[]", "vpnClientRootCertificates", "publicCertData",
    "a certificate that clients are trusted by: the gateway is judged for the rest",
)  # fmt: skip

FLOW_LOG = TypeDecl(
    "Microsoft.Network/networkWatchers/flowLogs",
    live=Arm(API),
    terraform=shapes("Microsoft.Network/networkWatchers/flowLogs"),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            LogPlaces,
            places=together(
                azure_ids(arm="properties.storageId"),
                derived_regions(
                    analytics_region,
                    arm=(
                        "properties.flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.enabled",
                        "properties.flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.workspaceRegion",
                    ),
                ),
            ),
        ),
    ),
    never=never_others(Home, LogPlaces, why="says where logs of traffic go, and keeps none itself"),
)
