"""Each operation of the wide estate refused, one after the other: nothing gets better by it, and a verdict names it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from scanner import plugins
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.known import Reason
from scanner.model.snapshot import Snapshot
from scanner.store.snapshot_file import load
from tests.support.aws import TYPES
from tests.support.aws_bodies import entries, snapshot
from tests.support.cases import cases, grouped
from tests.support.silence import without

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aws"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHECKS = (
    "backup-enabled",
    "certificate-renewal",
    "certificate-validity",
    "deletion-guard",
    "encryption-at-rest",
    "encryption-default",
    "key-rotation",
    "public-exposure",
    "residency",
    "transit-encryption",
    "transit-minimum-tls",
)
#: Operations whose refusal shows at nothing: each with the reason.
UNSEEN = {
    "ec2:DescribeRegions": "which regions there are: those that were named are looked at",
    "sts:GetCallerIdentity": "who asks: the documents that were read stand by themselves",
    "s3:HeadBucket": "a further way to place a bucket that is known",
}


@cache
def recorded() -> Snapshot:
    return load(FIXTURES / "networks_and_machines.jsonl").merge(snapshot(entries(FIXTURES / "networks_and_machines.json")))


Verdicts = dict[tuple[str, str, str], tuple[str, str]]


def judged(read: Snapshot) -> Verdicts:
    questions = [Question(plugins.load_checks()[name]) for name in CHECKS]
    found = judge(Estate.of(read, plugins.load_types(TYPES)), questions, NOW)
    return {(v.check, str(v.subject), v.fact): (v.status.value, f"{v.why} {v.evidence}") for v in found}


@cache
def before() -> Verdicts:
    return judged(recorded())


def operations() -> list[str]:
    return sorted({call.permission for call in recorded().calls if call.ok and call.permission})


def test_the_estate_holds_good_and_bad() -> None:
    states = {status for status, _ in before().values()}
    assert states == {"pass", "fail", "unknown"}
    assert len(operations()) > 60


OPERATIONS = grouped(operations(), lambda operation: operation.split(":")[0])


@pytest.mark.parametrize("service", OPERATIONS)
def test_a_refused_operation_makes_nothing_better_and_is_named(service: str) -> None:
    with cases() as case:
        for operation in OPERATIONS[service]:
            with case(operation):
                nothing_is_better(operation)


def nothing_is_better(operation: str) -> None:
    after = judged(without(recorded(), [call.id for call in recorded().calls if call.permission == operation], Reason.DENIED))
    better = [key for key, (status, _) in after.items() if status == "pass" and before().get(key, ("",))[0] != "pass"]
    assert better == []
    if operation not in UNSEEN:
        assert [key for key, (status, why) in after.items() if status == "unknown" and before().get(key, ("",))[0] != "unknown"] or any(
            operation in why for _, why in after.values()
        )
