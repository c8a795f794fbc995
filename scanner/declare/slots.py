"""Children that a template declares as resources of their own, in the slots that live documents have for them.

One path (`tde.properties.state`) so serves the live body, where a further call put the part, and the ARM template,
where `Microsoft.Sql/servers/databases/transparentDataEncryption` stands beside the database and is named after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.declare.index import Index
from scanner.declare.live import Child
from scanner.model.known import Json
from scanner.model.snapshot import Dialect, Document

if TYPE_CHECKING:
    from scanner.declare.decl import TypeDecl


def slots(decl: TypeDecl, doc: Document) -> Iterator[Child]:
    """Children that stand below the resource itself; what extends it from elsewhere (locks, settings) is no matter of names."""
    if doc.dialect is Dialect.ARM:
        yield from (d for d in decl.details if isinstance(d, Child) and "/providers/" not in d.suffix and d.put not in doc.body)


def filled(child: Child, decl: TypeDecl, doc: Document, index: Index) -> list[Json]:
    """Bodies of the children of a resource in the same file: a list, of one at most for a child that has a fixed name."""
    own = _below(child, doc)
    return [dict(other.body) for other in _of_kind(child, decl, doc, index) if (_name(other)[:-1] if child.many else _name(other)) == own]


def stray(child: Child, decl: TypeDecl, doc: Document, index: Index) -> Document | None:
    """A child in the same file whose parent cannot be told, so that it may be one of this resource: parts of names in braces are open."""
    parents = {other.ref.name.lower() for other in index.of_type(decl.type) if other.file == doc.file}
    depth = len(_name(doc))
    for other in _of_kind(child, decl, doc, index):
        parent = "/".join(_name(other)[:depth])
        if parent not in parents and "{" in f"{parent}{doc.ref.name}":
            return other
    return None


def _of_kind(child: Child, decl: TypeDecl, doc: Document, index: Index) -> Iterator[Document]:
    return (other for other in index.of_type(child.kind(decl.type)) if other.file == doc.file and other.dialect is doc.dialect)


def _below(child: Child, doc: Document) -> list[str]:
    """Names on the way to the child: `server/database` and, for `/transparentDataEncryption/current`, `current`."""
    return [*_name(doc), *(part.lower() for part in child.suffix.strip("/").split("/")[1::2])]


def _name(doc: Document) -> list[str]:
    return doc.ref.name.lower().split("/")


__all__ = ["filled", "slots", "stray"]
