"""Intrinsic functions, resolved as far as a template says, and never further.

A value is resolved to what CloudFormation would put there, to a reference to a resource of the same template, or to the
mark of a value that is not known with the reason. There is no fourth answer: what this module does not know how to
evaluate is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from providers.cloudformation.nodes import LIST, MAP, PLAIN, TEXT, Entry, TooMuch, entries, line
from providers.cloudformation.scope import Given
from providers.cloudformation.values import REMOVED, Removed, Value, Word, as_text, glue, known_text, plain, same, unknown, why_unknown, without_secret
from scanner.sdk import REFERENCE, UNRESOLVED, Json

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LOOP_VARIABLE = re.compile(r"[$&]\{([^}]*)\}")
_LONGEST_PATH = 400
"""Deeper values show the line of what they stand in."""
_DECIDERS = ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition")


@dataclass(frozen=True, slots=True)
class Open:
    """A condition that cannot be decided before deployment."""

    why: str


@dataclass
class Resolver:
    """Resolves the nodes of one template."""

    given: Given
    parameters: Mapping[str, Entry]
    mappings: Mapping[str, Entry]
    conditions: Mapping[str, Entry]
    budget: int = 20_000
    """Values that may be looked at: an "alias bomb" of a few lines ends here."""
    resources: Mapping[str, str | None] = field(default_factory=dict)
    """Logical ids; with the name of the condition that decides whether the resource is made."""
    lines: dict[str, int] = field(default_factory=dict)
    """Where the lines of the resource under way are noted, by path."""
    loops: dict[str, str] = field(default_factory=dict)
    """Variables of the Fn::ForEach under way."""
    _decided: dict[str, bool | Open] = field(default_factory=dict)
    _deciding: list[str] = field(default_factory=list)
    _spent: int = 0
    _literal: int = 0
    """Above 0: parameters and mappings, in which there are no functions, so that none can lead back to itself."""

    # -- values ------------------------------------------------------------------------------------------------
    def json(self, node: Node, path: str | None = None) -> Json:
        """The value as a document holds it. With a path, the lines of its parts are noted. Raises TooMuch."""
        value = self.value(node, path)
        if isinstance(value, Removed):
            return unknown("AWS::NoValue leaves nothing here")
        return value.truth if isinstance(value, Word) else value

    def spend(self, steps: int) -> None:
        """Count work, so that a small file cannot ask for a large one. Raises TooMuch."""
        self._spent += steps
        if self._spent > self.budget:
            raise TooMuch(f"grows to more than {self.budget} values by its aliases, loops or conditions")

    def value(self, node: Node, path: str | None = None) -> Value:
        """The value as functions take it."""
        self.spend(1)
        tag = node.tag
        if tag[0] == "!" and tag != "!":
            return self._short(tag[1:], node, path)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if tag not in (MAP, LIST, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            return unknown(f"the YAML tag {tag.removeprefix('tag:yaml.org,2002:')} on line {line(node)} is not known")
        if isinstance(node, SequenceNode):
            return self._list(node, path)
        return self._object(node, path) if isinstance(node, MappingNode) else unknown(f"line {line(node)} is no value")

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
        return unknown(f"the YAML tag {tag.removeprefix('tag:yaml.org,2002:')} on line {line(node)} is not known")

    def _list(self, node: SequenceNode, path: str | None) -> Json:
        found: list[Json] = []
        for item in node.value:
            at = None if path is None else f"{path}[{len(found)}]"
            self._note(at, item)
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
        for name, entry in own.items():
            at = None if path is None else f"{path}.{name}" if path else name
            self._note(at, entry.key)
            if entry.again:
                found[name] = unknown(f"{name} is given more than once (lines {', '.join(map(str, (*entry.again, line(entry.key))))})")
                continue
            value = self.value(entry.value, at)
            if not isinstance(value, Removed):
                found[name] = without_secret(name, _settled(value, entry.value))
        if UNRESOLVED in found or REFERENCE in found:  # no template's own words may look like our marks
            return unknown(f"the key {UNRESOLVED if UNRESOLVED in found else REFERENCE} on line {line(node)} cannot be read")
        return found

    def _note(self, path: str | None, node: Node) -> None:
        if path is not None and len(path) <= _LONGEST_PATH:
            self.lines[path] = line(node)

    # -- functions ---------------------------------------------------------------------------------------------
    def _short(self, name: str, node: Node, path: str | None) -> Value:
        """`!Sub text`: the node itself, without its tag, is the argument."""
        tag = {ScalarNode: TEXT, SequenceNode: LIST}.get(type(node), MAP)
        if isinstance(node, ScalarNode) and node.style is None:
            tag = PLAIN
        bare = type(node)(tag, node.value, node.start_mark, node.end_mark)
        return self._call("Ref" if name == "Ref" else f"Fn::{name}", bare, path)

    def _long(self, own: Mapping[str, Entry], node: MappingNode, path: str | None) -> Value | None:
        """`{"Fn::Sub": …}`, or None for an ordinary object. A function beside other keys is no function that we know."""
        name = next((key for key in own if key == "Ref" or key.startswith("Fn::")), None)
        if name is None:
            return None
        if len(own) > 1 or own[name].again:
            return unknown(f"{name} on line {line(node)} stands beside other keys")
        return self._call(name, own[name].value, path)

    def _call(self, name: str, argument: Node, path: str | None) -> Value:
        function = _FUNCTIONS.get(name)
        if function is not None and self._literal:
            return unknown(f"{name} on line {line(argument)} stands where only a literal may")
        if function is not None:
            return function(self, argument, path)
        return unknown(_NOT_BEFORE.get(name, f"{name} on line {line(argument)} is not evaluated"))

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
        return {REFERENCE: name, "att": attribute} if attribute else {REFERENCE: name}

    def _parameter(self, name: str) -> Value:
        entry = self.parameters[name]
        if entry.again or not isinstance(entry.value, MappingNode):
            return unknown(f"parameter {name} is not declared as one")
        declared = entries(entry.value)
        kind = as_text(self.literal(declared["Type"].value)) if "Type" in declared else None
        if kind is None or kind.startswith("AWS::SSM::Parameter::Value"):
            return unknown(f"parameter {name} is read from the parameter store at deployment" if kind else f"parameter {name} has no type")
        hidden = declared.get("NoEcho")
        if hidden is not None and not self._deciding and as_text(self.literal(hidden.value)) != "false":
            return unknown(f"parameter {name} is NoEcho: its value is left out")
        if name in self.given.parameters:
            value: Value = self.given.parameters[name]
        elif "Default" in declared and not declared["Default"].again:
            value = self.literal(declared["Default"].value)
        else:
            return unknown(f"parameter {name} has no value: it has no default, and none was given")
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            text = as_text(value)
            return unknown(f"parameter {name} is no list") if text is None else [known_text(item.strip()) for item in text.split(",")]
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

    def _ref(self, argument: Node, path: str | None) -> Value:
        return self.ref(self.named(argument.value)) if isinstance(argument, ScalarNode) else unknown(f"Ref on line {line(argument)} does not give a name")

    def _get_att(self, argument: Node, path: str | None) -> Value:
        if isinstance(argument, SequenceNode):
            parts = [as_text(self.value(item)) for item in argument.value]
        else:
            parts = list(self.named(argument.value).partition(".")[::2]) if isinstance(argument, ScalarNode) else []
        if len(parts) != 2 or parts[0] is None:
            return unknown(f"Fn::GetAtt on line {line(argument)} does not name a resource and its attribute")
        return self.resource(parts[0], parts[1] or "?")

    def _sub(self, argument: Node, path: str | None) -> Value:
        local: Mapping[str, Entry] = {}
        if isinstance(argument, SequenceNode) and len(argument.value) == 2 and isinstance(argument.value[1], MappingNode):
            argument, local = argument.value[0], entries(argument.value[1])
        text = self.named(argument.value) if isinstance(argument, ScalarNode) else None
        if text is None:
            return unknown(f"Fn::Sub on line {line(argument)} is not of the known shape")
        pieces: list[Value] = []
        written: list[str] = []
        for n, part in enumerate(_VARIABLE.split(text)):
            if n % 2 == 0:
                if part:
                    pieces.append(part)
                    written.append(part)
                continue
            written.append(f"${{{part}}}")
            name, dot, attribute = part.strip().partition(".")
            if part.startswith("!"):
                pieces.append(f"${{{part[1:]}}}")
            elif part.strip() in local:
                pieces.append(self.value(local[part.strip()].value))
            elif dot and part.strip() not in self.parameters:
                pieces.append(self.resource(name, attribute))
            else:
                pieces.append(self.ref(part.strip()))
        return glue(pieces, written) if pieces else ""

    def _join(self, argument: Node, path: str | None) -> Value:
        parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 2 else None
        between = as_text(self.value(parts[0])) if parts else None
        items = self.value(parts[1]) if parts else None
        if between is None or not isinstance(items, list):
            return unknown(why_unknown(items) or f"Fn::Join on line {line(argument)} has no known list")
        pieces: list[Value] = []
        for n, item in enumerate(items):
            pieces.extend([between, item] if n and between else [item])
        shown = [as_text(piece) or (f"${{{piece[REFERENCE]}}}" if isinstance(piece, dict) and REFERENCE in piece else "…") for piece in pieces]
        return glue(pieces, shown) if pieces else ""

    def _if(self, argument: Node, path: str | None) -> Value:
        parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 3 else None
        name = as_text(self.value(parts[0])) if parts else None
        if parts is None or name is None:
            return unknown(f"Fn::If on line {line(argument)} is not of the known shape")
        held = self.condition(name)
        if isinstance(held, Open):
            return unknown(held.why)
        return self.value(parts[1] if held else parts[2], path)

    def _find_in_map(self, argument: Node, path: str | None) -> Value:
        parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) in (3, 4) else []
        values = [self.value(part) for part in parts[:3]]
        for value in values:
            if (why := why_unknown(value)) is not None:
                return unknown(why)
        names = [as_text(value) for value in values]
        if not names or None in names:
            return unknown(f"Fn::FindInMap on line {line(argument)} has no known keys")
        at: Entry | None = self.mappings.get(str(names[0]))
        for name in names[1:]:
            inner = entries(at.value) if at is not None and isinstance(at.value, MappingNode) else {}
            at = inner.get(str(name))
            if at is not None and at.again:
                return unknown(f"the mapping gives {name} more than once")
        if at is not None:
            return self.literal(at.value)
        otherwise = entries(parts[3]).get("DefaultValue") if len(parts) == 4 and isinstance(parts[3], MappingNode) else None
        return self.value(otherwise.value) if otherwise else unknown(f"the mapping {names[0]} has no {names[1]} {names[2]}")

    def _select(self, argument: Node, path: str | None) -> Value:
        parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 2 else None
        index = as_text(self.value(parts[0])) if parts else None
        items = self.value(parts[1]) if parts else None
        if index is None or not isinstance(items, list):
            return unknown(why_unknown(items) or f"Fn::Select on line {line(argument)} has no known list")
        if not (index.isascii() and index.isdigit()) or len(index) > 6 or int(index) >= len(items):
            return unknown(f"Fn::Select on line {line(argument)} leads out of its list")
        return items[int(index)]

    def _split(self, argument: Node, path: str | None) -> Value:
        parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 2 else None
        values = [self.value(part) for part in parts] if parts else []
        texts = [as_text(value) for value in values]
        if len(texts) != 2 or not texts[0] or texts[1] is None:
            whys = [why for value in values if (why := why_unknown(value)) is not None]
            return unknown(whys[0] if whys else f"Fn::Split on line {line(argument)} has no known text")
        return [known_text(item) for item in texts[1].split(texts[0])]

    # -- conditions --------------------------------------------------------------------------------------------
    def condition(self, name: str) -> bool | Open:
        """Whether a named condition holds."""
        if name not in self._decided:
            entry = self.conditions.get(name)
            if entry is None or entry.again or name in self._deciding:
                found: bool | Open = Open(f"condition {name} is {'not declared' if entry is None else 'declared twice' if entry.again else 'part of itself'}")
            else:
                loops, self.loops = self.loops, {}
                self._deciding.append(name)
                try:
                    found = self._decide(entry.value)
                finally:
                    self._deciding.pop()
                    self.loops = loops
            if name in self._deciding:  # met inside itself: what was found here is not the answer
                return found
            self._decided[name] = Open(found.why if found.why.startswith("condition ") else f"condition {name}: {found.why}") if isinstance(found, Open) else found
        return self._decided[name]

    def _decide(self, node: Node) -> bool | Open:
        name, argument = _decider(node)
        self.spend(1)
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
        return Open(f"the condition on line {line(node)} is not of the known shape")

    def _equal(self, one: Node, other: Node) -> bool | Open:
        values = [self.value(one), self.value(other)]
        for value in values:
            if (why := why_unknown(value)) is not None:
                return Open(why)
        texts = [value if isinstance(value, Word) else as_text(value) for value in values]
        if texts[0] is None or texts[1] is None:
            return Open(f"what is compared on line {line(one)} is known after deployment")
        found = same(texts[0], texts[1])
        return Open(f"line {line(one)} compares with an unquoted yes, no, on or off: write it in quotes") if found is None else found

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
        return unknown(f"is null on line {line(node)}, which CloudFormation does not take")
    return value


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


_Function = Callable[[Resolver, Node, "str | None"], Value]
_FUNCTIONS: dict[str, _Function] = {
    "Ref": Resolver._ref,
    "Fn::GetAtt": Resolver._get_att,
    "Fn::Sub": Resolver._sub,
    "Fn::Join": Resolver._join,
    "Fn::If": Resolver._if,
    "Fn::FindInMap": Resolver._find_in_map,
    "Fn::Select": Resolver._select,
    "Fn::Split": Resolver._split,
}
#: Functions whose value does not exist before deployment.
_NOT_BEFORE = {
    "Fn::ImportValue": "is imported from another stack",
    "Fn::GetAZs": "the availability zones are known in the account only",
    "Fn::Transform": "a macro makes it at deployment",
    "Fn::Cidr": "the address blocks are worked out at deployment",
}
