"""Microsoft.ContainerInstance, Microsoft.DesktopVirtualization, Microsoft.StorageSync and Microsoft.DataBoxEdge"""

from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_ENDPOINT, NO_LOGIN, NO_LOGS, diagnostics
from providers.azure.guarding import public_address
from providers.azure.reading import named_key
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    Certificate,
    Child,
    ClientAuth,
    Exposure,
    Home,
    KeyCustody,
    LogPlaces,
    Logs,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    azure_ids,
    derive,
    fact,
    here,
    never,
    unread,
)

WORKSPACE = "properties.diagnostics.logAnalytics"

CONTAINER_GROUP = TypeDecl(
    "Microsoft.ContainerInstance/containerGroups",
    live=Arm("2023-05-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Encrypt deployment data: data of container groups at rest is encrypted by the platform")),
        fact(KeyCustody, derive(named_key, arm="properties.encryptionProperties.keyName")),
        fact(LogPlaces, places=azure_ids(arm=f"{WORKSPACE}.workspaceResourceId || {WORKSPACE}.workspaceId")),
        fact(Exposure, derive(public_address, arm="properties.ipAddress.type")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN,
        **never(Replicas, why="runs code; what it keeps lies in accounts that it mounts, which are judged there"),
        **never(Transit, TlsFloor, Certificate, Renewal, ClientAuth, why="what its containers speak is seen on the wire only"),
        **never(Logs, why="which logs are written is a matter of its containers"),
    },
)  # fmt: skip

HOST_POOL = TypeDecl(
    "Microsoft.DesktopVirtualization/hostPools",
    live=Arm("2024-04-03"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, unread("the service copies its metadata within the geography of the pool; to which region is not documented")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Data locations for Azure Virtual Desktop: metadata is encrypted at rest")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_ENDPOINT, **never(KeyCustody, why="metadata of the service, under its own keys")},
)

STORAGE_SYNC = TypeDecl(
    "Microsoft.StorageSync/storageSyncServices",
    live=Arm("2022-06-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, unread("the storage accounts behind it are named by the cloud endpoints of each sync group, which needs a look at every group")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_ENDPOINT, **NO_LOGS,
        **never(AtRest, KeyCustody, why="the files lie in storage accounts, which are judged there"),
    },
)  # fmt: skip

EDGE = "2022-03-01"
BITLOCKER = "Microsoft Learn, Azure Stack Edge security and data protection: volumes of the device are encrypted with BitLocker, XTS-AES 256"

EDGE_DEVICE = TypeDecl(
    "Microsoft.DataBoxEdge/dataBoxEdgeDevices",
    live=Arm(EDGE),
    details=(Child("/storageAccountCredentials", put="targets", api=EDGE, many=True), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=azure_ids(live="targets[].properties.storageAccountId", arm=APART)),
        fact(AtRest, state=always(ON, cite=BITLOCKER), algorithm=always("XTS-AES 256 (BitLocker)", cite=BITLOCKER)),
        fact(KeyCustody, unread("the recovery keys are shown by the device itself only")),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_LOGS, **NO_ENDPOINT},
)
