"""Machines, sites, clusters, networks."""

from __future__ import annotations

from typing import Any

from providers.azure.terraform.words import PUBLIC, here, present
from scanner.sdk import Json, Tf, attr, const, made, nothing, satellite


def _mounts(blocks: Any) -> Json:
    """Storage that is mounted, by name."""
    return {str(one.get("name")): {"accountName": one.get("account_name")} for one in blocks or ()}


def _pools(default: Any) -> Json:
    found: list[Json] = []
    for one in default or ():
        hosts = one.get("host_encryption_enabled", one.get("enable_host_encryption"))
        found.append({"name": one.get("name"), "enableEncryptionAtHost": False if hosts is None else hosts})
    return found


def _pool(name: Any, hosts: Any, before: Any) -> Json:
    return {"name": name, "enableEncryptionAtHost": bool(hosts or before)}


_SITE: dict[str, Any] = {
    "properties.httpsOnly": attr("https_only", absent=False, cite="azurerm documentation: https_only defaults to false"),
    "properties.siteConfig.ftpsState": attr("site_config.ftps_state", absent="Disabled", cite="azurerm documentation: ftps_state defaults to Disabled"),
    "properties.siteConfig.minTlsVersion": attr("site_config.minimum_tls_version", absent="1.2", cite="azurerm documentation: minimum_tls_version defaults to 1.2"),
    "properties.clientCertEnabled": attr("client_certificate_enabled", absent=False, cite="azurerm documentation: defaults to false"),
    "properties.clientCertMode": "client_certificate_mode",
    "properties.siteConfig.scmMinTlsVersion": attr("site_config.scm_minimum_tls_version", absent="1.2", cite="azurerm documentation: defaults to 1.2"),
    "properties.siteConfig.azureStorageAccounts": made(_mounts, "storage_account"),
    "config": nothing("settings stand in the site itself"),
}  # fmt: skip


def _policy(blocks: Any) -> Json:
    """The TLS policy of an application gateway."""
    if not blocks:
        return None
    one = blocks[0] if isinstance(blocks, list) else blocks
    made_of: dict[str, Json] = {
        "policyType": one.get("policy_type"), "policyName": one.get("policy_name"), "minProtocolVersion": one.get("min_protocol_version"), "cipherSuites": one.get("cipher_suites"),
        "disabledSslProtocols": one.get("disabled_protocols"),
    }  # fmt: skip
    return {key: value for key, value in made_of.items() if value}


_LINUX = "properties.osProfile.linuxConfiguration"
_DISK = "properties.storageProfile.osDisk.managedDisk"
_DISKS: dict[str, Any] = {
    "properties.securityProfile.encryptionAtHost": attr("encryption_at_host_enabled", absent=False, cite="azurerm documentation: off unless enabled"),
    f"{_DISK}.storageAccountType": attr("os_disk.storage_account_type"), f"{_DISK}.id": nothing("the machine makes its disk"),
    f"{_DISK}.securityProfile.securityEncryptionType": attr("os_disk.security_encryption_type"),
    "properties.storageProfile.osDisk.encryptionSettings": nothing("the provider cannot set it"),
}  # fmt: skip
_PASSWORDS: dict[str, Any] = {
    **_DISKS,
    f"{_LINUX}.disablePasswordAuthentication": attr("disable_password_authentication", absent=True, cite="azurerm documentation: defaults to true"),
    "properties.osProfile.windowsConfiguration": nothing("a Linux machine"),
}  # fmt: skip
_WINDOWS: dict[str, Any] = {**_DISKS, "properties.osProfile.windowsConfiguration": const({"provisionVMAgent": True}), _LINUX: nothing("a Windows machine")}
_TRAFFIC = "properties.flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration"

SHAPES: dict[str, tuple[Tf, ...]] = {
    "Microsoft.Compute/disks": (
        here("azurerm_managed_disk", {
            "properties.encryption.type": present("EncryptionAtRestWithCustomerKey", "disk_encryption_set_id"), "properties.encryption.diskEncryptionSetId": "disk_encryption_set_id",
        }),
    ),
    "Microsoft.Compute/virtualMachines": (here("azurerm_linux_virtual_machine", _PASSWORDS), here("azurerm_windows_virtual_machine", _WINDOWS)),
    "Microsoft.Compute/virtualMachineScaleSets": (
        here("azurerm_linux_virtual_machine_scale_set", {key.replace("properties.", "properties.virtualMachineProfile."): row for key, row in _PASSWORDS.items()}),
        here("azurerm_windows_virtual_machine_scale_set", {key.replace("properties.", "properties.virtualMachineProfile."): row for key, row in _WINDOWS.items()}),
    ),
    "Microsoft.Web/sites": tuple(here(f"azurerm_{kind}", _SITE) for kind in ("linux_web_app", "windows_web_app", "linux_function_app", "windows_function_app")),
    "Microsoft.ContainerRegistry/registries": (
        here("azurerm_container_registry", {
            "properties.publicNetworkAccess": PUBLIC, "properties.encryption.status": present("enabled", "encryption"), "properties.encryption.keyVaultProperties.keyIdentifier": attr("encryption.key_vault_key_id"),
            "properties.networkRuleSet.defaultAction": attr("network_rule_set.default_action", computed=True),
            "properties.policies.exportPolicy.status": attr("export_policy_enabled", absent="enabled", words={True: "enabled", False: "disabled"}, cite="azurerm documentation: defaults to true"),
            "replications[].location": "georeplications[].location",
        }),
    ),
    "Microsoft.Network/applicationGateways": (
        here("azurerm_application_gateway", {
            "properties.httpListeners[].properties.protocol": "http_listener[].protocol",
            "properties.sslPolicy": made(_policy, "ssl_policy", computed=True), "properties.defaultPredefinedSslPolicy": nothing("the service's own, which is not shown before"),
            "properties.sslProfiles[].properties.sslPolicy": made(_policy, "ssl_profile[].ssl_policy"),
            "properties.backendHttpSettingsCollection[].properties.protocol": "backend_http_settings[].protocol",
        }),
    ),
    "Microsoft.Network/networkWatchers/flowLogs": (
        here("azurerm_network_watcher_flow_log", {
            "properties.storageId": "storage_account_id", f"{_TRAFFIC}.enabled": attr("traffic_analytics.enabled"), f"{_TRAFFIC}.workspaceRegion": attr("traffic_analytics.workspace_region"),
        }),
    ),
    "Microsoft.ContainerService/managedClusters": (
        here("azurerm_kubernetes_cluster", {
            "properties.agentPoolProfiles": made(_pools, "default_node_pool"), "properties.diskEncryptionSetID": "disk_encryption_set_id",
            "properties.apiServerAccessProfile.enablePrivateCluster": attr("private_cluster_enabled", absent=False, cite="azurerm documentation: defaults to false"),
            "properties.apiServerAccessProfile.authorizedIPRanges": attr("api_server_access_profile.authorized_ip_ranges", computed=True),
            "properties.addonProfiles.httpApplicationRouting.enabled": attr("http_application_routing_enabled", absent=False, cite="azurerm documentation: off unless enabled"),
        }),
        satellite("azurerm_kubernetes_cluster_node_pool", "kubernetes_cluster_id", {
            "properties.agentPoolProfiles[+]": made(_pool, "name", "host_encryption_enabled", "enable_host_encryption"),
        }),
    ),
    "Microsoft.CognitiveServices/accounts": (
        here("azurerm_cognitive_account", {
            "properties.publicNetworkAccess": PUBLIC, "properties.networkAcls.defaultAction": attr("network_acls.default_action"), "properties.allowedFqdnList": "fqdns",
            "properties.restrictOutboundNetworkAccess": attr("outbound_network_access_restricted", absent=False, cite="azurerm documentation: defaults to false"),
            "properties.encryption.keySource": present("Microsoft.KeyVault", "customer_managed_key"),
            "properties.encryption.keyVaultProperties.keyName": attr("customer_managed_key.key_vault_key_id"),
            "properties.locations.regions": nothing("the provider cannot set it"),
        }),
    ),
}  # fmt: skip
