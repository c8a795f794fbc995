"""Every kind of look at apps, edges, data and AI, broken in every way: the ledger says how, and no fact becomes better known by it."""

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
from scanner.sdk import Child
from tests.support.azure import OPTIONS, RUN, Judged, decls, estate_document, served, worker

#: Looks at what lies below a resource or completes it; the lists and the directory have tests of their own.
LOOKS = ("get", "child", "below")
#: Read the same for every type.
SHARED = ("/providers/Microsoft.Insights/diagnosticSettings", "/providers/Microsoft.Authorization/")
#: How a look is broken, and what the ledger may call that.
WAYS: tuple[tuple[dict[str, Any], frozenset[Reason]], ...] = (
    ({"action": 403}, frozenset({Reason.DENIED})),
    ({"action": 401}, frozenset({Reason.DENIED})),
    ({"action": 404, "code": "NotFound"}, frozenset({Reason.UNAVAILABLE})),
    ({"action": 409, "code": "Conflict"}, frozenset({Reason.UNAVAILABLE, Reason.UNSUPPORTED})),
    ({"action": 429, "retry_after": 0}, frozenset({Reason.THROTTLED})),
    ({"action": 500}, frozenset({Reason.UNAVAILABLE})),
    ({"action": "truncate"}, frozenset({Reason.UNAVAILABLE, Reason.UNPARSABLE})),
)


#: Whose looks are meant here.
OURS = (
    "Automation", "AzureActiveDirectory", "Cdn", "CognitiveServices", "Communication", "ContainerRegistry", "ContainerService", "DataFactory", "Databricks", "Fabric", "HDInsight",
    "Purview", "RecoveryServices", "ServiceFabric", "Storage", "StorageActions", "Synapse", "Web",
)  # fmt: skip


def declared() -> set[str]:
    """Every look that the declarations of these providers make, but those that all types share."""
    found: set[str] = set()
    for decl in decls().values():
        if decl.live is not None and decl.type.split("/")[0].removeprefix("Microsoft.") in OURS:
            children = [detail for detail in decl.details if isinstance(detail, Child) and not detail.shared and "Microsoft.Insights" not in detail.suffix]
            found |= {f"{decl.type}/read", *(f"{child.kind(decl.type)}/read" for child in children)}
    return found


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


def test_a_look_that_is_broken_in_any_way_makes_nothing_better(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("batch_3.json"), tmp_path) as arm:
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
        for id, (job, good) in answers.items():
            # of every kind of look one whose answer holds something
            if job.kind not in LOOKS or job.call.operation in met or not good.call.items or any(part in paths[id] for part in SHARED):
                continue
            met.add(job.call.operation)
            lost: Answer | None = None
            for rule, reasons in WAYS:
                arm.set_rules([{"match": f"^{paths[id]}$", **rule}])
                answer = attempt(opened, job)
                assert answer.call.outcome in reasons, f"{id} {rule}: {answer.call}"
                assert answer.call.permission.endswith("/read"), id
                if lost is not None:  # whatever the reason, what was lost is the same
                    assert (answer.documents, answer.parts) == (lost.documents, lost.parts), f"{id} {rule}"
                lost = lost or answer
            arm.set_rules([])
            assert lost is not None
            now = facts(snapshot(id, lost))
            assert [key for key, value in now.items() if better(whole.get(key), value)] == [], id
            told += now != whole or bool(lost.call.types)
    assert declared() - met == set()
    assert told > 45  # the body of some says no more than the list, the platform and their children do
