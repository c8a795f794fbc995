"""CloudSearch domains."""

import re
from typing import Any

from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
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
    boolean,
    derive,
    fact,
    here,
    never,
    unread,
)

_POLICY = re.compile(r"Policy-Min-TLS-1-(\d)-")


def _floor(_: Ref, names: tuple[Any, ...]) -> TlsFloor:
    if not names:
        raise ValueError("TLSSecurityPolicy is absent")
    found = _POLICY.match(str(names[0]))
    if not found:
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of the policy {names[0]}")
    return TlsFloor(f"TLSv1.{found[1]}", str(names[0]))


DOMAIN = TypeDecl(
    "AWS::CloudSearch::Domain",
    live=List("cloudsearch", "describe_domains", each="DomainStatusList", id="ARN", name="DomainName"),
    cloudformation=False,
    details=(Get("describe_domain_endpoint_options", put="endpoint", params={"DomainName": "DomainName"}, take="DomainEndpointOptions.Options"),),
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=boolean(live="endpoint.EnforceHTTPS", negate=True)),
        fact(TlsFloor, derive(_floor, live="endpoint.TLSSecurityPolicy")),
        fact(AtRest, unread("CloudSearch does not show how its indices are stored")),
        fact(Exposure, unread("the access policies of a domain are not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="CloudSearch asks clients for no certificate"),
        **never(KeyCustody, why="there is no key to choose"),
        **never(Replicas, why="its copies stand in other zones of its region"),
        **never(Backups, BackupPlaces, BackupEncryption, why="an index, made of documents that are kept elsewhere; CloudSearch makes no backups"),
        **never(LogPlaces, Logs, why="writes no log of its own; its calls are in CloudTrail"),
        **never(Deletion, why="CloudSearch has no deletion protection for domains"),
    },
)  # fmt: skip
