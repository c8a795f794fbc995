"""Progress on stderr: one living line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

from scanner.report.text import safe, shorten

if TYPE_CHECKING:
    from scanner.collect import run
    from scanner.collect.ledger import Ledger

_LIVELY = 0.1
"""Seconds between two drawings of the line."""
_SPARSE = 10.0
"""Seconds between two lines where stderr is a file."""


class Progress:
    """Says what is looked at; several loops may report at once."""

    def __init__(self, quiet: bool, ledger: Ledger) -> None:
        self.quiet = quiet
        self.ledger = ledger
        self.living = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._last = 0.0
        self._start = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def show(self, step: run.Progress) -> None:
        """Called after every answer."""
        moment = time.monotonic()
        pause = _LIVELY if self.living else _SPARSE
        with self._lock:
            if self.quiet or moment - self._last < pause or (not self.living and moment - self._start < pause):
                return
            self._last = moment
        asked, failed = self.ledger.counts()
        text = f"{asked} calls, {failed} not answered, {step.known - step.done} to go · {safe(step.label)}"
        if self.living:
            sys.stderr.write(f"\r\x1b[2K{shorten(text, 100)}")
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.living and not self.quiet:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
