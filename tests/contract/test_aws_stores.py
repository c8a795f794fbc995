"""Caches, queues, topics, file systems, authorities, agents and their logs: written documents, by themselves and as a scan reads them from the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from providers.aws.documents import holds
from scanner.judge.estate import Estate
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from tests.support.aws import QUICK, scan
from tests.support.aws_bodies import DECLS, as_written, entries, misfits, snapshot
from tests.support.aws_wire import cloud_of, served
from tests.support.cases import each

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aws"
REGIONS = ("eu-central-1", "us-east-1")
ENTRIES = entries(FIXTURES / "stores.json")
#: Types that moto knows and whose documents are written for what it lacks.
BESIDE = entries(FIXTURES / "balancers.json")
SUBJECTS = [row for row in ENTRIES if not row.get("reference")]
MINE = frozenset(row["type"] for row in SUBJECTS) - {"AWS::S3::Bucket"}
EXPECTED = [(row["type"], row["id"], kind, value) for row in (*SUBJECTS, *BESIDE) if not row.get("reference") for kind, value in row["facts"].items()]
IDS = [f"{kind.removeprefix('AWS::')}-{id.rsplit('/', 1)[-1].rsplit(':', 1)[-1]}-{fact}" for kind, id, fact, _ in EXPECTED]


@cache
def found() -> dict[tuple[str, str], Resource]:
    return {(r.ref.type, r.ref.id): r for r in Estate.of(snapshot([*ENTRIES, *BESIDE]), DECLS).resources}


@pytest.fixture(scope="module")
def read() -> Iterator[Snapshot]:
    with served(cloud_of(ENTRIES, REGIONS)) as url:
        yield scan(url, replace(QUICK, types=MINE, regions=REGIONS))


@each("row", [*ENTRIES, *BESIDE])
def test_documents_are_what_the_api_answers(row: dict[str, Any]) -> None:
    assert list(misfits(row)) == []


@each(("kind", "id", "fact", "expected"), EXPECTED)
def test_facts_follow_from_documents(kind: str, id: str, fact: str, expected: Any) -> None:
    as_written(found()[kind, id], fact, expected)


def test_a_scan_reads_the_same_from_the_wire(read: Snapshot) -> None:
    """Every operation is really asked, in the protocol of its service; ids, names and regions come from the answers."""
    assert [f"{call.name} {call.region}: {call.outcome} {call.detail}" for call in read.calls if not call.ok] == []
    scanned = {(r.ref.type, r.ref.id): r for r in Estate.of(read, DECLS).resources}
    alive = [row for row in SUBJECTS if not row.get("gone")]
    assert {(row["type"], row["id"]) for row in alive} == set(scanned)
    for row in alive:
        resource = scanned[row["type"], row["id"]]
        assert (resource.ref.name, resource.ref.region) == (row["name"], row.get("region"))
        for fact, expected in row["facts"].items():
            as_written(resource, fact, expected)


def test_what_is_gone_is_no_subject() -> None:
    gone = [row for row in ENTRIES if row.get("gone")]
    assert len(gone) == 2
    assert all(holds(DECLS[row["type"]].skip, row["body"]) for row in gone)


def test_nobody_s_address_is_kept() -> None:
    """Subscriptions name people: of a mail address the domain is kept, of a number nothing, of a URL its host."""
    rows = [dict(row) for row in ENTRIES if row["type"] == "AWS::SNS::Subscription"][:3]
    for row, endpoint in zip(rows, ("anna@example.org", "+31612345678", "https://user:secret@hooks.example.org/in?token=abc"), strict=True):
        row["body"] = {**row["body"], "Endpoint": endpoint}
    with served(cloud_of(rows, REGIONS)) as url:
        kept = scan(url, replace(QUICK, types=frozenset({"AWS::SNS::Subscription"}), regions=REGIONS))
    assert {str(doc.body["Endpoint"]) for doc in kept.documents} == {"@example.org", "a telephone number", "https://hooks.example.org"}
