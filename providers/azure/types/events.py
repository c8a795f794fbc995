"""Microsoft.EventGrid and Microsoft.EventHub"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.guarding import closed_network, open_unless_listed
from providers.azure.streams import metadata_copies, partner_hubs
from providers.azure.terraform import shapes
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    Child,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    azure_ids,
    by_dialect,
    choice,
    derive,
    derived_regions,
    fact,
    here,
    regions,
    text,
    together,
    traced,
)

VERSIONS = {"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
GRID_FLOOR = "properties.minimumTlsVersionAllowed"
GRID = "Microsoft Learn, Azure security baseline for Event Grid"


def _grid(type: str) -> TypeDecl:
    """Topics and domains of them are configured alike."""
    return TypeDecl(
        type,
        live=Arm("2025-02-15"),
        details=(diagnostics(), LOCKS),
        facts=(
            fact(Home, place=here(arm="location")),
            fact(Replicas, places=derived_regions(metadata_copies, arm=("properties.dataResidencyBoundary", "location"))),
            fact(AtRest, state=always(ON, cite=f"{GRID}: data at rest is encrypted under platform keys")),
            fact(KeyCustody, holder=always(Holder.PROVIDER, cite=f"{GRID}: customers' keys are not supported")),
            fact(Transit, plaintext_allowed=always(False, cite=f"{GRID}: data in transit is encrypted, events are published over HTTPS only")),
            fact(
                TlsFloor,
                # Microsoft Learn, Enforce a minimum required version of TLS for an Event Grid topic: 1.0 and above unless one is chosen
                min_version=choice(VERSIONS, arm=GRID_FLOOR, absent="TLSv1.0"),
                policy=text(arm=GRID_FLOOR, absent="not set"),
            ),
            fact(Exposure, derive(open_unless_listed, arm=("properties.publicNetworkAccess", "properties.inboundIpRules[].ipMask"))),
            GUARDED,
            *LOGGED,
        ),
        never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
    )


GRID_TOPIC = _grid("Microsoft.EventGrid/topics")
GRID_DOMAIN = _grid("Microsoft.EventGrid/domains")

#: The first version that gives the regions of geo-replication.
HUBS = "2026-01-01"
FLOOR = "properties.minimumTlsVersion"
CAPTURE = "hubs[?properties.captureDescription.enabled==`true`].properties.captureDescription.destination.properties"

EVENT_HUBS = TypeDecl(
    "Microsoft.EventHub/namespaces",
    live=Arm(HUBS),
    details=(
        Child("/eventhubs", put="hubs", api=HUBS, many=True),
        # Microsoft Learn, Azure Event Hubs Geo-disaster recovery: not in the tier Basic
        Child("/disasterRecoveryConfigs", put="aliases", api=HUBS, many=True, when="sku[?name!='Basic'].name"),
        diagnostics(),
        LOCKS,
    ),
    terraform=shapes("Microsoft.EventHub/namespaces"),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=together(
                regions(arm="properties.geoDataReplication.locations[].locationName"),
                traced(partner_hubs, "Microsoft.EventHub/namespaces", arm="aliases[].properties.partnerNamespace"),
                azure_ids(arm=f"{CAPTURE}.storageAccountResourceId"),
            ),
        ),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Configure customer-managed keys for Event Hubs: data at rest is encrypted with Azure Storage encryption")),
        fact(
            KeyCustody,
            # REST reference, Encryption: there only where a key of one's own was chosen
            holder=choice({"Microsoft.KeyVault": Holder.CUSTOMER}, arm="properties.encryption.keySource", absent=Holder.PROVIDER),
        ),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure security baseline for Event Hubs: data in transit is encrypted, which cannot be switched off")),
        fact(
            TlsFloor,
            # Microsoft Learn, Enforce a minimum TLS version: 1.2 for new namespaces, 1.0 for those that never chose
            min_version=choice(VERSIONS, arm=FLOOR, absent=by_dialect(live="TLSv1.0", arm="TLSv1.2")),
            policy=text(arm=FLOOR, absent="not set"),
        ),
        fact(Exposure, derive(closed_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)
