"""Readers made of readers: one that is proven by any of its parts, and one that asks the parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scanner.declare.path import Seen
from scanner.declare.readers import Kind, Reader, follow
from scanner.declare.view import Spec, View, Where
from scanner.model.known import Fact, Json, Known, Source, Unknown
from scanner.model.record import dataclass
from scanner.model.snapshot import Dialect

T = TypeVar("T")


@dataclass(frozen=True)
class AnyOf(Reader[bool]):
    """True as soon as one part is: what a refused call hides cannot save what another one proves. False needs all parts."""

    parts: tuple[Reader[bool], ...]

    def read(self, view: View) -> Fact[bool]:
        unknown: Unknown | None = None
        sources: list[Source] = []
        for part in self.parts:
            got = part.read(view)
            if isinstance(got, Unknown):
                unknown = unknown or got
            elif got.value:
                return got
            else:
                sources.extend(got.sources)
        return unknown or Known(False, tuple(sources))

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        return tuple(pair for part in self.parts for pair in part.references(dialect))


def any_of(*parts: Reader[bool]) -> AnyOf:
    """`any_of(boolean(…), boolean(…))`: plain HTTP is allowed, or plain FTP is."""
    given = {dialect: tuple(path for part in parts for path in part.where.paths(dialect)) for dialect in Dialect}
    where = Where(given[Dialect.LIVE] or None, given[Dialect.CLOUDFORMATION] or None, given[Dialect.ARM] or None, given[Dialect.TERRAFORM] or None)
    return AnyOf(where, parts)


@dataclass(frozen=True)
class OfParent(Reader[T]):
    """A field of a fact of the resource that this one is a child of, unless it has a value of its own."""

    target: str
    fact: Kind
    field: str
    own: Callable[[Json], T]

    def read(self, view: View) -> Fact[T]:
        got = view.read(self.where) if self.where.spec(view.doc.dialect) is not None else ()
        if isinstance(got, Unknown):
            return got
        for seen in (s for seens in got for s in seens):
            return Known(self.own(seen.value), (view.source(seen),))
        return follow(view, Seen("id", parent_of(view)), self.target, self.fact, self.field)


def parent_of(view: View) -> str:
    """Id of the parent in the live cloud, its name in a template."""
    ref = view.doc.ref
    return ref.name.rpartition("/")[0] if view.doc.file else "/".join(ref.id.split("/")[:-2])


def of_parent(target: str, fact: Kind, field: str, *, own: Callable[[Json], Any] = lambda value: value, live: Spec = None, arm: Spec = None) -> OfParent[Any]:
    """`of_parent("Microsoft.Sql/servers", KeyCustody, "holder", arm="properties.encryptionProtector", own=…)`."""
    return OfParent(Where(live, None, arm, None), target, fact, field, own)


__all__ = ["AnyOf", "OfParent", "any_of", "of_parent", "parent_of"]
