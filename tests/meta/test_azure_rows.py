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
    decl, kind = decls()[row["type"]], NAMES[row["fact"]]
    given = decl.given(kind)
    assert given is not None, f"{decl.type} has no {kind.__name__}"
    assert not any(isinstance(reader, Unread) for reader in given.readers)
    assert kind in load_checks()[row["check"]].needs
    assert all((ROOT / test).is_file() for test in row["test"].split(", "))
    for dialect in row["dialects"].split(", "):
        assert given.paths(Dialect(dialect)) or not given.shown, f"{decl.type} {kind.__name__} reads nothing in {dialect}"
