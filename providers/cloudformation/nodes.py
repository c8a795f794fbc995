"""Text of a template as YAML nodes with their lines; JSON is read the same way.

What is written as most templates are is composed line by line; PyYAML's C parser composes everything else. Nothing is
constructed from the nodes: no tag can make an object. The loader counts as it composes, because libyaml itself would follow
a hostile file until the stack or the memory is gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from providers.cloudformation.blocks import composed
from providers.cloudformation.flows import LIST, MAP, PLAIN, TEXT
from scanner.sdk import InvalidFile, file_text

MAX_BYTES = 4 * 1024 * 1024
"""CloudFormation takes templates of up to 1 MiB (docs: CloudFormation quotas); more than that is no template."""
MAX_DEPTH = 100
MAX_NODES = 400_000
"""Nodes in a file; 5,000 resources have about 200,000."""

_WIDE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.S)
_Base: TypeAlias = Any
_PARSER: _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TooMuch(yaml.YAMLError):
    """The file holds more, or deeper, than any template does."""


class _Loader(_PARSER):  # type: ignore[misc]
    """Keeps what is written: no scalar is resolved to a date, a number or a boolean here."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.depth = self.count = 0

    def descend_resolver(self, _parent: object, _index: object) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH:
            raise TooMuch(f"is nested more than {MAX_DEPTH} levels deep")
        if self.count > MAX_NODES:
            raise TooMuch(f"holds more than {MAX_NODES} values")

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[Node], _value: object, implicit: Any) -> str:
        if kind is ScalarNode:
            return PLAIN if implicit[0] else TEXT
        return MAP if kind is MappingNode else LIST


def text_of(path: Path, name: str) -> str:
    """The text of a file. Raises InvalidFile when it cannot be read, is too large, or is not UTF-8."""
    return file_text(path, name, MAX_BYTES, "CloudFormation takes no template over 1 MiB: split it into stacks")


def compose(text: str, name: str) -> tuple[Node | None, int]:
    """The root node, and the number of nodes. Raises InvalidFile with the line of the error."""
    return composed(text) or parsed(text, name)


def parsed(text: str, name: str) -> tuple[Node | None, int]:
    """As `compose`, by libyaml alone."""
    loader = _Loader(_escapes(text))
    try:
        return loader.get_single_node(), loader.count
    except yaml.reader.ReaderError as error:
        at = text.count("\n", 0, error.position) + 1
        raise InvalidFile(name, f"holds a character that YAML and JSON do not allow ({_code(error.character)})", "remove it", at) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        found = min(mark.line, text.count("\n")) + 1 if mark else None  # libyaml puts the end of a file one line too far
        raise InvalidFile(name, f"is not valid YAML or JSON: {error.problem or error.context}", "correct the line", found) from error
    except TooMuch as error:
        raise InvalidFile(name, str(error), "split the template into stacks") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidFile(name, f"is not valid YAML or JSON: {type(error).__name__}", "correct the file") from error
    finally:
        loader.dispose()


def _code(character: object) -> str:
    return f"#x{ord(character):04x}" if isinstance(character, str) and len(character) == 1 else f"#x{character:02x}" if isinstance(character, int) else str(character)


def _escapes(text: str) -> str:
    """JSON writes what lies beyond U+FFFF as two escapes, which YAML does not know."""
    if "\\ud" not in text and "\\uD" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        found = match[0]
        if len(found) == 12:
            return (bytes.fromhex(found[2:6]) + bytes.fromhex(found[8:12])).decode("utf-16-be")
        return "\\ufffd" if len(found) == 6 else found

    return _WIDE.sub(one, text)


def line(node: Node) -> int:
    """1-based line on which a node starts."""
    at: int = node.start_mark.line
    return at + 1


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
        name = key.value if isinstance(key, ScalarNode) else f"(line {line(key)})"
        if name == "<<" and _is_merge(key):
            merged.append(value)
        elif name in own:
            before = own[name]
            own[name] = Entry(key, value, (*before.again, line(before.key)))
        else:
            own[name] = _entry((key, value, ()))
    for key, value in _merged(merged) if merged else ():
        own.setdefault(key.value if isinstance(key, ScalarNode) else f"(line {line(key)})", Entry(key, value))
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
