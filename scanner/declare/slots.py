"""Children that a template declares as resources of their own, in the slots that live documents have for them.

One path (`tde.properties.state`) so serves the live body, where a further call put the part, and the ARM template,
where `Microsoft.Sql/servers/databases/transparentDataEncryption` stands beside the database and is named after it.
What extends a resource (diagnostic settings, locks) is told by the id of what it stands at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from scanner.declare.index import Index
from scanner.declare.live import Child
from scanner.model.known import Json
from scanner.model.snapshot import Dialect, Document

if TYPE_CHECKING:
    from scanner.declare.decl import TypeDecl

_EXTENDS = "/providers/"
_PLACES = re.compile(r"\{subscription\}|\{resource group\}", re.I)
"""Parts of ids that are open in every template, and the same for all of it."""


@cache
def _kind(suffix: str, within: str, parent: str) -> str:
    return Child(suffix, put="", api="", within=within).kind(parent)


def slots(decl: TypeDecl, doc: Document) -> Iterator[Child]:
    """Children that a template may declare beside the resource."""
    for put in decl.children if doc.dialect is Dialect.ARM else ():
        yield from slot(put, decl, doc)


def slot(put: str, decl: TypeDecl, doc: Document) -> tuple[Child, ...]:
    """Those that stand under one key."""
    return decl.children.get(put, ()) if doc.dialect is Dialect.ARM and put not in doc.body else ()


def filled(child: Child, decl: TypeDecl, doc: Document, index: Index) -> list[Json]:
    """Bodies of the children of a resource in the same file: a list, of one at most for a child that has a fixed name."""
    kind = _kind(child.suffix, child.within, decl.type)
    if _EXTENDS in child.suffix:
        return [dict(other.body) for at in _scopes(child, doc) for other in index.extending(doc.bundle, kind, at)]
    below = _below(child, doc)
    parent = below if child.many else below[:-1]
    return [dict(other.body) for other in index.children(doc.bundle, kind, "/".join(parent)) if child.many or _name(other) == below]


def stray(child: Child, decl: TypeDecl, doc: Document, index: Index) -> Document | None:
    """A child in the same file whose parent cannot be told, so that it may be one of this resource: parts of names in braces are open."""
    kind = _kind(child.suffix, child.within, decl.type)
    if _EXTENDS in child.suffix:
        return next((other for other in index.in_bundle(doc.bundle, kind) if "{" in _PLACES.sub("", _scope(other)) and not index.with_id(doc.bundle, _scope(other))), None)
    return next((other for parent, other in index.orphans(doc.bundle, kind, decl.type, len(_name(doc))) if "{" in f"{parent}{doc.ref.name}"), None)


def _scopes(child: Child, doc: Document) -> Iterator[str]:
    """Ids at which an extension says something about the resource: its own, and for what is shared those above it."""
    id = f"{doc.body.get('id', '')}{child.suffix.split(_EXTENDS)[0]}".lower()
    if doc.body.get("id"):
        yield id
    parts = id.split("/")
    for n in range(len(parts) - 1, 2, -1) if child.shared and doc.body.get("id") else ():
        yield "/".join(parts[:n])


def _scope(doc: Document) -> str:
    return str(doc.body.get("id", "")).lower().rpartition(_EXTENDS)[0]


def _below(child: Child, doc: Document) -> list[str]:
    """Names on the way to the child: `server/database` and, for `/transparentDataEncryption/current`, `current`."""
    return [*_name(doc), *(part.lower() for part in child.suffix.strip("/").split("/")[1::2])]


def _name(doc: Document) -> list[str]:
    return doc.ref.name.lower().split("/")


__all__ = ["filled", "slot", "slots", "stray"]
