"""Values and expressions of Bicep, read from the syntax tree into the trees that ARM's own expressions have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.arm.expressions import At, Call, Lambda, Lit, Local, Member, Symbol, Unread
from providers.arm.jsonc import Arr, Obj, Raw
from providers.arm.loaded import CONTENT
from scanner.sdk import InvalidFile

MAX_DEPTH = 120
Tree = Any
"""tree_sitter.Node: without type hints of its own here, as the package is optional."""
SPREAD = "__spread_"
"""Name of the property that stands for a spread."""
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|.)", re.S)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_BINARY = {
    "==": "equals", "&&": "and", "||": "or", "??": "coalesce", "<": "less", "<=": "lessOrEquals", ">": "greater", ">=": "greaterOrEquals",
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod",
}  # fmt: skip


@dataclass
class Names:
    """What the identifiers of a file mean."""

    parameters: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    symbols: set[str] = field(default_factory=set)
    nested: dict[str, str] = field(default_factory=dict)
    """Resources within resources, by their own name."""
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What comes of another file: its path, and the name there."""
    spaces: dict[str, str] = field(default_factory=dict)
    """`import * as name`: the path of the file."""


class Values:
    """Reads the values of one file."""

    def __init__(self, source: bytes, name: str) -> None:
        self.source, self.name = source, name
        self.names = Names()
        self.gaps: list[tuple[int, str]] = []
        """Lines that are not read, and why."""
        self._depth = 0

    def text(self, node: Tree) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def value(self, node: Tree, scope: Mapping[str, Raw] | None = None) -> Raw:
        """A value: plain, an object or list, or the tree of an expression. `scope` holds the names of loops and lambdas."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidFile(self.name, f"is nested more than {MAX_DEPTH} levels deep", "write it flatter", node.start_point[0] + 1)
        try:
            reader = _READERS.get(node.type)
            if reader is None or node.is_missing or (node.has_error and node.type not in ("object", "array", "for_statement")):
                return self._unread(node)
            return reader(self, node, scope or {})
        finally:
            self._depth -= 1

    def _unread(self, node: Tree) -> Unread:
        line = node.start_point[0] + 1
        return Unread(f"line {line} is not understood", f"line {line}.{node.start_point[1]}")

    def _literal(self, node: Tree) -> str | None:
        """A text without holes."""
        found = self._string(node, {}) if node.type == "string" else None
        return found.value if isinstance(found, Lit) else found if isinstance(found, str) else None

    def _string(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        """A text; with holes, a `format` of its pieces."""
        raw = self.source[node.start_byte : node.end_byte]
        if raw.startswith(b"'''"):
            inner = raw[3:-3].decode("utf-8", "replace")
            return _plain(inner[1:] if inner.startswith("\n") else inner.removeprefix("\r\n"))
        pieces: list[Raw] = []
        at = node.start_byte + 1
        for hole in node.children:
            if hole.type == "interpolation":
                pieces.append(Lit(_unescaped(self.source[at : hole.start_byte].decode("utf-8", "replace"))))
                pieces.append(self.value(hole.named_children[0], scope) if hole.named_children else self._unread(hole))
                at = hole.end_byte
        rest = _unescaped(self.source[at : node.end_byte - 1].decode("utf-8", "replace"))
        if not pieces:
            return _plain(rest)
        pieces.append(Lit(rest))
        shape = "".join(f"{{{n}}}" for n in range(len(pieces)))
        return Call("format", Lit(shape), *pieces)

    def _number(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        text = self.text(node)
        return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else self._unread(node)

    def _name(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        name = self.text(node)
        if name in scope:
            return scope[name]
        names = self.names
        if name in names.parameters:
            return Call("parameters", Lit(name))
        if name in names.variables:
            return Call("variables", Lit(name))
        if name in names.symbols:
            return Symbol(name)
        if name in names.nested:
            return Symbol(names.nested[name])
        if name in names.imported:
            return Call("import:variable", *map(Lit, names.imported[name]))
        return Unread(f"{name} is not declared in this file", name)

    def _object(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        """An object; one with spreads or names that are worked out is a merge of its parts."""
        line = node.start_point[0] + 1
        parts: list[Raw] = []
        found = Obj(line)
        if any(child.type == "ERROR" or child.is_missing for child in node.children):
            return self._unread(node)
        for member in node.named_children:
            if member.type != "object_property" or not member.named_children:
                continue
            key, value = member.named_children[0], member.named_children[-1]
            if key.type == "resource_declaration":
                continue
            if member.type == "object_property" and (key is value or any(child.type == "ERROR" for child in member.children)):
                return self._unread(node)
            inner = self.value(value, scope)
            name = self.text(key) if key.type in ("identifier", "property_identifier") else self._literal(key) if key.type == "string" else None
            if name is not None and name.startswith(SPREAD):
                parts += [found, inner]
                found = Obj(line)
            elif name is None or name.startswith("[") or name == "copy":
                parts += [found, Call("createObject", self._string(key, scope) if key.type == "string" else self._unread(key), inner)]
                found = Obj(line)
            else:
                found.put(name, inner, member.start_point[0] + 1)
        if not parts:
            return found
        merged = Arr(line)
        for part in (*parts, found):
            merged.put(part, line)
        return Call("shallowMerge", merged)

    def _array(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        if any(child.type == "ERROR" or child.is_missing for child in node.children):
            return self._unread(node)
        found = Arr(node.start_point[0] + 1)
        for child in node.named_children:
            if child.type not in ("comment", "diagnostic_comment"):
                found.put(self.value(child, scope), child.start_point[0] + 1)
        return found

    def _loop(self, node: Tree) -> tuple[list[str], Tree]:
        """Names of a loop (item, index), and what it runs over."""
        first = node.named_children[0]
        names = [self.text(child) for child in first.named_children] if first.type == "for_loop_parameters" else [self.text(first)]
        return names, node.named_children[1]

    def _for(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        body = node.child_by_field_name("body")
        if body is None or len(node.named_children) < 3 or any(child.type == "ERROR" for child in node.children):
            return self._unread(node)
        names, items = self._loop(node)
        return Call("map", self.value(items, scope), Lambda(tuple(names), self.value(body, {**scope, **{name: Local(name) for name in names}})))

    def _call(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return self._unread(node)
        name = self.text(function)
        values = [self.value(child, scope) for child in arguments.named_children if child.type not in ("comment", "diagnostic_comment")]
        if function.type == "member_expression":
            owner, _, name = name.rpartition(".")
            if owner in self.names.spaces:
                return Call("import:function", Lit(self.names.spaces[owner]), Lit(name), *values)
            if owner not in ("az", "sys"):
                return Unread(f"{name}(…) is known at deployment", self.text(node)[:100])
        elif name in self.names.imported:
            return Call("import:function", *map(Lit, self.names.imported[name]), *values)
        if name.lower() in CONTENT:
            return Call(f"load:{name}", *values)
        if name == "any" and len(values) == 1:
            return values[0]
        if name == "nameof" and len(arguments.named_children) == 1:
            return _plain(self.text(arguments.named_children[0]).rpartition(".")[2])
        return Call(name, *values)

    def _member(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        base, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if base is None or name is None:
            return self._unread(node)
        safe = "?" in self.source[base.end_byte : name.start_byte].decode("utf-8", "replace")
        if base.type == "identifier" and self.text(base) in self.names.spaces and self.text(base) not in scope:
            return Call("import:variable", Lit(self.names.spaces[self.text(base)]), Lit(self.text(name)))
        inner = self.value(base, scope)
        if isinstance(inner, Member) and inner.name == "outputs":  # ARM gives an output as an object with its value
            return Member(Member(inner, self.text(name), safe), "value", safe)
        return Member(inner, self.text(name), safe)

    def _subscript(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        base, index = node.child_by_field_name("object"), node.child_by_field_name("index")
        if base is None or index is None:
            return self._unread(node)
        safe = "?" in self.source[base.end_byte : index.start_byte].decode("utf-8", "replace")
        return At(self.value(base, scope), self.value(index, scope), safe)

    def _within(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        """`parent::child`"""
        own = self.text(node).replace(" ", "")
        return Symbol(own) if own in self.names.symbols else Unread(f"{own} is not declared in this file", own)

    def _ternary(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        parts = [node.child_by_field_name(name) for name in ("condition", "consequence", "alternative")]
        return Call("if", *(self.value(part, scope) for part in parts)) if all(part is not None for part in parts) else self._unread(node)

    def _binary(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self._unread(node)
        operator = re.sub(r"//[^\n]*|/\*.*?\*/", "", self.source[left.end_byte : right.start_byte].decode("utf-8", "replace"), flags=re.S).strip()
        one, other = self.value(left, scope), self.value(right, scope)
        if operator in ("=~", "!~"):
            one, other = Call("toLower", one), Call("toLower", other)
        if operator in ("!=", "!~"):
            return Call("not", Call("equals", one, other))
        name = "equals" if operator == "=~" else _BINARY.get(operator)
        return Call(name, one, other) if name else self._unread(node)

    def _unary(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        argument = node.child_by_field_name("argument")
        operator = self.text(node)[:1]
        if argument is None or operator not in ("!", "-"):
            return self._unread(node)
        inner = self.value(argument, scope)
        return Call("not", inner) if operator == "!" else Call("sub", 0, inner)

    def _parenthesized(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        return self.value(node.named_children[0], scope) if len(node.named_children) == 1 else self._unread(node)

    def _lambda(self, node: Tree, scope: Mapping[str, Raw]) -> Raw:
        first, body = node.named_children[0], node.named_children[-1]
        names = [self.text(child) for child in first.named_children] if first.type == "parenthesized_expression" else [self.text(first)]
        return Lambda(tuple(names), self.value(body, {**scope, **{name: Local(name) for name in names}}))


def _plain(text: str) -> Raw:
    """A text as it stands; one that would look like an expression is marked as none."""
    return Lit(text) if text[:1] == "[" else text


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: chr(int(m[2], 16)) if m[2] and int(m[2], 16) < 0x110000 and not 0xD800 <= int(m[2], 16) < 0xE000 else _PLAIN.get(m[1], m[1]), text)


_READERS: dict[str, Callable[[Values, Tree, Mapping[str, Raw]], Raw]] = {
    "string": Values._string,
    "number": Values._number,
    "boolean": lambda converter, node, _: converter.text(node) == "true",
    "null": lambda _converter, _node, _scope: None,
    "identifier": Values._name,
    "object": Values._object,
    "array": Values._array,
    "for_statement": Values._for,
    "call_expression": Values._call,
    "member_expression": Values._member,
    "subscript_expression": Values._subscript,
    "resource_expression": Values._within,
    "ternary_expression": Values._ternary,
    "binary_expression": Values._binary,
    "unary_expression": Values._unary,
    "parenthesized_expression": Values._parenthesized,
    "lambda_expression": Values._lambda,
}
