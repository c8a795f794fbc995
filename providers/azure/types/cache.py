"""Microsoft.Cache"""

from providers.azure import endpoints
from providers.azure.copies import account_in_connection, cluster_of_database
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, NO_LOGS, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.guarding import closed_network, database_transit, persisted, redis_backups
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
    Child,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    boolean,
    by_dialect,
    choice,
    derive,
    fact,
    here,
    nowhere,
    regions,
    text,
    traced,
)

ENCRYPTED = "Microsoft Learn, Configure disk encryption for Azure Cache for Redis: what is on disk is encrypted under platform keys in all tiers"
PERSISTED = "Microsoft Learn, Azure Storage encryption for data at rest: on for all accounts, cannot be switched off"
VERSIONS = {"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
FLOOR = "properties.minimumTlsVersion"
CONFIGURED = "properties.redisConfiguration"
SECRET = NOT_SHOWN("a template gives the connection string of the storage account as a secret")

REDIS = TypeDecl(
    "Microsoft.Cache/redis",
    live=Arm("2024-03-01"),
    details=(
        # Microsoft Learn, Configure passive geo-replication: Premium only
        Child("/linkedServers", put="links", api="2024-03-01", many=True, when="properties.sku[?name=='Premium'].name"),
        diagnostics(),
        LOCKS,
    ),
    terraform=shapes("Microsoft.Cache/redis"),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.CACHE,
        fact(Replicas, places=regions(live="links[].properties.linkedRedisCacheLocation", arm=APART)),
        fact(
            BackupPlaces,
            places=traced(
                account_in_connection, "Microsoft.Storage/storageAccounts",
                live=(f'{CONFIGURED}."rdb-storage-connection-string"', f'{CONFIGURED}."aof-storage-connection-string-0"', f'{CONFIGURED}."aof-storage-connection-string-1"'),
                arm=SECRET,
            ),
        ),
        fact(AtRest, state=always(ON, cite=ENCRYPTED)),
        fact(KeyCustody, holder=always(Holder.PROVIDER, cite="Microsoft Learn, Configure disk encryption for Azure Cache for Redis: customers' keys are for the Enterprise tiers only")),
        fact(Transit, plaintext_allowed=boolean(arm="properties.enableNonSslPort", absent=False)),  # REST reference: false by default
        fact(
            TlsFloor,
            # A cache that never chose takes what the service accepted when it was made, which was TLS 1.0 for long.
            min_version=choice(VERSIONS, arm=FLOOR, absent=by_dialect(live="TLSv1.0", arm=NOT_SHOWN("without a version the service's default of that day holds"))),
            policy=text(arm=FLOOR, absent="not set"),
        ),
        fact(Backups, derive(redis_backups, arm=(f'{CONFIGURED}."rdb-backup-enabled"', f'{CONFIGURED}."rdb-backup-frequency"', f'{CONFIGURED}."aof-backup-enabled"'))),
        fact(BackupEncryption, state=always(ON, cite=PERSISTED)),
        fact(Exposure, derive(closed_network, arm=("properties.publicNetworkAccess", "properties.subnetId"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip

ENTERPRISE = TypeDecl(
    "Microsoft.Cache/redisEnterprise",
    live=Arm("2024-02-01"),
    details=(Child("/databases", put="databases", api="2024-02-01", many=True), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=traced(cluster_of_database, "Microsoft.Cache/redisEnterprise", live="databases[].properties.geoReplication.linkedDatabases[].id", arm=APART),
        ),
        fact(BackupPlaces, places=nowhere("Microsoft Learn, Configure data persistence: the Enterprise tiers persist to disks of the cluster itself")),
        fact(AtRest, state=always(ON, cite=ENCRYPTED)),
        fact(KeyCustody, derive(named_key, arm="properties.encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl")),
        fact(Transit, derive(database_transit, live="databases[].properties.clientProtocol", arm=APART)),
        fact(
            TlsFloor,
            min_version=choice(VERSIONS, arm=FLOOR, absent=NOT_SHOWN("the cluster does not say which TLS versions it accepts")),
            policy=text(arm=FLOOR, absent="not set"),
        ),
        fact(Backups, derive(persisted, live=("databases[].properties.persistence.rdbEnabled", "databases[].properties.persistence.aofEnabled"), arm=APART)),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(Exposure, derive(closed_network, arm="properties.publicNetworkAccess")),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE, **NO_LOGS},
)
