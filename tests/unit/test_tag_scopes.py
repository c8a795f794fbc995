"""Scopes by tag, and the severity of a promise: a tag narrows only what was seen to carry another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scanner.cli.judging import exit_code
from scanner.declare.decl import TypeDecl, fact, never_others
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.declare.live import Below, List
from scanner.declare.readers import flag
from scanner.errors import Exit
from scanner.judge.assess import assess
from scanner.judge.registry import Check, check
from scanner.judge.scope import in_scope
from scanner.judge.settle import settle
from scanner.judge.weigh import weigh
from scanner.model.facts import OFF, AtRest
from scanner.model.promise import Bind, Promise, Settled
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Dialect, Document, Snapshot
from scanner.model.verdict import Assessment, Outcome, Severity, Status, Verdict, fails, passes
from tests.support.declared import ACCOUNT, LISTING, RUN, failed, live, ref, snapshot, template

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PROD = ("tag:Environment=prod",)
REST = fact(AtRest, state=flag(live="Encrypted", cfn="Encrypted", absent=OFF))
TAGGED = TypeDecl("AWS::Test::Thing", List("ec2", "describe_things", "Things", "Id", tags="Tags[]"), (REST,), never_others(AtRest, why="made up"))
UNTAGGED = replace(TAGGED, live=List("ec2", "describe_things", "Things", "Id"))


@check(id="encrypted", needs=AtRest, severity=Severity.MEDIUM, since="0.1", cites=("x",))
def encrypted(res: Resource, rest: AtRest) -> Outcome:
    """Things are encrypted."""
    return fails("it is not") if rest.state is OFF else passes("it is")


CHECKS: dict[str, Check[Any]] = {"encrypted": encrypted}


@pytest.mark.parametrize(
    ("item", "tags", "all_tags", "inside"),
    [
        ("tag:Environment=prod", {"Environment": "prod"}, True, True),
        ("tag:Environment=prod", {"environment": "PROD"}, True, True),
        ("tag:Environment=prod*", {"Environment": "production-2"}, True, True),
        ("tag:Environment=prod", {"Environment": "test"}, True, False),
        ("tag:Environment=prod", {"Environment": "test"}, False, False),
        ("tag:Environment=prod", {}, True, False),
        ("tag:Environment=prod", {"Owner": "x"}, False, True),
        ("tag:Environment=prod", {}, False, True),
        ("tag:Environment=prod", None, False, True),
        ("tag:Owner", {"Owner": ""}, True, True),
        ("tag:Owner", {"Team": "x"}, True, False),
        ("tag:Owner=", {"Owner": ""}, True, True),
        ("tag:Owner=", {"Owner": "x"}, True, False),
        ("tag:a=b=c", {"a": "b=c"}, True, True),
    ],
)
def test_a_tag_narrows_only_what_was_seen(item: str, tags: dict[str, str] | None, all_tags: bool, inside: bool) -> None:
    assert in_scope((item,), ref(), tags, all_tags) is inside


def test_endpoints_have_no_tags_and_gaps_may_hide_any() -> None:
    assert not in_scope(PROD, Ref("tls", "TLS::Endpoint", "", "", "a:443", "a"))
    assert in_scope(PROD, Ref("aws", "AWS::*", ACCOUNT, "", f"AWS::* @ {ACCOUNT}/global", "AWS::*"))


@pytest.mark.parametrize(
    ("doc", "decl", "known"),
    [
        (live({}), TAGGED, True),
        (live({}), UNTAGGED, False),
        (template({}), TAGGED, False),
        (template({}, tags={"Environment": "test"}), TAGGED, False),
    ],
)
def test_whether_all_tags_were_read(doc: Document, decl: TypeDecl, known: bool) -> None:
    found = interpret(doc, Index.of(snapshot((LISTING,), (doc,))), {decl.type: decl})
    assert found is not None
    assert found.all_tags is known


@pytest.mark.parametrize(
    ("region", "tags", "live_by", "known"),
    [
        ("westeurope", {}, None, True),
        ("", {}, None, False),
        ("", {"Environment": "test"}, None, True),
        ("westeurope", {}, Below("Microsoft.Test/things"), False),
        ("westeurope", {"Environment": "test"}, Below("Microsoft.Test/things"), True),
    ],
)
def test_whether_azure_shows_all_tags(region: str, tags: dict[str, str], live_by: Below | None, known: bool) -> None:
    """A part of a resource stands where the whole does, which says nothing about its tags."""
    decl = TypeDecl("Microsoft.Test/things/parts", live_by, (REST,), never_others(AtRest, why="made up"))
    doc = Document(Ref("azure", decl.type, ACCOUNT, region, "/subscriptions/x/parts/a", "a"), Dialect.LIVE, {}, {}, tags)
    found = interpret(doc, Index.of(snapshot((), (doc,))), {decl.type: decl})
    assert found is not None
    assert found.all_tags is known


def judged(promise: Promise, *docs: Document, decl: TypeDecl = TAGGED, calls: tuple[object, ...] = (LISTING,)) -> Assessment:
    return assess(snapshot(calls, docs), {decl.type: decl}, CHECKS, (promise,), NOW)  # type: ignore[arg-type]


def status(promise: Promise, *docs: Document, decl: TypeDecl = TAGGED, calls: tuple[object, ...] = (LISTING,)) -> Settled:
    return judged(promise, *docs, decl=decl, calls=calls).settlements[0].status


PROMISE = Promise("p", "Production is encrypted.", scope=PROD, binds=(Bind("encrypted"),))
IN = live({"Encrypted": True}, "in", tags={"Environment": "prod"})
OUT = live({"Encrypted": False}, "out", tags={"Environment": "test"})


def test_a_promise_speaks_of_what_carries_its_tag() -> None:
    assert status(PROMISE, IN, OUT) is Settled.KEPT
    assert status(PROMISE, IN, replace(OUT, tags={"Environment": "prod"})) is Settled.BROKEN
    assert status(PROMISE, IN, replace(OUT, tags={}), decl=UNTAGGED) is Settled.BROKEN, "nobody read its tags"


def test_a_refused_listing_may_hide_what_carries_the_tag() -> None:
    other = replace(LISTING, region="eu-west-3")
    assert status(PROMISE, IN, calls=(LISTING, failed(other))) is Settled.UNPROVEN


def test_a_tag_that_nothing_carries_keeps_no_promise() -> None:
    got = judged(PROMISE, live({"Encrypted": True}), decl=UNTAGGED).settlements[0]
    assert (got.status, got.missing) == (Settled.UNPROVEN, ("nothing was seen that carries tag:Environment=prod",))


def test_the_severity_of_a_promise_counts_for_what_it_binds() -> None:
    bad = live({"Encrypted": False}, "bad", tags={"Environment": "prod"})
    for severity in Severity:
        made = judged(replace(PROMISE, severity=severity), bad, OUT)
        assert {v.subject.name: v.severity for v in made.verdicts} == {"bad": severity, "out": Severity.MEDIUM}
        assert made.settlements[0].severity is severity
        assert {v.fingerprint for v in made.verdicts} == {v.fingerprint for v in judged(PROMISE, bad, OUT).verdicts}
        assert list(made.verdicts) == sorted(made.verdicts, key=lambda v: (v.sort_key, v.fingerprint))


def test_nobodys_word_makes_anothers_lighter() -> None:
    verdict = Verdict("encrypted", {}, ref(), "AtRest", Status.FAIL, "it is not", Severity.HIGH, tags={"Environment": "prod"}, all_tags=True)
    low, high, silent = (replace(PROMISE, id=name, severity=s) for name, s in (("l", Severity.LOW), ("c", Severity.CRITICAL), ("s", None)))
    for promises, expected in (((low,), Severity.LOW), ((low, silent), Severity.HIGH), ((low, high), Severity.CRITICAL), ((silent,), Severity.HIGH), ((), Severity.HIGH)):
        assert weigh((verdict,), promises)[0].severity is expected
    assert weigh((verdict,), (replace(low, scope=("tag:Environment=test",)),))[0].severity is Severity.HIGH


@pytest.mark.parametrize(
    ("severity", "fail_on", "expected"),
    [
        (None, Severity.LOW, Exit.FAILED), (None, Severity.MEDIUM, Exit.FAILED), (None, Severity.HIGH, Exit.OK), (Severity.HIGH, Severity.HIGH, Exit.FAILED),
        (Severity.LOW, Severity.MEDIUM, Exit.OK), (Severity.LOW, Severity.LOW, Exit.FAILED),
    ],
)  # fmt: skip
def test_fail_on_hears_the_promise(severity: Severity | None, fail_on: Severity, expected: Exit) -> None:
    made = judged(replace(PROMISE, severity=severity), live({"Encrypted": False}, "bad", tags={"Environment": "prod"}))
    assert exit_code(made, fail_on) is expected


def test_a_waived_break_of_a_grave_promise_still_fails() -> None:
    made = judged(replace(PROMISE, severity=Severity.HIGH), live({"Encrypted": False}, "bad", tags={"Environment": "prod"}))
    waived = replace(made, verdicts=tuple(replace(v, waiver="by me") for v in made.verdicts))
    assert exit_code(waived, Severity.HIGH) is Exit.FAILED
    assert exit_code(waived, Severity.HIGH, accept_waived=True) is not Exit.FAILED


def test_a_tag_scope_without_any_verdict_is_not_kept() -> None:
    assert settle(PROMISE, (), Snapshot(RUN), TODAY).status is Settled.UNPROVEN
