"""Apply waivers: accepted findings are marked, ended waivers are said aloud. Nothing here ever makes a verdict pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from scanner.model.resource import Ref
from scanner.model.said import say
from scanner.model.snapshot import Document
from scanner.model.verdict import Status, Verdict
from scanner.model.waiver import Waiver, WaiverNote, WaiverState

#: Days ahead of its end from which a waiver is listed as ending.
AHEAD = 14


def waive(verdicts: Iterable[Verdict], waivers: Iterable[Waiver], today: date) -> tuple[tuple[Verdict, ...], tuple[WaiverNote, ...]]:
    """Mark the failing verdicts that a valid waiver names, and say how each waiver stands.

    Only a fail can be waived: an unknown stays unknown, whoever signs for it. The verdict that an ended waiver named fails
    again, and its words say so. Of two waivers for one verdict the one that holds longest counts."""
    ordered = sorted(waivers, key=lambda w: (w.until, w.check, w.subject, w.owner, w.reason), reverse=True)
    if not ordered:
        return tuple(verdicts), ()
    by_check: dict[str, list[Waiver]] = defaultdict(list)
    for waiver in ordered:
        by_check[waiver.check].append(waiver)
    matched: dict[Waiver, list[str]] = {waiver: [] for waiver in ordered}
    marked: list[Verdict] = []
    for verdict in verdicts:
        naming = [w for w in by_check.get(verdict.check, ()) if verdict.status is Status.FAIL and names(w, verdict.subject)]
        for waiver in naming:
            matched[waiver].append(verdict.fingerprint)
        marked.append(_marked(verdict, naming[0], today) if naming else verdict)
    notes = tuple(_note(waiver, tuple(sorted(matched[waiver])), today) for waiver in reversed(ordered))
    return tuple(marked), notes


def beside(documents: Iterable[Document]) -> Iterator[Waiver]:
    """The waivers that stand as comments in templates, each for the resource beside it. Whoever wrote one answers for it: the line is its owner."""
    for doc in documents:
        for one in doc.waivers:
            yield Waiver(one.check, doc.ref.id, f"{doc.file}:{one.line}", one.reason, one.until, one.line)


def names(waiver: Waiver, subject: Ref) -> bool:
    """Whether a waiver's pattern names a subject. Ids with brackets (`main.tf#aws_instance.web[0]`) match themselves."""
    return any(text == waiver.subject or fnmatchcase(text, waiver.subject) for text in (subject.id, subject.name, subject.type))


def _marked(verdict: Verdict, waiver: Waiver, today: date) -> Verdict:
    if waiver.until < today:
        return replace(verdict, why=say("{why} (the waiver by {owner} ended on {until})", why=verdict.why, owner=waiver.owner, until=waiver.until))
    return replace(verdict, waiver=str(waiver))


def _note(waiver: Waiver, matched: tuple[str, ...], today: date) -> WaiverNote:
    left = (waiver.until - today).days
    if left < 0:
        state = WaiverState.EXPIRED
    else:
        state = WaiverState.ENDING if left <= AHEAD else WaiverState.ACTIVE
    return WaiverNote(waiver, state, left, matched)
