"""Every look at data services and what stands below them, refused in seven ways: said so in the ledger, and nothing is better known by it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Job
from scanner.collect.run import attempt
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.demo.arm import ArmReplay
from scanner.model.known import Known, Reason
from scanner.model.snapshot import Snapshot
from scanner.sdk import Child
from tests.support.azure import OPTIONS, RUN, decls, estate_document, served, worker

FAULTS: dict[str, tuple[dict[str, Any], Reason]] = {
    "401": ({"action": 401}, Reason.DENIED),
    "403": ({"action": 403}, Reason.DENIED),
    "404": ({"action": 404}, Reason.UNAVAILABLE),
    "409": ({"action": 409}, Reason.UNAVAILABLE),
    "429": ({"action": 429}, Reason.THROTTLED),
    "500": ({"action": 500}, Reason.UNAVAILABLE),
    "cut": ({"action": "truncate"}, Reason.UNAVAILABLE),
}
#: Looks for which an error means that there is nothing.
NONE_HERE = {"404": ("auditingSettings",), "409": ("guestConfigurationAssignments", "Microsoft.Security/workspaceSettings")}
#: The types whose looks are broken here; those of other fixtures are broken in their own tests.
NAMESPACES = (
    "Microsoft.AAD/", "Microsoft.ApiManagement/", "Microsoft.AppConfiguration/", "Microsoft.AppPlatform/", "Microsoft.Authorization/policy", "Microsoft.CertificateRegistration/", "Microsoft.Compute/",
    "Microsoft.DBforMySQL/", "Microsoft.DataLakeStore/", "Microsoft.DocumentDB/", "Microsoft.DomainRegistration/", "Microsoft.EventGrid/", "Microsoft.EventHub/", "Microsoft.GuestConfiguration/",
    "Microsoft.Maps/", "Microsoft.NetApp/", "Microsoft.OperationalInsights/", "Microsoft.RecoveryServices/", "Microsoft.Security/", "Microsoft.Sql/",
)  # fmt: skip


@dataclass(frozen=True)
class Healthy:
    """A whole scan, look by look, so that one can be made again and fail."""

    arm: ArmReplay
    worker: Any
    answers: dict[str, tuple[Job, Answer]]
    paths: dict[str, str]

    def snapshot(self, given: Answer | None = None) -> Snapshot:
        """The run again, with one answer in place of the healthy one."""
        ledger, waiting = Ledger(), list(self.worker.start())
        while waiting:
            job = waiting.pop()
            answer = given if given is not None and job.call.id == given.call.id else self.answers[job.call.id][1]
            ledger.take(answer)
            waiting.extend(answer.jobs)
        return ledger.snapshot(RUN)


def scanned(arm: ArmReplay) -> Healthy:
    """Every look of a scan, one after the other."""
    opened = worker(replace(OPTIONS, call_timeout=10, timeout=900))
    answers: dict[str, tuple[Job, Answer]] = {}
    paths: dict[str, str] = {}
    jobs = list(opened.start())
    while jobs:
        job = jobs.pop()
        arm.reset()
        answers[job.call.id] = (job, attempt(opened, job))
        paths[job.call.id] = unquote(arm.core.tally.paths[-1][1].split("?")[0]) if arm.core.tally.paths else ""
        jobs.extend(answers[job.call.id][1].jobs)
    return Healthy(arm, opened, answers, paths)


def looks(healthy: Healthy) -> list[Job]:
    """One look of every kind: the first that brought something, where any did."""
    found: dict[tuple[str, str], tuple[bool, Job]] = {}
    for job, answer in healthy.answers.values():
        if job.kind in ("get", "child", "below") and job.call.operation.startswith(NAMESPACES):
            full = bool(answer.documents or any(part.body for part in answer.parts))
            if not found.get((job.kind, job.call.operation), (False, job))[0]:
                found[job.kind, job.call.operation] = (full, job)
    return [job for _, job in found.values()]


def facts(snapshot: Snapshot, only: set[str]) -> dict[tuple[str, str], Any]:
    """What is known of some resources, as far as verdicts go: the countries of places, other values whole."""
    index = Index.of(snapshot)
    found: dict[tuple[str, str], Any] = {}
    for document in snapshot.documents:
        resource = interpret(document, index, decls()) if document.ref.id.lower() in only else None
        for kind, fact in (resource.facts if resource else {}).items():
            if isinstance(fact, Known):
                places = getattr(fact.value, "places", (fact.value.place,) if hasattr(fact.value, "place") else None)
                found[document.ref.id.lower(), kind.__name__] = fact.value if places is None else {place.country for place in places}
    return found


def better(before: Any, after: Any) -> bool:
    """A place that is not known may come to those that are; everything else has to stay as it was."""
    if isinstance(after, set) and None in after:
        return not after - {None} <= (before or set())
    return bool(before != after)


def test_looks_that_fail_are_said_to_and_make_nothing_better(tmp_path: Path) -> None:
    with served(estate_document("batch_2.json"), tmp_path) as arm:
        healthy = scanned(arm)
        all_are_made(healthy)
        for fault, (rule, reason) in FAULTS.items():
            for job in looks(healthy):
                fails_as_said(job, broken(healthy, job, rule), fault, reason)
        nothing_is_better(healthy)


def all_are_made(healthy: Healthy) -> None:
    """Of each type that the fixture has, all children; a look that is never made could not be shown to fail."""
    made = {job.call.operation for job, _ in healthy.answers.values()}
    types = {document.ref.type for _, answer in healthy.answers.values() for document in answer.documents if document.ref.type.startswith(NAMESPACES)}
    wanted = {f"{detail.kind(kind)}/read" for kind in types for detail in (decls()[kind].details if kind in decls() else ()) if isinstance(detail, Child)}
    assert wanted - made == set()
    assert len(looks(healthy)) > 55


def fails_as_said(job: Job, answer: Answer, fault: str, reason: Reason) -> None:
    if answer.call.ok:  # declared to mean that there is none
        assert (fault, answer.call.code, any(part in job.call.operation for part in NONE_HERE[fault])) == (
            fault,
            {"404": "ResourceNotFound", "409": "MissingSubscriptionRegistration"}[fault],
            True,
        )
        return
    assert answer.call.outcome is reason, (fault, job.call.id, answer.call)
    assert answer.call.permission.endswith("/read"), job.call.id
    assert not answer.documents, job.call.id
    assert not any(part.body for part in answer.parts), job.call.id


def nothing_is_better(healthy: Healthy) -> None:
    whole = healthy.snapshot()
    told = 0
    for job in looks(healthy):
        answer = broken(healthy, job, {"action": 403})
        before = healthy.answers[job.call.id][1]
        touched = {part.ref.id.lower() for part in before.parts} | {document.ref.id.lower() for document in before.documents} | {job.call.subject.lower()}
        was, now = facts(whole, touched), facts(healthy.snapshot(answer), touched)
        assert [key for key, value in now.items() if better(was.get(key), value)] == [], job.call.id
        told += now != was or bool(answer.call.types)
    assert told > 45  # the body of some says no more than the list, the platform and their children do


def broken(healthy: Healthy, job: Job, rule: dict[str, Any]) -> Answer:
    """The look again, with a rule of the replay in its way."""
    healthy.arm.set_rules([{"match": f"^{re.escape(healthy.paths[job.call.id])}$", **rule}])
    answer = attempt(healthy.worker, job)
    healthy.arm.set_rules([])
    return answer
