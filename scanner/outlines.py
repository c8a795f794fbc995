"""Outlines of declarations, kept beside Python's bytecode: read from all modules once, and again when one of them changed.

As with bytecode, a file that cannot be written costs time and nothing else, and `PYTHONDONTWRITEBYTECODE` is obeyed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from scanner.declare.catalogue import Outline

_FORMAT = 1


def stamp(folders: Iterable[Path]) -> str:
    """Names, sizes and times of all sources in these folders: what bytecode is checked by, too."""
    return "\n".join([f"{_FORMAT}", *sorted(line for folder in folders for line in _sources(str(folder)))])


def _sources(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                about = entry.stat()
                yield f"{entry.path} {about.st_size} {about.st_mtime_ns}"
            elif not entry.name.startswith((".", "__")) and entry.is_dir():
                yield from _sources(entry.path)


def place(folder: Path) -> Path:
    """Where the outlines of a package are kept."""
    return Path(cache_from_source(str(folder / "outlines.py"))).with_suffix(".json")


def kept(folder: Path, stamped: str) -> dict[str, Outline] | None:
    """The outlines, if they were read from these very sources."""
    try:
        found = json.loads(place(folder).read_bytes())
        return {name: Outline(*row) for name, row in found["types"].items()} if found["stamp"] == stamped else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def keep(folder: Path, stamped: str, outlines: Mapping[str, Outline]) -> None:
    """Keep them for the next start, where that is possible."""
    if sys.dont_write_bytecode:
        return
    target = place(folder)
    rows = {name: [one.module, one.facts, one.joins, one.children, one.terraform, one.satellites] for name, one in outlines.items()}
    begun = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(exist_ok=True)
        begun.write_text(json.dumps({"stamp": stamped, "types": rows}), encoding="utf-8")
        os.replace(begun, target)
    except OSError:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
