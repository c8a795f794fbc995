"""Jobs: looks that are going to be made. A job carries the call that it will enter in the ledger, so that one
which never runs is still an answer: not collected."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Protocol

from scanner.model.known import Json, Reason
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Document


@dataclass(frozen=True, slots=True)
class Job:
    """One look."""

    call: Call
    """What is asked; its outcome is filled in by running."""
    kind: str
    """Which method of the worker does it: `list`, `detail`, `resolve`, …"""
    payload: object = None
    """What the worker needs beyond the call."""


@dataclass(frozen=True, slots=True)
class Part:
    """The answer of a detail call: belongs to a document under a key."""

    ref: Ref
    put: str
    body: Json
    """Stands in the document when the call was answered; left out when it failed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job."""

    call: Call
    documents: tuple[Document, ...] = ()
    parts: tuple[Part, ...] = ()
    jobs: tuple[Job, ...] = ()
    """Looks that follow from it."""
    more_calls: tuple[Call, ...] = ()
    """Further ledger entries, where one job makes several calls."""
    excluded: tuple[str, ...] = ()
    """What was left out by choice: `aws:111122223333/eu-west-3`."""
    reads: frozenset[Path] = frozenset()
    """Files that were read as parts of the one that was asked for: modules, nested templates."""


class Failure(Exception):
    """Raised by a worker when a call was not answered; what was read before (pages) is not lost."""

    def __init__(self, reason: Reason, code: str, detail: str, read: Answer | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.code = code
        self.detail = detail
        self.read = read


class Worker(Protocol):
    """A provider's live half."""

    def start(self) -> tuple[Job, ...]:
        """The first looks; everything else follows from their answers."""
        ...

    def work(self, job: Job) -> Answer:
        """Make one look. Raises Failure; any other exception is recorded as a defect."""
        ...

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        """When nothing is left to do: looks that need the whole picture (references). Empty ends the run."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose about collecting."""

    regions: tuple[str, ...] = ()
    """Only these regions; empty: all that are enabled."""
    types: frozenset[str] = frozenset()
    """Only these types; empty: all."""
    facts: frozenset[type] = field(default_factory=frozenset)
    """Facts that the selected checks need."""
    timeout: float = 900.0
    """Seconds for the whole run."""
    call_timeout: float = 20.0
    """Seconds for one network operation."""
    retries: int = 4
    """Further attempts for a call that was throttled or met a passing fault."""
    workers: int = 16
    """Looks under way at once."""
    settings: dict[str, str] = field(default_factory=dict)
    """Provider settings from the command line, environment and `houvast.toml`: `azure.cloud`, `azure.resource_manager`,
    `tls.connect`, `tls.ca_file`, `template.region`."""
    taken_at: str = ""
    """Start of the run, RFC 3339 UTC: the time entered in every call is read from a clock, this one is the snapshot's."""
