"""Events as one message for people. Pure. What comes from the scanned world is made harmless to read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.report.text import plural, safe
from scanner.store.entry import Event
from scanner.store.settings import LEVELS

MOST_LINES = 60
"""Lines of details in one message; chat services cut long ones off, and a cut without a word would be a lost warning."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel gets."""

    title: str
    body: str
    level: str
    """`failure`, `warning`, `info`, or `success` when there is only good news."""


def mark(event: Event) -> str:
    """The same for the same event in every attempt and on every channel: what a receiver can tell doubles by."""
    return "#" + hashlib.sha256(event.key.encode()).hexdigest()[:12]


def compose(events: Sequence[Event]) -> Message:
    """One message of all events, worst first. Every event has its title in it, whatever its length; details give way."""
    ordered = sorted(events, key=lambda e: LEVELS.index(e.severity))
    worst = ordered[0].severity
    asks = [event for event in ordered if event.severity != "info"]
    title = f"Houvast: {safe(ordered[0].title)}" if len(ordered) == 1 else f"Houvast: {_counted(len(asks), len(ordered))}, worst: {safe(ordered[0].title)}"
    room = max(MOST_LINES - len(ordered), 0)
    parts: list[str] = []
    for event in ordered:
        parts.append(f"{event.severity.upper()}: {safe(event.title)} [{mark(event)}]")
        lines = event.body.splitlines()
        shown = lines if len(lines) <= room else lines[: max(room - 1, 0)]
        room -= len(shown)
        parts.extend(f"  {safe(line)}" for line in shown)
        if len(shown) < len(lines):
            parts.append(f"  … and {plural(len(lines) - len(shown), 'more line')}: houvast history --events")
    level = "info" if worst == "info" else "failure" if worst in ("critical", "high") else "warning"
    return Message(title[:200], "\n".join(parts), level)


def _counted(asks: int, every: int) -> str:
    news = every - asks
    return " and ".join(part for part in (plural(asks, "warning") if asks else "", f"{news} news" if news else "") if part)
