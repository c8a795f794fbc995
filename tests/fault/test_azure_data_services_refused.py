"""Every look at data services and what stands below them, refused in seven ways: said so in the ledger, and nothing is better known by it."""

from __future__ import annotations

from pathlib import Path

from scanner.collect.plan import Answer, Job
from scanner.model.known import Reason
from scanner.sdk import Child
from tests.support.azure import decls, estate_document, served
from tests.support.azure_looks import FAULTS, Looks, better, facts

WAYS = ("401", "403", "404", "409", "429", "500", "truncated")
#: Looks for which an error means that there is nothing.
NONE_HERE = {"404": ("auditingSettings",), "409": ("guestConfigurationAssignments", "Microsoft.Security/workspaceSettings")}
#: The types whose looks are broken here; those of other fixtures are broken in their own tests.
NAMESPACES = (
    "Microsoft.AAD/", "Microsoft.ApiManagement/", "Microsoft.AppConfiguration/", "Microsoft.AppPlatform/", "Microsoft.Authorization/policy", "Microsoft.CertificateRegistration/", "Microsoft.Compute/",
    "Microsoft.DBforMySQL/", "Microsoft.DataLakeStore/", "Microsoft.DocumentDB/", "Microsoft.DomainRegistration/", "Microsoft.EventGrid/", "Microsoft.EventHub/", "Microsoft.GuestConfiguration/",
    "Microsoft.Maps/", "Microsoft.NetApp/", "Microsoft.OperationalInsights/", "Microsoft.RecoveryServices/", "Microsoft.Security/", "Microsoft.Sql/",
)  # fmt: skip


def looks(healthy: Looks) -> list[Job]:
    """One look of every kind: the first that brought something, where any did."""
    found: dict[tuple[str, str], tuple[bool, Job]] = {}
    for job, answer in healthy.answers.values():
        if job.kind in ("get", "child", "below") and job.call.operation.startswith(NAMESPACES):
            full = bool(answer.documents or any(part.body for part in answer.parts))
            if not found.get((job.kind, job.call.operation), (False, job))[0]:
                found[job.kind, job.call.operation] = (full, job)
    return [job for _, job in found.values()]


def test_looks_that_fail_are_said_to_and_make_nothing_better(tmp_path: Path) -> None:
    with served(estate_document("data_services.json"), tmp_path) as arm:
        healthy = Looks.of(arm)
        all_are_made(healthy)
        for fault, (rule, reason) in ((fault, FAULTS[fault]) for fault in WAYS):
            for job in looks(healthy):
                fails_as_said(job, healthy.broken(job, rule), fault, reason)
        nothing_is_better(healthy)


def all_are_made(healthy: Looks) -> None:
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


def nothing_is_better(healthy: Looks) -> None:
    whole = healthy.snapshot()
    told = 0
    for job in looks(healthy):
        answer = healthy.broken(job, {"action": 403})
        touched = healthy.touched(job)
        was, now = facts(whole, touched), facts(healthy.snapshot(answer), touched)
        assert better(was, now) == [], job.call.id
        told += now != was or bool(answer.call.types)
    assert told > 45  # the body of some says no more than the list, the platform and their children do
