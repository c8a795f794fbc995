"""The estate of `houvast demo azure`: a small company that promised "Germany, Ireland and the Netherlands", and mostly keeps its word.

What is wrong in it: the archive and its copies in France, an account in London, a database with a replica in London, a key vault without
purge protection, an old web site with TLS 1.0 and plain FTP, and a Cosmos DB account that also stands in Virginia.
"""

from __future__ import annotations

from typing import Any

PRODUCTION = "5d1c4f5e-0a51-4c1b-9d58-0f5b1d1a0001"
DATA = "5d1c4f5e-0a51-4c1b-9d58-0f5b1d1a0002"
TENANT = "5d1c4f5e-0a51-4c1b-9d58-0f5b1d1a0000"

Body = dict[str, Any]


def estate() -> Body:
    """The document that `ArmReplay` serves."""
    resources = [*_storage(), *_machines(), *_databases(), *_vaults(), *_cosmos(), *_sites(), *_protection()]
    vaults: Body = {"voorbeeld-keys": {"certificates": []}, "voorbeeld-old-keys": {"certificates": []}}
    subscriptions = [_subscription(PRODUCTION, "Production"), _subscription(DATA, "Data platform")]
    return {"tenants": [{"tenantId": TENANT, "displayName": "Voorbeeld BV"}], "subscriptions": subscriptions, "resources": resources, "keyVaultData": vaults}


def _subscription(id: str, name: str) -> Body:
    return {"id": f"/subscriptions/{id}", "subscriptionId": id, "displayName": name, "state": "Enabled", "tenantId": TENANT}


def _resource(path: str, properties: Body, location: str = "", *, subscription: str = PRODUCTION, group: str = "rg-shop", **more: Any) -> Body:
    parts = path.split("/")
    body: Body = {
        "id": f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{path}", "name": parts[-1],
        "type": "/".join([parts[0], *parts[1::2]]), "properties": properties, **more,
    }  # fmt: skip
    return {**body, "location": location} if location else body


def _account(name: str, location: str, sku: str, **properties: Any) -> list[Body]:
    path = f"Microsoft.Storage/storageAccounts/{name}"
    stated = {
        "minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": True, "encryption": {"keySource": "Microsoft.Storage"},
        "networkAcls": {"defaultAction": "Deny"}, "primaryLocation": location, **properties,
    }  # fmt: skip
    kept = {"isVersioningEnabled": True, "deleteRetentionPolicy": {"enabled": True, "days": 30}}
    return [
        _resource(path, stated, location, subscription=DATA, group="rg-data", sku={"name": sku}, kind="StorageV2"),
        _resource(f"{path}/blobServices/default", kept, subscription=DATA, group="rg-data"),
        *_logged(path, DATA, "rg-data", "/blobServices/default"),
    ]


def _logged(path: str, subscription: str, group: str, at: str = "") -> list[Body]:
    workspace = f"/subscriptions/{PRODUCTION}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/logs"
    setting = {"workspaceId": workspace, "logs": [{"categoryGroup": "audit", "enabled": True}]}
    return [
        _resource(f"{path}{at}/providers/Microsoft.Insights/diagnosticSettings/audit", setting, subscription=subscription, group=group)
        | {"type": "Microsoft.Insights/diagnosticSettings", "name": "audit"}
    ]


def _storage() -> list[Body]:
    return [
        *_account("voorbeeldorders", "westeurope", "Standard_RAGRS", secondaryLocation="northeurope"),
        *_account("voorbeeldinvoices", "germanywestcentral", "Standard_ZRS"),
        *_account("voorbeeldarchive", "francecentral", "Standard_GRS", secondaryLocation="francesouth"),
        *_account("voorbeeldlondon", "uksouth", "Standard_LRS", minimumTlsVersion="TLS1_0"),
    ]


def _machines() -> list[Body]:
    platform = {"encryption": {"type": "EncryptionAtRestWithPlatformKey"}}
    keys_only = {"osProfile": {"computerName": "worker", "linuxConfiguration": {"disablePasswordAuthentication": True}}}
    return [
        _resource("Microsoft.Compute/virtualMachines/worker", keys_only, "westeurope"),
        _resource("Microsoft.Compute/disks/worker-data", platform, "westeurope"),
        _resource("Microsoft.Compute/snapshots/worker-before-upgrade", platform, "westeurope"),
    ]


def _databases() -> list[Body]:
    server = "Microsoft.Sql/servers/voorbeeld-sql"
    geo = {"currentBackupStorageRedundancy": "Geo"}
    return [
        _resource(server, {"minimalTlsVersion": "1.2", "publicNetworkAccess": "Disabled"}, "westeurope", kind="v12.0"),
        _resource(f"{server}/databases/master", {}, "westeurope", kind="v12.0,system"),
        _resource(f"{server}/databases/shop", geo, "westeurope", kind="v12.0,user"),
        _resource(f"{server}/databases/shop/replicationLinks/read", {"partnerLocation": "North Europe", "role": "Primary"}),
        _resource(f"{server}/databases/reports", geo, "westeurope", kind="v12.0,user"),
        _resource(f"{server}/databases/reports/replicationLinks/read", {"partnerLocation": "UK South", "role": "Primary"}),
    ]


def _vaults() -> list[Body]:
    stated = {"enableSoftDelete": True, "softDeleteRetentionInDays": 90, "networkAcls": {"defaultAction": "Deny"}}
    good, bare = "Microsoft.KeyVault/vaults/voorbeeld-keys", "Microsoft.KeyVault/vaults/voorbeeld-old-keys"
    return [
        _resource(good, {**stated, "vaultUri": "https://voorbeeld-keys.vault.azure.net/", "enablePurgeProtection": True}, "westeurope"),
        *_logged(good, PRODUCTION, "rg-shop"),
        _resource(bare, {**stated, "vaultUri": "https://voorbeeld-old-keys.vault.azure.net/"}, "northeurope"),
        *_logged(bare, PRODUCTION, "rg-shop"),
    ]


def _cosmos() -> list[Body]:
    path = "Microsoft.DocumentDB/databaseAccounts/voorbeeld-profiles"
    stated = {
        "locations": [{"locationName": "West Europe", "failoverPriority": 0}, {"locationName": "East US", "failoverPriority": 1}],
        "minimalTlsVersion": "Tls12", "publicNetworkAccess": "Disabled", "backupPolicy": {"type": "Continuous", "continuousModeProperties": {"tier": "Continuous30Days"}},
    }  # fmt: skip
    return [_resource(path, stated, "West Europe", subscription=DATA, group="rg-data", kind="GlobalDocumentDB"), *_logged(path, DATA, "rg-data")]


def _site(name: str, config: Body, **properties: Any) -> list[Body]:
    path = f"Microsoft.Web/sites/{name}"
    return [
        _resource(path, {"state": "Running", "siteConfig": None, **properties}, "West Europe", kind="app"),
        _resource(f"{path}/config/web", config),
        *_logged(path, PRODUCTION, "rg-shop"),
    ]


def _sites() -> list[Body]:
    return [
        *_site("voorbeeld-shop", {"minTlsVersion": "1.2", "ftpsState": "Disabled"}, httpsOnly=True),
        *_site("voorbeeld-legacy", {"minTlsVersion": "1.0", "ftpsState": "AllAllowed"}, httpsOnly=False),
    ]


def _protection() -> list[Body]:
    vault = "Microsoft.RecoveryServices/vaults/voorbeeld-backup"
    lock = f"/subscriptions/{DATA}/resourceGroups/rg-data/providers/Microsoft.Authorization/locks/keep"
    return [
        _resource("Microsoft.OperationalInsights/workspaces/logs", {"retentionInDays": 365}, "westeurope", group="rg-logs"),
        _resource(vault, {"redundancySettings": {"standardTierStorageRedundancy": "GeoRedundant"}}, "westeurope", sku={"name": "RS0"}),
        *_logged(vault, PRODUCTION, "rg-shop"),
        {"id": lock, "name": "keep", "type": "Microsoft.Authorization/locks", "properties": {"level": "CanNotDelete"}},
    ]
