"""Lightsail: machines, their snapshots, buckets, and certificates of load balancers."""

import re
from datetime import datetime
from typing import Any

from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    Deletion,
    Each,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Renewal,
    Replicas,
    TypeDecl,
    always,
    derive,
    fact,
    here,
    never,
    never_others,
    unread,
)

_ENCRYPTED = "Lightsail FAQ, security: disks and snapshots are always encrypted with keys that Lightsail manages"
_KEPT_DAYS = 7.0
"""Automatic snapshots are made daily, and the latest seven are kept (Lightsail User Guide, "Automatic snapshots")."""


def _automatic(_: Ref, states: tuple[Any, ...]) -> Backups:
    """No add-on for snapshots means that none are made by themselves."""
    on = any(str(state).lower() in ("enabled", "enabling") for state in states)
    return Backups(on, "snapshots", 24 if on else None, _KEPT_DAYS if on else None)


INSTANCE = TypeDecl(
    "AWS::Lightsail::Instance",
    live=List("lightsail", "get_instances", each="instances", id="arn", name="name", tags="tags[]"),
    facts=(
        fact(Home, place=here(live="location.availabilityZone", cfn="AvailabilityZone")),
        fact(AtRest, state=always(ON, cite=_ENCRYPTED)),
        fact(Backups, derive(_automatic, live="addOns[?name=='AutoSnapshot'].status", cfn="AddOns[?AddOnType=='AutoSnapshot'].Status")),
        fact(Exposure, unread("its firewall is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(KeyCustody, why="the keys are Lightsail's own; there is nothing to choose"),
        **never(Replicas, BackupPlaces, BackupEncryption, why="its snapshots, and copies of them in other regions, are resources of their own"),
        **never(LogPlaces, Logs, why="writes no log of its own"),
        **never(Deletion, why="Lightsail has no deletion protection"),
    },
)  # fmt: skip

SNAPSHOT = TypeDecl(
    "AWS::Lightsail::InstanceSnapshot",
    live=List("lightsail", "get_instance_snapshots", each="instanceSnapshots", id="arn", name="name", tags="tags[]"),
    facts=(fact(Home, place=here(live="location.regionName")), fact(AtRest, state=always(ON, cite=_ENCRYPTED))),
    never=never_others(Home, AtRest, why="a snapshot; one that was copied to another region is a snapshot there"),
)

BUCKET = TypeDecl(
    "AWS::Lightsail::Bucket",
    live=List("lightsail", "get_buckets", each="buckets", id="arn", name="name", tags="tags[]"),
    facts=(
        fact(Home, place=here(live="location.regionName")),
        fact(AtRest, state=always(ON, cite="Lightsail User Guide, object storage: objects are always encrypted")),
        fact(Exposure, unread("its access rules are not read yet")),
    ),
    never=never_others(Home, AtRest, Exposure, why="object storage without the other settings of S3"),
)

_SHOWN = ("status", "domainName", "subjectAlternativeNames[]", "issuer", "notBefore", "notAfter", "keyAlgorithm", "signatureAlgorithm", "serial")
_PENDING = ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "UNKNOWN")


def _certificate(_: Ref, *found: tuple[Any, ...]) -> Certificate:
    status, domain, others, issuer, start, end, key, signature, serial = (tuple(map(str, values)) for values in found)
    if not status or status[0] in _PENDING:
        raise NotApplicable(f"not issued ({status[0] if status else 'no status'})") if status else ValueError("status is absent")
    digest = re.match(r"SHA\d+", signature[0].upper().replace("SHA-", "SHA")) if signature else None
    return Certificate(
        tuple(dict.fromkeys(others or domain)), issuer[0] if issuer else "", datetime.fromisoformat(start[0]) if start else None, datetime.fromisoformat(end[0]),
        key[0].replace("_", "-") if key else "", digest[0].lower() if digest else "", "", managed=True, serial=(serial[0] if serial else "").replace(":", "").lower(),
    )  # fmt: skip


def _renewal(_: Ref, status: tuple[Any, ...], renewal: tuple[Any, ...]) -> Renewal:
    """Lightsail renews what it issued while the domain is proven (Lightsail User Guide, "SSL/TLS certificates")."""
    if status != ("ISSUED",):
        return Renewal(False, f"its status is {status[0] if status else 'not known'}")
    if renewal and renewal[0] in ("FAILED", "PENDING_VALIDATION"):
        return Renewal(False, "renewal failed" if renewal[0] == "FAILED" else "renewal waits for a proof of the domain")
    return Renewal(True, "renewed by Lightsail")


_LATER = "a certificate is issued after deployment"

CERTIFICATE = TypeDecl(
    "AWS::Lightsail::LoadBalancerTlsCertificate",
    live=Each(
        List("lightsail", "get_load_balancers", each="loadBalancers", id="arn", name="name"),
        List("lightsail", "get_load_balancer_tls_certificates", each="tlsCertificates", id="arn", name="{parent} {name}"),
        params={"loadBalancerName": "name"},
    ),
    facts=(
        fact(Home, place=here()),
        fact(Certificate, derive(_certificate, live=_SHOWN, cfn=NOT_SHOWN(_LATER))),
        fact(Renewal, derive(_renewal, live=("status", "renewalSummary.renewalStatus"), cfn=NOT_SHOWN(_LATER))),
    ),
    never=never_others(Home, Certificate, Renewal, why="a certificate of a load balancer"),
)  # fmt: skip
