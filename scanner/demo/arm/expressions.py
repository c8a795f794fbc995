"""Expressions of the small KQL that the replay's Resource Graph understands: columns, paths, literals, functions, conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
Value = Callable[[Row], Any]
Condition = Callable[[Row], bool]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "tostring": lambda x: "" if x is None else x if isinstance(x, str) else json.dumps(x),
    "tolower": lambda x: str(x or "").lower(),
    "toupper": lambda x: str(x or "").upper(),
    "toint": lambda x: _integer(x),
    "tolong": lambda x: _integer(x),
    "tobool": lambda x: x if isinstance(x, bool) else {"true": True, "false": False}.get(str(x).lower()),
    "todynamic": lambda x: x,
    "isempty": lambda x: x in (None, ""),
    "isnotempty": lambda x: x not in (None, ""),
    "isnull": lambda x: x is None,
    "isnotnull": lambda x: x is not None,
    "array_length": lambda x: len(x) if isinstance(x, list) else None,
    "coalesce": lambda *xs: next((x for x in xs if x not in (None, "")), None),
    "strcat": lambda *xs: "".join(str(x) for x in xs),
}

_PATH = re.compile(r"[A-Za-z_]\w*((\.[A-Za-z_]\w*)|(\[(\d+|'[^']*'|\"[^\"]*\")\]))*")
_STEP = re.compile(r"\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]|\.?([A-Za-z_]\w*)")
_COMPARE = re.compile(r"(.+?)\s*(=~|!~|==|!=|<=|>=|<|>|\s!?contains\s|\s!?startswith\s|\s!?endswith\s|\s!?has\s|\smatches regex\s)\s*(.+)", re.DOTALL)


class KqlError(ValueError):
    """A query that this replay (perhaps not Azure) refuses."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def split(text: str, at: str) -> list[str]:
    """Split at a character outside quotes and brackets."""
    parts, current, depth, quote = [], "", 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char in "([") - (char in ")]")
            if char == at and depth == 0:
                parts.append(current.strip())
                current = ""
                continue
        current += char
    return [*parts, current.strip()] if current.strip() or at == "|" else parts


def value_of(text: str) -> Value:
    """A column, dotted path, path['key'], literal, or one of a few functions."""
    text = text.strip()
    call = re.fullmatch(r"(\w+)\s*\((.*)\)", text, re.DOTALL)
    if call and call[1] == "not":
        inner = condition_of(call[2])
        return lambda row: not inner(row)
    if call and call[1] in FUNCTIONS:
        function, arguments = FUNCTIONS[call[1]], [value_of(part) for part in split(call[2], ",")]
        return lambda row: function(*(argument(row) for argument in arguments))
    if re.fullmatch(r"'[^']*'|\"[^\"]*\"", text):
        return lambda _row: text[1:-1]
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        number = float(text) if "." in text else int(text)
        return lambda _row: number
    if text.lower() in ("true", "false"):
        return lambda _row: text.lower() == "true"
    keys = path_of(text)
    if keys is None:
        raise KqlError("ParserFailure", f"this replay does not read the expression {text!r}")
    return lambda row: _walk(row, keys)


def path_of(text: str) -> list[str | int] | None:
    """The keys of a column or path; None for anything else."""
    if not _PATH.fullmatch(text.strip()):
        return None
    return [int(index) if index else (single or double or name) for index, single, double, name in _STEP.findall(text.strip())]


def condition_of(text: str) -> Condition:
    """What stands after `where`."""
    text = text.strip()
    for word, join in (("or", any), ("and", all)):
        parts = _split_words(text, word)
        if len(parts) > 1:
            tests = [condition_of(part) for part in parts]
            return lambda row, join=join, tests=tests: join(test(row) for test in tests)  # type: ignore[misc]
    if text.startswith("(") and text.endswith(")"):
        return condition_of(text[1:-1])
    among = re.fullmatch(r"(.+?)\s+(!?in~?)\s*\((.*)\)", text, re.DOTALL)
    if among:
        return _among(value_of(among[1]), among[2], [value_of(part)({}) for part in split(among[3], ",")])
    compared = _COMPARE.fullmatch(text)
    if compared:
        left, right, test = value_of(compared[1]), value_of(compared[3]), _OPERATORS[compared[2].strip()]
        return lambda row: test(left(row), right(row))
    value = value_of(text)
    return lambda row: bool(value(row))


def _among(value: Value, operator: str, members: list[Any]) -> Condition:
    low = {_low(member) for member in members}

    def test(row: Row) -> bool:
        found = value(row)
        return _low(found) in low if "~" in operator else found in members

    return (lambda row: not test(row)) if operator.startswith("!") else test


def _low(value: Any) -> str:
    return "" if value is None else str(value).lower()


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=~": lambda x, y: _low(x) == _low(y),
    "!~": lambda x, y: _low(x) != _low(y),
    "==": lambda x, y: bool(x == y),
    "!=": lambda x, y: bool(x != y),
    "contains": lambda x, y: _low(y) in _low(x),
    "!contains": lambda x, y: _low(y) not in _low(x),
    "startswith": lambda x, y: _low(x).startswith(_low(y)),
    "!startswith": lambda x, y: not _low(x).startswith(_low(y)),
    "endswith": lambda x, y: _low(x).endswith(_low(y)),
    "!endswith": lambda x, y: not _low(x).endswith(_low(y)),
    "has": lambda x, y: _low(y) in _low(x),
    "!has": lambda x, y: _low(y) not in _low(x),
    "matches regex": lambda x, y: re.search(y, str(x or "")) is not None,
    "<": lambda x, y: x is not None and x < y,
    ">": lambda x, y: x is not None and x > y,
    "<=": lambda x, y: x is not None and x <= y,
    ">=": lambda x, y: x is not None and x >= y,
}


def _split_words(text: str, word: str) -> list[str]:
    """Split at a bare keyword outside quotes and brackets."""
    parts, current, depth, quote, at = [], "", 0, "", 0
    while at < len(text):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth == 0 and (match := re.match(rf"\s{word}\s", text[at:], re.IGNORECASE)):
            parts.append(current.strip())
            current, at = "", at + match.end() - 1
            continue
        current += char
        at += 1
    return [*parts, current.strip()]


def _walk(row: Row, keys: list[str | int]) -> Any:
    value: Any = row
    for key in keys:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def _integer(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
