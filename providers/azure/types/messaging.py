"""Microsoft.ServiceBus, Microsoft.SignalRService, Microsoft.Devices and Microsoft.BotService"""

from providers.azure.copies import bot_copies, hub_copies, partner_namespace, routed
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.guarding import bot_transit, closed_network
from providers.azure.reading import open_network
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
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
    by_dialect,
    choice,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    regions,
    text,
    together,
    traced,
    unread,
)

VERSIONS = {"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
FLOOR = "properties.minimumTlsVersion"
#: The first version that gives the regions of geo-replication.
BUS = "2026-01-01"

SERVICE_BUS = TypeDecl(
    "Microsoft.ServiceBus/namespaces",
    live=Arm(BUS),
    details=(
        # Microsoft Learn, Azure Service Bus Geo-Disaster Recovery: Premium only
        Child("/disasterRecoveryConfigs", put="aliases", api=BUS, many=True, when="sku[?name=='Premium'].name"),
        diagnostics(),
        LOCKS,
    ),
    terraform=shapes("Microsoft.ServiceBus/namespaces"),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=together(
                regions(arm="properties.geoDataReplication.locations[].locationName"),
                traced(partner_namespace, "Microsoft.ServiceBus/namespaces", live="aliases[].properties.partnerNamespace", arm=APART),
            ),
        ),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Configure customer-managed keys for Service Bus: data at rest is encrypted with Azure Storage encryption")),
        fact(
            KeyCustody,
            # REST reference, Encryption: there only where a key of one's own was chosen
            holder=choice({"Microsoft.KeyVault": Holder.CUSTOMER}, arm="properties.encryption.keySource", absent=Holder.PROVIDER),
        ),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Service Bus AMQP protocol guide: connections are over TLS only")),
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

SIGNALR = TypeDecl(
    "Microsoft.SignalRService/signalR",
    live=Arm("2024-03-01"),
    details=(Child("/replicas", put="replicas", api="2024-03-01", many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(live="replicas[].location", arm=APART)),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure security baseline for SignalR Service: data in transit is encrypted, which cannot be switched off")),
        fact(TlsFloor, unread("the service does not say which TLS versions it accepts: scan the endpoint")),
        fact(ClientAuth, state=flag(arm="properties.tls.clientCertEnabled", absent=NOT_SHOWN("whether a client certificate is asked for is not said"))),
        fact(Exposure, derive(closed_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN,
        **never(AtRest, KeyCustody, why="passes messages on and keeps none"),
        **never(Certificate, Renewal, why="clients meet the platform's own certificate"),
    },
)  # fmt: skip

ROUTES = tuple(f"properties.routing.endpoints.{kind}[].name" for kind in ("serviceBusQueues", "serviceBusTopics", "eventHubs", "storageContainers", "cosmosDBSqlContainers"))

IOT_HUB = TypeDecl(
    "Microsoft.Devices/IotHubs",
    live=Arm("2023-06-30"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=together(
                derived_regions(hub_copies, arm=("properties.enableDataResidency", "properties.locations[].location", "location")),
                traced(routed, arm=ROUTES),
            ),
        ),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Encryption of Azure IoT Hub data at rest: on for all hubs")),
        fact(KeyCustody, unread("whether a key of one's own is used needs a preview version of the service")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, TLS support in IoT Hub: devices and services connect over TLS only")),
        fact(
            TlsFloor,
            # Microsoft Learn, TLS support in IoT Hub: without minTlsVersion a hub accepts 1.0, 1.1 and 1.2
            min_version=choice(VERSIONS, arm="properties.minTlsVersion", absent="TLSv1.0"),
            policy=text(arm="properties.minTlsVersion", absent="not set"),
        ),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkRuleSets.defaultAction"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)

BOT = TypeDecl(
    "Microsoft.BotService/botServices",
    live=Arm("2022-09-15"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=derived_regions(bot_copies, arm="location")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Azure AI Bot Service encryption for data at rest: bot data is encrypted by the platform")),
        fact(
            KeyCustody,
            holder=choice(
                {"true": Holder.CUSTOMER, "false": Holder.PROVIDER}, arm="properties.isCmekEnabled",
                absent=by_dialect(live=NOT_SHOWN("the bot does not say who holds its key"), arm=Holder.PROVIDER),
            ),
            key=text(arm="properties.cmekKeyVaultUrl", absent=None),
        ),
        fact(Transit, derive(bot_transit, arm="properties.endpoint")),
        fact(TlsFloor, unread("which TLS versions the bot's own endpoint accepts is seen on the wire: scan it")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip
