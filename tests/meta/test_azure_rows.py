"""Rows of the coverage table that Azure answers: each names a type, a fact and a check that exist, and is read in the dialects it claims."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scanner.declare.readers import Unread
from scanner.model.facts import FACTS
from scanner.model.snapshot import Dialect
from scanner.plugins import load_checks
from tests.support.azure import decls

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests" / "support" / "rows").glob("azure_*.tsv"))
ROWS = [row for file in FILES for row in csv.DictReader((line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")), delimiter="\t")]
NAMES = {fact.__name__: fact for fact in FACTS}


def test_a_row_stands_once_and_excuses_are_few() -> None:
    assert len({row["row"] for row in ROWS}) == len(ROWS) > 0
    assert sum(not row["type"] for row in ROWS) <= 0.05 * len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_a_row_is_answered_or_excused(row: dict[str, str]) -> None:
    if not row["type"]:
        assert len(row["note"]) > 40
        return
    types, kinds, checks = ([decls()[name] for name in row["type"].split(", ")], [NAMES[name] for name in row["fact"].split(", ")], row["check"].split(", "))
    given = [found for decl in types for kind in kinds if (found := decl.given(kind)) is not None]
    assert len(given) >= max(len(types), len(kinds)), f"{row['type']} has no {row['fact']}"
    for one in given:
        assert not any(isinstance(reader, Unread) for reader in one.readers)
        assert any(one.fact in load_checks()[check].needs for check in checks)
    assert all(load_checks()[check] for check in checks)
    assert all((ROOT / test).is_file() for test in row["test"].split(", "))
    for dialect in row["dialects"].split(", "):
        assert any(one.paths(Dialect(dialect)) or not one.shown for one in given), f"{row['type']} {row['fact']} reads nothing in {dialect}"
