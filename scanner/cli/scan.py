"""`houvast scan`: look, judge, settle, report."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli import judging
from scanner.cli.choosing import chosen_config, options_of
from scanner.cli.collecting import collect, declarations, now, run_of
from scanner.cli.recording import chosen_history
from scanner.cli.targets import parse_targets, words_of
from scanner.model.known import Reason
from scanner.model.snapshot import Run
from scanner.store.snapshot_file import save

if TYPE_CHECKING:
    from scanner.store.snapshot_stream import Stream


def run(arguments: argparse.Namespace) -> int:
    """Exit code of the contract."""
    config = chosen_config(arguments.config)
    chosen_history(arguments, config)  # what cannot be recorded or told is said before anything is looked at
    targets = parse_targets(words_of(arguments.targets, arguments.management_group) or config.targets, arguments.profile)
    choice = judging.choose(arguments, config)
    moment = now()
    options = options_of(arguments, config, choice, moment)
    decls = declarations(targets, options)
    snapshot = Path(arguments.snapshot) if arguments.snapshot else None
    with _kept(snapshot if targets.live else None, run_of(targets, options, False)) as stream:
        collected = collect(targets, options, decls, arguments.quiet, stream.take if stream else None)
    if snapshot is not None:
        save(collected.snapshot, snapshot)
    if stream is not None:
        stream.remove()
    if collected.stopped:
        kept = f"; what was seen is in {arguments.snapshot}" if arguments.snapshot else ""
        print(f"houvast: stopped before the end: what was not looked at is reported as unknown{kept}", file=sys.stderr)
        arguments.no_history = True  # half a scan says nothing about change
    _tell_unreached(collected.snapshot.calls)
    if targets.live:
        gc.collect()  # clients and their hooks refer to each other: judging takes the room that they leave, 20 to 40 MB of a large scan
    return judging.report(collected.snapshot, decls, choice, moment, arguments, config)


@contextmanager
def _kept(path: Path | None, run: Run) -> Iterator[Stream | None]:
    """Keeps what is seen beside the snapshot that was asked for, until that itself is written; says where, when the looking breaks off."""
    if path is None:
        yield None
        return
    from scanner.store.snapshot_stream import Stream

    stream = Stream(path, run)
    try:
        yield stream
    except BaseException:
        print(f"houvast: what was seen until then is in {stream.path}: houvast judge {stream.path}", file=sys.stderr)
        raise
    finally:
        stream.close()


def _tell_unreached(calls: tuple[object, ...]) -> None:
    """Endpoints that were not reached are said at once, with the next step: a typing error is the usual cause."""
    from scanner.errors import advice
    from scanner.model.snapshot import Call
    from scanner.report.text import safe

    for call in calls:
        if isinstance(call, Call) and call.provider == "tls" and call.operation == "connect" and call.outcome not in (None, Reason.NOT_COLLECTED):
            print(f"houvast: {safe(call.subject)}: {safe(call.detail)}\n  → {advice(call.outcome or Reason.DEFECT)}", file=sys.stderr)
