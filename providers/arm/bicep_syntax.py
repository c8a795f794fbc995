"""Bicep's syntax tree, turned into the shape of an ARM template: the same sections, with expressions as trees instead of texts.

What the grammar or this module does not know becomes a value that is not known, or a place that is said not to be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.arm.expressions import At, Call, Lambda, Lit, Local, Member, Symbol, Unread
from providers.arm.jsonc import Arr, Obj, Raw
from scanner.sdk import InvalidFile

MAX_DEPTH = 120
Tree = Any
"""tree_sitter.Node: without type hints of its own here, as the package is optional."""

_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|.)", re.S)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_BINARY = {
    "==": "equals", "&&": "and", "||": "or", "??": "coalesce", "<": "less", "<=": "lessOrEquals", ">": "greater", ">=": "greaterOrEquals",
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod",
}  # fmt: skip
_SPREAD = "__spread_"
_LEVELS = {"subscription": "subscriptionDeploymentTemplate", "managementGroup": "managementGroupDeploymentTemplate", "tenant": "tenantDeploymentTemplate"}
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/{}.json#"


def with_spreads(text: str) -> str:
    """`...x` in an object, written as a property: the grammar does not know it yet. Lines stay where they are."""
    count = iter(range(len(text)))
    return re.sub(r"(^|[{,])([ \t]*)\.\.\.(?=[\w(\[{])", lambda m: f"{m[1]}{m[2]}{_SPREAD}{next(count)}: ", text, flags=re.M) if "..." in text else text


@dataclass
class Names:
    """What the identifiers of a file mean."""

    parameters: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    symbols: set[str] = field(default_factory=set)
    nested: dict[str, str] = field(default_factory=dict)
    """Resources within resources, by their own name."""
    imported: dict[str, str] = field(default_factory=dict)


class Converter:
    """Reads one tree."""

    def __init__(self, source: bytes, name: str) -> None:
        self.source, self.name = source, name
        self.names = Names()
        self.gaps: list[tuple[int, str]] = []
        """Lines that are not read, and why."""
        self._depth = 0

    def text(self, node: Tree) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # -- a file ------------------------------------------------------------------------------------------------
    def template(self, root: Tree) -> Obj:
        """The file as an ARM template with symbolic names. Raises InvalidFile for one that is nested too deep."""
        found = Obj(1)
        sections = {key: Obj(1) for key in ("parameters", "variables", "resources", "outputs")}
        functions, level = Obj(1), "deploymentTemplate"
        statements = list(self._statements(root))
        for node, _ in statements:
            self._declare(node, "")
        for node, decorators in statements:
            line = node.start_point[0] + 1
            match node.type:
                case "parameter_declaration":
                    sections["parameters"].put(self._identifier(node), self._parameter(node, decorators), line)
                case "variable_declaration":
                    sections["variables"].put(self._identifier(node), self._last(node), line)
                case "output_declaration":
                    output = Obj(line)
                    output.put("value", self._last(node), line)
                    output.put("type", "secureString" if "secure" in decorators else "any", line)
                    sections["outputs"].put(self._identifier(node), output, line)
                case "user_defined_function":
                    functions.put(self._identifier(node), self._function(node), line)
                case "resource_declaration" | "module_declaration":
                    self._resource(node, sections["resources"], "", "", None)
                case "target_scope_assignment":
                    level = _LEVELS.get(self._literal(node.children[-1]) or "", level)
                case "ERROR":
                    self.gaps.append((line, f"line {line} is not understood: {self.text(node).strip().splitlines()[0][:60] if self.text(node).strip() else ''}"))
                case "import_with_statement":
                    self.gaps.append((line, "an extension brings resources of another system, which are not read"))
        found.put("$schema", _SCHEMA.format(level), 1)
        for key, section in sections.items():
            found.put(key, section, 1)
        if functions:
            namespace, members = Obj(1), Arr(1)
            namespace.put("namespace", "__bicep", 1)
            namespace.put("members", functions, 1)
            members.put(namespace, 1)
            found.put("functions", members, 1)
        return found

    def _statements(self, root: Tree) -> Iterator[tuple[Tree, frozenset[str]]]:
        """Statements with the names of their decorators."""
        pending: frozenset[str] = frozenset()
        for node in root.children:
            if node.type == "decorators":
                pending = frozenset(self._decorated(node))
            elif node.is_named and node.type not in ("comment", "diagnostic_comment"):
                yield node, pending
                pending = frozenset()

    def _decorated(self, node: Tree) -> Iterator[str]:
        for decorator in node.named_children:
            call = decorator.named_children[0] if decorator.named_children else None
            function = call.child_by_field_name("function") if call is not None else None
            if function is not None:
                yield self.text(function).rpartition(".")[2]

    def _declare(self, node: Tree, parent: str) -> None:
        """Enter what a statement names, before anything is read: order means nothing in Bicep."""
        names = self.names
        match node.type:
            case "parameter_declaration":
                names.parameters.add(self._identifier(node))
            case "variable_declaration":
                names.variables.add(self._identifier(node))
            case "user_defined_function":
                names.functions.add(self._identifier(node))
            case "resource_declaration" | "module_declaration":
                own = self._identifier(node)
                symbol = f"{parent}::{own}" if parent else own
                names.symbols.add(symbol)
                if parent:
                    names.nested[own] = symbol
                body = self._body(node)
                for child in self._inner(body) if body is not None else ():
                    self._declare(child, symbol)
            case "import_functionality":
                where = next((self.text(child) for child in node.named_children if child.type == "string"), "another file")
                names.imported |= {self.text(child): where for child in node.named_children if child.type == "identifier"}

    def _identifier(self, node: Tree) -> str:
        named = node.child_by_field_name("name")
        found = named if named is not None else next((child for child in node.named_children if child.type == "identifier"), None)
        return self.text(found) if found is not None else ""

    def _last(self, node: Tree) -> Raw:
        """The value at the end of a statement."""
        last = node.named_children[-1] if node.named_children else None
        if last is None or (last.type == "identifier" and len([c for c in node.named_children if c.type == "identifier"]) == 1):
            return Unread("has no value that is understood", self._identifier(node))
        if any(child.type == "ERROR" for child in node.children):
            return self._unread(node)
        return self.value(last)

    def _parameter(self, node: Tree, decorators: frozenset[str]) -> Obj:
        found = Obj(node.start_point[0] + 1)
        kind = next((child for child in node.named_children if child.type == "type"), None)
        at = kind if kind is not None else next((c for c in node.named_children if c.type == "identifier"), node)
        rest = [child for child in node.named_children if child.start_byte >= at.end_byte and child.type not in ("comment", "ERROR")]
        written = self.text(kind) if kind is not None else ""
        found.put("type", "secureString" if "secure" in decorators else written, found.line)
        if rest and "=" in self.source[at.end_byte : rest[-1].start_byte].decode("utf-8", "replace"):
            found.put("defaultValue", self.value(rest[-1]), rest[-1].start_point[0] + 1)
        elif written.endswith("?"):
            found.put("nullable", True, found.line)
        return found

    def _function(self, node: Tree) -> Obj:
        found, output, parameters = Obj(node.start_point[0] + 1), Obj(node.start_point[0] + 1), Arr(node.start_point[0] + 1)
        listed = next((child for child in node.named_children if child.type == "parameters"), None)
        names = [self._identifier(child) for child in listed.named_children if child.type == "parameter"] if listed is not None else []
        for name in names:
            entry = Obj(found.line)
            entry.put("name", name, found.line)
            parameters.put(entry, found.line)
        output.put("value", self.value(node.named_children[-1], {name: Call("parameters", Lit(name)) for name in names}), found.line)
        found.put("parameters", parameters, found.line)
        found.put("output", output, found.line)
        return found

    # -- resources and modules ---------------------------------------------------------------------------------
    def _body(self, node: Tree) -> Tree | None:
        """The object of a declaration, within its loop and condition."""
        last = node.named_children[-1] if node.named_children else None
        while last is not None and last.type in ("for_statement", "if_statement", "parenthesized_expression"):
            last = last.child_by_field_name("body") or (last.named_children[-1] if last.named_children else None)
        return last if last is not None and last.type == "object" else None

    def _inner(self, body: Tree) -> Iterator[Tree]:
        """Resources within the body of a resource."""
        for member in body.named_children:
            for child in (member, *member.named_children) if member.type == "object_property" else (member,):
                if child.type == "resource_declaration":
                    yield child

    def _resource(self, node: Tree, into: Obj, parent: str, parent_type: str, above: Raw) -> None:
        line = node.start_point[0] + 1
        own = self._identifier(node)
        symbol = f"{parent}::{own}" if parent else own
        said = next((child for child in node.named_children if child.type == "string"), None)
        literal = self._literal(said) if said is not None else None
        body = self._body(node)
        if not own or literal is None or body is None:
            self.gaps.append((line, f"{symbol or 'a resource'} is not understood"))
            return
        module = node.type == "module_declaration"
        kind, _, api = literal.partition("@")
        if parent_type and not module and "." not in kind.split("/")[0]:
            kind = f"{parent_type}/{kind}"
        found = Obj(line)
        found.put("type", "Microsoft.Resources/deployments" if module else kind, line)
        if not module:
            if api:
                found.put("apiVersion", api, line)
            if any(child.type == "existing" for child in node.children):
                found.put("existing", True, line)
        scope, condition = self._around(node, symbol, found)
        if any(child.type == "ERROR" for child in body.children):
            self.gaps.append((line, f"a part of {symbol} is not understood"))
        members = self._object(body, scope)
        if not isinstance(members, Obj):
            self.gaps.append((line, f"{symbol} is put together from other objects, which is not read"))
            return
        for key, value in members.items():
            if key != "dependsOn":
                found.put(key, value, members.lines[key])
        if module:
            self._module(found, literal, own, line)
        if parent:
            found.put("parent", Symbol(parent), line)
        condition = condition if above is None else above if condition is None else Call("and", above, condition)
        if condition is not None:
            found.put("condition", condition, line)
        into.put(symbol, found, line)
        for child in self._inner(body):
            self._resource(child, into, symbol, kind, condition)

    def _around(self, node: Tree, symbol: str, found: Obj) -> tuple[dict[str, Raw], Raw]:
        """The loop and the condition around a body: names that they bring, and the condition."""
        scope: dict[str, Raw] = {}
        condition: Raw = None
        at = node.named_children[-1]
        while at is not None and at.type in ("for_statement", "if_statement"):
            if at.type == "for_statement":
                names, items = self._loop(at)
                loop = Obj(at.start_point[0] + 1)
                loop.put("name", symbol, loop.line)
                loop.put("count", Call("length", self.value(items)), loop.line)
                found.put("copy", loop, loop.line)
                index = Call("copyIndex", Lit(symbol))
                scope |= dict(zip(names, (At(self.value(items), index), index), strict=False))
                at = at.child_by_field_name("body")
            else:
                condition = self.value(at.named_children[0], scope)
                at = at.named_children[-1]
        return scope, condition

    def _module(self, found: Obj, path: str, own: str, line: int) -> None:
        properties = Obj(line)
        properties.put("$file", path, line)
        given = found.pop("params", None)
        if isinstance(given, Obj):
            parameters = Obj(line)
            for key, value in given.items():
                entry = Obj(given.lines[key])
                entry.put("value", value, given.lines[key])
                parameters.put(key, entry, given.lines[key])
            properties.put("parameters", parameters, line)
        elif given is not None:
            properties.put("parameters", given, line)
        found.put("properties", properties, line)
        if "name" not in found:
            found.put("name", own, line)

    # -- values ------------------------------------------------------------------------------------------------
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
        return Unread(f"{name} is imported from {names.imported[name]}, which is not read" if name in names.imported else f"{name} is not declared in this file", name)

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
            if name is not None and name.startswith(_SPREAD):
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
        if function.type == "member_expression":
            owner, _, name = name.rpartition(".")
            if owner not in ("az", "sys"):
                return Unread(f"{name}(…) is known at deployment", self.text(node)[:100])
        elif name in self.names.imported:
            return Unread(f"{name} is imported from {self.names.imported[name]}, which is not read", name)
        values = [self.value(child, scope) for child in arguments.named_children if child.type not in ("comment", "diagnostic_comment")]
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


_READERS: dict[str, Callable[[Converter, Tree, Mapping[str, Raw]], Raw]] = {
    "string": Converter._string,
    "number": Converter._number,
    "boolean": lambda converter, node, _: converter.text(node) == "true",
    "null": lambda _converter, _node, _scope: None,
    "identifier": Converter._name,
    "object": Converter._object,
    "array": Converter._array,
    "for_statement": Converter._for,
    "call_expression": Converter._call,
    "member_expression": Converter._member,
    "subscript_expression": Converter._subscript,
    "resource_expression": Converter._within,
    "ternary_expression": Converter._ternary,
    "binary_expression": Converter._binary,
    "unary_expression": Converter._unary,
    "parenthesized_expression": Converter._parenthesized,
    "lambda_expression": Converter._lambda,
}
