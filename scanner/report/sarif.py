"""SARIF 2.1.0 (OASIS), within what GitHub code scanning accepts.

A failure is a result, an unknown one a result of kind `open`, a gap a notification of the tool, so that a
viewer which shows failures only still says that the tool could not see everything. Passes are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.model.baseline import Baseline
from scanner.model.verdict import Assessment, Gap, Severity, Status, Verdict
from scanner.report.json import dumps, plain
from scanner.report.locate import locate, said, uri
from scanner.report.text import safe, shorten

#: Results in one run that GitHub takes; it keeps the 5,000 most severe of them.
MOST = 25_000
#: Longest message, so that hostile names cannot fill a file; GitHub shows the first sentence.
_TEXT = 1_000
_LEVEL = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
#: GitHub's bands: above 9.0 critical, 7.0–8.9 high, 4.0–6.9 medium, 0.1–3.9 low.
_SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}


def render(assessment: Assessment, checks: Mapping[str, Check[Any]]) -> str:
    """One log with one run."""
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [_run(assessment, checks)]}
    return dumps(log, 1) + "\n"


def _run(assessment: Assessment, checks: Mapping[str, Check[Any]]) -> dict[str, Any]:
    shown = [v for v in assessment.verdicts if v.status is not Status.PASS]
    ids = sorted({v.check for v in shown})
    index = {name: n for n, name in enumerate(ids)}
    severity = {v.check: v.severity for v in reversed(shown)}
    results = [_result(v, index[v.check]) | _standing(v, assessment.baseline) for v in shown[:MOST]]
    return {
        "tool": {
            "driver": {
                "name": "Houvast",
                "semanticVersion": assessment.version,
                "rules": [_rule(name, checks.get(name), severity[name]) for name in ids],
                "notifications": [{"id": "not-answered", "shortDescription": {"text": "A look that was not answered"}}],
            }
        },
        "automationDetails": {"id": "houvast/"},
        "invocations": [_invocation(assessment, len(shown) - len(results))],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"asked": assessment.coverage.asked, "answered": assessment.coverage.answered, "resources": assessment.resources},
    }


def _standing(verdict: Verdict, baseline: Baseline | None) -> dict[str, str]:
    """`baselineState` (3.27.24), where there is a baseline."""
    return {"baselineState": "unchanged" if baseline.knows(verdict) else "new"} if baseline else {}


def _rule(name: str, check: Check[Any] | None, seen: Severity) -> dict[str, Any]:
    """Words of the check's docstring; a check of a plug-in that is no longer installed has its id only."""
    severity = check.severity if check else seen
    rule: dict[str, Any] = {"id": name, "name": "".join(word.capitalize() for word in name.split("-"))}
    title = check.title if check else name
    why, remedy = (check.section("Why"), check.section("Remedy")) if check else ("", "")
    cites = ", ".join(check.cites) if check else ""
    helped = [part for part in (f"Why: {why}" if why else "", f"Remedy: {remedy}" if remedy else "", f"See: {cites}" if cites else "") if part]
    rule["shortDescription"] = {"text": _literal(title)}
    rule["fullDescription"] = {"text": _literal(why or title)}
    rule["help"] = {"text": _literal("\n\n".join(helped) or title), "markdown": _literal("\n\n".join(f"**{p.split(':', 1)[0]}:**{p.split(':', 1)[1]}" for p in helped) or title)}
    rule["defaultConfiguration"] = {"level": _LEVEL[severity]}
    rule["properties"] = {"security-severity": _SCORE[severity], "precision": "very-high", "tags": ["security", "compliance"]}
    return rule


def _result(verdict: Verdict, index: int) -> dict[str, Any]:
    where = locate(verdict)
    failed = verdict.status is Status.FAIL
    ref = verdict.subject
    said_why = verdict.why if failed else f"Not known ({verdict.reason}): {verdict.why}"
    result: dict[str, Any] = {
        "ruleId": verdict.check,
        "ruleIndex": index,
        "kind": "fail" if failed else "open",
        "level": _LEVEL[verdict.severity] if failed else "none",  # the standard asks for `none` where the kind is not `fail`
        "message": {"text": _literal(shorten(safe(said_why), _TEXT))},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri(where.path)}, "region": {"startLine": where.line}},
                "logicalLocations": [{"name": shorten(safe(ref.name), 256), "fullyQualifiedName": shorten(safe(ref.id), 1024), "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{verdict.fingerprint}:1", "houvastFingerprint/v1": verdict.fingerprint},
        "properties": {
            "security-severity": _SCORE[verdict.severity], "fact": verdict.fact, "type": ref.type, "params": plain(verdict.params),
            "evidence": [shorten(said(s), _TEXT) for s in verdict.evidence[:10]],
        },
    }  # fmt: skip
    if verdict.waiver:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": shorten(safe(verdict.waiver), _TEXT)}]
    return result


def _invocation(assessment: Assessment, left_out: int) -> dict[str, Any]:
    notes = [_notification(gap) for gap in assessment.coverage.gaps]
    if left_out:
        notes.insert(0, _note(f"{left_out} more results do not fit into one run of {MOST}: they stand in the JSON report", "warning"))
    return {
        "executionSuccessful": bool(assessment.coverage.answered),
        "startTimeUtc": assessment.taken_at,
        "endTimeUtc": max(assessment.judged_at, assessment.taken_at),
        "toolExecutionNotifications": notes,
    }


def _notification(gap: Gap) -> dict[str, Any]:
    where = "/".join(part for part in (gap.provider, gap.account, gap.region) if part)
    look = gap.permission or ":".join(part for part in (gap.service, gap.operation) if part)
    about = ", ".join(gap.types) or gap.subject or ""
    text = f"Not answered ({gap.reason}): {look} at {where}" + (f" for {about}" if about else "") + (f" [{gap.code}]" if gap.code else "") + f". To close it: {gap.advice}"
    return _note(text, "error")


def _note(text: str, level: str) -> dict[str, Any]:
    return {"descriptor": {"id": "not-answered", "index": 0}, "level": level, "message": {"text": _literal(shorten(safe(text), _TEXT))}}


_BRACKETS: Iterable[tuple[str, str]] = (("\\", "\\\\"), ("[", "\\["), ("]", "\\]"), ("{", "{{"), ("}", "}}"))


def _literal(text: str) -> str:
    """Text that means itself: SARIF messages know links in brackets (3.11.6) and placeholders in braces (3.11.5)."""
    for plain_one, meant in _BRACKETS:
        text = text.replace(plain_one, meant)
    return text
