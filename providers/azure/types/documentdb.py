"""Microsoft.DocumentDB"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.reading import cosmos_backup_places, cosmos_backups, cosmos_exposure, cosmos_regions, named_key
from providers.azure.terraform import shapes
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
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
    text,
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
        fact(Replicas, places=derived_regions(cosmos_regions, arm="properties.locations[].locationName")),
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
