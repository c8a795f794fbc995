"""`houvast evidence`: a snapshot, its judgement and all that belongs to it, in one file that can be verified."""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scanner import __version__, plugins
from scanner.cli import judging
from scanner.cli.choosing import chosen_config, options_of
from scanner.cli.collecting import collect, declarations, now
from scanner.cli.judge import moment_of
from scanner.cli.judging import Choice
from scanner.cli.targets import parse_targets, read_text, words_of
from scanner.declare.decl import TypeDecl
from scanner.judge.assess import assess
from scanner.judge.estate import Estate
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Assessment, Severity
from scanner.report.console import Style
from scanner.report.formats import Format
from scanner.report.formats import render as render_format
from scanner.store.config import Config
from scanner.store.pack import pack
from scanner.store.snapshot_file import dump, load, looks_like

REPORTS = {
    "reports/report.txt": Format.CONSOLE, "reports/report.md": Format.MARKDOWN, "reports/report.html": Format.HTML, "reports/report.sarif": Format.SARIF,
    "reports/verdicts.csv": Format.CSV,
}  # fmt: skip
_PACKAGES = ("boto3", "botocore", "azure-identity", "sslyze", "cryptography", "jmespath", "PyYAML")


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the judgement, as `scan` gives it; the digest of the pack stands on stdout."""
    config = chosen_config(arguments.config)
    choice = judging.choose(arguments, config)
    snapshot, decls, moment = _snapshot(arguments, config, choice)
    known = decls
    snapshot, decls = judging.narrow(snapshot, decls, choice)
    assessment = assess(snapshot, decls, choice.checks, choice.promises, moment, choice.params, choice.waivers, known)
    files = judged_files(assessment, snapshot, choice, decls)
    for name, source in (("promises.toml", judging.promise_file(arguments, config)), ("waivers.toml", judging.waiver_file(arguments, config))):
        if source:
            files[name] = Path(source).read_bytes()
    files["rules.json"] = _json(
        {"checks": sorted(choice.checks), "types": sorted(choice.types), "params": {k: dict(v) for k, v in choice.params.items()}, "environments": config.environments}
    )
    if arguments.history:
        files["history.json"] = _history(Path(arguments.history), config, moment)
    body, digest = pack(files, about(assessment))
    _write(Path(arguments.output), body)
    print(f"sha256:{digest}  {arguments.output}")
    print(f"houvast: {len(files)} files packed; keep the digest apart from the pack: houvast verify {arguments.output} --digest {digest[:16]}…", file=sys.stderr)
    return int(judging.exit_code(assessment, Severity(arguments.fail_on), arguments.allow_unknown, arguments.accept_waived))


def _snapshot(arguments: argparse.Namespace, config: Config, choice: Choice) -> tuple[Snapshot, Mapping[str, TypeDecl], datetime]:
    """What is packed, and the moment as of which it is judged."""
    paths = [Path(word) for word in arguments.targets]
    if paths and all(path.is_file() and looks_like(read_text(path)) for path in paths):
        snapshot = reduce(Snapshot.merge, [load(path) for path in paths])
        moment = moment_of(arguments.at) if arguments.at else datetime.fromisoformat(snapshot.run.taken_at)
        return snapshot, plugins.load_types(), moment
    targets = parse_targets(words_of(arguments.targets, getattr(arguments, "management_group", ())) or config.targets, arguments.profile)
    moment = now()
    options = options_of(arguments, config, choice, moment)
    collected = collect(targets, options, declarations(targets, options), arguments.quiet)
    return collected.snapshot, plugins.load_types(), moment_of(arguments.at) if arguments.at else moment


def judged_files(assessment: Assessment, snapshot: Snapshot, choice: Choice, decls: Mapping[str, TypeDecl]) -> dict[str, bytes]:
    """Everything in a pack that follows from the snapshot and the rules: `verify` makes it again and compares."""
    from scanner.report import json as json_report

    files = {"snapshot.jsonl": dump(snapshot).encode(), "assessment.json": json_report.render(assessment).encode()}
    estate = Estate.of(snapshot, decls)
    language = next((promise.language for promise in choice.promises if promise.language), None)
    for name, kind in REPORTS.items():
        if importlib.util.find_spec(f"scanner.report.{kind.value}") is not None:
            files[name] = render_format(kind, assessment, choice.checks, lambda: estate.resources, language, Style(110, False, True)).encode()
    return files


def about(assessment: Assessment) -> dict[str, Any]:
    """What the manifest says beside the files."""
    packages: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "version": __version__,
        "taken_at": assessment.taken_at,
        "judged_at": assessment.judged_at,
        "snapshot_digest": assessment.snapshot_digest,
        "declarations_digest": assessment.declarations_digest,
        "python": platform.python_version(),
        "packages": packages,
    }


def _history(path: Path, config: Config, moment: datetime) -> bytes:
    from scanner.cli.history import course
    from scanner.store.history import History

    with History(path, create=False) as history:
        return _json(course(history, config, moment, 366))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=list) + "\n").encode()


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all. Raises InvalidFile."""
    from scanner.store.atomic import write_atomic_bytes

    write_atomic_bytes(path, body)
