"""Readers made of readers: proven by any of its parts, all places of several, one a dialect, and one that asks the parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from scanner.declare.path import Seen
from scanner.declare.readers import Kind, NotApplicable, Reader, follow
from scanner.declare.terraform import PARENT
from scanner.declare.view import NotShown, Spec, View, Where
from scanner.model.known import Fact, Json, Known, Reason, Source, Unknown
from scanner.model.place import Confidence, Place
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.said import say
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
    return AnyOf(_all_paths(parts), parts)


def _all_paths(parts: tuple[Reader[Any], ...]) -> Where:
    given = {dialect: tuple(path for part in parts for path in part.where.paths(dialect)) for dialect in Dialect}
    return Where(given[Dialect.LIVE] or None, given[Dialect.CLOUDFORMATION] or None, given[Dialect.ARM] or None, given[Dialect.TERRAFORM] or None)


@dataclass(frozen=True)
class _Several(Reader[T], Generic[T]):
    """Base of what asks several readers."""

    parts: tuple[Reader[Any], ...]

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        return tuple(pair for part in self.parts for pair in part.references(dialect))

    def named(self, kind: str, ref: Ref, value: str) -> str:
        found = (part.named(kind, ref, value) for part in self.parts if kind in {k for k, _ in part.references(Dialect.LIVE)})
        return next((name for name in found if name), "")


@dataclass(frozen=True)
class Together(_Several[tuple[Place, ...]]):
    """Places of several readers. A part that is not known stands among them as a place that is not known, so that it hides
    none of the others; only where nothing at all is known the whole is unknown."""

    def read(self, view: View) -> Fact[tuple[Place, ...]]:
        got = [part.read(view) for part in self.parts]
        lost = [one for one in got if isinstance(one, Unknown)]
        if lost and not any(isinstance(one, Known) and one.value for one in got):
            return lost[0]
        places: list[Place] = []
        sources: list[Source] = []
        for one in got:
            places += (Place("", None, Confidence.UNDETERMINED, "", one.reason, one.detail),) if isinstance(one, Unknown) else one.value
            sources += one.sources
        return Known(tuple(dict.fromkeys(places)), tuple(dict.fromkeys(sources)))


def together(*parts: Reader[tuple[Place, ...]]) -> Together:
    """`together(regions(…), arns(…))`: copies that are named in several ways, or by several calls."""
    return Together(_all_paths(parts), parts)


@dataclass(frozen=True)
class FirstProven(_Several[T]):
    """The first part that proves enough; where none does, all parts have to be known."""

    proves: Callable[[T], bool]

    def read(self, view: View) -> Fact[T]:
        got: list[Fact[T]] = []
        for part in self.parts:
            one: Fact[T] = part.read(view)
            if isinstance(one, Known) and self.proves(one.value):
                return one
            got.append(one)
        return next((one for one in got if isinstance(one, Unknown)), got[0])


def first_proven(proves: Callable[[Any], bool], *parts: Reader[Any]) -> FirstProven[Any]:
    """`first_proven(lambda backups: backups.enabled, derive(…), derive(…))`: backed up by its own service, or by another one."""
    return FirstProven(_all_paths(parts), parts, proves)


@dataclass(frozen=True)
class Applying(_Several[T]):
    """The first part that applies to the resource; where none does, the fact does not."""

    def read(self, view: View) -> Fact[T]:
        found = [part for part in self.parts if part.where.spec(view.doc.dialect) is not None]
        if not found:
            return Unknown(Reason.UNSUPPORTED, say("{type} has no declared path for {dialect}", type=view.decl.type, dialect=view.doc.dialect.value))
        for part in found[:-1]:
            try:
                got: Fact[T] = part.read(view)
                return got
            except NotApplicable:
                continue
        last: Fact[T] = found[-1].read(view)
        return last


def applying(*parts: Reader[Any]) -> Applying[Any]:
    """`applying(of(…, absent=NotApplicable(…)), of(…))`: of the cluster that an instance belongs to, else of its own parameter group."""
    return Applying(_all_paths(parts), parts)


@dataclass(frozen=True)
class PerDialect(_Several[T]):
    """A reader of its own for the live cloud, another one for templates."""

    def read(self, view: View) -> Fact[T]:
        found = next((part for part in self.parts if part.where.spec(view.doc.dialect) is not None), None)
        if view.doc.dialect is Dialect.TERRAFORM:  # whichever part reads what its type maps
            found = next((part for part in self.parts if not isinstance(view.spec(part.where), NotShown)), found)
        if found is None:
            return Unknown(Reason.UNSUPPORTED, say("{type} has no declared path for {dialect}", type=view.decl.type, dialect=view.doc.dialect.value))
        got: Fact[T] = found.read(view)
        return got


def per_dialect(*parts: Reader[Any]) -> PerDialect[Any]:
    """`per_dialect(of(…, live=…), derive(…, cfn=…))`: the first part that declares the dialect answers."""
    return PerDialect(_all_paths(parts), parts)


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


def parent_of(view: View) -> Json:
    """Id of the parent in the live cloud, its name in a template, what the child says of it in Terraform."""
    ref = view.doc.ref
    if view.doc.dialect is Dialect.TERRAFORM:
        return view.doc.body.get(PARENT, "")
    return ref.name.rpartition("/")[0] if view.doc.file else "/".join(ref.id.split("/")[:-2])


def of_parent(target: str, fact: Kind, field: str, *, own: Callable[[Json], Any] = lambda value: value, live: Spec = None, arm: Spec = None) -> OfParent[Any]:
    """`of_parent("Microsoft.Sql/servers", KeyCustody, "holder", arm="properties.encryptionProtector", own=…)`."""
    return OfParent(Where(live, None, arm, None), target, fact, field, own)


__all__ = ["AnyOf", "Applying", "FirstProven", "OfParent", "PerDialect", "Together", "any_of", "applying", "first_proven", "of_parent", "parent_of", "per_dialect", "together"]
