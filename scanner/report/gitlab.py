"""GitLab code quality (`artifacts:reports:codequality`): failures by severity, what is not known as `info`."""

from __future__ import annotations

from typing import Any

from scanner.model.verdict import Assessment, Severity, Status, Verdict
from scanner.report.json import dumps
from scanner.report.locate import locate
from scanner.report.text import safe, shorten

_SEVERITY = {Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor"}


def render(assessment: Assessment) -> str:
    """A JSON array. Waived failures and passes are left out: the widget has no place for them."""
    return dumps([_issue(v) for v in assessment.verdicts if v.status is not Status.PASS and not v.waiver], 1) + "\n"


def _issue(verdict: Verdict) -> dict[str, Any]:
    where = locate(verdict)
    failed = verdict.status is Status.FAIL
    return {
        "description": shorten(safe(verdict.why if failed else f"Not known ({verdict.reason}): {verdict.why}"), 1_000),
        "check_name": verdict.check,
        "fingerprint": verdict.fingerprint,
        "severity": _SEVERITY[verdict.severity] if failed else "info",
        "location": {"path": where.path, "lines": {"begin": where.line}},
    }
