"""OCSF 1.8.0: a Compliance Finding (class 2003) for each verdict, as a JSON array."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scanner.judge.registry import Check
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Severity, Status, Verdict
from scanner.report.json import dumps, plain, source_object
from scanner.report.locate import said
from scanner.report.text import safe, shorten

VERSION = "1.8.0"
_SEVERITY = {Severity.LOW: (2, "Low"), Severity.MEDIUM: (3, "Medium"), Severity.HIGH: (4, "High"), Severity.CRITICAL: (5, "Critical")}
_STATUS = {Status.PASS: (1, "Pass"), Status.FAIL: (3, "Fail"), Status.UNKNOWN: (0, "Unknown")}
_CLOUD = {"aws": "AWS", "azure": "Azure"}
#: Longest name or sentence; databases behind SIEMs cut at a few thousand.
_LONG = 2_000


def render(assessment: Assessment, checks: Mapping[str, Check[Any]]) -> str:
    """Passes, failures and unknowns alike: a SIEM needs all three to see one turn into another."""
    at = int(datetime.fromisoformat(assessment.judged_at).timestamp() * 1000)
    remedies = {name: check.section("Remedy") for name, check in checks.items()}
    findings = (dumps(_finding(v, checks.get(v.check), remedies.get(v.check, ""), assessment, at)) for v in assessment.verdicts)
    return "[" + ",\n".join(findings) + "]\n"


def _finding(verdict: Verdict, check: Check[Any] | None, remedy: str, assessment: Assessment, at: int) -> dict[str, Any]:
    severity_id, severity = (1, "Informational") if verdict.status is Status.PASS else _SEVERITY[verdict.severity]
    ref = verdict.subject
    title = check.title if check else verdict.check
    finding: dict[str, Any] = {
        "activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings", "class_uid": 2003, "class_name": "Compliance Finding",
        "type_uid": 200301, "type_name": "Compliance Finding: Create", "time": at, "severity_id": severity_id, "severity": severity,
        "status_id": 3 if verdict.waiver else 1, "status": "Suppressed" if verdict.waiver else "New", "message": _short(verdict.why),
        "metadata": {
            "version": VERSION, "product": {"name": "Houvast", "vendor_name": "Houvast", "version": assessment.version},
            "uid": f"{verdict.fingerprint}-{at}", "event_code": verdict.check, "profiles": ["cloud"] if ref.provider in _CLOUD else [],
        },
        "finding_info": {"uid": verdict.fingerprint, "title": title, "desc": _short(verdict.why), "types": [verdict.fact], **_seen(verdict)},
        "compliance": _compliance(verdict, check),
        "resources": [_resource(ref)],
    }  # fmt: skip
    if verdict.waiver:
        finding["status_detail"] = _short(verdict.waiver)
    if remedy and verdict.status is not Status.PASS:
        finding["remediation"] = {"desc": remedy}
    if ref.provider in _CLOUD:
        finding["cloud"] = _cloud(ref)
    if verdict.evidence:
        finding["evidences"] = [{"name": _short(said(s)), "data": _data(s)} for s in verdict.evidence[:20]]
    return finding


def _seen(verdict: Verdict) -> dict[str, int]:
    """When the evidence was read, in milliseconds."""
    moments = [s.at for s in verdict.evidence if s.at]
    return {"last_seen_time": int(datetime.fromisoformat(max(moments)).timestamp() * 1000)} if moments else {}


def _data(source: Any) -> Any:
    return {key: value if not isinstance(value, str) else _short(value) for key, value in source_object(source).items() if value is not None}


def _compliance(verdict: Verdict, check: Check[Any] | None) -> dict[str, Any]:
    status_id, status = _STATUS[verdict.status]
    cites = check.cites if check else ()
    found: dict[str, Any] = {
        "control": verdict.check, "standards": list(dict.fromkeys(map(standard, cites))), "requirements": list(cites),
        "status_id": status_id, "status": status, "status_details": [_short(verdict.why)],
    }  # fmt: skip
    if verdict.reason:
        found["status_code"] = verdict.reason.value
    if verdict.params:
        found["control_parameters"] = [{"name": name, "value": _short(str(plain(value)))} for name, value in sorted(verdict.params.items())]
    return found


def standard(cite: str) -> str:
    """The standard of a citation: `GDPR` of `GDPR Art. 32(1)(a)`, `ISO/IEC 27001:2022` of `ISO/IEC 27001:2022 A.8.24`."""
    return re.split(r" (?=Art\.|A\.\d|RTS |[A-Z]{2,4}-\d|§|section |\d+\.\d)", cite, maxsplit=1)[0]


def _resource(ref: Ref) -> dict[str, Any]:
    found = {"uid": _short(ref.id), "name": _short(ref.name), "type": ref.type, "region": _short(ref.region)}
    if ref.provider == "tls":
        found["hostname"] = _short(ref.id.rsplit(":", 1)[0])
    return {key: value for key, value in found.items() if value}


def _cloud(ref: Ref) -> dict[str, Any]:
    cloud: dict[str, Any] = {"provider": _CLOUD[ref.provider]}
    if ref.account:
        cloud["account"] = {"uid": _short(ref.account)}
    if ref.region:
        cloud["region"] = _short(ref.region)
    return cloud


def _short(text: str) -> str:
    return shorten(safe(text), _LONG)
