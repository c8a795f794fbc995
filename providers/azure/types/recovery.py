"""Microsoft.RecoveryServices"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_ENDPOINT, NO_LOGIN, diagnostics
from providers.azure.reading import named_key, stated_redundancy_copies
from scanner.sdk import ON, Arm, AtRest, BackupEncryption, BackupPlaces, Backups, Home, KeyCustody, Replicas, TypeDecl, always, derive, derived_regions, fact, here, never

ENCRYPTED = "Microsoft Learn, Encryption in Azure Backup: backups are encrypted by the platform, which cannot be switched off"

RECOVERY_VAULT = TypeDecl(
    "Microsoft.RecoveryServices/vaults",
    live=Arm("2024-04-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(BackupPlaces, places=derived_regions(stated_redundancy_copies, arm=("properties.redundancySettings.standardTierStorageRedundancy", "location"))),
        fact(AtRest, state=always(ON, cite=ENCRYPTED)),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.keyVaultProperties.keyUri")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN,
        **never(Backups, why="holds backups; whether a thing is backed up is asked of the thing"),
        **never(Replicas, why="its copies are backups: see their places"),
    },
)  # fmt: skip
