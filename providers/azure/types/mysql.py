"""Microsoft.DBforMySQL: flexible servers"""

from providers.azure.copies import geo_backup
from providers.azure.databases import lowest_version
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.guarding import closed_network, server_backups
from providers.azure.terraform import shapes
from providers.azure.types.dbservers import ENCRYPTED
from scanner.sdk import (
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
    azure_ids,
    boolean,
    choice,
    derive,
    derived_regions,
    fact,
    here,
    per_dialect,
    regions,
    text,
)

API = "2023-12-30"
DEFAULTS = "Microsoft Learn, Connect to Azure Database for MySQL with encrypted connections: TLS 1.2 is enforced by default"

FLEXIBLE = TypeDecl(
    "Microsoft.DBforMySQL/flexibleServers",
    live=Arm(API),
    details=(
        Child("/replicas", put="replicas", api=API, many=True),
        Child("/configurations/require_secure_transport", put="tls", api=API, new={"properties": {"value": "ON"}}, cite=DEFAULTS),
        Child("/configurations/tls_version", put="floor", api=API, new={"properties": {"value": "TLSv1.2"}}, cite=DEFAULTS),
        diagnostics(),
        LOCKS,
    ),
    terraform=shapes("Microsoft.DBforMySQL/flexibleServers"),
    facts=(
        fact(Home, place=here(arm="location")),
        # A replica in a template names its source; each replica is a server of its own, judged where it stands.
        fact(Replicas, places=per_dialect(regions(live="replicas[].location"), azure_ids(arm="properties.sourceServerResourceId"))),
        fact(BackupPlaces, places=derived_regions(geo_backup, arm=("properties.backup.geoRedundantBackup", "location"))),
        fact(AtRest, state=always(ON, cite=ENCRYPTED), algorithm=always("AES256", cite=ENCRYPTED)),
        fact(
            KeyCustody,
            # REST reference, DataEncryption: the block is there where a key of one's own was chosen; the service manages it otherwise
            holder=choice({"SystemManaged": Holder.PROVIDER, "AzureKeyVault": Holder.CUSTOMER}, arm="properties.dataEncryption.type", absent=Holder.PROVIDER),
            key=text(arm="properties.dataEncryption.primaryKeyURI", absent=None),
        ),
        fact(Transit, plaintext_allowed=boolean(live="tls.properties.value", arm=APART, true=("off",), false=("on",)), detail="require_secure_transport"),
        fact(TlsFloor, min_version=derive(lowest_version, live="floor.properties.value", arm=APART), policy="tls_version"),
        fact(Backups, derive(server_backups, arm="properties.backup.backupRetentionDays")),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(Exposure, derive(closed_network, arm=("properties.network.publicNetworkAccess", "properties.network.delegatedSubnetResourceId"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip
