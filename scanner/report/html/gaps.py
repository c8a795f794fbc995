"""What could not be seen, which risks were accepted, which questions were asked: the parts that auditors turn to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.model.verdict import Assessment, Gap
from scanner.model.waiver import WaiverNote, WaiverState
from scanner.report.html.markup import english, rest, row, section, table, text
from scanner.report.i18n import Words

_MOST = 200


def gaps(assessment: Assessment, say: Words) -> str:
    """Looks that were not answered, the same look at many places once, and what would close each."""
    cover = assessment.coverage
    if not cover.gaps:
        return section("gaps", say("page.gaps"), f"<p>{text(say('page.gaps.none'))}</p>") if cover.asked else ""
    by_look: dict[tuple[str, str, str], list[Gap]] = defaultdict(list)
    for gap in cover.gaps:
        by_look[gap.reason.value, gap.permission or ":".join(p for p in (gap.service, gap.operation) if p), say.advice(gap)].append(gap)
    groups = sorted(by_look.items(), key=lambda item: (-len(item[1]), item[0]))
    heads = [text(say(f"page.gaps.{name}")) for name in ("look", "where", "close")]
    lines = [_gap(reason, look, advice, group, say) for (reason, look, advice), group in groups[:_MOST]]
    return section("gaps", say("page.gaps"), table(say("page.gaps"), heads, lines, say, "gaps") + rest(len(groups) - _MOST, say), say("page.gaps.about"))


def _gap(reason: str, look: str, advice: str, group: list[Gap], say: Words) -> str:
    where = sorted({"/".join(part for part in (g.account, g.region) if part) or g.subject or g.provider for g in group})
    more = f" {text(say('page.more', n=say.number(len(where) - 4)))}" if len(where) > 4 else ""
    detail = next((g.detail or g.code for g in group if g.detail or g.code), "")
    note = f'<span class="note">{english(detail, say)}</span>' if detail else ""
    times = f' <span class="note">{say.number(len(group))} {text(say("page.gaps.times"))}</span>' if len(group) > 1 else ""
    places = "<br>".join(text(place, 160) for place in where[:4])
    return row(f'<code>{text(look)}</code>{times} <span class="badge unknown">{text(say(f"reason.{reason}"))}</span>{note}', places + more, text(advice))


def waivers(assessment: Assessment, say: Words) -> str:
    """Accepted risks: who, why, until when; those that have ended are findings again."""
    if not assessment.waivers:
        return ""
    heads = [text(say(f"page.{name}")) for name in ("waivers.what", "waivers.owner", "reason", "waivers.until", "waivers.matched")]
    return section("waivers", say("page.waivers"), table(say("page.waivers"), heads, [_waiver(note, say) for note in assessment.waivers], say))


def _waiver(note: WaiverNote, say: Words) -> str:
    one = note.waiver
    kind = {WaiverState.ACTIVE: "dim", WaiverState.ENDING: "unknown", WaiverState.EXPIRED: "fail"}[note.state]
    until = f'{one.until} <span class="badge {kind}">{text(say(f"page.waivers.{note.state}"))}</span>'
    return row(f"<code>{text(one.check)}</code><br>{text(one.subject, 200)}", text(one.owner), text(one.reason), until, f"class=n|{len(note.matched)}")


def asked(assessment: Assessment, checks: Mapping[str, Check[Any]], say: Words) -> str:
    """Every question with its answers in numbers: the denominator of the findings."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in assessment.verdicts:
        tally[verdict.check]["waived" if verdict.waiver else verdict.status.value] += 1
    if not tally:
        return ""
    columns = ["fail", "unknown", "pass", *(["waived"] if any(counts["waived"] for counts in tally.values()) else [])]
    heads = [text(say("page.filter.check")), *(text(say(f"status.{name}")) for name in columns)]
    lines = []
    for check, counts in sorted(tally.items()):
        cells = (f"class=n {name if counts[name] else 'dim'}|{say.number(counts[name]) if counts[name] else '·'}" for name in columns)
        lines.append(row(f'{text(say.title(check, checks))}<span class="note"><code>{text(check)}</code></span>', *cells))
    return section("checks", say("page.checks"), table(say("page.checks"), heads, lines, say, "asked"))
