"""The resources of a deployment and of all that it deploys, as documents in the shape that Azure answers with.

A resource that cannot be read does not hide the others: it stands in the answer as a subject of which nothing is known,
or as a look that failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from providers.arm.deployment import DEPLOYMENT, Deployment, Resource
from providers.arm.evaluate import MAX_COPIES
from providers.arm.jsonc import Obj, Raw
from providers.arm.names import segments
from providers.arm.values import Open, Value, settled, text_of, unknown
from scanner.sdk import EVERY_TYPE, Answer, Call, Dialect, Document, Json, Reason, Ref, azure_name

#: Keys of a resource that say how it is deployed, not what it is.
_HOW = frozenset({"comments", "condition", "copy", "dependson", "existing", "metadata", "parent", "resources", "scope", "type", "name", "id", "$file", "assertions"})
#: Types that make resources which the template itself does not show.
_ELSEWHERE = {
    "microsoft.resources/deploymentscripts": "a script that runs at deployment",
    "microsoft.resources/deploymentstacks": "a deployment stack",
    "microsoft.solutions/applications": "a managed application",
    "microsoft.blueprint/blueprintassignments": "a blueprint",
    "microsoft.containerinstance/containergroupprofiles": "a profile",
}
_SECTIONS = {
    name.lower(): name
    for name in (
        "$schema",
        "apiProfile",
        "contentVersion",
        "definitions",
        "functions",
        "languageVersion",
        "metadata",
        "outputs",
        "parameters",
        "resources",
        "variables",
        "extensions",
        "imports",
    )
}
_RESOURCE = {
    name.lower(): name
    for name in (
        "apiVersion", "comments", "condition", "copy", "dependsOn", "existing", "extendedLocation", "extension", "identity", "import", "kind", "location", "managedBy", "name", "plan", "properties",
        "resourceGroup", "resources", "scope", "sku", "subscriptionId", "tags", "type", "zones",
    )
}  # fmt: skip
#: Deeper than templates nest resources in resources.
_MAX_DEPTH = 8


def canonical(raw: Obj, names: dict[str, str]) -> Obj:
    """Keys as this reader spells them: Azure does not tell upper from lower case. What is given twice is noted."""
    if all(names.get(key.lower(), key) == key for key in raw) and not raw.again:
        return raw
    found = Obj(raw.line)
    for key, value in raw.items():
        found.put(names.get(key.lower(), key), value, raw.lines.get(key, raw.line))
    found.again = (*found.again, *raw.again)
    return found


def sections(raw: Obj) -> Obj:
    """A template with its sections under their usual names."""
    return canonical(raw, _SECTIONS)


class Collector:
    """Walks a deployment and those that it nests."""

    def __init__(self, name: str, at: str) -> None:
        self.name = name
        self.call = Call("azure", "", "", "file", f"read {name}", at=at, pages=1)
        self.documents: list[Document] = []
        self.gaps: dict[str, Call] = {}
        self._ids: set[tuple[str, str]] = set()

    def answer(self) -> Answer:
        return Answer(replace(self.call, items=len(self.documents)), tuple(self.documents), more_calls=tuple(self.gaps.values()))

    def gap(self, what: str, file: str, line: int, reason: Reason, detail: str, kind: str = EVERY_TYPE) -> None:
        """A look that failed, and may hide resources of a type."""
        call = Call("azure", "", "", "file", f"read {self.name}", f"{self.name}#{what}", reason, "", f"{file}:{line}: {detail}", "", (kind,), at=self.call.at)
        self.gaps[call.id] = call

    def read(self, at: Deployment) -> None:
        """Documents and gaps of a deployment."""
        raw = at.raw.get("resources")
        members: list[tuple[str, Raw]] = list(raw.items()) if isinstance(raw, Obj) else [("", item) for item in raw] if isinstance(raw, list) else []
        if raw is not None and not isinstance(raw, (Obj, list)):
            self.gap(f"{at.address}resources", at.file, at.raw.line, Reason.UNPARSABLE, "the resources are neither a list nor an object")
        for line, why in at.raw.get("$gaps") or ():
            self.gap(f"{at.address}line {line}", at.file, line, Reason.UNPARSABLE, why)
        for key in ("imports", "extensions"):
            if at.raw.get(key):
                self.gap(f"{at.address}{key}", at.file, at.raw.lines.get(key, at.raw.line), Reason.UNSUPPORTED, f"{key} bring resources of other systems, which are not read")
        declared: list[tuple[str, Obj]] = []
        for symbol, item in members:
            if not isinstance(item, Obj):
                self.gap(f"{at.address}line {at.raw.line}", at.file, at.raw.line, Reason.UNPARSABLE, f"a resource is no object{f': {symbol}' if symbol else ''}")
                continue
            resource = canonical(item, _RESOURCE)
            declared.append((symbol, resource))
            if symbol:
                at.symbols[symbol] = (resource, None)
        found = [one for symbol, item in declared for one in self._expanded(at, symbol, item, None, 0)]
        for one in found:
            at.register(one)
        for one in found:
            self._resource(one)

    def _expanded(self, at: Deployment, symbol: str, raw: Obj, parent: Resource | None, depth: int) -> Iterator[Resource]:
        """A resource, once or as often as its loop says, and those within it."""
        at.reading.budget.spend(40)  # a resource is more work than a value
        if "import" in raw or "extension" in raw:
            self.gap(f"{at.address}{symbol or f'line {raw.line}'}", at.file, raw.line, Reason.UNSUPPORTED, "a resource of another system than Azure Resource Manager is not read")
            return
        for one in self._copies(at, symbol, raw, parent):
            yield one
            inner = raw.get("resources")
            if inner is None or one.type.lower() == DEPLOYMENT:
                continue
            children = list(inner.items()) if isinstance(inner, Obj) else [("", item) for item in inner] if isinstance(inner, list) else []
            for name, item in children:
                if isinstance(item, Obj) and depth < _MAX_DEPTH:
                    yield from self._expanded(at, name, canonical(item, _RESOURCE), one, depth + 1)
                else:
                    self.gap(f"{at.address}{one.name_text} resources", at.file, raw.line, Reason.UNPARSABLE, f"a resource within {one.name_text} cannot be read")

    def _copies(self, at: Deployment, symbol: str, raw: Obj, parent: Resource | None) -> Iterator[Resource]:
        loop = raw.get("copy")
        if loop is None:
            yield at.instance(symbol, raw, parent, None)
            return
        count = at.evaluator.value(loop.get("count"), parent.locals if parent else {}) if isinstance(loop, Obj) else None
        if isinstance(count, str) and count.isdigit():
            count = int(count)
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_COPIES:
            kind = at.instance(symbol, raw, parent, None).type or EVERY_TYPE
            why = count.why if isinstance(count, Open) else f"its count is no number from 0 to {MAX_COPIES}"
            name = symbol or (loop.get("name") if isinstance(loop, Obj) else "") or f"line {raw.line}"
            self.gap(f"{at.address}{name}", at.file, raw.line, Reason.UNRESOLVED, f"how often the loop {name} makes its resource is not known: {why}", kind)
            return
        for n in range(count):
            yield at.instance(symbol, raw, parent, n)

    def _resource(self, one: Resource) -> None:
        at, raw = one.deployment, one.raw
        if one.existing:
            return
        made = _made(one)
        if made is False:
            return
        where = f"{at.address}{one.name_text or one.symbol or f'line {raw.line}'}"
        if "/" not in one.type or (not one.name_text and one.type.lower() != DEPLOYMENT):
            self.gap(where or f"line {raw.line}", at.file, raw.line, Reason.UNPARSABLE, "a resource has no type and name that can be read")
            return
        if one.type.lower() == DEPLOYMENT:
            self._deployed(one, made, where)
            return
        if one.type.lower() in _ELSEWHERE:
            self.gap(where, at.file, raw.line, Reason.UNSUPPORTED, f"{one.name_text} is {_ELSEWHERE[one.type.lower()]}, whose resources this file does not show")
        self.documents.append(self._document(one, made))

    def _deployed(self, one: Resource, made: bool | Open, where: str) -> None:
        at = one.deployment
        inside = one.inside()
        if isinstance(inside, str):
            self.gap(where, at.file, one.raw.line, Reason.UNSUPPORTED, f"the deployment {one.name_text} is not read: {inside}")
            return
        before = len(self.documents)
        self.read(inside)
        if isinstance(made, Open):  # all of it may or may not be made
            self.documents[before:] = [_perhaps(doc, f"whether the deployment {one.name_text} is made", made) for doc in self.documents[before:]]

    def _document(self, one: Resource, made: bool | Open) -> Document:
        raw, lines = one.raw, {"": one.raw.line}
        own = Obj(raw.line)
        for key, value in raw.items():
            if key.lower() not in _HOW:
                own.put(key, value, raw.lines.get(key, raw.line))
        own.again = tuple(key for key in raw.again if key.lower() not in _HOW)
        value = one.deployment.evaluator.value(own, one.locals, lines)
        body: Json = one.deployment.reading.budget.made(plain(value))
        whole: dict[str, Json] = body if isinstance(body, dict) else {}
        whole["id"] = one.id
        whole["name"] = segments(one.name_text)[-1]
        region = _region(one)
        if "condition" in raw.again or "type" in raw.again or "name" in raw.again:
            made = Open("the resource has the same key twice", "{…}")
        kind = one.full_type
        ref = Ref("azure", kind, "", region, f"{self.name}#{one.name_text}", one.name_text)
        if (kind.lower(), ref.id.lower()) in self._ids:  # two of one name are two subjects, even if only one of them is ever made
            ref = replace(ref, id=f"{self.name}#{one.name_text}@{raw.line}{f'.{one.n}' if one.n is not None else ''}")
        self._ids.add((kind.lower(), ref.id.lower()))
        document = Document(ref, Dialect.ARM, whole, {"": self.call.id}, _tags(whole), one.deployment.file, lines)
        return _perhaps(document, f"whether {one.name_text} is made", made) if isinstance(made, Open) else document


def _made(one: Resource) -> bool | Open:
    """Whether a resource is deployed: its own condition, and those of what it stands in."""
    opened: Open | None = None
    at: Resource | None = one
    while at is not None:
        if "condition" in at.raw:
            found = at.deployment.evaluator.value(at.raw["condition"], at.locals)
            if isinstance(found, str) and found.lower() in ("true", "false"):
                found = found.lower() == "true"
            if found is False:
                return False
            if isinstance(found, Open):
                opened = opened or found
            elif found is not True:
                opened = opened or Open("its condition is neither true nor false", "{…}")
        at = at.parent
    return opened or True


def _perhaps(document: Document, what: str, why: Open) -> Document:
    """A resource that may not be made: it stays a subject, and nothing is known of it."""
    if list(document.body) == ["$unresolved"]:
        return document
    mark = unknown(f"{what} depends on what is not known: {why.why}")
    return replace(document, body=mark if isinstance(mark, dict) else {}, tags={})


def plain(value: Value) -> Json:
    """A value as a document holds it."""
    if isinstance(value, Open):
        return settled(value)
    if isinstance(value, dict):
        if any(key.startswith("$") and key in ("$unresolved", "$ref") for key in value):  # no template's own words may look like our marks
            return unknown("holds a key that cannot be read")
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _region(one: Resource) -> str:
    """Its own location; a child without one is where its parent is."""
    at: Resource | None = one
    while at is not None:
        if "location" in at.raw:
            found = at.location
            return azure_name(found) if isinstance(found, str) else ""
        at = at.owner or _by_name(at)
    return ""


def _by_name(one: Resource) -> Resource | None:
    """The parent that stands beside its child, and is known by name: `server` of `server/database`."""
    parts = segments(one.name_text)
    if len(parts) < 2 or "/providers/" in one.type.lower():
        return None
    found = one.deployment.by_id.get(one.id.rsplit("/", 2)[0].lower())
    return found if found is not one else None


def _tags(body: dict[str, Json]) -> dict[str, str]:
    """Tags whose key and value are known."""
    tags = body.get("tags")
    known = ((key, text_of(value)) for key, value in tags.items()) if isinstance(tags, dict) else ()
    return {key: text for key, text in known if text is not None and not key.startswith("$")}


__all__ = ["Collector", "plain", "sections"]
