"""Reads CloudFormation templates, YAML and JSON, by content: a file becomes documents, and gaps for what it does not show.

Nothing is executed and nothing is fetched. A resource that cannot be read does not hide the others: it stands in the
answer as a subject of which nothing is known, and as a look that failed.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from providers.cloudformation.nodes import Entry, TooMuch, compose, entries, line, text_of
from providers.cloudformation.resolve import Open, Resolver
from providers.cloudformation.scope import Given
from providers.cloudformation.values import as_text, refers, unknown, why_unknown
from scanner.sdk import EVERY_TYPE, Answer, Call, Dialect, Document, InvalidFile, Json, Options, Reason, Ref

_REMEDY = "give a CloudFormation template: YAML or JSON with Resources, each with a Type"
_RESOURCES = re.compile(r"""(?:^|[{,]\s*)["']?Resources["']?\s*:""", re.M)
_VERSION = re.compile(r"""(?:^|[{,]\s*)["']?AWSTemplateFormatVersion["']?\s*:\s*["']?[0-9]""", re.M)
_TYPE = re.compile(r"""\bType["']?\s*:\s*["']?[A-Za-z0-9]+::[A-Za-z0-9]""")
#: Types that make resources which the template itself does not show.
_ELSEWHERE = {
    "AWS::CloudFormation::Stack": "a nested stack",
    "AWS::CloudFormation::StackSet": "a stack set",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "a product of the service catalog",
}
_LEAST, _GROWTH = 20_000, 20
"""How far a file may grow: each node is looked at about twice, and loops repeat what they hold."""
_TAGS = ("Tags", "FileSystemTags", "HostedZoneTags", "UserPoolTags")
#: A macro that only adds functions; those that Houvast does not evaluate are unknown one by one.
_HARMLESS_MACRO = "AWS::LanguageExtensions"


def recognise(text: str) -> bool:
    """Whether the text looks like a CloudFormation template: told by its keys, without parsing it."""
    return bool(_VERSION.search(text) or (_RESOURCES.search(text) and _TYPE.search(text)))


def read(path: Path, name: str, options: Options) -> Answer:
    """The resources of a template. Raises InvalidFile when it is none, UsageError for unusable template settings."""
    given = Given.of(options)
    text = text_of(path, name)
    with _no_collector(len(text) > 100_000):
        try:
            root, nodes = compose(text, name)
            return _Template(name, given, options.taken_at).read(root, nodes)
        except TooMuch as error:
            raise InvalidFile(name, str(error), "split the template into stacks") from error
        except RecursionError as error:
            raise InvalidFile(name, "is nested too deep, or an alias leads back to itself", "write it flatter, without aliases") from error


@contextmanager
def _no_collector(wanted: bool) -> Iterator[None]:
    """Reading makes many objects and no garbage: collecting meanwhile would take half of the time."""
    stopped = wanted and gc.isenabled()
    if stopped:
        gc.disable()
    try:
        yield
    finally:
        if stopped:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Declared:
    """A resource as declared: its node, and the loop variables under which it was."""

    entry: Entry
    loops: Mapping[str, str]


class _Template:
    def __init__(self, name: str, given: Given, at: str) -> None:
        self.name, self.given = name, given
        self.call = Call("aws", given.account, given.region, "file", f"read {name}", at=at, pages=1)
        self.documents: list[Document] = []
        self.gaps: dict[str, Call] = {}

    def read(self, root: Node | None, nodes: int) -> Answer:
        sections = self._sections(root)
        parameters, mappings, conditions = (_entries(sections.get(key)) for key in ("Parameters", "Mappings", "Conditions"))
        self.resolver = Resolver(self.given, parameters, mappings, conditions, _LEAST + _GROWTH * nodes)
        self._macros(sections.get("Transform"))
        declared: dict[str, _Declared] = {}
        self._collect(entries(_mapping(sections["Resources"])), {}, declared)
        self.resolver.resources = {logical: _condition_name(found.entry.value) for logical, found in declared.items()}
        for logical, found in declared.items():
            self.resolver.loops = dict(found.loops)
            self._resource(logical, found.entry)
        return Answer(replace(self.call, items=len(self.documents)), tuple(self.documents), more_calls=tuple(self.gaps.values()))

    def _sections(self, root: Node | None) -> dict[str, Entry]:
        if not isinstance(root, MappingNode):
            raise InvalidFile(self.name, "is empty" if root is None else "is no object with sections", _REMEDY, line(root) if root else None)
        sections = entries(root)
        for key, entry in sections.items():
            if entry.again:
                raise InvalidFile(self.name, f"has the section {key} twice (first on line {entry.again[0]})", "merge the two sections", line(entry.key))
        if "Resources" not in sections:
            raise InvalidFile(self.name, "has no Resources", _REMEDY, line(root))
        if not isinstance(sections["Resources"].value, MappingNode) or not sections["Resources"].value.value:
            raise InvalidFile(self.name, "has Resources that are empty or no object", _REMEDY, line(sections["Resources"].key))
        return sections

    def _macros(self, entry: Entry | None) -> None:
        """A macro may add, change or remove any resource."""
        if entry is None:
            return
        items = entry.value.value if isinstance(entry.value, SequenceNode) else [entry.value]
        for item in items:
            named = entries(item).get("Name") if isinstance(item, MappingNode) else None
            name = item.value if isinstance(item, ScalarNode) else named.value.value if named and isinstance(named.value, ScalarNode) else "?"
            if name != _HARMLESS_MACRO:
                self._gap(f"macro {name}", item, Reason.UNSUPPORTED, f"the macro {name} may make or change resources at deployment: scan the expanded template")

    def _collect(self, own: Mapping[str, Entry], loops: Mapping[str, str], into: dict[str, _Declared]) -> None:
        for key, entry in own.items():
            if key.startswith("Fn::ForEach"):
                self._loop(entry, loops, into)
            elif key.startswith("Fn::"):
                self._gap(f"{key} in Resources", entry.key, Reason.UNSUPPORTED, f"{key} may make resources at deployment: scan the expanded template")
            else:
                self.resolver.loops = dict(loops)
                logical = self.resolver.named(key)
                before = into.get(logical)
                again = (*entry.again, line(before.entry.key)) if before else entry.again
                into[logical] = _Declared(Entry(entry.key, entry.value, again), dict(loops))

    def _loop(self, entry: Entry, loops: Mapping[str, str], into: dict[str, _Declared]) -> None:
        """`Fn::ForEach`: [variable, list, {name: resource}]. A list that is not known hides the resources."""
        self.resolver.loops = dict(loops)
        parts = entry.value.value if isinstance(entry.value, SequenceNode) and len(entry.value.value) == 3 else None
        items = self.resolver.value(parts[1]) if parts else None
        texts = [as_text(item) for item in items] if isinstance(items, list) else [None]
        if parts is None or None in texts or not isinstance(parts[0], ScalarNode) or not isinstance(parts[2], MappingNode):
            why = why_unknown(items) or "the list that it runs over is not known"
            self._gap(f"loop on line {line(entry.key)}", entry.key, Reason.UNRESOLVED, f"the resources of a Fn::ForEach are not known: {why}")
            return
        body = entries(parts[2])
        for text in texts:
            self.resolver.spend(len(body))
            self._collect(body, {**loops, parts[0].value: str(text)}, into)

    def _resource(self, logical: str, entry: Entry) -> None:
        node, at = entry.value, line(entry.key)
        own = entries(node) if isinstance(node, MappingNode) and node.tag[0] != "!" else {}
        kind = own["Type"].value.value if "Type" in own and isinstance(own["Type"].value, ScalarNode) and not own["Type"].again else ""
        if "::" not in kind:
            self._gap(logical, entry.key, Reason.UNPARSABLE, f"{logical} is no resource with a Type")
            return
        exists = self._exists(own.get("Condition"))
        if exists is False:
            return
        if kind in _ELSEWHERE or kind.endswith("::MODULE"):
            what = _ELSEWHERE.get(kind, "a module")
            self._gap(logical, entry.key, Reason.UNSUPPORTED, f"{logical} is {what}, whose resources this file does not show: scan that template as well")
        self.resolver.lines = lines = {"": at}
        body, broken = self._body(own.get("Properties"), entry.again, own)
        if broken:
            self._gap(logical, entry.key, Reason.UNPARSABLE, f"{logical} {broken}", kind)
        if isinstance(exists, Open):
            body = unknown(f"whether {logical} is made depends on what is not known: {exists.why}")
        ref = Ref("aws", kind, self.given.account, self.given.region, f"{self.name}#{logical}", logical)
        whole = body if isinstance(body, dict) else {}
        self.documents.append(Document(ref, Dialect.CLOUDFORMATION, whole, {"": self.call.id}, _tags(whole), self.name, lines))

    def _exists(self, entry: Entry | None) -> bool | Open:
        if entry is None:
            return True
        if not isinstance(entry.value, ScalarNode) or entry.again:
            return Open(f"the Condition on line {line(entry.key)} is no name")
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
        broken = f"has Properties that are {'null' if value is None else 'no object'}, on line {line(entry.key)}"
        return unknown(broken), broken

    def _gap(self, what: str, node: Node, reason: Reason, detail: str, kind: str = EVERY_TYPE) -> None:
        call = Call(
            "aws", self.given.account, self.given.region, "file", f"read {self.name}", f"{self.name}#{what}", reason, "",
            f"{self.name}:{line(node)}: {detail}", "", (kind,), at=self.call.at,
        )  # fmt: skip
        self.gaps[call.id] = call


def _mapping(entry: Entry) -> MappingNode:
    if not isinstance(entry.value, MappingNode):
        raise TypeError("a section is no object")
    return entry.value


def _entries(entry: Entry | None) -> dict[str, Entry]:
    return entries(entry.value) if entry is not None and isinstance(entry.value, MappingNode) else {}


def _condition_name(node: Node) -> str | None:
    entry = entries(node).get("Condition") if isinstance(node, MappingNode) else None
    return entry.value.value if entry is not None and isinstance(entry.value, ScalarNode) else None


def _tags(body: Mapping[str, Json]) -> dict[str, str]:
    """Tags whose key and value are known."""
    found: dict[str, str] = {}
    for name in _TAGS:
        value = body.get(name)
        if isinstance(value, list):
            pairs = [(item.get("Key"), item.get("Value")) for item in value if isinstance(item, dict)]
        else:
            pairs = list(value.items()) if isinstance(value, dict) and why_unknown(value) is None else []
        for key, text in pairs:
            known = as_text(text) if isinstance(key, str) else None
            if isinstance(key, str) and known is not None:
                found[key] = known
    return found
