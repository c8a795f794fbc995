"""From a document to facts: pure, and the only way there is, for the live cloud, templates and probes alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scanner.declare.decl import FactDecl, TypeDecl
from scanner.declare.index import Index
from scanner.declare.live import Below, List
from scanner.declare.path import unresolved
from scanner.declare.readers import NotApplicable, Reader
from scanner.declare.view import View
from scanner.model.known import Fact, Known, Source, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import Dialect, Document

if TYPE_CHECKING:
    from scanner.declare.alike import Alike


def read_fact(declared: FactDecl, view: View) -> Fact[Any]:
    """One fact. Unknown as soon as one of its fields is: a fact is never half known."""
    if declared.whole is not None:
        return declared.whole.read(view)
    if declared.promised is not None:
        return declared.promised
    values: dict[str, Any] = {}
    sources: list[Source] = []
    for name, reader in declared.fields.items():
        if not isinstance(reader, Reader):
            values[name] = reader
            continue
        got = reader.read(view)
        if isinstance(got, Unknown):
            return got
        values[name] = got.value
        for source in got.sources:
            if source not in sources:
                sources.append(source)
    return Known(declared.fact(**values), tuple(sources))


def interpret(doc: Document, index: Index, decls: Mapping[str, TypeDecl], alike: Alike | None = None) -> Resource | None:
    """The resource that a document describes; None for mere references and types that nobody declared."""
    decl = declaration(doc.ref.type, decls)
    if decl is None or doc.reference or (doc.dialect is Dialect.ARM and decl.type == "*/*" and not _tracked(doc)):
        return None
    found = alike.facts(doc, decl) if alike is not None and doc.file else None
    facts, lower = found or (dict(_applying(decl, View(doc, index, decl, decls))), 0)
    return Resource(doc.ref, facts, doc.tags, doc.dialect, _all_tags(doc, decl), doc.names, lower)


def _tracked(doc: Document) -> bool:
    """Whether Azure lists a resource of a template as one of its own: it has a place. Parts and settings of others have none."""
    return "location" in doc.body or unresolved(dict(doc.body)) is not None


def _all_tags(doc: Document, decl: TypeDecl) -> bool:
    """Whether a document shows every tag. A template does not: the stack that deploys it may add some to each of its
    resources. AWS does where its declaration names them; Azure where the resource has a place, as all that can be tagged
    have (ARM: `location` and `tags` belong to tracked resources), or shows a tag. The place of a part is that of the whole."""
    if doc.dialect is not Dialect.LIVE:
        return False
    if decl.provider == "aws":
        return isinstance(decl.live, List) and bool(decl.live.tags)
    return bool(doc.tags) or (bool(doc.ref.region) and not isinstance(decl.live, Below))


def _applying(decl: TypeDecl, view: View) -> Iterator[tuple[type, Fact[Any]]]:
    """The facts that apply to this very resource; a reader says so from what it saw."""
    for declared in decl.facts:
        try:
            yield declared.fact, read_fact(declared, view)
        except NotApplicable:
            continue


def declaration(kind: str, decls: Mapping[str, TypeDecl]) -> TypeDecl | None:
    """The declaration of a type, or the one that stands for all undeclared types of its provider."""
    found = decls.get(kind)
    if found is None and "/" in kind and "::" not in kind:
        found = decls.get("*/*")
    return found


def interpret_all(index: Index, decls: Mapping[str, TypeDecl]) -> Iterator[Resource]:
    """Every subject of a snapshot, in its order. What resources of a file say alike is read once."""
    from scanner.declare.alike import Alike

    alike = Alike(index, decls)
    for doc in index.documents:
        resource = interpret(doc, index, decls, alike)
        if resource is not None:
            yield resource
