"""Markdown (CommonMark with tables) for pull requests, wikis and mails, in the language of the promises."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.model.promise import Settled, Settlement
from scanner.model.verdict import Assessment, Gap, Status, Verdict
from scanner.report.i18n import Words, words
from scanner.report.locate import account_of, said
from scanner.report.proof import Proof
from scanner.report.text import safe, shorten

_MARK = {Settled.BROKEN: "✗", Settled.UNPROVEN: "?", Settled.KEPT: "✓", Settled.ATTESTED: "≈"}
#: Subjects shown of a check, and lines of what is missing: a comment on a pull request takes 65,536 characters.
_FEW = 20
_LONG = 400


def render(assessment: Assessment, checks: Mapping[str, Check[Any]], language: str | None = None) -> str:
    """Promises, failures, what is not known and the gaps."""
    say = words(language)
    parts = (*_head(assessment, say), *_promises(assessment, checks, say), *_verdicts(assessment, checks, say), *_waivers(assessment, say), *_gaps(assessment, say))
    return "\n".join(parts) + "\n"


def _head(assessment: Assessment, say: Words) -> Iterator[str]:
    cover = assessment.coverage
    yield f"# Houvast: {say('page.title')}"
    yield ""
    yield f"{say('page.judged', when=when(assessment.judged_at))} · {say.count('page.resources', assessment.resources)} · " + say(
        "page.asked", answered=cover.answered, asked=cover.asked
    )
    if cover.excluded:
        more = f" {say('page.more', n=len(cover.excluded) - 6)}" if len(cover.excluded) > 6 else ""
        yield f"\n{prose(say('page.excluded', what=', '.join(map(say.left_out, cover.excluded[:6]))))}{more}"
    if before := assessment.baseline:
        yield f"\n{prose(say('page.baseline', file=before.source, when=when(before.judged_at), **before.tally(assessment.verdicts)))}"
    if not assessment.verdicts and not assessment.settlements:
        yield f"\n**{say('page.nothing')}**"


def when(moment: str) -> str:
    """To the minute, UTC."""
    return f"{moment[:16].replace('T', ' ')} UTC"


def _promises(assessment: Assessment, checks: Mapping[str, Check[Any]], say: Words) -> Iterator[str]:
    if not assessment.settlements:
        return
    tally = Counter(s.status for s in assessment.settlements)
    yield f"\n## {say('page.promises')}\n"
    yield ", ".join(f"**{tally[status]} {say(f'settled.{status}')}**" for status in _MARK if tally[status]) + "\n"
    yield f"| | {say('page.filter.promise')} | {say('page.filter.status')} |\n|---|---|---|"
    order, proof = list(_MARK), Proof(assessment, checks, say)
    for settlement in sorted(assessment.settlements, key=lambda s: order.index(s.status)):
        yield f"| {_MARK[settlement.status]} {say(f'settled.{settlement.status}')} | {prose(settlement.text)} ({code(settlement.promise)}) | {_reading(settlement, proof, say)} |"


def _reading(settlement: Settlement, proof: Proof, say: Words) -> str:
    counts = {name: settlement.counts.get(name, 0) for name in ("fail", "unknown", "pass")}
    parts = [say("page.promise.seen", **counts)] if any(counts.values()) else []
    if settlement.attested:
        word = settlement.attested
        parts.append(say("page.attested", by=prose(word.by), on=word.on, document=prose(word.document), until=word.until))
        if due := proof.due(settlement):
            parts.append(f"**{prose(due)}**")
    if settlement.status is Settled.UNPROVEN:
        lines = proof.lines(settlement)
        parts.extend(prose(line.text) for line in lines[:3])
        if len(lines) > 3:
            parts.append(say("page.more", n=len(lines) - 3))
    return "<br>".join(parts)


def _verdicts(assessment: Assessment, checks: Mapping[str, Check[Any]], say: Words) -> Iterator[str]:
    groups: dict[tuple[Status, str], list[Verdict]] = defaultdict(list)
    for verdict in assessment.verdicts:
        if verdict.status is not Status.PASS:
            groups[verdict.status, verdict.check].append(verdict)
    if not groups:
        return
    yield f"\n## {say('page.findings')}"
    for (status, check), group in groups.items():
        mark = f"**{say(f'severity.{group[0].severity}')}**" if status is Status.FAIL else f"**{say('status.unknown')}**"
        yield f"\n### {prose(say.title(check, checks))} ({code(check)})\n\n{mark} · {say.number(len(group))}\n"
        for verdict in group[:_FEW]:
            reason = f"{say(f'reason.{verdict.reason}')}: " if verdict.reason else ""
            waived = f" — {say('status.waived')}: {prose(verdict.waiver)}" if verdict.waiver else ""
            yield f"- {reason}{prose(say.why(verdict.why))}{waived}  \n  {code(verdict.subject.type)} {code(verdict.subject.id)}" + _seen(verdict)
        if len(group) > _FEW:
            yield f"- {say('page.more', n=say.number(len(group) - _FEW))}"


def _seen(verdict: Verdict) -> str:
    where = account_of(verdict.subject)
    return (f" · {code(where)}" if where else "") + "".join(f" · {code(said(source))}" for source in verdict.evidence[:2])


def _waivers(assessment: Assessment, say: Words) -> Iterator[str]:
    if not assessment.waivers:
        return
    columns = ("waivers.what", "waivers.owner", "reason", "waivers.until", "waivers.matched")
    yield f"\n## {say('page.waivers')}\n\n| {' | '.join(say(f'page.{c}') for c in columns)} |\n|---|---|---|---|---|"
    for note in assessment.waivers:
        one = note.waiver
        yield f"| {code(one.check)} {code(one.subject)} | {prose(one.owner)} | {prose(one.reason)} | {one.until} ({say(f'page.waivers.{note.state}')}) | {len(note.matched)} |"


def _gaps(assessment: Assessment, say: Words) -> Iterator[str]:
    gaps = assessment.coverage.gaps
    if not gaps:
        return
    by_look: dict[tuple[str, str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        by_look[gap.reason.value, gap.permission or ":".join(p for p in (gap.service, gap.operation) if p), say.advice(gap)].append(gap)
    yield f"\n## {say('page.gaps')}\n\n{say('page.gaps.about')}\n"
    yield f"| {say('page.gaps.look')} | {say('page.gaps.where')} | {say('page.gaps.close')} |\n|---|---|---|"
    for (reason, look, advice), group in sorted(by_look.items(), key=lambda item: (-len(item[1]), item[0])):
        places = sorted({"/".join(p for p in (g.account, g.region) if p) or g.subject or g.provider for g in group})
        rest = f" {say('page.more', n=len(places) - 5)}" if len(places) > 5 else ""
        yield f"| {say(f'reason.{reason}')}: {code(look)} | {', '.join(code(p) for p in places[:5])}{rest} | {prose(advice)} |"


#: Words that a renderer would turn into links, mentions or references by itself.
_LIVELY = re.compile(r"\S*(?:@|://|www\.|[#!]\d|GH-\d|mailto:|xmpp:)\S*", re.I)


def prose(text: str) -> str:
    """Text in a sentence or table cell: markup means itself, and what would become a link stands as code."""
    plain = re.sub(" {2,}", " ", shorten(safe(text), _LONG))  # a page shows one all the same, and four would begin a block of code
    out: list[str] = []
    at = 0
    for found in _LIVELY.finditer(plain):
        out.extend((_escaped(plain[at : found.start()]), code(found[0])))
        at = found.end()
    return "".join((*out, _escaped(plain[at:])))


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~$^])|(?<![\w)])([#+!=-])|^(\d+)([.)])", lambda m: f"{m[3]}\\{m[4]}" if m[3] else f"\\{m[0]}", text)


def code(text: str) -> str:
    """Text as code: nothing in it means anything. A bar, which ends a table's cell even there, is shown broken."""
    plain = shorten(safe(text), _LONG).replace("|", "¦")
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain.startswith(("`", " ")) or plain.endswith(("`", " ")) or not plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"
