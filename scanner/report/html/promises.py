"""The promises: how many hold, and for each what contradicts it or would prove it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.model.promise import Settled, Settlement
from scanner.model.verdict import Assessment, Verdict
from scanner.report.html.markup import english, link, section, spoken, text
from scanner.report.i18n import Words
from scanner.report.proof import Proof, broken_by

#: Worst first; each with its sign, so that nothing hangs on colour alone.
SIGNS = {Settled.BROKEN: "✗", Settled.UNPROVEN: "?", Settled.KEPT: "✓", Settled.ATTESTED: "≈"}
_FEW = 5


def promises(assessment: Assessment, checks: Mapping[str, Check[Any]], say: Words) -> str:
    """The first part of the page."""
    if not assessment.settlements:
        return section("promises", say("page.promises"), f"<p>{text(say('page.promises.none'))}</p>")
    tally = Counter(s.status for s in assessment.settlements)
    order = list(SIGNS)
    by_print = {v.fingerprint: v for v in assessment.verdicts}
    shown = sorted(assessment.settlements, key=lambda s: order.index(s.status))
    proof = Proof(assessment, checks, say)
    cards = "".join(_card(s, by_print, proof, say) for s in shown if s.status is not Settled.ATTESTED)
    body = f'{_headline(tally, say)}{_tiles(tally, say)}<div class="cards">{cards}</div>{_attested([s for s in shown if s.status is Settled.ATTESTED], proof, say)}'
    return section("promises", say("page.promises"), body)


def _attested(settlements: list[Settlement], proof: Proof, say: Words) -> str:
    """What people vouch for, as a plain list: there is nothing to look into."""
    if not settlements:
        return ""
    items = ""
    for settlement in settlements:
        word, source = settlement.attested, link(settlement.url, say("page.promise.said"))
        told = text(say("page.attested", by=word.by, on=word.on, document=word.document, until=word.until)) if word else ""
        told += _due(settlement, proof)
        if any(settlement.counts.values()):
            told += f" {text(_seen(settlement, say))}."
        items += f'<li><h4>{text(settlement.text, 1500)}</h4><p class="note">{told} <code>{text(settlement.promise)}</code>{f" · {source}" if source else ""}</p></li>'
    title = f'<h3 class="attested"><span aria-hidden="true">{SIGNS[Settled.ATTESTED]}</span> {text(say("settled.attested"))}</h3>'
    return f'{title}<ul class="vouched">{items}</ul>'


def _headline(tally: Counter[Settled], say: Words) -> str:
    total = tally.total()
    if tally[Settled.BROKEN]:
        line = say.count("page.headline.broken", tally[Settled.BROKEN], total=total)
    elif tally[Settled.UNPROVEN]:
        line = say.count("page.headline.unproven", tally[Settled.UNPROVEN], total=total)
    else:
        line = say("page.headline.kept", total=total)
    return f'<p class="headline">{text(line)}</p>'


def _tiles(tally: Counter[Settled], say: Words) -> str:
    tiles = "".join(
        f'<li class="{status}"><span class="count">{tally[status]}</span> <span class="word"><span aria-hidden="true">{sign}</span> {text(say(f"settled.{status}"))}</span>'
        f'<span class="means">{text(say(f"settled.{status}.means"))}</span></li>'
        for status, sign in SIGNS.items()
    )
    total, at, bars = tally.total(), 0.0, ""
    for status in SIGNS:
        width = 100 * tally[status] / total
        bars += f'<rect class="{status}" x="{at:.3f}" y="0" width="{width:.3f}" height="4"/>' if width else ""
        at += width
    return f'<ul class="tiles">{tiles}</ul><svg class="stack" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>'


def _card(settlement: Settlement, by_print: Mapping[str, Verdict], proof: Proof, say: Words) -> str:
    status = settlement.status
    head = f'<p class="status"><span class="sign" aria-hidden="true">{SIGNS[status]}</span> {text(say(f"settled.{status}"))}</p>'
    body = "".join(_body(settlement, by_print, proof, say))
    return f'<article class="promise {status}"><div>{head}</div><div><h3>{text(settlement.text, 1500)}</h3>{body}</div></article>\n'


def _body(settlement: Settlement, by_print: Mapping[str, Verdict], proof: Proof, say: Words) -> Iterator[str]:
    parts = [text(_seen(settlement, say))] if any(settlement.counts.values()) else []
    if settlement.counts.get("waived"):
        parts.append(text(say("page.promise.waived", n=settlement.counts["waived"])))
    parts.append(f"<code>{text(settlement.promise)}</code>")
    if source := link(settlement.url, say("page.promise.said")):
        parts.append(source)
    yield f'<p class="tally">{" · ".join(parts)}</p>'
    if settlement.attested:
        word = settlement.attested
        yield f"<p>{text(say('page.attested', by=word.by, on=word.on, document=word.document, until=word.until))}{_due(settlement, proof)}</p>"
    yield _list(say("page.promise.why"), [spoken(why, say) for why in broken_by(settlement, by_print)], say)
    if settlement.status is not Settled.KEPT:
        yield _list(say("page.promise.missing"), [text(line.text) if line.translated else english(line.text, say) for line in proof.lines(settlement)], say)
    if settlement.fails:
        label = say.count("page.promise.show", len(settlement.fails))
        yield f'<p class="js"><button type="button" data-promise="{text(settlement.promise)}">{text(label)}</button></p>'


def _due(settlement: Settlement, proof: Proof) -> str:
    told = proof.due(settlement)
    return f" <strong>{text(told)}</strong>" if told else ""


def _seen(settlement: Settlement, say: Words) -> str:
    return say("page.promise.seen", **{name: say.number(settlement.counts.get(name, 0)) for name in ("fail", "unknown", "pass")})


def _list(title: str, items: list[str], say: Words) -> str:
    if not items:
        return ""
    more = f"<li>{text(say('page.more', n=say.number(len(items) - _FEW)))}</li>" if len(items) > _FEW else ""
    return f'<p class="label">{text(title)}</p><ul>{"".join(f"<li>{item}</li>" for item in items[:_FEW])}{more}</ul>'
