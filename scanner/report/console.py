"""The report for a person at a terminal: the denominator, the promises, then what fails, worst first."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any

from scanner.judge.registry import Check
from scanner.judge.settle import left_out_words
from scanner.model.known import Reason, Source
from scanner.model.promise import Settled, Settlement
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Gap, Severity, Status, Verdict
from scanner.model.waiver import WaiverState
from scanner.report.i18n import Words, words
from scanner.report.proof import Proof, broken_by
from scanner.report.text import Paint, columns, safe, shorten, wrapped

_SEVERITY_STYLE = {Severity.CRITICAL: ("bold", "red"), Severity.HIGH: ("red",), Severity.MEDIUM: ("yellow",), Severity.LOW: ("cyan",)}
_SETTLED = {
    Settled.BROKEN: ("✗", ("bold", "red")),
    Settled.UNPROVEN: ("?", ("yellow",)),
    Settled.KEPT: ("✓", ("green",)),
    Settled.ATTESTED: ("≈", ("blue",)),
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


def render(assessment: Assessment, checks: Mapping[str, Check[Any]], style: Style, language: str | None = None) -> str:
    """The whole report."""
    paint, say = Paint(style.colour), words(language)
    parts = [
        _head(assessment, paint, say),
        _promises(assessment, checks, style, paint, say),
        _failures(assessment, checks, style, paint, say),
        _waivers(assessment, style, paint, say),
        _unknowns(assessment, style, paint, say),
        _gaps(assessment, style, paint, say),
        _passes(assessment, checks, paint, say),
        _foot(assessment, paint, say),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(assessment: Assessment, paint: Paint, say: Words) -> str:
    cover = assessment.coverage
    refused = Counter(gap.reason.value for gap in cover.gaps if gap.reason is not Reason.NOT_COLLECTED)
    missed = cover.asked - cover.answered
    line = say.one_or_more("console.asked", cover.asked, answered=cover.answered)
    if missed:
        line += paint(say("console.asked.not", n=missed, reasons=", ".join(f"{n} {_reason(reason, say)}" for reason, n in sorted(refused.items()))), "yellow")
    if cover.excluded:
        line += "\n" + paint(say("console.left_out", what=safe(_left_out(cover.excluded, say))), "yellow")
    if assessment.baseline:
        line += "\n" + safe(say("page.baseline", file=assessment.baseline.source, when=_when(assessment.baseline.judged_at), **assessment.baseline.tally(assessment.verdicts)))
    when = say("console.taken", when=_when(assessment.taken_at))
    if assessment.judged_at[:16] != assessment.taken_at[:16]:
        when += say("console.judged", when=_when(assessment.judged_at))
    return f"{paint('Houvast', 'bold')} {assessment.version} · {when}\n{say.one_or_more('page.resources', assessment.resources)} · {line}"


def _reason(reason: str, say: Words) -> str:
    """A reason for people; in English as the contract writes it."""
    return reason if say.english else say(f"reason.{reason}")


def _left_out(excluded: tuple[str, ...], say: Words) -> str:
    told = [left_out_words(left).removesuffix(" was").removesuffix(" were") if say.english else say.left_out(left) for left in excluded]
    return ", ".join(told[:6]) + (f" {say('page.more', n=len(told) - 6)}" if len(told) > 6 else "")


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC"


def _title(text: str, counts: str, paint: Paint) -> str:
    return f"{paint(text, 'bold')}  {counts}"


def _promises(assessment: Assessment, checks: Mapping[str, Check[Any]], style: Style, paint: Paint, say: Words) -> str:
    if not assessment.settlements:
        return ""
    tally = Counter(s.status for s in assessment.settlements)
    counts = " · ".join(paint(f"{tally[status]} {say(f'settled.{status}')}", *_SETTLED[status][1]) for status in _SETTLED if tally[status])
    by_print = {v.fingerprint: v for v in assessment.verdicts}
    proof = Proof(assessment, checks, say)
    lines = [_title(say("page.promises").upper(), counts, paint)]
    order = list(_SETTLED)
    for settlement in sorted(assessment.settlements, key=lambda s: order.index(s.status)):
        lines.extend(_promise(settlement, by_print, proof, style, paint, say))
    return "\n".join(lines)


def _promise(settlement: Settlement, by_print: Mapping[str, Verdict], proof: Proof, style: Style, paint: Paint, say: Words) -> Iterator[str]:
    mark, colours = _SETTLED[settlement.status]
    room = max(9, *(len(say(f"settled.{status}")) + 1 for status in Settled))
    margin = " " * (room + 5)
    yield ""
    word = say(f"settled.{settlement.status}").upper()
    yield wrapped(f"“{safe(settlement.text)}”", style.width, margin, f" {paint(f'{mark} {word:<{room}}', *colours)}  ")
    counts = settlement.counts
    tally = [say(f"console.count.{name}", n=counts[name]) for name in ("fail", "unknown", "pass") if counts.get(name)]
    yield paint(margin + safe(settlement.promise) + (f" · {', '.join(tally)}" if tally else ""), "dim")
    shown = style.limit if style.verbose else 3
    broken = [say.why(why) for why in broken_by(settlement, by_print)]
    for why in broken[:shown]:
        yield wrapped(safe(why), style.width, f"{margin}  ", margin + paint("✗ ", "red"))
    if len(broken) > shown:
        yield f"{margin}  {say('console.more', n=len(broken) - shown)}"
    if settlement.status is Settled.UNPROVEN:
        missing = settlement.missing if say.english else [line.text for line in proof.lines(settlement)]
        for why in missing[:shown]:
            yield wrapped(safe(why), style.width, f"{margin}  ", margin + paint("? ", "yellow"))
        if len(missing) > shown:
            yield f"{margin}  {say('console.more', n=len(missing) - shown)}"
    if settlement.status is Settled.ATTESTED and settlement.attested:
        word_of = settlement.attested
        yield wrapped(safe(say("console.attested", by=word_of.by, document=word_of.document, until=word_of.until)), style.width, f"{margin}  ", f"{margin}≈ ")
    if due := proof.due(settlement):
        yield wrapped(safe(due), style.width, f"{margin}  ", margin + paint("! ", "yellow"))


_asked = attrgetter("subject.id", "fact")
_said = attrgetter("subject.id", "fact", "why")


def _groups(verdicts: list[Verdict]) -> list[list[Verdict]]:
    """Verdicts of one check together, worst group first; equal statements about one subject once."""
    groups: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    for check, all_of_it in itertools.groupby(sorted(verdicts, key=attrgetter("check")), attrgetter("check")):
        asked = list(all_of_it)
        if len(set(map(_asked, asked))) < len(asked):  # with several parameters: only then their words, which cost time, are compared
            first: dict[object, Verdict] = {}
            for verdict in asked:
                first.setdefault(_said(verdict), verdict)
            asked = list(first.values())
        for severity, group in itertools.groupby(asked, attrgetter("severity")):
            groups[severity.rank, check] += group
    return [groups[key] for key in sorted(groups)]


def _listed(verdicts: list[Verdict], assessment: Assessment, style: Style) -> list[Verdict]:
    """Without those that stood in the baseline, and are not listed for that reason."""
    baseline = assessment.baseline if not style.verbose else None
    return verdicts if baseline is None else [verdict for verdict in verdicts if not baseline.knows(verdict)]


def _failures(assessment: Assessment, checks: Mapping[str, Check[Any]], style: Style, paint: Paint, say: Words) -> str:
    fail = Status.FAIL
    failed = _listed([v for v in assessment.verdicts if v.status is fail and not v.waiver], assessment, style)
    if not failed:
        return ""
    counts = Counter(map(attrgetter("severity"), failed))
    lines = [_title(say("page.findings").upper(), " · ".join(paint(f"{counts[s]} {say(f'severity.{s}')}", *_SEVERITY_STYLE[s]) for s in Severity if counts[s]), paint)]
    for group in _groups(failed):
        first = group[0]
        lines.append("")
        heading, severity = say.title(first.check, checks), say(f"severity.{first.severity}").upper()
        lines.append(f" {paint(f'{severity:<9}', *_SEVERITY_STYLE[first.severity])} {paint(first.check, 'bold')} · {heading}")
        for verdict in group[: style.limit]:
            lines.append(wrapped(safe(say.why(verdict.why)), style.width, " " * 13, " " * 11 + paint("✗ ", "red")))
            lines.append(paint(f"{' ' * 13}{shorten(f'{safe(_subject(verdict.subject))} · {safe(_evidence(verdict, say))}', style.width - 13)}", "dim"))
        if len(group) > style.limit:
            lines.append(f"{' ' * 13}{say('console.more.verbose', n=len(group) - style.limit)}")
    return "\n".join(lines)


def _waivers(assessment: Assessment, style: Style, paint: Paint, say: Words) -> str:
    """Findings that somebody accepted, and how the waivers stand: what has ended, and what ends soon."""
    waived = [v for v in assessment.verdicts if v.waiver]
    telling = [note for note in assessment.waivers if note.state is not WaiverState.ACTIVE or not note.matched]
    if not waived and not telling:
        return ""
    lines = [_title(say("console.waived"), say.one_or_more("console.waived.n", len(waived)), paint)]
    for group in _groups(waived):
        severity = say(f"severity.{group[0].severity}").upper()
        lines += ["", f" {severity:<9} {paint(group[0].check, 'bold')}"]
        for verdict in group[: style.limit]:
            lines.append(wrapped(safe(say.why(verdict.why)), style.width, " " * 13, " " * 11 + paint("≈ ", "blue")))
            lines.append(wrapped(safe(verdict.waiver), style.width, " " * 13))
        if len(group) > style.limit:
            lines.append(f"{' ' * 13}{say('console.more.verbose', n=len(group) - style.limit)}")
    lines += [""] if telling else []
    for note in telling:
        one = note.waiver
        ended = note.state is WaiverState.EXPIRED
        key = ("ended.again" if note.matched else "ended") if ended else "ends" if note.state is WaiverState.ENDING else "until"
        found = say.one_or_more("console.waiver.names", len(note.matched)) if note.matched else say("console.waiver.nothing")
        told = say(f"console.waiver.{key}", check=one.check, subject=one.subject, owner=one.owner, until=one.until, found=found)
        lines.append(wrapped(safe(told), style.width, " " * 13, " " * 11 + paint("! ", "red" if ended else "yellow")))
    return "\n".join(lines)


def _subject(ref: Ref) -> str:
    where = "/".join(part for part in (ref.account, ref.region) if part)
    return f"{ref.type} {ref.id if '#' in ref.id else where}".strip()


def _evidence(verdict: Verdict, say: Words) -> str:
    if not verdict.evidence:
        return say("console.evidence.none")
    first = next((s for s in verdict.evidence if s.value is not None), verdict.evidence[0])
    return _source(first, say) + (f" {say('page.more', n=len(verdict.evidence) - 1)}" if len(verdict.evidence) > 1 else "")


def _source(source: Source, say: Words) -> str:
    value = say("page.evidence.absent") if source.value is None else f"= {source.value}"
    what = f"{source.path} {value}".strip()
    if source.file:
        return f"{source.file}{f':{source.line}' if source.line else ''} {what}"
    return f"{what} ({source.call or source.origin.value})"


def _unknowns(assessment: Assessment, style: Style, paint: Paint, say: Words) -> str:
    open_one = Status.UNKNOWN
    unknown = _listed([v for v in assessment.verdicts if v.status is open_one], assessment, style)
    if not unknown:
        return ""
    reasons = Counter(map(attrgetter("reason"), unknown))
    lines = [_title(say("page.unknown").upper(), paint(" · ".join(f"{n} {_reason(reason.value, say)}" for reason, n in reasons.most_common() if reason), "yellow"), paint)]
    for group in _groups(unknown):
        lines.append("")
        lines.append(f" {paint('?', 'yellow')} {paint(group[0].check, 'bold')} · {say.one_or_more('console.missing', len(group))}")
        shown = style.limit if style.verbose else 3
        for verdict in group[:shown]:
            lines.append(
                wrapped(safe(f"{verdict.subject.name} ({verdict.fact if say.english else say.fact(verdict.fact)}): {say.why(verdict.why)}"), style.width, " " * 5, " " * 3)
            )
        if len(group) > shown:
            lines.append(f"   {say('console.more.verbose', n=len(group) - shown)}")
    return "\n".join(lines)


def _gaps(assessment: Assessment, style: Style, paint: Paint, say: Words) -> str:
    gaps = assessment.coverage.gaps
    if not gaps:
        return ""
    by_call: dict[tuple[str, str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        name = gap.permission or ":".join(part for part in (gap.service, gap.operation) if part)
        by_call[gap.reason.value, name, say.advice(gap)].append(gap)
    lines = [_title(say("console.gaps"), say.one_or_more("console.gaps.n", len(gaps)), paint)]
    for (reason, name, advice), group in sorted(by_call.items(), key=lambda item: (-len(item[1]), item[0])):
        where = sorted({"/".join(part for part in (g.account, g.region) if part) or g.subject or g.provider for g in group})
        lines.append("")
        lines.append(f" {paint(_reason(reason, say), 'yellow')}  {paint(safe(name), 'bold')}  {safe(shorten(', '.join(where), max(style.width - 30, 30)))}")
        detail = next((g.detail or g.code for g in group if g.detail or g.code), "")
        if detail:
            lines.append(wrapped(safe(detail), style.width, "   "))
        lines.append(wrapped(safe(advice), style.width, "     ", "   → "))
    return "\n".join(lines)


def _passes(assessment: Assessment, checks: Mapping[str, Check[Any]], paint: Paint, say: Words) -> str:
    rows: dict[str, Counter[Status]] = defaultdict(Counter)
    for (check, status), n in Counter(map(attrgetter("check", "status"), assessment.verdicts)).items():
        rows[check][status] = n
    if not rows:
        return ""
    table = [[say(f"console.checks.{head}") for head in ("check", "pass", "fail", "unknown", "asks")]]
    for name, tally in sorted(rows.items()):
        table.append([name, *(str(tally[status] or "·") for status in (Status.PASS, Status.FAIL, Status.UNKNOWN)), say.title(name, checks) if name in checks else ""])
    return f"{_title(say('console.checks'), say.one_or_more('console.checks.n', len(rows)), paint)}\n\n" + "\n".join(f" {line}" for line in columns(table, "<>>><"))


def _foot(assessment: Assessment, paint: Paint, say: Words) -> str:
    if not assessment.verdicts:
        return say("console.nothing")
    return paint(say("console.foot"), "dim")


__all__ = ["Style", "render"]
