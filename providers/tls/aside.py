"""Blocking work beside an event loop, in daemon threads: it holds neither the loop nor the end of the program."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_Work = Callable[[], None]


class Lane:
    """One thread that does one piece of work after the other; started with the first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """The result of `work(*arguments)`; what it raises is raised here."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True, name=self._name)
            self._thread.start()
        ended, run = _settling(work, arguments)
        self._work.put(run)
        return await ended

    def close(self) -> None:
        """Let the thread end after what it has."""
        if self._thread is not None:
            self._work.put(None)
            self._thread = None

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


async def aside(work: Callable[..., T], *arguments: Any) -> T:
    """The result of `work(*arguments)` in a thread of its own; what it raises is raised here."""
    ended, run = _settling(work, arguments)
    threading.Thread(target=run, daemon=True, name="aside").start()
    return await ended


def _settling(work: Callable[..., T], arguments: tuple[Any, ...]) -> tuple[asyncio.Future[T], _Work]:
    """A future of this loop, and the work that settles it from another thread."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if ended.cancelled():
            return
        if error is not None:
            ended.set_exception(error)
        else:
            ended.set_result(result)  # type: ignore[arg-type]  # None is a T where `work` gives None

    def run() -> None:
        result, failed = None, None
        try:
            result = work(*arguments)
        except BaseException as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(settle, result, failed)

    return ended, run
