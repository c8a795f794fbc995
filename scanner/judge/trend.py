"""Evidence over time: what single scans cannot say. Pure; rows come from the history, the moment is an argument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from scanner.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which something stayed as it was."""

    status: str
    since: str
    until: str
    """The last scan that saw it so."""
    scans: int


def stretches(seen: Iterable[tuple[str, str]]) -> tuple[Stretch, ...]:
    """(moment, status) of every scan, in order of time, put together: `kept from … to … (12 scans)`."""
    found: list[Stretch] = []
    for at, status in sorted(seen):
        if found and found[-1].status == status:
            last = found.pop()
            found.append(Stretch(status, last.since, at, last.scans + 1))
        else:
            found.append(Stretch(status, at, at, 1))
    return tuple(found)


class Rhythm(StrEnum):
    """Whether something that is promised to happen regularly was seen to happen."""

    SHOWN = "shown"
    MISSED = "missed"
    UNPROVEN = "unproven"
    """The history does not reach back far enough, or nobody looked for too long, to tell."""


@dataclass(frozen=True, slots=True)
class Backups:
    """The recovery points of one subject over some days."""

    subject: str
    points: tuple[str, ...]
    """Moments that could be restored, RFC 3339."""
    longest_hours: float | None
    """Longest time between two of them, and from the last one to now; None without any."""
    rhythm: Rhythm


def backups_over(subject: str, points: Iterable[tuple[str, str]], now: datetime, days: int, every_hours: float) -> Backups:
    """Whether a subject was backed up at least every `every_hours` in the last `days` days.

    A point is (the moment that could be restored, the last scan that saw it as the newest one). A hole between two points
    counts as missed only when a scan saw it: each scan shows the newest point alone, so with weekly scans daily backups can
    be neither shown nor denied."""
    limit, start = timedelta(hours=every_hours), now - timedelta(days=days)
    every = sorted((_moment(at), _moment(seen)) for at, seen in points if _moment(at) <= now)
    within = [at for at, _ in every if at >= start - limit]
    shown = tuple(_text(at) for at in within)
    missed = any(seen - at > limit and seen >= start for at, seen in every)
    if not within:
        return Backups(subject, shown, None, Rhythm.MISSED if missed else Rhythm.UNPROVEN)
    longest = max(later - earlier for earlier, later in pairwise([*within, now]))
    if missed:
        rhythm = Rhythm.MISSED
    elif longest > limit or within[0] > start + limit:
        rhythm = Rhythm.UNPROVEN
    else:
        rhythm = Rhythm.SHOWN
    return Backups(subject, shown, longest.total_seconds() / 3600, rhythm)


@dataclass(frozen=True, slots=True)
class Renewals:
    """The certificates that one place showed after each other."""

    subject: str
    certificates: tuple[tuple[str, str, str], ...]
    """(first seen, not before, not after) of each, in order of time; not before is empty where the source does not say."""
    renewed: int
    shortest_margin_days: float | None
    """Days that were left on the old certificate when the new one was first seen, at the least; None without a renewal."""


def renewals(subject: str, certificates: Iterable[tuple[str, str, str]]) -> Renewals:
    """Count the renewals of a place. A certificate that ends no later than the one before is a change, not a renewal."""
    ordered = tuple(sorted(certificates))
    margins = [(_moment(old[2]) - _moment(new[0])).total_seconds() / 86_400 for old, new in pairwise(ordered) if _moment(new[2]) > _moment(old[2])]
    return Renewals(subject, ordered, len(margins), min(margins) if margins else None)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
