"""Microsoft.Compute"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, NO_BACKUPS, NO_ENDPOINT, NO_LOGIN, NO_LOGS
from providers.azure.machines import audited_floor, machine_at_rest, recovered, vaulted
from providers.azure.reading import password_login
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    Child,
    ClientAuth,
    Exposure,
    FactDecl,
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
    derived_regions,
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
    terraform=shapes("Microsoft.Compute/disks"),
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

OS_DISK = "storageProfile.osDisk"
INSIDE = NOT_SHOWN("what is audited inside of a machine is known when it runs")
BACKED_UP = NOT_SHOWN("whether a vault backs the machine up is known when it runs")
#: Items of all Recovery Services vaults of the subscription: machines are backed up by vaults of their own subscription only.
VAULTS = "Microsoft.RecoveryServices/vaults"
ITEMS = "2024-04-01"


def _at_rest(at: str) -> FactDecl:
    """Of a machine, or of the profile of a scale set."""
    return fact(
        AtRest,
        derive(
            machine_at_rest,
            arm=(
                f"{at}.securityProfile.encryptionAtHost", f"{at}.{OS_DISK}.encryptionSettings.enabled",
                f"{at}.{OS_DISK}.managedDisk.securityProfile.securityEncryptionType",
                f"{at}.{OS_DISK}.managedDisk.id || {at}.{OS_DISK}.managedDisk.storageAccountType",
            ),
        ),
    )  # fmt: skip


def _login(at: str) -> FactDecl:
    linux = f"{at}.osProfile.linuxConfiguration"
    return fact(PasswordLogin, derive(password_login, arm=(f"{linux}.disablePasswordAuthentication", linux, f"{at}.osProfile.windowsConfiguration")))


VIRTUAL_MACHINE = TypeDecl(
    "Microsoft.Compute/virtualMachines",
    live=Arm("2024-07-01"),
    details=(
        Child("/backupProtectedItems", put="items", api=ITEMS, many=True, shared=True, within=VAULTS, names="properties.sourceResourceId"),
        Child(
            "/replicationProtectedItems", put="recovery", api=ITEMS, many=True, shared=True, within=VAULTS,
            names="properties.providerSpecificDetails.fabricObjectId",
        ),
        Child(
            "/providers/Microsoft.GuestConfiguration/guestConfigurationAssignments", put="audits", api="2022-01-25", many=True, shared=True,
            on_error={"MissingSubscriptionRegistration": []},  # nothing can be assigned where the provider is not registered
        ),
        LOCKS,
    ),
    terraform=shapes("Microsoft.Compute/virtualMachines"),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=derived_regions(
                recovered,
                live=("recovery[].id", "recovery[].properties.protectionState", "recovery[].properties.providerSpecificDetails.recoveryFabricLocation"),
                arm=BACKED_UP,
            ),
        ),
        _at_rest("properties"),
        _login("properties"),
        fact(Backups, derive(
                vaulted,
                live=(
                    "items[].id", "items[].properties.protectionState", "items[].properties.lastRecoveryPoint",
                    "items[?properties.lastBackupStatus=='Completed'].properties.lastBackupTime",
                ),
                arm=BACKED_UP,
            )),
        fact(
            TlsFloor,
            derive(
                audited_floor,
                live=(
                    "audits[].name", "audits[].properties.complianceStatus",
                    "audits[].properties.guestConfiguration.configurationParameter[].name", "audits[].properties.guestConfiguration.configurationParameter[].value",
                ),
                arm=INSIDE,
            ),
        ),
        fact(Exposure, unread("needs the network interfaces, public addresses and security groups of the machine")),
        GUARDED,
    ),
    never={
        **COMMON,
        **never(KeyCustody, KeyRotation, KeyGuard, why="the keys are those of its disks, which are resources of their own"),
        **never(BackupPlaces, BackupEncryption, why="backups lie in a vault, a resource of its own that is judged there"),
        **never(Transit, Certificate, Renewal, ClientAuth, why="what runs inside the machine is seen on the wire only"),
        **never(Logs, LogPlaces, why="logs inside the machine are sent by an agent; the platform writes none"),
    },
)  # fmt: skip

SCALE_SET = TypeDecl(
    "Microsoft.Compute/virtualMachineScaleSets",
    live=Arm("2024-07-01"),
    details=(LOCKS,),
    terraform=shapes("Microsoft.Compute/virtualMachineScaleSets"),
    facts=(
        fact(Home, place=here(arm="location")),
        _at_rest("properties.virtualMachineProfile"),
        _login("properties.virtualMachineProfile"),
        fact(Exposure, unread("needs the load balancers, public addresses and security groups of its machines")),
        GUARDED,
    ),
    never={
        **COMMON, **NO_BACKUPS,
        **never(Replicas, KeyCustody, KeyRotation, KeyGuard, why="its machines are made again from an image, in its own region; disks that last are resources of their own"),
        **never(Transit, TlsFloor, Certificate, Renewal, ClientAuth, why="what runs inside its machines is seen on the wire only"),
        **never(Logs, LogPlaces, why="logs inside its machines are sent by an agent; the platform writes none"),
    },
)  # fmt: skip
