"""Microsoft.DBforMariaDB, Microsoft.DBforMySQL and Microsoft.DBforPostgreSQL"""

from providers.azure.copies import geo_backup
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.guarding import closed_network, server_backups
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
    FactDecl,
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
    by_dialect,
    choice,
    derive,
    derived_regions,
    fact,
    here,
    per_dialect,
    regions,
    text,
    unread,
)

ENCRYPTED = "Microsoft Learn, Data encryption of Azure Database: data, backups and temporary files are encrypted with AES-256, which cannot be switched off"
SINGLE = {"TLSEnforcementDisabled": "TLSv1.0", "TLS1_0": "TLSv1.0", "TLS1_1": "TLSv1.1", "TLS1_2": "TLSv1.2"}
KEPT = "properties.storageProfile"


def _single(type: str, api: str, *own: FactDecl) -> TypeDecl:
    """The retired single servers of both engines have one shape."""
    return TypeDecl(
        type,
        terraform=shapes(type),
        live=Arm(api),
        details=(Child("/replicas", put="replicas", api=api, many=True), diagnostics(), LOCKS),
        facts=(
            fact(Home, place=here(arm="location")),
            fact(Replicas, places=regions(live="replicas[].location", arm=APART)),
            fact(BackupPlaces, places=derived_regions(geo_backup, arm=(f"{KEPT}.geoRedundantBackup", "location"))),
            fact(
                Transit,
                plaintext_allowed=boolean(arm="properties.sslEnforcement", true=("Disabled",), false=("Enabled",), absent=NOT_SHOWN("whether TLS is enforced is not said")),
            ),
            fact(
                TlsFloor,
                min_version=choice(SINGLE, arm="properties.minimalTlsVersion", absent=NOT_SHOWN("the lowest TLS version is not said")),
                policy=text(arm="properties.minimalTlsVersion", absent="not set"),
            ),
            fact(Backups, derive(server_backups, arm=f"{KEPT}.backupRetentionDays")),
            fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
            fact(Exposure, derive(closed_network, arm="properties.publicNetworkAccess")),
            GUARDED,
            *LOGGED,
            *own,
        ),
        never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
    )


MARIADB = _single(
    "Microsoft.DBforMariaDB/servers",
    "2018-06-01",
    fact(AtRest, state=always(ON, cite=ENCRYPTED), algorithm=always("AES256", cite=ENCRYPTED)),
    fact(KeyCustody, unread("whether a key of one's own is used is not in the body of the server")),
)

_TWICE = (
    fact(
        AtRest,
        state=always(ON, cite=ENCRYPTED),
        # infrastructure encryption is a second layer below the service's own
        algorithm=choice({"Enabled": "AES256 twice", "Disabled": "AES256"}, arm="properties.infrastructureEncryption", absent="AES256"),
    ),
    fact(
        KeyCustody,
        holder=choice(
            {"Enabled": Holder.CUSTOMER, "Disabled": Holder.PROVIDER}, arm="properties.byokEnforcement",
            absent=by_dialect(live=NOT_SHOWN("the server does not say who holds its key"), arm=Holder.PROVIDER),
        ),
    ),
)  # fmt: skip
POSTGRESQL_SINGLE = _single("Microsoft.DBforPostgreSQL/servers", "2017-12-01", *_TWICE)
MYSQL_SINGLE = _single("Microsoft.DBforMySQL/servers", "2017-12-01", *_TWICE)

FLEXIBLE = "2022-12-01"
SETTING = APART("in a template each server parameter is a resource of its own, and this template holds none")

POSTGRESQL = TypeDecl(
    "Microsoft.DBforPostgreSQL/flexibleServers",
    live=Arm(FLEXIBLE),
    details=(
        Child("/replicas", put="replicas", api=FLEXIBLE, many=True),
        Child(
            "/configurations/require_secure_transport", put="tls", api=FLEXIBLE,
            new={"properties": {"value": "on"}}, cite="Microsoft Learn, TLS in Azure Database for PostgreSQL: require_secure_transport is on by default",
        ),
        Child(
            "/configurations/ssl_min_protocol_version", put="floor", api=FLEXIBLE,
            new={"properties": {"value": "TLSv1.2"}}, cite="Microsoft Learn, TLS in Azure Database for PostgreSQL: ssl_min_protocol_version is TLSv1.2 by default",
        ),
        diagnostics(),
        LOCKS,
    ),
    terraform=shapes("Microsoft.DBforPostgreSQL/flexibleServers"),
    facts=(
        fact(Home, place=here(arm="location")),
        # A replica in a template names its source; each replica is a server of its own, judged where it stands.
        fact(Replicas, places=per_dialect(regions(live="replicas[].location"), azure_ids(arm="properties.sourceServerResourceId"))),
        fact(BackupPlaces, places=derived_regions(geo_backup, arm=("properties.backup.geoRedundantBackup", "location"))),
        fact(AtRest, state=always(ON, cite=ENCRYPTED), algorithm=always("AES256", cite=ENCRYPTED)),
        fact(
            KeyCustody,
            # REST reference, DataEncryption: the block is there where a key of one's own was chosen; the service manages it otherwise
            holder=choice({"SystemManaged": Holder.PROVIDER, "SystemAssigned": Holder.PROVIDER, "AzureKeyVault": Holder.CUSTOMER}, arm="properties.dataEncryption.type", absent=Holder.PROVIDER),
            key=text(arm="properties.dataEncryption.primaryKeyURI", absent=None),
        ),
        fact(Transit, plaintext_allowed=boolean(live="tls.properties.value", arm=SETTING, true=("off",), false=("on",)), detail="require_secure_transport"),
        fact(
            TlsFloor,
            min_version=choice({"TLSv1": "TLSv1.0", "TLSv1.1": "TLSv1.1", "TLSv1.2": "TLSv1.2", "TLSv1.3": "TLSv1.3"}, live="floor.properties.value", arm=SETTING),
            policy="ssl_min_protocol_version",
        ),
        fact(Backups, derive(server_backups, arm="properties.backup.backupRetentionDays")),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(Exposure, derive(closed_network, arm=("properties.network.publicNetworkAccess", "properties.network.delegatedSubnetResourceId"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip
