"""The expression language of ARM templates: `[concat(parameters('a'), variables('b')[0].c)]` as a tree.

Bicep is read into the same tree; its operators are the functions that the Bicep compiler makes of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

MAX_DEPTH = 60
MAX_LENGTH = 24_576
"""Characters of one expression (Azure: template limits)."""


class ExpressionError(ValueError):
    """The text is no expression of the language."""


class Node:
    """A part of an expression."""

    __slots__ = ()


class Lit(Node):
    """A value as it stands."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Call(Node):
    """A function with its arguments: nodes, or values that may hold nodes."""

    __slots__ = ("args", "name", "said")

    def __init__(self, name: str, *args: Any) -> None:
        self.name = name.lower()
        self.said = name
        self.args = args


class Member(Node):
    """`base.name`; `safe` is Bicep's `.?`: null where there is none."""

    __slots__ = ("base", "name", "safe")

    def __init__(self, base: Any, name: str, safe: bool = False) -> None:
        self.base, self.name, self.safe = base, name, safe


class At(Node):
    """`base[index]`."""

    __slots__ = ("base", "index", "safe")

    def __init__(self, base: Any, index: Any, safe: bool = False) -> None:
        self.base, self.index, self.safe = base, index, safe


class Lambda(Node):
    """A function without a name, for `map`, `filter`, …"""

    __slots__ = ("body", "names")

    def __init__(self, names: tuple[str, ...], body: Any) -> None:
        self.names, self.body = names, body


class Local(Node):
    """A variable of a lambda."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Symbol(Node):
    """A resource or module of the template by its symbolic name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Unread(Node):
    """A part of a file that is not understood: not known, and why."""

    __slots__ = ("text", "why")

    def __init__(self, why: str, text: str) -> None:
        self.why, self.text = why, text


_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)|(?P<mark>\.\?|\[\?|[()\[\].,])|(?P<end>\Z)|(?P<odd>.))""", re.S
)


def is_expression(text: str) -> bool:
    """Whether a text of a template is an expression. `[[` writes a bracket; `[x] y` is plain text."""
    return text[:1] == "[" and text[-1:] == "]" and text[:2] != "[["


@lru_cache(maxsize=8192)
def parse(text: str) -> Any:
    """The tree of an expression with its brackets. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"is longer than {MAX_LENGTH} characters")
    tokens = _tokens(text[1:-1])
    parser = _Parser(tokens)
    tree = parser.expression(0)
    if parser.kind != "end":
        raise ExpressionError(f"{parser.found!r} stands where the expression should end")
    return tree


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while True:
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup == "odd":
            raise ExpressionError(f"{(token['odd'] if token else text[at : at + 1])!r} is not part of an expression")
        yield str(token.lastgroup), token[str(token.lastgroup)]
        if token.lastgroup == "end":
            return
        at = token.end()


class _Parser:
    def __init__(self, tokens: Iterator[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.kind, self.found = next(tokens)

    def take(self) -> str:
        found = self.found
        self.kind, self.found = next(self.tokens, ("end", ""))
        return found

    def expect(self, mark: str) -> None:
        if self.kind != "mark" or self.found != mark:
            raise ExpressionError(f"expected {mark}, found {self.found or 'the end'}")
        self.take()

    def expression(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"is nested more than {MAX_DEPTH} levels deep")
        node = self._primary(depth)
        while self.kind == "mark" and self.found in (".", ".?", "[", "[?"):
            mark = self.take()
            if mark[0] == ".":
                if self.kind not in ("name", "number"):
                    raise ExpressionError("a point without a name")
                node = Member(node, self.take(), mark == ".?")
            else:
                node = At(node, self.expression(depth + 1), mark == "[?")
                self.expect("]")
        return node

    def _primary(self, depth: int) -> Any:
        if self.kind == "text":
            return Lit(self.take()[1:-1].replace("''", "'"))
        if self.kind == "number":
            number = self.take()
            if len(number) > 20:
                raise ExpressionError("a number that Azure does not take")
            return Lit(float(number) if "." in number else int(number))
        if self.kind != "name":
            raise ExpressionError(f"{self.found or 'the end'} stands where a value belongs")
        name = self.take()
        if self.kind == "mark" and self.found == ".":  # a user's function: namespace.name(…)
            self.take()
            name = f"{name}.{self.take()}"
        if self.kind != "mark" or self.found != "(":
            if name.lower() in ("true", "false", "null"):
                return Lit({"true": True, "false": False}.get(name.lower()))
            raise ExpressionError(f"{name} is no function with its arguments")
        self.take()
        args: list[Any] = []
        while not (self.kind == "mark" and self.found == ")"):
            args.append(self.expression(depth + 1))
            if self.kind == "mark" and self.found == ",":
                self.take()
            elif not (self.kind == "mark" and self.found == ")"):
                raise ExpressionError(f"expected , or ), found {self.found or 'the end'}")
        self.take()
        return _call(name, args)


def _call(name: str, args: list[Any]) -> Any:
    """A call, or what it stands for."""
    lower = name.lower()
    if lower == "lambda" and args and all(isinstance(arg, Lit) and isinstance(arg.value, str) for arg in args[:-1]):
        return Lambda(tuple(arg.value for arg in args[:-1]), args[-1])
    if lower == "lambdavariables" and len(args) == 1 and isinstance(args[0], Lit):
        return Local(str(args[0].value))
    return Call(name, *args)
