"""Every kind of look of the batch, refused: no fact becomes better known by it, and every refusal is in the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Job
from scanner.collect.run import attempt
from scanner.model.known import Known, Reason
from scanner.model.snapshot import Snapshot
from tests.support.azure import OPTIONS, RUN, Judged, estate_document, served, worker

#: Read the same for every type; their faults stand in test_azure_faults.
SHARED = ("/providers/Microsoft.Insights/diagnosticSettings", "/providers/Microsoft.Authorization/locks")


def facts(snapshot: Snapshot) -> dict[tuple[str, str], Any]:
    """What is known, as far as verdicts go: the countries of places, other values whole."""
    found: dict[tuple[str, str], Any] = {}
    for resource in Judged.of(snapshot).estate.resources:
        for kind, fact in resource.facts.items():
            if isinstance(fact, Known):
                places = getattr(fact.value, "places", (fact.value.place,) if hasattr(fact.value, "place") else None)
                found[resource.ref.id.lower(), kind.__name__] = fact.value if places is None else {place.country for place in places}
    return found


def better(before: Any, after: Any) -> bool:
    """A place that is not known may come to those that are; everything else has to stay as it was."""
    if isinstance(after, set) and None in after:
        return not after - {None} <= (before or set())
    return bool(before != after)


def test_a_refused_look_makes_nothing_better(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("batch_1.json"), tmp_path) as arm:
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

        def snapshot(broken: str = "", given: Answer | None = None) -> Snapshot:
            ledger, waiting = Ledger(), list(opened.start())
            while waiting:
                job = waiting.pop()
                answer = given if given is not None and job.call.id == broken else answers[job.call.id][1]
                ledger.take(answer)
                waiting.extend(answer.jobs)
            return ledger.snapshot(RUN)

        whole = facts(snapshot())
        met: set[str] = set()
        told = 0
        for id, (job, _) in answers.items():
            if job.kind not in ("subscriptions", "resources", "get", "child", "below") or job.call.operation in met or any(part in paths[id] for part in SHARED):
                continue
            met.add(job.call.operation)
            arm.set_rules([{"match": f"^{paths[id]}$", "action": 403}])
            answer = attempt(opened, job)
            arm.set_rules([])
            assert answer.call.outcome is Reason.DENIED, id
            assert answer.call.permission.endswith("/read"), id
            now = facts(snapshot(id, answer))
            assert [key for key, value in now.items() if better(whole.get(key), value)] == [], id
            told += now != whole or bool(answer.call.types)
    assert len(met) > 40
    assert told > 35  # the body of some says no more than the list, the platform and their children do
