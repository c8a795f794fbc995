"""Text as nodes, by libyaml: whatever it is that a template says.

The loader counts as it composes, because libyaml itself would follow a hostile file until the stack or the memory is gone.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml

from providers.cloudformation.tree import LIST, MAP, MAX_DEPTH, MAX_NODES, PLAIN, TEXT, MappingNode, Node, ScalarNode, SequenceNode, TooMuch
from scanner.sdk import InvalidFile

_WIDE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.S)
_Base: TypeAlias = Any
_PARSER: _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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

    def resolve(self, kind: type[yaml.Node], _value: object, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return PLAIN if implicit[0] else TEXT
        return MAP if kind is yaml.MappingNode else LIST


def parsed(text: str, name: str) -> tuple[Node | None, int]:
    """The root node, and the number of nodes. Raises InvalidFile with the line of the error."""
    loader = _Loader(_escapes(text))
    try:
        root = loader.get_single_node()
        return None if root is None else _own(root, {}), loader.count
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


_SCALAR = yaml.ScalarNode


def _own(node: Any, done: dict[int, Node]) -> Node:
    """A node of PyYAML as one of ours. What an alias names stays one and the same, also within itself."""
    if type(node) is _SCALAR:
        return ScalarNode(node.tag, node.value, node.start_mark.line + 1, node.style or "")
    found = done.get(id(node))
    if found is None:
        inner: list[Any] = []
        made = SequenceNode if type(node) is yaml.SequenceNode else MappingNode
        found = done[id(node)] = made(node.tag, inner, node.start_mark.line + 1)
        if made is SequenceNode:
            inner += [_own(item, done) for item in node.value]
        else:
            for key, value in node.value:
                name = ScalarNode(key.tag, key.value, key.start_mark.line + 1, key.style or "") if type(key) is _SCALAR else _own(key, done)
                inner.append((name, _own(value, done)))
    return found
