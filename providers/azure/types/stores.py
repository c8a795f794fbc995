"""Microsoft.NetApp, Microsoft.DataLakeStore, Microsoft.Maps and Microsoft.OperationalInsights"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, NO_LOGS, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.networks import volume_transit
from providers.azure.reading import named_key, open_network
from providers.azure.streams import volume_backups, volume_copies, workspace_copies, workspace_key
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
    Holder,
    Home,
    KeyCustody,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    azure_ids,
    boolean,
    by_dialect,
    choice,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    nowhere,
    regions,
    together,
    unread,
)

NETAPP = "Microsoft Learn, Security FAQs for Azure NetApp Files"
KEPT = "properties.dataProtection"
RULES = "properties.exportPolicy.rules[]"

VOLUME = TypeDecl(
    "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
    live=Arm("2024-03-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=derived_regions(volume_copies, arm=(f"{KEPT}.replication.remoteVolumeRegion", f"{KEPT}.replication.remoteVolumeResourceId"))),
        fact(BackupPlaces, places=nowhere("Microsoft Learn, Understand Azure NetApp Files backup: the vault stands in the region of the account")),
        fact(AtRest, state=always(ON, cite=f"{NETAPP}: all volumes are encrypted"), algorithm=always("AES256", cite=f"{NETAPP}: all volumes are encrypted with AES-256")),
        fact(
            KeyCustody,
            # REST reference, encryptionKeySource: 'Microsoft.NetApp' by default
            holder=choice({"Microsoft.NetApp": Holder.PROVIDER, "Microsoft.KeyVault": Holder.CUSTOMER}, arm="properties.encryptionKeySource", absent=Holder.PROVIDER),
        ),
        fact(
            Transit,
            derive(
                volume_transit,
                arm=(
                    "properties.protocolTypes[]", "properties.smbEncryption", "properties.kerberosEnabled",
                    f"{RULES}.ruleIndex", "properties.exportPolicy.rules[?kerberos5pReadWrite==`true` || kerberos5pReadOnly==`true`].ruleIndex",
                ),
            ),
        ),
        fact(Backups, derive(volume_backups, arm=(f"{KEPT}.backup.backupPolicyId", f"{KEPT}.snapshot.snapshotPolicyId"))),
        fact(BackupEncryption, state=always(ON, cite=f"{NETAPP}: all volumes are encrypted, and so are their backups")),
        fact(Exposure, public=always(False, cite=f"{NETAPP}: volumes stand in a delegated subnet and have no public address")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_LOGIN, **NO_LOGS,
        **never(TlsFloor, Certificate, Renewal, ClientAuth, why="speaks SMB and NFS, which use no TLS"),
    },
)  # fmt: skip

LAKE = "Microsoft Learn, Security in Azure Data Lake Storage Gen1"

DATA_LAKE = TypeDecl(
    "Microsoft.DataLakeStore/accounts",
    live=Arm("2016-11-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, Disaster recovery guidance for Data Lake Storage Gen1: copies stay in the region")),
        fact(
            AtRest,
            # REST reference, encryptionState: Enabled is the default of new accounts
            state=flag(
                arm="properties.encryptionState", on=("Enabled",), off=("Disabled",),
                absent=by_dialect(live=NOT_SHOWN("the account does not say whether it is encrypted"), arm=ON),
            ),
        ),
        fact(
            KeyCustody,
            holder=choice(
                {"ServiceManaged": Holder.PROVIDER, "UserManaged": Holder.CUSTOMER}, arm="properties.encryptionConfig.type",
                absent=by_dialect(live=NOT_SHOWN("the account does not say who holds its key"), arm=Holder.PROVIDER),
            ),
        ),
        fact(Transit, plaintext_allowed=always(False, cite=f"{LAKE}: data in transit is always over HTTPS")),
        fact(TlsFloor, unread("the account does not say which TLS versions it accepts: scan the endpoint")),
        fact(
            Exposure,
            public=boolean(arm="properties.firewallState", true=("Disabled",), false=("Enabled",), absent=NOT_SHOWN("the state of the firewall is not in the body")),
            via="the firewall of the account",
        ),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE,
        **never(Backups, BackupPlaces, BackupEncryption, why="the service makes no backups"),
    },
)  # fmt: skip

MAPS = TypeDecl(
    "Microsoft.Maps/accounts",
    # the first versions that give the further regions of processing
    live=Arm("2024-01-01-preview"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(arm="properties.locations[].locationName")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Azure Maps encryption of data at rest: data is encrypted by the platform")),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Maps REST API: requests are over HTTPS only")),
        fact(TlsFloor, unread("the service does not say which TLS versions it accepts: scan the endpoint")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_LOGS, **PLATFORM_CERTIFICATE},
)

WORKSPACES = "2025-07-01"
MONITOR = "Microsoft Learn, Azure Monitor Logs data security"

WORKSPACE = TypeDecl(
    "Microsoft.OperationalInsights/workspaces",
    live=Arm(WORKSPACES),
    details=(Child("/dataExports", put="exports", api=WORKSPACES, many=True), diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=together(
                derived_regions(workspace_copies, arm=("properties.replication.enabled", "properties.replication.location")),
                azure_ids(arm="exports[?properties.enable!=`false`].properties.destination.resourceId"),
            ),
        ),
        fact(AtRest, state=always(ON, cite=f"{MONITOR}: data at rest is encrypted, which cannot be switched off")),
        fact(KeyCustody, derive(workspace_key, arm="properties.features.clusterResourceId")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{MONITOR}: data in transit is encrypted with TLS")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=f"{MONITOR}: TLS 1.2 at least since 1 July 2025")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccessForQuery")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)
