"""What a check says about a subject, and the assessment that holds all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scanner.model.known import Json, Reason, Source
from scanner.model.later import Later
from scanner.model.promise import Settlement
from scanner.model.record import dataclass, packed
from scanner.model.resource import Ref
from scanner.model.severity import Severity as Severity
from scanner.model.waiver import WaiverNote

if TYPE_CHECKING:
    from scanner.model.baseline import Baseline


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


_ORDER = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.PASS: 2}
_WEIGHTS = {(status, severity): (place, severity.rank) for status, place in _ORDER.items() for severity in Severity}


def weight_of(status: Status, severity: Severity) -> tuple[int, int]:
    """Failures first, worst first."""
    return _WEIGHTS[status, severity]


@packed(frozen=True, slots=True)
class Outcome:
    """What a check's body returns: made by `passes`, `fails` or `unsure`."""

    status: Status
    why: str
    reason: Reason | None = None
    severity: Severity | None = None
    """Overrides the check's own, for rules whose weight depends on what was seen."""


def passes(why: str) -> Outcome:
    """The promise holds here; `why` says what was seen."""
    return Outcome(Status.PASS, why)


def fails(why: str, severity: Severity | None = None) -> Outcome:
    """The promise is broken here; `why` names the thing and what was seen."""
    return Outcome(Status.FAIL, why, None, severity)


def unsure(reason: Reason, why: str) -> Outcome:
    """What was read does not answer the question."""
    return Outcome(Status.UNKNOWN, why, reason)


_ENCODE = json.JSONEncoder(sort_keys=True).encode
_quoted = json.encoder.encode_basestring_ascii
_text = json.encoder.encode_basestring_ascii  # JSON of a text, without making an encoder for each


def fingerprint(check: str, params: Mapping[str, Json], subject: Ref, fact: str) -> str:
    """Stable id of a verdict: what was asked of whom, never what the answer said. Azure spells one id now in this case, now in that."""
    import hashlib  # loads OpenSSL, 4 ms: only where one is asked for

    kind, id = (subject.type.lower(), subject.id.lower()) if subject.provider == "azure" else (subject.type, subject.id)
    given = _ENCODE(dict(params)) if params else "{}"
    asked = f"[{_text(check)}, {given}, {_text(subject.provider)}, {_text(kind)}, {_text(subject.account)}, {_text(subject.region)}, {_text(id)}, {_text(fact)}]"
    return hashlib.sha256(asked.encode()).hexdigest()[:24]


@packed(frozen=True, slots=True)
class Verdict:
    """One check, one subject, one fact: pass, fail or unknown, with evidence."""

    check: str
    params: Mapping[str, Json]
    subject: Ref
    fact: str
    status: Status
    why: str
    severity: Severity
    evidence: Sequence[Source] = ()
    reason: Reason | None = None
    """Set when and only when the status is unknown."""
    gap: bool = False
    """The subject stands for everything that a failed look would have shown."""
    waiver: str | None = None
    """Who accepted this fail, until when and why; the status stays fail."""
    tags: Mapping[str, str] | None = None
    """Those that were read; None for a gap."""
    all_tags: bool = False
    """The subject has no others; else a tag that is not among them may be there all the same."""

    __beside__ = ("_print",)

    @property
    def fingerprint(self) -> str:
        """Computed once: reports and settlements ask for it again and again."""
        found: str | None = getattr(self, "_print", None)
        if found is None:
            found = fingerprint(self.check, self.params, self.subject, self.fact)
            object.__setattr__(self, "_print", found)
        return found

    @property
    def weight(self) -> tuple[int, int]:
        """Failures first, worst first."""
        return weight_of(self.status, self.severity)

    @property
    def sort_key(self) -> tuple[int, int, str, tuple[str, ...], str]:
        """Failures first, worst first, then by name: the order of every report."""
        ref = self.subject
        return (*self.weight, self.check, (ref.provider, ref.type, ref.account, ref.region, ref.id, ref.name), self.fact)

    def with_evidence(self, evidence: Sequence[Source]) -> Verdict:
        """The same, with other evidence."""
        return Verdict(
            self.check, self.params, self.subject, self.fact, self.status, _why.__get__(self), self.severity, evidence, self.reason, self.gap, self.waiver, self.tags, self.all_tags
        )


_why: Any = vars(Verdict.__mro__[1])["why"]
"""The room of `why`. There may stand a form and a name: what thousands of resources of a file are said to be becomes a sentence when
somebody reads it. `(form, name)` is no value for others to give."""


def _read_why(verdict: Verdict) -> str:
    text = _why.__get__(verdict)
    if type(text) is tuple:
        form, name = text
        text = form(name)
        _why.__set__(verdict, text)
    said: str = text
    return said


type.__setattr__(Verdict, "why", property(_read_why))


@dataclass(frozen=True, slots=True)
class Gap:
    """A look that was not answered, and what would close it."""

    provider: str
    account: str | None
    region: str | None
    service: str
    operation: str
    reason: Reason
    code: str
    permission: str | None
    types: tuple[str, ...]
    subject: str | None = None
    """Id of the one resource the look was about; None for a list."""
    detail: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The denominator of a report."""

    asked: int
    answered: int
    gaps: tuple[Gap, ...]
    excluded: tuple[str, ...] = ()
    """What was left out by choice: `aws:111122223333/eu-west-3`."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement of one snapshot at one moment: what `--format json` prints."""

    version: str
    taken_at: str
    judged_at: str
    of_snapshot: str | Later
    of_declarations: str | Later
    """Digests of what was judged, and of the rules: worked out for reports that show them."""
    coverage: Coverage
    verdicts: tuple[Verdict, ...]
    settlements: tuple[Settlement, ...] = ()
    resources: int = 0
    """Resources that were judged."""
    waivers: tuple[WaiverNote, ...] = ()
    """How every waiver stands, those that end first first; ended ones are to be shown loudly."""
    baseline: Baseline | None = None
    """What an earlier report found, where one was given."""

    @property
    def snapshot_digest(self) -> str:
        return self.of_snapshot if isinstance(self.of_snapshot, str) else self.of_snapshot.text

    @property
    def declarations_digest(self) -> str:
        return self.of_declarations if isinstance(self.of_declarations, str) else self.of_declarations.text
