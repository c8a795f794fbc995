"""Templates as they are usually written, composed line by line: a third of the work of PyYAML's parser, which makes two
marks and three calls for every node.

Nothing is decided here that YAML leaves to a parser: a line is understood when it is of one of a few shapes that have one
reading, and a text with any other line is not read here at all. Whoever asks then lets libyaml read it, and it is libyaml
that says what is wrong with a file. Both give the same nodes; lines are told, columns are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from providers.cloudformation.flows import LIST, MAP, PLAIN, TEXT, Spec, Unusual, flow, made

_DEEPEST, _LONGEST, _LONGEST_KEY, _MOST = 50, 10_000, 500, 400_000
"""Beyond these libyaml reads, whose limits are wider (a key has up to 1,024 characters), and refuses."""
_KEY = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([A-Za-z0-9_/$][\w./$:*+-]*?)):(?: +|\Z)""", re.A)
_DASH = re.compile(r"- +(?=[^ ])")
_TAG = re.compile(r"![A-Za-z][A-Za-z0-9]*(?= |\Z)")
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)')(?: +#.*| *)\Z""")
_PLAIN = re.compile(r"[\w/$(]|[-.]\w|\.\.?/")
_HEADER = re.compile(r"[|>]-? *\Z")


class _Mark(NamedTuple):
    """Of PyYAML's marks, all that is asked for."""

    line: int


_mark: Callable[[tuple[int]], Any] = partial(tuple.__new__, _Mark)
"""As `_Mark(…)`, in a third of the time."""


class _Line(NamedTuple):
    """What stands on a line behind its indentation. With neither value nor header, the value is on the lines below."""

    width: int
    """Of the dash and its spaces; 0 where there is none."""
    key: Spec | None
    tag: str
    value: Spec | None
    header: str
    """Of a block scalar."""


_NOTHING = _Line(0, None, "", None, "")
_Waiting: TypeAlias = "tuple[list[Any], Node | None, str, Any]"
"""Where a value goes that stands on the lines below: its collection, key, tag, and the line of what announced it."""


def composed(text: str) -> tuple[Node, int] | None:
    """The root node and the number of nodes; None for a text that is not of the usual shape, which is for libyaml."""
    if not text.replace("\n", "").isprintable():  # neither tabs nor any of the other signs that YAML takes for breaks
        return None
    try:
        return _composed(text.split("\n"))
    except Unusual:
        return None


def _composed(texts: list[str]) -> tuple[Node, int]:
    first = _mark((next((n for n, text in enumerate(texts) if text.lstrip(" ")[:1] not in ("", "#") and text != "---"), 0),))
    root = MappingNode(MAP, [], first, first)
    count, seen = 1, dict[str, _Line]()
    stack: list[tuple[int, bool, list[Any]]] = [(0, False, root.value)]
    """Indentation of each open collection, whether it is a list, and what it holds; the outermost first."""
    waiting: _Waiting | None = None
    rows = enumerate(texts)
    for n, row in rows:
        content = row.lstrip(" ")
        if not content or content[0] == "#":
            continue
        line = seen.get(content)
        if line is None:
            if row == "---" and not seen:  # before anything else, and once
                seen[""] = _NOTHING
                continue
            line = seen[content] = _line(content)
        if count > _MOST:
            raise Unusual
        indent, mark = len(row) - len(content), _mark((n,))
        width, key, tag, value, header = line
        if waiting is not None:
            into, name, outer, at = waiting
            if indent < stack[-1][0] or (indent == stack[-1][0] and (not width or stack[-1][1])):
                raise Unusual  # null
            at = at if outer else mark
            node: Node = SequenceNode(outer or LIST, [], at, at) if width else MappingNode(outer or MAP, [], at, at)
            into.append(node if name is None else (name, node))
            stack.append((indent, bool(width), node.value))
            waiting, count = None, count + 1
            if len(stack) > _DEEPEST:
                raise Unusual
        else:
            while indent < stack[-1][0]:
                stack.pop()
            if stack[-1][1] and not width and len(stack) > 1 and stack[-2][0] == indent:
                stack.pop()  # of a list that is not indented further than its key
        column, listed, held = stack[-1]
        if indent != column or listed is not (width > 0):
            raise Unusual
        if key is not None:
            if width:
                inner = MappingNode(MAP, [], mark, mark)
                held.append(inner)
                held = inner.value
                stack.append((indent + width, False, held))
                count += 1
            named = ScalarNode(key[1], key[2], mark, mark, key[3])
            count += 1
            if value is not None:
                held.append((named, made(value, mark)))
                count += value[4]
            elif header:
                held.append((named, _block(header, tag, stack[-1][0], rows, texts, mark)))
                count += 1
            else:
                waiting = held, named, tag, mark
        elif value is not None:
            held.append(made(value, mark))
            count += value[4]
        elif header:
            held.append(_block(header, tag, indent, rows, texts, mark))
            count += 1
        else:
            waiting = held, None, tag, mark
    if waiting is not None or not root.value or count > _MOST:
        raise Unusual
    return root, count


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
    return _Line(dash.end() if dash else 0, name, *_value(content[at:]))


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


def _block(header: str, tag: str, outer: int, rows: Iterator[tuple[int, str]], texts: list[str], mark: Any) -> Node:
    """A block scalar, taken from the rows. Raises Unusual for one that is folded over anything but lines of one paragraph."""
    start = end = mark.line + 1
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
    return ScalarNode(tag or TEXT, whole, mark, mark, header[0])
