"""The waiver file: `[[waiver]]` tables in TOML. A waiver that is not complete is an error, never a silent excuse."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scanner.model.waiver import Waiver
from scanner.store.toml_file import TomlFile, Where, nearest, read_toml

FIELDS = ("check", "subject", "owner", "reason", "until")

_REMEDY = f"each [[waiver]] needs {', '.join(FIELDS)}; docs/waivers.md shows one"


def load_waivers(path: Path, checks: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order; an empty file has none. Raises InvalidFile naming the line and the remedy."""
    file = read_toml(path, "a waiver file with [[waiver]] entries")
    file.only((), file.values, ("waiver",), "a waiver file")
    given = file.values.get("waiver", [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        file.wrong(("waiver",), "has a waiver that is no [[waiver]] table", _REMEDY)
    return tuple(_waiver(file, ("waiver", n), item, checks) for n, item in enumerate(given))


def _waiver(file: TomlFile, at: Where, item: Mapping[str, Any], checks: Collection[str]) -> Waiver:
    file.only(at, item, FIELDS, "a waiver")
    if lacking := [key for key in FIELDS if key not in item]:
        file.wrong(at, f"the waiver has no {' and no '.join(lacking)}", _REMEDY)
    for key in FIELDS[:-1]:
        if not isinstance(item[key], str) or not item[key].strip():
            file.wrong((*at, key), f"{key} must be text that says something", _REMEDY)
    until = item["until"]
    if isinstance(until, datetime) or not isinstance(until, date):
        file.wrong((*at, "until"), f"until = {until!r} is no date", "write the last day on which it holds, without quotes: until = 2027-01-31")
    if item["check"] not in checks:
        file.wrong((*at, "check"), f"there is no check {item['check']!r}", nearest(item["check"], checks) or "`houvast explain` lists the checks")
    if not item["subject"].strip("*? "):
        remedy = f"name what is waived by id, name or type, or leave the check out with --skip-check {item['check']}"
        file.wrong((*at, "subject"), f"subject = {item['subject']!r} would excuse everything", remedy)
    return Waiver(item["check"], item["subject"].strip(), item["owner"].strip(), item["reason"].strip(), until, file.line(at))
