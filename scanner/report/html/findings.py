"""The findings: a form to filter them, and every verdict as compact data from which the page draws rows on demand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.model.known import Source
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Severity, Status, Verdict
from scanner.report.html.markup import section, spoken, text
from scanner.report.i18n import Words
from scanner.report.json import plain
from scanner.report.locate import account_of, said
from scanner.report.text import safe, shorten

_STATUSES = ("fail", "unknown", "pass", "waived")
#: Rows in the page itself, for readers without scripts.
_STATIC = 100
_LONG = 2_000


def findings(assessment: Assessment, say: Words) -> str:
    """The form, the place where rows appear, and the worst of them for readers without scripts."""
    if not assessment.verdicts:
        return ""
    counts = Counter(_status(v) for v in assessment.verdicts)
    chosen = ["fail"] if counts["fail"] else ["unknown"] if counts["unknown"] else ["pass"]
    boxes = "".join(
        f'<label class="box"><input type="checkbox" name="status" value="{n}"{" checked" if name in chosen else ""}> {text(say(f"status.{name}"))} '
        f'<span class="note">{say.number(counts[name])}</span></label>'
        for n, name in enumerate(_STATUSES)
        if counts[name]
    )
    severities = "".join(f'<option value="{s.rank}">{text(say(f"severity.{s}"))}</option>' for s in Severity)
    form = (
        f'<form class="filter js" role="search" aria-label="{text(say("page.filter"))}">'
        f'<div class="wide"><label for="q">{text(say("page.filter.search"))}</label><input id="q" type="search" autocomplete="off" spellcheck="false" placeholder="{text(say("page.filter.search.hint"))}"></div>'
        f'<fieldset class="wide"><legend>{text(say("page.filter.status"))}</legend>{boxes}</fieldset>'
        f"{_select('severity', say('page.filter.severity'), severities, say)}{_select('check', say('page.filter.check'), '', say)}{_select('where', say('page.filter.where'), '', say)}"
        f'<div class="end"><button type="reset">{text(say("page.filter.clear"))}</button></div></form>'
        '<p class="chip js" id="chip" hidden></p><p id="count" class="js" role="status"></p><div id="list"></div>'
    )
    return section("findings", say("page.findings"), form + _static(assessment, say), say("page.findings.about"))


def _select(name: str, label: str, options: str, say: Words) -> str:
    return f'<div><label for="f-{name}">{text(label)}</label><select id="f-{name}"><option value="">{text(say("page.filter.any"))}</option>{options}</select></div>'


def _static(assessment: Assessment, say: Words) -> str:
    worst = [v for v in assessment.verdicts if v.status is not Status.PASS][:_STATIC]
    note = say("page.findings.noscript", n=len(worst), total=say.number(len(assessment.verdicts)))
    return f'<noscript><p>{text(note)}</p><ol class="rows">{"".join(_row(v, say) for v in worst)}</ol></noscript>'


def _row(verdict: Verdict, say: Words) -> str:
    evidence = "; ".join(map(said, verdict.evidence[:3])) or say("page.evidence.none")
    label = say(f"severity.{verdict.severity}") if verdict.status is Status.FAIL else say("status.unknown")
    waived = f" · {text(say('status.waived'))}: {text(verdict.waiver)}" if verdict.waiver else ""
    return (
        f'<li><span class="badge {_status(verdict)}">{text(label)}</span> {spoken(verdict.why, say)}{waived}<span class="note"><code>{text(verdict.check)}</code> · '
        f"{text(verdict.subject.type)} {text(account_of(verdict.subject))} · {text(verdict.subject.id)} · {text(evidence)}</span></li>"
    )


def _status(verdict: Verdict) -> str:
    return "waived" if verdict.waiver else verdict.status.value


class _Table:
    """Values by number, each stored once."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    def values(self) -> list[Any]:
        return list(self.numbers)


def data(assessment: Assessment, checks: Mapping[str, Check[Any]], say: Words) -> str:
    """Every verdict in columns, as JSON that can stand inside a script element."""
    strings, subjects, sources = _Table(), _Table(), _Table()
    names = sorted({v.check for v in assessment.verdicts})
    number = {name: n for n, name in enumerate(names)}
    rows = [_columns(v, number, strings, subjects, sources, say) for v in assessment.verdicts]
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    by_print = {v.fingerprint: n for n, v in enumerate(assessment.verdicts)}
    shown = {
        "verdicts": dict(zip(_COLUMNS, columns, strict=True)),
        "subjects": [_subject(ref, strings) for ref in subjects.values()],
        "sources": [_source(source, strings) for source in sources.values()],
        "waivers": {n: shorten(safe(v.waiver), _LONG) for n, v in enumerate(assessment.verdicts) if v.waiver},
        "checks": [_check(name, checks, say) for name in names],
        "promises": {
            safe(s.promise): {"text": shorten(safe(s.text), _LONG), "rows": sorted(by_print[f] for f in s.fails if f in by_print)} for s in assessment.settlements if s.fails
        },
        "english": [n for n, v in enumerate(assessment.verdicts) if not say.speaks(v.why)],
        "words": _words(say),
        "strings": strings.values(),
    }
    return in_script(shown)


def in_script(value: Any) -> str:
    """JSON in which nothing can end a script element or begin a comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


_COLUMNS = ("status", "severity", "check", "subject", "fact", "why", "reason", "params", "evidence", "print")


def _columns(verdict: Verdict, number: Mapping[str, int], strings: _Table, subjects: _Table, sources: _Table, say: Words) -> tuple[Any, ...]:
    return (
        _STATUSES.index(_status(verdict)),
        verdict.severity.rank,
        number[verdict.check],
        subjects(verdict.subject),
        strings(verdict.fact),
        _short(say.why(verdict.why)),
        strings(verdict.reason.value if verdict.reason else ""),
        strings(_params(verdict.params)),
        [sources(_key(source)) for source in verdict.evidence[:20]],
        verdict.fingerprint,
    )


def _short(value: str) -> str:
    return shorten(safe(value), _LONG)


def _params(params: Mapping[str, Any]) -> str:
    told = (f"{name} = {', '.join(map(str, value)) if isinstance(value, (list, tuple)) else value}" for name, value in sorted(params.items()))
    return _short("; ".join(told)) if params else ""


def _key(source: Source) -> tuple[Any, ...]:
    """A source in a form that can be looked up, whatever its value is."""
    value = None if source.value is None else json.dumps(plain(source.value), ensure_ascii=False, sort_keys=True)
    return (source.origin.value, source.path, value, source.call, source.file, source.line, source.at)


def _source(source: tuple[Any, ...], strings: _Table) -> list[int]:
    return [strings("" if part is None else _short(str(part))) for part in source]


def _subject(ref: Ref, strings: _Table) -> list[Any]:
    return [strings(ref.provider), strings(_short(ref.type)), strings(_short(ref.account)), strings(_short(ref.region)), _short(ref.id), _short(ref.name)]


def _check(name: str, checks: Mapping[str, Check[Any]], say: Words) -> dict[str, str]:
    check = checks.get(name)
    found = {"id": name, "title": say.title(name, checks)}
    return found | ({"why": check.section("Why"), "remedy": check.section("Remedy"), "cites": ", ".join(check.cites)} if check else {})


def _words(say: Words) -> dict[str, Any]:
    """The messages that the page needs while it is used."""
    keys = (
        "shown", "shown.none", "show.more", "about.check", "why", "remedy", "cites", "evidence", "evidence.none", "evidence.absent", "evidence.from",
        "evidence.at", "subject", "fact", "params", "reason", "waiver", "fingerprint", "filter.promise", "filter.clear", "not_printed",
    )  # fmt: skip
    return {
        **{key: say(f"page.{key}") for key in keys},
        "status": [say(f"status.{name}") for name in _STATUSES],
        "severity": [say(f"severity.{s}") for s in Severity],
        "language": say.language,
    } | _by_prefix(say)


def _by_prefix(say: Words) -> dict[str, dict[str, str]]:
    from scanner.model.facts import FACTS
    from scanner.model.known import Reason

    return {"facts": {kind.__name__: say.fact(kind.__name__) for kind in FACTS}, "reasons": {r.value: say(f"reason.{r}") for r in Reason}}
