"""Microsoft.Compute"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, NO_ENDPOINT, NO_LOGIN, NO_LOGS
from providers.azure.reading import password_login
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    LogPlaces,
    Logs,
    PasswordLogin,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    by_dialect,
    choice,
    derive,
    fact,
    here,
    never,
    nowhere,
    text,
    unread,
)

ENCRYPTED = "Microsoft Learn, Server-side encryption of Azure Disk Storage: on by default, cannot be switched off"
ONE_REGION = "Microsoft Learn, Redundancy options for managed disks: copies stay in the region (LRS, ZRS)"

_AT_REST = fact(AtRest, state=always(ON, cite=ENCRYPTED), algorithm=always("AES256", cite=ENCRYPTED))
_CUSTODY = fact(
    KeyCustody,
    holder=choice(
        {
            "EncryptionAtRestWithPlatformKey": Holder.PROVIDER,
            "EncryptionAtRestWithCustomerKey": Holder.CUSTOMER,
            "EncryptionAtRestWithPlatformAndCustomerKeys": Holder.CUSTOMER,
        },
        arm="properties.encryption.type",
        absent=by_dialect(live=NOT_SHOWN("the disk does not say who holds its key"), arm=Holder.PROVIDER),
    ),
    key=text(arm="properties.encryption.diskEncryptionSetId", absent=None),
)

DISK = TypeDecl(
    "Microsoft.Compute/disks",
    live=Arm("2024-03-02"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere(ONE_REGION)),
        _AT_REST,
        _CUSTODY,
        fact(Backups, unread("needs the items of the Recovery Services and backup vaults")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN, **NO_LOGS,
        **never(BackupPlaces, BackupEncryption, why="backups lie in a vault, a resource of its own that is judged there"),
    },
)  # fmt: skip

SNAPSHOT = TypeDecl(
    "Microsoft.Compute/snapshots",
    live=Arm("2024-03-02"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, Copy an incremental snapshot to a new region: the copy is a snapshot of its own")),
        _AT_REST,
        _CUSTODY,
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN, **NO_LOGS, **never(Backups, BackupPlaces, why="is itself a backup; its place is its home")},
)

VIRTUAL_MACHINE = TypeDecl(
    "Microsoft.Compute/virtualMachines",
    live=Arm("2024-07-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            PasswordLogin,
            derive(
                password_login,
                arm=(
                    "properties.osProfile.linuxConfiguration.disablePasswordAuthentication",
                    "properties.osProfile.linuxConfiguration",
                    "properties.osProfile.windowsConfiguration",
                ),
            ),
        ),
        fact(Backups, unread("needs the items of the Recovery Services vaults (backupProtectedItems)")),
        fact(Exposure, unread("needs the network interfaces, public addresses and security groups of the machine")),
        GUARDED,
    ),
    never={
        **COMMON,
        **never(AtRest, KeyCustody, KeyRotation, KeyGuard, Replicas, why="the data lies on disks, which are resources of their own"),
        **never(BackupPlaces, BackupEncryption, why="backups lie in a vault, a resource of its own that is judged there"),
        **never(Transit, TlsFloor, Certificate, Renewal, ClientAuth, why="what runs inside the machine is seen on the wire only"),
        **never(Logs, LogPlaces, why="logs inside the machine are sent by an agent; the platform writes none"),
    },
)
