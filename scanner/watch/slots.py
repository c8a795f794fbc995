"""Which runs are due, were begun, and are done: kept in the history file, so that a restart neither loses nor doubles one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scanner.store.entry import moment, stamp
from scanner.store.history import History
from scanner.store.settings import Job, WatchSettings
from scanner.watch.clock import last_due


@dataclass(frozen=True, slots=True)
class Slot:
    """One run of a job, named by the moment it was due."""

    job: str
    due: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    code: int | None = None
    """Exit code of the scan."""


class Slots:
    """The slots of an open history."""

    def __init__(self, history: History) -> None:
        self.history = history

    def last(self, job: str, ended: bool = False) -> Slot | None:
        """The newest slot of a job; of those that ended, where that is asked for."""
        rows = self.history.rows("SELECT job, due, started_at, ended_at, code FROM slot WHERE job = ? AND (NOT ? OR ended_at IS NOT NULL) ORDER BY due DESC LIMIT 1", job, ended)
        return next((Slot(name, moment(due), moment(begun), moment(end) if end else None, code) for name, due, begun, end, code in rows), None)

    def begin(self, job: str, due: datetime, now: datetime) -> None:
        """A run starts, or starts anew after it was cut off."""
        with self.history.writing() as db:
            db.execute(
                "INSERT INTO slot (job, due, started_at) VALUES (?, ?, ?) ON CONFLICT (job, due) DO UPDATE SET started_at = excluded.started_at", (job, stamp(due), stamp(now))
            )

    def end(self, job: str, due: datetime, now: datetime, code: int) -> None:
        """A run is done."""
        with self.history.writing() as db:
            db.execute("UPDATE slot SET ended_at = ?, code = ? WHERE job = ? AND due = ?", (stamp(now), code, job, stamp(due)))

    def due(self, settings: WatchSettings, now: datetime) -> tuple[tuple[Job, datetime], ...]:
        """What has to be run now, longest due first. Of several slots that were missed the last one is run: a scan shows the
        present, however late. A job that never ran is due at once."""
        return tuple(sorted(self._missed(settings.jobs, settings, now), key=lambda pair: (pair[1], pair[0].name)))

    def _missed(self, jobs: Iterable[Job], settings: WatchSettings, now: datetime) -> Iterable[tuple[Job, datetime]]:
        for job in jobs:
            at = last_due(job.cron, settings.zone, now)
            slot = self.last(job.name, ended=True)
            if slot is None or slot.due < at:
                yield job, at
