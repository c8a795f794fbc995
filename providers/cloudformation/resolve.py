"""Intrinsic functions, resolved as far as a template says, and never further.

A value is resolved to what CloudFormation would put there, to a reference to a resource of the same template, or to the
mark of a value that is not known with the reason. There is no fourth answer: what this module does not know how to
evaluate is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from providers.cloudformation.conditions import Conditions, Open
from providers.cloudformation.functions import FUNCTIONS, NOT_BEFORE
from providers.cloudformation.nodes import Entry, entries
from providers.cloudformation.scope import Given
from providers.cloudformation.tree import LIST, MAP, PLAIN, TEXT, MappingNode, Node, ScalarNode, SequenceNode, TooMuch, untagged
from providers.cloudformation.values import REMOVED, Removed, Value, Word, as_text, known_text, plain, refers, secret, unknown, why_unknown, without_secret
from scanner.sdk import REFERENCE, UNRESOLVED, Json

_LOOP_VARIABLE = re.compile(r"[$&]\{([^}]*)\}")
_LONGEST_PATH = 400
"""Deeper values show the line of what they stand in."""


@dataclass
class Budget:
    """Work that reading may take, for a template and all that it nests."""

    all: int
    spent: int = 0

    def spend(self, steps: int) -> None:
        """Raises TooMuch."""
        self.spent += steps
        if self.spent > self.all:
            raise TooMuch(f"grows to more than {self.all} values by its aliases, loops or conditions")


@dataclass
class Resolver:
    """Resolves the nodes of one template."""

    given: Given
    parameters: Mapping[str, Entry]
    mappings: Mapping[str, Entry]
    conditions: Mapping[str, Entry]
    budget: Budget = field(default_factory=lambda: Budget(20_000))
    """Values that may be looked at: an "alias bomb" of a few lines ends here."""
    prefix: str = ""
    """Of the names of resources, in a nested stack: `Network/`."""
    nested: Callable[[str, str], Value] | None = None
    """What an output of a nested stack gives, by the stack's name and the output's."""
    resources: Mapping[str, str | None] = field(default_factory=dict)
    """Logical ids; with the name of the condition that decides whether the resource is made."""
    lines: dict[str, int] = field(default_factory=dict)
    """Where the lines of the resource under way are noted, by path."""
    loops: dict[str, str] = field(default_factory=dict)
    """Variables of the Fn::ForEach under way."""
    _literal: int = 0
    """Above 0: parameters and mappings, in which there are no functions, so that none can lead back to itself."""

    def __post_init__(self) -> None:
        self.decisions = Conditions(self, self.conditions)

    def close(self) -> None:
        """Nothing is asked of it any more."""
        self.nested = None
        self.parameters = self.mappings = self.conditions = {}
        del self.decisions

    def condition(self, name: str) -> bool | Open:
        """Whether a named condition holds."""
        return self.decisions.condition(name)

    # -- values ------------------------------------------------------------------------------------------------
    def json(self, node: Node, path: str | None = None) -> Json:
        """The value as a document holds it. With a path, the lines of its parts are noted. Raises TooMuch."""
        value = self.value(node, path)
        if isinstance(value, Removed):
            return unknown("AWS::NoValue leaves nothing here")
        return value.truth if isinstance(value, Word) else value

    def spend(self, steps: int) -> None:
        """Count work, so that a small file cannot ask for a large one. Raises TooMuch."""
        self.budget.spend(steps)

    def value(self, node: Node, path: str | None = None) -> Value:
        """The value as functions take it."""
        self.budget.spent += 1
        if self.budget.spent > self.budget.all:
            self.spend(0)
        tag = node.tag
        if tag is PLAIN and not self.loops:  # as most are
            found = plain(node.value)
            return known_text(found) if type(found) is str and "{{" in found else found
        if tag[0] == "!" and tag != "!":
            return self._short(tag[1:], node, path)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if tag not in (MAP, LIST, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            return unknown(f"the YAML tag {tag.removeprefix('tag:yaml.org,2002:')} on line {node.line} is not known")
        if isinstance(node, SequenceNode):
            return self._list(node, path)
        return self._object(node, path) if isinstance(node, MappingNode) else unknown(f"line {node.line} is no value")

    def _scalar(self, node: ScalarNode) -> Value:
        tag, text = node.tag, node.value
        if self.loops and "{" in text:
            text = self.named(text)
        if tag == PLAIN:
            found = plain(text)
            return known_text(found) if type(found) is str else found
        if tag in (TEXT, "!", "tag:yaml.org,2002:str"):
            return known_text(text)
        if tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null"):
            return plain(text)
        return unknown(f"the YAML tag {tag.removeprefix('tag:yaml.org,2002:')} on line {node.line} is not known")

    def _list(self, node: SequenceNode, path: str | None) -> Json:
        found: list[Json] = []
        for item in node.value:
            at = None if path is None else f"{path}[{len(found)}]"
            if at is not None and len(at) <= _LONGEST_PATH:
                self.lines[at] = item.line
            value = self.value(item, at)
            if not isinstance(value, Removed):
                found.append(_settled(value, item))
        return found

    def _object(self, node: MappingNode, path: str | None) -> Value:
        own = entries(node)
        self.spend(len(own))
        call = self._long(own, node, path)
        if call is not None:
            return call
        found: dict[str, Json] = {}
        for name, (key, inner, again) in own.items():
            if self.loops and "{" in name:
                name = self.named(name)
            at = None if path is None else f"{path}.{name}" if path else name
            if at is not None and len(at) <= _LONGEST_PATH:
                self.lines[at] = key.line
            if again:
                found[name] = unknown(f"{name} is given more than once (lines {', '.join(map(str, (*again, key.line)))})")
                continue
            value = self.value(inner, at)
            if value is REMOVED:
                continue
            if value is None or isinstance(value, (Word, Removed)):  # asked here: a call for each value would be a tenth of the work
                value = _settled(value, inner)
            found[name] = without_secret(name, value) if secret(name) else value
        if UNRESOLVED in found or REFERENCE in found:  # no template's own words may look like our marks
            return unknown(f"the key {UNRESOLVED if UNRESOLVED in found else REFERENCE} on line {node.line} cannot be read")
        return found

    # -- functions ---------------------------------------------------------------------------------------------
    def _short(self, name: str, node: Node, path: str | None) -> Value:
        """`!Sub text`: the node itself, without its tag, is the argument."""
        return self._call("Ref" if name == "Ref" else f"Fn::{name}", untagged(node), path)

    def _long(self, own: Mapping[str, Entry], node: MappingNode, path: str | None) -> Value | None:
        """`{"Fn::Sub": …}`, or None for an ordinary object. A function beside other keys is no function that we know."""
        for name in own:
            if name == "Ref" or name[:4] == "Fn::":
                break
        else:
            return None
        if any(key.startswith("Fn::ForEach::") for key in own):
            return self._each(own, node, path)
        if len(own) > 1 or own[name].again:
            return unknown(f"{name} on line {node.line} stands beside other keys")
        return self._call(name, own[name].value, path)

    def _each(self, own: Mapping[str, Entry], node: MappingNode, path: str | None) -> Value:
        """An object some of whose members come of a `Fn::ForEach`: [variable, list, {name: value}]."""
        found: dict[str, Json] = {}
        outer = self.loops
        for key, entry in own.items():
            parts = entry.value.value if key.startswith("Fn::ForEach::") and isinstance(entry.value, SequenceNode) else []
            items = self.value(parts[1]) if len(parts) == 3 else None
            texts = [as_text(item) for item in items] if isinstance(items, list) else [None]
            if len(parts) == 3 and isinstance(parts[0], ScalarNode) and isinstance(parts[2], MappingNode) and None not in texts:
                rounds = [(parts[2], {**outer, parts[0].value: str(text)}) for text in texts]
            elif key.startswith("Fn::"):
                return unknown(why_unknown(items) or f"{key} on line {node.line} stands beside other keys, or runs over what is not known")
            else:
                rounds = [(MappingNode(MAP, [(entry.key, entry.value)], node.line), outer)]
            for body, loops in rounds:
                self.loops = loops
                try:
                    made = self._object(body, path)
                finally:
                    self.loops = outer
                if not isinstance(made, dict) or why_unknown(made) is not None or refers(made) or made.keys() & found.keys():
                    return unknown(why_unknown(made) or f"the loop on line {node.line} makes no object, or the same member twice")
                found |= made
        return found

    def _call(self, name: str, argument: Node, path: str | None) -> Value:
        function = FUNCTIONS.get(name)
        if function is not None and self._literal:
            return unknown(f"{name} on line {argument.line} stands where only a literal may")
        if function is not None:
            return function(self, argument, path)
        return unknown(NOT_BEFORE.get(name, f"{name} on line {argument.line} is not evaluated"))

    def ref(self, name: str) -> Value:
        """What `Ref` gives for a name."""
        if name in self.loops:
            return self.loops[name]
        if name == "AWS::NoValue":
            return REMOVED
        if name.startswith("AWS::"):
            return self.given.pseudo(name) or unknown(f"{name} is known at deployment")
        if name in self.parameters:
            return self._parameter(name)
        return self.resource(name)

    def resource(self, name: str, attribute: str = "") -> Json:
        """A reference to a resource of the template."""
        if name not in self.resources:
            return unknown(f"{name} is neither a parameter nor a resource of the template")
        condition = self.resources[name]
        if condition is not None and self.condition(condition) is False:
            return unknown(f"{name} is not made: condition {condition} is false")
        if self.nested is not None and attribute.startswith("Outputs."):
            found = self.nested(name, attribute.removeprefix("Outputs."))
            return found if isinstance(found, dict) else unknown(f"{name}.{attribute} is removed") if isinstance(found, Removed) else found
        return {REFERENCE: f"{self.prefix}{name}", "att": attribute} if attribute else {REFERENCE: f"{self.prefix}{name}"}

    def _parameter(self, name: str) -> Value:
        entry = self.parameters[name]
        if entry.again or not isinstance(entry.value, MappingNode):
            return unknown(f"parameter {name} is not declared as one")
        declared = entries(entry.value)
        kind = as_text(self.literal(declared["Type"].value)) if "Type" in declared else None
        if kind is None or kind.startswith("AWS::SSM::Parameter::Value"):
            return unknown(f"parameter {name} is read from the parameter store at deployment" if kind else f"parameter {name} has no type")
        hidden = declared.get("NoEcho")
        if hidden is not None and not self.decisions.busy and as_text(self.literal(hidden.value)) != "false":
            return unknown(f"parameter {name} is NoEcho: its value is left out")
        if name in self.given.parameters:
            value: Value = self.given.parameters[name]
            if isinstance(value, dict) and kind != "CommaDelimitedList" and not kind.startswith("List<"):
                return value  # what a stack above hands on: a reference, or why it is not known
            if isinstance(value, list):
                value = (
                    ",".join(str(as_text(item)) for item in value)
                    if all(as_text(item) is not None for item in value)
                    else unknown(f"parameter {name} is given a list of what is not known")
                )
        elif "Default" in declared and not declared["Default"].again:
            value = self.literal(declared["Default"].value)
        else:
            return unknown(f"parameter {name} has no value: it has no default, and none was given")
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            text = as_text(value)
            if text is None:
                return unknown(why_unknown(value) or f"parameter {name} is no list")
            return [known_text(item.strip()) for item in text.split(",")]
        if isinstance(value, (list, dict, Removed)) or value is None:
            return value if why_unknown(value) else unknown(f"parameter {name} has no plain value")
        return value

    def literal(self, node: Node) -> Value:
        """A value in which no function may stand."""
        self._literal += 1
        try:
            return self.value(node)
        finally:
            self._literal -= 1

    def named(self, text: str) -> str:
        """Text with the variables of the loops under way put in."""
        if not self.loops:
            return text
        return _LOOP_VARIABLE.sub(lambda m: self.loops.get(m[1], m[0]) if m[0][0] == "$" else re.sub(r"[^A-Za-z0-9]", "", self.loops.get(m[1], m[0])), text)


def _settled(value: Value, node: Node) -> Json:
    """A value as it stands in an object or list."""
    if isinstance(value, Word):
        return value.truth
    if value is None or isinstance(value, Removed):  # a null that was taken for "absent" would become a default
        return unknown(f"is null on line {node.line}, which CloudFormation does not take")
    return value
