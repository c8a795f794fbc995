"""`houvast judge`: the same judgement on what was collected before."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path

from scanner import plugins
from scanner.cli import judging
from scanner.errors import UsageError
from scanner.model.snapshot import Snapshot
from scanner.store.config import Config
from scanner.store.snapshot_file import load


def run(arguments: argparse.Namespace) -> int:
    """Exit code of the contract."""
    snapshot = reduce(Snapshot.merge, [load(Path(name)) for name in arguments.snapshots])
    moment = moment_of(arguments.at) if arguments.at else datetime.fromisoformat(snapshot.run.taken_at)
    choice = judging.choose(arguments, Config())
    return judging.report(snapshot, plugins.load_types(), choice, moment, arguments)


def moment_of(text: str) -> datetime:
    """A date (its end, UTC) or a moment. Raises UsageError."""
    try:
        if len(text) == len("2026-12-31"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"--at {text}: {error}", "write 2026-12-31 or 2026-12-31T12:00:00Z") from error
