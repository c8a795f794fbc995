"""What listeners accept, who may reach them, and what is kept of data, in the ways of single services. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from typing import Any

from scanner.sdk import OFF, ON, Backups, Exposure, NotApplicable, Reason, Ref, State, Transit, Unresolvable

Values = tuple[Any, ...]


def closed_network(_ref: Ref, public: Values, *networks: Values) -> Exposure:
    """Proven closed where public access is off or the service stands in a network; otherwise firewall rules decide, which are children of their own."""
    if public and str(public[0]).lower() in ("disabled", "securedbyperimeter", "0"):
        return Exposure(False, f"public network access is {public[0]}")
    if any(value for values in networks for value in values):
        return Exposure(False, "it stands in a virtual network")
    raise Unresolvable(Reason.UNSUPPORTED, "public access is not switched off, and its firewall rules are not read yet")


def open_unless_listed(_ref: Ref, public: Values, addresses: Values) -> Exposure:
    """Reachable from everywhere unless public access is off or addresses are listed."""
    if public and str(public[0]).lower() in ("disabled", "securedbyperimeter"):
        return Exposure(False, f"public network access is {public[0]}")
    if any(str(address) in ("0.0.0.0/0", "*") for address in addresses):
        return Exposure(True, "the list of addresses holds every address")
    return Exposure(not addresses, f"{len(addresses)} addresses are listed" if addresses else "no address is listed")


def public_address(_ref: Ref, kind: Values) -> Exposure:
    """A container group without an address, or with a private one, is not reached from outside."""
    word = str(kind[0]).lower() if kind else "none"
    return Exposure(word == "public", f"its address is {word}")


# -- container apps ------------------------------------------------------------------------------------------
def _ingress(ingress: Values) -> None:
    if not ingress:
        raise NotApplicable("the app takes in nothing")


def _http(transport: Values) -> None:
    if transport and str(transport[0]).lower() == "tcp":
        raise Unresolvable(Reason.UNRESOLVED, "the app takes in plain TCP: whether there is TLS inside is seen on the wire only")


def ingress_transit(_ref: Ref, ingress: Values, transport: Values, insecure: Values) -> Transit:
    """HTTP is redirected to HTTPS unless `allowInsecure` (default false, Microsoft Learn: Ingress in Azure Container Apps)."""
    _ingress(ingress)
    _http(transport)
    return Transit(any(value is True for value in insecure), "plain HTTP is accepted" if any(insecure) else "plain HTTP is redirected")


def ingress_floor(_ref: Ref, ingress: Values, transport: Values) -> str:
    """Microsoft Learn, Ingress in Azure Container Apps: TLS 1.2 and 1.3 at the edge of the environment."""
    _ingress(ingress)
    _http(transport)
    return "TLSv1.2"


def ingress_client(_ref: Ref, ingress: Values, mode: Values) -> State:
    """Only `require` insists on a certificate; absent is `ignore` (Microsoft Learn, Configure client certificate authentication)."""
    _ingress(ingress)
    word = str(mode[0]).lower() if mode else "ignore"
    if word not in ("ignore", "accept", "require"):
        raise ValueError(f"{mode[0]!r} is no known mode")
    return ON if word == "require" else OFF


def ingress_exposure(_ref: Ref, ingress: Values, external: Values, actions: Values) -> Exposure:
    """Reachable from outside its environment unless the ingress is internal or only listed addresses are let in."""
    _ingress(ingress)
    if not any(value is True for value in external):
        return Exposure(False, "the ingress is internal")
    return Exposure(not any(str(a).lower() == "allow" for a in actions), "listed addresses only" if actions else "no address is listed")


def peer_transit(_ref: Ref, encrypted: Values, mutual: Values) -> Transit:
    """Apps of one environment talk in the clear unless peer encryption is on (default false, Microsoft Learn: Networking in Container Apps)."""
    on = any(value is True for value in (*encrypted, *mutual))
    return Transit(not on, "between the apps of the environment")


def environment_certificate(_ref: Ref, end: Values) -> Any:
    """The certificate of an environment's own DNS suffix: of it only the end is shown."""
    if not end:
        raise NotApplicable("no DNS suffix of one's own")
    raise Unresolvable(Reason.UNSUPPORTED, f"the certificate of the DNS suffix ends on {end[0]}; since when it is valid, and its key, are not shown")


# -- others --------------------------------------------------------------------------------------------------
def bot_transit(_ref: Ref, endpoint: Values) -> Transit:
    """The connector calls the bot at its endpoint."""
    if not endpoint or not endpoint[0]:
        raise NotApplicable("the bot has no endpoint")
    return Transit(not str(endpoint[0]).lower().startswith("https://"), f"its endpoint is {str(endpoint[0]).split('://')[0]}")


def database_transit(_ref: Ref, protocols: Values) -> Transit:
    """Redis Enterprise databases; TLS unless stated otherwise (REST reference: "Default is TLS-encrypted")."""
    if not protocols:
        return Transit(False, "no database says that it takes in plain connections")
    plain = [word for word in protocols if str(word).lower() != "encrypted"]
    if any(str(word).lower() != "plaintext" for word in plain):
        raise ValueError(f"{plain[0]!r} is no known protocol")
    return Transit(bool(plain), f"{len(plain)} of {len(protocols)} databases take in plain connections")


def tunnel_transit(_ref: Ref, kind: Values, ciphers: Values) -> Transit:
    """IPsec connections; without a policy of their own Azure offers AES and 3DES, never none (Microsoft Learn, About cryptographic requirements)."""
    word = str(kind[0]).lower() if kind else ""
    if word == "expressroute":
        raise NotApplicable("a private circuit: what is encrypted in it is not the gateway's")
    if word not in ("ipsec", "vnet2vnet", "vpnclient"):
        raise Unresolvable(Reason.UNPARSABLE, f"{kind[0] if kind else '(absent)'} is no known kind of connection")
    weak = sorted({str(cipher) for cipher in ciphers if str(cipher).lower() in ("none", "des")})
    return Transit(bool(weak), f"IPsec with {', '.join(map(str, ciphers))}" if ciphers else "IPsec with the gateway's own proposals")


def redis_backups(_ref: Ref, snapshots: Values, every: Values, journal: Values) -> Backups:
    """Values are text; absent is off: the service shows only what was switched on (REST reference, RedisConfiguration)."""
    if any(str(value).lower() == "true" for value in journal):
        return Backups(True, "continuous", 0)
    if any(str(value).lower() == "true" for value in snapshots):
        return Backups(True, "snapshots", float(every[0]) / 60 if every else None)
    return Backups(False, "snapshots")


def persisted(_ref: Ref, snapshots: Values, journal: Values) -> Backups:
    """Persistence of Redis Enterprise databases; every one has to have it."""
    if not snapshots and not journal:
        return Backups(False, "snapshots")
    on = [value for value in (*snapshots, *journal) if value is True]
    return Backups(bool(on), "continuous" if any(value is True for value in journal) else "snapshots")


def server_backups(_ref: Ref, days: Values) -> Backups:
    """Database servers back up by themselves; 7 days unless chosen (Microsoft Learn, Backup and restore)."""
    return Backups(True, "continuous", 0, float(days[0]) if days else 7.0)


def instance_backups(_ref: Ref, status: Values) -> Backups:
    """Whether a backup instance is protected by its policy."""
    word = str(status[0]).lower() if status else ""
    if word not in ("protectionconfigured", "configuringprotection", "configuringprotectionfailed", "protectionstopped", "notprotected", "softdeleted", "updatingprotection",
                    "protectionerror", "backupssuspended", "retentionsuspended"):  # fmt: skip
        raise Unresolvable(Reason.UNPARSABLE, f"{status[0] if status else '(absent)'} is no known state of protection")
    return Backups(word in ("protectionconfigured", "updatingprotection", "retentionsuspended"), "snapshots")
