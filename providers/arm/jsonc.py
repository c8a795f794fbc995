"""JSON as Azure takes it: with comments, trailing commas and texts over several lines; each value with its line.

An own reader, because json.loads knows neither lines nor comments. It does not recurse, and counts as it reads.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

from scanner.sdk import InvalidFile

MAX_DEPTH = 100
MAX_VALUES = 200_000
"""Values in a file; Azure takes templates of up to 4 MB."""

#: A template's value: JSON, in which objects and lists know their lines, and (from Bicep) nodes of expressions.
Raw: TypeAlias = Any


class Obj(dict[str, Raw]):
    """An object with the lines of its members."""

    __slots__ = ("again", "line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.again: tuple[str, ...] = ()
        """Keys that are given more than once (Azure does not tell upper from lower case)."""

    def put(self, key: str, value: Raw, line: int) -> None:
        """Enter a member. A key that was given before is noted."""
        if key in self:
            self.again = (*self.again, key)
        self[key] = value
        self.lines[key] = line


class Arr(list[Raw]):
    """A list with the lines of its items."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []

    def put(self, value: Raw, line: int) -> None:
        self.append(value)
        self.lines.append(line)


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\ufeff]+|//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<mark>[{}\[\]:,])"""
    r"""|(?P<word>-?[0-9][0-9.eE+-]*|true|false|null)""",
    re.S,
)
_WORDS = {"true": True, "false": False, "null": None}
_REMEDY = "correct the line"


def parse(text: str, name: str) -> Raw:
    """The value that a text holds. Raises InvalidFile with the line of the error."""
    return _Parser(text, name).run()


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.line, self.at = 1, 0

    def bad(self, what: str, remedy: str = _REMEDY) -> InvalidFile:
        return InvalidFile(self.name, f"is not valid JSON: {what}", remedy, self.line)

    def run(self) -> Raw:
        """One pass over the tokens with a stack of the objects and lists that are open."""
        text, match, words = self.text, _TOKEN.match, _WORDS
        open: list[Obj | Arr] = []
        keys: list[tuple[str, int]] = []
        root: Raw = None
        done = False
        expects = "value"  # value, key, colon, comma
        count = 0
        at, end = 0, len(text)
        while at < end:
            token = match(text, at)
            if token is None:
                raise self.bad(_odd(text, at))
            at = token.end()
            kind, found = token.lastgroup, token[0]
            if kind == "space":
                self.line += found.count("\n")
                continue
            line = self.line
            if done:
                raise self.bad("something follows the end of the outermost value")
            if kind == "mark":
                if found in "{[":
                    if expects != "value":
                        raise self.bad(f"expected a {expects}, found {found}")
                    if len(open) >= MAX_DEPTH:
                        raise InvalidFile(self.name, f"is nested more than {MAX_DEPTH} levels deep", "write it flatter", line)
                    count += 1
                    fresh: Obj | Arr = Obj(line) if found == "{" else Arr(line)
                    if open:
                        _enter(open[-1], keys, fresh, line)
                    else:
                        root = fresh
                    open.append(fresh)
                    expects = "key" if found == "{" else "value"
                elif found in "}]":
                    # a comma before it is allowed, a key or colon without its value is not
                    holder = open[-1] if open else None
                    if holder is None or (found == "}") is not isinstance(holder, Obj) or expects == "colon" or (expects == "value" and found == "}"):
                        raise self.bad(f"{found} without its beginning or its value")
                    open.pop()
                    done, expects = not open, "comma"
                elif found == ":":
                    if expects != "colon":
                        raise self.bad("a colon where none belongs")
                    expects = "value"
                else:
                    if expects != "comma" or not open:
                        raise self.bad("a comma where none belongs")
                    expects = "key" if isinstance(open[-1], Obj) else "value"
                continue
            if kind == "text":
                value: Raw = self._string(found)
                if expects == "key":
                    keys.append((value, line))
                    expects = "colon"
                    continue
            else:
                value = words[found] if found in words else self._number(found)
            if expects != "value":
                raise self.bad(f"expected a {expects}, found {found[:40]}")
            count += 1
            if count > MAX_VALUES:
                raise InvalidFile(self.name, f"holds more than {MAX_VALUES} values", "split the template", line)
            if open:
                _enter(open[-1], keys, value, line)
            else:
                root, done = value, True
            expects = "comma"
        if open or not done:
            raise self.bad("it ends in the middle" if open else "it is empty")
        return root

    def _string(self, found: str) -> str:
        inner = found[1:-1]
        if "\n" in inner:
            self.line += inner.count("\n")
        if "\\" not in inner:
            return inner
        try:
            text: str = json.loads(found, strict=False)
        except ValueError as error:
            raise self.bad(f"a text with an escape that JSON does not know: {found[:40]}") from error
        return text.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in text) else text

    def _number(self, found: str) -> int | float:
        if len(found) < 16 and found.isdigit() and (found[0] != "0" or found == "0"):
            return int(found)
        try:
            number: int | float = json.loads(found) if len(found) <= 40 else float("nan")
        except ValueError as error:
            raise self.bad(f"{found[:40]} is no number") from error
        if isinstance(number, float) and not abs(number) < 1e308:
            raise self.bad(f"{found[:40]} is no number that Azure takes")
        return number


def _enter(holder: Obj | Arr, keys: list[tuple[str, int]], value: Raw, line: int) -> None:
    if isinstance(holder, Arr):
        holder.put(value, line)
    else:
        key, where = keys.pop()
        holder.put(key, value, where)


def _odd(text: str, at: int) -> str:
    if text[at] == '"':
        return "a text that does not end"
    return "a comment that does not end" if text.startswith("/*", at) else f"{text[at]!r} stands where a value, a comma or a bracket belongs"


def depth_of(text: str, position: int) -> int:
    """How many objects and lists are open at a position; read no further than that, errors ignored."""
    depth, at = 0, 0
    while at < position:
        token = _TOKEN.match(text, at)
        if token is None:
            at += 1
            continue
        at = token.end()
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
    return depth
