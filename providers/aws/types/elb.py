"""Classic load balancers, with their listeners and TLS policies."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Endpoint,
    Endpoints,
    Exposure,
    Get,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    derive,
    fact,
    here,
    never,
    region_of,
    rows,
)

_ORDER = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_PROTOCOLS = {"Protocol-SSLv3": "SSLv3", "Protocol-TLSv1": "TLSv1.0", "Protocol-TLSv1.1": "TLSv1.1", "Protocol-TLSv1.2": "TLSv1.2"}
_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
"""Of a listener that names none (Elastic Load Balancing, Classic Load Balancers, "Predefined SSL security policies")."""
_TLS = ("HTTPS", "SSL")


def _transit(_: Ref, protocols: tuple[Any, ...]) -> Transit:
    spoken = sorted({str(protocol).upper() for protocol in protocols})
    if not spoken:
        raise NotApplicable("it has no listener")
    if "HTTP" in spoken:
        return Transit(True, "a listener speaks plain HTTP")
    other = [protocol for protocol in spoken if protocol not in _TLS]
    if other:
        raise Unresolvable(Reason.UNRESOLVED, f"{other[0]} is passed through, so what is behind it decides about TLS")
    return Transit(False, f"{' and '.join(spoken)} only")


def _named(listeners: tuple[Any, ...]) -> Iterator[list[str]]:
    """Policies of each listener that ends TLS. The live cloud puts the listener one level deeper than templates do."""
    for one in listeners:
        if str(one.get("Listener", one).get("Protocol", "")).upper() in _TLS:
            yield [str(name) for name in one.get("PolicyNames", [])]


def _attributes(policy: Mapping[str, Any]) -> dict[str, str]:
    found = policy.get("PolicyAttributeDescriptions", policy.get("Attributes", []))
    return {str(one.get("AttributeName", one.get("Name"))): str(one.get("AttributeValue", one.get("Value"))) for one in found}


def _floor(_: Ref, listeners: tuple[Any, ...], policies: tuple[Any, ...]) -> TlsFloor:
    """The lowest version that any listener accepts, by what its policy says itself; by name where it only names one of AWS."""
    every = list(_named(listeners))
    if not every:
        raise NotApplicable("no listener ends TLS")
    tls = {str(policy["PolicyName"]): _attributes(policy) for policy in policies if policy.get("PolicyTypeName", policy.get("PolicyType")) == "SSLNegotiationPolicyType"}
    floors = [_lowest(name, tls.get(name, {})) for names in every for name in ([n for n in names if n in tls or n in rows("aws_elb_policies")] or [_unknown(names)])]
    return min(floors, key=lambda floor: _ORDER.index(floor.min_version))


def _unknown(names: list[str]) -> str:
    """No policy at all is the default; names that lead to none that could be read are no default."""
    if names:
        raise Unresolvable(Reason.UNRESOLVED, f"none of {', '.join(names)} is a TLS policy that could be read")
    return _DEFAULT_POLICY


def _lowest(name: str, attributes: Mapping[str, str]) -> TlsFloor:
    spoken = [version for key, version in _PROTOCOLS.items() if attributes.get(key, "").lower() == "true"]
    if spoken:
        return TlsFloor(min(spoken, key=_ORDER.index), name)
    known = rows("aws_elb_policies").get(attributes.get("Reference-Security-Policy", name))
    if known is None:
        raise Unresolvable(Reason.UNRESOLVED, f"the policy {name} names no version of TLS and is none of AWS")
    return TlsFloor(min(known["protocols"], key=_ORDER.index), name, tuple(known["suites"]) or None)


def _reached(_: Ref, listeners: tuple[Any, ...], hosts: tuple[Any, ...], schemes: tuple[Any, ...]) -> Endpoints:
    """A listener that ends TLS is reached by the balancer's name; one of EC2-Classic had no scheme and was public."""
    spoken = [one["Listener"] for one in listeners if str(one["Listener"].get("Protocol", "")).upper() in _TLS]
    public = schemes != ("internal",)
    return Endpoints(tuple(Endpoint(str(hosts[0]), int(one["LoadBalancerPort"]), public=public, own_name=True, certificates=(one["SSLCertificateId"],)) for one in spoken))


def _written(_: Ref, on: tuple[Any, ...]) -> Logs:
    return Logs(bool(on) and str(on[0]).lower() == "true", detail="access logs")


LOAD_BALANCER = TypeDecl(
    "AWS::ElasticLoadBalancing::LoadBalancer",
    live=List("elb", "describe_load_balancers", each="LoadBalancerDescriptions", id="arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}", name="LoadBalancerName"),
    details=(
        Get("describe_load_balancer_policies", put="policies", params={"LoadBalancerName": "LoadBalancerName"}, take="PolicyDescriptions"),
        Get("describe_load_balancer_attributes", put="attributes", params={"LoadBalancerName": "LoadBalancerName"}, take="LoadBalancerAttributes"),
    ),
    terraform=shapes("AWS::ElasticLoadBalancing::LoadBalancer"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, derive(_transit, live="ListenerDescriptions[].Listener.Protocol", cfn="Listeners[].Protocol")),
        fact(TlsFloor, derive(_floor, live=("ListenerDescriptions[]", "policies[]"), cfn=("Listeners[]", "Policies[]"))),
        fact(Endpoints, derive(_reached, live=("ListenerDescriptions[]", "DNSName", "Scheme"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
        *used_certificates(live="ListenerDescriptions[].Listener.SSLCertificateId", cfn="Listeners[].SSLCertificateId"),
        fact(LogPlaces, places=region_of("AWS::S3::Bucket", live="attributes.AccessLog[?Enabled].S3BucketName", cfn="AccessLoggingPolicy[?Enabled].S3BucketName")),
        fact(Logs, derive(_written, live="attributes.AccessLog.Enabled", cfn="AccessLoggingPolicy.Enabled")),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(AtRest, KeyCustody, Replicas, Backups, BackupPlaces, BackupEncryption, why="passes data on and stores none"),
        **never(ClientAuth, why="a classic load balancer asks clients for no certificate"),
        **never(Exposure, why="made to be reached; whom it lets in is up to the services behind it"),
        **never(Deletion, why="a classic load balancer has no deletion protection"),
    },
)  # fmt: skip
