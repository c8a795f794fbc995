"""The order of every report: failures first, worst first, then by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from scanner.model.resource import Ref
from scanner.model.severity import Severity
from scanner.model.verdict import Status, Verdict, weight_of

_names = attrgetter("provider", "type", "account", "region", "id", "name")


class Order:
    """`Verdict.sort_key` as one number: what verdicts are about, checks and facts are put in order by themselves first."""

    def __init__(self, subjects: Iterable[Ref], checks: Iterable[str], facts: Iterable[str]) -> None:
        self._checks = {name: n for n, name in enumerate(sorted(set(checks)))}
        self._facts = {name: n for n, name in enumerate(sorted(set(facts)))}
        self.place = _places(subjects, len(self._facts))
        """The part of the number that says of what, by the id of the object."""
        self._span = (len(self.place) + 1) * len(self._facts)
        self._known: dict[tuple[str, str, Status, Severity], int] = {}

    def holds(self, fact: str) -> bool:
        """Whether the order knows a fact."""
        return fact in self._facts

    def of(self, check: str, fact: str, status: Status, severity: Severity) -> int:
        """The rest of the number."""
        asked = (check, fact, status, severity)
        found = self._known.get(asked)
        if found is None:
            place, rank = weight_of(status, severity)
            weight = place * len(Severity) + rank
            found = self._known[asked] = (weight * len(self._checks) + self._checks[check]) * self._span + self._facts[fact]
        return found


def _places(subjects: Iterable[Ref], step: int) -> Mapping[int, int]:
    found: dict[int, int] = {}
    place, before = -step, None
    for names, key in sorted([(_names(ref), key) for key, ref in {id(ref): ref for ref in subjects}.items()]):
        if names != before:
            place, before = place + step, names
        found[key] = place
    return found


def in_order(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Verdicts by `Verdict.sort_key`."""
    order = Order([v.subject for v in verdicts], {v.check for v in verdicts}, {v.fact for v in verdicts})
    place, of = order.place, order.of
    return by_number(verdicts, [of(v.check, v.fact, v.status, v.severity) + place[id(v.subject)] for v in verdicts])


def by_number(verdicts: Sequence[Verdict], numbers: Sequence[int]) -> tuple[Verdict, ...]:
    """Verdicts whose numbers are known."""
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    if len(set(numbers)) == len(numbers):
        return tuple([verdicts[n] for n in order])
    ordered: list[Verdict] = []
    for _, alike in groupby(order, key=numbers.__getitem__):
        group = [verdicts[n] for n in alike]  # of one check, subject and fact: they differ by their parameters, and a fingerprint says which
        ordered.extend(group if len(group) == 1 else sorted(group, key=lambda v: v.fingerprint))
    return tuple(ordered)


__all__ = ["Order", "by_number", "in_order"]
