"""AppSync: caches of GraphQL APIs, and their own domain names."""

from providers.aws.certificates import used_certificates
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Deletion,
    Each,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    boolean,
    by_dialect,
    fact,
    flag,
    here,
    never,
    never_others,
)

_APIS = List("appsync", "list_graphql_apis", each="graphqlApis", id="arn", name="apiId")

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
    facts=(fact(Home, place=here()), *used_certificates(live="certificateArn", cfn="CertificateArn")),
    never=never_others(Home, Certificate, Renewal, why="a name for an API; the API itself answers"),
)
