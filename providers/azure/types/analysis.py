"""Microsoft.Kusto, Microsoft.MachineLearningServices and Microsoft.Search"""

from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, NO_LOGS, PLATFORM_CERTIFICATE, TARGETS, diagnostics
from providers.azure.guarding import open_unless_listed
from providers.azure.reading import logging_on, named_key, open_network
from scanner.sdk import (
    OFF,
    ON,
    Arm,
    AtRest,
    Child,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    LogPlaces,
    Logs,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    azure_ids,
    choice,
    derive,
    fact,
    flag,
    here,
    nowhere,
    regions,
    text,
    unread,
)

KUSTO = "2023-08-15"
DOUBLE = "properties.enableDoubleEncryption"

CLUSTER = TypeDecl(
    "Microsoft.Kusto/clusters",
    live=Arm(KUSTO),
    details=(Child("/attachedDatabaseConfigurations", put="attached", api=KUSTO, many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(live="attached[].location", arm=APART)),
        fact(
            AtRest,
            # the storage below is always encrypted; the disks of the machines only where this is on (REST reference: false by default)
            state=flag(arm="properties.enableDiskEncryption", absent=OFF),
            algorithm=choice({"true": "AES256 twice", "false": "AES256"}, arm=DOUBLE, absent="AES256"),
        ),
        fact(KeyCustody, derive(named_key, arm="properties.keyVaultProperties.keyName")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Security in Azure Data Explorer: connections are over HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Azure Data Explorer connection strings: TLS 1.2 at least")),
        fact(Exposure, derive(open_unless_listed, arm=("properties.publicNetworkAccess", "properties.allowedIpRangeList[]"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)

LEARNING = "2024-04-01"
STAMPED = "Microsoft Learn, Data encryption with Azure Machine Learning: metadata and what its accounts hold are encrypted by the platform"

WORKSPACE = TypeDecl(
    "Microsoft.MachineLearningServices/workspaces",
    live=Arm(LEARNING),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # data, images and secrets of a workspace lie in services that it names, which may stand elsewhere
        fact(Replicas, places=azure_ids(arm=("properties.storageAccount", "properties.containerRegistry", "properties.keyVault"))),
        fact(AtRest, state=always(ON, cite=STAMPED)),
        fact(
            KeyCustody,
            holder=choice({"Enabled": Holder.CUSTOMER, "Disabled": Holder.PROVIDER}, arm="properties.encryption.status", absent=Holder.PROVIDER),
            key=text(arm="properties.encryption.keyVaultProperties.keyIdentifier", absent=None),
        ),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure security baseline for Machine Learning: data in transit is encrypted")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Data encryption with Azure Machine Learning: TLS 1.2 between its services")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        fact(Logs, derive(logging_on, live="diagnostics[].properties.logs[].enabled", arm=APART)),
        fact(
            LogPlaces,
            places=azure_ids(arm=("properties.applicationInsights", *(f"diagnostics[].properties.{target}" for target in TARGETS))),
        ),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)

REGISTRY = TypeDecl(
    "Microsoft.MachineLearningServices/registries",
    live=Arm(LEARNING),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(arm="properties.regionDetails[].location")),
        fact(AtRest, state=always(ON, cite=STAMPED)),
        fact(KeyCustody, unread("the keys of the accounts that the registry makes in each region are not in its body")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure security baseline for Machine Learning: data in transit is encrypted")),
        fact(TlsFloor, unread("the registry does not say which TLS versions it accepts: scan the endpoint")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_LOGS, **PLATFORM_CERTIFICATE},
)

SEARCH = TypeDecl(
    "Microsoft.Search/searchServices",
    live=Arm("2023-11-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, Reliability in Azure AI Search: replicas stay in the region; there is no replication to others")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Security in Azure AI Search: all indexes are encrypted under platform keys, which cannot be switched off")),
        fact(KeyCustody, unread("keys of one's own are chosen for each index, which only the service itself shows")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Security in Azure AI Search: HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Security in Azure AI Search: TLS 1.2 at least for connections")),
        fact(Exposure, derive(open_unless_listed, arm=("properties.publicNetworkAccess", "properties.networkRuleSet.ipRules[].value"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)
