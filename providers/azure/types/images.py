"""Microsoft.Compute: images, what they are shared by, restore points and the sets that name keys of disks"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, NO_ENDPOINT, NO_LOGIN, NO_LOGS
from providers.azure.machines import every_region_keyed, vault_of_key
from providers.azure.reading import named_key
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Home,
    KeyCustody,
    Replicas,
    TypeDecl,
    always,
    derive,
    fact,
    here,
    never,
    never_others,
    nowhere,
    regions,
    traced,
)

ENCRYPTED = "Microsoft Learn, Server-side encryption of Azure Disk Storage: disks, snapshots and images are encrypted, which cannot be switched off"
_AT_REST = fact(AtRest, state=always(ON, cite=ENCRYPTED), algorithm=always("AES256", cite=ENCRYPTED))
_KEPT = never(Backups, BackupPlaces, BackupEncryption, why="is made from a machine or a build, and is itself what one goes back to")
_BASE = {**COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN, **NO_LOGS}

IMAGE = TypeDecl(
    "Microsoft.Compute/images",
    live=Arm("2024-07-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, Create a legacy managed image: it stays in its region; a copy elsewhere is an image of its own")),
        _AT_REST,
        fact(KeyCustody, derive(named_key, arm="properties.storageProfile.osDisk.diskEncryptionSet.id")),
        GUARDED,
    ),
    never={**_BASE, **_KEPT},
)

TARGETS = "properties.publishingProfile.targetRegions"

IMAGE_VERSION = TypeDecl(
    "Microsoft.Compute/galleries/images/versions",
    live=Arm("2023-07-03"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(arm=f"{TARGETS}[].name")),
        _AT_REST,
        fact(KeyCustody, derive(every_region_keyed, arm=(f"{TARGETS}[].name", f"{TARGETS}[].encryption.osDiskImage.diskEncryptionSetId"))),
        GUARDED,
    ),
    never={**_BASE, **_KEPT},
)

RESTORE_POINTS = TypeDecl(
    "Microsoft.Compute/restorePointCollections",
    live=Arm("2024-07-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        # copied from another collection or from a machine, which stands there: absent where that is in the same region
        fact(Replicas, places=regions(arm="properties.source.location")),
        _AT_REST,
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        GUARDED,
    ),
    never={
        **_BASE,
        **never(KeyCustody, why="its points are under the keys of the disks that they were taken of"),
        **never(Backups, BackupPlaces, why="is itself a backup; its place is its home"),
    },
)  # fmt: skip

DISK_ENCRYPTION_SET = TypeDecl(
    "Microsoft.Compute/diskEncryptionSets",
    live=Arm("2024-03-02"),
    facts=(
        fact(Home, place=here(arm="location")),
        # no copy of data: where the key lies without which its disks cannot be read
        fact(Replicas, places=traced(vault_of_key, "Microsoft.KeyVault/vaults", "Microsoft.KeyVault/managedHSMs", arm="properties.activeKey.keyUrl")),
    ),
    never=never_others(Home, Replicas, why="names the key of disks, which are judged themselves"),
)
