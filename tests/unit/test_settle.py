"""Promises: broken by one fail, kept only when everything was seen and passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.judge.scope import in_scope
from scanner.judge.settle import settle
from scanner.model.known import Reason
from scanner.model.promise import Attestation, Bind, Promise, Settled
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Snapshot
from scanner.model.verdict import Severity, Status, Verdict
from tests.support.declared import ACCOUNT, RUN, ref

TODAY = date(2026, 11, 21)
WHOLE = Snapshot(RUN)
PROMISE = Promise("p", "All is well.", binds=(Bind("encryption-at-rest"),))
GAP = Ref("aws", "AWS::*", ACCOUNT, "eu-west-1", f"AWS::* @ {ACCOUNT}/eu-west-1", "AWS::* @")
SAID = Attestation("A. Person", "audit.pdf", date(2026, 1, 1), date(2026, 12, 31))


def verdict(status: Status, subject: Ref | None = None, fact: str = "AtRest", check: str = "encryption-at-rest", gap: bool = False, **params: Any) -> Verdict:
    reason = Reason.DENIED if status is Status.UNKNOWN else None
    return Verdict(check, params, subject or ref(), fact, status, "why", Severity.HIGH, reason=reason, gap=gap)


PASS, FAIL, UNKNOWN = (verdict(status, ref(status.value)) for status in (Status.PASS, Status.FAIL, Status.UNKNOWN))


def settled(*verdicts: Verdict, promise: Promise = PROMISE, taken: Snapshot = WHOLE, today: date = TODAY) -> Settled:
    return settle(promise, verdicts, taken, today).status


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((PASS,), Settled.KEPT),
        ((PASS, FAIL), Settled.BROKEN),
        ((PASS, FAIL, UNKNOWN), Settled.BROKEN),
        ((PASS, UNKNOWN), Settled.UNPROVEN),
        ((UNKNOWN,), Settled.UNPROVEN),
        ((), Settled.UNPROVEN),
    ],
)
def test_the_rule(verdicts: tuple[Verdict, ...], expected: Settled) -> None:
    assert settled(*verdicts) is expected


def test_a_generator_of_verdicts_serves_every_bind() -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest"), Bind("mfa")))
    both = (PASS, verdict(Status.PASS, check="mfa", fact="SignIn"))
    assert settle(promise, (v for v in both), WHOLE, TODAY).status is Settled.KEPT


def test_every_bind_needs_an_answer() -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest"), Bind("mfa")))
    got = settle(promise, (PASS,), WHOLE, TODAY)
    assert got.status is Settled.UNPROVEN
    assert got.missing == ("mfa: nothing in scope was looked at",)
    assert settle(promise, (PASS,), WHOLE, TODAY, ("encryption-at-rest",)).missing == ("mfa: was left out of this run",)


def test_the_tally_and_what_would_prove_it() -> None:
    got = settle(PROMISE, (PASS, FAIL, UNKNOWN, UNKNOWN), WHOLE, TODAY)
    assert got.counts == {"pass": 1, "fail": 1, "unknown": 1}
    assert got.fails == (FAIL.fingerprint,)
    assert got.missing == ("encryption-at-rest: unknown (AtRest): why",)


def test_other_parameters_are_another_question() -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest", {"algorithm": "AES-256"}),))
    assert settled(PASS, promise=promise) is Settled.UNPROVEN
    assert settled(verdict(Status.PASS, algorithm="AES-256"), FAIL, promise=promise) is Settled.KEPT


def test_only_the_named_facts() -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest", facts=("Home",)),))
    assert settled(verdict(Status.PASS, fact="Home"), verdict(Status.FAIL, fact="Replicas"), promise=promise) is Settled.KEPT
    assert settled(verdict(Status.FAIL, fact="Replicas"), promise=promise) is Settled.UNPROVEN


@pytest.mark.parametrize(
    ("types", "gap", "hidden"),
    [
        ("AWS::S3::*", "AWS::*", True),
        ("AWS::S3::Bucket", "AWS::*", True),
        ("AWS::S3::*", "AWS::S3::Bucket", True),
        ("*Bucket", "AWS::*", True),
        ("A*Bucket", "AWS::*", True),
        ("aws::s3::bucket", "AWS::*", True),
        ("AWS::S3::Bucket", "*", True),
        ("microsoft.storage/*", "Microsoft.*", True),
        ("AWS::S3::*", "AWS::RDS::DBInstance", False),
        ("AWS::S3::*", "Microsoft.*", False),
    ],
)
def test_a_gap_of_many_types_hides_those_that_are_meant(types: str, gap: str, hidden: bool) -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest", types=(types, "AWS::Test::*")),))
    subject = replace(GAP, type=gap, id=f"{gap} @ {ACCOUNT}/eu-west-1")
    lost = verdict(Status.UNKNOWN, subject, gap=True)
    assert settled(PASS, lost, promise=promise) is (Settled.UNPROVEN if hidden else Settled.KEPT)


def test_a_subject_of_another_type_is_not_meant() -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest", types=("AWS::Test::*",)),))
    assert settled(PASS, verdict(Status.FAIL, ref("b", "AWS::S3::Bucket")), promise=promise) is Settled.KEPT


@pytest.mark.parametrize(
    ("excluded", "expected"), [((f"aws:{ACCOUNT}/eu-west-3",), Settled.UNPROVEN), (("azure:s",), Settled.KEPT), (("aws",), Settled.UNPROVEN), ((), Settled.KEPT)]
)
def test_what_was_left_out_by_choice_proves_nothing(excluded: tuple[str, ...], expected: Settled) -> None:
    promise = replace(PROMISE, scope=(f"aws:{ACCOUNT}",))
    assert settled(PASS, promise=promise, taken=Snapshot(replace(RUN, excluded=excluded))) is expected


@pytest.mark.parametrize(
    ("left_out", "types", "expected"),
    [
        ("types:all but AWS::Test::Thing", (), Settled.UNPROVEN),
        ("types:all but AWS::Test::Thing", ("AWS::Test::Thing",), Settled.KEPT),
        ("types:all but AWS::Test::Thing", ("AWS::Test::Thing", "AWS::S3::Bucket"), Settled.UNPROVEN),
        ("types:all but AWS::Test::Thing", ("AWS::Test::*",), Settled.UNPROVEN),
        ("facts:all but AtRest, Home", (), Settled.KEPT),
        ("facts:all but Home", (), Settled.UNPROVEN),
    ],
)
def test_types_and_facts_that_were_left_out_prove_nothing(left_out: str, types: tuple[str, ...], expected: Settled) -> None:
    promise = replace(PROMISE, binds=(Bind("encryption-at-rest", types=types),))
    for scope in ((), (f"aws:{ACCOUNT}",)):
        assert settled(PASS, promise=replace(promise, scope=scope), taken=Snapshot(replace(RUN, excluded=(left_out,)))) is expected


def test_a_run_that_was_stopped_proves_nothing_and_breaks_what_it_saw() -> None:
    stopped = Snapshot(replace(RUN, complete=False))
    assert settled(PASS, taken=stopped) is Settled.UNPROVEN
    assert settled(FAIL, taken=stopped) is Settled.BROKEN


def test_half_of_a_scope_is_not_the_whole() -> None:
    promise = replace(PROMISE, scope=(f"aws:{ACCOUNT}", "azure:sub-1"))
    got = settle(promise, (PASS,), WHOLE, TODAY)
    assert got.status is Settled.UNPROVEN
    assert got.missing == ("azure:sub-1 was not looked at",)
    looked = Snapshot(RUN, (Call("azure", "sub-1", "", "", "Microsoft.Resources/resources/read"),))
    assert settled(PASS, promise=promise, taken=looked) is Settled.KEPT
    elsewhere = Snapshot(RUN, (Call("azure", "sub-2", "", "", "x"), Call("azure", "", "", "", "Microsoft.Resources/subscriptions/read")))
    assert settled(PASS, promise=promise, taken=elsewhere) is Settled.UNPROVEN


def test_attested_is_shown_as_attested_until_it_ends() -> None:
    promise = Promise("p", "We audit yearly.", attested=SAID)
    assert settled(promise=promise) is Settled.ATTESTED
    assert settled(promise=promise, today=date(2026, 12, 31)) is Settled.ATTESTED
    assert settled(promise=promise, today=date(2027, 1, 1)) is Settled.UNPROVEN
    assert settled(promise=promise, today=date(2025, 12, 31)) is Settled.UNPROVEN


def test_attested_and_checked() -> None:
    promise = replace(PROMISE, attested=SAID)
    assert settled(PASS, promise=promise) is Settled.ATTESTED
    assert settled(FAIL, promise=promise) is Settled.BROKEN
    assert settled(UNKNOWN, promise=promise) is Settled.UNPROVEN
    assert settled(PASS, promise=promise, today=date(2027, 1, 1)) is Settled.UNPROVEN


def test_what_nothing_answers_yet_is_unproven() -> None:
    assert settle(Promise("p", "x", needs="a check of restore tests"), (), WHOLE, TODAY).missing == ("a check of restore tests",)
    assert settled(PASS, promise=replace(PROMISE, needs="more")) is Settled.UNPROVEN
    assert settled(promise=Promise("p", "x")) is Settled.UNPROVEN


LIVE = Ref("aws", "AWS::EC2::Volume", ACCOUNT, "eu-west-1", "vol-1", "vol-1")
FILE = Ref("aws", "AWS::EC2::Volume", "", "", "infra/stack.yaml#Volume", "Volume")
HOST = Ref("tls", "TLS::Endpoint", "", "", "www.example.org:443", "www.example.org")
AZURE = Ref("azure", "Microsoft.Storage/storageAccounts", "SUB-1", "westeurope", "/subscriptions/sub-1/x", "x")
TLS_GAP = Ref("tls", "TLS::*", "", "", "TLS::* @ unknown account/global", "TLS::* @ unknown account/global")


@pytest.mark.parametrize(
    ("scope", "subject", "inside"),
    [
        ((), LIVE, True), (("aws",), LIVE, True), (("azure",), LIVE, False), ((f"aws:{ACCOUNT}",), LIVE, True), (("aws:999988887777",), LIVE, False),
        ((f"aws:{ACCOUNT}/eu-west-1",), LIVE, True), ((f"aws:{ACCOUNT}/eu-west-2",), LIVE, False), (("azure", "aws"), LIVE, True),
        (("aws:999988887777",), FILE, True),  # a template says no account: it cannot be told to be outside
        (("file",), FILE, True), (("file:infra/*",), FILE, True), (("file:other/*",), FILE, False), (("file",), LIVE, False), (("file",), HOST, False),
        (("tls",), HOST, True), (("tls:www.example.org",), HOST, True), (("tls:WWW.example.org:443",), HOST, True), (("tls:*.example.org",), HOST, True), (("tls:example.org",), HOST, False),
        (("azure:sub-1",), AZURE, True), (("azure:sub-1/WestEurope",), AZURE, True), (("azure:sub-2",), AZURE, False),
        (("tls:www.example.org",), TLS_GAP, True), (("aws",), TLS_GAP, False), (("file:x",), TLS_GAP, True), ((f"aws:{ACCOUNT}",), GAP, True), (("aws:999988887777",), GAP, False),
        (("file",), GAP, False), (("other",), LIVE, False),
    ],
)  # fmt: skip
def test_scopes(scope: tuple[str, ...], subject: Ref, inside: bool) -> None:
    assert in_scope(scope, subject) is inside


def test_types_left_out_concern_only_promises_that_they_could_answer() -> None:
    run = replace(WHOLE.run, excluded=("types:all but AWS::Test::Thing",))
    narrowed = replace(WHOLE, run=run)
    alone = settle(PROMISE, (PASS,), narrowed, TODAY, (), {"encryption-at-rest": ("AWS::Test::Thing",)})
    assert alone.status is Settled.KEPT
    for meets in ({"encryption-at-rest": ("AWS::Test::Thing", "AWS::Other::Thing")}, {}):
        lost = settle(PROMISE, (PASS,), narrowed, TODAY, (), meets)
        assert lost.status is Settled.UNPROVEN
        assert lost.missing == ("types other than AWS::Test::Thing were not looked at",)
