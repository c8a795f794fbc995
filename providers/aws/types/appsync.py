"""AppSync: GraphQL APIs with their caches and domain names."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Deletion,
    Each,
    Endpoint,
    Endpoints,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    boolean,
    by_dialect,
    derive,
    fact,
    flag,
    here,
    never,
    never_others,
)

_APIS = List("appsync", "list_graphql_apis", each="graphqlApis", id="arn", name="apiId", tags="tags")


def _hosts(_: Ref, hosts: tuple[Any, ...], visibility: tuple[Any, ...]) -> Endpoints:
    """One name for queries, one for subscriptions; a private API is reached from VPCs only."""
    return Endpoints(tuple(Endpoint(str(host), public="PRIVATE" not in visibility, own_name=True) for host in hosts))


def _domain(_: Ref, names: tuple[Any, ...], certificates: tuple[Any, ...]) -> Endpoints:
    return Endpoints(tuple(Endpoint(str(name), certificates=tuple(map(str, certificates))) for name in names if "*" not in str(name)))


CACHE = TypeDecl(
    "AWS::AppSync::ApiCache",
    live=Each(
        _APIS,
        List("appsync", "get_api_cache", each="", id="arn:{partition}:appsync:{region}:{account}:apis/{apiId}/ApiCaches", name="{parent} cache",
             on_error={"NotFoundException": {}}),  # the API has no cache
        params={"apiId": "apiId"},
    ),
    facts=(
        fact(Home, place=here()),
        # CloudFormation reference: both settings are false unless given, and cannot be changed afterwards.
        fact(AtRest, state=flag(live="apiCache.atRestEncryptionEnabled", cfn="AtRestEncryptionEnabled", absent=by_dialect(cfn=OFF))),
        fact(Transit, plaintext_allowed=boolean(live="apiCache.transitEncryptionEnabled", cfn="TransitEncryptionEnabled", negate=True, absent=by_dialect(cfn=True)),
             detail="between AppSync and its cache"),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, Exposure, why="reached by AppSync alone"),
        **never(KeyCustody, why="the keys of caches are AppSync's own; there is nothing to choose"),
        **never(Replicas, Backups, BackupPlaces, BackupEncryption, Deletion, why="a cache: what it holds can be fetched again"),
        **never(LogPlaces, Logs, why="the API writes the logs"),
    },
)  # fmt: skip

DOMAIN = TypeDecl(
    "AWS::AppSync::DomainName",
    live=List("appsync", "list_domain_names", each="domainNameConfigs", id="arn:{partition}:appsync:{region}:{account}:domainnames/{domainName}", name="domainName"),
    facts=(
        fact(Home, place=here()),
        fact(Endpoints, derive(_domain, live=("domainName", "certificateArn"), cfn=NOT_SHOWN("asked once it is deployed"))),
        *used_certificates(live="certificateArn", cfn="CertificateArn"),
    ),
    never=never_others(Home, Endpoints, Certificate, Renewal, why="a name for an API; the API itself answers"),
)

API = TypeDecl(
    "AWS::AppSync::GraphQLApi",
    live=_APIS,
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=always(False, cite="AppSync Developer Guide, infrastructure security: APIs are reached by HTTPS and secure WebSockets")),
        fact(Endpoints, derive(_hosts, live=("dns.*", "visibility"), cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never=never_others(Home, Transit, Endpoints, why="passes queries on; its cache and names of its own are asked"),
)
