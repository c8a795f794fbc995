"""The report for a person at a terminal: the denominator, the promises, then what fails, worst first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.judge.settle import left_out_words
from scanner.model.known import Reason, Source
from scanner.model.promise import Settled, Settlement
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Gap, Severity, Status, Verdict
from scanner.model.waiver import WaiverState
from scanner.report.text import Paint, plural, safe, shorten, wrapped

_SEVERITY_STYLE = {Severity.CRITICAL: ("bold", "red"), Severity.HIGH: ("red",), Severity.MEDIUM: ("yellow",), Severity.LOW: ("cyan",)}
_SETTLED = {
    Settled.BROKEN: ("✗", "BROKEN", ("bold", "red")),
    Settled.UNPROVEN: ("?", "UNPROVEN", ("yellow",)),
    Settled.KEPT: ("✓", "KEPT", ("green",)),
    Settled.ATTESTED: ("≈", "ATTESTED", ("blue",)),
}


@dataclass(frozen=True)
class Style:
    """How the report is laid out."""

    width: int = 100
    colour: bool = False
    verbose: bool = False
    """Show every subject instead of the first few of each group."""
    few: int = 6

    @property
    def limit(self) -> int:
        return 1_000_000 if self.verbose else self.few


def render(assessment: Assessment, checks: Mapping[str, Check[Any]], style: Style) -> str:
    """The whole report."""
    paint = Paint(style.colour)
    parts = [
        _head(assessment, paint),
        _promises(assessment, style, paint),
        _failures(assessment, checks, style, paint),
        _waivers(assessment, style, paint),
        _unknowns(assessment, style, paint),
        _gaps(assessment, style, paint),
        _passes(assessment, checks, paint),
        _foot(assessment, paint),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(assessment: Assessment, paint: Paint) -> str:
    cover = assessment.coverage
    refused = Counter(gap.reason.value for gap in cover.gaps if gap.reason is not Reason.NOT_COLLECTED)
    missed = cover.asked - cover.answered
    line = f"asked {plural(cover.asked, 'call')}, {cover.answered} answered"
    if missed:
        line += paint(f"; {missed} not: " + ", ".join(f"{n} {reason}" for reason, n in sorted(refused.items())), "yellow")
    if cover.excluded:
        line += "\n" + paint(f"left out by choice: {safe(_left_out(cover.excluded))}", "yellow")
    when = f"taken {_when(assessment.taken_at)}" + (f", judged {_when(assessment.judged_at)}" if assessment.judged_at[:16] != assessment.taken_at[:16] else "")
    return f"{paint('Houvast', 'bold')} {assessment.version} · {when}\n{plural(assessment.resources, 'resource')} judged · {line}"


def _left_out(excluded: tuple[str, ...]) -> str:
    words = [left_out_words(left).removesuffix(" was").removesuffix(" were") for left in excluded]
    return ", ".join(words[:6]) + (f" and {len(words) - 6} more" if len(words) > 6 else "")


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC"


def _title(text: str, counts: str, paint: Paint) -> str:
    return f"{paint(text, 'bold')}  {counts}"


def _promises(assessment: Assessment, style: Style, paint: Paint) -> str:
    if not assessment.settlements:
        return ""
    tally = Counter(s.status for s in assessment.settlements)
    counts = " · ".join(paint(f"{tally[status]} {status.value}", *_SETTLED[status][2]) for status in _SETTLED if tally[status])
    by_print = {v.fingerprint: v for v in assessment.verdicts}
    lines = [_title("PROMISES", counts, paint)]
    order = list(_SETTLED)
    for settlement in sorted(assessment.settlements, key=lambda s: order.index(s.status)):
        lines.extend(_promise(settlement, by_print, style, paint))
    return "\n".join(lines)


def _promise(settlement: Settlement, by_print: Mapping[str, Verdict], style: Style, paint: Paint) -> Iterator[str]:
    mark, word, colours = _SETTLED[settlement.status]
    yield ""
    yield wrapped(f"“{safe(settlement.text)}”", style.width, " " * 14, f" {paint(f'{mark} {word:<9}', *colours)}  ")
    counts = settlement.counts
    tally = [f"{counts[name]} {name}" for name in ("fail", "unknown", "pass") if counts.get(name)]
    yield paint(" " * 14 + safe(settlement.promise) + (f" · {', '.join(tally)}" if tally else ""), "dim")
    shown = style.limit if style.verbose else 3
    broken = list(dict.fromkeys(by_print[f].why for f in settlement.fails if f in by_print))
    for why in broken[:shown]:
        yield wrapped(safe(why), style.width, " " * 16, " " * 14 + paint("✗ ", "red"))
    if len(broken) > shown:
        yield " " * 16 + f"… and {len(broken) - shown} more"
    if settlement.status is Settled.UNPROVEN:
        for why in settlement.missing[:shown]:
            yield wrapped(safe(why), style.width, " " * 16, " " * 14 + paint("? ", "yellow"))
        if len(settlement.missing) > shown:
            yield " " * 16 + f"… and {len(settlement.missing) - shown} more"
    if settlement.status is Settled.ATTESTED and settlement.attested:
        word_of = settlement.attested
        yield wrapped(safe(f"by {word_of.by} in {word_of.document}, until {word_of.until}"), style.width, " " * 16, " " * 14 + "≈ ")


def _groups(verdicts: list[Verdict]) -> list[list[Verdict]]:
    """Verdicts of one check together, worst group first; equal statements about one subject once."""
    by_check: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    seen: set[tuple[str, str, str, str]] = set()
    for verdict in verdicts:
        key = (verdict.check, verdict.subject.id, verdict.fact, verdict.why)
        if key not in seen:
            seen.add(key)
            by_check[verdict.severity.rank, verdict.check].append(verdict)
    return [by_check[key] for key in sorted(by_check)]


def _failures(assessment: Assessment, checks: Mapping[str, Check[Any]], style: Style, paint: Paint) -> str:
    failed = [v for v in assessment.verdicts if v.status is Status.FAIL and not v.waiver]
    if not failed:
        return ""
    counts = Counter(v.severity for v in failed)
    lines = [_title("FINDINGS", " · ".join(paint(f"{counts[s]} {s.value}", *_SEVERITY_STYLE[s]) for s in Severity if counts[s]), paint)]
    for group in _groups(failed):
        first = group[0]
        lines.append("")
        heading = checks[first.check].title if first.check in checks else first.check
        lines.append(f" {paint(f'{first.severity.value.upper():<9}', *_SEVERITY_STYLE[first.severity])} {paint(first.check, 'bold')} · {heading}")
        for verdict in group[: style.limit]:
            lines.append(wrapped(safe(verdict.why), style.width, " " * 13, " " * 11 + paint("✗ ", "red")))
            lines.append(paint(f"{' ' * 13}{shorten(f'{safe(_subject(verdict.subject))} · {safe(_evidence(verdict))}', style.width - 13)}", "dim"))
        if len(group) > style.limit:
            lines.append(f"{' ' * 13}… and {len(group) - style.limit} more (--verbose shows all)")
    return "\n".join(lines)


def _waivers(assessment: Assessment, style: Style, paint: Paint) -> str:
    """Findings that somebody accepted, and how the waivers stand: what has ended, and what ends soon."""
    waived = [v for v in assessment.verdicts if v.waiver]
    telling = [note for note in assessment.waivers if note.state is not WaiverState.ACTIVE or not note.matched]
    if not waived and not telling:
        return ""
    lines = [_title("WAIVED", plural(len(waived), "finding") + " that somebody accepted; they fail all the same", paint)]
    for group in _groups(waived):
        lines += ["", f" {group[0].severity.value.upper():<9} {paint(group[0].check, 'bold')}"]
        for verdict in group[: style.limit]:
            lines.append(wrapped(safe(verdict.why), style.width, " " * 13, " " * 11 + paint("≈ ", "blue")))
            lines.append(wrapped(safe(verdict.waiver), style.width, " " * 13))
        if len(group) > style.limit:
            lines.append(f"{' ' * 13}… and {len(group) - style.limit} more (--verbose shows all)")
    lines += [""] if telling else []
    for note in telling:
        one = note.waiver
        ended = note.state is WaiverState.EXPIRED
        when = (
            f"ended on {one.until}{': its findings fail again' if note.matched else ''}"
            if ended
            else f"ends on {one.until}"
            if note.state is WaiverState.ENDING
            else f"until {one.until}"
        )
        found = plural(len(note.matched), "finding") if note.matched else "no finding: remove it"
        lines.append(
            wrapped(safe(f"{one.check} for {one.subject} (by {one.owner}) {when}; it names {found}"), style.width, " " * 13, " " * 11 + paint("! ", "red" if ended else "yellow"))
        )
    return "\n".join(lines)


def _subject(ref: Ref) -> str:
    where = "/".join(part for part in (ref.account, ref.region) if part)
    return f"{ref.type} {ref.id if '#' in ref.id else where}".strip()


def _evidence(verdict: Verdict) -> str:
    if not verdict.evidence:
        return "no evidence: nothing was read"
    first = next((s for s in verdict.evidence if s.value is not None), verdict.evidence[0])
    return _source(first) + (f" and {len(verdict.evidence) - 1} more" if len(verdict.evidence) > 1 else "")


def _source(source: Source) -> str:
    value = "absent" if source.value is None else f"= {source.value}"
    what = f"{source.path} {value}".strip()
    if source.file:
        return f"{source.file}{f':{source.line}' if source.line else ''} {what}"
    return f"{what} ({source.call or source.origin.value})"


def _unknowns(assessment: Assessment, style: Style, paint: Paint) -> str:
    unknown = [v for v in assessment.verdicts if v.status is Status.UNKNOWN]
    if not unknown:
        return ""
    reasons = Counter(v.reason.value for v in unknown if v.reason)
    lines = [_title("NOT KNOWN", paint(" · ".join(f"{n} {reason}" for reason, n in reasons.most_common()), "yellow"), paint)]
    for group in _groups(unknown):
        lines.append("")
        lines.append(f" {paint('?', 'yellow')} {paint(group[0].check, 'bold')} · {plural(len(group), 'answer')} missing")
        shown = style.limit if style.verbose else 3
        for verdict in group[:shown]:
            lines.append(wrapped(safe(f"{verdict.subject.name} ({verdict.fact}): {verdict.why}"), style.width, " " * 5, " " * 3))
        if len(group) > shown:
            lines.append(f"   … and {len(group) - shown} more (--verbose shows all)")
    return "\n".join(lines)


def _gaps(assessment: Assessment, style: Style, paint: Paint) -> str:
    gaps = assessment.coverage.gaps
    if not gaps:
        return ""
    by_call: dict[tuple[str, str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        name = gap.permission or ":".join(part for part in (gap.service, gap.operation) if part)
        by_call[gap.reason.value, name, gap.advice].append(gap)
    lines = [_title("GAPS", f"{plural(len(gaps), 'look')} not answered, and what would close them", paint)]
    for (reason, name, advice), group in sorted(by_call.items(), key=lambda item: (-len(item[1]), item[0])):
        where = sorted({"/".join(part for part in (g.account, g.region) if part) or g.subject or g.provider for g in group})
        lines.append("")
        lines.append(f" {paint(reason, 'yellow')}  {paint(safe(name), 'bold')}  {safe(shorten(', '.join(where), max(style.width - 30, 30)))}")
        detail = next((g.detail or g.code for g in group if g.detail or g.code), "")
        if detail:
            lines.append(wrapped(safe(detail), style.width, "   "))
        lines.append(wrapped(safe(advice), style.width, "     ", "   → "))
    return "\n".join(lines)


def _passes(assessment: Assessment, checks: Mapping[str, Check[Any]], paint: Paint) -> str:
    from tabulate import tabulate

    rows: dict[str, Counter[Status]] = defaultdict(Counter)
    for verdict in assessment.verdicts:
        rows[verdict.check][verdict.status] += 1
    if not rows:
        return ""
    table = [
        [name, tally[Status.PASS] or "·", tally[Status.FAIL] or "·", tally[Status.UNKNOWN] or "·", checks[name].title if name in checks else ""]
        for name, tally in sorted(rows.items())
    ]
    drawn = tabulate(
        table, headers=["check", "pass", "fail", "unknown", "asks whether"], tablefmt="simple", colalign=("left", "right", "right", "right", "left"), disable_numparse=True
    )
    return f"{_title('CHECKS', plural(len(rows), 'question') + ' asked', paint)}\n\n" + "\n".join(f" {line}" for line in drawn.splitlines())


def _foot(assessment: Assessment, paint: Paint) -> str:
    if not assessment.verdicts:
        return "Nothing was judged: no resource of a known type was found."
    hint = "houvast explain CHECK says why a finding matters and how to mend it"
    return paint(hint, "dim")


__all__ = ["Style", "render"]
