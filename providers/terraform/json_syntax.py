"""Terraform's JSON syntax, written as HCL: the evaluator and the reader of lines know only that one.

Blocks stand by their labels, values as they are; texts are templates, as Terraform takes them (Terraform documentation, "JSON
Configuration Syntax"). What is nested in a resource becomes an argument, which is read as a block is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from providers.terraform.syntax import MAX_DEPTH, Block, Broken, TooDeep

_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null")
_UNCLOSED = re.compile(r"(?<![$%])([$%])\{")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
#: Labels of each kind of block. What is not here makes nothing and gives no value.
_LABELS = {"resource": 2, "data": 2, "provider": 1, "variable": 1, "output": 1, "module": 1, "locals": 0, "terraform": 0}
_META = frozenset({"lifecycle", "provisioner", "connection", "depends_on", "validation", "precondition", "postcondition", "//"})
_REFERENCES = frozenset({"provider"})


@dataclass
class _Object:
    """Members with the lines of their keys."""

    members: list[tuple[str, int, Any]] = field(default_factory=list)


def as_hcl(text: str) -> tuple[str, list[int]]:
    """The same configuration as HCL, and for each of its lines that of the JSON it comes from. Raises Broken, TooDeep."""
    reader = _Reader(text)
    root = reader.value(0)
    if reader.rest() or not isinstance(root, _Object):
        raise Broken(reader.line())
    out = _Writer()
    for kind, line, value in root.members:
        for labels, body, at in _labelled(value, _LABELS[kind], (), line) if kind in _LABELS else ():
            _top(out, kind, labels, body, at)
    return "\n".join(out.lines) + "\n", out.origins


def relined(block: Block, origins: list[int]) -> None:
    """The lines of the JSON instead of those of the HCL; providers keep theirs, by which the evaluator's are found."""
    for inner in block.blocks:
        if inner.kind != "provider":
            inner.line = origins[inner.line - 1]
            inner.attributes = {name: (expr, origins[line - 1]) for name, (expr, line) in inner.attributes.items()}
            relined(inner, origins)


class _Reader:
    """JSON, with lines."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self._counted = (0, 1)

    def line(self) -> int:
        before, line = self._counted
        self._counted = (self.at, line + self.text.count("\n", before, self.at))
        return self._counted[1]

    def rest(self) -> bool:
        self._skip()
        return self.at < len(self.text)

    def _skip(self) -> str:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise TooDeep
        first = self._skip()
        if first == "{":
            found = _Object()
            for _ in self._items("}"):
                self._skip()
                line, key = self.line(), self._string()
                if self._skip() != ":":
                    raise Broken(self.line())
                self.at += 1
                found.members.append((key, line, self.value(depth + 1)))
            return found
        if first == "[":
            return [self.value(depth + 1) for _ in self._items("]")]
        if first == '"':
            return self._string()
        plain = _PLAIN.match(self.text, self.at)
        if plain is None:
            raise Broken(self.line())
        self.at = plain.end()
        try:
            return json.loads(plain[0])
        except ValueError as error:
            raise Broken(self.line()) from error

    def _items(self, end: str) -> Iterator[None]:
        self.at += 1
        if self._skip() == end:
            self.at += 1
            return
        while True:
            yield
            after = self._skip()
            self.at += 1
            if after == end:
                return
            if after != ",":
                raise Broken(self.line())

    def _string(self) -> str:
        if self.text[self.at : self.at + 1] != '"':
            raise Broken(self.line())
        try:
            found, self.at = scanstring(self.text, self.at + 1, True)
        except ValueError as error:
            raise Broken(self.line()) from error
        return str(found)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.origins: list[int] = []

    def put(self, text: str, line: int) -> None:
        self.lines.append(text)
        self.origins.append(line)


def _labelled(value: Any, labels: int, above: tuple[str, ...], line: int) -> Iterator[tuple[tuple[str, ...], _Object, int]]:
    """Bodies with their labels; a list stands for several of them at any level."""
    if isinstance(value, list):
        for one in value:
            yield from _labelled(one, labels, above, line)
    elif isinstance(value, _Object) and labels == 0:
        yield above, value, line
    elif isinstance(value, _Object):
        for key, at, inner in value.members:
            if key != "//":
                yield from _labelled(inner, labels - 1, (*above, key), at)
    elif value is not None:
        raise Broken(line)


def _top(out: _Writer, kind: str, labels: tuple[str, ...], body: _Object, line: int) -> None:
    out.put(f"{kind} {' '.join(map(_quoted, labels))} {{", line)
    for key, at, value in body.members:
        if kind == "terraform":
            for _, inner, where in _labelled(value, 0, (), at) if key == "required_providers" else ():
                out.put("required_providers {", at)
                _body(out, inner)
                out.put("}", where)
        elif kind == "variable" and key in ("type", "default"):
            out.put(f"{key} = {value if key == 'type' and isinstance(value, str) else _literal(value)}".replace("\n", " "), at)
        else:
            _member(out, key, at, value)
    out.put("}", line)


def _body(out: _Writer, body: _Object) -> None:
    for key, line, value in body.members:
        _member(out, key, line, value)


def _member(out: _Writer, key: str, line: int, value: Any) -> None:
    if key in _META:
        return
    if key == "dynamic":
        for labels, body, at in _labelled(value, 1, (), line):
            out.put(f"dynamic {_quoted(labels[0])} {{", at)
            for name, where, inner in body.members:
                if name == "content":
                    for _, content, begin in _labelled(inner, 0, (), where):
                        out.put("content {", begin)
                        _body(out, content)
                        out.put("}", begin)
                elif name != "labels":
                    out.put(f"{name} = {inner if name == 'iterator' and isinstance(inner, str) else _expression(inner)}", where)
            out.put("}", at)
    elif not _NAME.fullmatch(key):
        raise Broken(line)
    elif key in _REFERENCES and isinstance(value, str) and "${" not in value:
        out.put(f"{key} = {value}", line)
    elif key == "providers" and isinstance(value, _Object):
        handed = (f"{name} = {inner if isinstance(inner, str) and '$' not in inner else _expression(inner)}" for name, _, inner in value.members)
        out.put(f"{key} = {{ {', '.join(handed)} }}", line)
    else:
        out.put(f"{key} = {_expression(value)}", line)


def _expression(value: Any) -> str:
    if isinstance(value, str):
        return _template(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_expression, value))}]"
    if isinstance(value, _Object):
        return "{" + ", ".join(f"{_template(key)} = {_expression(inner)}" for key, _, inner in value.members if key != "//") + "}"
    return json.dumps(value)


def _literal(value: Any) -> str:
    """A value in which no expression stands."""
    if isinstance(value, str):
        return _quoted(value.replace("${", "$${").replace("%{", "%%{"))
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "{" + ", ".join(f"{_literal(key)} = {_literal(inner)}" for key, _, inner in value.members) + "}" if isinstance(value, _Object) else json.dumps(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _template(text: str) -> str:
    """A text with its expressions as they are; one that is a single expression stands for its value."""
    pieces = list(_pieces(text))
    if len(pieces) == 1 and pieces[0].startswith("${") and "\n" not in text:
        return pieces[0][2:-1].strip() or '""'
    return '"' + "".join(piece if _end(piece, 2) == len(piece) and piece.startswith(("${", "%{")) else _UNCLOSED.sub(r"\1\1{", _quoted(piece)[1:-1]) for piece in pieces) + '"'


def _pieces(text: str) -> Iterator[str]:
    """Plain parts and expressions, in turns. One without its end is plain, and so is all that follows."""
    at = start = 0
    while at < len(text):
        if text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            end = _end(text, at + 2)
            if end == 0:
                break
            if start < at:
                yield text[start:at]
            yield text[at:end]
            at = start = end
        else:
            at += 1
    if start < len(text) or not text:
        yield text[start:]


def _end(text: str, at: int) -> int:
    """Behind the brace that closes an expression; 0 where there is none."""
    depth, quoted = 1, False
    while at < len(text):
        sign = text[at]
        if quoted:
            at += sign == "\\"
            quoted = sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
            if depth == 0:
                return at + 1
        at += 1
    return 0


__all__ = ["as_hcl", "relined"]
