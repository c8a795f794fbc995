"""The page as a whole."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from scanner.judge.registry import Check
from scanner.model.known import Reason
from scanner.model.resource import Resource
from scanner.model.verdict import Assessment
from scanner.report.html.endpoints import endpoints
from scanner.report.html.findings import data, findings
from scanner.report.html.gaps import asked, gaps, waivers
from scanner.report.html.markup import day, section, text
from scanner.report.html.places import places
from scanner.report.html.promises import promises
from scanner.report.html.timeline import timeline
from scanner.report.i18n import Words, words


def render(assessment: Assessment, checks: Mapping[str, Check[Any]], resources: Sequence[Resource] = (), language: str | None = None) -> str:
    """One file: no network, no other file, light and dark, on paper too. Pure: equal arguments, equal bytes."""
    say = words(language)
    parts = {
        "promises": promises(assessment, checks, say),
        "places": places(assessment, resources, say),
        "certificates": timeline(assessment, resources, checks, say),
        "tls": endpoints(resources, say),
        "findings": findings(assessment, say),
        "gaps": gaps(assessment, say),
        "waivers": waivers(assessment, say),
        "checks": asked(assessment, checks, say),
        "provenance": _provenance(assessment, say),
    }
    shown = {name: part for name, part in parts.items() if part}
    links = "".join(f'<li><a href="#{name}">{text(say(f"page.{name}"))}</a></li>' for name in shown)
    skip = f'<a class="skip" href="#findings">{text(say("page.skip"))}</a>\n' if "findings" in shown else ""
    style, script = _file("page.css"), _file("page.js")
    guard = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        f'<!DOCTYPE html>\n<html lang="{say.language}">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{guard}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f'<title>{text(say("page.title"))} · Houvast {assessment.judged_at[:10]}</title>\n<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n<body>\n'
        f"{skip}{_header(assessment, say)}"
        f'<nav aria-label="{text(say("page.contents"))}"><ul>{links}</ul></nav>\n<main>\n{"".join(shown.values())}</main>\n'
        f'<script type="application/json" id="data">{data(assessment, checks, say)}</script>\n<script>{script}</script>\n</body>\n</html>\n'
    )


def _header(assessment: Assessment, say: Words) -> str:
    cover = assessment.coverage
    facts = [text(say.count("page.resources", assessment.resources)), text(say("page.asked", answered=say.number(cover.answered), asked=say.number(cover.asked)))]
    refused = Counter(gap.reason.value for gap in cover.gaps if gap.reason is not Reason.NOT_COLLECTED)
    missed = ""
    if cover.asked > cover.answered:
        reasons = ", ".join(f"{n} {say(f'reason.{reason}')}" for reason, n in sorted(refused.items()))
        missed = f' <a class="missed" href="#gaps">{text(say("page.asked.not", n=say.number(cover.asked - cover.answered), reasons=reasons))}</a>'
    if cover.excluded:
        more = f" {say('page.more', n=len(cover.excluded) - 6)}" if len(cover.excluded) > 6 else ""
        missed += f'<br><span class="missed">{text(say("page.excluded", what=", ".join(map(say.left_out, cover.excluded[:6]))))}{text(more)}</span>'
    if before := assessment.baseline:
        missed += f"<br>{text(say('page.baseline', file=before.source, when=before.judged_at[:10], **before.tally(assessment.verdicts)))}"
    nothing = "" if assessment.verdicts or assessment.settlements else f'<p class="nothing">{text(say("page.nothing"))}</p>'
    judged = text(say("page.judged", when="\0")).replace(text("\0"), day(assessment.judged_at))
    seen = text(say("page.seen_on", when="\0")).replace(text("\0"), day(assessment.taken_at)) if assessment.judged_at[:16] != assessment.taken_at[:16] else ""
    return (
        f'<header><p class="brand">Houvast</p><h1>{text(say("page.title"))}</h1><p>{judged}{f" · {seen}" if seen else ""}</p><p>{" · ".join(facts)}{missed}</p>{nothing}</header>\n'
    )


def _provenance(assessment: Assessment, say: Words) -> str:
    rows = (("snapshot", assessment.snapshot_digest), ("rules", assessment.declarations_digest))
    terms = "".join(f"<dt>{text(say(f'page.provenance.{name}'))}</dt><dd><code>{text(digest)}</code></dd>" for name, digest in rows)
    return section("provenance", say("page.provenance"), f"<dl>{terms}</dl>", say("page.provenance.about", version=assessment.version))


@cache
def _file(name: str) -> str:
    return files("scanner.report.html").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(content: str) -> str:
    """As a content security policy names an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
