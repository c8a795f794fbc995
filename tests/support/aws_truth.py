"""What was built in moto and what a scan of it is judged to be, row by row of a written truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from scanner import plugins
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model import facts as vocabulary
from scanner.model.known import Known, Reason
from scanner.model.snapshot import Snapshot
from tests.support.aws import QUICK, TYPES, moto_server, scan
from tests.support.aws_bodies import planned, said, shown

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Row = tuple[str, ...]
"""Row of the coverage table, check, type, name (blanks are hyphens), region (a hyphen where there is none), fact, status."""


class Builder(Protocol):
    """Builds an estate; may give ids by the names that the truth has for them."""

    def __init__(self, url: str) -> None: ...

    def build(self) -> dict[str, str] | None: ...


def rows(text: str) -> list[Row]:
    """One to a line, its words apart by blanks."""
    return [tuple(line.split()) for line in text.strip().splitlines()]


@dataclass(frozen=True)
class Built:
    """A scan of an estate."""

    snapshot: Snapshot
    ids: Mapping[str, str]
    """Ids by the names of the truth."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Names of the truth by what the scan calls things that have no id of their own."""

    def verdicts(self, truth: Iterable[Row]) -> dict[Row, str]:
        """Status by check, type, name, region and fact: of the checks that the truth is about."""
        names = {id: name for name, id in self.ids.items()} | dict(self.also)
        questions = [Question(plugins.load_checks()[check]) for check in sorted({row[1] for row in truth})]
        found = judge(Estate.of(self.snapshot, plugins.load_types(TYPES)), questions, NOW)
        return {
            (v.check, v.subject.type.removeprefix("AWS::"), names.get(v.subject.name, v.subject.name).replace(" ", "-"), v.subject.region or "-", v.fact): v.status.value
            for v in found
        }

    def lost(self) -> set[str]:
        """Operations that were not answered: by moto, which lacks them, and by no fault of the scan."""
        assert all(call.outcome is not Reason.DEFECT for call in self.snapshot.calls)
        assert len({call.id for call in self.snapshot.calls}) == len(self.snapshot.calls)
        return {call.operation for call in self.snapshot.calls if not call.ok}

    def shows(self, *secrets: str) -> list[str]:
        """Those of the words that stand in a document."""
        text = repr([doc.body for doc in self.snapshot.documents])
        return [word for word in secrets if word in text]


def built(builder: type[Builder], types: frozenset[str], regions: tuple[str, ...], **settings: Any) -> Built:
    """An estate in moto, built and scanned."""
    with moto_server() as url:
        ids = builder(url).build()
        return Built(scan(url, replace(QUICK, types=types, regions=regions, **settings)), ids or {})


def template_rows(text: str) -> list[Row]:
    """Logical id, fact, field (`-`: the whole fact, as `said` writes it) and value, which may hold blanks or be empty."""
    return [(*line.split(None, 3), "")[:4] for line in text.strip().splitlines()]


def template_says(file: Path, name: str, fact: str, field: str, expected: str) -> None:
    """A template makes a resource of which this is true."""
    read = planned(file)[name].facts.get(getattr(vocabulary, fact))
    if field == "-":
        got = said(read)
        assert (" ".join(got) if isinstance(got, list) else got) == expected, read
    else:
        assert isinstance(read, Known), read
        assert str(shown(getattr(read.value, field))) == expected


def holds(row: Row, verdicts: Mapping[Row, str]) -> None:
    """The verdict is the one that was written."""
    _, check, kind, name, region, fact, status = row
    assert verdicts.get((check, kind, name, region, fact)) == status


__all__ = ["Built", "Row", "built", "holds", "rows", "template_rows", "template_says"]
