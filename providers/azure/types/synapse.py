"""Microsoft.Synapse"""

from providers.azure.edges import HOSTS, of_host
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_ENDPOINT, NO_LOGIN, NO_LOGS, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import pool_copies, workspace_outflow
from providers.azure.reading import named_key, open_network
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Below,
    Exposure,
    Home,
    KeyCustody,
    Outflow,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    choice,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    never_others,
    nowhere,
    traced,
)

API = "2021-06-01"
WORKSPACE_TYPE = "Microsoft.Synapse/workspaces"
POOL_TYPE = f"{WORKSPACE_TYPE}/sqlPools"
RESTORE = "Microsoft Learn, Backup and restore in dedicated SQL pools: snapshots are made by the service, eight hours apart, and kept for seven days"
STORED = "Microsoft Learn, Encryption for Azure Synapse Analytics workspaces: data at rest is encrypted in all of its resources"

WORKSPACE = TypeDecl(
    WORKSPACE_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # the data lake that it writes to may stand elsewhere
        fact(Replicas, places=traced(of_host, *sorted(set(HOSTS.values())), arm="properties.defaultDataLakeStorage.accountUrl")),
        fact(AtRest, state=always(ON, cite=STORED)),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.cmk.key.name")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Synapse Analytics security: connections are over TLS only")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        fact(
            Outflow,
            derive(
                workspace_outflow,
                arm=("properties.managedVirtualNetworkSettings.preventDataExfiltration", "properties.managedVirtualNetworkSettings.allowedAadTenantIdsForLinking[]"),
            ),
        ),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE,
        **never(TlsFloor, why="asked of the TLS settings of its dedicated SQL, a subject of their own"),
    },
)  # fmt: skip

FLOOR = TypeDecl(
    f"{WORKSPACE_TYPE}/dedicatedSQLminimalTlsSettings",
    live=Below(WORKSPACE_TYPE, suffix="/dedicatedSQLminimalTlsSettings", api=API),
    facts=(fact(TlsFloor, min_version=choice({"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}, arm="properties.minimalTlsVersion")),),
    never=never_others(TlsFloor, why="a setting of a workspace, which is judged for the rest"),
)

POOL = TypeDecl(
    POOL_TYPE,
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, High availability for dedicated SQL pools: copies in other regions are backups only")),
        fact(Backups, enabled=always(True, cite=RESTORE), kind="snapshots", every_hours=always(8.0, cite=RESTORE), keep_days=always(7.0, cite=RESTORE)),
        fact(BackupEncryption, state=always(ON, cite=STORED)),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_LOGIN, **NO_LOGS, **NO_ENDPOINT,
        **never(KeyCustody, why="asked of its workspace"),
        **never(AtRest, why="asked of its transparent encryption, a subject of its own"),
        **never(BackupPlaces, why="asked of its geo-backup policy, a subject of its own"),
    },
)  # fmt: skip

ENCRYPTION = TypeDecl(
    f"{POOL_TYPE}/transparentDataEncryption",
    live=Below(POOL_TYPE, suffix="/transparentDataEncryption", api=API),
    facts=(fact(AtRest, state=flag(arm="properties.status", on=("Enabled",), off=("Disabled",))),),
    never=never_others(AtRest, why="a setting of a pool, which is judged for the rest"),
)

GEO_BACKUPS = TypeDecl(
    f"{POOL_TYPE}/geoBackupPolicies",
    live=Below(POOL_TYPE, suffix="/geoBackupPolicies", api=API),
    facts=(fact(BackupPlaces, places=derived_regions(pool_copies, arm="properties.state")),),
    never=never_others(BackupPlaces, why="a setting of a pool, which is judged for the rest"),
)
