"""A line for Nagios, Icinga and their kin, with performance data, and their own exit codes.

`houvast … --format nagios` exits 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, because those systems know nothing else.
"""

from __future__ import annotations

from collections import Counter
from enum import IntEnum

from scanner.model.promise import Settled
from scanner.model.verdict import Assessment, Severity, Status
from scanner.report.text import plural, safe, shorten

#: Lines after the first; notifications by mail show them all.
_FEW = 20


class State(IntEnum):
    """Exit codes of the monitoring plug-ins' guidelines."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def state(assessment: Assessment) -> State:
    """Broken or at least high: CRITICAL. Any other failure: WARNING. Something not known or not proven: UNKNOWN."""
    failed = [v.severity for v in assessment.verdicts if v.status is Status.FAIL and not v.waiver]
    settled = {s.status for s in assessment.settlements}
    if Settled.BROKEN in settled or any(severity.rank <= Severity.HIGH.rank for severity in failed):
        return State.CRITICAL
    if failed:
        return State.WARNING
    nothing = not assessment.coverage.answered or not (assessment.verdicts or assessment.settlements)
    if nothing or assessment.coverage.gaps or Settled.UNPROVEN in settled or any(v.status is Status.UNKNOWN for v in assessment.verdicts):
        return State.UNKNOWN
    return State.OK


def render(assessment: Assessment) -> str:
    """The line, then what is broken, what is most severe, and what could not be seen."""
    counts = Counter("waived" if v.waiver else v.status.value for v in assessment.verdicts)
    settled = Counter(s.status.value for s in assessment.settlements)
    cover = assessment.coverage
    words = [f"{settled[s.value]} {s.value}" for s in (Settled.BROKEN, Settled.UNPROVEN, Settled.KEPT, Settled.ATTESTED) if settled[s.value]]
    text = (f"promises: {', '.join(words)}; " if words else "") + f"{plural(counts['fail'], 'finding')}, {counts['unknown']} unknown, {counts['pass']} passed"
    missed = cover.asked - cover.answered
    text += f"; {missed} of {plural(cover.asked, 'call')} not answered" if missed else f"; {plural(cover.asked, 'call')} answered"
    data = (
        {name: counts[name] for name in ("fail", "unknown", "pass", "waived")} | {s.value: settled[s.value] for s in Settled} | {"asked": cover.asked, "answered": cover.answered}
    )
    perf = " ".join(f"'{name}'={value}" for name, value in data.items())
    return "\n".join([f"HOUVAST {state(assessment).name} - {text} | {perf}", *_details(assessment)]) + "\n"


def _details(assessment: Assessment) -> list[str]:
    lines = [f"BROKEN {s.promise}: {s.text}" for s in assessment.settlements if s.status is Settled.BROKEN]
    lines += [f"{v.severity.value.upper()} {v.check}: {v.why}" for v in assessment.verdicts if v.status is Status.FAIL and not v.waiver]
    lines += [f"UNPROVEN {s.promise}: {s.text}" for s in assessment.settlements if s.status is Settled.UNPROVEN]
    lines += [f"GAP {g.permission or g.operation} {g.account or ''} {g.region or ''}: {g.reason}" for g in assessment.coverage.gaps]
    shown = [_line(line) for line in lines[:_FEW]]
    return [*shown, f"… and {len(lines) - _FEW} more"] if len(lines) > _FEW else shown


def _line(text: str) -> str:
    """A bar would begin performance data."""
    return shorten(safe(text).replace("|", "¦"), 300)
