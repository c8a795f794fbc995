"""Settle promises: kept, broken, unproven or attested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from fnmatch import fnmatchcase

from scanner.judge.scope import in_scope
from scanner.model.known import Reason
from scanner.model.promise import Bind, Promise, Settled, Settlement
from scanner.model.resource import Ref
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Status, Verdict


def settle(promise: Promise, verdicts: Iterable[Verdict], snapshot: Snapshot, today: date, asked: Collection[str] = ()) -> Settlement:
    """Any fail breaks it; it is kept only if something was asked, all of it passed, and nothing in scope was left out.
    `asked` names the checks of this run, to say of a check that it was left out by choice."""
    groups = [(bind, [v for v in verdicts if _answers(promise, bind, v)]) for bind in promise.binds]
    relevant = {v.fingerprint: v for _, group in groups for v in group}
    counts = Counter(v.status for v in relevant.values())
    fails = tuple(sorted(v.fingerprint for v in relevant.values() if v.status is Status.FAIL))
    missing = _missing(promise, groups, snapshot, today, asked)
    if fails:
        status = Settled.BROKEN
    elif not promise.binds and promise.attested and not missing:
        status = Settled.ATTESTED
    elif promise.binds and not missing:
        status = Settled.ATTESTED if promise.attested else Settled.KEPT
    else:
        status = Settled.UNPROVEN
    tally = {s.value: counts.get(s, 0) for s in Status}
    return Settlement(promise.id, status, promise.text, tally, fails, missing, promise.url, promise.attested)


def _answers(promise: Promise, bind: Bind, verdict: Verdict) -> bool:
    if verdict.check != bind.check or dict(verdict.params) != dict(bind.params):
        return False
    if bind.facts and verdict.fact not in bind.facts:
        return False
    if bind.types and not any(fnmatchcase(verdict.subject.type, p) or (verdict.gap and _may_hide(verdict.subject.type, p)) for p in bind.types):
        return False
    return in_scope(promise.scope, verdict.subject)


def _may_hide(gap_type: str, pattern: str) -> bool:
    """A gap of all types of a provider hides those that the pattern means."""
    return gap_type.endswith("*") and pattern.startswith(gap_type[:-1])


def _missing(promise: Promise, groups: list[tuple[Bind, list[Verdict]]], snapshot: Snapshot, today: date, asked: Collection[str]) -> tuple[str, ...]:
    found: list[str] = []
    for bind, group in groups:
        if not group:
            left_out = asked and bind.check not in asked
            found.append(f"{bind.check}: {'was left out of this run' if left_out else 'nothing in scope was looked at'}")
        unknown = [v for v in group if v.status is Status.UNKNOWN]
        found.extend(f"{bind.check}: {v.subject.name} ({v.fact}): {v.reason or Reason.DEFECT}" for v in unknown)
    if promise.binds:
        found.extend(f"{left} was not looked at" for left in snapshot.run.excluded if _concerns(promise.scope, left))
        if not snapshot.run.complete:
            found.append("the scan was stopped before its end")
    if promise.attested and promise.attested.until < today:
        found.append(f"the attestation by {promise.attested.by} ended on {promise.attested.until}: renew it")
    if promise.needs:
        found.append(promise.needs)
    if not promise.binds and not promise.attested and not promise.needs:
        found.append("no check is bound to it and nobody attests it")
    return tuple(dict.fromkeys(found))


def _concerns(scope: tuple[str, ...], left_out: str) -> bool:
    """Whether something left out by choice (`aws:ACCOUNT/REGION`) lies in a scope."""
    provider, _, rest = left_out.partition(":")
    account, _, region = rest.partition("/")
    return in_scope(scope, Ref(provider, "", account, region, left_out, left_out))
