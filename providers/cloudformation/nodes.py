"""Text of a template as nodes with their lines; JSON is read the same way.

What is written as most templates are is composed line by line; PyYAML's C parser composes everything else. Nothing is
constructed from the nodes: no tag can make an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from providers.cloudformation.blocks import composed
from providers.cloudformation.tree import MAX_DEPTH, PLAIN, MappingNode, Node, ScalarNode, SequenceNode, TooMuch
from scanner.sdk import file_text

MAX_BYTES = 4 * 1024 * 1024
"""CloudFormation takes templates of up to 1 MiB (docs: CloudFormation quotas); more than that is no template."""


def text_of(path: Path, name: str) -> str:
    """The text of a file. Raises InvalidFile when it cannot be read, is too large, or is not UTF-8."""
    return file_text(path, name, MAX_BYTES, "CloudFormation takes no template over 1 MiB: split it into stacks")


def compose(text: str, name: str) -> tuple[Node | None, int]:
    """The root node, and the number of nodes. Raises InvalidFile with the line of the error."""
    found = composed(text)
    if found is None:
        from providers.cloudformation.libyaml import parsed  # and with it PyYAML: 15 ms

        return parsed(text, name)
    return found


class Entry(NamedTuple):
    """A key of an object."""

    key: Node
    value: Node
    again: tuple[int, ...] = ()
    """Lines of the earlier entries with the same key."""


_entry: Callable[[tuple[Node, Node, tuple[int, ...]]], Entry] = partial(tuple.__new__, Entry)
"""As `Entry(…)`, in a third of the time."""


def entries(node: MappingNode) -> dict[str, Entry]:
    """Keys as written (never `true` for `On`). Merges (`<<`) are followed; a key of the object itself stands before them."""
    try:  # as most are: names, each once
        own: dict[str, Entry] = {key.value: _entry((key, value, ())) for key, value in node.value}
    except TypeError:  # a key that is no name
        own = {}
    if len(own) == len(node.value) and "<<" not in own:
        return own
    own = {}
    merged: list[Node] = []
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else f"(line {key.line})"
        if name == "<<" and _is_merge(key):
            merged.append(value)
        elif name in own:
            before = own[name]
            own[name] = Entry(key, value, (*before.again, before.key.line))
        else:
            own[name] = _entry((key, value, ()))
    for key, value in _merged(merged) if merged else ():
        own.setdefault(key.value if isinstance(key, ScalarNode) else f"(line {key.line})", Entry(key, value))
    return own


def _merged(nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Entries of merged objects, the nearest of each key first. Each object is read once, so that none can grow."""
    todo, done = nodes[::-1], set[int]()
    while todo:
        node = todo.pop()
        if id(node) in done:
            continue
        done.add(id(node))
        if len(done) > MAX_DEPTH:
            raise TooMuch(f"merges more than {MAX_DEPTH} objects into one")
        if isinstance(node, SequenceNode):
            todo.extend(node.value[::-1])
        elif isinstance(node, MappingNode):
            further = [value for key, value in node.value if _is_merge(key)]
            yield from ((key, value) for key, value in node.value if not _is_merge(key))
            todo.extend(further[::-1])


def _is_merge(key: Node) -> bool:
    return bool(key.tag == PLAIN and key.value == "<<")
