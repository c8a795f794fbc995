"""Waivers: a named person accepts one finding, for a stated reason, until a date."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from scanner.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted risk. It excuses a finding; it never turns a verdict to pass nor a promise to kept (docs/adr/010-waivers.md)."""

    check: str
    subject: str
    """Glob over the id, the name or the type of a subject; an exact id always matches itself."""
    owner: str
    """Who answers for it: a name or an address."""
    reason: str
    until: date
    """Last day on which it holds."""
    line: int | None = None
    """Line of the waiver in its file."""

    def __str__(self) -> str:
        return f"waived by {self.owner} until {self.until}: {self.reason}"


@dataclass(frozen=True, slots=True)
class InlineWaiver:
    """A waiver that stands in a template, beside what it excuses; who wrote it is known to the version control."""

    check: str
    until: date
    reason: str
    line: int


class WaiverState(StrEnum):
    ACTIVE = "active"
    ENDING = "ending"
    """It ends within the next 14 days."""
    EXPIRED = "expired"
    """It has ended: what it excused is a finding again."""


@dataclass(frozen=True, slots=True)
class WaiverNote:
    """How a waiver stands at the moment of judging."""

    waiver: Waiver
    state: WaiverState
    days: int
    """Days left, today included; negative once it has ended."""
    matched: tuple[str, ...] = ()
    """Fingerprints of the failing verdicts that it names; empty: it excuses nothing (any more)."""
