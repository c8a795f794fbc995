"""Documents of ARM templates spelled as declarations spell them. Azure takes types and properties in upper or lower case:
read letter by letter, `SupportsHttpsTrafficOnly: false` would be an absence, and its default a pass. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from scanner.declare.catalogue import outlines
from scanner.declare.decl import TypeDecl, provider_of
from scanner.declare.path import REFERENCE, UNRESOLVED
from scanner.model.known import Json
from scanner.model.snapshot import Dialect, Document


def names_of(decls: Mapping[str, TypeDecl]) -> Mapping[str, str]:
    """Types of Azure as declared, by their name in lower case: subjects, and children that fill their slots."""
    azure = {name: outline for name, outline in outlines(decls).items() if provider_of(name) == "azure"}
    children = (kind for outline in azure.values() for kind in outline.children)
    return {kind.lower(): kind for kind in (*children, *azure)}


def typed(doc: Document, names: Mapping[str, str]) -> Document:
    """The document under the declared name of its type."""
    kind = names.get(doc.ref.type.lower(), doc.ref.type) if doc.dialect is Dialect.ARM else doc.ref.type
    return doc if kind == doc.ref.type else replace(doc, ref=replace(doc.ref, type=kind))


def spelled(body: Mapping[str, Json], keep: frozenset[tuple[str, ...]]) -> dict[str, Json]:
    """A body with the keys that declared paths lead through spelled like them. What is given in two spellings is not known."""
    found = _spelled(dict(body), _tree(keep))
    return found if isinstance(found, dict) else {}


def _spelled(value: Json, tree: Mapping[str, Mapping[str, object]]) -> Json:
    if isinstance(value, list):
        return [_spelled(item, tree) for item in value]
    if not isinstance(value, dict) or not tree or UNRESOLVED in value or REFERENCE in value:
        return value
    found: dict[str, Json] = {}
    for key, inner in value.items():
        declared = tree.get(key.lower())
        name = str(declared["name"]) if declared else key
        below = declared["below"] if declared else {}
        if name in found:
            found[name] = {UNRESOLVED: f"{name} is given in more than one spelling"}
        else:
            found[name] = _spelled(inner, below if isinstance(below, dict) else {})
    return found


@cache
def _tree(keep: frozenset[tuple[str, ...]]) -> dict[str, Mapping[str, object]]:
    """The declared keys by lower case: how each is spelled, and what lies below it."""
    heads: dict[str, tuple[str, set[tuple[str, ...]]]] = {}
    for path in sorted(keep):
        if path:
            heads.setdefault(path[0].lower(), (path[0], set()))[1].add(path[1:])
    return {lower: {"name": name, "below": _tree(frozenset(rest for rest in below if rest))} for lower, (name, below) in heads.items()}


__all__ = ["names_of", "spelled", "typed"]
