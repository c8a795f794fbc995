"""Storage, databases, caches, messages, keys, backups."""

from __future__ import annotations

from typing import Any

from providers.azure.terraform.words import PUBLIC, SWITCH, here, present
from scanner.sdk import Json, Since, Tf, attr, const, last_part, made, nothing, satellite, tf

_BLOB = "blob.properties"
_ENCRYPTION = "properties.encryption"


def _sku(tier: Any, replication: Any) -> Json:
    return f"{tier}_{replication}" if tier and replication else None


def _addresses(given: Any) -> Json:
    """A list since azurerm 4, text with commas before."""
    listed = given.split(",") if isinstance(given, str) else given or []
    return [{"ipAddressOrRange": one} for one in listed if one]


def _range(start: Any, end: Any) -> Json:
    return {"startIpAddress": start, "endIpAddress": end}


def _protector(key: Any) -> Json:
    return "AzureKeyVault" if key else "ServiceManaged"


def _named(name: str) -> Any:
    return lambda raw: str(raw["name"]).lower() == name


_AUDIT: dict[str, Any] = {
    "audit.properties.state": attr("enabled", absent="Enabled", words=SWITCH, cite="azurerm documentation: enabled defaults to true"),
    "audit.properties.retentionDays": "retention_in_days", "audit.properties.storageEndpoint": "storage_endpoint",
    "audit.properties.isAzureMonitorTargetEnabled": attr("log_monitoring_enabled", absent=True, cite="azurerm documentation: defaults to true"),
}  # fmt: skip
_FLEXIBLE: dict[str, Any] = {
    "properties.backup.backupRetentionDays": "backup_retention_days",
    "properties.backup.geoRedundantBackup": attr("geo_redundant_backup_enabled", absent="Disabled", words=SWITCH, cite="azurerm documentation: defaults to false"),
    "properties.dataEncryption.type": present("AzureKeyVault", "customer_managed_key"), "properties.dataEncryption.primaryKeyURI": attr("customer_managed_key.key_vault_key_id"),
    "properties.network.publicNetworkAccess": PUBLIC, "properties.network.delegatedSubnetResourceId": "delegated_subnet_id",
    "properties.sourceServerResourceId": "source_server_id",
}  # fmt: skip
_SINGLE: dict[str, Any] = {
    "properties.storageProfile.backupRetentionDays": "backup_retention_days",
    "properties.storageProfile.geoRedundantBackup": attr("geo_redundant_backup_enabled", words=SWITCH),
    "properties.sslEnforcement": attr("ssl_enforcement_enabled", words=SWITCH), "properties.publicNetworkAccess": PUBLIC,
    "properties.minimalTlsVersion": attr("ssl_minimal_tls_version_enforced", absent="TLS1_2", cite="azurerm documentation: defaults to TLS1_2"),
    "properties.infrastructureEncryption": attr("infrastructure_encryption_enabled", words=SWITCH),
}  # fmt: skip

SHAPES: dict[str, tuple[Tf, ...]] = {
    "Microsoft.Storage/storageAccounts": (
        here("azurerm_storage_account", {
            "sku.name": made(_sku, "account_tier", "account_replication_type"), "properties.secondaryLocation": attr("secondary_location", then=lambda value: value or None),
            f"{_ENCRYPTION}.keySource": present("Microsoft.Keyvault", "customer_managed_key"),
            f"{_ENCRYPTION}.keyvaultproperties.keyname": attr("customer_managed_key.key_vault_key_id", then=last_part),
            "properties.supportsHttpsTrafficOnly": attr("https_traffic_only_enabled", "enable_https_traffic_only", absent=True, cite="azurerm documentation: defaults to true"),
            "properties.minimumTlsVersion": attr("min_tls_version", absent=Since("3.0", "TLS1_2", before="TLS1_0"), cite="azurerm 3.0 upgrade guide: min_tls_version defaults to TLS1_2"),
            "properties.publicNetworkAccess": PUBLIC, "properties.networkAcls.defaultAction": attr("network_rules.default_action", computed=True),
            "properties.allowCrossTenantReplication": attr("cross_tenant_replication_enabled", absent=Since("4.0", False, before=True), cite="azurerm 4.0 upgrade guide: defaults to false"),
            "properties.allowedCopyScope": "allowed_copy_scope", "properties.routingPreference.routingChoice": attr("routing.choice"), "extendedLocation.name": "edge_zone",
            f"{_ENCRYPTION}.requireInfrastructureEncryption": attr("infrastructure_encryption_enabled", absent=False, cite="azurerm documentation: defaults to false"),
            f"{_ENCRYPTION}.services": nothing("every service is encrypted; the provider cannot say otherwise"),
            f"{_BLOB}.restorePolicy.enabled": made(lambda block: True if block else None, "blob_properties.restore_policy", computed=True),
            f"{_BLOB}.restorePolicy.days": attr("blob_properties.restore_policy.days", computed=True),
            f"{_BLOB}.isVersioningEnabled": attr("blob_properties.versioning_enabled", computed=True),
            f"{_BLOB}.deleteRetentionPolicy.enabled": made(lambda block: True if block else None, "blob_properties.delete_retention_policy", computed=True),
            f"{_BLOB}.deleteRetentionPolicy.days": attr("blob_properties.delete_retention_policy.days", computed=True),
            "blob.id": const("/blobServices/default"),
        }),
        satellite("azurerm_storage_account_customer_managed_key", "storage_account_id", {
            f"{_ENCRYPTION}.keySource": const("Microsoft.Keyvault"), f"{_ENCRYPTION}.keyvaultproperties.keyname": "key_name",
        }),
        satellite("azurerm_storage_account_network_rules", "storage_account_id", {"properties.networkAcls.defaultAction": "default_action"}),
    ),
    "Microsoft.Sql/servers": (
        here("azurerm_mssql_server", {
            "properties.minimalTlsVersion": attr("minimum_tls_version", absent="1.2", then=lambda word: "None" if word == "Disabled" else word, cite="azurerm documentation: defaults to 1.2"),
            "properties.restrictOutboundNetworkAccess": attr("outbound_network_restriction_enabled", absent="Disabled", words=SWITCH, cite="azurerm documentation: defaults to false"),
            "properties.publicNetworkAccess": PUBLIC, "rules": nothing("azurerm_mssql_firewall_rule is a resource of its own"),
            "protector.properties.serverKeyType": made(_protector, "transparent_data_encryption_key_vault_key_id"),
            "protector.properties.uri": attr("transparent_data_encryption_key_vault_key_id"),
            "audit": nothing("azurerm_mssql_server_extended_auditing_policy is a resource of its own"),
        }),
        satellite("azurerm_mssql_firewall_rule", "server_id", {"rules[+].properties": made(_range, "start_ip_address", "end_ip_address")}),
        satellite("azurerm_mssql_server_extended_auditing_policy", "server_id", _AUDIT),
        satellite("azurerm_mssql_server_transparent_data_encryption", "server_id", {
            "protector.properties.serverKeyType": made(_protector, "key_vault_key_id"), "protector.properties.uri": "key_vault_key_id",
        }),
    ),
    "Microsoft.Sql/servers/databases": (
        tf("azurerm_mssql_database", {
            "tde.properties.state": attr("transparent_data_encryption_enabled", absent="Enabled", words=SWITCH, cite="azurerm documentation: defaults to true"),
            "tde.properties.status": nothing("the name of an older API version"),
            "properties.requestedBackupStorageRedundancy": attr("storage_account_type", absent="Geo", cite="azurerm documentation: defaults to Geo"),
            "properties.currentBackupStorageRedundancy": nothing("what is asked for is read"),
            "retention.properties.retentionDays": attr("short_term_retention_policy.retention_days", absent=7, computed=True, cite="Microsoft Learn, automated backups: 7 days by default"),
            "longer.properties.weeklyRetention": attr("long_term_retention_policy.weekly_retention", computed=True),
            "longer.properties.monthlyRetention": attr("long_term_retention_policy.monthly_retention", computed=True),
            "longer.properties.yearlyRetention": attr("long_term_retention_policy.yearly_retention", computed=True),
            "properties.createMode": "create_mode", "properties.sourceDatabaseId": "creation_source_database_id",
            "audit": nothing("azurerm_mssql_database_extended_auditing_policy is a resource of its own"),
        }, parent="server_id", inherits=("location",), known_by=("name",)),
        satellite("azurerm_mssql_database_extended_auditing_policy", "database_id", {key: row for key, row in _AUDIT.items() if not key.endswith("retentionDays")}),
    ),
    "Microsoft.DBforPostgreSQL/flexibleServers": (
        here("azurerm_postgresql_flexible_server", {
            **_FLEXIBLE, "tls": nothing("each server parameter is a resource of its own"), "floor": nothing("each server parameter is a resource of its own"),
        }),
        satellite("azurerm_postgresql_flexible_server_configuration", "server_id", {"tls.properties.value": attr("value", words={True: "on", False: "off", "on": "on", "off": "off", "ON": "on", "OFF": "off"})},
                  when=_named("require_secure_transport")),
        satellite("azurerm_postgresql_flexible_server_configuration", "server_id", {"floor.properties.value": "value"}, when=_named("ssl_min_protocol_version")),
    ),
    "Microsoft.DBforMySQL/flexibleServers": (here("azurerm_mysql_flexible_server", _FLEXIBLE),),
    "Microsoft.DBforPostgreSQL/servers": (here("azurerm_postgresql_server", {**_SINGLE, "properties.byokEnforcement": nothing("azurerm_postgresql_server_key is a resource of its own")}),),
    "Microsoft.DBforMySQL/servers": (here("azurerm_mysql_server", _SINGLE),),
    "Microsoft.DocumentDB/databaseAccounts": (
        here("azurerm_cosmosdb_account", {
            "properties.locations[].locationName": "geo_location[].location", "properties.locations[].failoverPriority": "geo_location[].failover_priority",
            "properties.backupPolicy.type": attr("backup.type", computed=True), "properties.backupPolicy.continuousModeProperties.tier": attr("backup.tier", computed=True),
            "properties.backupPolicy.periodicModeProperties.backupStorageRedundancy": attr("backup.storage_redundancy", computed=True),
            "properties.backupPolicy.periodicModeProperties.backupIntervalInMinutes": attr("backup.interval_in_minutes", computed=True),
            "properties.backupPolicy.periodicModeProperties.backupRetentionIntervalInHours": attr("backup.retention_in_hours", computed=True),
            "properties.keyVaultKeyUri": "key_vault_key_id",
            "properties.minimalTlsVersion": attr("minimal_tls_version", absent="Tls12", cite="azurerm documentation: defaults to Tls12"),
            "properties.publicNetworkAccess": PUBLIC, "properties.ipRules": made(_addresses, "ip_range_filter"),
            "properties.enableAnalyticalStorage": attr("analytical_storage_enabled", absent=False, cite="azurerm documentation: defaults to false"),
            "properties.enableMultipleWriteLocations": attr("multiple_write_locations_enabled", "enable_multiple_write_locations", absent=False, cite="azurerm documentation: defaults to false"),
            "properties.isVirtualNetworkFilterEnabled": attr("is_virtual_network_filter_enabled", absent=False, cite="azurerm documentation: defaults to false"),
        }),
    ),
    "Microsoft.Cache/redis": (
        here("azurerm_redis_cache", {
            "properties.enableNonSslPort": attr("non_ssl_port_enabled", "enable_non_ssl_port", absent=False, cite="azurerm documentation: defaults to false"),
            "properties.minimumTlsVersion": "minimum_tls_version", "properties.publicNetworkAccess": PUBLIC, "properties.subnetId": "subnet_id",
            "properties.redisConfiguration.rdb-backup-enabled": attr("redis_configuration.rdb_backup_enabled", computed=True),
            "properties.redisConfiguration.rdb-backup-frequency": attr("redis_configuration.rdb_backup_frequency", computed=True),
            "properties.redisConfiguration.aof-backup-enabled": attr("redis_configuration.aof_backup_enabled", computed=True),
        }),
    ),
    "Microsoft.ServiceBus/namespaces": (
        here("azurerm_servicebus_namespace", {
            f"{_ENCRYPTION}.keySource": present("Microsoft.KeyVault", "customer_managed_key"), "properties.publicNetworkAccess": PUBLIC,
            "properties.minimumTlsVersion": attr("minimum_tls_version", absent="1.2", cite="azurerm documentation: defaults to 1.2"),
            "properties.geoDataReplication.locations": nothing("the provider cannot set it"), "aliases": nothing("azurerm_servicebus_namespace_disaster_recovery_config is not read"),
        }),
    ),
    "Microsoft.EventHub/namespaces": (
        here("azurerm_eventhub_namespace", {
            "properties.publicNetworkAccess": PUBLIC, "properties.minimumTlsVersion": attr("minimum_tls_version", absent="1.2", cite="azurerm documentation: defaults to 1.2"),
            f"{_ENCRYPTION}.keySource": nothing("azurerm_eventhub_namespace_customer_managed_key is a resource of its own"),
        }),
        satellite("azurerm_eventhub_namespace_customer_managed_key", "eventhub_namespace_id", {f"{_ENCRYPTION}.keySource": const("Microsoft.KeyVault")}),
    ),
    "Microsoft.KeyVault/vaults": (
        here("azurerm_key_vault", {
            "properties.enablePurgeProtection": attr("purge_protection_enabled"),
            "properties.enableSoftDelete": const(True, cite="azurerm 3.0 upgrade guide: soft delete is always on"),
            "properties.publicNetworkAccess": PUBLIC, "properties.networkAcls.defaultAction": attr("network_acls.default_action", computed=True),
        }),
    ),
    "Microsoft.RecoveryServices/vaults": (
        here("azurerm_recovery_services_vault", {
            "properties.redundancySettings.standardTierStorageRedundancy": attr("storage_mode_type", absent="GeoRedundant", cite="azurerm documentation: defaults to GeoRedundant"),
            "properties.redundancySettings.crossRegionRestore": attr("cross_region_restore_enabled", absent="Disabled", words=SWITCH, cite="azurerm documentation: defaults to false"),
            "properties.encryption.keyVaultProperties.keyUri": attr("encryption.key_id"),
        }),
    ),
}  # fmt: skip
