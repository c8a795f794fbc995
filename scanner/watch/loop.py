"""The loop of `houvast watch`: run what is due, send what waits, sleep until the next of both.

What a scan is and how warnings are sent is given to it; it knows only the clock, the slots and the signal to stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from scanner.errors import Exit
from scanner.store.entry import Event, stamp
from scanner.store.history import History
from scanner.store.outbox import Outbox
from scanner.store.settings import Job, WatchSettings
from scanner.watch.clock import next_due
from scanner.watch.slots import Slots

LONGEST_NAP = 30.0
"""Seconds between two looks at the outbox and the clock; also how late a run can be."""
WORKED = frozenset({Exit.OK, Exit.NOTHING, Exit.FAILED, Exit.UNKNOWN})
"""Exit codes of a scan that came to an end: what it found is told by itself."""

RunJob = Callable[[Job], int | None]
"""Runs a scan to its end and gives its exit code; None when it was stopped."""


@dataclass
class Watch:
    """One watcher of one history."""

    history: History
    settings: WatchSettings
    run_job: RunJob
    deliver: Callable[[datetime], None]
    now: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    running: str | None = None
    """Name of the job under way."""

    def __post_init__(self) -> None:
        self.slots = Slots(self.history)

    def run(self) -> None:
        """Until `stop` is set."""
        while not self.stop.is_set():
            self.turn()
            nap = min((next_due(j.cron, self.settings.zone, self.now()) - self.now()).total_seconds() for j in self.settings.jobs)
            self.stop.wait(min(max(nap, 0.05), LONGEST_NAP))

    def turn(self) -> int:
        """Run everything that is due, one after the other, and send what waits. Gives the worst exit code, 0 when none ran."""
        worst = 0
        for job, due in self.slots.due(self.settings, self.now()):
            if self.stop.is_set():
                break
            code = self._one(job, due)
            worst = max(worst, code or 0)
        if not self.stop.is_set():
            self.deliver(self.now())
        return worst

    def _one(self, job: Job, due: datetime) -> int | None:
        before = self.slots.last(job.name, ended=True)
        self.slots.begin(job.name, due, self.now())
        self.running = job.name
        try:
            code = self.run_job(job)
        finally:
            self.running = None
        if code is None:
            return None  # stopped: the slot stays open, and is run again at the next start
        self._tell(job, due, code, before.code if before else None)
        self.slots.end(job.name, due, self.now(), code)
        return code

    def _tell(self, job: Job, due: datetime, code: int, before: int | None) -> None:
        """A job that fails is told when it begins to, and when it works again."""
        failed, failed_before = code not in WORKED, before is not None and before not in WORKED
        if failed and not failed_before:
            body = "nothing was looked at: the state of the promises is that of the last scan\nrun the command by hand to see what is wrong"
            Outbox(self.history).add(Event(f"operation|{job.name}|{stamp(due)}", "operation", "high", f"the scan {job.name} failed with exit code {code}", body), self.now())
        elif failed_before and not failed:
            Outbox(self.history).add(Event(f"operation|{job.name}|{stamp(due)}", "operation", "info", f"the scan {job.name} works again"), self.now())
