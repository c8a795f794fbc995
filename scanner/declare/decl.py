"""A resource type, declared: where it is found, which facts it has, and which it never has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from scanner.declare.live import Child, Detail, Live, Probe, Resolve
from scanner.declare.path import REFERENCE, prefixes, roots, unresolved
from scanner.declare.readers import Always, Kind, Reader
from scanner.declare.terraform import Shape, Tf
from scanner.model.facts import CREDENTIALS, FACTS, GUARDRAILS, ORDERED, OUTFLOWS, POLICIES, PROBED, REACHED, ZONES
from scanner.model.known import Json, Known
from scanner.model.record import dataclass
from scanner.model.snapshot import Dialect, Document

_PROBE = "only a probe of the endpoint shows it: scan its host"
_NO_ZONE = "is no DNS zone"
_NO_SWITCH = "the service has no switch against taking data out"
_NO_POLICY = "is no policy about regions"
_NO_ORDER = "orders no certificate"
_NO_NAMED_POLICY = "names no security policy whose contents are listed"
_NOT_REACHED = "names no TLS endpoint of its own"
_NO_CREDENTIAL = "is no credential of a program"


class DeclarationError(Exception):
    """A declaration that contradicts itself; found at import, named with its type."""


@dataclass(frozen=True)
class FactDecl:
    """One fact of a type: a reader (or a constant) for each of its fields, or one reader for the whole."""

    fact: type
    fields: Mapping[str, Any]
    whole: Reader[Any] | None = None

    @property
    def readers(self) -> tuple[Reader[Any], ...]:
        if self.whole is not None:
            return (self.whole,)
        return tuple(value for value in self.fields.values() if isinstance(value, Reader))

    def paths(self, dialect: Dialect) -> tuple[str, ...]:
        """Every path that the fact reads in a dialect."""
        return tuple(path for reader in self.readers for path in reader.where.paths(dialect))

    @property
    def shown(self) -> bool:
        """Read from something (rather than guaranteed by the platform alone)."""
        return any(not isinstance(reader, Always) for reader in self.readers)

    @cached_property
    def promised(self) -> Known[Any] | None:
        """The fact, where the platform alone says it: the same of every resource of the type."""
        if self.whole is not None or any(type(reader) is not Always for reader in self.readers):
            return None
        values = {name: value.value if isinstance(value, Always) else value for name, value in self.fields.items()}
        sources = dict.fromkeys(source for reader in self.readers if isinstance(reader, Always) for source in reader.known.sources)
        return Known(self.fact(**values), tuple(sources))


def fact(fact: type, whole: Reader[Any] | None = None, /, **fields: Any) -> FactDecl:
    """`fact(AtRest, state=flag(…), algorithm=text(…))`, or `fact(Transit, derive(…))` for the fact as a whole."""
    names = set(getattr(fact, "__dataclass_fields__", {}))
    wrong = set(fields) - names
    if wrong:
        raise DeclarationError(f"{fact.__name__} has no field {', '.join(sorted(wrong))}")
    return FactDecl(fact, fields, whole)


@dataclass(frozen=True)
class Join:
    """A satellite of a template: a resource of its own that says something about this one."""

    type: str
    on: str
    """Property of the satellite that names its owner."""
    put: str
    """The owner's paths find the satellites' properties under this key, as a list."""
    dialect: Dialect = Dialect.CLOUDFORMATION

    @property
    def owner_names(self) -> tuple[str, ...]:
        """Properties of the owner by which a satellite may name it instead of its logical id."""
        return ("BucketName", f"{self.on}Name", f"{self.on.removesuffix('s')}Name")

    def names(self, satellite: Document, owner: Document) -> bool | None:
        """Whether the satellite belongs to the owner, or to several it is one of; None when that cannot be told."""
        value = satellite.body.get(self.on)
        if unresolved(value) is not None or (value is None and unresolved(dict(satellite.body)) is not None):
            return None
        found = [self._is(one, owner) for one in (value if isinstance(value, list) else [value])]
        return True if True in found else None if None in found else False

    def _is(self, value: Json, owner: Document) -> bool | None:
        if isinstance(value, Mapping) and REFERENCE in value:
            return value[REFERENCE] == owner.ref.name
        if unresolved(value) is not None:
            return None
        names = [owner.body.get(key, owner.ref.name) for key in self.owner_names]
        if any(unresolved(name) is not None for name in names):
            return None
        own = {owner.ref.name, *map(str, names)}
        return isinstance(value, str) and re.split(r"[:/]", value)[-1] in own  # a bare name, or the URL of a queue, the ARN of a topic


@dataclass(frozen=True)
class TypeDecl:
    """Everything Houvast knows about reading one resource type."""

    type: str
    """CloudFormation or ARM name; `TLS::Endpoint`; `Namespace/*` stands for types without a declaration."""
    live: Live | None
    facts: tuple[FactDecl, ...]
    never: Mapping[Kind, str] = field(default_factory=dict)
    """Facts that do not apply, each with the reason."""
    cloudformation: bool = True
    """False: cannot be made by a CloudFormation template."""
    terraform: tuple[Tf, ...] = ()
    """What Terraform calls it, and which other resources of Terraform say something about it."""
    details: tuple[Detail, ...] = ()
    joins: tuple[Join, ...] = ()
    resolve: Resolve | None = None
    skip: str = ""
    """Path; an item for which it yields a true value is not a subject (`master` databases)."""

    def __post_init__(self) -> None:
        given = [f.fact for f in self.facts]
        if self.provider != "tls":
            object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in PROBED if kind not in given), _PROBE), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in ZONES if kind not in given), _NO_ZONE), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in OUTFLOWS if kind not in given), _NO_SWITCH), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in GUARDRAILS if kind not in given), _NO_POLICY), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in CREDENTIALS if kind not in given), _NO_CREDENTIAL), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in REACHED if kind not in given), _NOT_REACHED), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in ORDERED if kind not in given), _NO_ORDER), **self.never})
        object.__setattr__(self, "never", {**dict.fromkeys((kind for kind in POLICIES if kind not in given), _NO_NAMED_POLICY), **self.never})
        for kind in given:
            if given.count(kind) > 1 or kind in self.never:
                raise DeclarationError(f"{self.type} declares {kind.__name__} twice")
        missing = [kind.__name__ for kind in FACTS if kind not in given and kind not in self.never]
        if missing:
            raise DeclarationError(f"{self.type} neither declares nor excuses {', '.join(missing)}")

    @property
    def provider(self) -> str:
        """`aws`, `azure` or `tls`, by the spelling of the type."""
        return provider_of(self.type)

    def given(self, kind: Kind) -> FactDecl | None:
        """The declaration of a fact; None when it never applies."""
        return self._by_fact.get(kind)

    @cached_property
    def _by_fact(self) -> Mapping[Kind, FactDecl]:
        return {f.fact: f for f in self.facts}

    @cached_property
    def parts(self) -> frozenset[str]:
        """Keys under which the answers of further calls stand in a live document."""
        return frozenset(d.put for d in self.details) | frozenset(self.live.parts if isinstance(self.live, Probe) else ())

    @cached_property
    def children(self) -> Mapping[str, tuple[Child, ...]]:
        """Parts that are resources of their own, by the keys under which they stand."""
        found: dict[str, tuple[Child, ...]] = {}
        for detail in self.details:
            if isinstance(detail, Child):
                found[detail.put] = (*found.get(detail.put, ()), detail)
        return found

    @cached_property
    def join_names(self) -> frozenset[str]:
        return frozenset(join.put for join in self.joins)

    def joins_of(self, dialect: Dialect) -> tuple[Join, ...]:
        return tuple(join for join in self.joins if join.dialect is dialect)

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """By Terraform type: how this type looks there, satellites included."""
        satellites = tuple(one for one in self.terraform if one.on)
        return {one.name: Shape(one, satellites) for one in self.terraform if not one.on}

    def dialects(self) -> tuple[Dialect, ...]:
        """The dialects in which this type can be read."""
        if self.provider == "tls":
            return (Dialect.PROBE,)
        terraform = (Dialect.TERRAFORM,) if self.terraform else ()
        if self.provider == "azure":
            return (Dialect.LIVE, Dialect.ARM, *terraform)
        return (Dialect.LIVE, Dialect.CLOUDFORMATION, *terraform) if self.cloudformation else (Dialect.LIVE, *terraform)

    def details_for(self, facts: frozenset[Kind]) -> tuple[Detail, ...]:
        """The further calls that these facts need, and those which a needed call itself builds on."""
        wanted = {root for f in self.facts if f.fact in facts for path in f.paths(Dialect.LIVE) for root in roots(path)}
        by_put = {d.put: d for d in self.details}
        for detail in reversed(self.details):
            if detail.put in wanted:
                wanted |= {root for path in _inputs(detail) for root in roots(path)} & set(by_put)
        return tuple(d for d in self.details if d.put in wanted)

    def keep(self, dialect: Dialect) -> frozenset[tuple[str, ...]]:
        """Key paths that some reader reads: all else is trimmed away before a document is stored."""
        if dialect not in self._kept:
            self._kept[dialect] = self._reads(dialect)
        return self._kept[dialect]

    @cached_property
    def _kept(self) -> dict[Dialect, frozenset[tuple[str, ...]]]:
        return {}

    def _reads(self, dialect: Dialect) -> frozenset[tuple[str, ...]]:
        read = {prefix for f in self.facts for path in f.paths(dialect) for prefix in prefixes(path)}
        inputs = {prefix for d in self.details for path in _inputs(d) for prefix in prefixes(path)} if dialect is Dialect.LIVE else set()
        skip = set(prefixes(self.skip)) if self.skip else set()
        return frozenset(read | inputs | skip)

    def references(self) -> tuple[tuple[str, str], ...]:
        """(type, live path) of every reference that has to be resolved at collection."""
        found = {pair for f in self.facts for reader in f.readers for pair in reader.references(Dialect.LIVE)}
        return tuple(sorted(found))


def provider_of(kind: str) -> str:
    """`aws`, `azure` or `tls`, by the spelling of a type."""
    if kind.startswith("TLS::"):
        return "tls"
    return "aws" if kind.startswith("AWS::") else "azure"


def _inputs(detail: Detail) -> tuple[str, ...]:
    paths = tuple(getattr(detail, "params", {}).values())
    theirs, own = getattr(detail, "match", None) or ("", "")
    known_by = f"{detail.put}[].{theirs}" if theirs else ""
    return tuple(p for p in (*paths, getattr(detail, "when", ""), own, known_by) if p and not p.startswith("="))


def never(*facts: type, why: str) -> dict[type, str]:
    """Excuse several facts with one reason: `never={**never(SignIn, Access, why="no identity store")}`."""
    return dict.fromkeys(facts, why)


def never_others(*given: type, why: str) -> dict[type, str]:
    """Excuse every fact but these with one reason; for types that are about one thing only."""
    return {kind: why for kind in FACTS if kind not in given}
