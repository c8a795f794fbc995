"""Every kind of look at platforms and networks, refused: no fact becomes better known by it, and every refusal is in the ledger."""

from __future__ import annotations

from pathlib import Path

from scanner.model.known import Reason
from tests.support.azure import estate_document, served
from tests.support.azure_looks import Looks, better, facts
from tests.support.cases import cases

#: Read the same for every type; their faults stand in test_azure_faults.
SHARED = ("/providers/Microsoft.Insights/diagnosticSettings", "/providers/Microsoft.Authorization/locks")
KINDS = ("subscriptions", "resources", "get", "child", "below")


def test_a_refused_look_makes_nothing_better(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("platforms_and_networks.json"), tmp_path) as arm, cases() as case:
        healthy = Looks.of(arm)
        whole = facts(healthy.snapshot())
        met: set[str] = set()
        told = 0
        for id, (job, _) in healthy.answers.items():
            if job.kind not in KINDS or job.call.operation in met or any(part in healthy.paths[id] for part in SHARED):
                continue
            met.add(job.call.operation)
            with case(id):
                answer = healthy.broken(job, {"action": 403})
                assert answer.call.outcome is Reason.DENIED
                assert answer.call.permission.endswith("/read")
                now = facts(healthy.snapshot(answer))
                assert better(whole, now) == []
                told += now != whole or bool(answer.call.types)
        assert len(met) > 40
        assert told > 35  # the body of some says no more than the list, the platform and their children do
