"""The silence law: taking knowledge away never turns a verdict to pass nor a promise to kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import plugins
from scanner.judge.assess import assess, plan_questions
from scanner.judge.engine import judge
from scanner.judge.estate import Estate
from scanner.model.known import Reason, Unknown
from scanner.model.promise import Bind, Promise
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Assessment, Status
from scanner.store.snapshot_file import load
from tests.support.silence import kept, passes, without

FIXTURES = Path(__file__).parents[2] / "fixtures"
SNAPSHOTS = sorted(FIXTURES.glob("estates/*.jsonl"))
NOW = datetime(2026, 11, 21, tzinfo=UTC)
REASONS = [reason for reason in Reason if reason is not Reason.NOT_COLLECTED]


@cache
def snapshot_of(path: Path) -> Snapshot:
    return load(path)


def promises() -> tuple[Promise, ...]:
    """A promise a check, so that every settlement is put to the test."""
    return tuple(Promise(f"promise-{name}", f"we keep {name}", binds=(Bind(name),)) for name in plugins.load_checks())


def assessed(snapshot: Snapshot) -> Assessment:
    return assess(snapshot, plugins.load_types(), plugins.load_checks(), promises(), NOW)


@cache
def whole(path: Path) -> Assessment:
    return assessed(snapshot_of(path))


def test_there_are_estates_to_try() -> None:
    assert SNAPSHOTS
    for path in SNAPSHOTS:
        assert passes(whole(path)), f"{path.name} holds nothing that passes"


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda p: p.stem)
def test_no_single_failed_call_makes_anything_better(path: Path) -> None:
    before = whole(path)
    calls = [c for c in snapshot_of(path).calls if c.ok]
    for number, call in enumerate(calls[:: max(len(calls) // 60, 1)]):  # large estates by sample: the next property draws from all
        reason = REASONS[number % len(REASONS)]
        after = assessed(without(snapshot_of(path), [call.id], reason))
        assert passes(after) <= passes(before), call.id
        assert kept(after) <= kept(before), call.id
        assert any(gap.operation == call.operation and gap.reason is reason for gap in after.coverage.gaps), call.id


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda p: p.stem)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_set_of_failed_calls_makes_anything_better(path: Path, data: st.DataObject) -> None:
    snapshot = snapshot_of(path)
    ids = [call.id for call in snapshot.calls]
    lost = data.draw(st.sets(st.sampled_from(ids), min_size=1))
    after = assessed(without(snapshot, lost, data.draw(st.sampled_from(REASONS))))
    assert passes(after) <= passes(whole(path))
    assert kept(after) <= kept(whole(path))


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda p: p.stem)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_unknown_fact_is_never_a_pass(path: Path, data: st.DataObject) -> None:
    estate = Estate.of(snapshot_of(path), plugins.load_types())
    seed = data.draw(st.integers(0, 2**32))
    reason = data.draw(st.sampled_from(list(Reason)))

    def blinded(number: int, resource: Resource) -> Resource:
        facts = {kind: Unknown(reason, "taken away") if hash((seed, number, kind.__name__)) % 3 == 0 else fact for kind, fact in resource.facts.items()}
        return replace(resource, facts=facts)

    blind = replace(estate, resources=tuple(blinded(n, r) for n, r in enumerate(estate.resources)))
    questions = plan_questions(plugins.load_checks(), (), {})
    before = {v.fingerprint for v in judge(estate, questions, NOW) if v.status is Status.PASS}
    verdicts = judge(blind, questions, NOW)
    assert {v.fingerprint for v in verdicts if v.status is Status.PASS} <= before
    taken = {(r.ref, kind.__name__) for r in blind.resources for kind, fact in r.facts.items() if isinstance(fact, Unknown)}
    assert all(v.status is Status.UNKNOWN for v in verdicts if (v.subject, v.fact) in taken)


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda p: p.stem)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_order_and_shards_do_not_matter(path: Path, data: st.DataObject) -> None:
    snapshot = snapshot_of(path)
    documents = data.draw(st.permutations(snapshot.documents)) if len(snapshot.documents) < 300 else snapshot.documents
    cut = data.draw(st.integers(0, len(documents)))
    one = Snapshot.of(snapshot.run, snapshot.calls[: cut % (len(snapshot.calls) + 1)], documents[:cut])
    other = Snapshot.of(snapshot.run, snapshot.calls[cut % (len(snapshot.calls) + 1) :], documents[cut:])
    assert one.merge(other) == other.merge(one) == snapshot
