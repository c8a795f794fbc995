"""Every look of a scan, broken in every way: no verdict turns green, and the look is named among the gaps.

A healthy scan is made once. For each of its calls the very request is made again under a fault, over TLS and through the
SDK; its answer takes the place of the healthy one, the snapshot is put together anew, and judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from providers.azure.found import Piece, Under, below_of
from scanner.collect.plan import Answer, Job
from scanner.collect.run import attempt
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.judge.registry import ParamError
from scanner.model.known import Reason
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Gap, Status
from scanner.plugins import load_checks
from tests.support.azure import OPTIONS, decls, estate_document, served, small_document, worker
from tests.support.azure_directory import directory
from tests.support.azure_looks import FAULTS, Looks

NOW = datetime(2026, 11, 21, tzinfo=UTC)
#: Looks without which the scan knows as much: the list of api-versions, as Resource Manager says by itself what is gone.
SPARE = ("versions",)
#: Looks whose fact nothing in the fixture answers anyway, so that their failure changes no verdict.
UNANSWERED = ("Microsoft.GuestConfiguration/guestConfigurationAssignments/read",)
BROKEN: dict[str, tuple[dict[str, Any], Reason]] = FAULTS | {
    "loop": ({"action": "loop"}, Reason.UNPARSABLE),
    "version-gone": ({"action": "version"}, Reason.UNSUPPORTED),
    "other-shape": ({"action": 200, "body": {"answer": 42}}, Reason.UNPARSABLE),
    "list-of-text": ({"action": 200, "body": {"value": ["a"]}}, Reason.UNPARSABLE),
    "null": ({"action": 200, "body": None}, Reason.UNPARSABLE),
}


@dataclass(frozen=True)
class Lost:
    """What a scan comes to with one answer in place of the healthy one."""

    gaps: tuple[Gap, ...]
    statuses: dict[str, Status]


@dataclass(frozen=True)
class Healthy:
    looks: Looks
    statuses: dict[str, Status] = field(default_factory=dict)
    judged: dict[str, list[tuple[Answer, Lost]]] = field(default_factory=dict)

    def without(self, answer: Answer) -> Lost:
        """The same loss (whatever code it came with) is judged once."""
        lost = replace(answer, call=replace(answer.call, code="", detail="", at="", took=0.0))
        before = self.judged.setdefault(lost.call.id, [])
        for one, found in before:
            if one == lost:
                return found
        snapshot = self.looks.snapshot(answer)
        before.append((lost, Lost(coverage(snapshot).gaps, statuses(snapshot))))
        return before[-1][1]


@cache
def questions() -> list[Question]:
    """Of every check that needs no parameter."""
    found = []
    for check in load_checks().values():
        try:
            check.fill({})
        except ParamError:
            continue
        found.append(Question(check))
    return found


def statuses(snapshot: Snapshot) -> dict[str, Status]:
    return {v.fingerprint: v.status for v in judge(Estate.of(snapshot, decls()), questions(), NOW)}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Healthy]:
    with served({**small_document(), "directory": directory()}, tmp_path_factory.mktemp("arm")) as arm:
        whole = Healthy(Looks.of(arm))
        assert all(answer.call.ok for _, answer in whole.looks.answers.values())
        whole.statuses.update(statuses(whole.looks.snapshot()))
        yield whole


@pytest.fixture(autouse=True)
def environment(scrubbed_environment: None, healthy: Healthy, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in healthy.looks.arm.environment().items():
        monkeypatch.setenv(name, value)
    yield
    healthy.looks.arm.set_rules([])


def looks(healthy: Healthy) -> list[Job]:
    """Every look that sends something: what is asked of each vault of a subscription without one sends nothing, and cannot break."""
    return [job for job, _ in healthy.looks.answers.values() if job.kind != "token" and healthy.looks.paths[job.call.id]]


def test_the_healthy_scan_makes_every_kind_of_look(healthy: Healthy) -> None:
    assert {job.kind for job in looks(healthy)} == {"subscriptions", "versions", "resources", "get", "child", "below", "directory", "ask"}
    assert len(looks(healthy)) > 30
    assert Status.PASS in healthy.statuses.values()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_look_turns_nothing_green(healthy: Healthy, name: str) -> None:
    rule, reason = BROKEN[name]
    for job in looks(healthy):
        path = healthy.looks.paths[job.call.id]
        healthy.looks.arm.set_rules([{"match": f"^{path}$", **rule}])
        answer = attempt(healthy.looks.worker, job)
        healthy.looks.arm.set_rules([])
        if (code := NONE.get(name, "")) in declared(job):  # the error means that there is none
            assert (answer.call.ok, answer.call.code) == (True, code)
        else:
            check_broken(healthy, job, answer, reason)


NONE = {"404": "ResourceNotFound", "409": "MissingSubscriptionRegistration"}


def declared(job: Job) -> Mapping[str, Any]:
    """Codes that a look's declaration takes for "none here"."""
    if isinstance(job.payload, Piece):
        return job.payload.child.on_error
    return below_of(job.payload.decl).on_error if isinstance(job.payload, Under) else {}


def test_a_look_that_hangs_is_given_up(healthy: Healthy) -> None:
    impatient = worker(replace(OPTIONS, call_timeout=0.15, timeout=900))
    all = looks(healthy)
    healthy.looks.arm.set_rules([{"match": f"^{healthy.looks.paths[job.call.id]}$", "action": "hang", "seconds": 5} for job in all])
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(partial(attempt, impatient), all))
    for job, answer in zip(all, answers, strict=True):
        check_broken(healthy, job, answer, Reason.TIMEOUT)


def check_broken(healthy: Healthy, job: Job, answer: Answer, reason: Reason) -> None:
    said = f"{job.call.id}: {answer.call}"
    assert answer.call.outcome is reason, said
    lost = healthy.without(answer)
    gaps = [gap for gap in lost.gaps if (gap.operation, gap.subject, gap.account) == (job.call.operation, job.call.subject or None, job.call.account or None)]
    assert [gap.reason for gap in gaps] == [reason], said
    judged = lost.statuses
    green = [f for f, status in judged.items() if status is Status.PASS and healthy.statuses.get(f) is not Status.PASS]
    assert green == [], said
    if job.kind in SPARE:
        assert judged == healthy.statuses, said
        return
    unknown = {f for f, status in judged.items() if status is Status.UNKNOWN} - {f for f, status in healthy.statuses.items() if status is Status.UNKNOWN}
    assert unknown or job.call.operation in UNANSWERED, f"nothing is unknown because of {said}"


TOKEN: dict[str, tuple[dict[str, Any], Reason]] = {
    "401": ({"action": 401, "body": {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}}, Reason.DENIED),
    "403": ({"action": 403, "body": {"error": "access_denied"}}, Reason.DENIED),
    "404": ({"action": 404, "body": {"error": "not_found"}}, Reason.DENIED),
    "429": ({"action": 429}, Reason.THROTTLED),
    "500": ({"action": 500}, Reason.UNAVAILABLE),
    "truncated": ({"action": "truncate"}, Reason.UNAVAILABLE),
    "html": ({"action": "html"}, Reason.UNAVAILABLE),
    "hang": ({"action": "hang", "seconds": 5}, Reason.TIMEOUT),
}


@pytest.mark.parametrize("name", TOKEN)
def test_a_token_that_is_not_given_hides_everything(healthy: Healthy, name: str) -> None:
    rule, reason = TOKEN[name]
    healthy.looks.arm.set_rules([{"match": "/oauth2/", **rule}])
    opened = worker(replace(OPTIONS, call_timeout=0.3))
    (job,) = opened.start()
    answer = attempt(opened, job)
    check_broken(healthy, job, answer, reason)
    assert not answer.jobs


def test_a_run_out_of_time_leaves_a_whole_snapshot(scrubbed_environment: None, tmp_path: Path) -> None:
    from tests.support.azure import scan

    with served(estate_document(), tmp_path) as arm:
        arm.set_rules([{"match": "storageAccounts/", "action": "hang", "seconds": 5}])
        snapshot = scan(replace(OPTIONS, timeout=0.8, call_timeout=3))
    assert not snapshot.run.complete
    assert Reason.TIMEOUT in {call.outcome for call in snapshot.calls}
    assert Status.UNKNOWN in statuses(snapshot).values()
