"""The history: every assessment, kept compactly in one SQLite file.

A scan costs a row, a row a check and promise, and a row for each question whose state *changed*; a year of daily scans of
fifty thousand verdicts is some tens of megabytes. Recording is one transaction: a scan is there with all that follows from
it (its warnings too), or not at all. Two writers wait for each other (WAL, `BEGIN IMMEDIATE`). A file that is damaged, not
ours, or written by a newer Houvast is an error, never an empty history.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from scanner.errors import Exit, InvalidFile
from scanner.judge.diff import Standing
from scanner.store.entry import Decide, Entry, Recorded
from scanner.store.history_schema import APPLICATION_ID, MIGRATIONS, migrate, user_version
from scanner.store.recording import Recording, add_event, load_standings

BUSY_SECONDS = 30.0
"""How long a writer waits for another one."""


class HistoryUnusable(InvalidFile):
    """The history file cannot be read or written: damaged, not a history, newer than this program, locked, disk full."""

    code = Exit.TOOL_ERROR


def state_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where programs keep their state for this user: XDG on Linux, its likes elsewhere."""
    env = os.environ if environment is None else environment
    if Path(env.get("XDG_STATE_HOME", "")).is_absolute():  # the specification: a relative path is to be ignored
        return Path(env["XDG_STATE_HOME"]) / "houvast"
    if sys.platform == "darwin":
        return Path(env.get("HOME", "~")).expanduser() / "Library" / "Application Support" / "houvast"
    if sys.platform == "win32":
        return Path(env.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "houvast"
    return Path(env.get("HOME", "~")).expanduser() / ".local" / "state" / "houvast"


def default_path() -> Path:
    """The history of this user."""
    return state_folder() / "history.sqlite3"


class History:
    """An open history file. Use as a context manager; every method may raise HistoryUnusable."""

    def __init__(self, path: Path, *, create: bool = True, busy: float = BUSY_SECONDS) -> None:
        self.path = path
        if not path.exists() and not create:
            raise HistoryUnusable(str(path), "there is no history yet", "houvast scan --history FILE begins one; docs/history.md")
        with self._errors():
            if create:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with suppress(FileExistsError):  # findings are nobody else's business
                    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self.db = sqlite3.connect(path, timeout=busy, isolation_level=None, check_same_thread=False)
        try:
            with self._errors():
                self._prepare_patiently(time.monotonic() + busy)
        except BaseException:
            self.db.close()
            raise

    def _prepare_patiently(self, until: float) -> None:
        """SQLite does not wait while two programs make the same new file one with a write-ahead log: it says at once that it is locked."""
        while True:
            try:
                return self._prepare()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def _prepare(self) -> None:
        version = user_version(self.db)
        tables = self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        owner = self.db.execute("PRAGMA application_id").fetchone()[0]  # after the tables: both come in one transaction of whoever makes the file
        if tables and owner != APPLICATION_ID:
            raise HistoryUnusable(str(self.path), "is a database of another program", "name another file with --history; this one was not touched")
        if version > len(MIGRATIONS):
            raise HistoryUnusable(str(self.path), f"was written by a newer Houvast (tables {version}, known {len(MIGRATIONS)})", "use that version, or another file with --history")
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA foreign_keys = ON")
        if version < len(MIGRATIONS):
            migrate(self.db)
        self.db.execute("SELECT count(*) FROM scan").fetchone()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors as one that says what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise HistoryUnusable(str(self.path), "another program has held it for too long", "wait until it is done, and try again") from error
            raise HistoryUnusable(str(self.path), f"cannot be used: {error}", "check the place, its permissions and the free space") from error
        except sqlite3.DatabaseError as error:
            raise HistoryUnusable(str(self.path), f"is damaged or is no history: {error}", _DAMAGED) from error
        except OSError as error:
            raise HistoryUnusable(str(self.path), f"cannot be used: {error.strerror}", "check the place and its permissions") from error

    def __enter__(self) -> History:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing, also when the program is killed."""
        with self._errors():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer to a question in SQL."""
        with self._errors():
            return self.db.execute(sql, values).fetchall()

    def damage(self) -> str:
        """What SQLite finds wrong with the whole file; empty when it is sound."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check(5)")]
        return "" if found == ["ok"] else "; ".join(found)

    def record(self, entry: Entry, decide: Decide | None = None) -> Recorded | None:
        """Add a scan, with the events that `decide` makes of it; None when it was recorded before."""
        with self.writing() as db:
            if db.execute("SELECT 1 FROM scan WHERE key = ?", (entry.key,)).fetchone():
                return None
            recorded = Recording(db, entry).run()
            for event in decide(entry, recorded) if decide else ():
                add_event(db, event, entry.assessment.judged_at, recorded.scan)
            return recorded

    def standings(self) -> dict[str, Standing]:
        """How every question stands that was ever asked."""
        with self._errors():
            return {standing.fingerprint: standing for _, standing in load_standings(self.db, {}, set())}


_DAMAGED = "move it away and start a new one, or rescue what is readable: sqlite3 FILE .recover | sqlite3 NEW; houvast judge SNAPSHOT --history NEW adds a scan that was kept"
