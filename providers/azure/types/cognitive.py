"""Microsoft.CognitiveServices: AI services and the deployments of models."""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import deployment_places, outbound
from providers.azure.reading import open_network
from providers.azure.terraform import shapes
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    Below,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    Outflow,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    choice,
    derive,
    derived_regions,
    fact,
    here,
    never_others,
    regions,
    text,
)

API = "2023-05-01"
ACCOUNT_TYPE = "Microsoft.CognitiveServices/accounts"
STORED = "Microsoft Learn, Azure AI services encryption of data at rest: encrypted with FIPS 140-2 compliant 256-bit AES, which cannot be switched off"
WIRE = "Microsoft Learn, Azure AI services security: all endpoints enforce TLS 1.2 and HTTPS"

ACCOUNT = TypeDecl(
    ACCOUNT_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    terraform=shapes(ACCOUNT_TYPE),
    facts=(
        fact(Home, place=here(arm="location")),
        # the regions that requests of a multi-region account are routed to
        fact(Replicas, places=regions(arm="properties.locations.regions[].name")),
        fact(AtRest, state=always(ON, cite=STORED), algorithm=always("AES256", cite=STORED)),
        fact(
            KeyCustody,
            holder=choice({"Microsoft.CognitiveServices": Holder.PROVIDER, "Microsoft.KeyVault": Holder.CUSTOMER}, arm="properties.encryption.keySource", absent=Holder.PROVIDER),
            key=text(arm="properties.encryption.keyVaultProperties.keyName", absent=None),
        ),
        fact(Transit, plaintext_allowed=always(False, cite=WIRE)),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=WIRE)),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"))),
        fact(Outflow, derive(outbound, arm=("properties.restrictOutboundNetworkAccess", "properties.allowedFqdnList[]"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)

DEPLOYMENT = TypeDecl(
    f"{ACCOUNT_TYPE}/deployments",
    live=Below(ACCOUNT_TYPE, suffix="/deployments", api=API),
    facts=(fact(Replicas, places=derived_regions(deployment_places, arm="sku.name")),),
    never=never_others(Replicas, why="a model of an account, which is judged for the rest"),
)
