"""Where Azure's services are reached by TLS, as their bodies declare it: names of the platform's own, and names of one's own.

A service that only private networks reach is named as such, and not probed. Names that may have nobody behind them (the static
web site that a storage account could have) say what merely names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.sdk import NOT_SHOWN, Endpoint, Endpoints, FactDecl, Reason, Ref, Unresolvable, derive, fact

Values = tuple[Any, ...]
DEPLOYED = NOT_SHOWN("its names are known when it is deployed")


def _host(address: object) -> str:
    """The host of `https://name/`, or the name itself."""
    return str(address).removeprefix("https://").split("/")[0].split(":")[0]


def _public(access: Values) -> bool:
    return not access or str(access[0]).lower() not in ("disabled", "securedbyperimeter")


def site(_ref: Ref, own: Values, names: Values, states: Values, access: Values, state: Values) -> Endpoints:
    """A site: its own name, and each custom one that has a certificate. A stopped site is reached nowhere."""
    if state and str(state[0]).lower() == "stopped":
        return Endpoints(())
    if len(names) != len(states):
        raise Unresolvable(Reason.UNPARSABLE, f"{len(names) - len(states)} of {len(names)} host names do not say whether they have a certificate")
    public, platform = _public(access), str(own[0]).lower() if own else ""
    bound = [
        str(name) for name, bound in zip(names, states, strict=True) if str(bound).lower() != "disabled" and str(name).lower() != platform and ".scm." not in str(name).lower()
    ]
    return Endpoints((*(Endpoint(str(name), public=public, own_name=True) for name in own), *(Endpoint(name, public=public) for name in bound)))


def named(_ref: Ref, own: Values, access: Values = ()) -> Endpoints:
    """A service with names of the platform's."""
    return Endpoints(tuple(Endpoint(_host(name), public=_public(access), own_name=True) for name in own if name))


def edge(_ref: Ref, own: Values, state: Values) -> Endpoints:
    """An endpoint of Front Door or a CDN; one that is switched off answers nobody."""
    off = bool(state) and str(state[0]).lower() in ("disabled", "stopped")
    return Endpoints(()) if off else Endpoints(tuple(Endpoint(_host(name), own_name=True) for name in own))


def domain(_ref: Ref, names: Values) -> Endpoints:
    """A name of one's own at the edge."""
    return Endpoints(tuple(Endpoint(_host(name)) for name in names if "*" not in str(name)))


def door(_ref: Ref, names: Values) -> Endpoints:
    """Front Door (classic): its own name ends in azurefd.net, others are one's own."""
    return Endpoints(tuple(Endpoint(_host(name), own_name=_host(name).endswith(".azurefd.net")) for name in names if "*" not in str(name)))


def gateway(_ref: Ref, listeners: Values, ports: Values, fronts: Values) -> Endpoints:
    """The names that the HTTPS listeners of an application gateway are for, at their ports. One without a name stands at an address that the gateway does not say."""
    numbers = {str(port.get("id")).lower(): int(port["properties"]["port"]) for port in ports}
    outside = {str(front.get("id")).lower() for front in fronts if (front.get("properties") or {}).get("publicIPAddress")}
    found: list[Endpoint] = []
    for listener in listeners:
        said = listener["properties"]
        if str(said.get("protocol")).lower() not in ("https", "tls"):
            continue
        hosts = [*([said["hostName"]] if said.get("hostName") else []), *(said.get("hostNames") or [])]
        public = str((said.get("frontendIPConfiguration") or {}).get("id")).lower() in outside
        if not hosts and public:
            raise Unresolvable(Reason.UNSUPPORTED, f"the listener {listener.get('name')} is for every name: which lead to its address is not read; scan them by name")
        port = numbers.get(str((said.get("frontendPort") or {}).get("id")).lower(), 443)
        found += [Endpoint(str(host), port, public=public) for host in hosts if "*" not in str(host)]
    return Endpoints(tuple(dict.fromkeys(found)))


def management(_ref: Ref, names: Values, network: Values, access: Values) -> Endpoints:
    """API Management: each of its host names; in the internal mode only the virtual network reaches it."""
    public = _public(access) and not (network and str(network[0]).lower() == "internal")
    return Endpoints(tuple(Endpoint(_host(name), public=public, own_name=_host(name).endswith(".azure-api.net")) for name in names))


def static(_ref: Ref, web: Values, access: Values, default: Values) -> Endpoints:
    """The static web site of a storage account: its name is there whether or not the site is switched on, which only the data plane says."""
    public = _public(access) and not (default and str(default[0]).lower() == "deny")
    return Endpoints(tuple(Endpoint(_host(name), public=public, own_name=True, named_in="the account's static web site, if it is on") for name in web))


def cache(_ref: Ref, host: Values, port: Values, access: Values, subnet: Values) -> Endpoints:
    """Azure Cache for Redis: TLS from the first byte."""
    public = _public(access) and not any(subnet)
    return Endpoints(tuple(Endpoint(_host(name), int(port[0]) if port else 6380, public=public, own_name=True) for name in host))


def ingress(_ref: Ref, names: Values, external: Values, domains: Values) -> Endpoints:
    """A container app: its own name, and custom ones; without external ingress only its environment reaches it."""
    public = any(value is True for value in external)
    return Endpoints(tuple(_ingress(names, domains, public)))


def _ingress(names: Values, domains: Values, public: bool) -> Iterator[Endpoint]:
    yield from (Endpoint(_host(name), public=public, own_name=True) for name in names)
    yield from (Endpoint(str(name), public=public) for name in domains)


def _reached(function: Any, *paths: str) -> FactDecl:
    return fact(Endpoints, derive(function, live=paths, arm=DEPLOYED))


SITE = _reached(
    site, "properties.defaultHostName", "properties.hostNameSslStates[].name", "properties.hostNameSslStates[].sslState", "properties.publicNetworkAccess", "properties.state"
)
STATIC_SITE = _reached(named, "properties.defaultHostname", "properties.publicNetworkAccess")
EDGE = _reached(edge, "properties.hostName", "properties.enabledState || properties.resourceState")
DOMAIN = _reached(domain, "properties.hostName")
DOOR = _reached(door, "properties.frontendEndpoints[].properties.hostName")
GATEWAY = _reached(gateway, "properties.httpListeners[]", "properties.frontendPorts[]", "properties.frontendIPConfigurations[]")
MANAGEMENT = _reached(management, "properties.hostnameConfigurations[].hostName", "properties.virtualNetworkType", "properties.publicNetworkAccess")
STATIC_WEB = _reached(static, "properties.primaryEndpoints.web", "properties.publicNetworkAccess", "properties.networkAcls.defaultAction")
CACHE = _reached(cache, "properties.hostName", "properties.sslPort", "properties.publicNetworkAccess", "properties.subnetId")
INGRESS = _reached(ingress, "properties.configuration.ingress.fqdn", "properties.configuration.ingress.external", "properties.configuration.ingress.customDomains[].name")
