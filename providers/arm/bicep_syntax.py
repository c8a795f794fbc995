"""Bicep's syntax tree, turned into the shape of an ARM template: the same sections, with expressions as trees instead of texts.

What the grammar or this module does not know becomes a value that is not known, or a place that is said not to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.arm.bicep_values import SPREAD, Tree, Values
from providers.arm.expressions import At, Call, Lit, Symbol, Unread
from providers.arm.jsonc import Arr, Obj, Raw

_LEVELS = {"subscription": "subscriptionDeploymentTemplate", "managementGroup": "managementGroupDeploymentTemplate", "tenant": "tenantDeploymentTemplate"}
_IMPORT = re.compile(r"import\s*(?:\*\s*as\s+(\w+)|\{([^{}]*)\})\s*from\s*'([^'\n]*)'", re.S)
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/{}.json#"


def with_spreads(text: str) -> str:
    """`...x` in an object, written as a property: the grammar does not know it yet. Lines stay where they are."""
    count = iter(range(len(text)))
    return re.sub(r"(^|[{,])([ \t]*)\.\.\.(?=[\w(\[{])", lambda m: f"{m[1]}{m[2]}{SPREAD}{next(count)}: ", text, flags=re.M) if "..." in text else text


class Converter(Values):
    """Reads one tree."""

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
                case "import_with_statement" | "import_statement" | "extension_statement":
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
                self._imports(self.text(node))

    def _imports(self, text: str) -> None:
        """`import {a, b as c} from 'x.bicep'`, `import * as all from 'x.bicep'`"""
        found = _IMPORT.match(re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S))
        if found is None:
            return
        if found[1]:
            self.names.spaces[found[1]] = found[3]
        for name, alias in re.findall(r"(\w+)(?:\s+as\s+(\w+))?", found[2] or ""):
            self.names.imported[alias or name] = (found[3], name)

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
