"""Machines, sites, clusters, networks."""

from __future__ import annotations

from typing import Any

from providers.azure.terraform.words import PUBLIC, here, present
from scanner.sdk import Json, Tf, attr, const, made, nothing

_SITE = {
    "properties.httpsOnly": attr("https_only", absent=False, cite="azurerm documentation: https_only defaults to false"),
    "properties.siteConfig.ftpsState": attr("site_config.ftps_state", absent="Disabled", cite="azurerm documentation: ftps_state defaults to Disabled"),
    "properties.siteConfig.minTlsVersion": attr("site_config.minimum_tls_version", absent="1.2", cite="azurerm documentation: minimum_tls_version defaults to 1.2"),
    "properties.clientCertEnabled": attr("client_certificate_enabled", absent=False, cite="azurerm documentation: defaults to false"),
    "properties.clientCertMode": "client_certificate_mode", "properties.publicNetworkAccess": PUBLIC,
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
_PASSWORDS = {
    f"{_LINUX}.disablePasswordAuthentication": attr("disable_password_authentication", absent=True, cite="azurerm documentation: defaults to true"),
    "properties.osProfile.windowsConfiguration": nothing("a Linux machine"),
}  # fmt: skip
_WINDOWS = {"properties.osProfile.windowsConfiguration": const({"provisionVMAgent": True}), _LINUX: nothing("a Windows machine")}
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
            "properties.publicNetworkAccess": PUBLIC, "properties.encryption.status": present("enabled", "encryption"),
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
    "Microsoft.ContainerService/managedClusters": (here("azurerm_kubernetes_cluster", {}),),
    "Microsoft.CognitiveServices/accounts": (here("azurerm_cognitive_account", {"properties.publicNetworkAccess": PUBLIC}),),
}  # fmt: skip
