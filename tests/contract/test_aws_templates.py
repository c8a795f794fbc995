"""CloudFormation templates read by the same declarations as the live cloud."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from providers.cloudformation import reader
from scanner import plugins
from scanner.collect.plan import Options
from scanner.judge.estate import Estate
from scanner.model.facts import (
    OFF,
    ON,
    AtRest,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Holder,
    KeyCustody,
    KeyRotation,
    LogPlaces,
    Logs,
    Renewal,
    Replicas,
    SignIn,
    TlsFloor,
    Transit,
)
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import Run, Snapshot
from tests.support.aws import TYPES
from tests.support.cases import each

STACK = Path(__file__).parents[2] / "fixtures" / "aws" / "stack.yaml"


@cache
def found() -> dict[str, Resource]:
    answer = reader.read(STACK, "stack.yaml", Options(settings={"template.region": "eu-central-1"}))
    snapshot = Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0"), (answer.call, *answer.more_calls), answer.documents)
    return {resource.ref.name: resource for resource in Estate.of(snapshot, plugins.load_types(TYPES)).resources}


KNOWN: list[tuple[str, type, str, Any]] = [
    ("Data", KeyCustody, "holder", Holder.CUSTOMER),
    ("Data", Transit, "plaintext_allowed", False),
    ("Data", Backups, "enabled", True),
    ("Data", Deletion, "guard", ON),
    ("Data", Exposure, "public", False),
    ("Logs", KeyCustody, "holder", Holder.PROVIDER),
    ("Logs", Transit, "plaintext_allowed", True),
    ("Logs", Exposure, "public", False),
    ("BadBucket", Exposure, "public", True),
    ("Volume", AtRest, "state", ON),
    ("Volume", KeyCustody, "holder", Holder.CUSTOMER),
    ("BadVolume", AtRest, "state", OFF),
    ("Database", AtRest, "state", ON),
    ("Database", Backups, "keep_days", 14),
    ("BadDatabase", AtRest, "state", OFF),
    ("BadDatabase", Backups, "enabled", False),
    ("BadDatabase", Exposure, "public", True),
    ("Restored", Backups, "keep_days", 1),
    ("Cluster", Backups, "keep_days", 7),
    ("Table", Backups, "keep_days", 7),
    ("Table", KeyCustody, "holder", Holder.CUSTOMER),
    ("ManagedTable", KeyCustody, "holder", Holder.PROVIDER_FOR_CUSTOMER),
    ("ManagedTable", Backups, "enabled", False),
    ("GlobalTable", Backups, "enabled", False),
    ("GlobalTable", KeyCustody, "holder", Holder.PROVIDER_FOR_CUSTOMER),
    ("Key", KeyRotation, "days", 180),
    ("BadKey", KeyRotation, "state", OFF),
    ("BadKey", Exposure, "public", True),
    ("Https", TlsFloor, "min_version", "TLSv1.2"),
    ("Https", ClientAuth, "state", ON),
    ("OldHttps", TlsFloor, "min_version", "TLSv1.0"),
    ("Redirect", Transit, "plaintext_allowed", False),
    ("BadRedirect", Transit, "plaintext_allowed", True),
    ("Balancer", Logs, "enabled", True),
    ("Certificate", Renewal, "ok", True),
    ("BadCertificate", Renewal, "ok", False),
    ("Trail", Logs, "tamper_evident", True),
    ("Program", SignIn, "password_login", False),
]


@each(("name", "kind", "field", "value"), KNOWN)
def test_known(name: str, kind: type, field: str, value: Any) -> None:
    resource = found()[name]
    fact = resource.facts[kind]
    assert isinstance(fact, Known), fact
    assert getattr(fact.value, field) == value
    assert all(source.line is not None and source.line + resource.lower > 0 for source in fact.sources if source.origin == "template"), "evidence names the line"


@each(
    ("name", "kind", "countries"),
    [
        ("Data", Replicas, ["DE"]),
        ("Data", LogPlaces, ["DE"]),
        ("Database", BackupPlaces, ["IE"]),
        ("BadDatabase", BackupPlaces, ["US"]),
        ("GlobalTable", Replicas, ["US", "US"]),
        ("Table", Replicas, []),
        ("Balancer", LogPlaces, ["DE"]),
        ("Trail", LogPlaces, ["DE"]),
        ("Plan", BackupPlaces, ["US"]),
    ],
)
def test_places(name: str, kind: type, countries: list[str]) -> None:
    fact = found()[name].facts[kind]
    assert isinstance(fact, Known), fact
    assert [place.country for place in fact.value.places] == countries


@each(
    ("name", "kind", "reason"),
    [
        ("SilentVolume", AtRest, Reason.UNRESOLVED),
        ("SilentVolume", KeyCustody, Reason.UNRESOLVED),
        ("Restored", AtRest, Reason.UNRESOLVED),
        ("Restored", Exposure, Reason.UNRESOLVED),
        ("Member", Backups, Reason.UNRESOLVED),
        ("RestoredCluster", AtRest, Reason.UNRESOLVED),
        ("Database", Replicas, Reason.UNSUPPORTED),
        ("BadKey", Replicas, Reason.UNSUPPORTED),
    ],
)
def test_what_only_the_account_decides_is_unknown(name: str, kind: type, reason: Reason) -> None:
    fact = found()[name].facts[kind]
    assert isinstance(fact, Unknown)
    assert fact.reason is reason
    assert fact.detail
