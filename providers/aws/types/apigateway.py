"""API Gateway: REST APIs, their stages, domain names, and the certificates that stages show to what stands behind them."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.pem import from_pem
from providers.aws.reached import api_domain, default_host
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Deletion,
    Each,
    Endpoints,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Reason,
    Ref,
    Renewal,
    Replicas,
    State,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    always,
    arns,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    of,
    rows,
)

_READ = "apigateway:GET"
"""The one action of all reading calls (Service Authorization Reference, Amazon API Gateway Management)."""
_ORDER = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_HTTPS = 'API Gateway Developer Guide, "REST APIs": endpoints of APIs and domain names answer HTTPS only'
_APIS = List("apigateway", "get_rest_apis", each="items", id="arn:{partition}:apigateway:{region}::/restapis/{id}", name="name", tags="tags", permission=_READ)
_STATELESS = {
    **PROBED, **PEOPLE, **KEYS, **SETTINGS,
    **never(Backups, BackupPlaces, BackupEncryption, why="holds settings and no data; they can be exported and deployed again"),
    **never(Deletion, why="API Gateway has no deletion protection"),
}  # fmt: skip


_EDGE = ("the edge: an edge-optimised endpoint is served by CloudFront all over the world",)


def _edges(ref: Ref, kinds: tuple[Any, ...], regional: tuple[Any, ...] = ()) -> tuple[str, ...]:
    """Regional and private endpoints stand in their region. A template without a type makes an edge-optimised one (API Gateway
    API reference, EndpointConfiguration), unless it gives a regional certificate."""
    if not kinds and ref.id.startswith("arn:"):
        raise ValueError("the types of its endpoint are absent")
    found = {str(kind).upper() for kind in kinds} or ({"REGIONAL"} if regional else {"EDGE"})
    if found - {"EDGE", "REGIONAL", "PRIVATE"}:
        raise ValueError(f"{', '.join(sorted(found))}: no type of endpoint")
    return _EDGE if "EDGE" in found else ()


def floor_of(name: str) -> TlsFloor:
    """What a security policy accepts. Raises Unresolvable for one that the table lacks."""
    policy = rows("aws_apigateway_policies").get(name)
    if policy is None:
        raise Unresolvable(Reason.UNRESOLVED, f"the security policy {name} is not in the table of policies")
    return TlsFloor(min(policy["protocols"], key=_ORDER.index), name, tuple(policy["suites"]) or None)


def _domain_floor(ref: Ref, names: tuple[Any, ...]) -> TlsFloor:
    """A domain name without a policy gets TLS_1_2 (API Gateway Developer Guide, "Choose a security policy for your custom domain")."""
    if not names and ref.id.startswith("arn:"):
        raise ValueError("securityPolicy is absent")
    return floor_of(str(names[0]) if names else "TLS_1_2")


def _api_floor(_: Ref, names: tuple[Any, ...], kinds: tuple[Any, ...]) -> TlsFloor:
    """The default endpoint of an API accepts TLS 1.0 unless it is private or told otherwise (API Gateway Developer Guide, "Security policies")."""
    if not names and kinds == ("PRIVATE",):
        return floor_of("TLS_1_2")
    return floor_of(str(names[0]) if names else "TLS_1_0")


def _asks(_: Ref, stores: tuple[Any, ...]) -> ClientAuth:
    return ClientAuth(State.ON if stores else State.OFF)


DOMAIN_NAME = TypeDecl(
    "AWS::ApiGateway::DomainName",
    live=List("apigateway", "get_domain_names", each="items", id="arn:{partition}:apigateway:{region}::/domainnames/{domainName}", name="domainName", tags="tags", permission=_READ),
    terraform=shapes("AWS::ApiGateway::DomainName"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_edges, live="endpointConfiguration.types[]", cfn=("EndpointConfiguration.Types[]", "RegionalCertificateArn"))),
        fact(Transit, plaintext_allowed=always(False, cite=_HTTPS)),
        fact(TlsFloor, derive(_domain_floor, live="securityPolicy", cfn="SecurityPolicy")),
        fact(ClientAuth, derive(_asks, live="mutualTlsAuthentication.truststoreUri", cfn="MutualTlsAuthentication.TruststoreUri")),
        fact(Endpoints, derive(api_domain, live=("domainName", "endpointConfiguration.types[]", "certificateArn || regionalCertificateArn"), cfn=NOT_SHOWN("asked once it is deployed"))),
        *used_certificates(live="certificateArn || regionalCertificateArn", cfn="CertificateArn || RegionalCertificateArn"),
    ),
    never={
        **_STATELESS,
        **never(AtRest, KeyCustody, why="passes requests on and keeps no data"),
        **never(Exposure, why="a name for APIs, which are asked"),
        **never(LogPlaces, Logs, why="stages write the logs"),
    },
)  # fmt: skip

REST_API = TypeDecl(
    "AWS::ApiGateway::RestApi",
    live=_APIS,
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_edges, live="endpointConfiguration.types[]", cfn="EndpointConfiguration.Types[]")),
        fact(Transit, plaintext_allowed=always(False, cite=_HTTPS)),
        fact(TlsFloor, derive(_api_floor, live=("securityPolicy", "endpointConfiguration.types[]"), cfn=("SecurityPolicy", "EndpointConfiguration.Types[]"))),
        fact(Endpoints, derive(default_host, live=("id", "endpointConfiguration.types[]", "disableExecuteApiEndpoint"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never={
        **_STATELESS,
        **never(Certificate, Renewal, why="its own endpoint serves a certificate of AWS; domain names are asked for theirs"),
        **never(ClientAuth, why="asked of its domain names; its own endpoint asks for no certificate"),
        **never(AtRest, KeyCustody, why="passes requests on; caches are settings of its stages"),
        **never(Exposure, why="made to be reached; whom it lets in is up to its authorizers"),
        **never(LogPlaces, Logs, why="stages write the logs"),
    },
)  # fmt: skip


def _cache(_: Ref, on: tuple[Any, ...], sealed: tuple[Any, ...], cached: tuple[Any, ...]) -> AtRest:
    """Every method that caches has to say that its data are encrypted: it is off unless said (API Gateway API reference, MethodSetting)."""
    if str(on[0] if on else "false").lower() != "true":
        raise NotApplicable("the stage has no cache")
    methods = [str(value).lower() == "true" for value in cached]
    shut = [str(value).lower() == "true" for value in sealed]
    return AtRest(State.ON if shut and all(shut) and len(shut) >= len(methods) else State.OFF)


def _access_log(_: Ref, targets: tuple[Any, ...]) -> Logs:
    return Logs(bool(targets), detail="access log" if targets else "no access log is written")


_CLIENT_CERTIFICATE = "AWS::ApiGateway::ClientCertificate"

STAGE = TypeDecl(
    "AWS::ApiGateway::Stage",
    live=Each(
        _APIS,
        List("apigateway", "get_stages", each="item", id="arn:{partition}:apigateway:{region}::/restapis/{restApiId}/stages/{stageName}", name="{parent} {stageName}", permission=_READ),
        params={"restApiId": "id"},
    ),
    terraform=shapes("AWS::ApiGateway::Stage"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, derive(_cache, live=("cacheClusterEnabled", "methodSettings.*.cacheDataEncrypted", "methodSettings.*.cachingEnabled"),
                            cfn=("CacheClusterEnabled", "MethodSettings[].CacheDataEncrypted", "MethodSettings[].CachingEnabled"))),
        # What it shows to the servers behind it; that it shows none is no fault by itself.
        fact(Certificate, of(_CLIENT_CERTIFICATE, Certificate, "", live="clientCertificateId", cfn="ClientCertificateId", absent=NotApplicable("shows no certificate to what stands behind it"))),
        fact(LogPlaces, places=arns(live="accessLogSettings.destinationArn", cfn="AccessLogSetting.DestinationArn")),
        fact(Logs, derive(_access_log, live="accessLogSettings.destinationArn", cfn="AccessLogSetting.DestinationArn")),
    ),
    never={
        **_STATELESS,
        **never(Renewal, why="a client certificate is renewed by whoever made it"),
        **never(KeyCustody, why="the keys of caches are API Gateway's own; there is nothing to choose"),
        **never(Replicas, Transit, TlsFloor, ClientAuth, Exposure, why="reached by the endpoints of its API and by domain names, which are asked"),
    },
)  # fmt: skip

CLIENT_CERTIFICATE = TypeDecl(
    _CLIENT_CERTIFICATE,
    live=List(
        "apigateway",
        "get_client_certificates",
        each="items",
        id="arn:{partition}:apigateway:{region}::/clientcertificates/{clientCertificateId}",
        name="clientCertificateId",
        permission=_READ,
    ),
    facts=(
        fact(Home, place=here()),
        fact(Certificate, derive(from_pem, live="pemEncodedCertificate", cfn=NOT_SHOWN("a certificate is made after deployment"))),
    ),
    never=never_others(Home, Certificate, why="a certificate by which API Gateway makes itself known; it holds no data"),
)
