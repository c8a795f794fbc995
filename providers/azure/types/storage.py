"""Microsoft.Storage and Microsoft.StorageActions"""

from providers.azure import endpoints
from providers.azure.copies import account
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import account_outflow, planned_outflow
from providers.azure.keeping import services_encrypted, share_backups, smb_words
from providers.azure.reading import blob_backups, open_network, plain_http, storage_copies
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Below,
    Child,
    Exposure,
    Holder,
    Home,
    Json,
    KeyCustody,
    Outflow,
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
    never_others,
    nowhere,
    of_parent,
    per_dialect,
    text,
    traced,
)

ENCRYPTED = "Microsoft Learn, Azure Storage encryption for data at rest: on for all accounts, cannot be switched off"
#: StorageAccountProperties.minimumTlsVersion in the REST reference: TLS 1.0 is what an absent value is taken for.
FLOOR = "properties.minimumTlsVersion"

WAYS = ("properties.allowedCopyScope", "properties.allowCrossTenantReplication", "properties.routingPreference.routingChoice")
ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"

STORAGE_ACCOUNT = TypeDecl(
    ACCOUNT_TYPE,
    live=Arm("2023-05-01"),
    details=(
        Child(
            "/blobServices/default", put="blob", api="2023-05-01", on_error={"FeatureNotSupportedForAccount": {}},
            new={"id": "default", "properties": {}}, cite="Microsoft Learn, Soft delete for blobs and Blob versioning: off unless set, but for accounts made in the portal",
        ),
        diagnostics("/blobServices/default"),
        LOCKS,
    ),
    terraform=shapes(ACCOUNT_TYPE),
    facts=(
        fact(Home, place=here(arm="extendedLocation.name || location")),  # an edge zone may stand in another country than its region
        endpoints.STATIC_WEB,
        fact(Replicas, places=derived_regions(storage_copies, arm=("sku.name", "properties.secondaryLocation", "location"))),
        fact(BackupPlaces, places=nowhere("Microsoft Learn, Soft delete for blobs and Blob versioning: kept in the account itself; vaulted copies belong to a backup vault")),
        fact(
            AtRest,
            state=derive(services_encrypted, arm=tuple(f"properties.encryption.services.{service}.enabled" for service in ("blob", "file", "table", "queue"))),
            algorithm=choice({"true": "AES256 twice", "false": "AES256"}, arm="properties.encryption.requireInfrastructureEncryption", absent="AES256"),
        ),
        fact(
            KeyCustody,
            holder=choice(
                {"Microsoft.Storage": Holder.PROVIDER, "Microsoft.Keyvault": Holder.CUSTOMER},
                arm="properties.encryption.keySource",
                absent=by_dialect(live=NOT_SHOWN("the account does not say who holds its key"), arm=Holder.PROVIDER),
            ),
            key=text(arm="properties.encryption.keyvaultproperties.keyname", absent=None),
        ),
        fact(
            Transit,
            plaintext_allowed=derive(
                plain_http, live="properties.supportsHttpsTrafficOnly", arm=("properties.supportsHttpsTrafficOnly", "apiVersion"), tf="properties.supportsHttpsTrafficOnly"
            ),
        ),
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
                arm=APART,
            ),
        ),
        fact(BackupEncryption, state=always(ON, cite=ENCRYPTED)),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"))),
        fact(Outflow, per_dialect(derive(account_outflow, live=(*WAYS, "properties.creationTime")), derive(planned_outflow, arm=WAYS))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)  # fmt: skip

#: What accounts answer that cannot hold what is asked for.
NONE_HERE: dict[str, Json] = {"FeatureNotSupportedForAccount": {}}

FILES = TypeDecl(
    f"{ACCOUNT_TYPE}/fileServices",
    live=Below(ACCOUNT_TYPE, suffix="/fileServices", api="2023-05-01", on_error=NONE_HERE),
    facts=(
        fact(Backups, derive(share_backups, arm=("properties.shareDeleteRetentionPolicy.enabled", "properties.shareDeleteRetentionPolicy.days"))),
        # Microsoft Learn, Require secure transfer: where it is required, SMB connections without encryption are refused too
        fact(
            Transit,
            plaintext_allowed=of_parent(ACCOUNT_TYPE, Transit, "plaintext_allowed"),
            detail=derive(smb_words, arm=("properties.protocolSettings.smb.versions", "properties.protocolSettings.smb.channelEncryption")),
        ),
    ),
    never=never_others(Backups, Transit, why="a part of an account, which is judged for the rest"),
)

BLOBS = TypeDecl(
    f"{ACCOUNT_TYPE}/blobServices",
    live=None,  # in the live cloud it is read with its account
    facts=(
        fact(
            Backups,
            derive(
                blob_backups,
                arm=(
                    "properties.restorePolicy.enabled", "properties.restorePolicy.days", "properties.isVersioningEnabled", "properties.deleteRetentionPolicy.enabled",
                    "properties.deleteRetentionPolicy.days", "properties",
                ),
            ),
        ),
    ),
    never=never_others(Backups, why="a part of an account, which is judged for the rest"),
)  # fmt: skip

REPLICATION = TypeDecl(
    f"{ACCOUNT_TYPE}/objectReplicationPolicies",
    live=Below(ACCOUNT_TYPE, suffix="/objectReplicationPolicies", api="2023-05-01", on_error=NONE_HERE),
    facts=(fact(Replicas, places=traced(account, ACCOUNT_TYPE, arm=("properties.sourceAccount", "properties.destinationAccount"), required=True)),),
    never=never_others(Replicas, why="says where blobs are copied; the accounts are judged for the rest"),
)

TASK = TypeDecl(
    "Microsoft.StorageActions/storageTasks",
    live=Arm("2023-01-01"),
    facts=(fact(Home, place=here(arm="location")),),
    never=never_others(Home, why="says what is done with blobs of accounts, which are judged themselves"),
)
