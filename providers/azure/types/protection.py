"""Microsoft.DataProtection"""

from providers.azure.copies import backup_vault_copies
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_ENDPOINT, NO_LOGIN, diagnostics
from providers.azure.guarding import instance_backups
from providers.azure.reading import named_key
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Below,
    Home,
    KeyCustody,
    Replicas,
    TypeDecl,
    always,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
)

API = "2024-04-01"
ENCRYPTED = "Microsoft Learn, Encryption in Azure Backup: backups are encrypted by the platform, which cannot be switched off"

BACKUP_VAULT = TypeDecl(
    "Microsoft.DataProtection/backupVaults",
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(BackupPlaces, places=derived_regions(backup_vault_copies, arm=("properties.storageSettings[].type", "properties.replicatedRegions[]", "location"))),
        fact(AtRest, state=always(ON, cite=ENCRYPTED)),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(KeyCustody, derive(named_key, arm="properties.securitySettings.encryptionSettings.keyVaultProperties.keyUri")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN,
        **never(Backups, why="holds backups; whether a thing is backed up is asked of its backup instance"),
        **never(Replicas, why="its copies are backups: see their places"),
    },
)  # fmt: skip

BACKUP_INSTANCE = TypeDecl(
    "Microsoft.DataProtection/backupVaults/backupInstances",
    live=Below("Microsoft.DataProtection/backupVaults", suffix="/backupInstances", api=API),
    facts=(fact(Backups, derive(instance_backups, live="properties.protectionStatus.status", arm=NOT_SHOWN("whether the protection works is known after deployment"))),),
    never=never_others(Backups, why="says that something is backed up; where the backups lie is asked of the vault"),
)
