"""From a snapshot to an assessment: the one function behind `scan`, `judge` and the demo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from scanner import __version__
from scanner.declare.catalogue import outlines
from scanner.declare.decl import TypeDecl
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.judge.registry import Check
from scanner.judge.settle import by_check, settle
from scanner.judge.waive import beside, waive
from scanner.judge.weigh import weigh
from scanner.model.baseline import Baseline
from scanner.model.known import Json
from scanner.model.later import Later
from scanner.model.promise import Promise
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Assessment
from scanner.model.waiver import Waiver


def plan_questions(checks: Mapping[str, Check[Any]], promises: Iterable[Promise], params: Mapping[str, Mapping[str, Json]]) -> tuple[Question, ...]:
    """Every check with its own (or configured) parameters, and with those of each promise where it is bound.

    Within the scope of a promise the promise's parameters replace the default ones: nobody wants to hear that
    Paris is in the EU when Germany was promised."""
    bound: dict[tuple[str, str], Question] = {}
    scopes: dict[str, list[tuple[str, ...]]] = {}
    for promise in promises:
        for bind in promise.binds:
            if bind.check not in checks:
                continue
            question = Question(checks[bind.check], bind.params, (promise.scope,))
            before = bound.get(question.key)
            bound[question.key] = Question(question.check, question.params, (*before.scopes, promise.scope)) if before else question
            if not bind.types and not bind.facts:
                scopes.setdefault(bind.check, []).append(promise.scope)
    for key, question in bound.items():
        if () in question.scopes:
            bound[key] = Question(question.check, question.params)
    for check in checks.values():
        default = Question(check, params.get(check.id, {}), (), tuple(scopes.get(check.id, ())))
        if default.key in bound:
            bound[default.key] = Question(check, default.params)
        elif () not in default.unless:
            bound[default.key] = default
    return tuple(bound[key] for key in sorted(bound))


def assess(
    snapshot: Snapshot, decls: Mapping[str, TypeDecl], checks: Mapping[str, Check[Any]], promises: tuple[Promise, ...], now: datetime,
    params: Mapping[str, Mapping[str, Json]] | None = None, waivers: Iterable[Waiver] = (),
    known: Mapping[str, TypeDecl] | None = None, baseline: Baseline | None = None,
) -> Assessment:  # fmt: skip
    """Judge a snapshot. Pure: the same arguments give the same assessment, byte for byte. Where `decls` were narrowed by
    choice, `known` are all there are: a type that was left out may have answered a promise."""
    estate = Estate.of(snapshot, decls)
    verdicts, notes = waive(weigh(judge(estate, plan_questions(checks, promises, params or {}), now), promises), (*waivers, *beside(snapshot.documents)), now.date())
    meets = _meets(known or decls, checks) if promises else {}
    groups = by_check(verdicts)
    settlements = tuple(settle(promise, groups, snapshot, now.date(), checks, meets) for promise in promises)
    return Assessment(
        version=__version__,
        taken_at=snapshot.run.taken_at,
        judged_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        of_snapshot=Later(snapshot.digest),
        of_declarations=Later(_digest, (decls, checks)),
        coverage=coverage(snapshot),
        verdicts=verdicts,
        settlements=settlements,
        resources=len(estate.resources),
        waivers=notes,
        baseline=baseline,
    )


def _meets(decls: Mapping[str, TypeDecl], checks: Mapping[str, Check[Any]]) -> dict[str, tuple[str, ...]]:
    """The types that have a fact which a check asks about."""
    facts = {name: frozenset(outline.facts) for name, outline in outlines(decls).items()}
    return {id: tuple(kind for kind, own in facts.items() if any(fact.__name__ in own for fact in check.needs)) for id, check in checks.items()}


def _digest(decls: Mapping[str, TypeDecl], checks: Mapping[str, Check[Any]]) -> str:
    """Names the rules by which was judged: types with their facts, checks with their words."""
    import hashlib  # loads OpenSSL, 4 ms: only where one is asked for

    rules = [f"{name}: {list(outline.facts)}" for name, outline in sorted(outlines(decls).items())]
    rules += [f"{name}: {check.severity} {check.doc}" for name, check in sorted(checks.items())]
    return hashlib.sha256("\n".join(rules).encode()).hexdigest()
