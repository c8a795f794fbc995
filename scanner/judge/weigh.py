"""How bad a verdict is where a promise says so itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from scanner.judge.order import in_order
from scanner.judge.settle import answers
from scanner.model.promise import Bind, Promise
from scanner.model.verdict import Verdict


def weigh(verdicts: tuple[Verdict, ...], promises: Iterable[Promise]) -> tuple[Verdict, ...]:
    """The severity of a promise takes the place of its checks' for every verdict that answers it. Where several promises
    ask the same the worst counts, and one that names no severity stands for what the check says: nobody's word makes
    another's lighter. In the order of reports."""
    bound: dict[str, list[tuple[Promise, Bind]]] = defaultdict(list)
    told = False
    for promise in promises:
        told = told or promise.severity is not None
        for bind in promise.binds:
            bound[bind.check].append((promise, bind))
    if not told:
        return verdicts
    return in_order([_weighed(verdict, bound.get(verdict.check, ())) for verdict in verdicts])


def _weighed(verdict: Verdict, bound: Iterable[tuple[Promise, Bind]]) -> Verdict:
    asked = [promise.severity or verdict.severity for promise, bind in bound if answers(promise, bind, verdict)]
    worst = min(asked, key=lambda severity: severity.rank, default=verdict.severity)
    return verdict if worst is verdict.severity else replace(verdict, severity=worst)
