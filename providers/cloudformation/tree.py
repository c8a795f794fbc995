"""Nodes of a template's text, whoever has read it: what is written and on which line, and nothing constructed from it.

They are our own, because the import of PyYAML takes a sixth of the time in which a small template is judged.
"""

from __future__ import annotations

from typing import Any

PLAIN, TEXT, MAP, LIST = "plain", "text", "map", "list"
"""Tags of nodes where the file gives none."""

MAX_DEPTH = 100
MAX_NODES = 400_000
"""Nodes in a file; 5,000 resources have about 200,000."""


class TooMuch(Exception):
    """The file holds more, or deeper, than any template does."""


class Node:
    """What is written in one place."""

    __slots__ = ("line", "tag", "value")
    value: Any

    def __init__(self, tag: str, value: Any, line: int) -> None:
        self.tag, self.value, self.line = tag, value, line


class ScalarNode(Node):
    """A text."""

    __slots__ = ("style",)

    def __init__(self, tag: str, value: str, line: int, style: str = "") -> None:
        self.tag, self.value, self.line, self.style = tag, value, line, style


class SequenceNode(Node):
    """A list: its value are the nodes in it."""

    __slots__ = ()


class MappingNode(Node):
    """An object: its value are pairs of nodes, and a key may stand in it more than once."""

    __slots__ = ()


def untagged(node: Node) -> Node:
    """The node without its tag, as `!Sub text` hands it to its function."""
    if isinstance(node, ScalarNode):
        return ScalarNode(TEXT, node.value, node.line, node.style)
    return SequenceNode(LIST, node.value, node.line) if isinstance(node, SequenceNode) else MappingNode(MAP, node.value, node.line)
