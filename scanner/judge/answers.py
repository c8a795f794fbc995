"""What checks say of resources, as verdicts in the order of reports. Resources that share a fact are asked about once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.judge.order import Order, by_number, in_order
from scanner.judge.registry import Check
from scanner.model.known import Fact, Json, Known, Lower, Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.said import Said, blank_form, say, term
from scanner.model.verdict import Outcome, Status, Verdict

Ask = Callable[[Resource, Any], object]
"""A check with its parameters."""
_NAME, _ID = "⟦the name of no resource⟧", "⟦the id of no resource⟧"
"""Of nobody in particular."""


class Answers:
    """Verdicts, and the number of each in the order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._verdicts: list[Verdict] = []
        self._numbers: list[int] = []

    def add(self, verdict: Verdict) -> None:
        """One about whatever it names."""
        self._verdicts.append(verdict)
        place = self._order.place.get(id(verdict.subject))
        if place is not None and self._order.holds(verdict.fact):
            self._numbers.append(place + self._order.of(verdict.check, verdict.fact, verdict.status, verdict.severity))

    def ask(self, check: Check[Any], ask: Ask, given: Mapping[str, Json], fact: str, known: Fact[Any], resources: Sequence[Resource]) -> None:
        """A check about a fact that these resources have."""
        if len(resources) > 1:
            shared = said_of_all(check, ask, known, resources[0])
            if shared is not None:
                self._take(check, given, fact, *shared, known, resources)
                return
        for resource in resources:
            self._take(check, given, fact, said(ask, resource, known), None, known, (resource,))

    def _take(
        self, check: Check[Any], given: Mapping[str, Json], fact: str, outcome: Outcome, form: Callable[[str], Said] | None, known: Fact[Any], resources: Sequence[Resource]
    ) -> None:
        id_, status, why, severity, sources = check.id, outcome.status, outcome.why, outcome.severity or check.severity, known.sources
        reason = outcome.reason if status is Status.UNKNOWN else None
        number, place = self._order.of(id_, fact, status, severity), self._order.place
        add, count = self._verdicts.append, self._numbers.append
        for resource in resources:
            ref, lower = resource.ref, resource.lower
            count(number + place[id(ref)])
            add(Verdict(
                id_, given, ref, fact, status, why if form is None else (form, ref.name), severity,  # type: ignore[arg-type]  # said when it is read
                Lower(sources, lower) if lower and sources else sources, reason, False, None, resource.tags, resource.all_tags,
            ))  # fmt: skip

    def in_order(self) -> tuple[Verdict, ...]:
        """All, as reports show them. What a check of the whole estate names may be none of its resources and facts: then none is numbered."""
        numbered = len(self._numbers) == len(self._verdicts)
        return by_number(self._verdicts, self._numbers) if numbered else in_order(self._verdicts)


def said(ask: Ask, resource: Resource, known: Fact[Any]) -> Outcome:
    """What a check says of one fact. It never sees an Unknown."""
    if isinstance(known, Unknown):
        return Outcome(Status.UNKNOWN, known.detail or term(known.reason.value, f"reason.{known.reason}"), known.reason)
    try:
        outcome = ask(resource, known.value)
        if not isinstance(outcome, Outcome):
            raise TypeError(f"it answered {outcome!r} instead of passes, fails or unsure")
        return outcome
    except Exception as error:  # the edge of foreign code: a check that breaks has not answered
        return broken(error)


def broken(error: Exception) -> Outcome:
    """The answer of a check that has none."""
    return Outcome(Status.UNKNOWN, say("the check itself failed: {error}", error=f"{type(error).__name__}: {error}"), Reason.DEFECT)


def said_of_all(check: Check[Any], ask: Ask, known: Known[Any] | Unknown, one: Resource) -> tuple[Outcome, Callable[[str], Said] | None] | None:
    """What a check says of every resource that shares a fact, and how it says so of a name; None where that has to be asked of each.
    A check of others may look at whatever a resource has: only what Houvast's own answer follows from the fact alone."""
    if isinstance(known, Unknown):
        return said(ask, one, known), None
    if not check.ours:
        return None
    ref = one.ref
    outcome = said(ask, Resource(Ref(ref.provider, ref.type, ref.account, ref.region, _ID, _NAME), one.facts, {}, one.dialect), known)
    if _ID in outcome.why or outcome.reason is Reason.DEFECT:
        return None
    if _NAME not in outcome.why:
        return outcome, None
    form = blank_form(outcome.why, _NAME)
    return (outcome, form) if form is not None else None


__all__ = ["Answers", "broken", "said"]
