"""Custom domain names of API Gateway, of HTTP, WebSocket and REST APIs alike."""

import re
from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.reached import api_domain, own_url
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Endpoints,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Reason,
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    always,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
)

_POLICY = re.compile(r"TLS_1_(?P<old>\d)|SecurityPolicy_TLS13_1_(?P<from>\d)_\w+|SecurityPolicy_TLS1(?P<edge>\d)_\w*EDGE")
_SETTINGS = "DomainNameConfigurations[]"


def _floor(_: Ref, policies: tuple[Any, ...], settings: tuple[Any, ...]) -> TlsFloor:
    """The lowest of its endpoints; the names of the policies say it (API Gateway Developer Guide, "Security policies"). One that
    names none has TLS_1_2."""
    lowest = []
    for name in [*map(str, policies), *(["TLS_1_2"] if len(policies) < max(len(settings), 1) else [])]:
        found = _POLICY.fullmatch(name)
        if not found:
            raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of the security policy {name}")
        lowest.append((f"TLSv1.{found['old'] or found['from'] or found['edge']}", name))
    return TlsFloor(*min(lowest))


def _edges(_: Ref, kinds: tuple[Any, ...]) -> tuple[str, ...]:
    return ("every edge location",) if any(str(kind).upper() == "EDGE" for kind in kinds) else ()


def _asks(_: Ref, stores: tuple[Any, ...]) -> ClientAuth:
    return ClientAuth(ON if any(stores) else OFF)


DOMAIN_NAME = TypeDecl(
    "AWS::ApiGatewayV2::DomainName",
    live=List(
        "apigatewayv2", "get_domain_names", each="Items", id="arn:{partition}:apigateway:{region}::/domainnames/{DomainName}", name="DomainName", tags="Tags", permission="apigateway:GET",
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_edges, same=f"{_SETTINGS}.EndpointType")),
        fact(Transit, plaintext_allowed=always(False, cite="API Gateway Developer Guide, infrastructure security: APIs are reached by HTTPS only")),
        fact(TlsFloor, derive(_floor, same=(f"{_SETTINGS}.SecurityPolicy", _SETTINGS))),
        fact(ClientAuth, derive(_asks, same="MutualTlsAuthentication.TruststoreUri")),
        fact(Endpoints, derive(api_domain, live=("DomainName", f"{_SETTINGS}.EndpointType", f"{_SETTINGS}.CertificateArn"), cfn=NOT_SHOWN("asked once it is deployed"))),
        *used_certificates(live=f"{_SETTINGS}.CertificateArn", cfn=f"{_SETTINGS}.CertificateArn"),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(AtRest, KeyCustody, Backups, BackupPlaces, BackupEncryption, why="passes requests on and stores none"),
        **never(Exposure, why="made to be reached; whom it lets in is up to the APIs behind it"),
        **never(Logs, LogPlaces, why="logs are a setting of the stages of its APIs"),
        **never(Deletion, why="API Gateway has no deletion protection"),
    },
)  # fmt: skip

API = TypeDecl(
    "AWS::ApiGatewayV2::Api",
    live=List("apigatewayv2", "get_apis", each="Items", id="arn:{partition}:apigateway:{region}::/apis/{ApiId}", name="Name", tags="Tags", permission="apigateway:GET"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=always(False, cite="API Gateway Developer Guide, infrastructure security: APIs are reached by HTTPS only")),
        fact(Endpoints, derive(own_url, live=("ApiEndpoint", "DisableExecuteApiEndpoint"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never=never_others(Home, Transit, Endpoints, why="passes requests on; names of its own are asked for certificates and versions of TLS"),
)
