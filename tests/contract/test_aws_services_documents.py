"""Databases, gateways, registries, policies and the like: written documents, good, bad and refused, by themselves and as a scan reads them from the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from providers.aws.documents import holds
from scanner.declare.live import Each
from scanner.judge.estate import Estate
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from tests.support.aws import QUICK, scan
from tests.support.aws_bodies import DECLS, as_written, entries, misfits, snapshot
from tests.support.aws_wire import cloud_of, served
from tests.support.cases import each

FILE = Path(__file__).parents[2] / "fixtures" / "aws" / "services.json"
REGIONS = ("ap-northeast-1", "eu-central-1", "us-east-1")
ENTRIES = entries(FILE)
SUBJECTS = [row for row in ENTRIES if not row.get("reference")]
#: What the wire answers in full; the other rows say what is left of a document when a call was refused.
ANSWERED = [row for row in ENTRIES if not row.get("lost")]
TYPES_ = frozenset(row["type"] for row in SUBJECTS)
EXPECTED = [(row["type"], row["id"], kind, value) for row in SUBJECTS for kind, value in row["facts"].items()]


@cache
def found() -> dict[tuple[str, str], Resource]:
    return {(r.ref.type, r.ref.id): r for r in Estate.of(snapshot(ENTRIES), DECLS).resources}


@pytest.fixture(scope="module")
def read() -> Iterator[Snapshot]:
    with served(cloud_of(ANSWERED, REGIONS)) as url:
        yield scan(url, replace(QUICK, types=TYPES_, regions=REGIONS))


@each("row", ENTRIES)
def test_documents_are_what_the_api_answers(row: dict[str, Any]) -> None:
    assert list(misfits(row)) == []


@each(("kind", "id", "fact", "expected"), EXPECTED)
def test_facts_follow_from_documents(kind: str, id: str, fact: str, expected: Any) -> None:
    as_written(found()[kind, id], fact, expected)


def test_what_is_gone_or_of_another_engine_is_no_subject() -> None:
    gone = [row for row in ENTRIES if row.get("gone")]
    assert len(gone) == 5
    assert all(holds(DECLS[row["type"]].skip, row["body"]) for row in gone)
    assert not [row["name"] for row in SUBJECTS if DECLS[row["type"]].skip and holds(DECLS[row["type"]].skip, row["body"])]


def test_a_scan_reads_the_same_from_the_wire(read: Snapshot) -> None:
    """Every operation is really asked, in the protocol of its service; ids, names and regions come from the answers."""
    lost = {"ResourceNotFoundException"}  # groups, certificates and configurations that something names and that are not there
    assert [f"{call.name} {call.region}: {call.outcome} {call.detail}" for call in read.calls if not call.ok and call.code not in lost] == []
    scanned = {(r.ref.type, r.ref.id): r for r in Estate.of(read, DECLS).resources}
    alive = [row for row in ANSWERED if not row.get("reference")]
    wanted = {(row["type"], row["id"]) for row in alive}
    assert wanted <= set(scanned)
    # What one type leaves to another engine's, and the registry that every region has.
    others = {row["id"] for row in ENTRIES if row.get("gone")}
    assert {id for _, id in set(scanned) - wanted if not id.endswith(":replication-configuration")} <= others
    for row in alive:
        resource = scanned[row["type"], row["id"]]
        assert resource.ref.region == row["region"]
        assert resource.ref.name == row["name"] or isinstance(DECLS[row["type"]].live, Each)
        for fact, expected in row["facts"].items():
            as_written(resource, fact, expected)


def test_one_api_for_three_engines_gives_each_database_once(read: Snapshot) -> None:
    """RDS lists Neptune and DocumentDB too: each is one subject, of its own type."""
    subjects = [doc.ref for doc in read.documents if not doc.reference and ":rds:" in doc.ref.id]
    assert len({ref.id for ref in subjects}) == len(subjects)
    assert {ref.type.split("::")[1] for ref in subjects} == {"RDS", "DocDB", "Neptune"}
    assert len([call for call in read.calls if call.operation == "DescribeDBInstances" and call.region == "eu-central-1"]) == 1
