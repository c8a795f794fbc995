"""A scan of Azure look by look, so that one look can be made again and fail; and what is known with its answer in place of the healthy one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from providers.azure.live import AzureWorker
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Job
from scanner.collect.run import attempt
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.demo.arm import ArmReplay
from scanner.judge.estate import Estate
from scanner.model.known import Known, Reason
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from tests.support.azure import OPTIONS, RUN, decls, worker

Facts = dict[tuple[str, str], Any]
#: Ways in which an answer fails, as rules of the replay, and what the ledger calls them.
FAULTS: dict[str, tuple[dict[str, Any], Reason]] = {
    "401": ({"action": 401}, Reason.DENIED),
    "403": ({"action": 403}, Reason.DENIED),
    "404": ({"action": 404}, Reason.UNAVAILABLE),
    "409": ({"action": 409}, Reason.UNAVAILABLE),
    "429": ({"action": 429}, Reason.THROTTLED),
    "429-retry-after": ({"action": 429, "retry_after": 0}, Reason.THROTTLED),
    "500": ({"action": 500}, Reason.UNAVAILABLE),
    "truncated": ({"action": "truncate"}, Reason.UNAVAILABLE),
    "reset": ({"action": "reset"}, Reason.UNAVAILABLE),
    "html": ({"action": "html"}, Reason.UNAVAILABLE),
}


@dataclass(frozen=True)
class Looks:
    """A whole scan: every look, its answer and the path of its request (empty where it sends nothing)."""

    arm: ArmReplay
    worker: AzureWorker
    answers: dict[str, tuple[Job, Answer]]
    paths: dict[str, str]

    @classmethod
    def of(cls, arm: ArmReplay) -> Looks:
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
        return cls(arm, opened, answers, paths)

    def snapshot(self, given: Answer | None = None) -> Snapshot:
        """The run again, with one answer in place of the healthy one."""
        ledger, waiting = Ledger(), list(self.worker.start())
        while waiting:
            job = waiting.pop()
            answer = given if given is not None and job.call.id == given.call.id else self.answers[job.call.id][1]
            ledger.take(answer)
            waiting.extend(answer.jobs)
        return ledger.snapshot(RUN)

    def broken(self, job: Job, rule: dict[str, Any]) -> Answer:
        """The look again, with a rule of the replay in its way."""
        self.arm.set_rules([{"match": f"^{re.escape(self.paths[job.call.id])}$", **rule}])
        answer = attempt(self.worker, job)
        self.arm.set_rules([])
        return answer

    def touched(self, job: Job) -> set[str]:
        """Ids of the resources of which a look may tell something."""
        answer = self.answers[job.call.id][1]
        return {part.ref.id.lower() for part in answer.parts} | {document.ref.id.lower() for document in answer.documents} | {job.call.subject.lower()}


def facts(snapshot: Snapshot, only: Collection[str] = ()) -> Facts:
    """What is known (of all, or of some resources by their ids), as far as verdicts go: the countries of places, other values whole."""
    found: Facts = {}
    for resource in Estate.of(snapshot, decls()).resources if not only else _some(snapshot, only):
        for kind, fact in resource.facts.items():
            if isinstance(fact, Known):
                places = getattr(fact.value, "places", (fact.value.place,) if hasattr(fact.value, "place") else None)
                found[resource.ref.id.lower(), kind.__name__] = fact.value if places is None else {place.country for place in places}
    return found


def _some(snapshot: Snapshot, only: Collection[str]) -> Iterator[Resource]:
    index = Index.of(snapshot)
    for document in snapshot.documents:
        if document.ref.id.lower() in only and (resource := interpret(document, index, decls())) is not None:
            yield resource


def better(before: Facts, after: Facts) -> list[tuple[str, str]]:
    """What is better known than it was. A place that is not known may come to those that are; everything else has to stay as it was."""

    def gained(was: Any, now: Any) -> bool:
        if isinstance(now, set) and None in now:
            return not now - {None} <= (was or set())
        return bool(was != now)

    return [key for key, value in after.items() if gained(before.get(key), value)]


__all__ = ["FAULTS", "Facts", "Looks", "better", "facts"]
