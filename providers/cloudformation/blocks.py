"""Templates as they are usually written, composed line by line: a third of the work of PyYAML's parser, which makes two
marks and three calls for every node.

Nothing is decided here that YAML leaves to a parser: a line is understood when it is of one of a few shapes that have one
reading, and a text with any other line is not read here at all. Whoever asks then lets libyaml read it, and it is libyaml
that says what is wrong with a file. Both give the same nodes; lines are told, columns are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from providers.cloudformation.flows import Spec, Unusual, flow, made
from providers.cloudformation.tree import LIST, MAP, PLAIN, TEXT, MappingNode, Node, ScalarNode, SequenceNode

_DEEPEST, _LONGEST, _LONGEST_KEY, _MOST = 50, 10_000, 500, 400_000
"""Beyond these libyaml reads, whose limits are wider (a key has up to 1,024 characters), and refuses."""
_ASCII = bytes((10, *range(32, 127)))
_KEY = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([A-Za-z0-9_/$][\w./$:*+-]*?)):(?: +|\Z)""", re.A)
_DASH = re.compile(r"- +(?=[^ ])")
_TAG = re.compile(r"![A-Za-z][A-Za-z0-9]*(?= |\Z)")
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)')(?: +#.*| *)\Z""")
_PLAIN = re.compile(r"[\w/$(]|[-.]\w|\.\.?/")
_HEADER = re.compile(r"[|>]-? *\Z")


class _Line(NamedTuple):
    """What stands on a line behind its indentation. With neither value nor header, the value is on the lines below."""

    width: int
    """Of the dash and its spaces; 0 where there is none."""
    key: Spec | None
    tag: str
    value: Spec | None
    header: str
    """Of a block scalar."""
    size: int
    """How many nodes it makes, but for what begins with the lines below."""


_NOTHING = _Line(0, None, "", None, "", 0)
_Waiting: TypeAlias = "tuple[list[Any], Node | None, str, int]"
"""Where a value goes that stands on the lines below: its collection, key, tag, and the line of what announced it."""


def composed(text: str) -> tuple[Node, int] | None:
    """The root node and the number of nodes; None for a text that is not of the usual shape, which is for libyaml."""
    plain = not text.encode().translate(None, _ASCII) if text.isascii() else text.replace("\n", "").isprintable()
    if not plain:  # neither tabs nor any of the other signs that YAML takes for breaks
        return None
    try:
        return _composed(text.split("\n"))
    except Unusual:
        return None


def _composed(texts: list[str]) -> tuple[Node, int]:
    rows: Iterator[tuple[str, int]] = zip(texts, count(1), strict=False)
    root = MappingNode(MAP, [], next((n for n, text in enumerate(texts, 1) if text.lstrip(" ")[:1] not in ("", "#") and text != "---"), 1))
    column, listed, held = 0, False, root.value
    """Of the innermost collection: its indentation, whether it is a list, and what it holds. Those around it are on the stack."""
    stack: list[tuple[int, bool, list[Any]]] = []
    waiting: _Waiting | None = None
    nodes, seen = 1, dict[str, _Line]()
    for row, at in rows:
        content = row.lstrip(" ")
        line = seen.get(content)
        if line is None:
            if not content or content[0] == "#":
                continue
            if row == "---" and not seen:  # before anything else, and once
                seen[" "] = _NOTHING
                continue
            line = seen[content] = _line(content)
        width, key, tag, value, header, size = line
        indent = len(row) - len(content)
        nodes += size
        if nodes > _MOST:
            raise Unusual
        if waiting is not None:
            into, name, outer, above = waiting
            if indent < column or (indent == column and (not width or listed)) or len(stack) > _DEEPEST:
                raise Unusual  # null, if not too deep
            begins = above if outer else at
            node: Node = SequenceNode(outer or LIST, [], begins) if width else MappingNode(outer or MAP, [], begins)
            into.append(node if name is None else (name, node))
            stack.append((column, listed, held))
            column, listed, held = indent, width > 0, node.value
            waiting, nodes = None, nodes + 1
        elif indent != column or listed is not (width > 0):
            while indent < column:
                column, listed, held = stack.pop()
            if listed and not width and stack and stack[-1][0] == indent:
                column, listed, held = stack.pop()  # out of a list that is not indented further than its key
            if indent != column or listed is not (width > 0):
                raise Unusual
        own: Node | None = None
        if key is not None:
            if width:
                inner = MappingNode(MAP, [], at)
                held.append(inner)
                stack.append((column, listed, held))
                column, listed, held = indent + width, False, inner.value
            own = ScalarNode(key[1], key[2], at, key[3])
        if value is not None:
            made_of = ScalarNode(value[1], value[2], at, value[3]) if value[0] is ScalarNode else made(value, at)
        elif header:
            made_of = _block(header, tag, column, rows, texts, at)
        else:
            waiting = held, own, tag, at
            continue
        held.append(made_of if own is None else (own, made_of))
    if waiting is not None or not root.value or nodes > _MOST:
        raise Unusual
    return root, nodes


def _line(content: str) -> _Line:
    """What a line says. Raises Unusual."""
    if len(content) > _LONGEST:
        raise Unusual
    dash = _DASH.match(content)
    at = dash.end() if dash else 0
    key = _KEY.match(content, at)
    if key is None and dash is None:
        raise Unusual
    name: Spec | None = None
    if key is not None:
        if key.end() - at > _LONGEST_KEY:
            raise Unusual
        name = (ScalarNode, PLAIN if key.lastindex == 3 else TEXT, key[key.lastindex or 0], ('"', "'", "")[(key.lastindex or 0) - 1], 1)
        at = key.end()
    tag, value, header = _value(content[at:])
    size = (name is not None) + (name is not None and dash is not None) + (value[4] if value else 1 if header else 0)
    return _Line(dash.end() if dash else 0, name, tag, value, header, size)


def _value(text: str) -> tuple[str, Spec | None, str]:
    """Tag, value and header of a block scalar. Raises Unusual."""
    tag = _TAG.match(text)
    own = tag[0] if tag else ""
    text = text[tag.end() :].lstrip(" ") if tag else text
    if not text or text[0] == "#":
        return own, None, ""
    if text[0] in "[{":
        return "", flow(text, own), ""
    if text[0] in "|>":
        if not _HEADER.match(text):
            raise Unusual
        return own, None, text.rstrip(" ")
    if text[0] in "\"'":
        quoted = _QUOTED.match(text)
        if quoted is None:
            raise Unusual
        return "", (ScalarNode, own or TEXT, quoted[quoted.lastindex or 0], text[0], 1), ""
    plain = text.partition(" #")[0].rstrip(" ")
    if not _PLAIN.match(plain) or ": " in plain or plain[-1] == ":":
        raise Unusual
    return "", (ScalarNode, own or PLAIN, plain, "", 1), ""


def _block(header: str, tag: str, outer: int, rows: Iterator[tuple[str, int]], texts: list[str], line: int) -> Node:
    """A block scalar, taken from the rows. Raises Unusual for one that is folded over anything but lines of one paragraph."""
    start = end = line
    indent = len(texts[start]) - len(texts[start].lstrip(" ")) if start < len(texts) else 0
    if indent <= outer or not texts[start].strip(" "):
        raise Unusual
    while end < len(texts) and (texts[end].startswith(" " * indent) or not texts[end].strip(" ")):
        end += 1
    after = texts[end] if end < len(texts) else ""
    held = [text[indent:] for text in texts[start:end]]
    while held and not held[-1]:
        held.pop()
    if end == len(texts) == start + len(held) or len(after) - len(after.lstrip(" ")) > outer or any(text and not text.strip(" ") for text in held):
        raise Unusual
    if header[0] == ">" and any(not text or text[0] == " " for text in held):
        raise Unusual
    for _ in range(end - start):
        next(rows)
    whole = ("\n" if header[0] == "|" else " ").join(held) + ("" if header[1:] else "\n")
    return ScalarNode(tag or TEXT, whole, line, header[0])
