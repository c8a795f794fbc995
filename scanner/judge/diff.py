"""What changed between two looks at the same questions. Pure; the history and `houvast diff` share it.

A question is a fingerprint: one check with its parameters, about one fact of one subject. Three traps are closed here:

* a subject that is missing because its listing was refused is unknown, not gone and not mended;
* a subject that nobody looked at this time (other targets, other checks) keeps the state that it had;
* a finding that is unseen for a day and then seen again is the same finding, neither fixed nor new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from scanner.judge.estate import gap_ref
from scanner.model.known import Reason
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.snapshot import EVERY_TYPE, Snapshot
from scanner.model.verdict import Severity, Status, Verdict


class State(StrEnum):
    """How a question stands."""

    PASS = "pass"
    FAIL = "fail"
    WAIVED = "waived"
    """It fails, and somebody accepted that."""
    UNKNOWN = "unknown"
    GONE = "gone"
    """Its subject was looked for and is no longer there, or it is asked with other parameters now."""


#: States in which the promise does not hold.
FAILING = (State.FAIL, State.WAIVED)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of one question."""

    fingerprint: str
    check: str
    fact: str
    subject: Ref
    severity: Severity
    state: State
    why: str = ""
    reason: str | None = None
    """Why it is unknown."""
    params: str = "{}"
    """The parameters as JSON."""
    look: str = ""
    """Id of the call that showed the subject; empty where no single call did."""
    gap: bool = False
    known: State | None = None
    """The last state that was no `unknown`; None when it was never known."""
    failed_before: bool = False


class Kind(StrEnum):
    """What happened to a question."""

    NEW = "new"
    """It fails, and never did before."""
    REOPENED = "reopened"
    """It fails again after it was mended or gone."""
    WAIVER_ENDED = "waiver-ended"
    WAIVED = "waived"
    RESOLVED = "resolved"
    """It failed, and passes now."""
    REMOVED = "removed"
    """It failed, and its subject is no longer there."""
    NEWLY_UNKNOWN = "newly-unknown"
    KNOWN_AGAIN = "known-again"


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose state changed. `kind` is None for changes that nobody needs to hear of."""

    before: Standing | None
    after: Standing
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run looked at, so that what is missing can be told from what was not looked for."""

    calls: Mapping[str, bool]
    """Answered or not, by call id."""
    accounts: frozenset[tuple[str, str]]
    """Provider and account of every answered call."""
    listed: frozenset[tuple[str, str, str, str]] = frozenset()
    """Provider, account, region and type of every listing that was answered: it would have shown what is there."""
    checks: frozenset[str] | None = None
    """Checks that were asked; None: all."""
    types: frozenset[str] = frozenset()
    """Only these types were judged; empty: all."""

    @classmethod
    def of(cls, snapshot: Snapshot, checks: Iterable[str] | None = None, types: Iterable[str] = ()) -> Seen:
        """What a snapshot looked at, and what was asked of it."""
        calls = {call.id: call.ok for call in snapshot.calls if call.outcome is not Reason.NOT_COLLECTED}
        accounts = frozenset((call.provider, call.account) for call in snapshot.calls if call.ok)
        listed = frozenset((call.provider, call.account, call.region, kind) for call in snapshot.calls if call.ok for kind in call.types)
        return cls(calls, accounts, listed, None if checks is None else frozenset(checks), frozenset(types))

    def looked_for(self, standing: Standing) -> bool:
        """Whether the subject would have been seen if it were there. The call that showed it may be one about itself alone,
        which nobody makes of a thing that is no longer listed."""
        ref = standing.subject
        if standing.look in self.calls:
            return self.calls[standing.look]
        # Azure lists resources of every type at once; a `*` of AWS is a list of regions or accounts, and shows no resource.
        kinds = (ref.type, EVERY_TYPE) if ref.provider == "azure" and ref.account else (ref.type,)
        if any((ref.provider, ref.account, region, kind) in self.listed for region in (ref.region, "", "global") for kind in kinds):
            return True
        return not standing.look and (ref.provider, ref.account) in self.accounts

    def asked(self, standing: Standing) -> bool:
        """Whether this run would have asked the question, had it seen the subject."""
        return (self.checks is None or standing.check in self.checks) and (not self.types or standing.subject.type in self.types or standing.gap)


def standings(verdicts: Iterable[Verdict], snapshot: Snapshot) -> dict[str, Standing]:
    """The state of every question, with the call that showed its subject."""
    import json

    looks = {doc.ref: doc.calls[""] for doc in snapshot.documents if "" in doc.calls}
    looks |= {gap_ref(call, kind): call.id for call in snapshot.calls if not call.ok for kind in call.types}
    found: dict[str, Standing] = {}
    params: dict[str, str] = {}
    for verdict in verdicts:
        key = repr(verdict.params)
        if key not in params:
            params[key] = json.dumps(dict(verdict.params), sort_keys=True, default=list)
        state = State.WAIVED if verdict.waiver else State(verdict.status.value)
        fingerprint = verdict.fingerprint
        found[fingerprint] = Standing(
            fingerprint, verdict.check, verdict.fact, verdict.subject, verdict.severity, state, verdict.why,
            verdict.reason.value if verdict.status is Status.UNKNOWN and verdict.reason else None,
            params[key], looks.get(verdict.subject, ""), verdict.gap, None if state is State.UNKNOWN else state, state in FAILING,
        )  # fmt: skip
    return found


def compare(old: Mapping[str, Standing], new: Mapping[str, Standing], seen: Seen, same: Collection[str] = frozenset()) -> tuple[Change, ...]:
    """Every question whose state changed, in the order of reports. `same` are questions that are known to stand as before:
    they need not be in `old`, where a large history would spend its time."""
    changes = [change for fingerprint, after in new.items() if fingerprint not in same and (change := _step(old.get(fingerprint), after))]
    hidden: dict[tuple[str, str, str], list[Standing]] = defaultdict(list)
    for standing in new.values():
        if standing.gap:
            hidden[standing.check, standing.fact, standing.subject.type].append(standing)
    wide = {key[2] for key in hidden if key[2].endswith("*")}
    absent = [before for fingerprint, before in old.items() if fingerprint not in new and before.state is not State.GONE and seen.asked(before)]
    asked_of = {(s.check, s.fact, s.subject) for s in new.values()} if absent else set()
    for before in absent:
        kinds = (before.subject.type, *wide)
        hiding = next((g for kind in kinds for g in hidden.get((before.check, before.fact, kind), ()) if hides(g.subject, before.subject)), None)
        missing = _missing(before, seen, hiding, asked_of)
        if missing and (change := _step(before, missing)):
            changes.append(change)
    return tuple(sorted(changes, key=_order))


def _order(change: Change) -> tuple[int, int, str, Ref, str, str]:
    kinds = [None, *Kind]
    after = change.after
    return (kinds.index(change.kind) or len(kinds), after.severity.rank, after.check, after.subject, after.fact, after.fingerprint)


def _missing(before: Standing, seen: Seen, hiding: Standing | None, asked_of: set[tuple[str, str, Ref]]) -> Standing | None:
    """How a question stands whose subject was not among the verdicts; `hiding` is the gap that may hide it. None: nobody looked."""
    answered = seen.calls.get(before.look) if before.look else None
    if (before.check, before.fact, before.subject) in asked_of:
        return replace(before, state=State.GONE, why="it is asked with other parameters now", reason=None)
    if before.gap:
        closed = answered or (answered is None and not hiding and (before.subject.provider, before.subject.account) in seen.accounts)
        return replace(before, state=State.GONE, why="the look is answered again", reason=None) if closed else None
    if hiding:
        return replace(before, state=State.UNKNOWN, why=hiding.why, reason=hiding.reason)
    if answered is False:
        return replace(before, state=State.UNKNOWN, why=f"not seen: {before.look} was not answered", reason=Reason.UNAVAILABLE.value)
    if seen.looked_for(before):
        return replace(before, state=State.GONE, why="it is no longer there", reason=None)
    return None


def hides(gap: Ref, subject: Ref) -> bool:
    """Whether a failed listing would have shown a subject. What cannot be told apart is taken to be hidden."""
    if gap.provider != subject.provider:
        return False
    same_type = gap.type == subject.type or (gap.type.endswith("*") and subject.type.startswith(gap.type[:-1]))
    places = ("", "global")
    same_account = not gap.account or not subject.account or gap.account == subject.account
    return same_type and same_account and (gap.region in places or subject.region in places or gap.region == subject.region)


def _step(before: Standing | None, after: Standing) -> Change | None:
    """The change from one standing to the next, carrying on what was known before."""
    if before and before.state is after.state:
        return None
    known, failed = (before.known, before.failed_before) if before else (None, False)
    after = replace(after, known=known if after.state is State.UNKNOWN else after.state, failed_before=failed or after.state in FAILING)
    return Change(before, after, _kind(before, after, known, failed))


def _kind(before: Standing | None, after: Standing, known: State | None, failed: bool) -> Kind | None:
    match after.state:
        case State.FAIL if known is State.FAIL:
            return Kind.KNOWN_AGAIN
        case State.FAIL if known is State.WAIVED:
            return Kind.WAIVER_ENDED
        case State.FAIL:
            return Kind.REOPENED if failed else Kind.NEW
        case State.WAIVED:
            return Kind.KNOWN_AGAIN if known is State.WAIVED else Kind.WAIVED
        case State.PASS if known in FAILING:
            return Kind.RESOLVED
        case State.PASS:
            return Kind.KNOWN_AGAIN if before and before.state is State.UNKNOWN else None
        case State.GONE:
            return Kind.REMOVED if known in FAILING and "other parameters" not in after.why else None
        case State.UNKNOWN:
            return Kind.NEWLY_UNKNOWN
    return None


def still_failing(old: Mapping[str, Standing], new: Mapping[str, Standing]) -> Iterator[Standing]:
    """Questions that failed before and fail now."""
    for fingerprint, standing in new.items():
        if standing.state is State.FAIL and fingerprint in old and old[fingerprint].known is State.FAIL:
            yield standing
