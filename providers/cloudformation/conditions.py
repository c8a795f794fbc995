"""Conditions of a template: true, false, or open with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from providers.cloudformation.nodes import Entry, entries
from providers.cloudformation.tree import MappingNode, Node, ScalarNode, SequenceNode
from providers.cloudformation.values import Word, as_text, same, why_unknown
from scanner.sdk import dataclass

if TYPE_CHECKING:
    from providers.cloudformation.resolve import Resolver

_DECIDERS = ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition")


@dataclass(frozen=True, slots=True)
class Open:
    """A condition that cannot be decided before deployment."""

    why: str


class Conditions:
    """Decides the conditions of one template, each once."""

    def __init__(self, resolver: Resolver, declared: Mapping[str, Entry]) -> None:
        self.resolver, self.declared = resolver, declared
        self._decided: dict[str, bool | Open] = {}
        self._deciding: list[str] = []

    @property
    def busy(self) -> bool:
        """Whether one is being decided: its values are compared, and not shown."""
        return bool(self._deciding)

    def condition(self, name: str) -> bool | Open:
        """Whether a named condition holds."""
        if name not in self._decided:
            entry = self.declared.get(name)
            if entry is None or entry.again or name in self._deciding:
                found: bool | Open = Open(f"condition {name} is {'not declared' if entry is None else 'declared twice' if entry.again else 'part of itself'}")
            else:
                loops, self.resolver.loops = self.resolver.loops, {}
                self._deciding.append(name)
                try:
                    found = self._decide(entry.value)
                finally:
                    self._deciding.pop()
                    self.resolver.loops = loops
            if name in self._deciding:  # met inside itself: what was found here is not the answer
                return found
            self._decided[name] = Open(found.why if found.why.startswith("condition ") else f"condition {name}: {found.why}") if isinstance(found, Open) else found
        return self._decided[name]

    def _decide(self, node: Node) -> bool | Open:
        name, argument = _decider(node)
        self.resolver.spend(1)
        if name == "Condition" and isinstance(argument, ScalarNode):
            return self.condition(argument.value)
        parts = argument.value if isinstance(argument, SequenceNode) else []
        if name == "Fn::Equals" and len(parts) == 2:
            return self._equal(parts[0], parts[1])
        answers = [self._decide(part) for part in parts]
        opened = next((answer for answer in answers if isinstance(answer, Open)), None)
        if name == "Fn::Not" and len(answers) == 1:
            return opened or not answers[0]
        if name in ("Fn::And", "Fn::Or") and answers:
            decisive = name == "Fn::Or"
            return decisive if any(answer is decisive for answer in answers) else opened or not decisive
        return Open(f"the condition on line {node.line} is not of the known shape")

    def _equal(self, one: Node, other: Node) -> bool | Open:
        values = [self.resolver.value(one), self.resolver.value(other)]
        for value in values:
            if (why := why_unknown(value)) is not None:
                return Open(why)
        texts = [value if isinstance(value, Word) else as_text(value) for value in values]
        if texts[0] is None or texts[1] is None:
            return Open(f"what is compared on line {one.line} is known after deployment")
        found = same(texts[0], texts[1])
        return Open(f"line {one.line} compares with an unquoted yes, no, on or off: write it in quotes") if found is None else found


def _decider(node: Node) -> tuple[str, Node]:
    """Name and argument of a condition function, in its short or long form."""
    if node.tag[0] == "!":
        name = node.tag[1:]
        return (name if name == "Condition" else f"Fn::{name}"), node
    if isinstance(node, MappingNode):
        own = entries(node)
        if len(own) == 1:
            name, entry = next(iter(own.items()))
            if name in _DECIDERS:
                return name, entry.value
    return "", node
