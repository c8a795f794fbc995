"""Where a resource and its attributes stand in the text of a plan: a second look, for what was found only.

Reading a plan with its lines would cost ten times as much as reading it. `terraform show -json` writes one line; people and
tools that show findings like it laid out (`jq .`), and then lines mean something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

_ADDRESS = re.compile(r'"address"\s*:\s*("(?:[^"\\]|\\.)*")')
_FIRST_KEY = re.compile(r'"values"\s*:\s*\{\s*\n([ \t]*)"')
_LAST = re.compile(r'\n[ \t]*"(?:resource_changes|prior_state|configuration|output_changes|resource_drift)"\s*:')


def lines(text: str, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], int]:
    """The 1-based line of each attribute (the first word of a path) of the wanted addresses; of the resource itself under the empty path."""
    start = max(text.find('"planned_values"'), 0)
    if text.find("\n", start, _end(text)) < 0:
        return _on_one_line(text, start, wanted)
    end = _LAST.search(text, start)
    found: dict[tuple[str, str], int] = {}
    line, at = 1, 0
    stop = end.start() if end else len(text)
    for match in _ADDRESS.finditer(text, start, stop):
        address = _plain(match[1])
        if address not in wanted or (address, "") in found:
            continue
        line, at = line + text.count("\n", at, match.start()), match.start()
        found[address, ""] = line
        following = _ADDRESS.search(text, match.end(), stop)
        found |= {(address, path): number for path, number in _attributes(text, match.end(), following.start() if following else stop, line, wanted[address]).items()}
    return found


def _end(text: str) -> int:
    """Where the text ends, but for blanks and line breaks."""
    end = len(text)
    while end and text[end - 1].isspace():
        end -= 1
    return end


def _on_one_line(text: str, start: int, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], int]:
    """Terraform itself writes everything on one line."""
    line = text.count("\n", 0, start) + 1
    missing, found = set(wanted), dict[tuple[str, str], int]()
    for match in _ADDRESS.finditer(text, start):
        address = _plain(match[1])
        if address in missing:
            missing.discard(address)
            found[address, ""] = line
            for path in wanted[address]:
                found[address, path] = line
            if not missing:
                break
    return found


def _plain(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted[1:-1]
    try:
        return str(json.loads(quoted))
    except json.JSONDecodeError:
        return ""


def _attributes(text: str, start: int, stop: int, line: int, paths: Collection[str]) -> dict[str, int]:
    """Attributes stand one level below `values`, all with one indentation; what is nested deeper has more of it."""
    values = _FIRST_KEY.search(text, start, stop)
    if values is None:
        return dict.fromkeys(paths, line)
    found: dict[str, int] = {}
    for path in paths:
        word = re.split(r"[.\[]", path, maxsplit=1)[0]
        key = re.compile(rf"\n{values[1]}{re.escape(json.dumps(word))}\s*:").search(text, values.start(), stop) if word else None
        found[path] = line + text.count("\n", start, key.start() + 1) if key else line
    return found
