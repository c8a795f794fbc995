"""One document seen through its dialect: values with their evidence, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING

from scanner.declare.index import Index
from scanner.declare.path import Seen, Unresolved, compile_path, roots, within
from scanner.declare.slots import filled, slot, stray
from scanner.declare.terraform import KIND, Shape
from scanner.model.known import Json, Origin, Reason, Source, Unknown
from scanner.model.record import dataclass
from scanner.model.said import say
from scanner.model.snapshot import Call, Dialect, Document, refused

if TYPE_CHECKING:
    from scanner.declare.decl import TypeDecl
    from scanner.declare.live import Child


class NotShown:
    """Marks a dialect that cannot show a value: reading it gives Unknown(unsupported), never a default."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __call__(self, why: str) -> NotShown:
        """The same with a reason of its own."""
        return NotShown(why)

    def __repr__(self) -> str:
        return f"NOT_SHOWN({self.why!r})"


NOT_SHOWN = NotShown(say("this source does not show it"))


class Apart(NotShown):
    """Marks what a template shows by resources of their own: read as the live body is where the template holds them, and
    not shown where it does not (another template may, or the service decides)."""

    def __call__(self, why: str) -> Apart:
        return Apart(why)


#: What a declaration gives for a dialect: a path, several, or that it does not show.
Spec = str | tuple[str, ...] | NotShown | None


@dataclass(frozen=True, slots=True)
class Where:
    """The paths of one value, by dialect."""

    live: Spec = None
    cfn: Spec = None
    arm: Spec = None
    tf: Spec = None

    def spec(self, dialect: Dialect) -> Spec:
        """What is declared for a dialect. Live Azure bodies have the shape of ARM templates: one path serves both."""
        match dialect:
            case Dialect.LIVE | Dialect.PROBE:
                return self.live if self.live is not None else self.arm
            case Dialect.CLOUDFORMATION:
                return self.cfn
            case Dialect.ARM:
                return self.live if isinstance(self.arm, Apart) else self.arm
            case Dialect.TERRAFORM:  # resources of Terraform are read in the shape that templates give the same thing
                return next((spec for spec in (self.tf, self.cfn, self.arm) if spec is not None and not isinstance(spec, NotShown)), self.tf or self.cfn or self.arm)

    def paths(self, dialect: Dialect) -> tuple[str, ...]:
        spec = self.spec(dialect)
        if isinstance(spec, str):
            return (spec,)
        return spec if isinstance(spec, tuple) else ()


@dataclass(frozen=True)
class View:
    """What a reader gets to see of a document."""

    doc: Document
    index: Index
    decl: TypeDecl
    decls: Mapping[str, TypeDecl]
    depth: int = 0
    """How many references were followed to get here."""
    _seen: dict[str, tuple[Seen, ...] | Unknown] = field(default_factory=dict, repr=False)
    _parts: dict[str, Unknown | None] = field(default_factory=dict, repr=False)
    """For live documents: why a part is not there, by its key; None where it is."""
    _shown: dict[str, Source] = field(default_factory=dict, repr=False)
    """Evidence by path: what several facts were read from is the same piece."""

    def read(self, where: Where) -> tuple[tuple[Seen, ...], ...] | Unknown:
        """For each declared path the values found; empty where absent. Unknown if any of them cannot be told."""
        spec = self.spec(where)
        if isinstance(spec, NotShown):
            return Unknown(Reason.UNSUPPORTED, spec.why, (self.source(Seen("", None)),))
        if spec is None:
            return Unknown(Reason.UNSUPPORTED, say("{type} has no declared path for {dialect}", type=self.decl.type, dialect=self.doc.dialect.value))
        if self.doc.dialect is Dialect.ARM and isinstance(where.arm, Apart) and self._apart(where) is False:
            return Unknown(Reason.UNSUPPORTED, where.arm.why, (self.source(Seen("", None)),))
        if type(spec) is str:
            only = self.at(spec)
            return only if isinstance(only, Unknown) else (only,)
        found: list[tuple[Seen, ...]] = []
        for path in spec:
            got = self.at(path)
            if isinstance(got, Unknown):
                return got
            found.append(got)
        return tuple(found)

    def _apart(self, where: Where) -> bool:
        """Whether the template holds what is read from resources of their own, or may hold it."""
        wanted = {root for path in where.paths(self.doc.dialect) for root in roots(path)}
        here = [child for put in wanted for child in slot(put, self.decl, self.doc)]
        return any(self._slot(child) is not None or stray(child, self.decl, self.doc, self.index) for child in here) or any(
            child.put in wanted and child.put in self.doc.body for child in self.decl.details
        )

    def spec(self, where: Where) -> Spec:
        """What is declared for the dialect of the document. From Terraform only what its types map is read: the rest is not absent."""
        dialect = self.doc.dialect
        if dialect is not Dialect.TERRAFORM:
            return where.spec(dialect)
        shape = self.shape
        if shape is None:
            return NotShown(say("{type} is not read from Terraform", type=self.decl.type))
        said = where.cfn if self.decl.provider == "aws" else where.arm
        for spec in (where.tf, said, None if self.decl.provider == "aws" else where.live):
            paths = (spec,) if isinstance(spec, str) else spec if isinstance(spec, tuple) else None
            if paths is not None and all(shape.reads(path) for path in paths):
                return spec
        kind = str(self.doc.body.get(KIND, ""))
        return said if isinstance(said, NotShown) else NotShown(say("not read from {kind}", kind=kind))

    @property
    def shape(self) -> Shape | None:
        """How the type of this document looks in Terraform."""
        return self.decl.shapes.get(str(self.doc.body.get(KIND, "")))

    def written(self, path: str) -> str:
        """A path as its source writes it: Terraform's own names for what was read in the shape of a template."""
        shape = self.shape if path and self.doc.dialect is Dialect.TERRAFORM else None
        return " || ".join(shape.written(part) for part in path.split(" || ")) if shape is not None else path

    def at(self, path: str) -> tuple[Seen, ...] | Unknown:
        """Values at one path, each wholly resolved."""
        got = self._seen.get(path)
        if got is None:
            got = self._seen[path] = self._at(path)
        return got

    def _at(self, path: str) -> tuple[Seen, ...] | Unknown:
        if self.doc.dialect is Dialect.TERRAFORM:  # its shape holds satellites and marks already
            body: Json = self.doc.body if isinstance(self.doc.body, dict) else dict(self.doc.body)
        else:
            for root in _roots(path):
                if root not in self._parts:
                    self._parts[root] = self._lost(root)
                lost = self._parts[root]
                if lost is not None:
                    return lost
            body = self._body(path)
        got = compile_path(path).read(body)
        if isinstance(got, Unresolved):
            return Unknown(got.reason, f"{self.written(got.path)}: {got.why}", (self.source(Seen(got.path, None)),))
        for seen in got:
            why = within(seen.value) if isinstance(seen.value, (dict, list)) else None
            if why is not None:
                return Unknown(Reason.UNRESOLVED, f"{self.written(seen.path)}: {why}", (self.source(Seen(seen.path, None)),))
        return got

    def _body(self, path: str) -> Json:
        if self.doc.dialect is Dialect.ARM:
            wanted = [child for put in roots(path) for child in slot(put, self.decl, self.doc)] if self.decl.children else []
            return {**self.doc.body, **{child.put: body for child in wanted if (body := self._slot(child)) is not None}}
        joined = roots(path) & self.decl.join_names if self.decl.joins and self.doc.dialect is Dialect.CLOUDFORMATION else None
        if not joined:
            return self.doc.body if isinstance(self.doc.body, dict) else dict(self.doc.body)
        return {**self.doc.body, **{j.put: [dict(d.body) for d in self.joined(j.put)] for j in self.decl.joins if j.put in joined}}

    def _slot(self, child: Child) -> Json:
        """What stands in the slot of a child: the children in the template, else what a new resource has; None: nothing is said."""
        found = filled(child, self.decl, self.doc, self.index)
        if not found:
            return child.new
        return [*found] if child.many else found[0]

    def joined(self, put: str) -> tuple[Document, ...]:
        """Satellites of this resource in the same file (a bucket's policy)."""
        return tuple(
            doc for join in self.decl.joins_of(self.doc.dialect) if join.put == put
            for doc in self.index.of_type(join.type) if doc.file == self.doc.file and join.names(doc, self.doc) is True
        )  # fmt: skip

    def _lost(self, root: str) -> Unknown | None:
        """Why a part of the document is not there, when the look for it failed or was not made."""
        if self.doc.dialect not in (Dialect.LIVE, Dialect.PROBE):
            return self._stray(root)
        if root not in self.decl.parts:
            call = self.index.calls.get(self.doc.calls.get("", ""))
            if call is not None and call.types and call.pages:
                return None  # a listing that broke off: what its answered pages showed was read; the rest is a gap subject
            return self._failed(self.doc.calls.get(""))
        if root not in self.doc.calls:
            return Unknown(Reason.NOT_COLLECTED, say("{part} was not read", part=root))
        return self._failed(self.doc.calls[root])

    def _stray(self, root: str) -> Unknown | None:
        """A satellite whose owner cannot be told might be ours."""
        for child in slot(root, self.decl, self.doc):
            other = stray(child, self.decl, self.doc, self.index)
            if other is not None:
                return Unknown(Reason.UNRESOLVED, say("{one} may belong to {other}: its {key} is not resolved", one=other.ref.name, other=self.doc.ref.name, key="name"))
        for join in self.decl.joins_of(self.doc.dialect):
            for doc in self.index.of_type(join.type) if join.put == root else ():
                if doc.file == self.doc.file and join.names(doc, self.doc) is None:
                    return Unknown(Reason.UNRESOLVED, say("{one} may belong to {other}: its {key} is not resolved", one=doc.ref.name, other=self.doc.ref.name, key=join.on))
        return None

    def _failed(self, call_id: str | None) -> Unknown | None:
        call = self.index.calls.get(call_id or "")
        if call is None and call_id:
            return Unknown(Reason.NOT_COLLECTED, say("the snapshot does not hold the call {call} that read this", call=call_id))
        if call is None or call.outcome is None:
            return None
        return Unknown(call.outcome, refused(call), (self.source(Seen("", None), call),))

    def source(self, seen: Seen, call: Call | None = None) -> Source:
        """The evidence for a value."""
        if call is not None:
            return self._source(seen, call)
        made = self._shown.get(seen.path)
        if made is None or made.value is not seen.value:
            made = self._shown[seen.path] = self._source(seen)
        return made

    def _source(self, seen: Seen, call: Call | None = None) -> Source:
        doc = self.doc
        if call is None and doc.dialect is Dialect.LIVE and doc.file is None:
            call = self.index.calls.get(doc.calls.get(seen.path.split(".", 1)[0].split("[", 1)[0], doc.calls.get("", "")))
            return Source(Origin.LIVE, seen.path, _short(seen.value), call.name if call else None, None, self._line(seen.path), call.at if call else None)
        root = seen.path.split(".", 1)[0].split("[", 1)[0] if not call else ""  # a concrete path: its keys may be no JMESPath
        assumed = next((child for child in slot(root, self.decl, doc) if child.cite), None)
        if assumed is not None and not filled(assumed, self.decl, doc, self.index):
            return Source(Origin.PLATFORM, value=f"{seen.path} = {seen.value}: {assumed.cite}", file=doc.file, line=doc.lines.get(""))
        call = call or self.index.calls.get(doc.calls.get(root, doc.calls.get("", "")))
        return Source(
            doc.dialect.origin,
            self.written(seen.path),
            _short(seen.value),
            call.name if call and not doc.file else None,
            doc.file,
            self._line(seen.path),
            call.at if call else None,
        )

    def _line(self, path: str) -> int | None:
        """The nearest line on the way up: a value's own, its parent's, the resource's."""
        lines = self.doc.lines
        if not lines:
            return None
        while path and path not in lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return lines.get(path)


@cache
def _roots(path: str) -> tuple[str, ...]:
    """First keys of a path in order; `@` reads the main body."""
    return tuple(sorted(roots(path))) or ("",)


def _short(value: Json) -> Json:
    """Evidence shows what was seen, not a whole policy."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, (dict, list)):
        return f"({len(value)} {'members' if isinstance(value, dict) else 'items'})"
    return value if not isinstance(value, str) or len(value) <= 300 else value[:297] + "…"
