"""JUnit XML as Jenkins, GitLab and Azure Pipelines read it: a suite for the promises, one a check, one for the gaps.

fail → `failure`, unknown → `error` (the question could not be answered), waived or attested → `skipped`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from scanner.judge.registry import Check
from scanner.model.promise import Settled, Settlement
from scanner.model.verdict import Assessment, Gap, Status, Verdict
from scanner.report.locate import account_of, said
from scanner.report.text import safe, shorten

#: Longest attribute, so that a hostile name cannot make a page of a pipeline unusable.
_LONG = 1_000


class _Case(NamedTuple):
    name: str
    tag: str = ""
    """failure, error, skipped, or empty for a pass."""
    kind: str = ""
    message: str = ""
    text: str = ""


def render(assessment: Assessment, checks: Mapping[str, Check[Any]]) -> str:
    """One `testsuites` element; pure text in, no control characters out (XML 1.0 knows none)."""
    suites: list[tuple[str, list[_Case]]] = []
    if assessment.settlements:
        suites.append(("promises", [_promise(s) for s in assessment.settlements]))
    remedies = {name: check.section("Remedy") for name, check in checks.items()}
    by_check = sorted(assessment.verdicts, key=lambda v: v.check)
    suites.extend((name, [_verdict(v, remedies.get(name, "")) for v in group]) for name, group in groupby(by_check, key=lambda v: v.check))
    if assessment.coverage.asked or assessment.coverage.gaps:
        cover = assessment.coverage
        suites.append(("coverage", [_Case(f"{cover.answered} of {cover.asked} calls answered"), *map(_gap, cover.gaps)]))
    every = [case for _, cases in suites for case in cases]
    head = f'<testsuites name="houvast" {_counts(every)}>'
    body = "".join(_suite(name, cases, assessment) for name, cases in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}</testsuites>\n'


def _counts(cases: Iterable[_Case]) -> str:
    tags = [case.tag for case in cases]
    return f'tests="{len(tags)}" failures="{tags.count("failure")}" errors="{tags.count("error")}"'


def _suite(name: str, cases: list[_Case], assessment: Assessment) -> str:
    skipped = sum(case.tag == "skipped" for case in cases)
    head = f'<testsuite name={_attribute(name)} {_counts(cases)} skipped="{skipped}" timestamp={_attribute(assessment.judged_at.removesuffix("Z"))}>\n'
    return head + "".join(_case(name, case) for case in cases) + "</testsuite>\n"


def _case(suite: str, case: _Case) -> str:
    head = f"<testcase classname={_attribute(f'houvast.{suite}')} name={_attribute(case.name)}"
    if not case.tag:
        return f"{head}/>\n"
    return f"{head}><{case.tag} type={_attribute(case.kind)} message={_attribute(case.message)}>{escape(shorten(safe(case.text), 4 * _LONG))}</{case.tag}></testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(shorten(safe(text), _LONG))


def _verdict(verdict: Verdict, remedy: str) -> _Case:
    ref = verdict.subject
    name = f"{ref.name} ({ref.type}{f' {where}' if (where := account_of(ref)) else ''}) {verdict.fact} {verdict.fingerprint[:8]}"
    seen = "; ".join(map(said, verdict.evidence)) or "no evidence: nothing was read"
    text = f"{ref.id} · evidence: {seen}" + (f" · remedy: {remedy}" if remedy else "")
    if verdict.waiver:
        return _Case(name, "skipped", "waived", f"waived: {verdict.waiver}", f"{verdict.why} · {text}")
    match verdict.status:
        case Status.PASS:
            return _Case(name)
        case Status.FAIL:
            return _Case(name, "failure", verdict.severity.value, verdict.why, text)
        case Status.UNKNOWN:
            return _Case(name, "error", str(verdict.reason), verdict.why, text)


def _promise(settlement: Settlement) -> _Case:
    name = f"{settlement.promise}: {settlement.text}"
    tally = ", ".join(f"{n} {status}" for status, n in settlement.counts.items())
    match settlement.status:
        case Settled.KEPT:
            return _Case(name)
        case Settled.BROKEN:
            return _Case(name, "failure", "broken", f"broken: {tally}", settlement.text)
        case Settled.UNPROVEN:
            return _Case(name, "error", "unproven", f"unproven: {tally}", "; ".join(settlement.missing))
        case Settled.ATTESTED:
            word = settlement.attested
            return _Case(name, "skipped", "attested", f"attested by {word.by} until {word.until}" if word else "attested", settlement.text)


def _gap(gap: Gap) -> _Case:
    look = gap.permission or ":".join(part for part in (gap.service, gap.operation) if part)
    where = "/".join(part for part in (gap.provider, gap.account, gap.region, gap.subject) if part)
    return _Case(f"{look} at {where}", "error", gap.reason.value, f"{gap.reason} {gap.code}".strip(), f"{gap.detail} · to close it: {gap.advice}".lstrip(" ·"))
