"""Verdicts as CSV (RFC 4180, with a header), for spreadsheets that run none of it as a formula."""

from __future__ import annotations

import csv
import io
import json

from scanner.model.verdict import Assessment, Verdict
from scanner.report.locate import locate, said
from scanner.report.text import cell

COLUMNS = (
    "status", "severity", "check", "provider", "type", "account", "region", "name", "id", "fact", "reason", "why", "params", "evidence",
    "file", "line", "seen_at", "waiver", "gap", "fingerprint",
)  # fmt: skip


def render(assessment: Assessment) -> str:
    """A row a verdict in the order of reports. A waived failure has the status `waived`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in _row(verdict)] for verdict in assessment.verdicts)
    return out.getvalue()


def _row(verdict: Verdict) -> tuple[object, ...]:
    ref, where = verdict.subject, locate(verdict)
    return (
        "waived" if verdict.waiver else verdict.status.value, verdict.severity.value, verdict.check, ref.provider, ref.type, ref.account, ref.region,
        ref.name, ref.id, verdict.fact, verdict.reason.value if verdict.reason else "", verdict.why,
        json.dumps(dict(verdict.params), ensure_ascii=False, sort_keys=True) if verdict.params else "", " | ".join(map(said, verdict.evidence)),
        where.path if where.real else "", where.line if where.real else "", next((s.at for s in verdict.evidence if s.at), ""),
        verdict.waiver or "", "yes" if verdict.gap else "", verdict.fingerprint,
    )  # fmt: skip
