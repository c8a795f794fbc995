"""JSON Lines: a header, then one promise, gap or verdict a line, for programs that read as they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scanner.model.verdict import Assessment
from scanner.report.json import assessment_object, dumps, verdict_object

SCHEMA = "houvast/assessment-lines/1"


def render(assessment: Assessment) -> str:
    """The same members as in the JSON report; `kind` says what a line is: assessment, settlement, gap, verdict."""
    return "".join(pieces(assessment))


def pieces(assessment: Assessment) -> Iterator[str]:
    """The text of `render`, line by line."""
    for line in lines(assessment):
        yield dumps(line) + "\n"


def lines(assessment: Assessment) -> Iterator[dict[str, Any]]:
    """Every line as plain data, the denominator first."""
    whole = assessment_object(replace(assessment, verdicts=()), assessment)
    settlements, coverage = whole.pop("settlements"), whole.pop("coverage")
    del whole["verdicts"]
    gaps = coverage.pop("gaps")
    yield {"kind": "assessment", **whole, "schema": SCHEMA, "coverage": {**coverage, "gaps": len(gaps)}}
    for kind, members in (("settlement", settlements), ("gap", gaps)):
        for member in members:
            yield {"kind": kind, **member}
    for verdict in assessment.verdicts:
        yield {"kind": "verdict", **verdict_object(verdict)}
