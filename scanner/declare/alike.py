"""Resources that say the same are read once: files of thousands hold few that differ. Pure.

Shared are facts that follow from the document alone, and do not speak of its name; `Resource.lower` keeps the lines of each resource."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scanner.declare.decl import TypeDecl
from scanner.declare.index import Index
from scanner.declare.logic import OfParent
from scanner.declare.path import REFERENCE, UNRESOLVED
from scanner.declare.slots import slots
from scanner.declare.terraform import NAMES
from scanner.model.known import Fact
from scanner.model.snapshot import Dialect, Document

_encode = json.JSONEncoder(sort_keys=True).encode
Facts = Mapping[type, Fact[Any]]


class Alike:
    """Facts by what they follow from."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._known: dict[tuple[object, ...], tuple[int, Facts]] = {}
        self._sole: dict[tuple[str, str, Dialect], bool] = {}
        self._roots: dict[tuple[str, Dialect], frozenset[str] | None] = {}

    def key(self, doc: Document, decl: TypeDecl | None) -> tuple[object, ...] | None:
        """What the facts of a document follow from; None where more than the document says it."""
        if decl is None or doc.reference:
            return None
        if doc.dialect is Dialect.TERRAFORM:
            if len(doc.lines) > 1:
                return None
            return (doc.ref.type, doc.ref.account, doc.ref.region, doc.bundle, doc.lines.get(""), _encode({k: v for k, v in doc.body.items() if k != NAMES}))
        roots = self._read(decl, doc.dialect) if doc.dialect in (Dialect.CLOUDFORMATION, Dialect.ARM) else None
        if roots is None or UNRESOLVED in doc.body or not self._alone(doc, decl):
            return None
        body = _encode({key: value for key, value in doc.body.items() if key in roots})
        if f'"{REFERENCE}"' in body or f'"{UNRESOLVED}"' in body or "/providers/" in body:  # what is referred to, or why not, is another matter
            return None
        start = doc.lines.get("", 0)
        lines = tuple((path, line - start) for path, line in doc.lines.items())
        return (doc.ref.type, doc.ref.account, doc.ref.region, doc.bundle, doc.file, body, lines)

    def find(self, key: tuple[object, ...], doc: Document) -> tuple[Facts, int] | None:
        """The facts of a resource like this one, and how many lines further up it stands."""
        found = self._known.get(key)
        return (found[1], doc.lines.get("", 0) - found[0]) if found is not None else None

    def keep(self, key: tuple[object, ...], doc: Document, facts: Facts) -> None:
        """Remember facts, unless they speak of the name."""
        if doc.ref.name not in repr(facts):
            self._known[key] = (doc.lines.get("", 0), facts)

    def _read(self, decl: TypeDecl, dialect: Dialect) -> frozenset[str] | None:
        """First keys of the paths that are read; None where the resource that it is a part of is asked too."""
        at = (decl.type, dialect)
        if at not in self._roots:
            asks_parent = any(isinstance(reader, OfParent) for given in decl.facts for reader in given.readers)
            self._roots[at] = None if asks_parent else frozenset(path[0] for path in decl.keep(dialect) if path)
        return self._roots[at]

    def _alone(self, doc: Document, decl: TypeDecl) -> bool:
        """Whether nothing else in the file says something about resources of the type."""
        at = (doc.bundle, decl.type, doc.dialect)
        if at not in self._sole:
            others = [join.type for join in decl.joins_of(doc.dialect)] + [child.kind(decl.type) for child in slots(decl, doc)]
            self._sole[at] = not any(self.index.in_bundle(doc.bundle, kind) for kind in others)
        return self._sole[at]


__all__ = ["Alike"]
