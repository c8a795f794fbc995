"""Keep of a document only what some declaration reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from scanner.declare.decl import TypeDecl
from scanner.declare.path import ANY_KEY
from scanner.model.known import Json
from scanner.model.snapshot import Dialect, Document


def trim(body: Mapping[str, Json], keep: Iterable[tuple[str, ...]]) -> dict[str, Json]:
    """`body` without the members that lie on none of the key paths. Lists are walked through."""
    trimmed = _cut(dict(body), _tree(keep if isinstance(keep, frozenset) else frozenset(keep)))
    return trimmed if isinstance(trimmed, dict) else {}


@cache
def _tree(keep: frozenset[tuple[str, ...]]) -> Mapping[str, object]:
    """The paths as a tree; made once for all documents of a type."""
    tree: dict[str, object] = {}
    for path in keep:
        _grow(tree, path)
    return tree


_WHOLE = "\0whole"


def _both(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """What either tree keeps: a key may be meant by its name and by `*`."""
    joined: dict[str, object] = {**one, **other}
    for key in one.keys() & other.keys():
        left, right = one[key], other[key]
        if isinstance(left, dict) and isinstance(right, dict):
            joined[key] = _both(left, right)
    return joined


def _grow(tree: dict[str, object], path: tuple[str, ...]) -> None:
    for key in path:
        branch = tree.setdefault(key, {})
        tree = branch if isinstance(branch, dict) else tree
    tree[_WHOLE] = True


def _cut(value: Json, tree: Mapping[str, object]) -> Json:
    if _WHOLE in tree:
        return value
    if isinstance(value, list):
        return [_cut(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    if "$unresolved" in value or "$ref" in value:  # a template's marks stand for the value itself
        return value
    kept: dict[str, Json] = {}
    for key, inner in value.items():
        branches = [branch for branch in (tree.get(key), tree.get(ANY_KEY)) if isinstance(branch, dict)]
        if branches:
            kept[key] = _cut(inner, branches[0] if len(branches) == 1 else _both(*branches))
    return kept


def trim_template(doc: Document, decls: Mapping[str, TypeDecl]) -> Document:
    """A template's document with only what declarations read of it, and of it as a satellite of another: what nobody
    reads, a password under an innocent name among it, never reaches a snapshot."""
    keep = _template_keep(doc.ref.type, doc.dialect, decls)
    roots = {path[0] for path in keep}
    lines = {path: line for path, line in doc.lines.items() if not path or re.split(r"[.\[]", path, maxsplit=1)[0] in roots}
    return replace(doc, body=trim(doc.body, keep), lines=lines)


def _template_keep(kind: str, dialect: Dialect, decls: Mapping[str, TypeDecl]) -> frozenset[tuple[str, ...]]:
    own = decls.get(kind)
    keep = set(own.keep(dialect)) if own else set()
    keep |= {(name,) for join in (own.joins_of(dialect) if own else ()) for name in join.owner_names}
    for owner in decls.values():
        for join in owner.joins_of(dialect):
            if join.type == kind:
                keep |= {(join.on,), *(path[1:] for path in owner.keep(dialect) if path[0] == join.put and len(path) > 1)}
    return frozenset(keep)


def jsonable(value: object) -> Json:
    """Dates as RFC 3339, bytes left out, everything else as JSON knows it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): jsonable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [jsonable(item) for item in value]
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.replace("+00:00", "Z")
    if isinstance(value, (bytes, bytearray)):
        return f"({len(value)} bytes)"
    return str(value)
