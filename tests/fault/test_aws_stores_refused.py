"""Every operation of the written services denied, throttled and cut on the wire: nothing gets better by it, and the ledger names it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from providers.aws.live import AwsWorker
from providers.aws.session import Account
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.run import Loop
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.model.known import Reason
from scanner.model.snapshot import Run, Snapshot
from scanner.model.verdict import Status, Verdict
from tests.contract.test_aws_stores import ENTRIES, MINE, REGIONS
from tests.fault.test_aws_faults import operations_of
from tests.support.aws import CREDENTIALS, QUICK, environment
from tests.support.aws_bodies import DECLS
from tests.support.aws_wire import Cloud, cloud_of, served

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPTIONS = replace(QUICK, regions=REGIONS, retries=0, workers=8)
EXPECTED = {"denied": Reason.DENIED, "throttled": Reason.THROTTLED, "cut": Reason.UNAVAILABLE}
CHECKS = [Question(check) for check in plugins.load_checks().values()]
OPERATIONS = sorted({name for kind in MINE for name in operations_of(DECLS[kind])})


@dataclass
class Lab:
    cloud: Cloud
    url: str
    accounts: tuple[Account, ...] = ()

    def scan(self, types: frozenset[str]) -> Snapshot:
        """With the clients of the first scan: making them costs more than all the calls."""
        with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}):
            options = replace(OPTIONS, types=types)
            if not self.accounts:
                opened = plugins.live("aws").open(("",), options, DECLS)
                assert isinstance(opened, AwsWorker)
                self.accounts = opened.accounts
            worker = AwsWorker(self.accounts, options, DECLS, time.monotonic() + options.timeout)
            ledger = Ledger()
            complete = Loop(worker, ledger, threads=options.workers, deadline=options.timeout).run()
        return ledger.snapshot(Run(options.taken_at, "0.1.0", ("aws",), (), complete))


@dataclass(frozen=True)
class Judged:
    snapshot: Snapshot
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> set[tuple[str, str, str, str]]:
        return {name(v) for v in self.verdicts if v.status is Status.PASS}


def name(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.check, verdict.subject.type, verdict.subject.id, verdict.fact


def judged(snapshot: Snapshot) -> Judged:
    return Judged(snapshot, judge(Estate.of(snapshot, DECLS), CHECKS, NOW))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    cloud = cloud_of(ENTRIES, REGIONS)
    with served(cloud) as url:
        yield Lab(cloud, url)


@pytest.fixture(scope="module")
def healthy(lab: Lab) -> Judged:
    lab.cloud.broken = ""
    found = judged(lab.scan(MINE))
    assert [call for call in found.snapshot.calls if not call.ok] == []
    missing = set(OPERATIONS) - set(lab.cloud.asked)
    assert not missing, f"the documents do not make the scan ask {missing}"
    assert {v.status for v in found.verdicts} == {Status.PASS, Status.FAIL, Status.UNKNOWN}
    return found


def test_nearly_all_of_these_services_are_asked() -> None:
    assert len(OPERATIONS) > 40


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_broken_operation_makes_nothing_better(lab: Lab, healthy: Judged, operation: str, fault: str) -> None:
    makers = frozenset(kind for kind in MINE if operation in operations_of(DECLS[kind]))
    lab.cloud.broken, lab.cloud.fault = operation, fault
    try:
        after = judged(lab.scan(makers))
    finally:
        lab.cloud.broken = ""
    lost = [call for call in after.snapshot.calls if call.operation == operation and not call.ok]
    assert lost, f"{operation} failed, and the ledger does not say so"
    assert {call.outcome for call in lost} == {EXPECTED[fault]}
    assert all(call.permission for call in lost)
    assert after.passed <= healthy.passed
    assert {gap.operation for gap in coverage(after.snapshot).gaps} >= {operation}
    for kind in {kind for call in lost for kind in call.types}:
        assert [v for v in after.verdicts if v.gap and v.subject.type == kind], f"{kind} was not listed, and no verdict says so"
    names = {call.name for call in healthy.snapshot.calls if call.operation == operation}
    now = {name(v): v for v in after.verdicts}
    alone = [v for v in healthy.verdicts if v.subject.type in makers and v.evidence and all(source.call in names for source in v.evidence if source.call)]
    proven = [v for v in alone if v.status is not Status.UNKNOWN and any(source.call in names for source in v.evidence)]
    assert [name(v) for v in proven if name(v) in now and now[name(v)].status is not Status.UNKNOWN] == []
