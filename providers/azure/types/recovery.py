"""Microsoft.RecoveryServices: vaults, their policies, and what is protected by them"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_ENDPOINT, NO_LOGIN, diagnostics
from providers.azure.keeping import item_backups, policy_backups, recovery_regions, vault_backup_places
from providers.azure.reading import named_key
from providers.azure.terraform import shapes
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
VAULT_TYPE = "Microsoft.RecoveryServices/vaults"
ENCRYPTED = "Microsoft Learn, Encryption in Azure Backup: backups are encrypted by the platform, which cannot be switched off"
REDUNDANCY = "properties.redundancySettings"

RECOVERY_VAULT = TypeDecl(
    VAULT_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    terraform=shapes(VAULT_TYPE),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(BackupPlaces, places=derived_regions(vault_backup_places, arm=(f"{REDUNDANCY}.standardTierStorageRedundancy", f"{REDUNDANCY}.crossRegionRestore", "location"))),
        fact(AtRest, state=always(ON, cite=ENCRYPTED)),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.keyVaultProperties.keyUri")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN,
        **never(Backups, why="holds backups; whether a thing is backed up is asked of its protected items"),
        **never(Replicas, why="its copies are backups: see their places"),
    },
)  # fmt: skip

SCHEDULE, RETENTION = "properties.schedulePolicy", "properties.retentionPolicy"
#: Of a policy with daily backups, with weekly ones, or with one retention for all.
KEPT = f"{RETENTION}.dailySchedule.retentionDuration.{{0}} || {RETENTION}.weeklySchedule.retentionDuration.{{0}} || {RETENTION}.retentionDuration.{{0}}"

POLICY = TypeDecl(
    f"{VAULT_TYPE}/backupPolicies",
    live=Below(VAULT_TYPE, suffix="/backupPolicies", api=API),
    facts=(
        fact(
            Backups,
            derive(
                policy_backups,
                arm=(
                    "properties.protectedItemsCount", f"{SCHEDULE}.scheduleRunFrequency", f"{SCHEDULE}.hourlySchedule.interval",
                    KEPT.format("count"), KEPT.format("durationType"),
                ),
            ),
        ),
    ),
    never=never_others(Backups, why="a rule about backups; where they lie is asked of the vault"),
)  # fmt: skip

ITEM = TypeDecl(
    f"{VAULT_TYPE}/backupProtectedItems",
    live=Below(VAULT_TYPE, suffix="/backupProtectedItems", api=API),
    facts=(
        fact(
            Backups,
            derive(
                item_backups,
                live=("properties.protectionState", "properties.lastBackupStatus", "properties.lastBackupTime", "properties.lastRecoveryPoint"),
                arm=NOT_SHOWN("whether backups are made is known after deployment"),
            ),
        ),
    ),
    never=never_others(Backups, why="something that a vault protects; where its backups lie is asked of the vault"),
)

DETAILS = "properties.providerSpecificDetails"

REPLICATED = TypeDecl(
    f"{VAULT_TYPE}/replicationProtectedItems",
    live=Below(VAULT_TYPE, suffix="/replicationProtectedItems", api=API),
    facts=(
        fact(
            Replicas,
            places=derived_regions(
                recovery_regions,
                live=(f"{DETAILS}.recoveryFabricLocation", f"{DETAILS}.instanceType"),
                arm=NOT_SHOWN("which machines are replicated is known after deployment"),
            ),
        ),
    ),
    never=never_others(Replicas, why="a machine that is copied elsewhere; the machine itself is judged where it stands"),
)
