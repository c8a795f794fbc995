"""Writes the pages about checks: `python -m scanner.cli.check_docs docs/checks`. A test proves that they are current."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner import plugins
from scanner.judge.registry import Check, Example
from scanner.report.check_docs import pages
from scanner.store.atomic import write_atomic


def current() -> dict[str, str]:
    """Every page of our own checks, by file name."""
    checks = {name: check for name, check in plugins.load_checks().items() if check.body.__module__.startswith("checks.")}
    return pages(checks, examples(checks), plugins.load_types())


def examples(checks: Mapping[str, Check[Any]]) -> dict[str, tuple[Example, ...]]:
    """The EXAMPLES beside each check."""
    return {name: tuple(importlib.import_module(check.body.__module__).EXAMPLES) for name, check in checks.items()}


def write(folder: Path) -> None:
    """Write every page, and take away those of checks that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = current()
    for name, text in wanted.items():
        write_atomic(folder / name, text)
    for file in folder.glob("*.md"):
        if file.name not in wanted:
            file.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/checks"))
