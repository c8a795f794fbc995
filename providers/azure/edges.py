"""Front Door and CDN: routes, domains, secrets; and what a host name says about a place. Each argument is a tuple, empty if absent."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from providers.azure.certificates import when
from scanner.sdk import Certificate, Clue, NotApplicable, Reason, Ref, Renewal, TlsFloor, Transit, Unresolvable

Values = tuple[Any, ...]

#: Ends of host names, and the type of the resource that the first label names.
HOSTS = {
    "blob.core.windows.net": "Microsoft.Storage/storageAccounts", "dfs.core.windows.net": "Microsoft.Storage/storageAccounts",
    "file.core.windows.net": "Microsoft.Storage/storageAccounts", "queue.core.windows.net": "Microsoft.Storage/storageAccounts",
    "table.core.windows.net": "Microsoft.Storage/storageAccounts", "web.core.windows.net": "Microsoft.Storage/storageAccounts",
    "azurewebsites.net": "Microsoft.Web/sites", "database.windows.net": "Microsoft.Sql/servers", "documents.azure.com": "Microsoft.DocumentDB/databaseAccounts",
    "vault.azure.net": "Microsoft.KeyVault/vaults", "azurecr.io": "Microsoft.ContainerRegistry/registries", "azure-api.net": "Microsoft.ApiManagement/service",
    "search.windows.net": "Microsoft.Search/searchServices", "redis.cache.windows.net": "Microsoft.Cache/redis", "azuresynapse.net": "Microsoft.Synapse/workspaces",
    "postgres.database.azure.com": "Microsoft.DBforPostgreSQL/flexibleServers", "mysql.database.azure.com": "Microsoft.DBforMySQL/flexibleServers",
    "azuredatafactory.net": "Microsoft.DataFactory/factories",
}  # fmt: skip
#: Host names in which the region stands just before the end.
REGIONAL = ("cloudapp.azure.com", "azurecontainerapps.io", "azurecontainer.io", "kusto.windows.net", "batch.azure.com")


def of_host(_ref: Ref, value: str) -> Clue | None:
    """Where a host (a name, a URL, an id) stands: its region by its name, or the resource that its name belongs to."""
    if value.lower().startswith("/subscriptions/"):
        namespace, *parts = re.split(r"/providers/", value, flags=re.IGNORECASE)[-1].split("/")
        return Clue(kind="/".join((namespace, *parts[::2])), name=value)
    host = re.split(r"[/\\:,?]", re.sub(r"^([a-z]+:/+|tcp:|[/\\]+)", "", value.strip().lower()))[0].rstrip(".")
    if not host:
        return None
    regional = next((end for end in REGIONAL if host.endswith(f".{end}")), None)
    if regional is not None:
        return Clue(region=host.removesuffix(f".{regional}").rsplit(".", 1)[-1])
    web = re.search(r"\.([a-z0-9]+)-\d\d\.azurewebsites\.net$", host)  # the newer names of web apps hold the region
    if web:
        return Clue(region=web[1])
    kind = next((kind for end, kind in HOSTS.items() if host.endswith(f".{end}")), None)
    if kind is None:
        return Clue(why=f"{host} is no name that says where it stands")
    name = host.split(".")[0]
    if kind == "Microsoft.Storage/storageAccounts":
        name = name.removesuffix("-secondary")
    return Clue(kind=kind, name=name.removesuffix("-ondemand") if kind.startswith("Microsoft.Synapse") else name)


# -- Front Door Standard and Premium -------------------------------------------------------------------------
def route_transit(_ref: Ref, redirect: Values, forwarding: Values, protocols: Values) -> Transit:
    """Documented defaults (REST reference, Routes): HTTP and HTTPS are taken in, nothing is redirected, forwarded as it came."""
    taken = {str(word).lower() for word in protocols} or {"http", "https"}
    forward = str(forwarding[0]).lower() if forwarding else "matchrequest"
    if taken - {"http", "https"} or forward not in ("httponly", "httpsonly", "matchrequest"):
        raise ValueError(f"{sorted(taken)}, {forward} are no known protocols")
    redirected = bool(redirect) and str(redirect[0]).lower() == "enabled"
    if "http" in taken and not redirected:
        return Transit(True, "plain HTTP is taken in and not redirected")
    if forward == "httponly":
        return Transit(True, "it passes on by plain HTTP")
    return Transit(False, "HTTP is redirected" if "http" in taken else "HTTPS only")


FLOORS = {"tls10": "TLSv1.0", "tls12": "TLSv1.2", "tls13": "TLSv1.3"}


def domain_floor(_ref: Ref, version: Values) -> TlsFloor:
    """A custom domain of Front Door. Raises Unresolvable where it does not say."""
    if not version:
        raise Unresolvable(Reason.UNRESOLVED, "the domain does not say which TLS versions it accepts")
    return TlsFloor(FLOORS[str(version[0]).lower()], str(version[0]))


def domain_renewal(_ref: Ref, kind: Values, state: Values) -> Renewal:
    """A managed certificate is renewed while the domain is validated (Microsoft Learn, Configure HTTPS on a Front Door custom domain)."""
    if kind and str(kind[0]).lower() != "managedcertificate":
        raise NotApplicable("its certificate is a secret of the profile, which is judged itself")
    if not state:
        raise Unresolvable(Reason.UNPARSABLE, "the state of the domain's validation is not given")
    word = str(state[0])
    return Renewal(word.lower() == "approved", "the edge renews it" if word.lower() == "approved" else f"the validation of the domain is {word}")


def secret_certificate(_ref: Ref, kind: Values, names: Values, subject: Values, issuer: Values, end: Values) -> Certificate:
    """A certificate of a profile: until when, for which names, by whom; since when is not shown."""
    if kind and str(kind[0]).lower() == "urlsigningkey":
        raise NotApplicable("a key that signs URLs, no certificate")
    if not end:
        raise Unresolvable(Reason.UNPARSABLE, "until when the certificate is valid is not in the answer")
    given = tuple(dict.fromkeys(str(name).removeprefix("CN=") for name in (*names, *subject)))
    return Certificate(given, str(issuer[0]) if issuer else "", None, when(end[0]), key="", signature="", fingerprint="", managed=_managed(kind))


def _managed(kind: Values) -> bool | None:
    return True if kind and "managed" in str(kind[0]).lower() else None


def secret_renewal(_ref: Ref, kind: Values, latest: Values, version: Values) -> Renewal:
    """What a vault renews reaches the edge only where the newest version is used (Microsoft Learn, Configure HTTPS on a Front Door custom domain)."""
    word = str(kind[0]).lower() if kind else ""
    if word == "urlsigningkey":
        raise NotApplicable("a key that signs URLs, no certificate")
    if "managed" in word:
        return Renewal(True, "the edge renews it")
    if word != "customercertificate":
        raise Unresolvable(Reason.UNPARSABLE, f"{kind[0] if kind else '(absent)'} is no known kind of secret")
    if any(value is True for value in latest):
        return Renewal(True, "the newest version in the vault is taken over by itself")
    return Renewal(False, f"it is bound to the version {version[0]}, which no renewal replaces" if version else "it is bound to one version, which no renewal replaces")


# -- CDN (classic) -------------------------------------------------------------------------------------------
def classic_floor(_ref: Ref, state: Values, version: Values) -> TlsFloor:
    """A custom domain of a classic endpoint; without HTTPS of its own it has no floor."""
    if state and str(state[0]).lower() in ("disabled", "failed"):
        raise NotApplicable("the domain is served without TLS")
    if not version:
        raise Unresolvable(Reason.UNRESOLVED, "the domain does not say which TLS versions it accepts")
    word = str(version[0]).lower()
    return TlsFloor({**FLOORS, "none": "TLSv1.0"}[word], str(version[0]))


def until_only(_ref: Ref, names: Values, end: Values) -> Certificate:
    """A certificate of which a service tells the end alone."""
    if not end:
        raise Unresolvable(Reason.UNPARSABLE, "until when the certificate is valid is not in the answer")
    moment: datetime = when(end[0])
    return Certificate(tuple(map(str, names)), "", None, moment, key="", signature="", fingerprint="")
