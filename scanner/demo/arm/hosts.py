"""Names under which the replay answers: its own, and those of Microsoft's clouds, to which the CONNECT proxy leads."""

from __future__ import annotations

MANAGEMENT = ("management.azure.com", "management.chinacloudapi.cn", "management.usgovcloudapi.net")
LOGINS = ("login.microsoftonline.com", "login.windows.net", "login.chinacloudapi.cn", "login.microsoftonline.us")
GRAPHS = ("graph.microsoft.com", "microsoftgraph.chinacloudapi.cn", "graph.microsoft.us")
VAULTS = ("vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net")
PROXIED = frozenset({*MANAGEMENT, *LOGINS, *GRAPHS, "localhost"})
NAMES = ("localhost", *MANAGEMENT, *LOGINS, *GRAPHS, *(f"*.{domain}" for domain in VAULTS))
"""What stands in the server's certificate."""


def vault_name(host: str) -> str:
    """Name of the Key Vault that a host is; empty for other hosts."""
    name, _, domain = host.partition(".")
    return name if domain in VAULTS else ""


def is_graph(host: str) -> bool:
    return host in GRAPHS
