"""`houvast inventory`: what there is, and where it and its copies are."""

from __future__ import annotations

import argparse
import sys
from functools import reduce
from pathlib import Path

from scanner import plugins
from scanner.cli.choosing import chosen_config, options_of
from scanner.cli.collecting import collect, declarations, now
from scanner.cli.judging import Choice, known_types
from scanner.cli.targets import parse_targets, words_of
from scanner.errors import Exit
from scanner.judge.estate import Estate, coverage
from scanner.model.snapshot import Snapshot
from scanner.report import inventory
from scanner.report.json import inventory as as_json
from scanner.store.atomic import write_atomic
from scanner.store.snapshot_file import is_snapshot, load


def run(arguments: argparse.Namespace) -> int:
    """0 when all was answered, 11 with gaps, 3 when nothing was."""
    snapshots = [Path(t) for t in arguments.targets if is_snapshot(Path(t))]
    if len(snapshots) == len(arguments.targets):
        snapshot = reduce(Snapshot.merge, [load(path) for path in snapshots])
        decls = plugins.load_types()
    else:
        config = chosen_config(arguments.config)
        targets = parse_targets(words_of(arguments.targets, arguments.management_group), arguments.profile)
        options = options_of(arguments, config, Choice({}, (), known_types(arguments.type), {}), now())
        decls = declarations(targets, options)
        snapshot = collect(targets, options, decls, arguments.quiet).snapshot
    wanted = known_types(arguments.type)
    resources = [r for r in Estate.of(snapshot, decls).resources if not wanted or r.ref.type in wanted]
    cover = coverage(snapshot)
    match arguments.format:
        case "json":
            text = as_json(snapshot.run.taken_at, cover, resources)
        case "csv":
            text = inventory.as_csv(resources)
        case _:
            text = inventory.as_table(resources) + f"\n{len(resources)} resources · asked {cover.asked} calls, {cover.answered} answered\n"
    if arguments.output:
        write_atomic(Path(arguments.output), text)
    else:
        sys.stdout.write(text)
    if not cover.answered:
        return int(Exit.NOTHING)
    return int(Exit.UNKNOWN if cover.gaps else Exit.OK)
