"""Keep of a document only what some declaration reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache

from scanner.declare.catalogue import outlines
from scanner.declare.decl import TypeDecl
from scanner.declare.interpret import declaration
from scanner.declare.live import Child
from scanner.declare.path import ANY_KEY
from scanner.declare.spelling import names_of, spelled, typed
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
    every = tree.get(ANY_KEY)
    for key, inner in value.items():
        branch = tree.get(key)
        if isinstance(branch, dict):
            kept[key] = inner if _WHOLE in branch else _cut(inner, _both(branch, every) if isinstance(every, dict) else branch)
        elif isinstance(every, dict):
            kept[key] = _cut(inner, every)
    return kept


class Trimmer:
    """Keeps of templates what these declarations read; what that is, is worked out once for each type."""

    def __init__(self, decls: Mapping[str, TypeDecl]) -> None:
        self.decls = decls
        self._kept: dict[tuple[str, Dialect], frozenset[tuple[str, ...]]] = {}
        self._heads: dict[frozenset[tuple[str, ...]], frozenset[str]] = {}

    def __call__(self, doc: Document) -> Document:
        """A template's document with only what declarations read of it, and of it as a satellite of another: what nobody
        reads, a password under an innocent name among it, never reaches a snapshot. What is shaped from Terraform holds nothing else."""
        if doc.dialect is Dialect.TERRAFORM:
            return doc
        doc = typed(doc, self._names)
        keep = self._keep(doc.ref.type, doc.dialect)
        body = spelled(doc.body, keep) if doc.dialect is Dialect.ARM else doc.body
        roots = self._roots(keep)
        lines = {path: line for path, line in doc.lines.items() if not path or _head(path) in roots}
        return Document(doc.ref, doc.dialect, trim(body, keep), doc.calls, doc.tags, doc.file, lines, doc.reference, doc.waivers, doc.names)  # `replace` takes ten times as long

    def _roots(self, keep: frozenset[tuple[str, ...]]) -> frozenset[str]:
        if keep not in self._heads:
            self._heads[keep] = frozenset(path[0] for path in keep)
        return self._heads[keep]

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return names_of(self.decls)

    def _keep(self, kind: str, dialect: Dialect) -> frozenset[tuple[str, ...]]:
        if (kind, dialect) not in self._kept:
            self._kept[kind, dialect] = _template_keep(kind, dialect, self.decls)
        return self._kept[kind, dialect]


@lru_cache(maxsize=4096)
def _head(path: str) -> str:
    """The property that a path begins with; resources of a type have the same paths."""
    return path.partition(".")[0].partition("[")[0]


def trim_template(doc: Document, decls: Mapping[str, TypeDecl]) -> Document:
    """As `Trimmer`, for one document."""
    return Trimmer(decls)(doc)


def _template_keep(kind: str, dialect: Dialect, decls: Mapping[str, TypeDecl]) -> frozenset[tuple[str, ...]]:
    own = declaration(kind, decls)
    keep = set(own.keep(dialect)) if own else set()
    keep |= {(name,) for join in (own.joins_of(dialect) if own else ()) for name in join.owner_names}
    for owner in (decls[name] for name, outline in outlines(decls).items() if kind in outline.joins or kind in outline.children):
        for join in owner.joins_of(dialect):
            if join.type == kind:
                keep |= {(join.on,), *(path[1:] for path in owner.keep(dialect) if path[0] == join.put and len(path) > 1)}
        for child in owner.details if dialect is Dialect.ARM and owner.provider == "azure" else ():
            if isinstance(child, Child) and child.kind(owner.type) == kind:
                keep |= {path[1:] for path in owner.keep(dialect) if path[0] == child.put and len(path) > 1}
    return frozenset(keep | {("id",)} if dialect is Dialect.ARM else keep)


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
