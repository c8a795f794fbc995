"""TOML files with the line of every key: `tomllib` knows the values, a scan of the text knows where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from scanner.errors import InvalidFile
from scanner.model.later import pattern
from scanner.model.record import dataclass

MAX_BYTES = 1024 * 1024
Where = tuple[str | int, ...]
"""Place of a value: `("promise", 2, "binds", 0, "check")`."""

_TOKEN = pattern(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|\n|\[\[|\]\]|[\[\]{}=,]|[^\s\[\]{}=,#"\']+',
    re.S,
)
_KEY_PART = pattern(r'"((?:\\.|[^"\\])*)"|\'([^\']*)\'|([A-Za-z0-9_-]+)')


@dataclass(frozen=True)
class TomlFile:
    """A file that was read: its values and its lines."""

    name: str
    values: Mapping[str, Any]
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int | None:
        """Line of a key; where it has none of its own, of what stands in it, or else of what it stands in."""
        while where:
            within = [line for key, line in self.lines.items() if key[: len(where)] == where]
            if where in self.lines or within:
                return self.lines.get(where, min(within))
            where = where[:-1]
        return None

    def wrong(self, where: Where, message: str, advice: str) -> NoReturn:
        """Raises InvalidFile at the line of a key."""
        raise InvalidFile(self.name, message, advice, self.line(where))

    def only(self, where: Where, table: Mapping[str, Any], known: Iterable[str], what: str) -> None:
        """Raises InvalidFile for a key that is not among the known ones: a misspelt key must not be silently without effect."""
        names = sorted(known)
        for key in table:
            if key not in names:
                self.wrong((*where, key), f"{what} has no key {key!r}", nearest(key, names) or f"it has {', '.join(names)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing."""
    import difflib

    close = difflib.get_close_matches(word, list(known), 3, 0.6)
    return f"did you mean {' or '.join(close)}?" if close else ""


def read_toml(path: Path, what: str) -> TomlFile:
    """Read a TOML file; `what` it should be is for the remedy. Raises InvalidFile with the line."""
    name, remedy = str(path), f"give {what} (TOML, UTF-8)"
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidFile(name, f"cannot be read: {error.strerror}", remedy) from error
    if len(data) > MAX_BYTES:
        raise InvalidFile(name, f"is larger than {MAX_BYTES // 1024} KiB", remedy)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFile(name, "is not UTF-8 text", "save it as UTF-8", data.count(b"\n", 0, error.start) + 1) from error
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)|\(at end of document\)", str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        said = str(error).split(" (at ")[0]
        raise InvalidFile(name, f"is not TOML: {said[:1].lower()}{said[1:]}", "correct the line; https://toml.io shows the language", line) from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number longer than Python reads
        raise InvalidFile(name, f"is not usable TOML: {type(error).__name__}", remedy) from error
    return TomlFile(name, values, lines_of(text))


def lines_of(text: str) -> dict[Where, int]:
    """1-based line of every key of a valid TOML text, and of every item of its arrays."""
    found: dict[Where, int] = {}
    tokens = _Tokens(text)
    counts: dict[Where, int] = {}
    table: Where = ()
    while (token := tokens.next()) is not None:
        if token == "\n":
            continue
        if token in ("[", "[["):
            line = tokens.line
            table = _header(tokens, token, counts)
            found.setdefault(table, line)
        else:
            _entry(tokens, token, table, found)
    return found


class _Tokens:
    """The tokens of a text that matter here; comments are left out."""

    def __init__(self, text: str) -> None:
        self._all = self._walk(text)
        self._back: list[tuple[str, int]] = []
        self.line = 1

    def _walk(self, text: str) -> Iterator[tuple[str, int]]:
        line, last = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", last, match.start())
            last = match.start()
            if not match[0].startswith("#"):
                yield match[0], line

    def next(self) -> str | None:
        token, line = self._back.pop() if self._back else next(self._all, (None, self.line))
        self.line = line
        return token

    def back(self, token: str) -> None:
        self._back.append((token, self.line))

    def inner(self) -> str | None:
        """The next token inside brackets, where line ends mean nothing. `]]` closes twice."""
        token = self.next()
        while token == "\n":
            token = self.next()
        if token in ("[[", "]]"):
            self.back(token[0])
            return token[0]
        return token


def _parts(texts: Iterable[str]) -> Where:
    return tuple(next(p for p in match if p or p == match[-1]) for text in texts for match in _KEY_PART.findall(text))


def _header(tokens: _Tokens, opened: str, counts: dict[Where, int]) -> Where:
    """`[a.b]` or `[[a.b]]`; names on the way that are arrays of tables mean their last item."""
    texts: list[str] = []
    while (token := tokens.next()) is not None and token not in ("]", "]]", "\n"):
        texts.append(token)
    at: Where = ()
    parts = _parts(texts)
    for n, part in enumerate(parts):
        at = (*at, part)
        last = n == len(parts) - 1
        if last and opened == "[[":
            counts[at] = counts.get(at, -1) + 1
        if at in counts:
            at = (*at, counts[at])
    return at


def _entry(tokens: _Tokens, first: str, table: Where, found: dict[Where, int]) -> None:
    line, texts = tokens.line, [first]
    while (token := tokens.next()) is not None and token not in ("=", "\n"):
        texts.append(token)
    where = (*table, *_parts(texts))
    found.setdefault(where, line)
    if token == "=":
        _value(tokens, where, found, 0)


def _value(tokens: _Tokens, where: Where, found: dict[Where, int], depth: int) -> None:
    token = tokens.inner()
    if depth > 50:
        return
    if token == "[":
        n = 0
        while (token := tokens.inner()) not in (None, "]"):
            if token == ",":
                continue
            found.setdefault((*where, n), tokens.line)
            tokens.back(str(token))
            _value(tokens, (*where, n), found, depth + 1)
            n += 1
    elif token == "{":
        while (token := tokens.inner()) not in (None, "}"):
            if token == ",":
                continue
            line, texts = tokens.line, [str(token)]
            while (token := tokens.inner()) not in (None, "=", "}"):
                texts.append(str(token))
            inner = (*where, *_parts(texts))
            found.setdefault(inner, line)
            if token != "=":
                return
            _value(tokens, inner, found, depth + 1)
