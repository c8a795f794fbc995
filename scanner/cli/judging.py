"""What `scan` and `judge` share: choosing checks and promises, judging, reporting, the exit code."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from scanner import plugins
from scanner.declare.decl import TypeDecl
from scanner.errors import Exit, UsageError
from scanner.judge.assess import assess
from scanner.judge.estate import Estate
from scanner.judge.registry import Check
from scanner.model.baseline import Baseline
from scanner.model.known import Json
from scanner.model.promise import Promise, Settled
from scanner.model.record import dataclass
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot, all_but
from scanner.model.verdict import Assessment, Severity, Status
from scanner.model.waiver import Waiver, WaiverState
from scanner.report import formats
from scanner.report.formats import Format
from scanner.report.text import safe
from scanner.store.atomic import write_atomic
from scanner.store.config import Config

PROMISES = Path("promises.toml")
WAIVERS = Path("waivers.toml")


@dataclass(frozen=True)
class Choice:
    """Which checks, promises and types."""

    checks: Mapping[str, Check[Any]]
    promises: tuple[Promise, ...]
    types: frozenset[str]
    params: Mapping[str, Mapping[str, Json]]
    waivers: tuple[Waiver, ...] = ()
    baseline: Baseline | None = None

    @property
    def facts(self) -> frozenset[type]:
        """What has to be read to answer."""
        return frozenset(kind for check in self.checks.values() for kind in check.needs)

    @property
    def language(self) -> str | None:
        """Language of the promises, and so of reports for people."""
        return next((promise.language for promise in self.promises if promise.language), None)


def choose(arguments: argparse.Namespace, config: Config) -> Choice:
    """Checks and promises of this run. Raises UsageError for an unknown check, InvalidFile for a bad promise file."""
    every = plugins.load_checks()
    for name in (*arguments.check, *arguments.skip_check):
        if name not in every:
            raise UsageError(f"there is no check {name!r}", _nearest(name, every))
    file = promise_file(arguments, config)
    promises: tuple[Promise, ...] = ()
    if file:
        from scanner.store.promise_file import load_promises

        promises = load_promises(Path(file), every, config.environments)
    checks = _asked(arguments, every, promises)
    params: Mapping[str, Mapping[str, Json]] = config.checks
    if (name := chosen_guideline(arguments, config)) is not None:
        params, promises = by_guideline(name, every, params, promises, typed=bool(getattr(arguments, "tls_guideline", None)))
    return Choice(checks, promises, known_types(arguments.type), params, _waivers(arguments, config, every), _baseline(arguments))


def _asked(arguments: argparse.Namespace, every: Mapping[str, Check[Any]], promises: tuple[Promise, ...]) -> dict[str, Check[Any]]:
    """The checks that were named, or all but those that have to be: by an option, or by a promise."""
    named = {*arguments.check, *(("drift",) if arguments.drift else ())}
    if not arguments.check:
        bound = {bind.check for promise in promises for bind in promise.binds}
        named |= {name for name, check in every.items() if not check.by_request or name in bound}
    return {name: check for name, check in every.items() if name in named and name not in arguments.skip_check}


def _baseline(arguments: argparse.Namespace) -> Baseline | None:
    named: str | None = getattr(arguments, "baseline", None)
    if not named:
        return None
    from scanner.store.baseline_file import load_baseline

    return load_baseline(Path(named))


def chosen_guideline(arguments: argparse.Namespace, config: Config) -> str | None:
    """The TLS guideline that was typed, or that the configuration names; None: the checks' own. Raises UsageError."""
    typed: str | None = getattr(arguments, "tls_guideline", None)
    if typed is None:
        return config.tls_guideline
    from scanner.data.guidelines import guideline_names

    if typed not in guideline_names():
        import difflib

        close = difflib.get_close_matches(typed, guideline_names(), 2, 0.4)
        raise UsageError(f"there is no TLS guideline {typed!r}", f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(guideline_names())}")
    return typed


def by_guideline(
    name: str, every: Mapping[str, Check[Any]], params: Mapping[str, Mapping[str, Json]], promises: tuple[Promise, ...], *, typed: bool
) -> tuple[Mapping[str, Mapping[str, Json]], tuple[Promise, ...]]:
    """Parameters and promises with this guideline wherever a check takes one and no promise names another.

    What was typed goes before `[checks.<id>]`; what the file says of all checks goes behind what it says of one."""
    taking = {id for id, check in every.items() if check.params is not None and any(field.name == "guideline" for field in fields(check.params))}
    chosen: dict[str, Mapping[str, Json]] = {id: dict(given) for id, given in params.items()}
    for id in taking:
        own = chosen.get(id, {})
        chosen[id] = {**own, "guideline": name} if typed else {"guideline": name, **own}
    bound = tuple(
        replace(promise, binds=tuple(replace(bind, params={"guideline": name, **bind.params}) if bind.check in taking else bind for bind in promise.binds)) for promise in promises
    )
    return chosen, bound


def promise_file(arguments: argparse.Namespace, config: Config) -> str | None:
    """The promise file of this run."""
    named: str | None = arguments.promises or config.promises
    return named or (str(PROMISES) if PROMISES.is_file() else None)


def waiver_file(arguments: argparse.Namespace, config: Config) -> str | None:
    """The waiver file of this run."""
    named: str | None = arguments.waivers or config.waivers
    return named or (str(WAIVERS) if WAIVERS.is_file() else None)


def _waivers(arguments: argparse.Namespace, config: Config, every: Mapping[str, Check[Any]]) -> tuple[Waiver, ...]:
    file = waiver_file(arguments, config)
    if not file:
        return ()
    from scanner.store.waiver_file import load_waivers

    return load_waivers(Path(file), every)


def known_types(names: Iterable[str]) -> frozenset[str]:
    """Resource types by their exact names. Raises UsageError with the nearest one."""
    names = frozenset(names)
    if names:
        every = plugins.load_types()
        for name in names:
            if name not in every:
                raise UsageError(f"there is no resource type {name!r}", _nearest(name, every))
    return names


def _nearest(name: str, known: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), 3, 0.5)
    return f"did you mean {' or '.join(close)}? `houvast explain` lists all" if close else "`houvast explain` lists all"


def narrow(snapshot: Snapshot, decls: Mapping[str, TypeDecl], choice: Choice) -> tuple[Snapshot, Mapping[str, TypeDecl]]:
    """Only the chosen types; what is left out is said in the run."""
    if not choice.types:
        return snapshot, decls
    run = replace(snapshot.run, excluded=tuple(sorted({*snapshot.run.excluded, all_but("types", choice.types)})))
    snapshot = replace(snapshot, run=run, documents=tuple(d for d in snapshot.documents if d.ref.type in choice.types or d.reference))
    decls = {name: decl for name, decl in decls.items() if name in choice.types} | {n: d for n, d in decls.items() if n not in choice.types and _referred(n, choice, decls)}
    return snapshot, decls


def report(snapshot: Snapshot, decls: Mapping[str, TypeDecl], choice: Choice, moment: datetime, arguments: argparse.Namespace, config: Config | None = None) -> int:
    """Judge, write the reports, record them where that is asked for, give the exit code."""
    config, whole = config or Config(), snapshot
    known = decls
    snapshot, decls = narrow(snapshot, decls, choice)
    assessment = assess(snapshot, decls, choice.checks, choice.promises, moment, choice.params, choice.waivers, known, choice.baseline)
    if any(doc.file for doc in snapshot.documents):
        from scanner.cli.lines import with_lines

        assessment = with_lines(assessment)
    printed = Format(arguments.format or Format.CONSOLE)
    resources = cache(lambda: Estate.of(snapshot, decls).resources)
    for output in arguments.output:
        kind, path = formats.split(output, printed)
        write_atomic(Path(path), _pieces(assessment, choice, kind, arguments.verbose, False, resources, arguments.language))
        if lost := formats.left_out(kind, assessment):
            print(f"houvast: {safe(path)}: {lost}\n  → write another format beside it (-o FILE.json)", file=sys.stderr)
    colour = arguments.colour == "always" or (arguments.colour == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    sys.stdout.writelines(_pieces(assessment, choice, printed, arguments.verbose, colour, resources, arguments.language))
    _tell_ended(assessment)
    code: int = exit_code(assessment, Severity(arguments.fail_on), arguments.allow_unknown, arguments.accept_waived)
    if printed is Format.NAGIOS:
        from scanner.report import nagios

        code = nagios.state(assessment)
    from scanner.cli.recording import chosen_history, keep

    if (history := chosen_history(arguments, config)) is not None:
        sys.stdout.flush()
        code = keep(history, assessment, whole, decls, choice, moment, arguments, config) or code
    return int(code)


def _tell_ended(assessment: Assessment) -> None:
    """Waivers that ended are said aloud, whatever the format of the report."""
    for note in assessment.waivers:
        if note.state is WaiverState.EXPIRED:
            what = f"{note.waiver.check} for {note.waiver.subject} (by {note.waiver.owner}) ended on {note.waiver.until}"
            effect = f"{len(note.matched)} of its findings fail again: mend them, or decide anew" if note.matched else "it names no finding any more: remove it"
            print(f"houvast: the waiver of {safe(what)}\n  → {effect}", file=sys.stderr)


def _referred(name: str, choice: Choice, decls: Mapping[str, TypeDecl]) -> bool:
    """Types that a chosen one refers to are still needed to resolve references."""
    return any(name == target for kind in choice.types if kind in decls for target, _ in decls[kind].references())


def _pieces(assessment: Assessment, choice: Choice, kind: Format, verbose: bool, colour: bool, resources: Callable[[], Sequence[Resource]], language: str | None) -> Iterable[str]:
    """The report in a format, to be written as it is made."""
    from scanner.report.console import Style

    width = min(max(shutil.get_terminal_size((110, 24)).columns, 60), 140)
    return formats.pieces(kind, assessment, choice.checks, resources, language or choice.language, Style(width, colour, verbose))


def exit_code(assessment: Assessment, fail_on: Severity = Severity.LOW, allow_unknown: bool = False, accept_waived: bool = False) -> Exit:
    """The contract's exit code. Nothing answered at all is 3: a scan that saw nothing is no reassurance.

    A promise that only waived findings break is broken (docs/adr/010-waivers.md); `accept_waived` lets it pass here, and nowhere else.
    So does what stood in a baseline already."""
    before = assessment.baseline or Baseline("", "")
    failed = any(v.status is Status.FAIL and not v.waiver and v.severity.rank <= fail_on.rank and not before.knows(v) for v in assessment.verdicts)
    excused = {v.fingerprint for v in assessment.verdicts if v.waiver} if accept_waived else set()
    broken = any(
        s.status is Settled.BROKEN and (s.severity or Severity.LOW).rank <= fail_on.rank and not excused.issuperset(s.fails) and not before.knows_settlement(s)
        for s in assessment.settlements
    )
    if failed or broken:
        return Exit.FAILED
    if not assessment.coverage.answered or (not assessment.verdicts and not assessment.settlements):
        return Exit.NOTHING
    unknown = any(v.status is Status.UNKNOWN and not before.knows(v) for v in assessment.verdicts) or not all(map(before.knows_gap, assessment.coverage.gaps))
    unproven = any(s.status is Settled.UNPROVEN and not before.knows_settlement(s) for s in assessment.settlements)
    if (unknown or unproven) and not allow_unknown:
        return Exit.UNKNOWN
    return Exit.OK
