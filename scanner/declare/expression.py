"""The syntax tree of an expression of JMESPath, as jmespath builds it.

jmespath parses; but its import takes a tenth of the time in which a small template has been judged, and nine of ten
expressions that are more than keys are of one simple form: keys, lists of them (`[]`), a filter that tests one key
(`[?Enabled]`, `[?Status!='Disabled']`), and a second choice (`||`). These are read here, into the same tree; everything
else is left to jmespath. A property test holds the two together.
"""

from __future__ import annotations

import re
from functools import partial, reduce
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]

_NAMES = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_TEST = rf"{_NAMES}(?:[=!]='[^'\\|\[\]=]*')?"
_PART = re.compile(rf"(?=[A-Za-z_\[])(?P<names>{_NAMES})?(?:(?P<flat>\[\])|\[\?(?P<tests>{_TEST}(?: \|\| {_TEST})*)\])?(?:\.|\Z)", re.ASCII)
_CHOICE = re.compile(r" \|\| (?![^\[]*\])")


def parsed(text: str) -> Node:
    """The tree of an expression. Raises jmespath's JMESPathError."""
    choices = [_chain(choice) for choice in _CHOICE.split(text)]
    trees = [tree for tree in choices if tree is not None]
    if len(trees) == len(choices):
        return reduce(partial(_node, "or_expression"), trees)
    import jmespath

    return dict(jmespath.compile(text).parsed)


def _chain(text: str) -> Node | None:
    """A list taken apart wraps all that was before it. None for what is not of the simple form."""
    at, tree, segment = 0, None, []
    while at < len(text) and (part := _PART.match(text, at)):
        if (at and not part["names"]) or (part["tests"] and any(before["tests"] for before in segment)):
            return None  # a filter of what a list or a filter left
        at = part.end()
        segment.append(part)
        if part["flat"]:
            tree = _node("flatten", _joined(tree, segment))
            segment = []
    if at < len(text) or not text or text.endswith("."):
        return None
    return _joined(tree, segment)


def _joined(tree: Node | None, segment: list[re.Match[str]]) -> Node:
    right = _segment(segment)
    return right if tree is None else _node("projection", tree, right)


def _segment(parts: list[re.Match[str]]) -> Node:
    if not parts:
        return _node("identity")
    first = _keys(parts[0]["names"]) if parts[0]["names"] else _node("identity")
    if not parts[0]["tests"]:
        return first
    tests = [_test(test) for test in parts[0]["tests"].split(" || ")]
    return _node("filter_projection", first, _segment(parts[1:]), reduce(partial(_node, "or_expression"), tests))


def _test(text: str) -> Node:
    key, unlike, value = text.partition("!='")
    if not unlike:
        key, like, value = text.partition("=='")
        if not like:
            return _keys(key)
    return {**_node("comparator", _keys(key), {**_node("literal"), "value": value[:-1]}), "value": "ne" if unlike else "eq"}


def _keys(names: str) -> Node:
    fields = [{**_node("field"), "value": name} for name in names.split(".")]
    return fields[0] if len(fields) == 1 else _node("subexpression", *fields)


def _node(kind: str, *children: Node) -> Node:
    return {"type": kind, "children": list(children)}
