"""Intrinsic functions: each takes its argument as a node, and gives what CloudFormation would put there, or why it is not known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from providers.cloudformation.conditions import Open
from providers.cloudformation.nodes import Entry, entries
from providers.cloudformation.tree import MappingNode, Node, ScalarNode, SequenceNode
from providers.cloudformation.values import Value, as_text, glue, known_text, unknown, why_unknown
from scanner.sdk import REFERENCE, ZONE_OF

if TYPE_CHECKING:
    from providers.cloudformation.resolve import Resolver

_ZONES = 6
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def _ref(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    return resolver.ref(resolver.named(argument.value)) if isinstance(argument, ScalarNode) else unknown(f"Ref on line {argument.line} does not give a name")


def _get_att(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    if isinstance(argument, SequenceNode):
        parts = [as_text(resolver.value(item)) for item in argument.value]
    else:
        parts = list(resolver.named(argument.value).partition(".")[::2]) if isinstance(argument, ScalarNode) else []
    if len(parts) != 2 or parts[0] is None:
        return unknown(f"Fn::GetAtt on line {argument.line} does not name a resource and its attribute")
    return resolver.resource(parts[0], parts[1] or "?")


def _sub(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    local: Mapping[str, Entry] = {}
    if isinstance(argument, SequenceNode) and len(argument.value) == 2 and isinstance(argument.value[1], MappingNode):
        argument, local = argument.value[0], entries(argument.value[1])
    text = resolver.named(argument.value) if isinstance(argument, ScalarNode) else None
    if text is None:
        return unknown(f"Fn::Sub on line {argument.line} is not of the known shape")
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
            pieces.append(resolver.value(local[part.strip()].value))
        elif dot and part.strip() not in resolver.parameters:
            pieces.append(resolver.resource(name, attribute))
        else:
            pieces.append(resolver.ref(part.strip()))
    return glue(pieces, written) if pieces else ""


def _join(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 2 else None
    between = as_text(resolver.value(parts[0])) if parts else None
    items = resolver.value(parts[1]) if parts else None
    if between is None or not isinstance(items, list):
        return unknown(why_unknown(items) or f"Fn::Join on line {argument.line} has no known list")
    pieces: list[Value] = []
    for n, item in enumerate(items):
        pieces.extend([between, item] if n and between else [item])
    shown = [as_text(piece) or (f"${{{piece[REFERENCE]}}}" if isinstance(piece, dict) and REFERENCE in piece else "…") for piece in pieces]
    return glue(pieces, shown) if pieces else ""


def _if(resolver: Resolver, argument: Node, path: str | None) -> Value:
    parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 3 else None
    name = as_text(resolver.value(parts[0])) if parts else None
    if parts is None or name is None:
        return unknown(f"Fn::If on line {argument.line} is not of the known shape")
    held = resolver.condition(name)
    if isinstance(held, Open):
        return unknown(held.why)
    return resolver.value(parts[1] if held else parts[2], path)


def _find_in_map(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) in (3, 4) else []
    values = [resolver.value(part) for part in parts[:3]]
    for value in values:
        if (why := why_unknown(value)) is not None:
            return unknown(why)
    names = [as_text(value) for value in values]
    if not names or None in names:
        return unknown(f"Fn::FindInMap on line {argument.line} has no known keys")
    at: Entry | None = resolver.mappings.get(str(names[0]))
    for name in names[1:]:
        inner = entries(at.value) if at is not None and isinstance(at.value, MappingNode) else {}
        at = inner.get(str(name))
        if at is not None and at.again:
            return unknown(f"the mapping gives {name} more than once")
    if at is not None:
        return resolver.literal(at.value)
    otherwise = entries(parts[3]).get("DefaultValue") if len(parts) == 4 and isinstance(parts[3], MappingNode) else None
    return resolver.value(otherwise.value) if otherwise else unknown(f"the mapping {names[0]} has no {names[1]} {names[2]}")


def _select(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 2 else None
    index = as_text(resolver.value(parts[0])) if parts else None
    items = resolver.value(parts[1]) if parts else None
    if index is None or not isinstance(items, list):
        return unknown(why_unknown(items) or f"Fn::Select on line {argument.line} has no known list")
    if not (index.isascii() and index.isdigit()) or len(index) > 6 or int(index) >= len(items):
        return unknown(f"Fn::Select on line {argument.line} leads out of its list")
    return items[int(index)]


def _split(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    parts = argument.value if isinstance(argument, SequenceNode) and len(argument.value) == 2 else None
    values = [resolver.value(part) for part in parts] if parts else []
    texts = [as_text(value) for value in values]
    if len(texts) != 2 or not texts[0] or texts[1] is None:
        whys = [why for value in values if (why := why_unknown(value)) is not None]
        return unknown(whys[0] if whys else f"Fn::Split on line {argument.line} has no known text")
    return [known_text(item) for item in texts[1].split(texts[0])]


def _length(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    items = resolver.value(argument)
    if isinstance(items, list) and any(isinstance(item, dict) and ZONE_OF in item for item in items):
        return unknown("how many zones there are is known in the account only")
    return len(items) if isinstance(items, list) else unknown(why_unknown(items) or f"Fn::Length on line {argument.line} has no known list")


def _zones(resolver: Resolver, argument: Node, _path: str | None) -> Value:
    """Zones of a region: their names differ by account, but the region that each is in is known. Not more than any region has."""
    region = resolver.value(argument)
    if region == "" and not isinstance(argument, SequenceNode):
        region = resolver.ref("AWS::Region")
    if (why := why_unknown(region)) is not None:
        return unknown(why)
    return [{ZONE_OF: region} for _ in range(_ZONES)] if isinstance(region, str) else unknown(f"Fn::GetAZs on line {argument.line} does not name a region")


Function = Callable[["Resolver", Node, "str | None"], Value]
FUNCTIONS: dict[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Length": _length,
    "Fn::GetAZs": _zones,
}
#: Functions whose value does not exist before deployment.
NOT_BEFORE = {
    "Fn::ImportValue": "is imported from another stack",
    "Fn::Transform": "a macro makes it at deployment",
    "Fn::Cidr": "the address blocks are worked out at deployment",
}
