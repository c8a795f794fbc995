"""The loop that runs jobs: in parallel, under a deadline, stoppable, and never losing an answer.

Worker threads are daemons, so that a call which hangs in the network cannot keep the program alive after Ctrl-C;
what had not been answered by then stands in the ledger as not collected.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Job, Worker
from scanner.collect.pool import attempt, pool
from scanner.model.known import Reason
from scanner.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    known: int
    """Jobs known so far; grows while a run finds more to look at."""
    failed: int
    label: str


class Loop:
    """Runs a worker's jobs until none is left, the deadline passes, or `stop` is set."""

    def __init__(
        self, worker: Worker, ledger: Ledger, *, threads: int, deadline: float, stop: threading.Event | None = None, progress: Callable[[Progress], None] | None = None
    ) -> None:
        self.worker, self.ledger, self.threads = worker, ledger, threads
        self.deadline = time.monotonic() + deadline
        self.stop = stop or threading.Event()
        self.progress = progress or (lambda _p: None)
        self._done: queue.SimpleQueue[tuple[Job, Answer]] = queue.SimpleQueue()
        self._open: dict[str, Job] = {}
        self._ever: set[str] = set()
        self._finished = self._failed = 0

    def run(self) -> bool:
        """True when everything was done; False when it was stopped or ran out of time."""
        self._pool = pool(self.worker, self.threads, lambda job, answer: self._done.put((job, answer)), self._over)
        try:
            self._add(self.worker.start())
            round = 0
            while self._pump():
                more = self.worker.follow_up(self.ledger.documents(), round)
                round += 1
                self._add(more)
                if not self._open:
                    return True
            return False
        finally:
            self._pool.close()

    def _add(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.call.id not in self._ever:  # the same look is never made twice
                self._ever.add(job.call.id)
                self._open[job.call.id] = job
                self._pool.put(job)

    def _pump(self) -> bool:
        """Wait for the open jobs. False when they had to be given up."""
        while self._open:
            left = self.deadline - time.monotonic()
            if self.stop.is_set() or left <= 0:
                self._give_up(Reason.NOT_COLLECTED if self.stop.is_set() else Reason.TIMEOUT)
                return False
            try:
                self._take(*self._done.get(timeout=min(0.1, left)))
            except queue.Empty:
                continue
        return True

    def _take(self, job: Job, answer: Answer) -> None:
        del self._open[job.call.id]
        self._finished += 1
        self._failed += not answer.call.ok
        self.ledger.take(answer)
        self._add(answer.jobs)
        label = f"{answer.call.account} {answer.call.name}".strip()  # of many accounts each says whose turn it is
        self.progress(Progress(self._finished, self._finished + len(self._open), self._failed, label))

    def _take_what_came(self) -> None:
        """Answers that arrived before the end are answers."""
        while True:
            try:
                self._take(*self._done.get_nowait())
            except queue.Empty:
                return

    def _give_up(self, reason: Reason) -> None:
        self._take_what_came()
        why = "the scan was stopped" if reason is Reason.NOT_COLLECTED else "the time for the whole scan was over"
        for job in self._open.values():
            self.ledger.take(Answer(replace(job.call, outcome=reason, code="", detail=why)))
        self._open.clear()

    def _over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline


__all__ = ["Loop", "Progress", "attempt"]
