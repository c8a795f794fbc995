"""The words of a report in the reader's language; they stand in `scanner/data/messages/`.

What checks and engine say about a subject is translated by its template (`messages/why`); one that has none there (of
a check of yours, say) stays English, as do ids and names: a page marks it so for screen readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from scanner.data.regions import country_name
from scanner.data.tables import rows
from scanner.judge.registry import Check
from scanner.model.known import Reason
from scanner.model.said import Said
from scanner.model.verdict import Gap

#: Languages that have a catalogue; the first is complete and fills the holes of the others.
LANGUAGES = ("en", "nl", "fr", "de")


class Words:
    """Messages in one language. An unknown language is English: a report in another language is better than none."""

    def __init__(self, language: str | None = None) -> None:
        base = (language or "en").split("-")[0].lower()
        self.language = base if base in LANGUAGES else LANGUAGES[0]
        self._rows: Mapping[str, str] = rows(f"messages/{LANGUAGES[0]}") | rows(f"messages/{self.language}")
        self._patterns = {} if self.english else self._rows | rows(f"messages/why/{self.language}")

    @property
    def english(self) -> bool:
        return self.language == LANGUAGES[0]

    def why(self, text: str) -> str:
        """What a check said, in this language where it can be."""
        return self._spoken(text) or str(text)

    def speaks(self, text: str) -> bool:
        """Whether `why` gives the text in this language."""
        return self.english or self._spoken(text) is not None

    def _spoken(self, text: str) -> str | None:
        return text.translated(self._patterns) if self._patterns and isinstance(text, Said) else None

    def __call__(self, key: str, **values: object) -> str:
        """The message, its `{names}` filled. Raises KeyError for one that no catalogue has."""
        text = self._rows[key]
        return text.format(**values) if values else text

    def count(self, key: str, n: int, **values: object) -> str:
        """The message for a number: `KEY.one` or `KEY.other`. French counts 0 as one."""
        return self(f"{key}.{self._form(n)}", n=self.number(n), **values)

    def one_or_more(self, key: str, n: int, **values: object) -> str:
        """As `count`, the number in plain digits: for terminals."""
        return self(f"{key}.{self._form(n)}", n=n, **values)

    def _form(self, n: int) -> str:
        return "one" if n == 1 or (n == 0 and self.language == "fr") else "other"

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

    def left_out(self, entry: str) -> str:
        """An entry of `Coverage.excluded` in words; long lists by their number."""
        what, _, rest = entry.partition(":all but ")
        if not rest or f"page.left_out.{what}" not in self._rows:
            return entry
        chosen = rest.split(", ")
        return self(f"page.left_out.{what}", what=rest) if len(chosen) <= 3 else self(f"page.left_out.{what}.many", n=self.number(len(chosen)))


@cache
def words(language: str | None = None) -> Words:
    """The catalogue of a language, read once."""
    return Words(language)
