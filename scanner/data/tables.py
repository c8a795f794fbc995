"""Reads the JSON tables beside this file, each once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The whole table `name.json`: `source`, `date`, `key`, `rows` and what else it holds."""
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def rows(name: str) -> dict[str, Any]:
    """The rows of a table by key."""
    found: dict[str, Any] = table(name)["rows"]
    return found
