"""What moto cannot show: documents as the API reference describes them, and the facts that follow."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from scanner.model.facts import (
    OFF,
    ON,
    AtRest,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Deletion,
    Exposure,
    Holder,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    LogPlaces,
    Logs,
    Renewal,
    Replicas,
    RootAccess,
    SignIn,
    TlsFloor,
    Transit,
)
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Resource
from scanner.store.snapshot_file import load
from tests.support.aws import estate
from tests.support.cases import each

EDGES = Path(__file__).parents[2] / "fixtures" / "aws" / "edges.jsonl"


@cache
def found() -> dict[str, Resource]:
    return {resource.ref.name: resource for resource in estate(load(EDGES)).resources}


def regions(name: str, kind: type) -> list[str]:
    fact = found()[name].facts[kind]
    assert isinstance(fact, Known)
    return [place.region for place in fact.value.places]


#: name, fact, field (or the whole fact), value
KNOWN: list[tuple[str, type, str, Any]] = [
    ("stuck.example.org", Renewal, "ok", False),
    ("renewing.example.org", Renewal, "ok", True),
    ("waiting.example.org", Renewal, "ok", False),
    ("imported.example.org", Certificate, "managed", False),
    ("imported.example.org", Certificate, "key", "RSA-4096"),
    ("imported.example.org", Certificate, "signature", "sha384"),
    ("renewing.example.org", Certificate, "key", "ECDSA-secp256r1"),
    ("renewing.example.org", Certificate, "serial", "0a1b2c"),
    ("world", Backups, "keep_days", 7),
    ("world", Deletion, "guard", OFF),
    ("unguarded", Backups, "enabled", False),
    ("unguarded", KeyCustody, "holder", Holder.PROVIDER),
    ("snap-public", Exposure, "public", True),
    ("snap-public", AtRest, "state", OFF),
    ("snap-shared", Exposure, "public", False),
    ("snap-shared", KeyCustody, "holder", Holder.EXTERNAL),
    ("snap-managed", KeyCustody, "holder", Holder.PROVIDER_FOR_CUSTOMER),
    ("doomed", KeyGuard, "state", OFF),
    ("doomed", KeyGuard, "detail", "will be deleted on 2026-12-01"),
    ("quarterly", KeyRotation, "days", 90),
    ("travelling", KeyRotation, "days", 365),
    ("external", KeyRotation, "state", OFF),
    ("external", KeyCustody, "holder", Holder.EXTERNAL),
    ("open", Exposure, "public", True),
    ("bound", Exposure, "public", False),
    ("mutual", ClientAuth, "state", ON),
    ("mutual", TlsFloor, "min_version", "TLSv1.3"),
    ("leaky", Transit, "plaintext_allowed", True),
    ("loose", Transit, "plaintext_allowed", True),
    ("x", Logs, "enabled", True),
    ("x", Deletion, "guard", ON),
    ("clients", Exposure, "public", True),
    ("orders", KeyCustody, "holder", Holder.EXTERNAL),
    ("edge-open", Exposure, "public", True),
    ("edge-saved", Exposure, "public", False),
    ("edge-policy", Exposure, "public", True),
    ("edge-locked", Deletion, "detail", "object lock"),
    ("edge-mfa", Deletion, "detail", "MFA delete"),
    ("edge-mfa", Backups, "enabled", False),
    ("edge-managed", KeyCustody, "holder", Holder.PROVIDER_FOR_CUSTOMER),
    ("<root_account>", RootAccess, "mfa", False),
    ("<root_account>", RootAccess, "keys", 1),
    ("<root_account>", SignIn, "password_login", True),
    ("near", Logs, "enabled", False),
    ("near", Logs, "tamper_evident", False),
]


@each(("name", "kind", "field", "value"), KNOWN)
def test_known(name: str, kind: type, field: str, value: Any) -> None:
    fact = found()[name].facts[kind]
    assert isinstance(fact, Known), fact
    assert getattr(fact.value, field) == value


@each(
    ("name", "kind", "places"),
    [
        ("world", Replicas, ["eu-west-1", "us-east-1", "us-west-2"]),
        ("travelling", Replicas, ["us-east-1"]),
        ("orders", Replicas, ["eu-west-2", "us-east-1"]),
        ("clients", Replicas, ["us-east-1", "ca-central-1"]),
        ("clients", BackupPlaces, ["us-west-2"]),
        ("x", LogPlaces, ["eu-west-1"]),
        ("near", LogPlaces, ["us-east-1"]),
        ("edge-paused", Replicas, []),
        ("edge-lost", Replicas, ["", "us-east-1"]),
    ],
)
def test_places(name: str, kind: type, places: list[str]) -> None:
    assert regions(name, kind) == places


def test_a_copy_that_cannot_be_placed_says_why_and_hides_no_other() -> None:
    fact = found()["edge-lost"].facts[Replicas]
    assert isinstance(fact, Known)
    lost, far = fact.value.places
    assert (lost.country, lost.reason) == (None, Reason.DENIED)
    assert far.country == "US"


@each(
    ("name", "kind"),
    [
        ("waiting.example.org", Certificate),
        ("imported.example.org", Renewal),
        ("snap-public", KeyCustody),
        ("clients", KeyCustody),
        ("doomed", KeyRotation),
        ("signing", KeyRotation),
        ("passthrough", TlsFloor),
        ("leaky", TlsFloor),
        ("leaky", ClientAuth),
    ],
)
def test_what_does_not_apply_is_not_asked(name: str, kind: type) -> None:
    assert kind not in found()[name].facts


@each(("name", "kind", "reason"), [("passthrough", Transit, Reason.UNRESOLVED), ("unknown-policy", TlsFloor, Reason.UNRESOLVED), ("clients", Transit, Reason.UNPARSABLE)])
def test_unknown_with_its_reason(name: str, kind: type, reason: Reason) -> None:
    fact = found()[name].facts[kind]
    assert isinstance(fact, Unknown)
    assert fact.reason is reason
