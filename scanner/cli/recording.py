"""After the judgement: put it into the history, tell what changed. A history that fails never costs the assessment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.declare.decl import TypeDecl
from scanner.errors import Exit, HouvastError, UsageError
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Assessment
from scanner.report.text import plural, safe
from scanner.store.config import Config

if TYPE_CHECKING:
    from scanner.cli.judging import Choice
    from scanner.store.entry import Entry


def chosen_history(arguments: argparse.Namespace, config: Config) -> Path | None:
    """The history file of this run: what is typed goes before the file; nothing is recorded unless one of them says so."""
    if getattr(arguments, "notify", False) and config.notify is None:
        raise UsageError("no channel is configured", "write [[notify.channel]] in houvast.toml; docs/notify.md shows how")
    if getattr(arguments, "no_history", False):
        return None
    named = getattr(arguments, "history", None) or config.history
    if named is None and not getattr(arguments, "notify", False):
        return None
    return Path(named) if named else own_history()


def own_history() -> Path:
    """The history of this user."""
    from scanner.store.history import default_path

    return default_path()


def keep(
    path: Path, assessment: Assessment, snapshot: Snapshot, decls: Mapping[str, TypeDecl], choice: Choice, moment: datetime, arguments: argparse.Namespace, config: Config
) -> Exit | None:
    """Record, and send warnings where that is asked for. Gives the exit code of what went wrong, else None."""
    from scanner.store.history import History

    try:
        with History(path) as history:
            if config.notify:
                from scanner.store.outbox import Outbox

                Outbox(history).register(channel.name for channel in config.notify.channels)
            _record(history, _entry(assessment, snapshot, decls, choice, arguments), config)
    except Exception as error:
        kept = _rescue(assessment, snapshot, path, moment)
        print(f"houvast: the history was not written: {safe(error)}", file=sys.stderr)
        if isinstance(error, HouvastError) and error.advice:
            print(f"  → {safe(error.advice)}", file=sys.stderr)
        print(f"  → nothing is lost: {kept}; add it later with houvast judge {kept} --history FILE", file=sys.stderr)
        if not isinstance(error, HouvastError):
            raise  # a defect: its scan is safe, and it is told as one
        return error.code
    if getattr(arguments, "notify", False):
        from scanner.cli.notify import deliver

        with History(path) as history:
            deliver(history, config, moment)
    return None


def _entry(assessment: Assessment, snapshot: Snapshot, decls: Mapping[str, TypeDecl], choice: Choice, arguments: argparse.Namespace) -> Entry:
    from scanner.judge.diff import Seen
    from scanner.judge.estate import Estate
    from scanner.store.entry import entry_of

    narrowed = bool(arguments.check or arguments.skip_check or choice.types)
    series = getattr(arguments, "series", None) or " ".join(snapshot.run.targets) + (
        f" ({' '.join([*sorted(choice.checks if arguments.check or arguments.skip_check else ()), *sorted(choice.types)])})" if narrowed else ""
    )
    return entry_of(assessment, snapshot, Estate.of(snapshot, decls), Seen.of(snapshot, choice.checks, choice.types), series)


def _record(history: object, entry: Entry, config: Config) -> None:
    from scanner.notify.events import decide
    from scanner.store.history import History
    from scanner.store.settings import THRESHOLDS

    assert isinstance(history, History)
    recorded = history.record(entry, decide(config.notify.certificates if config.notify else THRESHOLDS))
    if recorded is None:
        print(f"houvast: this scan stands in {history.path} already", file=sys.stderr)
        return
    told = [c for c in recorded.changes if c.kind]
    print(f"houvast: recorded in {history.path}: {'the first scan of its kind' if recorded.first else plural(len(told), 'change')}", file=sys.stderr)


def _rescue(assessment: Assessment, snapshot: Snapshot, path: Path, moment: datetime) -> Path:
    """Keep the snapshot and the assessment beside the history, or where there is room. Gives the snapshot's path."""
    from scanner.report import json
    from scanner.store.atomic import write_atomic
    from scanner.store.snapshot_file import save

    stem = f"houvast-not-recorded-{moment:%Y%m%dT%H%M%SZ}-{assessment.snapshot_digest[:8]}"
    import tempfile

    for folder in (path.parent, Path.cwd(), Path(tempfile.gettempdir())):
        try:
            save(snapshot, folder / f"{stem}.jsonl")
            write_atomic(folder / f"{stem}.json", json.pieces(assessment))
        except HouvastError:
            continue
        return folder / f"{stem}.jsonl"
    raise HouvastError("neither the history nor a copy of the assessment could be written", "make room on the disk, and scan again with --snapshot")
