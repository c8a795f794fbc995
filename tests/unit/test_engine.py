"""The engine: an Unknown never reaches a check, a check that breaks has not answered, a gap is a subject."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.declare.decl import TypeDecl, fact
from scanner.declare.readers import flag
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.judge.registry import Check, check, estate_check
from scanner.model.facts import OFF, ON, AtRest, Transit
from scanner.model.known import Known, Origin, Reason, Source, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import EVERY_TYPE, Call
from scanner.model.verdict import Outcome, Severity, Status, Verdict, fails, passes
from tests.support.declared import ACCOUNT, LISTING, failed, live, ref, snapshot, thing

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SOURCE = Source(Origin.LIVE, "Encrypted", True)
DECL = thing(fact(AtRest, state=flag(live="Encrypted", absent=OFF)))
SEEN: list[object] = []


@check(id="encrypted", needs=AtRest, severity=Severity.HIGH, since="0.1", cites=("x",))
def encrypted(res: Resource, rest: AtRest) -> Outcome:
    """Things are encrypted."""
    SEEN.append(rest)
    return fails("it is not") if rest.state is OFF else passes("it is")


@check(id="both", needs=(AtRest, Transit), severity=Severity.LOW, since="0.1", cites=("x",))
def both(res: Resource, one: AtRest | Transit) -> Outcome:
    """Things are encrypted, here and there."""
    return passes("seen") if isinstance(one, AtRest) else fails("seen", Severity.CRITICAL)


def estate(*resources: Resource, calls: tuple[Call, ...] = (), decls: Iterable[TypeDecl] = (DECL,)) -> Estate:
    return Estate(resources, tuple(c for c in calls if not c.ok and c.types), {d.type: d for d in decls})


def ask(checked: Check[Any], *resources: Resource, **more: Any) -> tuple[Verdict, ...]:
    return judge(estate(*resources, **more), [Question(checked)], NOW)


def broken(one: Check[Any], body: Any) -> Check[Any]:
    """The same check with another body."""
    return replace(one, body=body)


def resource(fact: Any, name: str = "thing") -> Resource:
    return Resource(ref(name), {AtRest: fact})


@pytest.mark.parametrize("reason", list(Reason))
def test_an_unknown_is_answered_by_the_engine_and_never_by_the_check(reason: Reason) -> None:
    SEEN.clear()
    (verdict,) = ask(encrypted, resource(Unknown(reason, "because", (SOURCE,))))
    assert (verdict.status, verdict.reason, verdict.why, verdict.evidence) == (Status.UNKNOWN, reason, "because", (SOURCE,))
    assert not SEEN


def test_a_known_fact_is_judged_with_its_evidence() -> None:
    (verdict,) = ask(encrypted, resource(Known(AtRest(ON), (SOURCE,))))
    assert (verdict.status, verdict.reason, verdict.evidence, verdict.fact, verdict.severity) == (Status.PASS, None, (SOURCE,), "AtRest", Severity.HIGH)


@pytest.mark.parametrize("answer", [None, True, "pass", Status.PASS])
def test_a_check_that_answers_nothing_has_not_passed(answer: object) -> None:
    def body(_res: Resource, _rest: AtRest) -> Any:
        return answer

    (verdict,) = ask(broken(encrypted, body), resource(Known(AtRest(ON))))
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.DEFECT)


def test_a_check_that_breaks_has_not_answered() -> None:
    def body(_res: Resource, _rest: AtRest) -> Outcome:
        raise ZeroDivisionError("oops")

    (verdict,) = ask(broken(encrypted, body), resource(Known(AtRest(ON))))
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.DEFECT)
    assert "ZeroDivisionError: oops" in verdict.why


def test_a_fact_that_is_not_there_is_not_asked_about() -> None:
    assert ask(encrypted, Resource(ref(), {Transit: Known(Transit(False))})) == ()


def test_each_fact_is_asked_separately() -> None:
    verdicts = ask(both, Resource(ref(), {AtRest: Unknown(Reason.DENIED), Transit: Known(Transit(True))}))
    assert [(v.fact, v.status, v.severity) for v in verdicts] == [("Transit", Status.FAIL, Severity.CRITICAL), ("AtRest", Status.UNKNOWN, Severity.LOW)]
    assert len({v.fingerprint for v in verdicts}) == 2


def test_failures_come_first_and_equal_runs_are_equal() -> None:
    things = [resource(Known(AtRest(ON)), "a"), resource(Unknown(Reason.DENIED), "b"), resource(Known(AtRest(OFF)), "c")]
    first = ask(encrypted, *things)
    assert [v.status for v in first] == [Status.FAIL, Status.UNKNOWN, Status.PASS]
    assert ask(encrypted, *reversed(things)) == first


def test_a_failed_listing_is_an_unknown_subject() -> None:
    (verdict,) = ask(encrypted, calls=(failed(),))
    assert (verdict.status, verdict.reason, verdict.gap) == (Status.UNKNOWN, Reason.DENIED, True)
    assert verdict.subject.id == f"AWS::Test::Thing @ {ACCOUNT}/eu-west-1"
    assert "ec2:DescribeThings" in verdict.why


@pytest.mark.parametrize(
    ("types", "provider", "asked"),
    [
        (("AWS::Test::Thing",), "aws", 1),
        (("AWS::Undeclared::Thing",), "aws", 1),
        ((EVERY_TYPE,), "aws", 1),
        ((EVERY_TYPE,), "azure", 1),  # no type of it is known here: it may hide anything
        ((EVERY_TYPE,), "file", 1),
        ((), "aws", 0),  # a detail: the resource itself is there and says unknown
    ],
)
def test_which_failed_looks_are_gaps(types: tuple[str, ...], provider: str, asked: int) -> None:
    assert len(ask(encrypted, calls=(failed(replace(LISTING, provider=provider, types=types)),))) == asked


def test_a_type_without_the_fact_is_no_gap_for_it() -> None:
    @check(id="transit", needs=Transit, severity=Severity.LOW, since="0.1", cites=("x",))
    def transit(res: Resource, one: Transit) -> Outcome:
        """Things."""
        return passes("x")

    assert ask(transit, calls=(failed(),)) == ()


def test_one_question_is_asked_once() -> None:
    assert len(judge(estate(resource(Known(AtRest(ON)))), [Question(encrypted), Question(encrypted)], NOW)) == 1


def test_questions_keep_to_their_scopes() -> None:
    question = Question(encrypted, scopes=(("aws:999988887777",),))
    assert judge(estate(resource(Known(AtRest(ON)))), [question], NOW) == ()
    assert len(judge(estate(resource(Known(AtRest(ON)))), [replace(question, unless=(("azure",),), scopes=())], NOW)) == 1
    assert judge(estate(resource(Known(AtRest(ON)))), [replace(question, unless=(("aws",),), scopes=())], NOW) == ()


def test_a_check_of_the_whole_estate() -> None:
    @estate_check(id="same", needs=(AtRest,), severity=Severity.LOW, since="0.1", cites=("x",))
    def same(whole: Estate) -> Any:
        """All things are alike."""
        for res, known in whole.with_fact(AtRest):
            yield res, passes("alike") if isinstance(known, Known) else Outcome(Status.UNKNOWN, "?", known.reason), "AtRest"

    verdicts = ask(same, resource(Known(AtRest(ON), (SOURCE,))), calls=(failed(),))
    assert [(v.status, v.gap) for v in verdicts] == [(Status.UNKNOWN, True), (Status.PASS, False)]
    assert verdicts[1].evidence == (SOURCE,)

    def body(_whole: Estate) -> Any:
        yield resource(Known(AtRest(ON))), passes("first"), "AtRest"
        raise KeyError("second")

    verdicts = ask(broken(same, body), resource(Known(AtRest(ON))))
    assert [(v.status, v.reason) for v in verdicts] == [(Status.UNKNOWN, Reason.DEFECT)]


def test_from_snapshot_to_verdicts() -> None:
    taken = snapshot((LISTING,), (live({"Encrypted": True}, "a"), live({}, "b"), live({"Encrypted": "odd"}, "c"), live({}, "r", reference=True)))
    verdicts = judge(Estate.of(taken, {DECL.type: DECL}), [Question(encrypted)], NOW)
    assert {v.subject.name: v.status for v in verdicts} == {"a": Status.PASS, "b": Status.FAIL, "c": Status.UNKNOWN}
    lost = snapshot((failed(),), taken.documents)
    assert {v.status for v in judge(Estate.of(lost, {DECL.type: DECL}), [Question(encrypted)], NOW)} == {Status.UNKNOWN}


def test_the_denominator() -> None:
    calls = (LISTING, failed(replace(LISTING, region="b", permission="ec2:Describe")), failed(replace(LISTING, region="c"), Reason.NOT_COLLECTED, ""))
    found = coverage(snapshot(calls, ()))
    assert (found.asked, found.answered) == (2, 1)
    assert [(g.region, g.reason) for g in found.gaps] == [("b", Reason.DENIED), ("c", Reason.NOT_COLLECTED)]
    assert "ec2:Describe" in found.gaps[0].advice
