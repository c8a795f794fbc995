"""`$filter` of the generic list: eq, ne, substringof, startswith; joined by and, or; with parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.data.regions import azure_name
from scanner.demo.arm.estate import group_of
from scanner.demo.arm.reply import Body

Test = Callable[[Body], bool]


class FilterError(ValueError):
    """Not a filter that Resource Manager takes."""


def compile_filter(text: str) -> Test:
    """A test on resources. Raises FilterError."""
    parser = _Parser(text)
    test = parser.any_of()
    parser.end()
    return test


def _field(resource: Body, name: str) -> str:
    low = name.lower()
    match low:
        case "resourcetype":
            return str(resource["type"])
        case "resourcegroup":
            return group_of(resource)
        case "location":
            return azure_name(resource.get("location") or "")
        case "name":
            return str(resource["name"])
        case "kind":
            return str(resource.get("kind") or "")
    outer, _, inner = name.partition("/")
    if outer.lower() in ("plan", "identity") and inner:
        return str((resource.get(outer.lower()) or {}).get(inner) or "")
    raise FilterError(name)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = re.findall(r"\(|\)|,|'(?:[^']|'')*'|[A-Za-z_][\w/.]*|\S", text)
        self.at = 0

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise FilterError(self.text)

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self._next_is("or"):
            tests.append(self.all_of())
        return lambda resource: any(test(resource) for test in tests)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self._next_is("and"):
            tests.append(self.one())
        return lambda resource: all(test(resource) for test in tests)

    def one(self) -> Test:
        token = self._take()
        if token == "(":
            test = self.any_of()
            self._take(")")
            return test
        if token.lower() in ("substringof", "startswith"):
            return self._function(token.lower())
        operator, value = self._take().lower(), self._literal(self._take())
        if operator not in ("eq", "ne"):
            raise FilterError(self.text)
        test = self._equals(token, value)
        return test if operator == "eq" else lambda resource: not test(resource)

    def _equals(self, name: str, value: str) -> Test:
        if name.lower() == "tagname":
            return lambda resource: any(key.lower() == value.lower() for key in resource.get("tags") or {})
        if name.lower() == "tagvalue":
            return lambda resource: value in (resource.get("tags") or {}).values()
        _field({"type": "", "id": "", "name": ""}, name)
        wanted = azure_name(value) if name.lower() == "location" else value.lower()
        return lambda resource: _field(resource, name).lower() == wanted

    def _function(self, function: str) -> Test:
        self._take("(")
        first = self._take()
        self._take(",")
        second = self._take()
        self._take(")")
        if function == "substringof":
            part, name = self._literal(first).lower(), second
            return lambda resource: part in _field(resource, name).lower()
        start = self._literal(second).lower()
        if first.lower() == "tagname":
            return lambda resource: any(key.lower().startswith(start) for key in resource.get("tags") or {})
        return lambda resource: _field(resource, first).lower().startswith(start)

    def _next_is(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].lower() == word:
            self.at += 1
            return True
        return False

    def _take(self, want: str | None = None) -> str:
        if self.at >= len(self.tokens) or (want and self.tokens[self.at].lower() != want):
            raise FilterError(self.text)
        self.at += 1
        return str(self.tokens[self.at - 1])

    def _literal(self, token: str) -> str:
        if not token.startswith("'"):
            raise FilterError(self.text)
        return token[1:-1].replace("''", "'")
