"""Ask every check about every fact it needs. A check body never sees an Unknown: the engine answers for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from scanner.judge.answers import Answers, broken
from scanner.judge.estate import Estate
from scanner.judge.order import Order
from scanner.judge.registry import Check
from scanner.judge.scope import in_scope
from scanner.model.known import Json
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.said import say
from scanner.model.snapshot import Call, refused
from scanner.model.verdict import Status, Verdict


@dataclass(frozen=True)
class Question:
    """A check with its parameters: what is asked."""

    check: Check[Any]
    params: Mapping[str, Json] = field(default_factory=dict)
    scopes: tuple[tuple[str, ...], ...] = ()
    """Asked of subjects in one of these scopes; empty: of all."""
    unless: tuple[tuple[str, ...], ...] = ()
    """Not asked of subjects in one of these: there a promise asks with parameters of its own."""

    @property
    def key(self) -> tuple[str, str]:
        """Questions of one key are one question."""
        return (self.check.id, repr(sorted(self.params.items())))

    def concerns(self, ref: Ref, tags: Mapping[str, str] | None = None, all_tags: bool = False) -> bool:
        """Whether it is asked of a subject."""
        wanted = not self.scopes or any(in_scope(scope, ref, tags, all_tags) for scope in self.scopes)
        return wanted and not any(in_scope(scope, ref, tags, all_tags) for scope in self.unless)


def judge(estate: Estate, questions: Iterable[Question], now: datetime) -> tuple[Verdict, ...]:
    """Every verdict, failures first. `now` is an argument: yesterday's snapshot can be judged by today's date."""
    unique = {q.key: q for q in questions}
    facts = {kind.__name__ for question in unique.values() for kind in question.check.needs}
    answers = Answers(Order(estate.subjects, {question.check.id for question in unique.values()}, facts))
    for key in sorted(unique):
        _ask(estate, unique[key], now, answers)
    return answers.in_order()


def _ask(estate: Estate, question: Question, now: datetime, answers: Answers) -> None:
    params = question.check.fill(question.params)
    everywhere = not question.scopes and not question.unless
    if question.check.estate:
        for verdict in _of_estate(estate, question, params, now):
            answers.add(verdict)
    else:
        given = question.params if isinstance(question.params, dict) else dict(question.params)
        ask = question.check.asking(params, now)
        for kind in question.check.needs:
            name = kind.__name__
            for known, sharing in estate.alike(kind):
                resources = sharing if everywhere else [one for one in sharing if question.concerns(one.ref, one.tags, one.all_tags)]
                answers.ask(question.check, ask, given, name, known, resources)
    for kind in question.check.needs:
        for ref, call in estate.gaps(kind):
            if question.concerns(ref):
                answers.add(_gap(question, ref, call, kind))


def _of_estate(estate: Estate, question: Question, params: object, now: datetime) -> Iterator[Verdict]:
    check, given = question.check, dict(question.params)
    arguments: list[object] = [estate, *([params] if check.params else [])]
    if check.wants_now:
        from scanner.judge.registry import Now

        arguments.append(Now(now))
    try:
        answers = list(check.body(*arguments))
    except Exception as error:  # a check that breaks has answered about none of what it was to see
        answers = [(resource, broken(error), kind.__name__) for kind in check.needs for resource, _ in estate.with_fact(kind)]
    for resource, outcome, fact in answers:
        if not question.concerns(resource.ref, resource.tags, resource.all_tags):
            continue
        sources = next((resource.sources(f) for k, f in resource.facts.items() if k.__name__ == fact), ())
        yield Verdict(
            check.id, given, resource.ref, fact, outcome.status, outcome.why, outcome.severity or check.severity,
            sources, outcome.reason if outcome.status is Status.UNKNOWN else None, False, None, resource.tags, resource.all_tags,
        )  # fmt: skip


def _gap(question: Question, ref: Ref, call: Call, kind: type) -> Verdict:
    why = say("not seen: {look}", look=refused(call))
    check = question.check
    return Verdict(check.id, dict(question.params), ref, kind.__name__, Status.UNKNOWN, why, check.severity, (), call.outcome, True)
