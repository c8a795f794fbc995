"""Flow collections that stand on one line (`{Status: Enabled}`, `[!Ref A, !Ref B]`), in the shapes that have one reading."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from providers.cloudformation.tree import LIST, MAP, PLAIN, TEXT, MappingNode, Node, ScalarNode, SequenceNode

Spec: TypeAlias = "tuple[type[Node], str, Any, str, int]"
"""A node without its line, so that lines which are the same are understood once: class, tag, value, style, number of nodes."""

_DEEPEST = 20
_PLAIN = r"(?:[\w/$(]|[-.](?=\w))(?:[\w/$().*+=@%<>-]|:(?=[\w/$:])| (?=[\w/$(]))*"
_TOKEN = re.compile(rf""" *(?:([\[\]{{}},])|(:)(?= )|(![A-Za-z][A-Za-z0-9]*)(?= )|"([^"\\]*)"|'([^']*)'|({_PLAIN}))""")
_SIGN, _COLON, _TAG = 1, 2, 3
_SCALARS = {4: (TEXT, '"'), 5: (TEXT, "'"), 6: (PLAIN, "")}
_LONGEST_KEY = 500
_END = re.compile(r"(?: +#.*| *)\Z")


class Unusual(Exception):
    """The text is not of the usual shape."""


def made(spec: Spec, line: int) -> Node:
    """The node of a spec on a line."""
    kind, tag, value, style, _ = spec
    if kind is ScalarNode:
        return ScalarNode(tag, value, line, style)
    if kind is SequenceNode:
        return SequenceNode(tag, [made(item, line) for item in value], line)
    return MappingNode(tag, [(ScalarNode(key[1], key[2], line, key[3]), made(item, line)) for key, item in value], line)


def flow(text: str, tag: str) -> Spec:
    """The collection that a text is. Raises Unusual."""
    found = _Flow(text)
    spec = found.value(found.token(), tag, 0)
    if not _END.match(text, found.at):
        raise Unusual
    return spec


class _Flow:
    """Reads tokens one by one."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def token(self) -> tuple[int, str]:
        """Kind and text of the next token. Raises Unusual."""
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.lastindex is None:
            raise Unusual
        self.at = found.end()
        return found.lastindex, found[found.lastindex]

    def value(self, token: tuple[int, str], tag: str, depth: int) -> Spec:
        kind, text = token
        if depth > _DEEPEST:
            raise Unusual
        if kind == _TAG and not tag:
            return self.value(self.token(), text, depth)
        if kind in _SCALARS:
            implied, style = _SCALARS[kind]
            return ScalarNode, tag or implied, text, style, 1
        if text == "[":
            return self._list(tag, depth)
        if text == "{":
            return self._map(tag, depth)
        raise Unusual

    def _list(self, tag: str, depth: int) -> Spec:
        items: list[Spec] = []
        token = self.token()
        if token != (_SIGN, "]"):
            items.append(self.value(token, "", depth + 1))
            while self._further("]"):
                items.append(self.value(self.token(), "", depth + 1))
        return SequenceNode, tag or LIST, tuple(items), "", 1 + sum(item[4] for item in items)

    def _map(self, tag: str, depth: int) -> Spec:
        pairs: list[tuple[Spec, Spec]] = []
        token = self.token()
        if token != (_SIGN, "}"):
            pairs.append(self._pair(token, depth))
            while self._further("}"):
                pairs.append(self._pair(self.token(), depth))
        return MappingNode, tag or MAP, tuple(pairs), "", 1 + sum(1 + value[4] for _, value in pairs)

    def _pair(self, token: tuple[int, str], depth: int) -> tuple[Spec, Spec]:
        if token[0] not in _SCALARS or len(token[1]) > _LONGEST_KEY or self.token()[0] != _COLON:
            raise Unusual
        return self.value(token, "", depth), self.value(self.token(), "", depth + 1)

    def _further(self, end: str) -> bool:
        """Whether a comma follows, and not the end. Raises Unusual for anything else."""
        sign = self.token()
        if sign[0] != _SIGN or sign[1] not in (",", end):
            raise Unusual
        return sign[1] == ","
