"""Promises and how they settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from scanner.model.known import Json
from scanner.model.record import dataclass


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


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence that an organisation said in public, and what would prove it."""

    id: str
    text: str
    url: str | None = None
    said: date | None = None
    scope: tuple[str, ...] = ()
    """`aws`, `aws:ACCOUNT`, `azure:SUBSCRIPTION`, `tls:HOST`, …; empty for everything."""
    binds: tuple[Bind, ...] = ()
    attested: Attestation | None = None
    needs: str | None = None
    """What would have to exist to answer it, where no check does yet."""
    line: int | None = None
    """Line of the promise in its file."""
    language: str | None = None
    """Language of the text, as BCP 47 writes it: `nl`, `en-GB`."""


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
