"""Text that is safe to print: what comes from the scanned world cannot steer a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from scanner.model.later import pattern

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def safe(text: object) -> str:
    """`text` on one line, with control, bidirectional and other invisible characters made visible."""
    text = str(text)
    if text.isprintable():  # nearly always, and 30 times as fast
        return text
    return "".join(char if _harmless(char) else f"\\u{{{ord(char):x}}}" for char in text)


def _harmless(char: str) -> bool:
    return char == " " or unicodedata.category(char)[0] not in ("C", "Z") or char == "\u00a0"


def shorten(text: str, width: int) -> str:
    """At most `width` characters; what was cut is shown by an ellipsis in the middle, ids differ at both ends."""
    if len(text) <= width or width < 8:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


#: What makes a spreadsheet run a cell as a formula, in the wide forms too that East Asian editions accept.
_FORMULA = "=+\\-@＝＋－＠"
_RUNS = pattern(rf"^\s*[{_FORMULA}]")
_SPLIT = pattern(rf";(?=\s*[{_FORMULA}])")


def cell(text: object) -> str:
    """`safe` text that no spreadsheet runs as a formula, neither whole nor after it was split at a semicolon."""
    plain = _SPLIT.sub(";'", safe(text))
    return f"'{plain}" if _RUNS.match(plain) else plain


_ANSI = pattern(r"\x1b\[[0-9;]*m")


_LONGEST_WORD = 400
"""Characters; ARNs are shorter nearly always."""


def wrapped(text: str, width: int, indent: str, first: str | None = None) -> str:
    """Wrapped prose with a hanging indent; colours in `first` take no room."""
    lead = indent if first is None else first
    if len(text) > _LONGEST_WORD:  # a name of ten thousand letters says no more than its two ends, and hides what follows it
        text = " ".join(shorten(word, _LONGEST_WORD) for word in text.split(" "))
    blank = " " * len(_ANSI.sub("", lead))
    filled = textwrap.fill(text, max(width, 40), initial_indent=blank, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return lead + filled[len(blank) :]


def columns(rows: Sequence[Sequence[str]], sides: str) -> Iterator[str]:
    """The lines of a table whose first row is its head; `sides` has `<` or `>` for each column.

    tabulate draws the same, and its import (with what it needs of importlib) takes a seventh of the time in which a template is judged:
    it is left to the commands whose whole answer is a table.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in (rows[0], ["-" * width for width in widths], *rows[1:]):
        yield "  ".join(f"{text:{side}{width}}" for text, side, width in zip(row, sides, widths, strict=True)).rstrip()


class Paint:
    """ANSI colours, or nothing where they are not wanted."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, *styles: str) -> str:
        """`text` in the named styles."""
        if not self.on or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[s] for s in styles)}m{text}\x1b[0m"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 resource`, `2 resources`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
