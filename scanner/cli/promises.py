"""`houvast promises init` and `houvast promises check`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import plugins
from scanner.cli.collecting import now
from scanner.errors import Exit, UsageError
from scanner.report.text import plural, safe

if TYPE_CHECKING:
    from scanner.model.promise import Promise


def run(arguments: argparse.Namespace) -> int:
    """0, or 2 when the file cannot be written or used."""
    return _init(arguments) if arguments.step == "init" else _check(arguments)


def _init(arguments: argparse.Namespace) -> int:
    from scanner.report.promise_starter import starter, topics
    from scanner.store.atomic import write_atomic

    known = topics(arguments.language)
    if "list" in arguments.topic:
        print("\n".join(f"{name:<14} {heading}" for name, heading in known.items()))
        return int(Exit.OK)
    for topic in arguments.topic:
        if topic not in known:
            raise UsageError(f"there is no topic {topic!r}", f"use {', '.join(known)}")
    text = starter(arguments.language, now().date(), plugins.load_checks(), arguments.topic)
    if arguments.output == "-":
        sys.stdout.write(text)
        return int(Exit.OK)
    path = Path(arguments.output)
    if path.exists() and not arguments.force:
        raise UsageError(f"{path} is there already", "name another file with -o, or overwrite it with --force")
    write_atomic(path, text)
    print(
        f"{path} holds {plural(sum(line.startswith('[[promise]]') for line in text.splitlines()), 'promise')}: change them to what you really promise, then houvast promises check {path}"
    )
    return int(Exit.OK)


def _check(arguments: argparse.Namespace) -> int:
    from scanner.cli.choosing import chosen_config
    from scanner.store.promise_file import load_promises

    checks = plugins.load_checks()
    today = _day(arguments.at) if arguments.at else now().date()
    promises = load_promises(Path(arguments.file), checks, chosen_config(None).environments)
    for promise in promises:
        print(f"{arguments.file}:{promise.line}: {promise.id}: {_answered(promise)}")
        for warning in _warnings(promise, today):
            print(f"  ! {warning}")
    bound = sum(bool(p.binds) for p in promises)
    print(f"{plural(len(promises), 'promise')}: {bound} answered by checks, {sum(bool(p.attested) and not p.binds for p in promises)} by a person's word")
    return int(Exit.OK)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--at {text}: {error}", "write 2026-12-31") from error


def _answered(promise: Promise) -> str:
    parts = [f"{bind.check}{_params(bind.params)}" for bind in promise.binds]
    if promise.attested:
        parts.append(safe(f"attested by {promise.attested.by} until {promise.attested.until}"))
    weight = f", {promise.severity} when broken" if promise.severity else ""
    where = f" in {safe(', '.join(promise.scope))}" if promise.scope else ""
    return (" and ".join(parts) or "nothing yet") + where + weight


def _params(params: Mapping[str, object]) -> str:
    return f" ({safe(', '.join(f'{key} = {value}' for key, value in params.items()))})" if params else ""


def _warnings(promise: Promise, today: date) -> list[str]:
    """What is allowed and will still surprise."""
    found: list[str] = []
    word = promise.attested
    if word and word.until < today:
        found.append(f"the attestation ended on {word.until}: the promise is unproven until it is renewed")
    elif word and word.due(today):
        found.append(f"the attestation ends on {word.until}: renew it in time")
    if word and word.on > today:
        found.append(f"the attestation begins on {word.on} only")
    if promise.needs:
        found.append(safe(f"unproven as long as this is missing: {promise.needs}"))
    return found
