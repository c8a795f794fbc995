"""2,000 resources over 10 subscriptions, through the unmodified SDKs, judged right row by row against what the builder knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from scanner.demo.arm import ArmReplay
from scanner.demo.arm.core import Settings
from scanner.judge.engine import Question, judge
from scanner.model.known import Known, Reason
from scanner.model.snapshot import Snapshot
from scanner.plugins import load_checks
from scanner.sdk import KeyGuard, Options, TlsFloor
from tests.support.azure import Judged, scan, served
from tests.support.azure_directory import directory
from tests.support.azure_large import Large

SIZE = 2000


@dataclass(frozen=True)
class Scanned:
    built: Large
    snapshot: Snapshot
    judged: Judged
    stats: dict[str, Any]
    arm: ArmReplay


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    built = Large(SIZE)
    with served({**built.document(), "directory": directory()}, tmp_path_factory.mktemp("arm"), Settings(bucket=2500)) as arm:
        snapshot = scan(Options(retries=3, call_timeout=30, timeout=240, workers=16))
        yield Scanned(built, snapshot, Judged.of(snapshot), arm.stats(), arm)


def plain(name: str, value: Any) -> Any:
    """A fact as the builder writes it."""
    match name:
        case "Home":
            return value.place.country
        case "Replicas" | "BackupPlaces":
            return sorted({place.country for place in value.places})
        case "TlsFloor":
            return value.min_version
        case "Transit":
            return value.plaintext_allowed
        case "AtRest" | "KeyGuard":
            return value.state.value
        case "KeyCustody":
            return value.holder.value
        case "Backups":
            return value.enabled
        case "PasswordLogin":
            return value.allowed
    raise AssertionError(name)


def test_every_row_is_as_the_builder_knows(scanned: Scanned) -> None:
    facts = {resource.ref.id.lower(): {kind.__name__: fact for kind, fact in resource.facts.items()} for resource in scanned.judged.estate.resources}
    wrong = {}
    for (id, name), expected in scanned.built.truth.items():
        got = facts.get(id, {}).get(name)
        found = plain(name, got.value) if isinstance(got, Known) else got
        if found != expected:
            wrong[id.rsplit("/providers/", 1)[-1], name] = (expected, found)
    assert wrong == {}
    assert len(scanned.built.truth) > 2 * SIZE


def test_every_resource_is_a_subject_and_nothing_else_is(scanned: Scanned) -> None:
    ids = Counter(resource.ref.id.lower() for resource in scanned.judged.estate.resources if "/resourcegroups/" in resource.ref.id.lower())
    expected = {id for id, name in scanned.built.truth if name == "Home"}
    assert set(ids.values()) == {1}
    assert expected <= set(ids)
    rest = {id.rsplit("/providers/", 1)[-1].split("/")[0] for id in set(ids) - expected if "/providers/" in id}
    assert rest <= {"microsoft.storage", "microsoft.recoveryservices", "microsoft.sql", "microsoft.web"}  # what stands below others


def test_what_is_refused_is_said_and_nothing_else_is(scanned: Scanned) -> None:
    failed = Counter((call.operation, call.outcome) for call in scanned.snapshot.calls if not call.ok)
    assert failed == {("Microsoft.KeyVault/vaults/certificates/read", Reason.DENIED): scanned.built.closed}
    assert scanned.built.closed > 5


def test_it_takes_few_requests(scanned: Scanned) -> None:
    assert scanned.stats["requests"] <= 0.5 * SIZE
    assert "429" not in scanned.stats["by_status"]


def test_verdicts_follow(scanned: Scanned) -> None:
    verdicts = judge(scanned.judged.estate, [Question(load_checks()[name]) for name in ("transit-minimum-tls", "key-deletion-guard")], _now())
    failed = {v.subject.id.lower() for v in verdicts if v.status.value == "fail" and v.fact == TlsFloor.__name__}
    assert failed == {id for (id, name), value in scanned.built.truth.items() if name == "TlsFloor" and value in ("TLSv1.0", "TLSv1.1")}
    unguarded = {v.subject.id.lower() for v in verdicts if v.status.value == "fail" and v.fact == KeyGuard.__name__}
    assert unguarded == {id for (id, name), value in scanned.built.truth.items() if name == "KeyGuard" and value == "off"}


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, tzinfo=UTC)
