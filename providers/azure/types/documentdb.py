"""Microsoft.DocumentDB"""

from providers.azure.databases import account_regions, cluster_backups, replica_source
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.guarding import closed_network
from providers.azure.reading import cosmos_backup_places, cosmos_backups, cosmos_exposure, named_key
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Child,
    Exposure,
    Home,
    KeyCustody,
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
    here,
    per_dialect,
    regions,
    text,
    unread,
)

ENCRYPTED = "Microsoft Learn, Data encryption in Azure Cosmos DB: data, backups and media are encrypted, which cannot be switched off"
FLOOR = "properties.minimalTlsVersion"
PERIODIC = "properties.backupPolicy.periodicModeProperties"

COSMOS_ACCOUNT = TypeDecl(
    "Microsoft.DocumentDB/databaseAccounts",
    live=Arm("2024-05-15"),
    details=(diagnostics(), LOCKS),
    terraform=shapes("Microsoft.DocumentDB/databaseAccounts"),
    facts=(
        fact(Home, place=here(arm="location")),
        # the analytical store stands in every region of the account, and so do writes where several regions take them
        fact(Replicas, places=derived_regions(account_regions, arm=("properties.locations[].locationName", "properties.enableAnalyticalStorage", "properties.enableMultipleWriteLocations"))),
        fact(
            BackupPlaces,
            places=derived_regions(
                cosmos_backup_places,
                arm=("properties.backupPolicy.type", f"{PERIODIC}.backupStorageRedundancy", "properties.locations[?failoverPriority==`0`].locationName", "location"),
            ),
        ),
        fact(AtRest, state=always(ON, cite=ENCRYPTED)),
        fact(KeyCustody, derive(named_key, arm="properties.keyVaultKeyUri")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Cosmos DB security: every connection is over TLS")),
        fact(
            TlsFloor,
            # Microsoft Learn, Self-serve minimum TLS version enforcement: Tls12 for new accounts, the service-wide minimum for those that never chose
            min_version=choice({"Tls": "TLSv1.0", "Tls11": "TLSv1.1", "Tls12": "TLSv1.2", "Tls13": "TLSv1.3"}, arm=FLOOR, absent=by_dialect(live="TLSv1.0", arm="TLSv1.2")),
            policy=text(arm=FLOOR, absent="not set"),
        ),
        fact(
            Backups,
            derive(
                cosmos_backups,
                arm=(
                    "properties.backupPolicy.type", "properties.backupPolicy.continuousModeProperties.tier",
                    f"{PERIODIC}.backupIntervalInMinutes", f"{PERIODIC}.backupRetentionIntervalInHours",
                ),
            ),
        ),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(
            Exposure,
            derive(cosmos_exposure, arm=("properties.publicNetworkAccess", "properties.ipRules[].ipAddressOrRange", "properties.isVirtualNetworkFilterEnabled")),
        ),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip

MONGO = "2024-07-01"
VCORE = "Microsoft Learn, Security in Azure Cosmos DB for MongoDB vCore"

MONGO_CLUSTER = TypeDecl(
    "Microsoft.DocumentDB/mongoClusters",
    live=Arm(MONGO),
    details=(Child("/replicas", put="replicas", api=MONGO, many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # in a template a replica names where its source stands; each replica is a cluster of its own, judged where it is
        fact(
            Replicas,
            places=per_dialect(
                regions(live="replicas[].location"),
                derived_regions(replica_source, arm=("properties.createMode", "properties.replicaParameters.sourceLocation")),
            ),
        ),
        fact(AtRest, state=always(ON, cite=f"{VCORE}: data, backups and logs are encrypted, which cannot be switched off")),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{VCORE}: connections are over TLS only")),
        fact(TlsFloor, unread("the cluster does not say which TLS versions it accepts: scan its endpoint")),
        fact(Backups, derive(cluster_backups, live="properties.backup.earliestRestoreTime", arm=NOT_SHOWN("backups begin when the cluster runs"))),
        fact(BackupPlaces, unread("where the service keeps its backups of the cluster is not in the body")),
        fact(BackupEncryption, state=always(ON, cite=f"{VCORE}: data, backups and logs are encrypted, which cannot be switched off")),
        fact(Exposure, derive(closed_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)
