"""Copies made once, and the table of what takes data across regions: each feature is answered by a declared fact that some document gives."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner import plugins
from scanner.declare.readers import Unread
from scanner.judge.estate import Estate
from scanner.model import facts as vocabulary
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from tests.support.aws import QUICK, scan
from tests.support.aws_bodies import DECLS, as_written, entries, misfits, snapshot
from tests.support.aws_wire import cloud_of, served

ROOT = Path(__file__).parents[2]
ENTRIES = entries(ROOT / "fixtures" / "aws" / "copies.json")
SUBJECTS = [row for row in ENTRIES if not row.get("reference")]
REGIONS = ("eu-central-1", "us-east-1")
TABLE = ROOT / "tests" / "support" / "rows" / "cross_region.tsv"
GROUND = ROOT.parent / "shared" / "facts" / "cross_region_features.tsv"


def rows(file: Path) -> list[dict[str, str]]:
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return list(csv.DictReader(lines, delimiter="\t"))


@cache
def found() -> dict[tuple[str, str], Resource]:
    return {(r.ref.type, r.ref.id): r for r in Estate.of(snapshot(ENTRIES), DECLS).resources}


@pytest.fixture(scope="module")
def read() -> Iterator[Snapshot]:
    with served(cloud_of([row for row in ENTRIES if not row.get("lost")], REGIONS)) as url:
        yield scan(url, replace(QUICK, types=frozenset(row["type"] for row in SUBJECTS), regions=REGIONS))


@pytest.mark.parametrize("row", ENTRIES, ids=[row["name"] for row in ENTRIES])
def test_documents_are_what_the_api_answers_and_facts_follow(row: dict[str, Any]) -> None:
    assert list(misfits(row)) == []
    for fact, expected in row["facts"].items():
        as_written(found()[row["type"], row["id"]], fact, expected)


def test_a_scan_reads_the_same_from_the_wire(read: Snapshot) -> None:
    assert [f"{call.name} {call.region}: {call.outcome} {call.detail}" for call in read.calls if not call.ok] == []
    scanned = {(r.ref.type, r.ref.id): r for r in Estate.of(read, DECLS).resources}
    for row in (row for row in SUBJECTS if not row.get("lost")):
        for fact, expected in row["facts"].items():
            as_written(scanned[row["type"], row["id"]], fact, expected)


# -- the table of features -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("row", rows(TABLE), ids=[f"{row['cloud']}-{row['service']}-{row['feature']}"[:80] for row in rows(TABLE)])
def test_a_feature_is_declared_or_excused_by_name(row: dict[str, str]) -> None:
    """`declared`: types and facts; else a reason why nothing is asked."""
    if not row["types"]:
        assert len(row["reason"]) > 40
        return
    decls = plugins.load_types(f"providers.{row['cloud']}.types")
    for name in row["types"].split(", "):
        for kind in row["facts"].split(", "):
            given = decls[name].given(getattr(vocabulary, kind))
            assert given is not None, f"{name} declares no {kind}"
            assert not any(isinstance(reader, Unread) for reader in given.readers), f"{name} does not read {kind}"


@pytest.mark.skipif(not GROUND.is_file(), reason="the facts that are shared beside the project are not here")
def test_no_feature_is_left_out() -> None:
    wanted = [(row["cloud"], row["service"], row["feature"]) for row in rows(GROUND)]
    named = [(row["cloud"], row["service"], row["feature"]) for row in rows(TABLE)]
    assert sorted(set(wanted) - set(named)) == []
    assert len(set(named)) == len(named)
    excused = [row for row in rows(TABLE) if not row["types"]]
    assert len(excused) <= 0.1 * len(named)
