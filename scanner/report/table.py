"""Tables in plain text: columns below underlined heads. (A library for it takes a tenth of the time in which a template is judged.)"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ROOM = 2
"""Blanks between columns; a head keeps as many beside it."""


def table(rows: Iterable[Sequence[object]], heads: Sequence[str], right: Iterable[int] = ()) -> str:
    """Rows below heads, each column as wide as its widest cell; `right` names the columns whose cells end in line."""
    ends = frozenset(right)
    lines = [tuple(str(cell).strip() for cell in row) for row in rows]
    widths = [max((len(head) + _ROOM, *(len(line[n]) for line in lines))) for n, head in enumerate(heads)]
    drawn = [tuple(heads), tuple("-" * width for width in widths), *lines]
    between = " " * _ROOM
    return "\n".join(
        between.join(cell.rjust(width) if n in ends else cell.ljust(width) for n, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip() for line in drawn
    )
