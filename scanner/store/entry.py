"""What a scan adds to the history, and what is new in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.judge.diff import Change, Seen
from scanner.judge.estate import Estate
from scanner.model.facts import Backups, Certificate
from scanner.model.known import Known
from scanner.model.promise import Settled
from scanner.model.resource import Ref
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Assessment, Gap


@dataclass(frozen=True, slots=True)
class SeenCertificate:
    """A certificate as one place showed it."""

    subject: Ref
    key: str
    """Its fingerprint, or what stands for it where the source gives none."""
    names: tuple[str, ...]
    issuer: str
    not_before: datetime | None
    """None: the source does not say."""
    not_after: datetime
    look: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one scan adds to the history."""

    assessment: Assessment
    snapshot: Snapshot
    seen: Seen
    series: str
    """Scans of one series are compared promise by promise: by default the targets, as they were named."""
    certificates: tuple[SeenCertificate, ...] = ()
    recovery_points: tuple[tuple[Ref, datetime, str], ...] = ()
    """(subject, moment that can be restored, kind of backup)."""

    @property
    def key(self) -> str:
        """Recording the same judgement of the same snapshot twice is recording it once."""
        a = self.assessment
        settled = [(s.promise, s.status.value) for s in a.settlements]
        asked = [sorted(self.seen.checks) if self.seen.checks is not None else None, sorted(self.seen.types)]
        text = json.dumps([a.snapshot_digest, a.judged_at, a.declarations_digest, self.series, settled, asked])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """A promise that came out otherwise than at the last scan of its series."""

    promise: str
    text: str
    before: Settled | None
    after: Settled
    known: Settled | None = None
    """How it came out the last time that anybody could tell."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was new in a scan."""

    scan: int
    first: bool
    """The first one of its series."""
    changes: tuple[Change, ...] = ()
    promises: tuple[PromiseChange, ...] = ()
    opened: tuple[Gap, ...] = ()
    """Looks that are newly not answered."""
    closed: tuple[str, ...] = ()
    """Names of looks that are answered again."""
    certificates: tuple[SeenCertificate, ...] = ()
    """Those last seen at a place that this scan looked at, or tried to."""
    late: bool = False
    """A newer scan of this series was recorded before: only what this one alone saw counts."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell people. Its key says what it is about: an event is stored once, whatever happens."""

    key: str
    kind: str
    """`promise`, `finding`, `gap`, `certificate`, `waiver`, `attestation`, `operation`."""
    severity: str
    """`critical`, `high`, `medium`, `low`, or `info` for good news."""
    title: str
    body: str = ""


Decide = Callable[[Entry, Recorded], Iterable[Event]]


def entry_of(assessment: Assessment, snapshot: Snapshot, estate: Estate, seen: Seen, series: str = "") -> Entry:
    """Put together what a scan adds; certificates and recovery points are read from the facts."""
    looks = {doc.ref: doc.calls[""] for doc in snapshot.documents if "" in doc.calls}
    certificates: list[SeenCertificate] = []
    points: list[tuple[Ref, datetime, str]] = []
    for resource in estate.resources:
        held = resource.facts.get(Certificate)
        if isinstance(held, Known):
            certificates.append(_seen(resource.ref, held.value, looks.get(resource.ref, "")))
        backups = resource.facts.get(Backups)
        if isinstance(backups, Known) and backups.value.last is not None:
            points.append((resource.ref, backups.value.last, backups.value.kind))
    return Entry(assessment, snapshot, seen, series or " ".join(snapshot.run.targets), tuple(certificates), tuple(points))


def _seen(ref: Ref, certificate: Certificate, look: str) -> SeenCertificate:
    stands_for = f"{','.join(sorted(certificate.names))}|{certificate.issuer}|{certificate.serial}|{stamp(certificate.not_after)}"
    key = certificate.fingerprint or hashlib.sha256(stands_for.encode()).hexdigest()
    return SeenCertificate(ref, key, certificate.names, certificate.issuer, certificate.not_before, certificate.not_after, look)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The inverse of `stamp`."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
