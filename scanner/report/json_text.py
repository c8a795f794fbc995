"""Verdicts as JSON text, written out at once: of tens of thousands, plain data and a general encoder take most of the time of a report.

What it writes is what `json.dumps` makes of `verdict_object`, byte for byte; tests hold them side by side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scanner.model.baseline import Baseline
from scanner.model.known import Source
from scanner.model.verdict import Verdict

_AT_ONCE = 256
"""Verdicts in a piece of text."""


def pieces(verdicts: Iterable[Verdict], baseline: Baseline | None, dumps: Callable[[Any, int], str], plain: Callable[[Any], Any]) -> Iterator[str]:
    """The members of the list `verdicts` of the report, from the line after its bracket to the last brace. `dumps` and
    `plain` are those of the report: they write what is neither text nor number."""
    writer = _Writer(baseline, dumps, plain)
    taken: list[str] = []
    between = "\n  "
    for verdict in verdicts:
        taken.append(writer.verdict(verdict))
        if len(taken) == _AT_ONCE:
            yield between + ",\n  ".join(taken)
            between = ",\n  "
            taken.clear()
    if taken:
        yield between + ",\n  ".join(taken)


class _Writer:
    """Texts at the depth at which verdicts stand: two spaces."""

    def __init__(self, baseline: Baseline | None, dumps: Callable[[Any, int], str], plain: Callable[[Any], Any]) -> None:
        self._baseline = baseline
        self._dumps = dumps
        self._plain = plain
        self._params: tuple[object, str] = (None, "{}")
        self._words: dict[str, str] = {}

    def verdict(self, verdict: Verdict) -> str:
        """One verdict, without the indent of its first line."""
        quoted, word, ref = self._quoted, self._word, verdict.subject
        reason = f'   "reason": {word(verdict.reason)},\n' if verdict.reason else ""
        gap = '   "gap": true,\n' if verdict.gap else ""
        before = '   "in_baseline": true,\n' if self._baseline and self._baseline.knows(verdict) else ""
        evidence = ",\n    ".join([self._source(source) for source in verdict.evidence])
        return (
            f'{{\n   "check": {word(verdict.check)},\n   "status": {word(verdict.status)},\n   "severity": {word(verdict.severity)},\n'
            f'   "subject": {{\n    "provider": {word(ref.provider)},\n    "type": {word(ref.type)},\n    "account": {word(ref.account) if ref.account else "null"},\n'
            f'    "region": {word(ref.region) if ref.region else "null"},\n    "id": {quoted(ref.id)},\n    "name": {quoted(ref.name)}\n   }},\n{reason}{gap}{before}'
            f'   "fact": {word(verdict.fact)},\n   "params": {self._given(verdict)},\n   "why": {quoted(verdict.why)},\n'
            f'   "evidence": {f"[{_ITEM}{evidence}{_END}]" if evidence else "[]"},\n'
            f'   "waiver": {"null" if verdict.waiver is None else quoted(verdict.waiver)},\n   "fingerprint": "{verdict.fingerprint}"\n  }}'
        )

    def _source(self, source: Source) -> str:
        word = self._word
        value, path = source.value, source.path
        if value is None:
            shown = "null"
        elif value is True or value is False:
            shown = "true" if value else "false"
        elif type(value) is int:
            shown = str(value)
        else:
            shown = self._quoted(value) if type(value) is str else self._any(value, "     ")
        return (
            f'{{\n     "path": {word(path) if len(path) < _SHORT else self._quoted(path)},\n     "value": {shown},\n     "origin": {word(source.origin)},\n'
            f'     "call": {"null" if source.call is None else word(source.call)},\n     "file": {"null" if source.file is None else word(source.file)},\n'
            f'     "line": {"null" if source.line is None else source.line},\n     "at": {"null" if source.at is None else word(source.at)}\n    }}'
        )

    def _given(self, verdict: Verdict) -> str:
        """Parameters: the same for all verdicts of a question."""
        if verdict.params is not self._params[0]:
            self._params = (verdict.params, self._any(verdict.params, "   ") if verdict.params else "{}")
        return self._params[1]

    def _any(self, value: object, indent: str) -> str:
        return self._dumps(self._plain(value), 1).replace("\n", f"\n{indent}")

    def _word(self, text: str) -> str:
        """What stands in many verdicts: quoted once. Words of enumerations are text themselves."""
        found = self._words.get(text)
        if found is None:
            if len(self._words) >= _WORDS:
                self._words.clear()
            found = self._words[text] = self._quoted(text)
        return found

    def _quoted(self, text: str) -> str:
        """As a JSON string; what is neither plain nor printable goes the general way, which hides it from terminals."""
        return _quote(text) if text.isascii() and text.isprintable() else self._dumps(text, 1)


_ITEM, _END = "\n    ", "\n   "
_SHORT = 40
"""Characters up to which paths are likely to repeat."""
_WORDS = 4096
"""Words that are remembered: a bound, so that an estate of any size takes the same room."""
_quote = json.encoder.encode_basestring
