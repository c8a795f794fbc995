"""The first batch of coverage rows: each is answered by a declared fact and proven by a test, or excused by name."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scanner import plugins
from scanner.model import facts as vocabulary
from scanner.model.snapshot import Dialect
from scanner.sdk import TypeDecl
from tests.support.aws import TYPES

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "support" / "rows" / "aws_1.tsv"
GROUND = ROOT.parent / "shared" / "coverage" / "coverage.tsv"
ROWS = list(csv.DictReader((line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")), delimiter="\t"))
ANSWERED = [row for row in ROWS if row["type"] != "-"]
CONCERNS = {"residency", "encryption_at_rest", "backup", "transit", "certificate"}


def templated(row: dict[str, str]) -> tuple[TypeDecl, str]:
    """Type and fact that answer in templates: the row's own, unless its note names others."""
    decls = plugins.load_types(TYPES)
    words = row["note"].removeprefix("templates: ").split()
    if not row["note"].startswith("templates: "):
        return decls[row["type"]], row["fact"]
    return (decls[words[0]], row["fact"]) if words[0].startswith("AWS::") else (decls[row["type"]], words[0])


@pytest.mark.parametrize("row", ANSWERED, ids=[row["row"] for row in ANSWERED])
def test_a_declared_fact_answers_in_every_dialect(row: dict[str, str]) -> None:
    decl, check = plugins.load_types(TYPES)[row["type"]], plugins.load_checks()[row["check"]]
    kind = getattr(vocabulary, row["fact"])
    given = decl.given(kind)
    assert given is not None
    assert decl.live is not None
    assert kind in check.needs
    assert given.paths(Dialect.LIVE) or row["fact"] in ("Home", "AtRest", "Backups")
    if "cloudformation" in row["dialects"]:
        other, fact = templated(row)
        assert other.cloudformation
        assert other.given(getattr(vocabulary, fact)) is not None


@pytest.mark.parametrize("row", ANSWERED, ids=[row["row"] for row in ANSWERED])
def test_a_test_proves_it(row: dict[str, str]) -> None:
    files = [ROOT / name for name in row["test"].split(", ")]
    assert all(file.is_file() for file in files)
    short = templated(row)[0].type.removeprefix("AWS::") if len(files) > 1 else row["type"].removeprefix("AWS::")
    template = (ROOT / "fixtures" / "aws" / "batch_1.yaml").read_text(encoding="utf-8")
    assert len(files) == 1 or f"AWS::{short}" in template


def test_excuses_are_few_and_say_why() -> None:
    excused = [row for row in ROWS if row["type"] == "-"]
    assert len(excused) <= len(ROWS) * 0.05
    assert all(len(row["note"]) > 60 for row in excused)
    assert len({row["row"] for row in ROWS}) == len(ROWS)


@pytest.mark.skipif(not GROUND.is_file(), reason="the coverage table is not beside the project")
def test_no_row_of_these_services_is_left_out() -> None:
    with GROUND.open(encoding="utf-8") as file:
        ground = [row for row in csv.DictReader(file, delimiter="\t") if row["provider"] == "aws" and row["concern"] in CONCERNS]
    mine = {row["row"] for row in ROWS}
    services = {row["resource_type"].split("::")[1] for row in ground if row["row"] in mine}
    assert {row["row"] for row in ground if row["resource_type"].split("::")[1] in services} == mine
