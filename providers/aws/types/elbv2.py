"""Application and network load balancers, and their listeners."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Each,
    Endpoint,
    Endpoints,
    Exposure,
    Get,
    Home,
    Join,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Replicas,
    State,
    TlsFloor,
    TlsPolicy,
    Transit,
    TypeDecl,
    Unresolvable,
    derive,
    fact,
    flag,
    here,
    never,
    never_others,
    region_of,
    rows,
)

_ORDER = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
"""What a listener made by API or template gets when it names none (Elastic Load Balancing docs, "Security policies")."""
_BALANCERS = List("elbv2", "describe_load_balancers", each="LoadBalancers", id="LoadBalancerArn", name="LoadBalancerName")
_STATELESS = {
    **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
    **never(AtRest, KeyCustody, Replicas, Backups, BackupPlaces, BackupEncryption, why="passes data on and stores none"),
}  # fmt: skip


def _transit(_: Ref, protocols: tuple[Any, ...], kinds: tuple[Any, ...], targets: tuple[Any, ...], *more: tuple[Any, ...]) -> Transit:
    """Plain HTTP is harmless when every rule, the default one included, sends the client on to HTTPS. `kinds` and `targets`
    are those of live rules, or of a template's default actions, whose further rules come as `more`."""
    protocol = str(protocols[0]).upper() if protocols else ""
    if protocol in ("HTTPS", "TLS", "QUIC"):
        return Transit(False, f"{protocol} only")
    if protocol != "HTTP":
        raise Unresolvable(Reason.UNRESOLVED, f"{protocol or 'no protocol'}: passed through, so what is behind it decides about TLS")
    every = [*kinds, *(more[0] if more else ())]
    sent = [str(target).upper() for target in (*targets, *(more[1] if more else ()))]
    if every and all(kind == "redirect" for kind in every) and sent == ["HTTPS"] * len(every):
        return Transit(False, "HTTP only redirects to HTTPS")
    return Transit(True, "plain HTTP")


def _ends_tls(protocols: tuple[Any, ...]) -> None:
    protocol = str(protocols[0]).upper() if protocols else ""
    if protocol not in ("HTTPS", "TLS"):
        if protocol in ("HTTP", "TCP", "UDP", "TCP_UDP", "GENEVE"):
            raise NotApplicable(f"{protocol}: ends no TLS")
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of TLS on {protocol or 'a listener without protocol'}")


def _floor(_: Ref, protocols: tuple[Any, ...], policies: tuple[Any, ...], versions: tuple[Any, ...] = (), ciphers: tuple[Any, ...] = ()) -> TlsFloor:
    """By what the service says of the policy; in a template, or where the service does not list it, by the table of policies."""
    _ends_tls(protocols)
    name = str(policies[0]) if policies else _DEFAULT_POLICY
    listed = ["TLSv1.0" if str(version) == "TLSv1" else str(version) for version in versions]
    if listed:
        return TlsFloor(min(listed, key=_ORDER.index), name, _suites(ciphers) or None)
    policy = rows("aws_elb_policies").get(name)
    if policy is None:
        raise Unresolvable(Reason.UNRESOLVED, f"the security policy {name} is not in the table of policies")
    return TlsFloor(min(policy["protocols"], key=_ORDER.index), name, tuple(policy["suites"]) or None)


def _policy(ref: Ref, *found: tuple[Any, ...]) -> TlsPolicy:
    """Its suites, and whether it agrees post-quantum keys: the latter by its name, for the service does not list groups."""
    floor = _floor(ref, *found)
    known = rows("aws_elb_policies").get(floor.policy or "")
    named = "-PQ-" in (floor.policy or "")
    return TlsPolicy(floor.policy or "", floor.suites or (), known["post_quantum"] if known else True if named else None)


def _suites(ciphers: tuple[Any, ...]) -> tuple[str, ...]:
    """IANA names; the service writes those of OpenSSL, and of TLS 1.3 those of IANA."""
    iana = {row["openssl"]: name for name, row in rows("cipher_suites").items() if row.get("openssl")}
    return tuple(iana.get(str(cipher), str(cipher)) for cipher in ciphers)


def _client_auth(_: Ref, protocols: tuple[Any, ...], modes: tuple[Any, ...]) -> ClientAuth:
    if not protocols or str(protocols[0]).upper() != "HTTPS":
        raise NotApplicable("only HTTPS listeners can ask for a certificate")
    return ClientAuth(State.ON if modes == ("verify",) else OFF)


def _actions(path: str) -> tuple[str, str]:
    return f"{path}.Type", f"{path}.RedirectConfig.Protocol"


def _reached(_: Ref, protocols: tuple[Any, ...], ports: tuple[Any, ...], hosts: tuple[Any, ...], schemes: tuple[Any, ...], certificates: tuple[Any, ...]) -> Endpoints:
    """Where a listener that ends TLS is reached. Clients mostly use a name of their own that leads to the balancer's."""
    if str(protocols[0] if protocols else "").upper() not in ("HTTPS", "TLS"):
        return Endpoints(())
    public = str(schemes[0]) == "internet-facing"
    return Endpoints((Endpoint(str(hosts[0]), int(ports[0]), public=public, own_name=True, certificates=tuple(map(str, certificates))),))


_ENDS_TLS = "[?Protocol=='HTTPS' || Protocol=='TLS'].ListenerArn"
LISTENER = TypeDecl(
    "AWS::ElasticLoadBalancingV2::Listener",
    live=Each(_BALANCERS, List("elbv2", "describe_listeners", each="Listeners", id="ListenerArn", name="{parent} {Protocol}:{Port}"), params={"LoadBalancerArn": "LoadBalancerArn"}, along={"DNSName": "DNSName", "Scheme": "Scheme"}),
    details=(
        Get("describe_rules", put="rules", params={"ListenerArn": "ListenerArn"}, take="Rules", when="[?Protocol=='HTTP'].ListenerArn"),
        # All certificates that it may serve; the listing shows the one for clients that name no host.
        Get("describe_listener_certificates", put="certificates", params={"ListenerArn": "ListenerArn"}, take="Certificates", when=_ENDS_TLS),
        Get("describe_ssl_policies", put="policy", params={}, take="SslPolicies", match=("Name", "SslPolicy"), when=_ENDS_TLS),
    ),
    joins=(Join("AWS::ElasticLoadBalancingV2::ListenerRule", on="ListenerArn", put="rules"), Join("AWS::ElasticLoadBalancingV2::ListenerCertificate", on="ListenerArn", put="certificates")),
    terraform=shapes("AWS::ElasticLoadBalancingV2::Listener"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, derive(_transit, live=("Protocol", *_actions("rules[].Actions[]")), cfn=("Protocol", *_actions("DefaultActions[]"), *_actions("rules[].Actions[]")))),
        fact(TlsFloor, derive(_floor, live=("Protocol", "SslPolicy", "policy[].SslProtocols[]", "policy[].Ciphers[].Name"), cfn=("Protocol", "SslPolicy"))),
        fact(TlsPolicy, derive(_policy, live=("Protocol", "SslPolicy", "policy[].SslProtocols[]", "policy[].Ciphers[].Name"), cfn=("Protocol", "SslPolicy"))),
        *used_certificates(live=("Certificates[].CertificateArn", "certificates[].CertificateArn"), cfn=("Certificates[].CertificateArn", "certificates[].Certificates[].CertificateArn")),
        fact(ClientAuth, derive(_client_auth, same=("Protocol", "MutualAuthentication.Mode"))),
        fact(Endpoints, derive(_reached, live=("Protocol", "Port", "DNSName", "Scheme", "Certificates[].CertificateArn"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never={
        **{kind: why for kind, why in _STATELESS.items() if kind not in CERTIFICATES},
        **never(Exposure, why="made to be reached; whom it lets in is up to the services behind it"),
        **never(LogPlaces, Logs, Deletion, why="settings of its load balancer"),
    },
)  # fmt: skip


_LOGS_ON = "[?Key=='access_logs.s3.enabled'].Value"
_GUARDED = "[?Key=='deletion_protection.enabled'].Value"


def _written(_: Ref, on: tuple[Any, ...]) -> Logs:
    return Logs(bool(on) and str(on[0]).lower() == "true", detail="access logs")


LOAD_BALANCER = TypeDecl(
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    live=_BALANCERS,
    details=(Get("describe_load_balancer_attributes", put="attributes", params={"LoadBalancerArn": "LoadBalancerArn"}, take="Attributes"),),
    terraform=shapes("AWS::ElasticLoadBalancingV2::LoadBalancer"),
    facts=(
        fact(Home, place=here()),
        # An empty bucket name stands for "none was ever set".
        fact(LogPlaces, places=region_of("AWS::S3::Bucket", live="attributes[?Key=='access_logs.s3.bucket' && Value!=''].Value",
                                         cfn="LoadBalancerAttributes[?Key=='access_logs.s3.bucket'].Value")),
        fact(Logs, derive(_written, live=f"attributes{_LOGS_ON}", cfn=f"LoadBalancerAttributes{_LOGS_ON}")),
        fact(Deletion, guard=flag(live=f"attributes{_GUARDED}", cfn=f"LoadBalancerAttributes{_GUARDED}", absent=OFF)),
    ),
    never={
        **_STATELESS,
        **never(Exposure, why="made to be reached; whom it lets in is up to the services behind it"),
        **never(Transit, TlsFloor, ClientAuth, why="asked of its listeners"),
    },
)  # fmt: skip


def _behind(_: Ref, protocols: tuple[Any, ...], kinds: tuple[Any, ...]) -> Transit:
    """How a balancer speaks to what is behind it. HTTPS and TLS are encrypted again; TCP and UDP are passed through."""
    if kinds and str(kinds[0]).lower() == "lambda":
        raise NotApplicable("a function, which is called by the API of Lambda")
    protocol = str(protocols[0]).upper() if protocols else ""
    if not protocol:
        raise ValueError("Protocol is absent")
    if protocol in ("HTTPS", "TLS", "QUIC"):
        return Transit(False, f"{protocol} to the targets")
    if protocol != "HTTP":
        raise Unresolvable(Reason.UNRESOLVED, f"{protocol}: passed through, so what is behind it decides about TLS")
    return Transit(True, "plain HTTP to the targets")


TARGET_GROUP = TypeDecl(
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    live=List("elbv2", "describe_target_groups", each="TargetGroups", id="TargetGroupArn", name="TargetGroupName"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, derive(_behind, same=("Protocol", "TargetType"))),
    ),
    never=never_others(Home, Transit, why="what a balancer passes requests on to: machines, addresses and functions, which are asked themselves"),
)
