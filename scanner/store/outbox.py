"""The outbox: warnings wait in the history file until each channel has taken them.

An event is stored in the transaction that records its scan, so neither is ever there without the other. Each channel has a
delivery of its own for each event, so that one that is down holds up no other. A delivery is claimed before it is sent and
marked when the channel said yes: two programs never send it side by side, and what was not marked is sent again once the
claim has run out, or its claimer is gone. Killed between the channel's yes and the mark, a warning comes twice rather than never; its mark in the
text (`#1f3a…`) is the same both times.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.store.entry import Event, stamp
from scanner.store.history import History
from scanner.store.recording import add_event

LEASE = timedelta(minutes=5)
"""How long a claim holds: longer than any channel may take."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that a channel has not taken yet."""

    channel: str
    number: int
    event: Event
    at: str
    """When it came about."""
    due_at: str
    tries: int
    error: str = ""


_WAITING = """
SELECT d.channel, e.id, e.key, e.kind, e.severity, e.title, e.body, e.at, d.due_at, d.tries, d.error
FROM delivery d JOIN event e ON e.id = d.event
WHERE d.state = 'waiting' AND (?1 = '' OR (d.channel = ?1 AND d.due_at <= ?2 AND (d.claimed_until IS NULL OR substr(d.claimed_until, 1, instr(d.claimed_until || ' ', ' ') - 1) <= ?2)))
ORDER BY d.channel, e.id
"""


_UNQUEUED = """
SELECT e.id, e.key, e.kind, e.severity, e.title, e.body, e.at
FROM event e JOIN channel c ON c.name = ? LEFT JOIN delivery d ON d.channel = c.name AND d.event = e.id
WHERE e.id > c.after_event AND d.event IS NULL ORDER BY e.id
"""


def _mine() -> str:
    """Who claims: stands behind the moment at which the claim ends."""
    return f" {os.getpid()} {socket.gethostname()}"


def _gone(until: str) -> bool:
    """Whether the claimer was a program of this machine that runs no more: killed, it will send nothing."""
    _, _, claimer = until.partition(" ")
    pid, _, host = claimer.partition(" ")
    if os.name != "posix" or host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)  # signal 0 asks, and harms nobody
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Outbox:
    """Deliveries of an open history."""

    def __init__(self, history: History) -> None:
        self.history = history

    def register(self, channels: Iterable[str]) -> None:
        """Make channels known. A new one gets what happens from now on, not the past."""
        with self.history.writing() as db:
            for name in channels:
                db.execute("INSERT OR IGNORE INTO channel SELECT ?, coalesce(max(id), 0) FROM event", (name,))

    def add(self, event: Event, at: datetime) -> bool:
        """Store an event that comes from no scan; False when it is there already."""
        with self.history.writing() as db:
            return add_event(db, event, stamp(at), None)

    def queue(self, channel: str, due: Callable[[Event], datetime | None]) -> int:
        """Make a delivery for each new event; `due` says from when it may be sent, or None where this channel does not want it."""
        with self.history.writing() as db:
            rows = self.unqueued(channel)
            for number, event, _ in rows:
                moment = due(event)
                state, at = ("waiting", stamp(moment)) if moment else ("unwanted", "")
                db.execute("INSERT INTO delivery (channel, event, state, due_at) VALUES (?, ?, ?, ?)", (channel, number, state, at))
            return len(rows)

    def unqueued(self, channel: str) -> list[tuple[int, Event, str]]:
        """Events since the channel is known that have no delivery for it yet: (number, event, when it came about)."""
        return [(row[0], Event(*row[1:6]), row[6]) for row in self.history.rows(_UNQUEUED, channel)]

    def claim(self, channel: str, now: datetime) -> tuple[Waiting, ...]:
        """Take what is due, so that nobody else sends it; the claim runs out by itself, and ends with a program that is gone."""
        with self.history.writing() as db:
            for number, until in self.history.rows("SELECT event, claimed_until FROM delivery WHERE channel = ? AND state = 'waiting' AND claimed_until IS NOT NULL", channel):
                if _gone(until):
                    db.execute("UPDATE delivery SET claimed_until = NULL WHERE channel = ? AND event = ?", (channel, number))
            rows = self._waiting(channel, stamp(now))
            for row in rows:
                db.execute("UPDATE delivery SET claimed_until = ?, tries = tries + 1 WHERE channel = ? AND event = ?", (stamp(now + LEASE) + _mine(), channel, row.number))
            return rows

    def sent(self, channel: str, numbers: Iterable[int], now: datetime, message: str) -> None:
        """The channel took them."""
        with self.history.writing() as db:
            values = [(stamp(now), message, channel, number) for number in numbers]
            db.executemany("UPDATE delivery SET state = 'sent', sent_at = ?, message = ?, error = NULL, claimed_until = NULL WHERE channel = ? AND event = ?", values)

    def failed(self, channel: str, numbers: Iterable[int], error: str, again: datetime) -> None:
        """The channel did not take them; `again` is when to try next."""
        with self.history.writing() as db:
            values = [(error, stamp(again), channel, number) for number in numbers]
            db.executemany("UPDATE delivery SET error = ?, due_at = ?, claimed_until = NULL WHERE channel = ? AND event = ?", values)

    def waiting(self) -> tuple[Waiting, ...]:
        """Everything that was not taken yet, due or not."""
        return self._waiting("", "")

    def _waiting(self, channel: str, now: str) -> tuple[Waiting, ...]:
        rows = self.history.rows(_WAITING, channel, now)
        return tuple(Waiting(row[0], row[1], Event(*row[2:7]), row[7], row[8], row[9], row[10] or "") for row in rows)

    def counts(self) -> dict[tuple[str, str], int]:
        """Deliveries by channel and state."""
        return {(channel, state): count for channel, state, count in self.history.rows("SELECT channel, state, count(*) FROM delivery GROUP BY channel, state")}
