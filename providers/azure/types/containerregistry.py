"""Microsoft.ContainerRegistry"""

from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import called, export_outflow
from providers.azure.reading import open_network
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    Child,
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
    fact,
    here,
    never_others,
    regions,
    text,
)

API = "2023-07-01"
REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries"
STORED = "Microsoft Learn, Storage in Azure Container Registry: images are encrypted at rest, which cannot be switched off"

REGISTRY = TypeDecl(
    REGISTRY_TYPE,
    live=Arm(API),
    details=(Child("/replications", put="replications", api=API, many=True), diagnostics(), LOCKS),
    terraform=shapes(REGISTRY_TYPE),
    facts=(
        fact(Home, place=here(arm="location")),
        # the home region is among them where there are any
        fact(Replicas, places=regions(live="replications[].location", arm=APART)),
        fact(AtRest, state=always(ON, cite=STORED)),
        fact(
            KeyCustody,
            holder=choice({"enabled": Holder.CUSTOMER, "disabled": Holder.PROVIDER}, arm="properties.encryption.status", absent=Holder.PROVIDER),
            key=text(arm="properties.encryption.keyVaultProperties.keyIdentifier", absent=None),
        ),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Container Registry security baseline: HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Azure Container Registry FAQ: TLS 1.2 is required since January 2020")),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkRuleSet.defaultAction"))),
        fact(Outflow, derive(export_outflow, arm="properties.policies.exportPolicy.status")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)

REPLICATION = TypeDecl(
    f"{REGISTRY_TYPE}/replications",
    live=Arm(API),
    facts=(fact(Home, place=here(arm="location")),),
    never=never_others(Home, why="a copy of a registry, which is judged for the rest"),
)

WEBHOOK = TypeDecl(
    f"{REGISTRY_TYPE}/webhooks",
    live=Arm(API),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Transit, derive(called, live=NOT_SHOWN("where it calls is told only to those who may read its secrets (getCallbackConfig)"), arm="properties.serviceUri")),
    ),
    never=never_others(Home, Transit, why="tells others that an image was pushed; the registry is judged for the rest"),
)
