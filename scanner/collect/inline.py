"""Waivers that stand as comments in a template, beside what they excuse.

    # houvast: waive encryption-at-rest until 2027-01-31 because it holds public maps only

Date and reason are required. A comment belongs to the resource, or the setting, on the line below it or on its own line; one that
stands directly inside a resource, before everything else, belongs to that resource.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from scanner.model.later import pattern
from scanner.model.record import dataclass
from scanner.model.snapshot import Document
from scanner.model.waiver import InlineWaiver

MARK = "houvast:"
_COMMENT = pattern(r"(?P<code>.*?)(?:^|(?<=[\s;{}\[\],\"'\)]))(?:#+|//+|/\*+)\s*houvast:(?P<said>.*)$")
_LONGEST = 1000
"""Characters of a line that a person wrote."""
_ONLY_COMMENT = pattern(r"\s*(?:#|//|/\*|\*)")
_SAID = pattern(r"\s*waive\s+(?P<check>\S+)\s+until\s+(?P<until>\S+)\s+because\s+(?P<reason>.*\S)\s*$")
_FORM = "write `houvast: waive CHECK until YYYY-MM-DD because REASON`, directly above the resource or the setting"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A comment that excuses nothing."""

    line: int
    why: str
    remedy: str = _FORM


@dataclass(frozen=True, slots=True)
class _Comment:
    waiver: InlineWaiver
    targets: tuple[int, ...]
    """Lines of which one has to show what is meant."""
    opens: int
    """The line before it, which may begin a resource."""


def inline(text: str, documents: Sequence[Document], checks: Collection[str] = ()) -> tuple[tuple[Document, ...], tuple[Trouble, ...]]:
    """The documents of a file with the waivers that stand in it, and what is wrong with the others. `checks` are those that there are; empty: any."""
    if MARK not in text:
        return tuple(documents), ()
    comments, troubles = _comments(text.splitlines(), checks)
    given: dict[int, list[InlineWaiver]] = {}
    for comment in comments:
        owners = [n for n, doc in enumerate(documents) if _owns(doc, comment)]
        if not owners:
            troubles.append(Trouble(comment.waiver.line, "the waiver names no resource that was read"))
        for n in owners:
            given.setdefault(n, []).append(comment.waiver)
    found = (replace(doc, waivers=tuple(given[n])) if n in given else doc for n, doc in enumerate(documents))
    return tuple(found), tuple(troubles)


def _owns(doc: Document, comment: _Comment) -> bool:
    return doc.lines.get("") == comment.opens or any(line in comment.targets for line in doc.lines.values())


def _comments(lines: Sequence[str], checks: Collection[str]) -> tuple[list[_Comment], list[Trouble]]:
    comments: list[_Comment] = []
    troubles: list[Trouble] = []
    for number, line in enumerate(lines, 1):
        found = _COMMENT.match(line) if MARK in line else None
        if found is None or len(line) > _LONGEST or found["code"].count('"') % 2:
            continue  # a line of data, or a text that looks like a comment
        waiver = _read(found["said"].removesuffix("*/"), number, checks)
        if isinstance(waiver, Trouble):
            troubles.append(waiver)
        elif found["code"].strip():
            comments.append(_Comment(waiver, (number,), 0))
        else:
            comments.append(_Comment(waiver, (_next(lines, number),), _before(lines, number)))
    return comments, troubles


def _read(said: str, line: int, checks: Collection[str]) -> InlineWaiver | Trouble:
    found = _SAID.match(said)
    if found is None:
        return Trouble(line, "the waiver lacks its check, its date or its reason")
    try:
        until = date.fromisoformat(found["until"])
    except ValueError:
        return Trouble(line, f"{found['until']!r} is no date on which a waiver could end")
    if checks and found["check"] not in checks:
        return Trouble(line, f"there is no check {found['check']!r}", "`houvast explain` lists the checks")
    return InlineWaiver(found["check"], until, found["reason"], line)


def _next(lines: Sequence[str], number: int) -> int:
    """The line below a comment and its neighbours; an empty line ends what belongs together."""
    while number < len(lines) and _ONLY_COMMENT.match(lines[number]):
        number += 1
    return number + 1


def _before(lines: Sequence[str], number: int) -> int:
    number -= 1
    while number > 0 and _ONLY_COMMENT.match(lines[number - 1]):
        number -= 1
    return number
