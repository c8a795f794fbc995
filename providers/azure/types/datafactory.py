"""Microsoft.DataFactory"""

from providers.azure.edges import HOSTS
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import linked, runtime_region
from providers.azure.reading import named_key, open_network
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    Below,
    Exposure,
    Home,
    KeyCustody,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    traced,
)

API = "2018-06-01"
FACTORY_TYPE = "Microsoft.DataFactory/factories"
WIRE = "Microsoft Learn, Security considerations for data movement in Azure Data Factory"

FACTORY = TypeDecl(
    FACTORY_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Encrypt Azure Data Factory with customer-managed keys: data at rest is always encrypted")),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.keyName")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{WIRE}: the service is reached over HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=f"{WIRE}: TLS 1.2 is required")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE,
        **never(Replicas, why="moves data where its linked services and integration runtimes say, which are judged themselves"),
    },
)  # fmt: skip

RUNTIME = TypeDecl(
    f"{FACTORY_TYPE}/integrationRuntimes",
    live=Below(FACTORY_TYPE, suffix="/integrationRuntimes", api=API),
    facts=(fact(Replicas, places=derived_regions(runtime_region, arm=("properties.type", "properties.typeProperties.computeProperties.location"))),),
    never=never_others(Replicas, why="machines that a factory computes on; the factory is judged for the rest"),
)

#: Where the connectors of a linked service keep their endpoint, secrets aside.
ENDPOINTS = (
    "url",
    "serviceEndpoint",
    "connectionString",
    "accountEndpoint",
    "baseUrl",
    "endpoint",
    "server",
    "host",
    "domain",
    "serviceUri",
    "sasUri",
    "clusterUri",
    "functionAppUrl",
)

LINKED_SERVICE = TypeDecl(
    f"{FACTORY_TYPE}/linkedservices",
    live=Below(FACTORY_TYPE, suffix="/linkedservices", api=API),
    facts=(
        fact(
            Replicas,
            places=traced(
                linked, *sorted(set(HOSTS.values())), required=True,
                arm=tuple(f"properties.typeProperties.{key}" for key in ENDPOINTS),
            ),
        ),
    ),
    never=never_others(Replicas, why="an address that data is read from or written to; what stands there is judged itself"),
)  # fmt: skip
