"""Facts of templates that follow from the same words are read once: files of thousands of resources hold few that differ. Pure.

Shared are facts that follow from the document alone, and do not speak of its name. Their evidence stands at
lines counted from the first of the resource, and `Resource.lower` says where that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.declare.decl import FactDecl, TypeDecl
from scanner.declare.index import Index
from scanner.declare.interpret import read_fact
from scanner.declare.logic import OfParent
from scanner.declare.path import REFERENCE, UNRESOLVED, roots
from scanner.declare.readers import NotApplicable
from scanner.declare.slots import slots
from scanner.declare.terraform import NAMES
from scanner.declare.view import View
from scanner.model.known import Fact, moved
from scanner.model.snapshot import Dialect, Document

Facts = Mapping[type, Fact[Any]]
_Key = tuple[object, ...]
_APART = (REFERENCE, UNRESOLVED, "/providers/")
"""In a value: what is referred to, or why it is not known, is another matter."""


class Alike:
    """Facts by what they follow from."""

    def __init__(self, index: Index, decls: Mapping[str, TypeDecl]) -> None:
        self._index, self._decls = index, decls
        self._whole: dict[_Key, Facts] = {}
        self._parts: dict[_Key, Fact[Any] | None] = {}
        self._sole: dict[tuple[str, str, Dialect], bool] = {}
        self._roots: dict[tuple[str, Dialect], frozenset[str]] = {}
        self._read: dict[tuple[str, Dialect], tuple[tuple[FactDecl, tuple[str, ...] | None], ...]] = {}

    def facts(self, doc: Document, decl: TypeDecl) -> tuple[Facts, int] | None:
        """The facts of a resource, and how much lower their lines are; None where more than the document says them."""
        start = doc.lines.get("", 0)
        where = (doc.ref.type, doc.dialect, doc.ref.account, doc.ref.region, doc.bundle, doc.file)
        if doc.dialect is Dialect.TERRAFORM:
            if len(doc.lines) > 1:
                return None
            key: _Key = (where, repr([item for item in doc.body.items() if item[0] != NAMES]))
            found = self._whole.get(key)
            if found is None:
                view = View(doc, self._index, decl, self._decls)
                read = [(declared, self._fact(declared, view, start)) for declared in decl.facts]
                found = {declared.fact: fact for declared, fact in read if fact is not None}
                if not any(_own(fact, doc, start) for fact in found.values()):
                    self._whole[key] = found
            return found, start
        if doc.dialect not in (Dialect.CLOUDFORMATION, Dialect.ARM) or UNRESOLVED in doc.body or not self._alone(doc, decl):
            return None
        known = self._known(decl, doc.dialect)
        key = (where, repr([item for item in doc.body.items() if item[0] in known]), *doc.lines, *[line - start for line in doc.lines.values()])
        found = self._whole.get(key)
        if found is None:
            found, shared = self._by_part(doc, decl, where, start)
            if shared:
                self._whole[key] = found
        return found, start

    def _by_part(self, doc: Document, decl: TypeDecl, where: _Key, start: int) -> tuple[Facts, bool]:
        """The facts, each shared with resources that say the same about it, and whether all of them may be."""
        view = View(doc, self._index, decl, self._decls)
        texts = {root: repr(value) for root, value in doc.body.items()}
        lines: dict[str, list[tuple[str, int]]] = {}
        for path, line in doc.lines.items():
            lines.setdefault(path.partition(".")[0].partition("[")[0], []).append((path, line - start))
        facts: dict[type, Fact[Any]] = {}
        whole = True
        for declared, read in self._reads(decl, doc.dialect):
            key = (where, declared.fact, *[(texts.get(root), *lines.get(root, ())) for root in read]) if read is not None else None
            if key is None or any(word in texts[root] for root in read or () if root in texts for word in _APART):
                fact, whole = self._fact(declared, view, start), False
            elif key in self._parts:
                fact = self._parts[key]
            else:
                fact = self._fact(declared, view, start)
                if fact is not None and _own(fact, doc, start):
                    whole = False
                else:
                    self._parts[key] = fact
            if fact is not None:
                facts[declared.fact] = fact
        return facts, whole

    def _fact(self, declared: FactDecl, view: View, start: int) -> Fact[Any] | None:
        try:
            fact = read_fact(declared, view)
        except NotApplicable:
            return None
        return moved(fact, -start) if start else fact

    def _reads(self, decl: TypeDecl, dialect: Dialect) -> tuple[tuple[FactDecl, tuple[str, ...] | None], ...]:
        """First keys that each fact reads; None where the resource that it is a part of is asked too."""
        at = (decl.type, dialect)
        if at not in self._read:
            self._read[at] = tuple(
                (declared, None if any(map(_asks_parent, declared.readers)) else tuple(sorted({root for path in declared.paths(dialect) for root in roots(path)})))
                for declared in decl.facts
            )
        return self._read[at]

    def _known(self, decl: TypeDecl, dialect: Dialect) -> frozenset[str]:
        """First keys that any fact reads."""
        at = (decl.type, dialect)
        if at not in self._roots:
            self._roots[at] = frozenset(path[0] for path in decl.keep(dialect) if path)
        return self._roots[at]

    def _alone(self, doc: Document, decl: TypeDecl) -> bool:
        """Whether nothing else in the file says something about resources of the type."""
        at = (doc.bundle, decl.type, doc.dialect)
        if at not in self._sole:
            others = [join.type for join in decl.joins_of(doc.dialect)] + [child.kind(decl.type) for child in slots(decl, doc)]
            self._sole[at] = not any(self._index.in_bundle(doc.bundle, kind) for kind in others)
        return self._sole[at]


def _asks_parent(reader: object) -> bool:
    return isinstance(reader, OfParent) or any(map(_asks_parent, getattr(reader, "parts", ())))


def _own(fact: Fact[Any], doc: Document, start: int) -> bool:
    """Whether a fact is this resource's alone: it speaks of its name, or was read from other lines too."""
    if any(source.line is not None and (source.file != doc.file or source.line + start not in doc.lines.values()) for source in fact.sources):
        return True
    return any(doc.ref.name in text for text in _texts(fact))


def _texts(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.items():
            yield from _texts(inner)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for inner in value:
            yield from _texts(inner)
    elif names := getattr(type(value), "__record__", None):
        for name in names:
            yield from _texts(getattr(value, name))
    elif value is not None and not isinstance(value, (bool, int, float)):
        yield repr(value)


__all__ = ["Alike"]
