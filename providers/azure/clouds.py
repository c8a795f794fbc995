"""Which Azure: Microsoft's own clouds by name, or any Resource Manager by its address and what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scanner.sdk import Json, UsageError

#: Microsoft's own clouds: Resource Manager and the authority that issues its tokens.
CLOUDS = {
    "public": ("https://management.azure.com", "https://login.microsoftonline.com"),
    "china": ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    "usgovernment": ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
}
#: The names that Azure's own tools have for them.
ALIASES = {"azurecloud": "public", "azurepubliccloud": "public", "azurechinacloud": "china", "azureusgovernment": "usgovernment", "azureusgovernmentcloud": "usgovernment"}
#: Key Vaults of the same clouds, by their authority: each vault is a host below this domain, which is also the audience of its tokens.
VAULTS = {"https://login.chinacloudapi.cn": "vault.azure.cn", "https://login.microsoftonline.us": "vault.usgovcloudapi.net"}
#: Microsoft Graph of the same clouds (Microsoft Learn, National cloud deployments).
GRAPHS = {"https://login.chinacloudapi.cn": "https://microsoftgraph.chinacloudapi.cn", "https://login.microsoftonline.us": "https://graph.microsoft.us"}
METADATA = "/metadata/endpoints?api-version=2022-09-01"
"""What a Resource Manager says of its cloud; asked without a token."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where to ask. What is empty follows from the authority."""

    resource_manager: str
    authority: str
    vault_domain: str = ""
    graph_url: str = ""
    audience: str = ""
    """For whom tokens of Resource Manager are issued, where it is not its own address."""

    @property
    def discovery(self) -> bool:
        """Whether the public login host may be asked about the authority: only within Microsoft's public clouds."""
        return self.resource_manager in {rm for rm, _ in CLOUDS.values()} and self.authority in {authority for _, authority in CLOUDS.values()}

    @property
    def scope(self) -> str:
        return f"{(self.audience or self.resource_manager).rstrip('/')}/.default"

    @property
    def vaults(self) -> str:
        """Domain of the Key Vaults."""
        return self.vault_domain or VAULTS.get(self.authority, "vault.azure.net")

    @property
    def graph(self) -> str:
        """Address of Microsoft Graph."""
        return self.graph_url or GRAPHS.get(self.authority, "https://graph.microsoft.com")


def cloud_of(settings: Mapping[str, str], environment: Mapping[str, str]) -> Cloud:
    """The cloud that the settings and the environment mean. Raises UsageError."""
    named = settings.get("azure.cloud", "")
    manager = settings.get("azure.resource_manager") or (named if named.startswith("http") else "") or environment.get("HOUVAST_AZURE_RESOURCE_MANAGER", "")
    known = ALIASES.get(named.lower(), named.lower()) if named and not named.startswith("http") else "public"
    if known not in CLOUDS:
        raise UsageError(f"{named!r} is no Azure cloud", f"use one of {', '.join(CLOUDS)}, or the URL of a Resource Manager")
    default = CLOUDS[known]
    authority = environment.get("AZURE_AUTHORITY_HOST", "") or default[1]
    found = Cloud((manager or default[0]).rstrip("/"), (authority if "://" in authority else f"https://{authority}").rstrip("/"))
    for url in (found.resource_manager, found.authority):
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise UsageError(f"{url!r} is no https URL", "a token is never sent without TLS")
    return found


def stands_alone(cloud: Cloud, environment: Mapping[str, str]) -> bool:
    """Whether it is a Resource Manager of one's own whose authority nobody named: it has to say so itself."""
    return cloud.resource_manager not in {manager for manager, _ in CLOUDS.values()} and not environment.get("AZURE_AUTHORITY_HOST")


def described(cloud: Cloud, said: Json) -> Cloud:
    """The cloud as its own metadata describe it. Raises UsageError for anything but https addresses."""
    about = said[0] if isinstance(said, list) and said else said
    if not isinstance(about, Mapping):
        raise UsageError(f"{cloud.resource_manager} does not say of which cloud it is", "set AZURE_AUTHORITY_HOST to the address that issues its tokens")
    login, suffixes = about.get("authentication"), about.get("suffixes")
    authority = str(login.get("loginEndpoint") or "") if isinstance(login, Mapping) else ""
    audiences = login.get("audiences") if isinstance(login, Mapping) else None
    vaults = str(suffixes.get("keyVaultDns") or "").lstrip(".") if isinstance(suffixes, Mapping) else ""
    graph = str(about.get("microsoftGraphResourceId") or "")
    for url in filter(None, (authority, graph)):
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise UsageError(f"{cloud.resource_manager} names {url!r}, which is no https URL", "a token is never sent without TLS")
    if vaults and not re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", vaults):
        raise UsageError(f"{cloud.resource_manager} names {vaults!r} as the domain of its Key Vaults", "ask who runs it")
    audience = next((str(one) for one in audiences if str(one).startswith("https://")), "") if isinstance(audiences, list) else ""
    return replace(cloud, authority=(authority or cloud.authority).rstrip("/"), vault_domain=vaults, graph_url=graph.rstrip("/"), audience=audience.rstrip("/"))
