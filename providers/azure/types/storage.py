"""Microsoft.Storage"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.reading import blob_backups, open_network, storage_copies
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
    derived_regions,
    fact,
    here,
    nowhere,
    text,
)

ENCRYPTED = "Microsoft Learn, Azure Storage encryption for data at rest: on for all accounts, cannot be switched off"
#: StorageAccountProperties.minimumTlsVersion in the REST reference: TLS 1.0 is what an absent value is taken for.
FLOOR = "properties.minimumTlsVersion"

STORAGE_ACCOUNT = TypeDecl(
    "Microsoft.Storage/storageAccounts",
    live=Arm("2023-05-01"),
    details=(
        Child("/blobServices/default", put="blob", api="2023-05-01", on_error={"FeatureNotSupportedForAccount": {}}),
        diagnostics("/blobServices/default"),
        LOCKS,
    ),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=derived_regions(storage_copies, arm=("sku.name", "properties.secondaryLocation", "location"))),
        fact(BackupPlaces, places=nowhere("Microsoft Learn, Soft delete for blobs and Blob versioning: kept in the account itself; vaulted copies belong to a backup vault")),
        fact(AtRest, state=always(ON, cite=ENCRYPTED), algorithm=always("AES256", cite=ENCRYPTED)),
        fact(
            KeyCustody,
            holder=choice(
                {"Microsoft.Storage": Holder.PROVIDER, "Microsoft.Keyvault": Holder.CUSTOMER},
                arm="properties.encryption.keySource",
                absent=by_dialect(live=NOT_SHOWN("the account does not say who holds its key"), arm=Holder.PROVIDER),
            ),
            key=text(arm="properties.encryption.keyvaultproperties.keyname", absent=None),
        ),
        fact(Transit, plaintext_allowed=boolean(arm="properties.supportsHttpsTrafficOnly", negate=True, absent=False)),  # absent: true since API 2019-04-01
        fact(
            TlsFloor,
            min_version=choice({"TLS1_0": "TLSv1.0", "TLS1_1": "TLSv1.1", "TLS1_2": "TLSv1.2", "TLS1_3": "TLSv1.3"}, arm=FLOOR, absent="TLSv1.0"),
            policy=text(arm=FLOOR, absent="not set; the REST reference takes that for TLS 1.0"),
        ),
        fact(
            Backups,
            derive(
                blob_backups,
                live=(
                    "blob.properties.restorePolicy.enabled", "blob.properties.restorePolicy.days", "blob.properties.isVersioningEnabled",
                    "blob.properties.deleteRetentionPolicy.enabled", "blob.properties.deleteRetentionPolicy.days", "blob.id",
                ),
                arm=NOT_SHOWN("in a template the blob service is a resource of its own"),
            ),
        ),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip
