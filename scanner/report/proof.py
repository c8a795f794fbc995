"""What would prove a promise, in the reader's language: one line for many subjects of which the same is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from scanner.judge.registry import Check
from scanner.judge.settle import left_out_words
from scanner.model.known import Reason
from scanner.model.later import pattern
from scanner.model.promise import Settlement
from scanner.model.verdict import Assessment, Status, Verdict
from scanner.report.i18n import LANGUAGES, Words


class Line(NamedTuple):
    """A line, and whether it is in the reader's language: needs, for one, are as their author wrote them."""

    text: str
    translated: bool


def broken_by(settlement: Settlement, by_print: Mapping[str, Verdict]) -> list[str]:
    """What a promise is broken by, worst first, each sentence once."""
    failing = sorted((by_print[one] for one in settlement.fails if one in by_print), key=lambda verdict: verdict.sort_key)
    return list(dict.fromkeys(verdict.why for verdict in failing))


class Proof:
    """Reads the lines of `Settlement.missing` back to the verdicts and words they were made of."""

    def __init__(self, assessment: Assessment, checks: Mapping[str, Check[Any]], say: Words) -> None:
        self._say, self._checks = say, checks
        self._today = date.fromisoformat(assessment.judged_at[:10])
        self._unknown = {_line_of(v): v for v in assessment.verdicts if v.status is Status.UNKNOWN} if assessment.settlements else {}
        self._excluded = {f"{left_out_words(entry)} not looked at": entry for entry in assessment.coverage.excluded}

    def lines(self, settlement: Settlement) -> list[Line]:
        """Unknown answers by question and reason, naming the first subjects; then all else that is missing."""
        subjects: dict[tuple[str, Reason], dict[str, None]] = {}
        others: list[Line] = []
        for line in settlement.missing:
            verdict = self._unknown.get(line)
            if verdict is None:
                others.append(self._other(line))
            else:
                subjects.setdefault((verdict.check, verdict.reason or Reason.DEFECT), {})[verdict.subject.name] = None
        return [Line(self._same(check, reason, list(names)), True) for (check, reason), names in subjects.items()] + others

    def due(self, settlement: Settlement) -> str:
        """That an attestation is about to end, as a sentence; empty when it has time, or has ended (that is in `lines`)."""
        word = settlement.attested
        if word is None or not word.due(self._today) or word.until < self._today:
            return ""
        return self._say("page.attested.due", by=word.by, until=word.until)

    def _same(self, check: str, reason: Reason, names: list[str]) -> str:
        say = self._say
        more = f" {say('page.more', n=say.number(len(names) - 2))}" if len(names) > 2 else ""
        return f"{say.title(check, self._checks).rstrip('.')} — {say(f'reason.{reason}')}: {', '.join(names[:2])}{more}"

    def _other(self, line: str) -> Line:
        if line in self._excluded:
            return Line(self._say("page.missing.not_seen", what=self._say.left_out(self._excluded[line])), True)
        for sentence, key in _SENTENCES:
            if found := sentence.fullmatch(line):
                parts = found.groupdict()
                if "check" in parts:
                    parts["check"] = self._say.title(parts["check"], self._checks).rstrip(".")
                return Line(self._say(key, **parts), True)
        return Line(line, self._say.language == LANGUAGES[0])


def _line_of(verdict: Verdict) -> str:
    """As `scanner.judge.settle` writes an unknown verdict down."""
    return f"{verdict.check}: {verdict.subject.name} ({verdict.fact}): {verdict.why or verdict.reason or Reason.DEFECT}"


#: The other sentences of `scanner.judge.settle`, and their messages.
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (pattern(r"(?P<check>[a-z0-9-]+): nothing in scope was looked at"), "page.missing.nothing"),
    (pattern(r"(?P<check>[a-z0-9-]+): was left out of this run"), "page.missing.left_out"),
    (pattern(r"the attestation by (?P<by>.*) begins on (?P<on>[0-9-]{10})", re.S), "page.missing.begins"),
    (pattern(r"the attestation by (?P<by>.*) ended on (?P<until>[0-9-]{10}): renew it", re.S), "page.missing.ended"),
    (pattern(r"the scan was stopped before its end"), "page.missing.stopped"),
    (pattern(r"no check is bound to it and nobody attests it"), "page.missing.nobody"),
    (pattern(r"(?P<what>\S+) was not looked at"), "page.missing.not_seen"),
    (pattern(r"nothing was seen that carries (?P<what>tag:.+)", re.S), "page.missing.no_tag"),
)
