"""Resources of which only the place is asked."""

from __future__ import annotations

from providers.azure.terraform.words import here
from scanner.sdk import Tf

_PLAIN = {
    "Microsoft.Resources/resourceGroups": "azurerm_resource_group",
    "Microsoft.Network/networkInterfaces": "azurerm_network_interface",
    "Microsoft.Network/networkSecurityGroups": "azurerm_network_security_group",
    "Microsoft.Network/applicationSecurityGroups": "azurerm_application_security_group",
    "Microsoft.Network/routeTables": "azurerm_route_table",
    "Microsoft.Network/ipGroups": "azurerm_ip_group",
    "Microsoft.Network/firewallPolicies": "azurerm_firewall_policy",
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies": "azurerm_web_application_firewall_policy",
    "Microsoft.Network/privateEndpoints": "azurerm_private_endpoint",
    "Microsoft.Network/natGateways": "azurerm_nat_gateway",
    "Microsoft.Network/localNetworkGateways": "azurerm_local_network_gateway",
    "Microsoft.Network/ddosProtectionPlans": "azurerm_network_ddos_protection_plan",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "azurerm_user_assigned_identity",
    "Microsoft.Compute/availabilitySets": "azurerm_availability_set",
    "Microsoft.Compute/sshPublicKeys": "azurerm_ssh_public_key",
    "Microsoft.Web/serverFarms": "azurerm_service_plan",
    "Microsoft.Network/networkWatchers": "azurerm_network_watcher",
    "Microsoft.Network/virtualHubs": "azurerm_virtual_hub",
    "Microsoft.Network/virtualWans": "azurerm_virtual_wan",
}
SHAPES: dict[str, tuple[Tf, ...]] = {type: (here(name, {}),) for type, name in _PLAIN.items()}
