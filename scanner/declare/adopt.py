"""From Terraform's resources to ours: each in the shape of the type that it is, with what its satellites say of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from scanner.data.cloudformation import holds_nothing as nothing_in_stacks
from scanner.data.regions import azure_name
from scanner.data.terraform import holds_nothing
from scanner.declare.catalogue import outlines
from scanner.declare.decl import TypeDecl
from scanner.declare.path import REFERENCE, UNRESOLVED, unresolved
from scanner.declare.shaping import allowed, fill, mark, place, value_at
from scanner.declare.terraform import KIND, NAMES, PARENT, REGION, SHOWN, UNSET, VERSION, Shape, Tf, keys
from scanner.model.known import Json, Reason
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Dialect, Document


@dataclass(frozen=True)
class Vocabulary:
    """Terraform types by name: whose they are, and on whom they say something."""

    shapes: Mapping[str, tuple[TypeDecl, Shape]]
    satellites: Mapping[str, tuple[tuple[TypeDecl, Tf], ...]]

    @classmethod
    def of(cls, decls: Mapping[str, TypeDecl], kinds: Collection[str] | None = None) -> Vocabulary:
        """Of these types of Terraform, or of all."""
        shapes: dict[str, tuple[TypeDecl, Shape]] = {}
        satellites: dict[str, list[tuple[TypeDecl, Tf]]] = defaultdict(list)
        for called, outline in outlines(decls).items():
            if kinds is not None and not any(name in kinds for name in (*outline.terraform, *outline.satellites)):
                continue
            decl = decls[called]
            for name, shape in decl.shapes.items():
                shapes[name] = (decl, shape)
            for one in decl.terraform:
                if one.on:
                    satellites[one.name].append((decl, one))
        return cls(shapes, {name: tuple(found) for name, found in satellites.items()})


@dataclass(frozen=True)
class _Owner:
    doc: Document
    decl: TypeDecl
    shape: Shape
    raw: dict[str, Json]
    body: dict[str, Json]
    bundle: str


def adopt(documents: Iterable[Document], decls: Mapping[str, TypeDecl], words: Vocabulary | None = None) -> tuple[tuple[Document, ...], tuple[Call, ...]]:
    """Documents in our types, and a look that failed for each type of Terraform and CloudFormation that no declaration reads. Documents of other dialects pass."""
    passed: list[Document] = []
    raw: list[Document] = []
    for doc in documents:
        (raw if doc.dialect is Dialect.TERRAFORM else passed).append(doc)
    words = words or Vocabulary.of(decls, {doc.ref.type for doc in raw})
    owners: dict[tuple[str, str], _Owner] = {}
    unread: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for doc in raw:
        found = words.shapes.get(doc.ref.type)
        if found is not None:
            bundle = doc.bundle
            owners[bundle, doc.ref.name] = _owner(doc, bundle, *found)
        elif doc.ref.type not in words.satellites and not holds_nothing(doc.ref.type):
            unread[doc.bundle, doc.ref.type].append(doc)
    attach([doc for doc in raw if doc.ref.type in words.satellites], owners, words)
    for owner in owners.values():
        _inherit(owner, owners)
    made = tuple(_made(owner) for owner in owners.values())
    strange = [doc for doc in passed if doc.dialect is Dialect.CLOUDFORMATION and doc.ref.type not in decls and not nothing_in_stacks(doc.ref.type)]
    joined = {name for outline in outlines(decls).values() for name in outline.joins} if strange else set()
    for doc in strange:
        if doc.ref.type not in joined:
            unread[doc.bundle, doc.ref.type].append(doc)
    return (*passed, *made), tuple(_not_read(bundle, kind, docs) for (bundle, kind), docs in sorted(unread.items()))


def _owner(doc: Document, bundle: str, decl: TypeDecl, shape: Shape) -> _Owner:
    body: dict[str, Json] = {KIND: doc.ref.type}
    own = dict(doc.body)
    why = unresolved(own) if UNRESOLVED in own else None
    if why is not None and doc.reference:
        for target, row in shape.main.rows.items():
            if not row.steady:
                _overwrite(body, target, why)
        fill(body, replace(shape.main, rows={target: row for target, row in shape.main.rows.items() if row.steady}), {}, None)
        return _Owner(doc, decl, shape, own, body, bundle)
    if why is not None:
        body[UNRESOLVED] = why
        return _Owner(doc, decl, shape, own, body, bundle)
    raw: dict[str, Json] = {**own, REGION: doc.ref.region or None}
    names = [value for name in shape.main.known_by if isinstance(value := value_at(raw, name), str)]
    if names:
        aliases = [*names, *([shape.main.arn.format(names[0])] if shape.main.arn else [])]
        body[NAMES] = list(dict.fromkeys(aliases))
    fill(body, shape.main, raw, allowed(str(raw.get(VERSION, ""))))
    if shape.main.parent:
        named = value_at(raw, shape.main.parent)
        if isinstance(named, (str, dict)):
            body[PARENT] = named
    return _Owner(doc, decl, shape, own, body, bundle)


def attach(satellites: list[Document], owners: Mapping[tuple[str, str], _Owner], words: Vocabulary) -> None:
    """Put what satellites say where it belongs. One whose owner cannot be told might belong to any."""
    by_name: dict[tuple[str, str, str], list[_Owner]] = defaultdict(list)
    by_type: dict[tuple[str, str], list[_Owner]] = defaultdict(list)
    for owner in owners.values():
        by_type[owner.bundle, owner.decl.type].append(owner)
        for name in owner.shape.main.known_by:
            value = value_at(owner.raw, name)
            if isinstance(value, str):
                by_name[owner.bundle, owner.decl.type, value.lower()].append(owner)
    said: set[tuple[str, str]] = set()
    for doc in satellites:
        bundle = doc.bundle
        for decl, one in words.satellites[doc.ref.type]:
            raw: dict[str, Json] = {**doc.body, REGION: doc.ref.region or None}
            if one.when is not None and UNRESOLVED not in raw and not _meant(one, raw):
                continue
            shown = raw.get(SHOWN)
            named = value_at(shown if isinstance(shown, dict) else raw, one.on)
            why = unresolved(raw) or unresolved(named)
            targets: list[_Owner] = []
            if isinstance(named, dict) and REFERENCE in named:
                one_owner = owners.get((bundle, str(named[REFERENCE])))
                targets = [one_owner] if one_owner is not None and one_owner.decl is decl else []
                if unresolved(raw) is None:
                    why = None
            elif isinstance(named, str):
                for key in {named.lower(), named.rstrip("/").rsplit("/", 1)[-1].lower()}:
                    targets += by_name[bundle, decl.type, key]
                if not targets:  # one whose own name is not known yet may be meant
                    targets = [owner for owner in by_type[bundle, decl.type] if _nameless(owner)]
                    why = "its name is not known yet" if targets else why
            if why is not None:
                for owner in targets or by_type[bundle, decl.type]:
                    for target in one.rows:
                        _overwrite(owner.body, target, f"{doc.ref.name} may belong to it: {why}")
                continue
            for owner in targets:
                if UNRESOLVED in owner.body:
                    continue
                if (owner.doc.ref.id, one.name) not in said:  # what a resource of its own says stands over what is written inline
                    said.add((owner.doc.ref.id, one.name))
                    for target in one.rows:
                        _clear(owner.body, target)
                fill(owner.body, one, raw, allowed(str(raw.get(VERSION, ""))))
                _own_names(owner)


def _nameless(owner: _Owner) -> bool:
    found = [value_at(owner.raw, name) for name in owner.shape.main.known_by]
    return any(isinstance(value, dict) and UNSET not in value for value in found)


def _meant(one: Tf, raw: Mapping[str, Json]) -> bool:
    """A test that cannot be answered lets the satellite through: its rows then say what is not known."""
    try:
        return one.when is None or bool(one.when(raw))
    except (TypeError, ValueError, LookupError, AttributeError):
        return True


def _overwrite(body: dict[str, Json], target: str, why: str) -> None:
    if UNRESOLVED not in body:
        place(body, ".".join(keys(target.partition("[")[0] if "[" in target else target)), mark(why))


def _clear(body: dict[str, Json], target: str) -> None:
    if "[+" in target:
        return
    *way, end = keys(target.partition("[]")[0])
    at: Json = body
    for name in way:
        at = at.get(name) if isinstance(at, dict) else None
    if isinstance(at, dict):
        at.pop(end, None)


def _own_names(owner: _Owner) -> None:
    """ARNs of the resource itself, in policies about it, as references to it: they tell what a statement covers."""
    names = owner.body.get(NAMES)
    arn = str(names[-1]) if owner.shape.main.arn and isinstance(names, list) else ""
    if arn and "policy" in owner.body:
        owner.body["policy"] = _referring(owner.body["policy"], arn, owner.doc.ref.name)


def _referring(value: Json, arn: str, address: str) -> Json:
    if isinstance(value, str) and value in (arn, f"{arn}/*"):
        return {REFERENCE: address, "att": "arn", "text": value}
    if isinstance(value, list):
        return [_referring(item, arn, address) for item in value]
    if isinstance(value, dict):
        return {key: _referring(item, arn, address) for key, item in value.items()}
    return value


def _inherit(owner: _Owner, owners: Mapping[tuple[str, str], _Owner]) -> None:
    if not owner.shape.main.inherits or UNRESOLVED in owner.body:
        return
    parent = owner.body.get(PARENT)
    above = owners.get((owner.bundle, str(parent[REFERENCE]))) if isinstance(parent, dict) and REFERENCE in parent else None
    for name in owner.shape.main.inherits:
        if name in owner.body:
            continue
        if above is not None and UNRESOLVED not in above.body:
            _inherit(above, owners)
            if name in above.body:
                owner.body[name] = above.body[name]
        else:
            owner.body[name] = mark(f"is that of {owner.shape.main.parent}, which this plan does not show")


def _made(owner: _Owner) -> Document:
    doc = owner.doc
    return Document(_ref(owner), doc.dialect, owner.body, doc.calls, _tags(owner.raw), doc.file, _lines(owner), doc.reference, doc.waivers, doc.names)


def _ref(owner: _Owner) -> Ref:
    ref = owner.doc.ref
    region = ref.region
    if owner.decl.provider == "azure":
        location = owner.body.get("location")
        region = azure_name(location) if isinstance(location, str) else ""
    return Ref(owner.decl.provider, owner.decl.type, ref.account, region, ref.id, ref.name)


def _lines(owner: _Owner) -> Mapping[str, int]:
    """Lines by property: those of the attributes that give them."""
    lines = owner.doc.lines
    if len(lines) < 2:
        return lines
    found = {"": lines[""]} if "" in lines else {}
    for target, row in owner.shape.main.rows.items():
        line = next((lines[name] for source in row.sources if (name := source.replace("[]", "")) in lines), None)
        if line is not None:
            found[target.partition("[")[0]] = line
    return found


def _tags(raw: Mapping[str, Json]) -> dict[str, str]:
    """Tags whose values are known; `tags_all` holds those of the provider too."""
    found: dict[str, str] = {}
    for name in ("tags", "tags_all"):
        tags: Any = raw.get(name)
        if isinstance(tags, dict) and UNRESOLVED not in tags and REFERENCE not in tags:
            found.update({key: value for key, value in tags.items() if isinstance(value, str)})
    return found


def _not_read(bundle: str, kind: str, docs: list[Document]) -> Call:
    """Resources were declared, and nothing is known of them: never silence."""
    first = docs[0].ref
    names = ", ".join(doc.ref.name for doc in docs[:3]) + (f" and {len(docs) - 3} more" if len(docs) > 3 else "")
    detail = f"Houvast has no declaration of the {'Terraform ' if docs[0].dialect is Dialect.TERRAFORM else ''}type {kind}: {names}"
    return Call(first.provider, first.account, "", "file", f"read {docs[0].file or bundle}", f"{bundle}#{kind}", Reason.UNSUPPORTED, "", detail, "", (kind,))


__all__ = ["Vocabulary", "adopt"]
