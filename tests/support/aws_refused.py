"""Operations of a written cloud that are denied, throttled or cut on the wire, and what has to be true of the scan then."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from providers.aws.calls import api_name
from providers.aws.live import AwsWorker
from providers.aws.session import Account
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.run import Loop
from scanner.declare.decl import TypeDecl
from scanner.declare.live import Each, List, Report
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.model.known import Reason
from scanner.model.snapshot import Run, Snapshot
from scanner.model.verdict import Status, Verdict
from tests.support.aws import CREDENTIALS, QUICK, environment
from tests.support.aws_bodies import DECLS
from tests.support.aws_wire import Cloud, cloud_of, served

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EXPECTED = {"denied": Reason.DENIED, "throttled": Reason.THROTTLED, "cut": Reason.UNAVAILABLE}


def operations_of(decl: TypeDecl) -> set[str]:
    """Every operation that a declaration makes."""
    found = {getattr(detail, "operation", "") for detail in decl.details} | ({decl.resolve.operation} if decl.resolve else set())
    match decl.live:
        case List() as listing:
            found.add(listing.operation)
        case Each() as each:
            found |= {each.parent.operation, each.listing.operation}
        case Report() as report:
            found |= {report.start, report.fetch}
    return {api_name(name) for name in found if name}


def operations(kinds: Iterable[str]) -> list[str]:
    return sorted({name for kind in kinds for name in operations_of(DECLS[kind])})


@dataclass
class Lab:
    """A cloud of documents that is served, and clients of it."""

    cloud: Cloud
    url: str
    regions: tuple[str, ...]
    accounts: tuple[Account, ...] = ()

    def scan(self, types: frozenset[str]) -> Snapshot:
        """With the clients of the first scan: making them costs more than all the calls."""
        with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}):
            options = replace(QUICK, regions=self.regions, retries=0, workers=8, types=types)
            if not self.accounts:
                opened = plugins.live("aws").open(("",), options, DECLS)
                assert isinstance(opened, AwsWorker)
                self.accounts = opened.accounts
            worker = AwsWorker(self.accounts, options, DECLS, time.monotonic() + options.timeout)
            ledger = Ledger()
            complete = Loop(worker, ledger, threads=options.workers, deadline=options.timeout).run()
        return ledger.snapshot(Run(options.taken_at, "0.1.0", ("aws",), (), complete))


@contextmanager
def lab_of(rows: list[dict[str, Any]], regions: tuple[str, ...]) -> Iterator[Lab]:
    cloud = cloud_of(rows, regions)
    with served(cloud) as url:
        yield Lab(cloud, url, regions)


@dataclass(frozen=True)
class Judged:
    snapshot: Snapshot
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> set[tuple[str, str, str, str]]:
        return {name(v) for v in self.verdicts if v.status is Status.PASS}


def name(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.check, verdict.subject.type, verdict.subject.id, verdict.fact


@cache
def _questions() -> list[Question]:
    return [Question(check) for check in plugins.load_checks().values()]


def judged(snapshot: Snapshot) -> Judged:
    return Judged(snapshot, judge(Estate.of(snapshot, DECLS), _questions(), NOW))


def whole(lab: Lab, kinds: frozenset[str], asked: Iterable[str]) -> Judged:
    """The scan with nothing broken: it asks all of these, and finds good, bad and open."""
    lab.cloud.broken = ""
    found = judged(lab.scan(kinds))
    missing = set(asked) - set(lab.cloud.asked)
    assert not missing, f"the documents do not make the scan ask {missing}"
    assert {v.status for v in found.verdicts} == {Status.PASS, Status.FAIL, Status.UNKNOWN}
    return found


def broken(lab: Lab, makers: frozenset[str], operation: str, fault: str) -> Judged:
    """The scan of some types while an operation is broken."""
    lab.cloud.broken, lab.cloud.fault = operation, fault
    try:
        return judged(lab.scan(makers))
    finally:
        lab.cloud.broken = ""


def is_said(after: Judged, operation: str) -> set[Reason | None]:
    """The ledger names what failed, with the permission that it would take; what was not listed is a gap. How the calls ended."""
    lost = [call for call in after.snapshot.calls if call.operation == operation and not call.ok]
    assert lost, f"{operation} failed, and the ledger does not say so"
    assert all(call.permission for call in lost)
    assert {gap.operation for gap in coverage(after.snapshot).gaps} >= {operation}
    for kind in {kind for call in lost for kind in call.types}:
        assert [v for v in after.verdicts if v.gap and v.subject.type == kind], f"{kind} was not listed, and no verdict says so"
    return {call.outcome for call in lost}


def still_sure(before: Judged, after: Judged, makers: frozenset[str], operation: str) -> tuple[set[str], list[tuple[str, str, str, str]]]:
    """The calls of an operation, and what nothing else proved before, and yet is not unknown now."""
    names = {call.name for call in before.snapshot.calls if call.operation == operation}
    now = {name(v): v for v in after.verdicts}
    alone = [v for v in before.verdicts if v.subject.type in makers and v.evidence and all(source.call in names for source in v.evidence if source.call)]
    proven = [v for v in alone if v.status is not Status.UNKNOWN and any(source.call in names for source in v.evidence)]
    return names, [name(v) for v in proven if name(v) in now and now[name(v)].status is not Status.UNKNOWN]


__all__ = ["EXPECTED", "Judged", "Lab", "broken", "is_said", "judged", "lab_of", "name", "operations", "operations_of", "still_sure", "whole"]
