"""Microsoft.ApiManagement"""

from providers.azure import endpoints
from providers.azure.apis import first_to_end, gateway_floor, gateway_transit, stored
from providers.azure.certificates import taken_over
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, diagnostics
from providers.azure.reading import open_network
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    Arm,
    AtRest,
    Below,
    Certificate,
    Child,
    ClientAuth,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    derive,
    fact,
    flag,
    here,
    never_others,
    regions,
)

API = "2022-08-01"
BASELINE = "Microsoft Learn, Azure security baseline for API Management"
SECURITY = 'properties.customProperties."Microsoft.WindowsAzure.ApiManagement.Gateway.Security'
PROTOCOLS = tuple(f'{SECURITY}.{side}Protocols.{version}"' for side in ("", "Backend.") for version in ("Ssl30", "Tls10", "Tls11"))
NAMES = "properties.hostnameConfigurations"

SERVICE = TypeDecl(
    "Microsoft.ApiManagement/service",
    live=Arm(API),
    details=(Child("/apis", put="apis", api=API, many=True), Child("/backends", put="backends", api=API, many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.MANAGEMENT,
        fact(Replicas, places=regions(arm="properties.additionalLocations[].location")),
        fact(AtRest, state=always(ON, cite=f"{BASELINE}: data at rest is encrypted under platform keys")),
        fact(KeyCustody, holder=always(Holder.PROVIDER, cite=f"{BASELINE}: customers' keys are not supported for data at rest")),
        fact(
            Transit,
            derive(
                gateway_transit,
                live=("apis[].properties.protocols[]", "apis[].properties.serviceUrl", "backends[].properties.url", "backends[].properties.tls.validateCertificateChain"),
                arm=APART,
            ),
        ),
        fact(TlsFloor, derive(gateway_floor, arm=(*PROTOCOLS, "properties.createdAtUtc"))),
        # REST reference, enableClientCertificate: enforced for each request, on the tier Consumption; false by default
        fact(ClientAuth, state=flag(arm="properties.enableClientCertificate", absent=OFF)),
        fact(
            Certificate,
            derive(
                first_to_end,
                live=(
                    f"{NAMES}[?certificate].hostName", f"{NAMES}[?certificate].certificate.expiry",
                    f"{NAMES}[?certificate].certificate.subject", f"{NAMES}[?certificateSource=='Managed'].hostName",
                ),
                arm=NOT_SHOWN("a template holds the certificate as a secret, or names it in a vault"),
            ),
        ),
        fact(Renewal, derive(taken_over, arm=f"{NAMES}[].keyVaultId")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN},
)  # fmt: skip

CERTIFICATE = TypeDecl(
    "Microsoft.ApiManagement/service/certificates",
    live=Below("Microsoft.ApiManagement/service", suffix="/certificates", api=API),
    facts=(
        fact(
            Certificate,
            derive(stored, live=("properties.subject", "properties.expirationDate"), arm=NOT_SHOWN("a template holds the certificate as a secret, or names it in a vault")),
        ),
        fact(Renewal, derive(taken_over, arm=("properties.keyVault.secretIdentifier"))),
    ),
    never=never_others(Certificate, Renewal, why="a certificate by which the gateway shows itself to backends: the service that holds it is judged for the rest"),
)
