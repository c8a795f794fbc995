"""Commands about what comes after one scan: history, diff, evidence, warnings, schedule, promise files."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    Command = Callable[[Commands, str, str], argparse.ArgumentParser]
    Group = Callable[[argparse.ArgumentParser], None]


def add(commands: Commands, command: Command, looking: Group, judging: Group) -> None:
    """Add them to the command line."""
    _history(command(commands, "history", "show how promises and checks came out over time"))
    _diff(command(commands, "diff", "say what is new, resolved and still failing between two scans"), judging)
    _evidence(command(commands, "evidence", "pack a snapshot, its judgement and all that belongs to it into one file that can be verified"), looking, judging)
    _verify(command(commands, "verify", "recompute the hashes and the verdicts of an evidence pack"))
    _notify(command(commands, "notify", "send the warnings that wait"))
    _watch(command(commands, "watch", "run scans by the clock, and show their results on this machine"))
    _promises(command(commands, "promises", "begin a promise file, or check one"))


def _history(history: argparse.ArgumentParser) -> None:
    history.add_argument("--history", metavar="FILE", help="default: [history] of houvast.toml, else your own")
    history.add_argument("--promise", metavar="ID", help="the course of one promise, with the evidence over time for what it binds")
    history.add_argument("--check", metavar="ID", help="the findings of one check: first seen, mended, reopened")
    history.add_argument("--series", metavar="NAME", help="only scans of this name")
    history.add_argument("--events", action="store_true", help="what was told, or waits to be told")
    history.add_argument("--verify", action="store_true", help="look for damage in the file")
    history.add_argument("--days", type=_days, default=90, metavar="N", help="how far back (default: 90)")
    history.add_argument("--format", choices=("console", "json"), default="console", help="default: console")
    history.add_argument("--config", metavar="FILE", help="default: houvast.toml in this folder, if there")


def _diff(diff: argparse.ArgumentParser, judging: Group) -> None:
    diff.add_argument("old", nargs="?", metavar="OLD", help="a snapshot, or an assessment in JSON; without both, the last two scans of the history")
    diff.add_argument("new", nargs="?", metavar="NEW", help="the later one")
    diff.add_argument("--history", metavar="FILE", help="default: [history] of houvast.toml, else your own")
    diff.add_argument("--series", metavar="NAME", help="scans of this name (default: those of the last scan)")
    diff.add_argument("--format", choices=("console", "json"), default="console", help="default: console")
    diff.add_argument("--config", metavar="FILE", help="default: houvast.toml in this folder, if there")
    judging(diff)


def _evidence(evidence: argparse.ArgumentParser, looking: Group, judging: Group) -> None:
    evidence.add_argument("targets", nargs="*", metavar="SNAPSHOT|TARGET", help="a snapshot file, or what to look at")
    evidence.add_argument("-o", "--output", required=True, metavar="PACK.zip", help="the file to write")
    evidence.add_argument("--at", metavar="DATE", help="judge as of this moment; default: now for targets, when it was taken for a snapshot")
    evidence.add_argument("--history", metavar="FILE", help="put the course of the promises into the pack too")
    looking(evidence)
    judging(evidence)


def _verify(verify: argparse.ArgumentParser) -> None:
    verify.add_argument("pack", metavar="PACK.zip", help="written by houvast evidence")
    verify.add_argument("--digest", metavar="SHA256", help="what houvast evidence printed: shows that it is the very same pack")
    verify.add_argument("--format", choices=("console", "json"), default="console", help="default: console")


def _notify(notify: argparse.ArgumentParser) -> None:
    notify.add_argument("--history", metavar="FILE", help="default: [history] of houvast.toml, else your own")
    notify.add_argument("--dry-run", action="store_true", help="show what would be sent and what waits; send nothing")
    notify.add_argument("--test", action="store_true", help="send a test message to every channel")
    notify.add_argument("--config", metavar="FILE", help="default: houvast.toml in this folder, if there")


def _watch(watch: argparse.ArgumentParser) -> None:
    watch.add_argument("--config", metavar="FILE", help="default: houvast.toml in this folder")
    watch.add_argument("--history", metavar="FILE", help="default: [history] of houvast.toml, else your own")
    watch.add_argument("--listen", metavar="HOST:PORT", help="default: [watch] listen, else 127.0.0.1:9464")
    watch.add_argument("--once", action="store_true", help="run what is due, send what is due, and end")


def _promises(promises: argparse.ArgumentParser) -> None:
    steps = promises.add_subparsers(dest="step", metavar="init|check", required=True)
    init = steps.add_parser("init", help="write a commented starter file", description="Write a commented starter file from a short catalogue.")
    init.add_argument("--language", choices=("en", "nl", "fr", "de"), default="en", help="of the promises and the comments (default: en)")
    init.add_argument("--topic", action="append", default=[], metavar="TOPIC", help="only this topic (repeatable); `--topic list` shows them")
    init.add_argument("-o", "--output", metavar="FILE", default="promises.toml", help="default: promises.toml; an existing file is left alone")
    init.add_argument("--force", action="store_true", help="overwrite an existing file")
    check = steps.add_parser("check", help="say what is wrong in a promise file, with its line", description="Check a promise file and say what each promise is answered by.")
    check.add_argument("file", nargs="?", default="promises.toml", metavar="FILE", help="default: promises.toml")
    check.add_argument("--at", metavar="DATE", help="the day for attestations (default: today)")


def _days(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 36_500:
        raise argparse.ArgumentTypeError("must be between 1 and 36500 days")
    return value
