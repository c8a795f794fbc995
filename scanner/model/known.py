"""What is known, what is not, and why: the first law made into types.

A fact is `Known` with the sources it was read from, or `Unknown` with a `Reason`. There is no third
state, no `None`, and no default: a look that failed cannot be mistaken for a look that found nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar, overload

from scanner.model.record import packed

T = TypeVar("T")

#: Anything that JSON can say. Bodies of documents are made of it.
Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


class Reason(StrEnum):
    """Why something is not known. The advice for each stands in `scanner.errors`."""

    DENIED = "denied"
    """The credential may not make this call."""
    THROTTLED = "throttled"
    """The service kept answering "too many requests" until the deadline."""
    TIMEOUT = "timeout"
    """No answer came in time."""
    UNAVAILABLE = "unavailable"
    """The service, host or region did not serve the call (5xx, refused, reset, not resolvable, cut short)."""
    UNRESOLVED = "unresolved"
    """A reference, parameter or place could not be resolved to a value."""
    UNPARSABLE = "unparsable"
    """An answer came, but not in the shape that was declared."""
    NOT_COLLECTED = "not_collected"
    """Nobody looked: left out by choice, or the run was stopped before."""
    UNSUPPORTED = "unsupported"
    """This source does not show it, or Houvast cannot read it there (yet)."""
    STALE = "stale"
    """What was read is too old to say anything about now."""
    DEFECT = "defect"
    """Houvast itself failed here: please report it."""


class Origin(StrEnum):
    """Where a value was seen."""

    LIVE = "live"
    PLAN = "plan"
    TEMPLATE = "template"
    PROBE = "probe"
    PLATFORM = "platform"
    ATTESTED = "attested"


@packed(frozen=True, slots=True)
class Source:
    """One value that was seen, and where: the smallest piece of evidence."""

    origin: Origin
    path: str = ""
    """Path inside the document, JMESPath."""
    value: Json = None
    """The value as read, before it was interpreted."""
    call: str | None = None
    """Operation that gave it, as its permission is written: `ec2:DescribeVolumes`."""
    file: str | None = None
    line: int | None = None
    """1-based line in `file`."""
    at: str | None = None
    """When it was read, RFC 3339 in UTC."""


@packed(frozen=True, slots=True)
class Known(Generic[T]):
    """A value, and everything it was read from."""

    value: T
    sources: tuple[Source, ...] = ()


@packed(frozen=True, slots=True)
class Unknown:
    """No value; the reason, one sentence of detail, and what was looked at in vain."""

    reason: Reason
    detail: str = ""
    sources: tuple[Source, ...] = ()


Fact: TypeAlias = Known[T] | Unknown


class Evidence(Sequence[Source]):
    """Evidence that is made of what others share when somebody looks at it: of thousands of answers nobody does."""

    __slots__ = ("_found", "shared")

    def __init__(self, shared: Sequence[Source]) -> None:
        self.shared = shared
        self._found: tuple[Source, ...] | None = None

    def _made(self, source: Source) -> Source:
        """One piece of it."""
        raise NotImplementedError

    def _own(self) -> tuple[Source, ...]:
        if self._found is None:
            self._found = tuple([self._made(source) for source in self.shared])
        return self._found

    def __len__(self) -> int:
        return len(self.shared)

    @overload
    def __getitem__(self, at: int) -> Source: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Source]: ...
    def __getitem__(self, at: int | slice) -> Source | Sequence[Source]:
        return self._own()[at]

    def __iter__(self) -> Iterator[Source]:
        return iter(self._own())

    def __eq__(self, other: object) -> bool:
        return self._own() == (other._own() if isinstance(other, Evidence) else other)

    def __hash__(self) -> int:
        return hash(self._own())

    def __repr__(self) -> str:
        return repr(self._own())


class Lower(Evidence):
    """Evidence that resources of a file share, so many lines lower."""

    __slots__ = ("_by",)

    def __init__(self, shared: Sequence[Source], by: int) -> None:
        self.shared, self._by, self._found = shared, by, None

    def _made(self, source: Source) -> Source:
        return _moved(source, self._by)


def _moved(source: Source, by: int) -> Source:
    if source.file is None or source.line is None:
        return source
    return Source(source.origin, source.path, source.value, source.call, source.file, source.line + by, source.at)


def moved(fact: Fact[T], by: int) -> Fact[T]:
    """A fact whose evidence stands so many lines lower."""
    if all(source.file is None or source.line is None for source in fact.sources):
        return fact
    sources = tuple([_moved(source, by) for source in fact.sources])
    return Unknown(fact.reason, fact.detail, sources) if isinstance(fact, Unknown) else Known(fact.value, sources)
