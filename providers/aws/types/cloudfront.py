"""CloudFront: distributions, what they carry to the edges, and how viewers and origins speak TLS."""

from typing import Any

from providers.aws.clues import BUCKET, arn, bucket, destination, region
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Clue,
    Confidence,
    Deletion,
    Endpoint,
    Endpoints,
    Exposure,
    Get,
    Home,
    Hsts,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Place,
    Reason,
    Ref,
    Renewal,
    Replicas,
    Scope,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    by_dialect,
    derive,
    derived_regions,
    fact,
    never,
    never_others,
    of,
    rows,
    together,
    traced,
)

_ORDER = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_EDGE = Place("", None, Confidence.UNDETERMINED, detail="undetermined: served from edge locations in many countries")


def edge(_: Ref, *__: tuple[Any, ...]) -> Home:
    """The home of what CloudFront serves from everywhere."""
    return Home(_EDGE)


def _edges(_: Ref, classes: tuple[Any, ...], geo: tuple[Any, ...], allowed: tuple[Any, ...]) -> tuple[str, ...]:
    """Every price class has edges in several countries, PriceClass_100 those of North America, Europe and Israel. A geographic
    restriction turns viewers away; it does not keep content from the edges."""
    viewers = f", viewers of {', '.join(map(str, allowed))} only" if geo == ("whitelist",) and allowed else ""
    return (f"every edge location of {classes[0] if classes else 'PriceClass_All'}{viewers}",)


def _everywhere(_: Ref, *__: tuple[Any, ...]) -> tuple[str, ...]:
    return ("every edge location",)


def _function(_: Ref, __: str) -> Clue:
    """A function runs wherever the request comes in; Lambda@Edge keeps its logs there as well."""
    return Clue(why="runs at the edge, in many countries")


def _transit(_: Ref, default: tuple[Any, ...], others: tuple[Any, ...], origins: tuple[Any, ...]) -> Transit:
    """Plain HTTP from viewers, or to an origin: `match-viewer` follows what viewers may use."""
    if not default:
        raise ValueError("ViewerProtocolPolicy is absent")
    plain = "allow-all" in (*default, *others)
    said = ["viewers may use plain HTTP"] if plain else []
    if "http-only" in origins or (plain and "match-viewer" in origins):
        said.append("an origin is asked over plain HTTP")
    return Transit(bool(said), " and ".join(said) or "HTTPS for viewers and origins")


def _floor(_: Ref, policies: tuple[Any, ...], default: tuple[Any, ...], acm: tuple[Any, ...], iam: tuple[Any, ...], origin: tuple[Any, ...]) -> TlsFloor:
    """The lowest version on either side. The default certificate comes with TLSv1, whatever else is asked for."""
    standard = not any((*acm, *iam)) or (bool(default) and str(default[0]).lower() == "true")
    if not policies and not standard:
        raise Unresolvable(Reason.UNRESOLVED, "a certificate without a minimum protocol version")
    name = str(policies[0]) if policies and not standard else "TLSv1"
    policy = rows("aws_cloudfront_policies").get(name)
    if policy is None:
        raise Unresolvable(Reason.UNRESOLVED, f"the security policy {name} is not in the table of policies")
    viewer = min(policy["protocols"], key=_ORDER.index)
    lowest = min([viewer, *("TLSv1.0" if str(version) == "TLSv1" else str(version) for version in origin)], key=_ORDER.index)
    return TlsFloor(lowest, name if lowest == viewer else f"{name} for viewers, {lowest} towards an origin", tuple(policy["suites"]))


def _default_certificate(_: Ref, value: str) -> None:
    if value.lower() in ("true", ""):
        raise NotApplicable("the certificate of *.cloudfront.net, which is Amazon's")
    if not value.startswith("arn:"):
        raise Unresolvable(Reason.UNSUPPORTED, f"{value} is a certificate of IAM, which lists its own")


def _client_auth(_: Ref, modes: tuple[Any, ...]) -> ClientAuth:
    return ClientAuth(ON if modes == ("required",) else OFF)


def _logged(_: Ref, standard: tuple[Any, ...], *live: tuple[Any, ...]) -> Logs:
    on = [word for word, found in (("standard logs", [standard]), ("real-time logs", live)) if any(value for values in found for value in values)]
    return Logs(bool(on), detail=" and ".join(on) or "no log is configured on the distribution")


def _fields(_: Ref, *ids: tuple[Any, ...]) -> AtRest:
    """Caches at the edge are kept on encrypted disks; chosen fields may be encrypted all the way to the origin."""
    chosen = sorted({str(value) for found in ids for value in found if value})
    return AtRest(ON, f"field-level encryption {', '.join(chosen)}" if chosen else None)


_FUNCTIONS = (
    "DefaultCacheBehavior.LambdaFunctionAssociations.Items[].LambdaFunctionARN", "CacheBehaviors.Items[].LambdaFunctionAssociations.Items[].LambdaFunctionARN",
    "DefaultCacheBehavior.FunctionAssociations.Items[].FunctionARN", "CacheBehaviors.Items[].FunctionAssociations.Items[].FunctionARN",
)  # fmt: skip
_SHIELDS = "Origins.Items[?OriginShield.Enabled].OriginShield.OriginShieldRegion"
_WHERE = ("PriceClass", "Restrictions.GeoRestriction.RestrictionType", "Restrictions.GeoRestriction.Items[]")
_HELD = ("ViewerCertificate.ACMCertificateArn", "ViewerCertificate.IAMCertificateId", "ViewerCertificate.CloudFrontDefaultCertificate")
_TLS = ("ViewerCertificate.MinimumProtocolVersion", "ViewerCertificate.CloudFrontDefaultCertificate")
#: Where templates name or nest things otherwise; else they only leave out `Items`.
_RENAMED = {
    "Restrictions.GeoRestriction.Items[]": "Restrictions.GeoRestriction.Locations[]",
    "Origins.Items[].CustomOriginConfig.OriginSslProtocols.Items[]": "Origins[].CustomOriginConfig.OriginSSLProtocols[]",
    "ViewerCertificate.ACMCertificateArn": "ViewerCertificate.AcmCertificateArn",
    "ViewerCertificate.IAMCertificateId": "ViewerCertificate.IamCertificateId",
}


def _reached(_: Ref, enabled: tuple[Any, ...], host: tuple[Any, ...], aliases: tuple[Any, ...], acm: tuple[Any, ...], iam: tuple[Any, ...]) -> Endpoints:
    """By its own name, for which Amazon has the certificate, and by the names of its owner."""
    if enabled != (True,):
        return Endpoints(())
    held = tuple(str(value) for value in (*acm, *iam) if value)
    return Endpoints((Endpoint(str(host[0])), *(Endpoint(str(alias), certificates=held) for alias in aliases if "*" not in str(alias))))


def _live(*paths: str) -> tuple[str, ...]:
    return tuple(f"config.{path}" for path in paths)


def _cfn(*paths: str) -> tuple[str, ...]:
    return tuple(f"DistributionConfig.{_RENAMED.get(path, path.replace('.Items[', '['))}" for path in paths)


def _both(*paths: str) -> dict[str, tuple[str, ...]]:
    return {"live": _live(*paths), "cfn": _cfn(*paths)}


def _every(name: str) -> tuple[str, str]:
    """A setting of the default behaviour, and of all others."""
    return f"DefaultCacheBehavior.{name}", f"CacheBehaviors.Items[].{name}"


DISTRIBUTION = TypeDecl(
    "AWS::CloudFront::Distribution",
    live=List("cloudfront", "list_distributions", each="DistributionList.Items", id="ARN", name="DomainName", scope=Scope.GLOBAL),
    details=(Get("get_distribution_config", put="config", params={"Id": "Id"}, take="DistributionConfig"),),
    terraform=shapes("AWS::CloudFront::Distribution"),
    facts=(
        fact(Home, derive(edge, live="Id", cfn=())),
        fact(Replicas, places=together(
            traced(destination, BUCKET, required=True, live=_live("Origins.Items[].DomainName"), cfn=_cfn("Origins.Items[].DomainName")),
            traced(region, live=_live(_SHIELDS), cfn=_cfn(_SHIELDS)),
            traced(_function, live=_live(*_FUNCTIONS), cfn=_cfn(*_FUNCTIONS)),
            derived_regions(_edges, **_both(*_WHERE)),
        )),
        # Real-time logs go where their own configuration says, which is a resource of its own.
        fact(LogPlaces, places=traced(bucket, BUCKET, live=_live("Logging.Bucket"), cfn=_cfn("Logging.Bucket"))),
        fact(Logs, derive(_logged, live=(*_live("Logging.Bucket"), *_live(*_every("RealtimeLogConfigArn"))), cfn=(*_cfn("Logging.Bucket"), *_cfn(*_every("RealtimeLogConfigArn"))))),
        fact(AtRest, derive(_fields, **_both(*_every("FieldLevelEncryptionId")))),
        fact(Transit, derive(_transit, **_both(*_every("ViewerProtocolPolicy"), "Origins.Items[].CustomOriginConfig.OriginProtocolPolicy"))),
        fact(TlsFloor, derive(_floor, **_both(*_TLS, "ViewerCertificate.ACMCertificateArn", "ViewerCertificate.IAMCertificateId",
                                              "Origins.Items[].CustomOriginConfig.OriginSslProtocols.Items[]"))),
        fact(Certificate, of("AWS::CertificateManager::Certificate", Certificate, "", live=" || ".join(_live(*_HELD)), cfn=" || ".join(_cfn(*_HELD)),
                             early=_default_certificate, absent=by_dialect(cfn=NotApplicable("the certificate of *.cloudfront.net, which is Amazon's")))),
        fact(Endpoints, derive(_reached, live=("Enabled", "DomainName", *_live("Aliases.Items[]", *_HELD[:2])), cfn=NOT_SHOWN("its name is given when it is deployed"))),
        fact(ClientAuth, derive(_client_auth, live=_live("ViewerMtlsConfig.Mode"), cfn=_cfn("ViewerMtlsConfig.Mode"))),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(Renewal, why="asked of the certificate itself"),
        **never(KeyCustody, why="caches at the edge are encrypted by CloudFront, with keys of its own"),
        **never(Backups, BackupPlaces, BackupEncryption, Deletion, why="a cache: what it holds comes from its origins, which are asked"),
        **never(Exposure, why="made to be reached by everybody; what it may fetch is up to its origins"),
    },
)  # fmt: skip

REALTIME_LOG_CONFIG = TypeDecl(
    "AWS::CloudFront::RealtimeLogConfig",
    live=List("cloudfront", "list_realtime_log_configs", each="RealtimeLogConfigs.Items", id="ARN", name="Name", scope=Scope.GLOBAL),
    facts=(
        fact(
            LogPlaces, places=traced(arn, BUCKET, in_stack=True, required=True, live="EndPoints[].KinesisStreamConfig.StreamARN", cfn="EndPoints[].KinesisStreamConfig.StreamArn")
        ),
    ),
    never=never_others(LogPlaces, why="a rule for logs: where they go is all there is to it"),
)

KEY_VALUE_STORE = TypeDecl(
    "AWS::CloudFront::KeyValueStore",
    live=List("cloudfront", "list_key_value_stores", each="KeyValueStoreList.Items", id="ARN", name="Name", scope=Scope.GLOBAL),
    facts=(
        fact(Home, derive(edge, live="ARN", cfn=())),
        fact(Replicas, places=derived_regions(_everywhere, live="ARN", cfn=())),
    ),
    never=never_others(Home, Replicas, why="keys and values for functions at the edge, copied there and written by its owner again at any time"),
)


def _hsts(_: Ref, ages: tuple[Any, ...], subdomains: tuple[Any, ...], preload: tuple[Any, ...]) -> Hsts:
    """A policy that says nothing of Strict-Transport-Security adds no such header."""
    yes = [any(str(value).lower() == "true" for value in found) for found in (subdomains, preload)]
    return Hsts(int(float(ages[0])) if ages else None, *yes)


_STRICT = tuple(f"ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.{name}" for name in ("AccessControlMaxAgeSec", "IncludeSubdomains", "Preload"))

RESPONSE_HEADERS_POLICY = TypeDecl(
    "AWS::CloudFront::ResponseHeadersPolicy",
    live=List(
        "cloudfront", "list_response_headers_policies", each="ResponseHeadersPolicyList.Items", id="ResponseHeadersPolicy.Id", name="ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name",
        scope=Scope.GLOBAL, params={"Type": "custom"},  # those of AWS cannot be changed
    ),
    facts=(fact(Hsts, derive(_hsts, live=tuple(f"ResponseHeadersPolicy.{path}" for path in _STRICT), cfn=_STRICT)),),
    never=never_others(Hsts, why="headers for answers of distributions, which are asked"),
)  # fmt: skip
