"""A child process that answers in JSON lines and can be killed.

The verifier of chains and sslyze can both be held for ever by a hostile server; a thread cannot be stopped, a
process can. The child gets Python's own search path of this process, without the working directory.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scanner.sdk import Failure, Json

ROOT = str(Path(__file__).resolve().parents[2])
_START = "import json,sys; sys.path[:] = json.loads(sys.argv[1]); import importlib; importlib.import_module(sys.argv[2]).main()"


Outcome = dict[str, Json] | Failure
"""A part of an endpoint's document: its body, or why there is none."""

_living: weakref.WeakSet[Child] = weakref.WeakSet()


@atexit.register
def _kill_all() -> None:
    """No child outlives a scan that was stopped."""
    for child in list(_living):
        child.kill()


class Overdue(Exception):
    """The child did not answer before its deadline, and was killed."""


class Died(Exception):
    """The child ended without an answer; the message is the end of what it wrote on stderr."""


class Child:
    """One process that runs `main()` of a module of this package: reads requests, writes answers, a line each."""

    def __init__(self, module: str) -> None:
        path = [entry for entry in sys.path if entry]
        if ROOT not in path:
            path.append(ROOT)
        # Our own interpreter, our own module: nothing here comes from what is scanned.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _START, json.dumps(path), module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        _living.add(self)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._errors = b""
        self._threads = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()

    def ask(self, request: dict[str, Any]) -> None:
        """Send a request. Raises Died."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:  # ValueError: it was killed, and its pipe is closed
            raise Died(self._last_words() or str(error)) from error

    def answer(self, deadline: float) -> dict[str, Any]:
        """The next line. `deadline` is a time of `time.monotonic()`. Raises Overdue, Died."""
        try:
            line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
        except queue.Empty:
            self.kill()
            raise Overdue from None
        if line is None:
            self.kill()
            raise Died(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def answers(self, deadline: float) -> Iterator[dict[str, Any]]:
        """Lines up to the one that says `{"end": true}`. Raises Overdue, Died."""
        while not (line := self.answer(deadline)).get("end"):
            yield line

    def kill(self) -> None:
        """End it and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:  # Windows
                self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors = (self._errors + line)[-2000:]

    def _last_words(self) -> str:
        return self._errors.decode(errors="replace").strip().rsplit("\n", 1)[-1][:300] or f"exit code {self._process.returncode}"


def serve(handle: Any) -> None:
    """The child's side: `handle(request)` yields answers; each goes out at once, so that a kill loses only what is unfinished."""
    for line in sys.stdin:
        for answer in handle(json.loads(line)):
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        sys.stdout.write('{"end": true}\n')
        sys.stdout.flush()
