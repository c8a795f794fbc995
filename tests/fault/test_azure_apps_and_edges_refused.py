"""Every kind of look at apps, edges, data and AI, broken in every way: the ledger says how, and no fact becomes better known by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner.collect.plan import Answer
from scanner.model.known import Reason
from scanner.sdk import Child
from tests.support.azure import decls, estate_document, served
from tests.support.azure_looks import Looks, better, facts
from tests.support.cases import cases

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


def test_a_look_that_is_broken_in_any_way_makes_nothing_better(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("apps_and_edges.json"), tmp_path) as arm, cases() as case:
        healthy = Looks.of(arm)
        whole = facts(healthy.snapshot())
        met: set[str] = set()
        told = 0
        for id, (job, good) in healthy.answers.items():
            # of every kind of look one whose answer holds something
            if job.kind not in LOOKS or job.call.operation in met or not good.call.items or any(part in healthy.paths[id] for part in SHARED):
                continue
            met.add(job.call.operation)
            with case(id):
                lost: Answer | None = None
                for rule, reasons in WAYS:
                    answer = healthy.broken(job, rule)
                    assert answer.call.outcome in reasons, f"{rule}: {answer.call}"
                    assert answer.call.permission.endswith("/read")
                    if lost is not None:  # whatever the reason, what was lost is the same
                        assert (answer.documents, answer.parts) == (lost.documents, lost.parts), rule
                    lost = lost or answer
                assert lost is not None
                now = facts(healthy.snapshot(lost))
                assert better(whole, now) == []
                told += now != whole or bool(lost.call.types)
        assert declared() - met == set()
        assert told > 45  # the body of some says no more than the list, the platform and their children do
