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
from scanner.collect.plan import Answer, Failure, Job, Worker
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


def attempt(worker: Worker, job: Job) -> Answer:
    """Run one job; whatever happens, there is an answer with a reason."""
    start = time.monotonic()
    try:
        answer = worker.work(job)
        return replace(answer, call=replace(answer.call, took=round(time.monotonic() - start, 4)))
    except Failure as failure:
        call = replace(job.call, outcome=failure.reason, code=failure.code, detail=failure.detail, took=round(time.monotonic() - start, 4))
        if failure.read is None:
            return Answer(call, parts=())
        seen = failure.read
        call = replace(call, pages=seen.call.pages, items=seen.call.items)
        return replace(seen, call=call)
    except Exception as error:  # the one broad edge: a defect becomes a reason, never silence
        return Answer(replace(job.call, outcome=Reason.DEFECT, code=type(error).__name__, detail=str(error)[:300]))


class Loop:
    """Runs a worker's jobs until none is left, the deadline passes, or `stop` is set."""

    def __init__(
        self, worker: Worker, ledger: Ledger, *, threads: int, deadline: float, stop: threading.Event | None = None, progress: Callable[[Progress], None] | None = None
    ) -> None:
        self.worker, self.ledger, self.threads = worker, ledger, threads
        self.deadline = time.monotonic() + deadline
        self.stop = stop or threading.Event()
        self.progress = progress or (lambda _p: None)
        self._todo: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Job, Answer]] = queue.SimpleQueue()
        self._open: dict[str, Job] = {}
        self._ever: set[str] = set()
        self._finished = self._failed = 0

    def run(self) -> bool:
        """True when everything was done; False when it was stopped or ran out of time."""
        pool = [threading.Thread(target=self._serve, daemon=True, name=f"look-{n}") for n in range(self.threads)]
        for thread in pool:
            thread.start()
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
            for _ in pool:
                self._todo.put(None)

    def _add(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.call.id not in self._ever:  # the same look is never made twice
                self._ever.add(job.call.id)
                self._open[job.call.id] = job
                self._todo.put(job)

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
        self.progress(Progress(self._finished, self._finished + len(self._open), self._failed, answer.call.name))

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

    def _serve(self) -> None:
        while (job := self._todo.get()) is not None:
            if self.stop.is_set() or time.monotonic() > self.deadline:
                continue
            self._done.put((job, attempt(self.worker, job)))
