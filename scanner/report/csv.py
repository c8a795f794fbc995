"""Verdicts as CSV (RFC 4180, with a header), for spreadsheets that run none of it as a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanner.model.verdict import Assessment, Verdict
from scanner.report.locate import locate, said
from scanner.report.text import cell

COLUMNS = (
    "status", "severity", "check", "provider", "type", "account", "region", "name", "id", "fact", "reason", "why", "params", "evidence",
    "file", "line", "seen_at", "waiver", "gap", "fingerprint",
)  # fmt: skip


def render(assessment: Assessment) -> str:
    """A row a verdict in the order of reports. A waived failure has the status `waived`."""
    return "".join(pieces(assessment))


def pieces(assessment: Assessment) -> Iterator[str]:
    """The text of `render`, row by row."""
    taken: list[str] = []
    writer = csv.writer(_Sink(taken.append), lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for verdict in assessment.verdicts:
        writer.writerow([cell(value) for value in _row(verdict)])
        if len(taken) > _AT_ONCE:
            yield "".join(taken)
            taken.clear()
    yield "".join(taken)


class _Sink(NamedTuple):
    """What the writer of the standard library needs of a file."""

    write: Callable[[str], object]


_AT_ONCE = 256
"""Rows in a piece of text."""


def _row(verdict: Verdict) -> tuple[object, ...]:
    ref, where = verdict.subject, locate(verdict)
    return (
        "waived" if verdict.waiver else verdict.status.value, verdict.severity.value, verdict.check, ref.provider, ref.type, ref.account, ref.region,
        ref.name, ref.id, verdict.fact, verdict.reason.value if verdict.reason else "", verdict.why,
        json.dumps(dict(verdict.params), ensure_ascii=False, sort_keys=True) if verdict.params else "", " | ".join(map(said, verdict.evidence)),
        where.path if where.real else "", where.line if where.real else "", next((s.at for s in verdict.evidence if s.at), ""),
        verdict.waiver or "", "yes" if verdict.gap else "", verdict.fingerprint,
    )  # fmt: skip
