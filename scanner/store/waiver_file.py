"""The waiver file: `[[waiver]]` tables in TOML. A waiver that is not complete is an error, never a silent excuse."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scanner.errors import InvalidFile
from scanner.model.waiver import Waiver

FIELDS = ("check", "subject", "owner", "reason", "until")

_REMEDY = f"each [[waiver]] needs {', '.join(FIELDS)}; docs/waivers.md shows one"


def load_waivers(path: Path, checks: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order. Raises InvalidFile naming the line and the remedy."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidFile(str(path), f"cannot be read: {error.strerror}", "check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise InvalidFile(str(path), "is not UTF-8 text", "save it as UTF-8") from error
    return parse_waivers(text, str(path), checks)


def parse_waivers(text: str, name: str, checks: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers in a file's text; `name` is for messages."""
    try:
        loaded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise InvalidFile(name, f"is not TOML: {error}", "docs/waivers.md shows the form", int(line[1]) if line else None) from error
    tables = loaded.pop("waiver", [])
    if loaded:
        raise InvalidFile(name, f"has {', '.join(sorted(loaded))}, which is not known", "a waiver file holds [[waiver]] tables only", _line_of(text, next(iter(loaded))))
    if not isinstance(tables, list):
        raise InvalidFile(name, "has [waiver] where [[waiver]] is meant", _REMEDY)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*[\"']?waiver[\"']?\s*\]\]", line)]
    lines += [1] * (len(tables) - len(lines))  # written as an inline array: the file is still named
    return tuple(_waiver(table, name, line, checks) for table, line in zip(tables, lines, strict=False))


def _line_of(text: str, key: str) -> int | None:
    return next((n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[*\s*{re.escape(key)}\b", line)), None)


def _waiver(table: Any, name: str, line: int, checks: Collection[str]) -> Waiver:
    def wrong(message: str, advice: str = _REMEDY) -> InvalidFile:
        return InvalidFile(name, message, advice, line)

    if not isinstance(table, dict):
        raise wrong("a waiver is a table")
    if lacking := [key for key in FIELDS if key not in table]:
        raise wrong(f"the waiver lacks {', '.join(lacking)}")
    if unknown := sorted(set(table) - set(FIELDS)):
        raise wrong(f"the waiver has {', '.join(unknown)}, which is not known")
    until = table["until"]
    for key in FIELDS[:-1]:
        if not isinstance(table[key], str) or not table[key].strip():
            raise wrong(f"{key} must be text that says something")
    if isinstance(until, datetime) or not isinstance(until, date):
        raise wrong(f"until = {until!r} is not a date", "write until = 2027-01-31, without quotes")
    if table["check"] not in checks:
        close = difflib.get_close_matches(table["check"], list(checks), 3, 0.5)
        raise wrong(f"there is no check {table['check']!r}", f"did you mean {' or '.join(close)}?" if close else "`houvast explain` lists all")
    if not table["subject"].strip("*? "):
        raise wrong(f"subject = {table['subject']!r} would excuse everything", f"name what is waived, or leave the check out with --skip-check {table['check']}")
    return Waiver(table["check"], table["subject"].strip(), table["owner"].strip(), table["reason"].strip(), until, line)
