"""The assessment and the inventory as JSON: the shapes of docs/contract.md, which other programs rely on."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from scanner.model.baseline import Baseline
from scanner.model.known import Known, Source, Unknown
from scanner.model.promise import Settlement
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Assessment, Coverage, Gap, Verdict
from scanner.model.waiver import WaiverNote
from scanner.report.json_text import pieces as verdict_pieces

ASSESSMENT = "houvast/assessment/1"
INVENTORY = "houvast/inventory/1"


#: Control, bidirectional, invisible and lone surrogate characters. JSON may hold them as they are; a terminal should not.
_HIDDEN = re.compile(
    "[\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)


def dumps(value: Any, indent: int | None = None) -> str:
    """JSON text; what a terminal or an editor would obey or hide is escaped, so that reading it back gives the same value."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=(",", ":") if indent is None else None)
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def render(assessment: Assessment) -> str:
    """One JSON object, keys in the order of the contract, ending in a newline."""
    return "".join(pieces(assessment))


def pieces(assessment: Assessment) -> Iterator[str]:
    """The text of `render` piece by piece: of tens of thousands of verdicts the whole would take many times their own room."""
    frame = dumps(assessment_object(replace(assessment, verdicts=()), assessment), 1) + "\n"
    if not assessment.verdicts:
        yield frame
        return
    before, mark, after = frame.partition('\n "verdicts": [')
    yield before + mark
    yield from verdict_pieces(assessment.verdicts, assessment.baseline, dumps, plain)
    yield f"\n {after}"


def assessment_object(assessment: Assessment, whole: Assessment | None = None) -> dict[str, Any]:
    """The assessment as plain data; `whole` counts where its verdicts are shown elsewhere."""
    whole = whole or assessment
    return {
        "schema": ASSESSMENT,
        "version": assessment.version,
        "taken_at": assessment.taken_at,
        "judged_at": assessment.judged_at,
        "snapshot_digest": assessment.snapshot_digest,
        "declarations_digest": assessment.declarations_digest,
        "resources": assessment.resources,
        "coverage": coverage_object(assessment.coverage),
        "summary": summary(whole),
        "verdicts": [verdict_object(v, assessment.baseline) for v in assessment.verdicts],
        "settlements": [_settlement(s) for s in assessment.settlements],
        **({"waivers": [_waiver(note) for note in assessment.waivers]} if assessment.waivers else {}),
        **({"baseline": _baseline(assessment.baseline, whole)} if assessment.baseline else {}),
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    """A severity and a reminder are there where the promise file names them."""
    shown: dict[str, Any] = plain(settlement)
    if settlement.severity is None:
        del shown["severity"]
    if settlement.attested and settlement.attested.remind is None:
        del shown["attested"]["remind"]
    return shown


def _baseline(baseline: Baseline, assessment: Assessment) -> dict[str, Any]:
    return {"source": baseline.source, "judged_at": baseline.judged_at, **baseline.tally(assessment.verdicts)}


def _waiver(note: WaiverNote) -> dict[str, Any]:
    return {**plain(note.waiver), "state": note.state.value, "days": note.days, "matched": list(note.matched)}


def summary(assessment: Assessment) -> dict[str, int]:
    """Numbers of verdicts and settlements by status."""
    verdicts = Counter("waived" if v.waiver else v.status.value for v in assessment.verdicts)
    settled = Counter(s.status.value for s in assessment.settlements)
    return {
        **{name: verdicts.get(name, 0) for name in ("pass", "fail", "unknown", "waived")},
        **{name: settled.get(name, 0) for name in ("kept", "broken", "unproven", "attested")},
    }


def coverage_object(coverage: Coverage) -> dict[str, Any]:
    """The denominator and its gaps."""
    return {"asked": coverage.asked, "answered": coverage.answered, "gaps": [_gap(g) for g in coverage.gaps], "excluded": list(coverage.excluded)}


def _gap(gap: Gap) -> dict[str, Any]:
    shown = {f.name: plain(getattr(gap, f.name)) for f in fields(gap)}
    return {key: value for key, value in shown.items() if key not in ("subject", "detail", "advice") or value}


def verdict_object(verdict: Verdict, baseline: Baseline | None = None) -> dict[str, Any]:
    """One verdict as plain data; with a baseline it says whether it stood there already."""
    shown: dict[str, Any] = {"check": verdict.check, "status": verdict.status.value, "severity": verdict.severity.value, "subject": ref_object(verdict.subject)}
    if verdict.reason:
        shown["reason"] = verdict.reason.value
    if verdict.gap:
        shown["gap"] = True
    if baseline and baseline.knows(verdict):
        shown["in_baseline"] = True
    return shown | {
        "fact": verdict.fact,
        "params": plain(verdict.params),
        "why": verdict.why,
        "evidence": [source_object(s) for s in verdict.evidence],
        "waiver": verdict.waiver,
        "fingerprint": verdict.fingerprint,
    }


def ref_object(ref: Ref) -> dict[str, Any]:
    """A subject; null for what is open."""
    return {"provider": ref.provider, "type": ref.type, "account": ref.account or None, "region": ref.region or None, "id": ref.id, "name": ref.name}


def source_object(source: Source) -> dict[str, Any]:
    """One piece of evidence."""
    return {name: plain(getattr(source, name)) for name in ("path", "value", "origin", "call", "file", "line", "at")}


def plain(value: Any) -> Any:
    """Dataclasses, enums and dates as JSON knows them."""
    if value is None or type(value) in (str, bool, int, float):  # nearly always
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def inventory(taken_at: str, coverage: Coverage, resources: Iterable[Resource]) -> str:
    """The inventory: every resource with its facts, known or not."""
    shown = {"schema": INVENTORY, "taken_at": taken_at, "coverage": coverage_object(coverage), "resources": [_resource(r) for r in resources]}
    return dumps(shown, 1) + "\n"


def _resource(resource: Resource) -> dict[str, Any]:
    facts = {kind.__name__: _fact(fact, resource.sources(fact)) for kind, fact in resource.facts.items()}
    return {**ref_object(resource.ref), "tags": dict(resource.tags), "dialect": resource.dialect, "facts": facts}


def _fact(fact: Known[Any] | Unknown, sources: Sequence[Source]) -> dict[str, Any]:
    source = source_object(sources[0]) if sources else {}
    if isinstance(fact, Unknown):
        return {"known": False, "reason": fact.reason.value, "detail": fact.detail, "source": source}
    return {"known": True, "value": plain(fact.value), "source": source}
