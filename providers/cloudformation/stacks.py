"""A template as it is deployed: its values, its resources, and the stacks that it nests."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from providers.cloudformation.conditions import Open
from providers.cloudformation.nodes import Entry, compose, entries, text_of
from providers.cloudformation.resolve import Budget, Resolver
from providers.cloudformation.scope import Given
from providers.cloudformation.tree import MappingNode, Node, ScalarNode, SequenceNode, TooMuch
from providers.cloudformation.values import Value, as_text, refers, unknown, why_unknown
from scanner.sdk import EVERY_TYPE, UNRESOLVED, Answer, Call, Dialect, Document, InvalidFile, Json, OutOfReach, Reason, Ref, local_file

REMEDY = "give a CloudFormation template: YAML or JSON with Resources, each with a Type"
LEAST, GROWTH = 20_000, 20
"""How far a file may grow: each node is looked at about twice, and loops repeat what they hold."""
MAX_DEPTH, MAX_FILES = 10, 200
STACK, STACK_SET = "AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet"
#: Types that make resources which no file shows.
ELSEWHERE = {"AWS::ServiceCatalog::CloudFormationProvisionedProduct": "a product of the service catalog"}
_TAGS = ("Tags", "FileSystemTags", "HostedZoneTags", "UserPoolTags")
#: A macro that only adds functions; those that Houvast does not evaluate are unknown one by one.
_HARMLESS_MACRO = "AWS::LanguageExtensions"
SAM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource as declared: its node, and the loop variables under which it was."""

    entry: Entry
    loops: Mapping[str, str]


@dataclass
class Reading:
    """What the stacks of one file share."""

    name: str
    call: Call
    budget: Budget
    documents: list[Document] = field(default_factory=list)
    gaps: dict[str, Call] = field(default_factory=dict)
    files: set[Path] = field(default_factory=set)
    parsed: dict[Path, Node | None] = field(default_factory=dict)

    @cached_property
    def look(self) -> str:
        """Names the reading of the file."""
        return self.call.id

    def gap(self, what: str, where: str, reason: Reason, detail: str, kind: str = EVERY_TYPE) -> None:
        """A look that failed, and may hide resources of a type."""
        at = self.call
        call = Call("aws", at.account, at.region, "file", f"read {self.name}", f"{self.name}#{what}", reason, "", f"{where}: {detail}", "", (kind,), at=at.at)
        self.gaps[call.id] = call

    def answer(self) -> Answer:
        return Answer(replace(self.call, items=len(self.documents)), tuple(self.documents), more_calls=tuple(self.gaps.values()), reads=frozenset(self.files))


class Stack:
    """One deployment of a template."""

    def __init__(self, reading: Reading, root: Node | None, given: Given, path: Path, file: str, prefix: str = "", chain: tuple[str, ...] = ()) -> None:
        self.reading, self.given, self.path, self.file, self.prefix, self.chain = reading, given, path, file, prefix, chain
        self.sections = self._sections(root)
        parameters, mappings, conditions = (as_entries(self.sections.get(key)) for key in ("Parameters", "Mappings", "Conditions"))
        self.resolver = Resolver(given, parameters, mappings, conditions, reading.budget, prefix, self._output_of)
        self.declared: dict[str, Declared] = {}
        self._nested: dict[str, Stack | str] = {}
        self.serverless = self.inline = False
        self.made: set[str] = set()
        """Resources that a transform made by itself."""
        self._macros(self.sections.get("Transform"))
        self._collect(entries(_mapping(self.sections["Resources"])), {}, self.declared)
        self.resolver.resources = {logical: _condition_name(found.entry.value) for logical, found in self.declared.items()}

    def read(self) -> None:
        """Documents and gaps of the stack and of all that it nests."""
        for logical, found in self.declared.items():
            self.resolver.loops = dict(found.loops)
            self._resource(logical, found.entry)

    def close(self) -> None:
        """Let go of the nodes: stack, resolver and conditions know each other, and would wait for the collector."""
        for inside in self._nested.values():
            if isinstance(inside, Stack):
                inside.close()
        self._nested.clear()
        self.declared.clear()
        self.sections.clear()
        self.resolver.close()

    def gap(self, what: str, node: Node, reason: Reason, detail: str, kind: str = EVERY_TYPE) -> None:
        self.reading.gap(f"{self.prefix}{what}", f"{self.file}:{node.line}", reason, detail, kind)

    # -- sections ----------------------------------------------------------------------------------------------
    def _sections(self, root: Node | None) -> dict[str, Entry]:
        if not isinstance(root, MappingNode):
            raise InvalidFile(self.file, "is empty" if root is None else "is no object with sections", REMEDY, root.line if root else None)
        sections = entries(root)
        for key, entry in sections.items():
            if entry.again:
                raise InvalidFile(self.file, f"has the section {key} twice (first on line {entry.again[0]})", "merge the two sections", entry.key.line)
        if "Resources" not in sections:
            raise InvalidFile(self.file, "has no Resources", REMEDY, root.line)
        if not isinstance(sections["Resources"].value, MappingNode) or not sections["Resources"].value.value:
            raise InvalidFile(self.file, "has Resources that are empty or no object", REMEDY, sections["Resources"].key.line)
        return sections

    def _macros(self, entry: Entry | None) -> None:
        """A macro may add, change or remove any resource."""
        if entry is None:
            return
        items = entry.value.value if isinstance(entry.value, SequenceNode) else [entry.value]
        for item in items:
            named = entries(item).get("Name") if isinstance(item, MappingNode) else None
            name = item.value if isinstance(item, ScalarNode) else named.value.value if named and isinstance(named.value, ScalarNode) else "?"
            if name == SAM:
                self.serverless = True
            elif name != _HARMLESS_MACRO:
                self.gap(f"macro {name}", item, Reason.UNSUPPORTED, f"the macro {name} may make or change resources at deployment: scan the expanded template")

    def _collect(self, own: Mapping[str, Entry], loops: Mapping[str, str], into: dict[str, Declared]) -> None:
        for key, entry in own.items():
            if key.startswith("Fn::ForEach"):
                self._loop(entry, loops, into)
            elif key.startswith("Fn::"):
                self.gap(f"{key} in Resources", entry.key, Reason.UNSUPPORTED, f"{key} may make resources at deployment: scan the expanded template")
            else:
                self.resolver.loops = dict(loops)
                logical = self.resolver.named(key)
                before = into.get(logical)
                again = (*entry.again, before.entry.key.line) if before else entry.again
                into[logical] = Declared(Entry(entry.key, entry.value, again), dict(loops))

    def _loop(self, entry: Entry, loops: Mapping[str, str], into: dict[str, Declared]) -> None:
        """`Fn::ForEach`: [variable, list, {name: resource}]. A list that is not known hides the resources."""
        self.resolver.loops = dict(loops)
        parts = entry.value.value if isinstance(entry.value, SequenceNode) and len(entry.value.value) == 3 else None
        items = self.resolver.value(parts[1]) if parts else None
        texts = [as_text(item) for item in items] if isinstance(items, list) else [None]
        if parts is None or None in texts or not isinstance(parts[0], ScalarNode) or not isinstance(parts[2], MappingNode):
            why = why_unknown(items) or "the list that it runs over is not known"
            self.gap(f"loop on line {entry.key.line}", entry.key, Reason.UNRESOLVED, f"the resources of a Fn::ForEach are not known: {why}")
            return
        body = entries(parts[2])
        for text in texts:
            self.resolver.spend(len(body))
            self._collect(body, {**loops, parts[0].value: str(text)}, into)

    # -- resources ---------------------------------------------------------------------------------------------
    def _resource(self, logical: str, entry: Entry) -> None:
        node, at = entry.value, entry.key.line
        own = entries(node) if isinstance(node, MappingNode) and node.tag[0] != "!" else {}
        kind = kind_of(own)
        if "::" not in kind:
            self.gap(logical, entry.key, Reason.UNPARSABLE, f"{logical} is no resource with a Type")
            return
        exists = self._exists(own.get("Condition"))
        if exists is False:
            return
        if kind in (STACK, STACK_SET):
            self._stacks(logical, entry, kind, exists)
        if kind in ELSEWHERE or kind.endswith("::MODULE"):
            self.gap(logical, entry.key, Reason.UNSUPPORTED, f"{logical} is {ELSEWHERE.get(kind, 'a module')}, whose resources this file does not show: scan that template as well")
        self.resolver.lines = lines = {"": at}
        body, broken = self._body(own.get("Properties"), entry.again, own)
        if broken:
            self.gap(logical, entry.key, Reason.UNPARSABLE, f"{logical} {broken}", kind)
        if isinstance(exists, Open):
            body = _perhaps(body, f"whether {logical} is made depends on what is not known: {exists.why}")
        if kind.startswith("AWS::Serverless::"):
            from providers.cloudformation.serverless import expand

            expand(self, logical, kind, entry, body, lines, exists)
            return
        self.document(logical, kind, body, lines)

    def document(self, logical: str, kind: str, body: Json, lines: Mapping[str, int]) -> None:
        """Enter a resource."""
        reading, given, name = self.reading, self.given, f"{self.prefix}{logical}"
        whole = body if isinstance(body, dict) else {}
        lines = {} if self.inline else lines
        ref = Ref("aws", kind, given.account, given.region, f"{reading.name}#{name}", name)
        reading.documents.append(Document(ref, Dialect.CLOUDFORMATION, whole, {"": reading.look}, _tags(whole), self.file, lines))

    def _exists(self, entry: Entry | None) -> bool | Open:
        if entry is None:
            return True
        if not isinstance(entry.value, ScalarNode) or entry.again:
            return Open(f"the Condition on line {entry.key.line} is no name")
        return self.resolver.condition(entry.value.value)

    def _body(self, entry: Entry | None, again: tuple[int, ...], own: Mapping[str, Entry]) -> tuple[Json, str]:
        """The resolved properties, and what is wrong with the resource (empty: nothing)."""
        double = next((e for e in own.values() if e.again), None)
        if again or double:
            where = ", ".join(str(n) for n in (again or (double.again if double else ())))
            broken = f"is declared more than once (also on line {where})" if again else f"has the same key twice (also on line {where})"
            return unknown(broken), broken
        if entry is None:
            return {}, ""
        value = self.resolver.json(entry.value, "")
        if isinstance(value, dict) and not refers(value):
            return value, ""
        broken = f"has Properties that are {'null' if value is None else 'no object'}, on line {entry.key.line}"
        return unknown(broken), broken

    # -- nested stacks -----------------------------------------------------------------------------------------
    def _stacks(self, logical: str, entry: Entry, kind: str, exists: bool | Open) -> None:
        before = len(self.reading.documents)
        if kind == STACK:
            inside = self.nested(logical)
            if isinstance(inside, str):
                self.gap(logical, entry.key, Reason.UNSUPPORTED, f"{logical} is a nested stack, whose resources this file does not show: {inside}; scan that template as well")
                return
            inside.read()
        else:
            from providers.cloudformation.stacksets import instances

            instances(self, logical, entry)
        if isinstance(exists, Open):  # all of it may or may not be made
            self.perhaps(before, f"whether the stack {logical} is made depends on what is not known: {exists.why}")

    def perhaps(self, before: int, why: str) -> None:
        """Of the documents since a moment nothing is known, not even whether they will be."""
        documents = self.reading.documents
        documents[before:] = [replace(doc, body=_perhaps(doc.body, why), tags={}) for doc in documents[before:]]

    def nested(self, logical: str) -> Stack | str:
        """The stack that a resource makes, or why its template is not read."""
        if logical not in self._nested:
            self._nested[logical] = "it leads back to itself"
            self._nested[logical] = self._open(logical)
        return self._nested[logical]

    def _open(self, logical: str) -> Stack | str:
        found = self.declared.get(logical)
        own = entries(found.entry.value) if found is not None and isinstance(found.entry.value, MappingNode) and found.entry.value.tag[0] != "!" else {}
        properties = entries(own["Properties"].value) if "Properties" in own and isinstance(own["Properties"].value, MappingNode) else {}
        asset = as_entries(own.get("Metadata")).get("aws:asset:path")  # the CDK says here which file it will upload
        source = asset or properties.get("TemplateURL") or properties.get("Location")
        loops, self.resolver.loops = self.resolver.loops, dict(found.loops) if found else {}
        lines, self.resolver.lines = self.resolver.lines, {}
        try:
            where = self.resolver.value(source.value) if source is not None else None
            values = self.resolver.json(properties["Parameters"].value) if "Parameters" in properties else {}
        finally:
            self.resolver.loops, self.resolver.lines = loops, lines
        if isinstance(where, dict) and "ApplicationId" in where:
            return "it is an application of the Serverless Application Repository: nothing is downloaded"
        if not isinstance(where, str):
            return f"where its template is, is not known ({why_unknown(where) or 'no TemplateURL'})"
        return self.open_file(where, logical, given_to(self.given, values))

    def open_file(self, where: str, name: str, given: Given) -> Stack | str:
        """The stack of a template beside this one, or why it is not read."""
        self.reading.budget.spend(100)  # a stack is more work than its values
        try:
            path = local_file(self.path, where)
        except OutOfReach as error:
            return str(error)
        reading, real = self.reading, str(path.resolve())
        if real in self.chain:
            return f"{where} leads back to itself"
        if len(self.chain) >= MAX_DEPTH:
            return f"stacks are nested more than {MAX_DEPTH} levels deep"
        if path not in reading.parsed and len(reading.parsed) >= MAX_FILES:
            return f"more than {MAX_FILES} templates are named"
        file = posixpath.normpath(posixpath.join(posixpath.dirname(self.file), where))
        try:
            if path not in reading.parsed:
                root, nodes = compose(text_of(path, file), file)
                reading.budget.all += GROWTH * nodes
                reading.parsed[path] = root
            stack = Stack(reading, reading.parsed[path], given, path, file, f"{self.prefix}{name}/", (*self.chain, real))
        except InvalidFile as error:
            return error.message
        reading.files.add(path)
        return stack

    def _output_of(self, logical: str, output: str) -> Value:
        """What an output of a nested stack gives."""
        found = self.declared.get(logical)
        if found is None or not isinstance(found.entry.value, MappingNode) or kind_of(entries(found.entry.value)) not in (STACK, "AWS::Serverless::Application"):
            return unknown(f"{logical} has no outputs")
        inside = self.nested(logical)
        return unknown(f"{logical}.Outputs.{output}: {inside}") if isinstance(inside, str) else inside.output(output)

    def output(self, name: str) -> Value:
        """The value of an output of this stack."""
        declared = as_entries(self.sections.get("Outputs")).get(name)
        own = entries(declared.value) if declared is not None and isinstance(declared.value, MappingNode) else {}
        if "Value" not in own:
            return unknown(f"output {name} is not declared")
        if self._exists(own.get("Condition")) is not True:
            return unknown(f"output {name} is not always there")
        lines, self.resolver.lines = self.resolver.lines, {}
        try:
            return self.resolver.value(own["Value"].value)
        finally:
            self.resolver.lines = lines


def given_to(given: Given, values: Json) -> Given:
    """What a nested stack is given: the region and account of its parent, and its own parameters."""
    if isinstance(values, dict) and UNRESOLVED not in values:
        return replace(given, parameters={name: value if isinstance(value, (dict, list)) else str(as_text(value)) for name, value in values.items()})
    return replace(given, parameters=_Unknown(str(why_unknown(values) or "the parameters are not known")))


class _Unknown(dict[str, Json]):
    """Parameters of which not even the names are known."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Json:
        return unknown(f"parameter {name}: {self.why}")


def kind_of(own: Mapping[str, Entry]) -> str:
    """The type of a resource; empty where it has none."""
    return own["Type"].value.value if "Type" in own and isinstance(own["Type"].value, ScalarNode) and not own["Type"].again else ""


def _mapping(entry: Entry) -> MappingNode:
    if not isinstance(entry.value, MappingNode):
        raise TypeError("a section is no object")
    return entry.value


def as_entries(entry: Entry | None) -> dict[str, Entry]:
    """The members of a section; none where it is no object."""
    return entries(entry.value) if entry is not None and isinstance(entry.value, MappingNode) else {}


def _perhaps(body: Json | Mapping[str, Json], why: str) -> dict[str, Json]:
    """Of what may or may not be made nothing is known but whom it would belong to: resources of the same template."""
    held = body.items() if isinstance(body, Mapping) and UNRESOLVED not in body and not refers(dict(body)) else ()
    whose = {key: value for key, value in held if value and all(refers(one) for one in (value if isinstance(value, list) else [value]))}
    return {**whose, UNRESOLVED: why}


def _condition_name(node: Node) -> str | None:
    if not isinstance(node, MappingNode) or not any(key.value in ("Condition", "<<") for key, _ in node.value):
        return None
    entry = entries(node).get("Condition")
    return entry.value.value if entry is not None and isinstance(entry.value, ScalarNode) else None


def _tags(body: Mapping[str, Json]) -> dict[str, str]:
    """Tags whose key and value are known."""
    found: dict[str, str] = {}
    for name in _TAGS:
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, list):
            pairs = [(item.get("Key"), item.get("Value")) for item in value if isinstance(item, dict)]
        else:
            pairs = list(value.items()) if isinstance(value, dict) and why_unknown(value) is None else []
        for key, text in pairs:
            known = as_text(text) if isinstance(key, str) else None
            if isinstance(key, str) and known is not None:
                found[key] = known
    return found


__all__ = ["GROWTH", "LEAST", "REMEDY", "Reading", "Stack", "TooMuch", "given_to"]
