"""Ask every check about every fact it needs. A check body never sees an Unknown: the engine answers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from scanner.judge.estate import Estate
from scanner.judge.registry import Check
from scanner.judge.scope import in_scope
from scanner.model.known import Fact, Json, Reason, Source, Unknown
from scanner.model.record import dataclass
from scanner.model.resource import Ref, Resource
from scanner.model.said import say, term
from scanner.model.snapshot import Call, Dialect, refused
from scanner.model.verdict import Outcome, Status, Verdict


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
    return in_order([v for key in sorted(unique) for v in _answers(estate, unique[key], now)])


def in_order(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Verdicts by `Verdict.sort_key`. Each is one number: what they are about, checks and facts are put in order by themselves first."""
    subjects = {id(v.subject): v.subject for v in verdicts}
    place = {ref: n for n, ref in enumerate(sorted(set(subjects.values()), key=_names))}
    where = {key: place[ref] for key, ref in subjects.items()}
    checks = {name: n for n, name in enumerate(sorted({v.check for v in verdicts}))}
    facts = {name: n for n, name in enumerate(sorted({v.fact for v in verdicts}))}
    weights = {weight: n for n, weight in enumerate(sorted({v.weight for v in verdicts}))}
    by_check, by_place, by_fact = len(checks), len(place), len(facts)
    keys = [((weights[v.weight] * by_check + checks[v.check]) * by_place + where[id(v.subject)]) * by_fact + facts[v.fact] for v in verdicts]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    if len(set(keys)) == len(keys):
        return tuple([verdicts[n] for n in order])
    ordered: list[Verdict] = []
    for _, alike in groupby(order, key=keys.__getitem__):
        group = [verdicts[n] for n in alike]  # of one check, subject and fact: they differ by their parameters, and a fingerprint says which
        ordered.extend(group if len(group) == 1 else sorted(group, key=lambda v: v.fingerprint))
    return tuple(ordered)


_names = attrgetter("provider", "type", "account", "region", "id", "name")


def _answers(estate: Estate, question: Question, now: datetime) -> Iterator[Verdict]:
    params = question.check.fill(question.params)
    everywhere = not question.scopes and not question.unless
    if question.check.estate:
        yield from _of_estate(estate, question, params, now)
    else:
        given = question.params if isinstance(question.params, dict) else dict(question.params)
        ask = question.check.asking(params, now)
        said: dict[int, tuple[Resource, Outcome]] = {}
        for kind in question.check.needs:
            name = kind.__name__
            for resource, known in estate.with_fact(kind):
                if everywhere or question.concerns(resource.ref, resource.tags, resource.all_tags):
                    yield _verdict(question, given, resource, name, _said(ask, resource, known, said), known.sources if not resource.lower else resource.sources(known))
    for kind in question.check.needs:
        for ref, call in estate.gaps(kind):
            if question.concerns(ref):
                yield _gap(question, ref, call, kind)


def _said(ask: Callable[[Resource, Any], object], resource: Resource, known: Fact[Any], said: dict[int, tuple[Resource, Outcome]]) -> Outcome:
    """`said`: what the check answered about a fact that several resources share, where its words name none of them."""
    before = said.get(id(known)) if said else None
    if before is not None and (before[0].facts is resource.facts and before[0].tags == resource.tags):
        return before[1]
    if isinstance(known, Unknown):
        return Outcome(Status.UNKNOWN, known.detail or term(known.reason.value, f"reason.{known.reason}"), known.reason)
    try:
        outcome = ask(resource, known.value)
        if not isinstance(outcome, Outcome):
            raise TypeError(f"it answered {outcome!r} instead of passes, fails or unsure")
    except Exception as error:  # the edge of foreign code: a check that breaks has not answered
        outcome = Outcome(Status.UNKNOWN, say("the check itself failed: {error}", error=f"{type(error).__name__}: {error}"), Reason.DEFECT)
    if resource.dialect != Dialect.LIVE and resource.ref.name and resource.ref.name not in outcome.why:
        said[id(known)] = (resource, outcome)
    return outcome


def _of_estate(estate: Estate, question: Question, params: object, now: datetime) -> Iterator[Verdict]:
    check, given = question.check, dict(question.params)
    arguments: list[object] = [estate, *([params] if check.params else [])]
    if check.wants_now:
        from scanner.judge.registry import Now

        arguments.append(Now(now))
    try:
        answers = list(check.body(*arguments))
    except Exception as error:  # a check that breaks has answered about none of what it was to see
        broken = Outcome(Status.UNKNOWN, say("the check itself failed: {error}", error=f"{type(error).__name__}: {error}"), Reason.DEFECT)
        answers = [(resource, broken, kind.__name__) for kind in check.needs for resource, _ in estate.with_fact(kind)]
    for resource, outcome, fact in answers:
        if not question.concerns(resource.ref, resource.tags, resource.all_tags):
            continue
        sources = next((resource.sources(f) for k, f in resource.facts.items() if k.__name__ == fact), ())
        yield _verdict(question, given, resource, fact, outcome, sources)


def _verdict(question: Question, given: Mapping[str, Json], resource: Resource, fact: str, outcome: Outcome, sources: Sequence[Source]) -> Verdict:
    check = question.check
    return Verdict(
        check.id, given, resource.ref, fact, outcome.status, outcome.why, outcome.severity or check.severity,
        sources, outcome.reason if outcome.status is Status.UNKNOWN else None, False, None, resource.tags, resource.all_tags,
    )  # fmt: skip


def _gap(question: Question, ref: Ref, call: Call, kind: type) -> Verdict:
    why = say("not seen: {look}", look=refused(call))
    check = question.check
    return Verdict(check.id, dict(question.params), ref, kind.__name__, Status.UNKNOWN, why, check.severity, (), call.outcome, True)
