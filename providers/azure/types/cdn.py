"""Microsoft.Cdn: Front Door Standard and Premium, and the classic CDN."""

from providers.azure import endpoints
from providers.azure.copies import edge_copies, profile_edges
from providers.azure.edges import HOSTS, classic_floor, domain_floor, domain_renewal, of_host, route_transit, secret_certificate, secret_renewal
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, NO_LOGS, diagnostics
from scanner.sdk import (
    NOT_SHOWN,
    Arm,
    AtRest,
    Below,
    Certificate,
    ClientAuth,
    Endpoints,
    Exposure,
    Home,
    KeyCustody,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    any_of,
    boolean,
    by_dialect,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    of_parent,
    together,
    traced,
    unread,
)

API = "2024-02-01"
PROFILE_TYPE = "Microsoft.Cdn/profiles"
ENDPOINT_TYPE = f"{PROFILE_TYPE}/endpoints"
_EDGES = derived_regions(edge_copies, arm="location")
ANSWERS = never(AtRest, KeyCustody, why="its edges keep answers of its origins, which are judged there")
REACHED = never(Exposure, why="is there to be reached")
PASSED = {**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **ANSWERS, **REACHED}
#: SKUs of the classic CDN, which has neither routes nor secrets (REST reference, Profiles, SkuName).
CLASSIC = "sku[?{}].name".format(" || ".join(f"name=='{name}'" for name in (
    "Standard_Microsoft", "Standard_Verizon", "Premium_Verizon", "Custom_Verizon", "Standard_Akamai", "Standard_ChinaCdn", "StandardPlus_ChinaCdn",
    "Standard_AvgBandWidth_ChinaCdn", "Standard_955BandWidth_ChinaCdn", "StandardPlus_955BandWidth_ChinaCdn", "StandardPlus_AvgBandWidth_ChinaCdn",
)))  # fmt: skip
KINDS = tuple(sorted(set(HOSTS.values())))

PROFILE = TypeDecl(
    PROFILE_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(fact(Home, place=here(arm="location")), fact(Replicas, places=derived_regions(profile_edges, arm=("location", "sku.name"))), GUARDED, *LOGGED),
    never={
        **PASSED,
        **never(Transit, TlsFloor, ClientAuth, why="asked of its endpoints, routes and custom domains"),
        **never(Certificate, Renewal, why="asked of its secrets and custom domains"),
    },
)

# -- Front Door Standard and Premium -------------------------------------------------------------------------
DOOR_ENDPOINT = TypeDecl(
    f"{PROFILE_TYPE}/afdEndpoints",
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.EDGE,
        fact(TlsFloor, unread("which versions the platform's own name of an endpoint accepts is not in its body: scan the endpoint")),
        GUARDED,
    ),
    never={
        **PASSED, **NO_LOGS,
        **never(Replicas, why="asked of its profile"),
        **never(Transit, why="asked of each of its routes"),
        **never(Certificate, Renewal, ClientAuth, why="its own name has the platform's certificate; custom domains are judged themselves"),
    },
)  # fmt: skip

ROUTE = TypeDecl(
    f"{PROFILE_TYPE}/afdEndpoints/routes",
    live=Below(f"{PROFILE_TYPE}/afdEndpoints", suffix="/routes", api=API),
    facts=(fact(Transit, derive(route_transit, arm=("properties.httpsRedirect", "properties.forwardingProtocol", "properties.supportedProtocols[]"))),),
    never=never_others(Transit, why="a rule of an endpoint, whose profile is judged for the rest"),
)

DOOR_DOMAIN = TypeDecl(
    f"{PROFILE_TYPE}/customDomains",
    live=Below(PROFILE_TYPE, suffix="/customDomains", api=API, unless=CLASSIC),
    facts=(
        endpoints.DOMAIN,
        fact(TlsFloor, derive(domain_floor, arm="properties.tlsSettings.minimumTlsVersion")),
        fact(
            Renewal,
            derive(
                domain_renewal,
                live=("properties.tlsSettings.certificateType", "properties.domainValidationState"),
                arm=NOT_SHOWN("whether the domain is validated is known after deployment"),
            ),
        ),
    ),
    never=never_others(TlsFloor, Renewal, Endpoints, why="a name of a profile, which is judged for the rest; its certificate is one of the profile's secrets"),
)

PARAMETERS = "properties.parameters"

SECRET = TypeDecl(
    f"{PROFILE_TYPE}/secrets",
    live=Below(PROFILE_TYPE, suffix="/secrets", api=API, unless=CLASSIC),
    facts=(
        fact(
            Certificate,
            derive(
                secret_certificate,
                live=(
                    f"{PARAMETERS}.type", f"{PARAMETERS}.subjectAlternativeNames[]", f"{PARAMETERS}.subject", f"{PARAMETERS}.certificateAuthority",
                    f"{PARAMETERS}.expirationDate",
                ),
                arm=NOT_SHOWN("a template refers to a vault; the certificate is read from there after deployment"),
            ),
        ),
        fact(Renewal, derive(secret_renewal, arm=(f"{PARAMETERS}.type", f"{PARAMETERS}.useLatestVersion", f"{PARAMETERS}.secretVersion"))),
    ),
    never=never_others(Certificate, Renewal, why="a certificate: the profile that uses it is judged for the rest"),
)  # fmt: skip

ORIGIN_GROUP = TypeDecl(
    f"{PROFILE_TYPE}/originGroups",
    live=Below(PROFILE_TYPE, suffix="/originGroups", api=API, unless=CLASSIC),
    facts=(),
    never=never_others(why="says how origins are chosen; each of them is judged itself"),
)

ORIGIN = TypeDecl(
    f"{PROFILE_TYPE}/originGroups/origins",
    live=Below(f"{PROFILE_TYPE}/originGroups", suffix="/origins", api=API),
    facts=(fact(Replicas, places=traced(of_host, *KINDS, arm="properties.azureOrigin.id || properties.hostName", required=True)),),
    never=never_others(Replicas, why="names a host that answers; what stands there is judged itself"),
)

# -- CDN (classic) -------------------------------------------------------------------------------------------
ENDPOINT = TypeDecl(
    ENDPOINT_TYPE,
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.EDGE,
        fact(Replicas, places=together(_EDGES, traced(of_host, *KINDS, arm="properties.origins[].properties.hostName"))),
        # EndpointProperties in the REST reference: both protocols are allowed by default
        fact(Transit, plaintext_allowed=boolean(arm="properties.isHttpAllowed", absent=True)),
        fact(TlsFloor, unread("which versions the platform's own name of an endpoint accepts is not in its body: scan the endpoint")),
        GUARDED,
    ),
    never={**PASSED, **NO_LOGS, **never(Certificate, Renewal, ClientAuth, why="its own name has the platform's certificate; custom domains are judged themselves")},
)

STATE = "properties.customHttpsProvisioningState"

ENDPOINT_DOMAIN = TypeDecl(
    f"{ENDPOINT_TYPE}/customDomains",
    live=Below(ENDPOINT_TYPE, suffix="/customDomains", api=API),
    facts=(
        endpoints.DOMAIN,
        fact(
            Transit,
            plaintext_allowed=any_of(
                boolean(
                    arm=STATE, true=("Disabled", "Failed"), false=("Enabled", "Enabling", "Disabling"),
                    absent=by_dialect(live=NOT_SHOWN("the domain does not say whether it has HTTPS"), arm=False),
                ),
                of_parent(ENDPOINT_TYPE, Transit, "plaintext_allowed"),
            ),
        ),
        fact(TlsFloor, derive(classic_floor, arm=(STATE, "properties.customHttpsParameters.minimumTlsVersion"))),
        fact(Certificate, unread("the certificate of the domain is managed by the edge or lies in a vault; its dates are not in the body: scan the endpoint")),
    ),
    never=never_others(Transit, TlsFloor, Certificate, Endpoints, why="a name of an endpoint, which is judged for the rest"),
)  # fmt: skip
