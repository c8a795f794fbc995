"""Readers: how the field of a fact is read from a document, in every dialect.

A reader gives Known with its sources, or Unknown with its reason. What is absent is Unknown(unparsable) unless
the declaration says what absence means (`absent=`): a missing key is never taken for false.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from scanner.declare.path import REFERENCE, Seen
from scanner.declare.view import NOT_SHOWN, NotShown, Spec, View, Where
from scanner.model.facts import OFF, ON, State
from scanner.model.known import Fact, Json, Known, Origin, Reason, Source, Unknown
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.said import say
from scanner.model.snapshot import Dialect

T = TypeVar("T")
Kind: TypeAlias = type[Any]
"""The class of a fact."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""No `absent=` was declared: absence is an unparsable answer."""


#: What a function raises that meets a value of another shape than it was written for.
UNFIT = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class Unresolvable(Exception):
    """Raised by a `derive` function that cannot answer: becomes Unknown with this reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class NotApplicable(Exception):
    """Raised by a `derive`, `then` or `early` function that *saw* that the fact does not apply to this one resource: an HTTP
    listener has no TLS floor. The resource then has no such fact; what could not be seen must raise Unresolvable."""


@dataclass(frozen=True)
class Reader(Generic[T]):
    """Base of all readers. `where` says which paths it reads."""

    where: Where

    def read(self, view: View) -> Fact[T]:
        raise NotImplementedError

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        """(type, path) of the references that have to be resolved at collection."""
        return ()

    def named(self, kind: str, ref: Ref, value: str) -> str:
        """Id or name of the resource of `kind` that a value refers to; empty when it refers to none."""
        return value


def _absent(view: View, where: Where) -> Unknown:
    paths = " or ".join(where.paths(view.doc.dialect))
    return Unknown(Reason.UNPARSABLE, say("{paths} is absent, and absence has no declared meaning", paths=paths), (view.source(Seen(paths, None)),))


@dataclass(frozen=True)
class PathReader(Reader[T]):
    """One value, put through `then`. `absent` is the value that absence means, or a mapping by dialect; NotApplicable(why)
    where it means that the resource has no such fact."""

    then: Callable[[Json], T]
    absent: Any = MISSING

    def read(self, view: View) -> Fact[T]:
        got = view.read(self.where)
        if isinstance(got, Unknown):
            return got
        found = [seen for seens in got for seen in seens]
        if not found:
            absent = self.absent.get(view.doc.dialect, MISSING) if isinstance(self.absent, ByDialect) else self.absent
            if isinstance(absent, NotApplicable):
                raise NotApplicable(*absent.args)
            if isinstance(absent, (_Missing, NotShown)):
                return _absent(view, self.where) if isinstance(absent, _Missing) else Unknown(Reason.UNRESOLVED, absent.why)
            return Known(absent, tuple(view.source(Seen(path, None)) for path in self.where.paths(view.doc.dialect)))
        first = next(seens for seens in got if seens)  # of several paths the first that gives something
        try:
            values = [self.then(seen.value) for seen in first]
        except Unresolvable as error:
            return Unknown(error.reason, f"{first[0].path}: {error.detail}", (view.source(first[0]),))
        except UNFIT as error:
            return Unknown(Reason.UNPARSABLE, f"{first[0].path}: {error}", tuple(map(view.source, first)))
        if any(value != values[0] for value in values):
            return _several(first, view)
        return Known(values[0], tuple(map(view.source, first)))


def _several(seens: tuple[Seen, ...], view: View) -> Unknown:
    """One value was asked for, and the document gives different ones: taking the first would hide the others."""
    return Unknown(
        Reason.UNPARSABLE, say("{one} and {other} say different things, and one value is declared", one=seens[0].path, other=seens[-1].path), tuple(map(view.source, seens))
    )


class ByDialect(dict[Dialect, Any]):
    """`absent=` that differs by dialect: RDS keeps backups 1 day in CloudFormation, 0 in Terraform."""


def by_dialect(*, live: Any = MISSING, cfn: Any = MISSING, arm: Any = MISSING, tf: Any = MISSING) -> ByDialect:
    """What absence means in each dialect; NOT_SHOWN(why) where something outside the document decides. In Terraform, where
    nothing is said about it, what it means in a template: the provider then sends nothing, and the service decides alike."""
    found = next((value for value in (tf, cfn, arm) if not isinstance(value, _Missing)), MISSING)
    return ByDialect({Dialect.LIVE: live if not isinstance(live, _Missing) else arm, Dialect.CLOUDFORMATION: cfn, Dialect.ARM: arm, Dialect.TERRAFORM: found})


def _where(live: Spec, cfn: Spec, arm: Spec, tf: Spec, same: Spec) -> Where:
    """`same=` gives one path for live and CloudFormation, which mostly share names."""
    return Where(live if live is not None else same, cfn if cfn is not None else same, arm, tf)


def _text(value: Json) -> str:
    if isinstance(value, Mapping) and REFERENCE in value:
        return f"{value[REFERENCE]} (in this template)"
    if isinstance(value, (dict, list)):
        raise TypeError(f"expected text, found {type(value).__name__}")
    return str(value)


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(f"expected a number, found {value!r}")
    number = float(value)
    if not math.isfinite(number):  # every comparison with NaN is false: a check would see nothing wrong
        raise ValueError(f"expected a number, found {value!r}")
    return number


def text(*, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None, absent: Any = MISSING) -> PathReader[Any]:
    """A string as it stands; a template's reference shows the name it refers to."""
    return PathReader(_where(live, cfn, arm, tf, same), _text, absent)


def number(
    *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None, absent: Any = MISSING, then: Callable[[float], Any] = lambda n: n
) -> PathReader[Any]:
    """A number, also when written as text; `then` turns units (hours to days) or judges it."""
    return PathReader(_where(live, cfn, arm, tf, same), lambda value: then(_number(value)), absent)


def flag(
    *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None, absent: Any = MISSING,
    on: tuple[str, ...] = (), off: tuple[str, ...] = (),
) -> PathReader[Any]:  # fmt: skip
    """ON or OFF, from a boolean, "true"/"false", or the words given in `on` and `off` (without case)."""
    yes, no = {"true", *(w.lower() for w in on)}, {"false", *(w.lower() for w in off)}

    def then(value: Json) -> State:
        if isinstance(value, bool):
            return ON if value else OFF
        word = str(value).lower()
        if isinstance(value, str) and (word in yes or word in no):
            return ON if word in yes else OFF
        raise ValueError(f"{value!r} is neither on nor off")

    return PathReader(_where(live, cfn, arm, tf, same), then, absent)


def boolean(
    *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None, absent: Any = MISSING,
    true: tuple[str, ...] = (), false: tuple[str, ...] = (), negate: bool = False,
) -> PathReader[Any]:  # fmt: skip
    """True or False, read as `flag` does; `negate` turns it round."""
    inner = flag(live=live, cfn=cfn, arm=arm, tf=tf, same=same, on=true, off=false)
    return PathReader(inner.where, lambda value: (inner.then(value) is ON) is not negate, absent)


def choice(options: Mapping[str, Any], *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None, absent: Any = MISSING) -> PathReader[Any]:
    """A word turned into a value; a word that the table does not hold is unparsable, never a default."""
    table = {key.lower(): value for key, value in options.items()}

    def then(value: Json) -> Any:
        if str(value).lower() not in table:
            raise ValueError(f"{value!r} is none of {', '.join(options)}")
        return table[str(value).lower()]

    return PathReader(_where(live, cfn, arm, tf, same), then, absent)


@dataclass(frozen=True)
class Always(Reader[T]):
    """A guarantee of the platform, with its citation."""

    value: T
    cite: str
    since: str

    def read(self, view: View) -> Fact[T]:
        return self.known

    @cached_property
    def known(self) -> Known[T]:
        """The same for every resource of the type."""
        return Known(self.value, (Source(Origin.PLATFORM, value=f"{self.cite}, since {self.since}" if self.since else self.cite),))


def always(value: Any, *, cite: str, since: str = "") -> Always[Any]:
    """What the platform guarantees for every resource of the type; `cite` names the document that says so."""
    return Always(Where(), value, cite, since)


@dataclass(frozen=True)
class Unread(Reader[T]):
    """A fact that applies but cannot be read (yet): Unknown(unsupported), so that nothing looks proven."""

    why: str

    def read(self, view: View) -> Fact[T]:
        return Unknown(Reason.UNSUPPORTED, self.why)


def unread(why: str) -> Unread[Any]:
    """The fact applies to the type, and Houvast cannot read it; `why` says what would be needed."""
    return Unread(Where(), why)


@dataclass(frozen=True)
class Derive(Reader[T]):
    """A typed, pure function over the values of the declared paths; each argument is a tuple, empty if absent."""

    function: Callable[..., T]

    def read(self, view: View) -> Fact[T]:
        got = view.read(self.where)
        if isinstance(got, Unknown):
            return got
        sources = tuple(view.source(seen) for seens in got for seen in seens) or tuple(view.source(Seen(p, None)) for p in self.where.paths(view.doc.dialect))
        try:
            return Known(self.function(view.doc.ref, *(tuple(s.value for s in seens) for seens in got)), sources)
        except Unresolvable as error:
            return Unknown(error.reason, error.detail, sources)
        except UNFIT as error:
            return Unknown(Reason.UNPARSABLE, f"{type(error).__name__}: {error}", sources)


def derive(function: Callable[..., Any], *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None) -> Derive[Any]:
    """The door for what paths can't say. `function(ref, *values)`: the resource's Ref, then for each path the tuple
    of values found (empty: absent). It may raise Unresolvable or NotApplicable; it never sees an unknown value."""
    return Derive(_where(live, cfn, arm, tf, same), function)


@dataclass(frozen=True)
class Of(Reader[T]):
    """A field of a fact of another resource, which this one refers to."""

    target: str
    """Type of the resource that is referred to."""
    fact: Kind
    field: str
    """Empty: the whole fact."""
    early: Callable[[Ref, str], T | None] | None = None
    absent: Any = MISSING
    passing: bool = False
    """A fact that does not apply to what is referred to does not apply here either."""

    def read(self, view: View) -> Fact[T]:
        got = view.read(self.where)
        if isinstance(got, Unknown):
            return got
        found = [seen for seens in got for seen in seens]
        if not found:
            absent = self.absent.get(view.doc.dialect, MISSING) if isinstance(self.absent, ByDialect) else self.absent
            if isinstance(absent, NotApplicable):
                raise NotApplicable(*absent.args)
            if isinstance(absent, (_Missing, NotShown)):
                return _absent(view, self.where) if isinstance(absent, _Missing) else Unknown(Reason.UNRESOLVED, absent.why)
            return Known(absent, tuple(view.source(Seen(path, None)) for path in self.where.paths(view.doc.dialect)))
        first = next(seens for seens in got if seens)
        answers = [self._one(view, seen) for seen in first]
        lost = next((answer for answer in answers if isinstance(answer, Unknown)), None)
        if lost is not None:
            return lost
        known = [answer for answer in answers if isinstance(answer, Known)]
        if any(answer.value != known[0].value for answer in known):
            return _several(first, view)
        return Known(known[0].value, tuple(dict.fromkeys(source for answer in known for source in answer.sources)) if len(known) > 1 else known[0].sources)

    def _one(self, view: View, seen: Seen) -> Fact[T]:
        try:
            early = self.early(view.doc.ref, str(seen.value)) if self.early and isinstance(seen.value, (str, bool)) else None
        except Unresolvable as error:
            return Unknown(error.reason, f"{seen.path}: {error.detail}", (view.source(seen),))
        except UNFIT as error:
            return Unknown(Reason.UNPARSABLE, f"{seen.path}: {error}", (view.source(seen),))
        if early is not None:
            return Known(early, (view.source(seen),))
        return follow(view, seen, self.target, self.fact, self.field, self.passing)

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        return tuple((self.target, path) for path in self.where.paths(dialect))


def of(
    target: str, fact: Kind, field: str, *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None,
    early: Callable[[Ref, str], Any] | None = None, absent: Any = MISSING, passing: bool = False,
) -> Of[Any]:  # fmt: skip
    """Follow a reference: `of("AWS::KMS::Key", KeyCustody, "holder", same="KmsKeyId")`. `early(ref, id)` may answer
    from the id alone (an alias of the provider; a boolean comes as "True" or "False"); None sends it on to the document.
    `passing`: a fact that does not apply to what is referred to does not apply here either."""
    return Of(_where(live, cfn, arm, tf, same), target, fact, field, early, absent, passing)


def follow(view: View, seen: Seen, kind: str, fact: Kind, field: str, passing: bool = False) -> Fact[Any]:
    """The fact of the resource that `seen` names, as its own declaration reads it."""
    from scanner.declare.interpret import declaration, read_fact

    target = view.index.find(kind, seen.value, view.doc)
    if isinstance(target, Unknown):
        return Unknown(target.reason, target.detail, (view.source(seen),))
    decl = declaration(target.ref.type, view.decls)
    given = decl.given(fact) if decl else None
    if decl is None or given is None or view.depth >= 4:
        return Unknown(Reason.DEFECT, f"{kind} declares no {fact.__name__}", (view.source(seen),))
    try:
        got = read_fact(given, View(target, view.index, decl, view.decls, view.depth + 1))
    except NotApplicable as error:
        if passing:
            raise
        return Unknown(Reason.UNRESOLVED, f"{target.ref.name} has no {fact.__name__}: {error}", (view.source(seen),))
    if isinstance(got, Unknown):
        return Unknown(got.reason, got.detail, (view.source(seen), *got.sources))
    return Known(getattr(got.value, field) if field else got.value, (view.source(seen), *got.sources))


__all__ = [
    "NOT_SHOWN",
    "Always",
    "Derive",
    "NotApplicable",
    "Of",
    "PathReader",
    "Reader",
    "Unread",
    "Unresolvable",
    "always",
    "boolean",
    "by_dialect",
    "choice",
    "derive",
    "flag",
    "number",
    "of",
    "text",
    "unread",
]
