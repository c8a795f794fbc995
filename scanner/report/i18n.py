"""The words of a report in the reader's language; they stand in `scanner/data/messages/`.

What a check says about a subject stays English, as do ids and names: a page marks them so for screen readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from scanner.data.regions import country_name
from scanner.data.tables import rows
from scanner.judge.registry import Check
from scanner.model.known import Reason
from scanner.model.verdict import Gap

#: Languages that have a catalogue; the first is complete and fills the holes of the others.
LANGUAGES = ("en", "nl", "fr", "de")


class Words:
    """Messages in one language. An unknown language is English: a report in another language is better than none."""

    def __init__(self, language: str | None = None) -> None:
        base = (language or "en").split("-")[0].lower()
        self.language = base if base in LANGUAGES else LANGUAGES[0]
        self._rows: Mapping[str, str] = rows(f"messages/{LANGUAGES[0]}") | rows(f"messages/{self.language}")

    def __call__(self, key: str, **values: object) -> str:
        """The message, its `{names}` filled. Raises KeyError for one that no catalogue has."""
        text = self._rows[key]
        return text.format(**values) if values else text

    def count(self, key: str, n: int, **values: object) -> str:
        """The message for a number: `KEY.one` or `KEY.other`. French counts 0 as one."""
        one = n == 1 or (n == 0 and self.language == "fr")
        return self(f"{key}.{'one' if one else 'other'}", n=self.number(n), **values)

    def number(self, n: int) -> str:
        """Digits in threes where there are five or more, by a narrow no-break space, which every language reads."""
        return f"{n:,}".replace(",", "\u202f") if abs(n) >= 10_000 else str(n)

    def title(self, check: str, checks: Mapping[str, Check[Any]]) -> str:
        """What a check asks, as a sentence."""
        return self._rows.get(f"check.{check}") or (checks[check].title if check in checks else check)

    def fact(self, name: str) -> str:
        """What was asked about."""
        return self._rows.get(f"fact.{name}", name)

    def country(self, code: str) -> str:
        """Name of a country by its ISO 3166-1 code."""
        return self._rows.get(f"country.{code}") or country_name(code)

    def advice(self, gap: Gap) -> str:
        """What would close a gap."""
        if self.language == LANGUAGES[0]:
            return gap.advice
        if gap.reason is Reason.DENIED and not gap.permission:
            return self("advice.denied.any")
        return self(f"advice.{gap.reason.value}", permission=gap.permission or "")

    def missing(self, lines: Iterable[str], checks: Mapping[str, Check[Any]]) -> list[tuple[str, bool]]:
        """What would prove a promise: each line of `Settlement.missing`, and whether it is in this language. Lines that
        say the same of several subjects become one, which names the first of them."""
        subjects: dict[tuple[str, str], list[str]] = {}
        others: list[tuple[str, bool]] = []
        for line in lines:
            found = _UNKNOWN.fullmatch(line)
            if found and f"reason.{found['reason']}" in self._rows:
                subjects.setdefault((found["check"], found["reason"]), []).append(found["name"])
            else:
                others.append(self._other(line, checks))
        return [(self._same(check, reason, names, checks), True) for (check, reason), names in subjects.items()] + others

    def _same(self, check: str, reason: str, names: list[str], checks: Mapping[str, Check[Any]]) -> str:
        names = list(dict.fromkeys(names))
        more = f" {self('page.more', n=self.number(len(names) - 2))}" if len(names) > 2 else ""
        return f"{self.title(check, checks).rstrip('.')} — {self(f'reason.{reason}')}: {', '.join(names[:2])}{more}"

    def _other(self, line: str, checks: Mapping[str, Check[Any]]) -> tuple[str, bool]:
        for pattern, key in _MISSING:
            if found := pattern.fullmatch(line):
                parts = found.groupdict()
                if "check" in parts:
                    parts["check"] = self.title(parts["check"], checks).rstrip(".")
                return self(key, **parts), True
        return line, self.language == LANGUAGES[0]


#: The sentences of `scanner.judge.settle`, and their messages.
_UNKNOWN = re.compile(r"(?P<check>[a-z0-9-]+): (?P<name>.*) \((?P<fact>\w+)\): (?P<reason>[a-z_]+)", re.S)
_MISSING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<check>[a-z0-9-]+): nothing in scope was looked at"), "page.missing.nothing"),
    (re.compile(r"(?P<check>[a-z0-9-]+): was left out of this run"), "page.missing.left_out"),
    (re.compile(r"the attestation by (?P<by>.*) ended on (?P<until>[0-9-]{10}): renew it", re.S), "page.missing.ended"),
    (re.compile(r"the scan was stopped before its end"), "page.missing.stopped"),
    (re.compile(r"no check is bound to it and nobody attests it"), "page.missing.nobody"),
    (re.compile(r"(?P<what>\S+) was not looked at"), "page.missing.not_seen"),
)


@cache
def words(language: str | None = None) -> Words:
    """The catalogue of a language, read once."""
    return Words(language)
