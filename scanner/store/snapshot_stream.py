"""What a scan sees, kept as it comes: a run that dies leaves a file that can be judged, with a gap for all that is not in it.

It lies beside the snapshot that was asked for, as `NAME.partial`, and has the same lines but the last one; besides, the answers
of detail calls as `part` lines, because they come later than their documents, and what was left out as `excluded` lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from io import FileIO
from pathlib import Path
from typing import Any

from scanner.collect.plan import Answer
from scanner.errors import InvalidFile
from scanner.model.snapshot import SCHEMA, Run
from scanner.store.snapshot_file import call_line, document_line

_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=dict).encode


def partial(path: Path) -> Path:
    """Where a run that writes the snapshot `path` keeps what it has seen so far."""
    return path.with_name(f"{path.name}.partial")


class Stream:
    """An open file of answers. `take` is called by one thread at a time (the ledger's lock sees to it)."""

    def __init__(self, path: Path, run: Run) -> None:
        """Raises InvalidFile where it cannot be written: better now than after the scan."""
        self.path = partial(path)
        self._file: FileIO | None = None
        try:
            self.path.unlink(missing_ok=True)  # what an earlier run left; a link that somebody laid there is never followed
            self._file = FileIO(self.path, "x")
            self._write([_json({"schema": SCHEMA, "run": asdict(replace(run, complete=False))})])
        except OSError as error:
            raise InvalidFile(str(path), f"cannot be written: {error.strerror}", "give a folder that exists and that you may write to") from error

    def take(self, answer: Answer) -> None:
        """Write everything that a job brought. A disk that is full ends the stream, not the scan: the end of the run says so."""
        if self._file is None:
            return
        try:
            self._write(lines(answer))
        except OSError:
            self.close()

    def _write(self, lines: Iterable[str]) -> None:
        """Straight to the system: what is written has outlived the process, even one that is killed."""
        left = memoryview("".join(f"{line}\n" for line in lines).encode("ascii"))
        while self._file is not None and left:
            left = left[self._file.write(left) or 0 :]

    def close(self) -> None:
        """Nothing more comes; what came is on the disk."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """The snapshot itself is written: the partial one has done its work."""
        self.close()
        self.path.unlink(missing_ok=True)


def lines(answer: Answer) -> Iterator[str]:
    """The calls first, so that whoever reads a part knows its call."""
    for call in (answer.call, *answer.more_calls):
        yield call_line(call)
    for doc in answer.documents:
        yield document_line(doc)
    for part in answer.parts:
        plain: dict[str, Any] = {"ref": str(part.ref), "put": part.put, "call": answer.call.id}
        yield _json({"part": plain | ({"body": part.body} if answer.call.ok else {})})
    if answer.excluded:
        yield _json({"excluded": sorted(answer.excluded)})


__all__ = ["Stream", "lines", "partial"]
