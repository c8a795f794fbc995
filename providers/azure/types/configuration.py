"""Microsoft.AppConfiguration and Microsoft.AppPlatform"""

from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.networks import open_unless_linked, spring_transit
from providers.azure.reading import named_key
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    Child,
    ClientAuth,
    Exposure,
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
    here,
    never,
    regions,
    unread,
)

STORE = "2023-03-01"

CONFIGURATION_STORE = TypeDecl(
    "Microsoft.AppConfiguration/configurationStores",
    live=Arm(STORE),
    details=(Child("/replicas", put="replicas", api=STORE, many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(arm="replicas[].location")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Use customer-managed keys to encrypt App Configuration data: information at rest is encrypted with AES-256")),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.keyVaultProperties.keyIdentifier")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure security baseline for App Configuration: data in transit is encrypted, over HTTPS only")),
        fact(TlsFloor, unread("the store does not say which TLS versions it accepts: scan the endpoint")),
        fact(Exposure, derive(open_unless_linked, arm=("properties.publicNetworkAccess", "properties.privateEndpointConnections[].id"))),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE,
        **never(Backups, BackupPlaces, BackupEncryption, why="the service makes no backups: exports and replicas are what there is"),
    },
)  # fmt: skip

SPRING = "2023-12-01"

SPRING_APPS = TypeDecl(
    "Microsoft.AppPlatform/Spring",
    live=Arm(SPRING),
    details=(Child("/apps", put="apps", api=SPRING, many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Transit, derive(spring_transit, live=("apps[].name", "apps[].properties.httpsOnly", "apps[].properties.enableEndToEndTLS"), arm=APART)),
        fact(TlsFloor, unread("which TLS versions the apps accept is not shown: scan their endpoints")),
        fact(Exposure, unread("whether its apps are public is a matter of each app and of the network that it stands in")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN,
        **never(Replicas, AtRest, KeyCustody, why="runs code; what it keeps lies in accounts and databases, which are judged there"),
        **never(Certificate, Renewal, ClientAuth, why="its certificates are kept in vaults and belong to the domains of its apps"),
    },
)  # fmt: skip
