"""What Application Gateways and Front Doors accept: listeners, redirects, and TLS policies by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.sdk import NotApplicable, Reason, Ref, TlsFloor, Transit, Unresolvable, rows

Values = tuple[Any, ...]
ORDER = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_VERSIONS = {"tlsv1_0": "TLSv1.0", "tlsv1_1": "TLSv1.1", "tlsv1_2": "TLSv1.2", "tlsv1_3": "TLSv1.3"}


def any_http(_ref: Ref, protocols: Values) -> bool:
    """Whether any listener or backend speaks plain HTTP."""
    words = {str(word).lower() for word in protocols}
    if words - {"http", "https", "tcp", "tls"}:
        raise ValueError(f"{sorted(words)} are no known protocols")
    if "tcp" in words:
        raise Unresolvable(Reason.UNRESOLVED, "plain TCP is passed on: whether there is TLS inside is seen on the wire only")
    return "http" in words


def unredirected(_ref: Ref, listeners: Values, rules: Values, redirects: Values) -> bool:
    """Whether an HTTP listener has a rule that does not redirect to an HTTPS listener or address."""
    secure = {_id(item) for item in listeners if str(_in(item, "properties", "protocol")).lower() == "https"} - {None}
    safe = {_id(one) for one in redirects if _in(one, "properties", "targetListener", "id") and str(_in(one, "properties", "targetListener", "id")).lower() in secure}
    safe |= {_id(one) for one in redirects if str(_in(one, "properties", "targetUrl")).lower().startswith("https://")}
    plain = {_id(item) for item in listeners if str(_in(item, "properties", "protocol")).lower() == "http"}
    if None in plain:
        raise Unresolvable(Reason.UNPARSABLE, "a listener has no id")
    of_plain = [rule for rule in rules if str(_in(rule, "properties", "httpListener", "id")).lower() in plain]
    return any(str(_in(rule, "properties", "redirectConfiguration", "id")).lower() not in safe for rule in of_plain)


def gateway_floor(_ref: Ref, protocols: Values, policy: Values, default: Values, profiles: Values) -> TlsFloor:
    """The lowest version of all policies that apply to its HTTPS listeners: the gateway's and those of its profiles."""
    if not any(str(word).lower() in ("https", "tls") for word in protocols):
        raise NotApplicable("no listener speaks TLS")
    named = [_policy(one) for one in (*policy, *profiles)]
    if not policy:
        if not default:
            raise Unresolvable(Reason.UNRESOLVED, "no TLS policy is set: the default depends on when the gateway was made (TLS 1.0 before, 1.2 after API 2023-02-01)")
        named.append(_policy({"policyType": "Predefined", "policyName": default[0]}))
    return min(named, key=lambda floor: ORDER.index(floor.min_version))


def _policy(policy: Mapping[str, Any]) -> TlsFloor:
    kind, name = str(policy.get("policyType") or "Predefined").lower(), policy.get("policyName")
    if kind == "predefined":
        found = rows("azure_gateway_policies").get(str(name))
        if found is None:
            raise Unresolvable(Reason.UNSUPPORTED, f"the TLS policy {name} is not in the table")
        return TlsFloor(found["protocols"][0], str(name), tuple(found["suites"]))
    version = _VERSIONS.get(str(policy.get("minProtocolVersion")).lower())
    if version is None:
        raise Unresolvable(Reason.UNPARSABLE, f"the policy {policy.get('policyType')} gives no lowest version")
    suites = tuple(str(suite) for suite in policy.get("cipherSuites") or ())
    return TlsFloor(version, str(policy.get("policyType")), suites or None)


def edge_transit(_ref: Ref, rules: Values) -> Transit:
    """A rule that takes in HTTP and does not turn it into HTTPS, or that passes on by HTTP."""
    if not rules:
        raise Unresolvable(Reason.UNPARSABLE, "no routing rule is shown")
    for rule in rules:
        accepted = {str(word).lower() for word in _in(rule, "properties", "acceptedProtocols") or ()}
        route = _in(rule, "properties", "routeConfiguration") or {}
        if not accepted:
            raise Unresolvable(Reason.UNPARSABLE, f"the rule {rule.get('name')} names no protocol")
        redirect = str(route.get("redirectProtocol") or "").lower()
        if "http" in accepted and redirect != "httpsonly":
            return Transit(True, f"the rule {rule.get('name')} takes in plain HTTP")
        if str(route.get("forwardingProtocol") or "").lower() == "httponly":
            return Transit(True, f"the rule {rule.get('name')} passes on by plain HTTP")
    return Transit(False, f"{len(rules)} rules take in HTTPS or turn HTTP into it")


def edge_floor(_ref: Ref, endpoints: Values, versions: Values) -> TlsFloor:
    """The lowest of the custom domains; an endpoint without a configuration of its own does not say."""
    found = [f"TLSv{version}" for version in versions]
    if any(version not in ORDER for version in found):
        raise ValueError(f"{versions!r} are no known versions")
    lowest = min(found, key=ORDER.index, default="")
    if lowest not in ("TLSv1.0", "TLSv1.1") and len(found) < len(endpoints):
        raise Unresolvable(Reason.UNSUPPORTED, f"{len(endpoints) - len(found)} of {len(endpoints)} endpoints do not say which versions they accept")
    return TlsFloor(lowest, "minimumTlsVersion")


def asked_there(_ref: Ref, ids: Values) -> Any:
    """Certificates that stand in a body are subjects of their own."""
    raise NotApplicable("each of its certificates is a subject of its own" if ids else "it holds no certificate")


def _id(item: Any) -> str | None:
    id = item.get("id") if isinstance(item, Mapping) else None
    return str(id).lower() if id else None


def _in(item: Any, *keys: str) -> Any:
    for key in keys:
        item = item.get(key) if isinstance(item, Mapping) else None
    return item
