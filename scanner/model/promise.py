"""Promises and how they settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from enum import StrEnum

from scanner.model.known import Json
from scanner.model.record import dataclass
from scanner.model.severity import Severity

#: Days ahead of the end of an attestation at which people are reminded, where it names none of its own.
REMIND_DAYS = 30


class Settled(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    UNPROVEN = "unproven"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True)
class Bind:
    """One check that answers (part of) a promise."""

    check: str
    params: Mapping[str, Json] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    """Only subjects of these types; empty for all. `AWS::EC2::*` is allowed."""
    facts: tuple[str, ...] = ()
    """Only these facts; empty for all."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person's word for what no scanner can see."""

    by: str
    document: str
    on: date
    until: date
    remind: date | None = None
    """From when on its end is announced, where that was said."""

    @property
    def remind_on(self) -> date:
        """The day from which its end is announced."""
        return self.remind or self.until - timedelta(days=REMIND_DAYS)

    def due(self, today: date) -> bool:
        """Whether it should be renewed now: it ends soon, or has ended."""
        return self.on <= today and (today >= self.remind_on or today > self.until)


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence that an organisation said in public, and what would prove it."""

    id: str
    text: str
    url: str | None = None
    said: date | None = None
    scope: tuple[str, ...] = ()
    """`aws`, `aws:ACCOUNT`, `azure:SUBSCRIPTION`, `tls:HOST`, `tag:KEY=VALUE`, …; empty for everything."""
    binds: tuple[Bind, ...] = ()
    attested: Attestation | None = None
    needs: str | None = None
    """What would have to exist to answer it, where no check does yet."""
    line: int | None = None
    """Line of the promise in its file."""
    language: str | None = None
    """Language of the text, as BCP 47 writes it: `nl`, `en-GB`."""
    severity: Severity | None = None
    """How bad it is to break it; takes the place of what its checks say."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a promise came out."""

    promise: str
    status: Settled
    text: str
    counts: Mapping[str, int]
    """Verdicts by status: pass, fail, unknown; `waived` counts those of the fails that somebody accepted."""
    fails: tuple[str, ...] = ()
    """Fingerprints of the failing verdicts."""
    missing: tuple[str, ...] = ()
    """What would prove it."""
    url: str | None = None
    attested: Attestation | None = None
    severity: Severity | None = None
    """What the promise says of itself; None where its checks say it."""
