"""Who runs the jobs of a loop: threads that wait for a call each, or one event loop that has thousands under way."""

from __future__ import annotations

import contextlib
import ctypes
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from scanner.collect.changed import changed
from scanner.collect.plan import Answer, Failure, Job, Worker
from scanner.model.known import Reason

if TYPE_CHECKING:
    import asyncio  # costs more than all of this program's own modules together: made when it is needed


@runtime_checkable
class AsyncWorker(Protocol):
    """A worker whose looks are coroutines; for providers that wait for many peers at once."""

    at_once: int
    """Looks under way at most."""

    async def look(self, job: Job) -> Answer:
        """Make one look, as `Worker.work` does."""
        ...


@runtime_checkable
class LanedWorker(Protocol):
    """A worker whose looks go to several services, each of which may be asked so much at once and no more."""

    threads: int
    """Looks under way at most, over all lanes."""

    def lane(self, job: Job) -> str:
        """What a look shares its limit with: a service in a region."""
        ...

    def width(self, lane: str) -> int:
        """Looks that may be under way in a lane now; changes while a service throttles, and is never below 1."""
        ...


Done = Callable[[Job, Answer], None]
"""Takes an answer; called from other threads."""


class Pool(Protocol):
    """Takes jobs, hands answers to `Done`."""

    def put(self, job: Job) -> None: ...

    def close(self) -> None:
        """Start nothing more; what is under way may end by itself."""
        ...


def pool(worker: Worker, threads: int, done: Done, over: Callable[[], bool]) -> Pool:
    """The pool that fits the worker, with as many threads as it asks for. `over()` is true once nothing more is to be started."""
    if isinstance(worker, AsyncWorker):
        return Tasks(worker, done, over)
    if isinstance(worker, LanedWorker):
        return Lanes(worker, done, over)
    return Threads(worker, getattr(worker, "threads", threads), done, over)


class Threads:
    """Daemon threads, so that a call which hangs in the network cannot keep the program alive."""

    def __init__(self, worker: Worker, count: int, done: Done, over: Callable[[], bool]) -> None:
        self._worker, self._count, self._done, self._over = worker, count, done, over
        self._todo: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._serve, daemon=True, name=f"look-{number}").start()

    def put(self, job: Job) -> None:
        self._todo.put(job)

    def close(self) -> None:
        for _ in range(self._count):
            self._todo.put(None)

    def _serve(self) -> None:
        while (job := self._todo.get()) is not None:
            if not self._over():
                self._done(job, attempt(self._worker, job))


class Lanes:
    """Daemon threads that take the next job of any lane with room, in turns, so that a slow service keeps nobody else waiting."""

    def __init__(self, worker: LanedWorker, done: Done, over: Callable[[], bool]) -> None:
        self._worker, self._done, self._over = worker, done, over
        _few_arenas()
        self._change = threading.Condition()
        self._todo: dict[str, deque[Job]] = {}
        self._busy: dict[str, int] = {}
        self._closed = False
        self._idle = self._started = 0
        self._turn = sys.getswitchinterval()
        sys.setswitchinterval(max(self._turn, _TURN))

    def put(self, job: Job) -> None:
        with self._change:
            self._todo.setdefault(self._worker.lane(job), deque()).append(job)
            if self._started < self._worker.threads and self._more_than_idle():
                self._started += 1
                threading.Thread(target=self._serve, daemon=True, name=f"look-{self._started}").start()
            else:
                self._change.notify()

    def _more_than_idle(self) -> bool:
        """Whether more may be started than threads wait for. One that was woken for a job counts as idle until it runs: two jobs put
        at once would else share it, and the one in front may be waiting for the other."""
        left = self._idle
        for lane, jobs in self._todo.items():
            left -= max(0, min(len(jobs), self._worker.width(lane) - self._busy.get(lane, 0)))
            if left < 0:
                return True
        return False

    def close(self) -> None:
        sys.setswitchinterval(self._turn)
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _serve(self) -> None:
        looker: Any = self._worker
        lane = ""
        while (taken := self._take(lane)) is not None:
            lane, job = taken
            if self._over():
                continue
            try:
                self._done(job, attempt(looker, job))
            except BaseException:
                self._take_back(lane)
                raise

    def _take_back(self, lane: str) -> None:
        """A thread ends with its job: the lane has room for somebody else's."""
        with self._change:
            self._busy[lane] -= 1
            self._change.notify()

    def _free(self) -> str | None:
        """The first lane with a job and room for it."""
        busy, width = self._busy, self._worker.width
        return next((lane for lane in self._todo if busy.get(lane, 0) < width(lane)), None)

    def _take(self, done: str = "") -> tuple[str, Job] | None:
        """The next job, for a thread that is done with one of `done`: who made room takes what it was made for, and nobody is woken for it."""
        with self._change:
            if done:
                self._busy[done] -= 1
            while not self._closed:
                lane = self._free()
                if lane is not None:
                    waiting = self._todo.pop(lane)
                    job = waiting.popleft()
                    if waiting:
                        self._todo[lane] = waiting  # at the end: its next turn comes after that of all others
                    self._busy[lane] = self._busy.get(lane, 0) + 1
                    if self._idle and self._free() is not None:
                        self._change.notify()  # a lane has become wider
                    return lane, job
                self._idle += 1
                self._change.wait(0.5)  # a lane that was narrowed widens with time, of which nobody is told
                self._idle -= 1
            return None


def _few_arenas() -> None:
    """Let all threads share two heaps: glibc gives each its own by default, and what one of them frees stays in it. A scan
    with 64 threads takes a fifth less memory so. Does nothing where there is no glibc."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


_TURN = 0.05
"""Seconds after which a thread asks the one that runs for its turn. Every look waits for the network after a millisecond and gives its turn
away by itself; at the usual 5 ms dozens of waiting threads wake two hundred times a second each, for nothing."""
_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""


class Tasks:
    """One daemon thread with an event loop; `at_once` jobs are under way, all others wait in line."""

    def __init__(self, worker: AsyncWorker, done: Done, over: Callable[[], bool]) -> None:
        import asyncio

        self._worker, self._done, self._over = worker, done, over
        self._loop = asyncio.new_event_loop()
        self._todo: asyncio.Queue[Job] = asyncio.Queue()
        threading.Thread(target=self._run, daemon=True, name="looks").start()

    def put(self, job: Job) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed: the scan is over
            self._loop.call_soon_threadsafe(self._todo.put_nowait, job)

    def close(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        import asyncio

        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    def _run(self) -> None:
        import asyncio

        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        import asyncio

        await asyncio.gather(*(self._take() for _ in range(self._worker.at_once)))

    async def _take(self) -> None:
        while True:
            job = await self._todo.get()
            if not self._over():
                self._done(job, await attempt_async(self._worker, job))


def attempt(worker: Worker, job: Job) -> Answer:
    """Run one job; whatever happens, there is an answer with a reason."""
    start = time.monotonic()
    try:
        return _timed(worker.work(job), start)
    except Exception as error:  # the one broad edge: a defect becomes a reason, never silence
        return _failed(job, error, start)


async def attempt_async(worker: AsyncWorker, job: Job) -> Answer:
    """The same for a coroutine."""
    start = time.monotonic()
    try:
        return _timed(await worker.look(job), start)
    except Exception as error:
        return _failed(job, error, start)


def _timed(answer: Answer, start: float) -> Answer:
    return changed(answer, call=changed(answer.call, took=round(time.monotonic() - start, 4)))


def _failed(job: Job, error: Exception, start: float) -> Answer:
    if not isinstance(error, Failure):
        return Answer(changed(job.call, outcome=Reason.DEFECT, code=type(error).__name__, detail=str(error)[:300]))
    call = changed(job.call, outcome=error.reason, code=error.code, detail=error.detail, took=round(time.monotonic() - start, 4))
    if error.read is None:
        return Answer(call, parts=())
    call = changed(call, pages=error.read.call.pages, items=error.read.call.items)
    return changed(error.read, call=call)


__all__ = ["AsyncWorker", "Pool", "attempt", "pool"]
