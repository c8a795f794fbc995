"""OpenSearch Service domains."""

import re
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
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
    Endpoint,
    Endpoints,
    Exposure,
    Get,
    Holder,
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
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    arns,
    by_dialect,
    derive,
    fact,
    flag,
    here,
    never,
    of,
    regions,
    unread,
)

_POLICY = re.compile(r"Policy-Min-TLS-1-(\d)-")
_DEFAULT_POLICY = "Policy-Min-TLS-1-0-2019-07"
"""What a domain gets that names none (CloudFormation reference, DomainEndpointOptions.TLSSecurityPolicy)."""


def _yes(found: tuple[Any, ...]) -> bool:
    if found and str(found[0]).lower() not in ("true", "false"):
        raise ValueError(f"{found[0]!r} is neither true nor false")
    return bool(found) and str(found[0]).lower() == "true"


def _transit(ref: Ref, https: tuple[Any, ...], nodes: tuple[Any, ...]) -> Transit:
    """Both ways: from clients, and between the nodes of the domain. Neither is refused in plain unless asked for."""
    if ref.id.startswith("arn:") and not (https and nodes):
        raise ValueError("EnforceHTTPS or NodeToNodeEncryptionOptions is absent")
    open_ = [word for word, found in (("clients may use plain HTTP", https), ("its nodes talk in the clear", nodes)) if not _yes(found)]
    return Transit(bool(open_), ", ".join(open_) or "HTTPS for clients, TLS between nodes")


def _floor(ref: Ref, policies: tuple[Any, ...]) -> TlsFloor:
    if not policies and ref.id.startswith("arn:"):
        raise ValueError("TLSSecurityPolicy is absent")
    name = str(policies[0]) if policies else _DEFAULT_POLICY
    found = _POLICY.match(name)
    if not found:
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of the policy {name}")
    return TlsFloor(f"TLSv1.{found[1]}", name)


def _snapshots(_: Ref, versions: tuple[Any, ...], paused: tuple[Any, ...]) -> Backups:
    """Hourly snapshots, kept 14 days, for OpenSearch and for Elasticsearch 5.3 and later; daily ones before (OpenSearch
    Service Developer Guide, "Creating index snapshots")."""
    if _yes(paused):
        return Backups(False, "snapshots")
    number = re.search(r"(\d+)\.(\d+)", str(versions[0])) if versions else None
    if not number:
        raise ValueError("EngineVersion is absent")
    old = str(versions[0]).startswith("Elasticsearch") and (int(number[1]), int(number[2])) < (5, 3)
    return Backups(True, "snapshots", 24 if old else 1, 14)


def _no_endpoint(_: Ref, value: str) -> None:
    if value.lower() == "false":
        raise NotApplicable("no endpoint of its own name: AWS serves its own certificate")


def _audit(_: Ref, enabled: tuple[Any, ...]) -> Logs:
    on = any(str(value).lower() == "true" for value in enabled)
    return Logs(on, detail="audit log" if on else "the audit log is off")


def _reached(_: Ref, public: tuple[Any, ...], inside: tuple[Any, ...], own: tuple[Any, ...], certificates: tuple[Any, ...]) -> Endpoints:
    """By the name that the service gave it, and by one of its owner; a domain within a network is reached from there only."""
    named = [Endpoint(str(name), public=not inside, certificates=tuple(map(str, certificates))) for name in own]
    return Endpoints((*(Endpoint(str(host), public=not inside, own_name=True) for host in (*public, *inside)), *named))


_AUDIT = "LogPublishingOptions.AUDIT_LOGS.Enabled"
_OFF_IN_TEMPLATE = by_dialect(cfn=OFF)
_UNNAMED = NotApplicable("no endpoint of its own name: AWS serves its own certificate")


def _both(*paths: str) -> tuple[str, str]:
    """The first of the paths that yields something, live and in a template."""
    return " || ".join(f"domain.{path}" for path in paths), " || ".join(paths)


_KEY = _both("EncryptionAtRestOptions.KmsKeyId", "EncryptionAtRestOptions.Enabled")
_CERTIFICATE = _both("DomainEndpointOptions.CustomEndpointCertificateArn", "DomainEndpointOptions.CustomEndpointEnabled")
_POLICY_PATH = _both("DomainEndpointOptions.TLSSecurityPolicy")


DOMAIN = TypeDecl(
    "AWS::OpenSearchService::Domain",
    live=List("opensearch", "list_domain_names", each="DomainNames", id="arn:{partition}:es:{region}:{account}:domain/{DomainName}", name="DomainName"),
    details=(
        Get("describe_domain", put="domain", params={"DomainName": "DomainName"}, take="DomainStatus"),
        Get("describe_outbound_connections", put="outbound", params={}, take="Connections", match=("LocalDomainInfo.AWSDomainInformation.DomainName", "DomainName")),
    ),
    terraform=shapes("AWS::OpenSearchService::Domain"),
    facts=(
        fact(Home, place=here()),
        # A connection lets a domain search the other one, or follow its indices.
        fact(Replicas, places=regions(live="outbound[?ConnectionStatus.StatusCode!='DELETED' && ConnectionStatus.StatusCode!='REJECTED'].RemoteDomainInfo.AWSDomainInformation.Region",
                                      cfn=NOT_SHOWN("connections between domains are made after deployment"))),
        fact(AtRest, state=flag(live="domain.EncryptionAtRestOptions.Enabled", cfn="EncryptionAtRestOptions.Enabled", absent=_OFF_IN_TEMPLATE)),
        fact(KeyCustody, holder=holder_of(_KEY[0], _KEY[1], absent=NotApplicable("not encrypted: there is no key"), on=Holder.PROVIDER_FOR_CUSTOMER),
             key=key_name("domain.EncryptionAtRestOptions.KmsKeyId", "EncryptionAtRestOptions.KmsKeyId")),
        fact(Transit, derive(_transit, live=("domain.DomainEndpointOptions.EnforceHTTPS", "domain.NodeToNodeEncryptionOptions.Enabled"),
                             cfn=("DomainEndpointOptions.EnforceHTTPS", "NodeToNodeEncryptionOptions.Enabled"))),
        fact(TlsFloor, derive(_floor, live=_POLICY_PATH[0], cfn=_POLICY_PATH[1])),
        fact(Certificate, of("AWS::CertificateManager::Certificate", Certificate, "", live=_CERTIFICATE[0], cfn=_CERTIFICATE[1], early=_no_endpoint, absent=_UNNAMED)),
        fact(Endpoints, derive(
            _reached, live=("domain.Endpoint", "domain.Endpoints.*", "domain.DomainEndpointOptions.CustomEndpoint", "domain.DomainEndpointOptions.CustomEndpointCertificateArn"),
            cfn=NOT_SHOWN("its name is given when it is deployed"),
        )),
        fact(Backups, derive(_snapshots, live=("domain.EngineVersion", "domain.AutomatedSnapshotPauseOptions.Enabled"), cfn=("EngineVersion", "AutomatedSnapshotPauseOptions.Enabled"))),
        fact(LogPlaces, places=arns(live="domain.LogPublishingOptions.*.CloudWatchLogsLogGroupArn", cfn="LogPublishingOptions.*.CloudWatchLogsLogGroupArn")),
        fact(Logs, derive(_audit, live=f"domain.{_AUDIT}", cfn=_AUDIT)),
        fact(Exposure, unread("the access policy of a domain is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(Renewal, why="asked of the certificate itself"),
        **never(ClientAuth, why="OpenSearch Service asks clients for no certificate"),
        **never(BackupPlaces, BackupEncryption, why="automatic snapshots stay in the region, in a bucket of the service, encrypted as the domain is"),
        **never(Deletion, why="OpenSearch Service has no deletion protection for domains"),
    },
)  # fmt: skip
