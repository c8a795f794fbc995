"""Small reads put together: what several threads ask Resource Manager at one moment travels as one request.

`POST /batch` of Resource Manager answers up to 20 GETs at once, each with its own status; the portal and Microsoft's own
tools work that way. Only GETs are ever put into it. Where it is not served, every read goes alone, as before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

SIZE = 20
LINGER = 0.03
"""Seconds that the first of a batch waits for others to join."""


@dataclass
class _Open(Generic[T]):
    """A batch that still takes questions."""

    asked: list[str] = field(default_factory=list)
    full: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    answers: Sequence[T | None] | None = None


class Batch(Generic[T]):
    """Gathers what threads ask; the first of them sends it. None stands for: ask alone."""

    def __init__(self, send: Callable[[Sequence[str]], Sequence[T | None] | None], crowd: Callable[[], int], deadline: float) -> None:
        self._send, self._crowd, self._deadline = send, crowd, deadline
        self._lock = threading.Lock()
        self._open: _Open[T] | None = None

    def get(self, path: str) -> T | None:
        """The answer to one question."""
        if self._crowd() < 2:
            return None  # nobody is there to wait for
        with self._lock:
            batch = self._open
            first = batch is None
            if batch is None:
                batch = self._open = _Open()
            at = len(batch.asked)
            batch.asked.append(path)
            if len(batch.asked) == SIZE:
                self._open = None
                batch.full.set()
        if first:
            self._lead(batch)
        elif not batch.done.wait(max(0.0, self._deadline - time.monotonic())):
            return None
        return batch.answers[at] if batch.answers is not None else None

    def _lead(self, batch: _Open[T]) -> None:
        batch.full.wait(LINGER)
        with self._lock:
            if self._open is batch:
                self._open = None
        try:
            if len(batch.asked) > 1:
                batch.answers = self._send(batch.asked)
        finally:
            batch.done.set()
