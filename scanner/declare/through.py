"""Facts of what a resource refers to, where several things are named, perhaps of several types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from scanner.declare.path import REFERENCE, Seen
from scanner.declare.places import Clue
from scanner.declare.readers import UNFIT, Kind, NotApplicable, Reader, _where, follow
from scanner.declare.view import NotShown, Spec, View
from scanner.model.known import Fact, Known, Reason, Source, Unknown
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.snapshot import Dialect

T = TypeVar("T")


@dataclass(frozen=True)
class Through(Reader[T]):
    """One answer from all that is referred to."""

    clue: Callable[[Ref, str], Clue]
    kinds: tuple[str, ...]
    fact: Kind
    field: str
    worst: Callable[[Sequence[T]], T]
    decides: Callable[[T], bool]
    absent: Any

    def read(self, view: View) -> Fact[T]:
        got = view.read(self.where)
        if isinstance(got, Unknown):
            return got
        answers = [self._one(view, seen) for seens in got for seen in seens]
        if not answers:
            if isinstance(self.absent, NotApplicable):
                raise NotApplicable(*self.absent.args)
            return Unknown(Reason.UNRESOLVED, self.absent.why, tuple(view.source(Seen(path, None)) for path in self.where.paths(view.doc.dialect)))
        known = [answer for answer in answers if isinstance(answer, Known)]
        bad = next((answer for answer in known if self.decides(answer.value)), None)
        lost = next((answer for answer in answers if isinstance(answer, Unknown)), None)
        if bad is not None or lost is not None:
            return bad or lost or answers[0]
        sources: dict[Source, None] = dict.fromkeys(source for answer in known for source in answer.sources)
        return Known(self.worst([answer.value for answer in known]), tuple(sources))

    def _one(self, view: View, seen: Seen) -> Fact[T]:
        if isinstance(seen.value, Mapping) and REFERENCE in seen.value:
            logical = seen.value[REFERENCE]
            beside = view.index.beside(str(logical), view.doc)
            kind = beside.ref.type if beside is not None else ""
            if kind not in self.kinds:
                return Unknown(Reason.UNRESOLVED, f"{seen.path}: {logical} is none of {', '.join(self.kinds)}", (view.source(seen),))
            return follow(view, seen, kind, self.fact, self.field)
        try:
            found = self.clue(view.doc.ref, str(seen.value))
        except UNFIT as error:
            return Unknown(Reason.UNPARSABLE, f"{seen.path}: {error}", (view.source(seen),))
        if not found.kind:
            return Unknown(Reason.UNRESOLVED, f"{seen.value}: {found.why}", (view.source(seen),))
        return follow(view, Seen(seen.path, found.name), found.kind, self.fact, self.field)

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        return tuple((kind, path) for kind in self.kinds for path in self.where.paths(dialect))

    def named(self, kind: str, ref: Ref, value: str) -> str:
        found = self.clue(ref, value)
        return found.name if found.kind == kind else ""


def through(
    clue: Callable[[Ref, str], Clue], *kinds: str, fact: Kind, field: str = "", worst: Callable[[Sequence[Any]], Any], absent: NotApplicable | NotShown,
    decides: Callable[[Any], bool] = lambda _: False, live: Spec = None, cfn: Spec = None, same: Spec = None,
) -> Through[Any]:  # fmt: skip
    """A fact (or a field of it) of everything that is referred to: the disks of a machine, the certificates of its listeners.

    `clue` says what a value names; `worst` makes one of several answers; an answer that `decides` stands alone, also
    beside one that is not known (one disk is not encrypted). `absent`: what it means that nothing is referred to.
    """
    return Through(_where(live, cfn, None, None, same), clue, kinds, fact, field, worst, decides, absent)


__all__ = ["Through", "through"]
