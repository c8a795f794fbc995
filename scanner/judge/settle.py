"""Settle promises: kept, broken, unproven or attested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

from scanner.judge.scope import in_scope, tagged
from scanner.model.known import Reason
from scanner.model.promise import Bind, Promise, Settled, Settlement
from scanner.model.resource import Ref
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Status, Verdict


def settle(
    promise: Promise,
    verdicts: Iterable[Verdict] | Mapping[str, Sequence[Verdict]],
    snapshot: Snapshot,
    today: date,
    asked: Collection[str] = (),
    meets: Mapping[str, Collection[str]] | None = None,
) -> Settlement:
    """Any fail breaks it; it is kept only if something was asked, all of it passed, and nothing in scope was left out.
    `asked` names the checks of this run, to say of a check that it was left out by choice; `meets` names the types that a
    check can meet, to tell whether a type that was left out could have answered. Who settles many promises gives the verdicts `by_check`."""
    every = verdicts if isinstance(verdicts, Mapping) else by_check(verdicts)
    groups = [(bind, [v for v in every.get(bind.check, ()) if answers(promise, bind, v)]) for bind in promise.binds]
    relevant = {v.fingerprint: v for _, group in groups for v in group}
    counts = Counter(v.status for v in relevant.values())
    fails = tuple(sorted(v.fingerprint for v in relevant.values() if v.status is Status.FAIL))
    missing = _missing(promise, groups, snapshot, today, asked, meets or {})
    if fails:
        status = Settled.BROKEN
    elif not promise.binds and promise.attested and not missing:
        status = Settled.ATTESTED
    elif promise.binds and not missing:
        status = Settled.ATTESTED if promise.attested else Settled.KEPT
    else:
        status = Settled.UNPROVEN
    tally = {s.value: counts.get(s, 0) for s in Status}
    if accepted := sum(v.waiver is not None for v in relevant.values()):
        tally["waived"] = accepted  # among the fails: an accepted risk is no kept word
    return Settlement(promise.id, status, promise.text, tally, fails, missing, promise.url, promise.attested, promise.severity)


def by_check(verdicts: Iterable[Verdict]) -> Mapping[str, Sequence[Verdict]]:
    """Verdicts in their order, by what was asked."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.check, []).append(verdict)
    return found


def answers(promise: Promise, bind: Bind, verdict: Verdict) -> bool:
    """Whether a verdict says something about what a promise binds."""
    if verdict.check != bind.check or (verdict.params is not bind.params and dict(verdict.params) != dict(bind.params)):
        return False
    if bind.facts and verdict.fact not in bind.facts:
        return False
    if bind.types:
        kind = verdict.subject.type.lower()
        if not any(fnmatchcase(kind, p.lower()) or (verdict.gap and _may_hide(kind, p.lower())) for p in bind.types):
            return False
    return not promise.scope or in_scope(promise.scope, verdict.subject, verdict.tags, verdict.all_tags)


def _may_hide(gap_type: str, pattern: str) -> bool:
    """Whether a gap of many types (`AWS::*`) may hide one that a pattern (`AWS::S3::*`, `*Bucket`) means: up to their first
    wildcards the two do not contradict each other."""
    gap, head = gap_type.removesuffix("*"), re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    return gap_type.endswith("*") and (head.startswith(gap) or gap.startswith(head))


def _missing(
    promise: Promise, groups: list[tuple[Bind, list[Verdict]]], snapshot: Snapshot, today: date, asked: Collection[str], meets: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    found: list[str] = []
    for bind, group in groups:
        if not group:
            left_out = asked and bind.check not in asked
            found.append(f"{bind.check}: {'was left out of this run' if left_out else 'nothing in scope was looked at'}")
        unknown = [v for v in group if v.status is Status.UNKNOWN]
        found.extend(f"{bind.check}: {v.subject.name} ({v.fact}): {v.why or v.reason or Reason.DEFECT}" for v in unknown)
    if promise.binds:
        seen = [v for _, group in groups for v in group]
        found.extend(_UNSEEN[item.startswith("tag:")].format(item) for item in promise.scope if not _looked_at(item, seen, snapshot))
        found.extend(f"{left_out_words(left)} not looked at" for left in snapshot.run.excluded if _concerns(promise, groups, left, meets))
        if not snapshot.run.complete:
            found.append("the scan was stopped before its end")
    if promise.attested and promise.attested.on > today:
        found.append(f"the attestation by {promise.attested.by} begins on {promise.attested.on}")
    if promise.attested and promise.attested.until < today:
        found.append(f"the attestation by {promise.attested.by} ended on {promise.attested.until}: renew it")
    if promise.needs:
        found.append(promise.needs)
    if not promise.binds and not promise.attested and not promise.needs:
        found.append("no check is bound to it and nobody attests it")
    return tuple(dict.fromkeys(found))


_UNSEEN = ("{} was not looked at", "nothing was seen that carries {}")


def _looked_at(item: str, seen: Iterable[Verdict], snapshot: Snapshot) -> bool:
    """Whether this run saw anything of one part of a scope: half of what was promised does not keep a promise. A tag was
    seen where something carries it: a misspelt one must not be kept by what has no tags at all."""
    kind, _, rest = item.partition(":")
    if kind == "tag":
        return any(tagged(rest, verdict.tags) for verdict in seen)
    if any(in_scope((item,), subject) for subject in {id(verdict.subject): verdict.subject for verdict in seen}.values()):
        return True
    account = item.partition(":")[2].partition("/")[0]
    calls = (c for c in snapshot.calls if c.ok and (c.account or not account))
    return any(in_scope((item,), Ref(c.provider, "", c.account, c.region, c.subject, c.subject)) for c in calls)


def left_out_words(left: str) -> str:
    """An entry of `Run.excluded` as the subject of a sentence: long lists by their number."""
    what, _, rest = left.partition(":all but ")
    if not rest:
        return f"{left} was"
    chosen = rest.split(", ")
    return f"{what} other than {rest} were" if len(chosen) <= 3 else f"{what} other than the {len(chosen)} that were chosen were"


def _could_meet(promise: Promise, bind: Bind, chosen: frozenset[str], meets: Mapping[str, Collection[str]]) -> bool:
    """Whether a type that was left out could have answered a bind; when its types are not known, it could."""
    if bind.types:
        return not chosen.issuperset(bind.types)
    if bind.check not in meets:
        return True
    left = (Ref(_provider(kind), kind, "", "", kind, kind) for kind in meets[bind.check] if kind not in chosen)
    return any(in_scope(promise.scope, ref) for ref in left)


def _provider(kind: str) -> str:
    return "aws" if kind.startswith("AWS::") else "tls" if kind.startswith("TLS::") else "azure"


def _concerns(promise: Promise, groups: list[tuple[Bind, list[Verdict]]], left_out: str, meets: Mapping[str, Collection[str]]) -> bool:
    """Whether something left out by choice (`aws:ACCOUNT/REGION`, `types:all but …`) might have answered a promise."""
    provider, _, rest = left_out.partition(":")
    chosen = frozenset(rest.removeprefix("all but ").split(", "))
    if provider == "types":
        return any(_could_meet(promise, bind, chosen, meets) for bind in promise.binds)
    if provider == "facts":
        return any(verdict.fact not in chosen for _, group in groups for verdict in group)
    if provider == "tls":  # `tls:HOST:PORT@ADDRESS`: one of several addresses
        return in_scope(promise.scope, Ref(provider, "", "", "", rest, rest.rpartition("@")[0].rpartition(":")[0].strip("[]")))
    if provider == "tls":  # an endpoint that was not probed: `tls:HOST:PORT`
        return in_scope(promise.scope, Ref("tls", "TLS::Endpoint", "", "", rest, rest.rpartition(":")[0]))
    account, _, region = rest.partition("/")
    return in_scope(promise.scope, Ref(provider, "", account, region, left_out, left_out))
