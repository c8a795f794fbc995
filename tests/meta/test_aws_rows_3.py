"""The third part of the coverage rows: each is answered by a declared fact and proven by a test, or excused by name."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scanner import plugins
from scanner.model import facts as vocabulary
from scanner.model.snapshot import Dialect
from tests.support.aws import TYPES

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "support" / "rows" / "aws_3.tsv"
GROUND = ROOT.parent / "shared" / "coverage" / "coverage.tsv"
ROWS = list(csv.DictReader((line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")), delimiter="\t"))
ANSWERED = [row for row in ROWS if row["type"] != "-"]
CONCERNS = {"residency", "encryption_at_rest", "backup", "transit", "certificate"}
DECLS = plugins.load_types(TYPES)


def templated(row: dict[str, str]) -> str:
    """The fact that answers in templates: the row's own, unless its note is the name of another."""
    return row["note"] if row["note"] and hasattr(vocabulary, row["note"]) else row["fact"]


@pytest.mark.parametrize("row", ANSWERED, ids=[row["row"] for row in ANSWERED])
def test_a_declared_fact_answers_in_every_dialect(row: dict[str, str]) -> None:
    decl, check = DECLS[row["type"]], plugins.load_checks()[row["check"]]
    kind = getattr(vocabulary, row["fact"])
    given = decl.given(kind)
    assert given is not None
    assert decl.live is not None
    assert kind in check.needs
    assert given.paths(Dialect.LIVE) or row["fact"] in ("Home", "AtRest")
    if "cloudformation" in row["dialects"]:
        planned = getattr(vocabulary, templated(row))
        other = decl.given(planned)
        assert decl.cloudformation
        assert planned in check.needs
        assert other is not None
        assert other.paths(Dialect.CLOUDFORMATION) or row["fact"] in ("Home", "AtRest")


@pytest.mark.parametrize("row", ANSWERED, ids=[row["row"] for row in ANSWERED])
def test_a_test_and_a_fixture_prove_it(row: dict[str, str]) -> None:
    files = [ROOT / name for name in row["test"].split(", ")]
    assert all(file.is_file() for file in files)
    folder = ROOT / "fixtures" / "aws"
    if any(file.name == "test_aws_stores.py" for file in files):
        assert any(f'"{row["type"]}"' in (folder / name).read_text(encoding="utf-8") for name in ("stores.json", "balancers.json"))
    if any(file.name == "test_aws_stores_templates.py" for file in files):
        assert f"Type: {row['type']}" in (folder / "stores.yaml").read_text(encoding="utf-8")


def test_excuses_are_few_and_say_why() -> None:
    excused = [row for row in ROWS if row["type"] == "-"]
    assert len(excused) <= len(ROWS) * 0.05
    assert all(len(row["note"]) > 60 for row in excused)
    assert len({row["row"] for row in ROWS}) == len(ROWS)


@pytest.mark.skipif(not GROUND.is_file(), reason="the coverage table is not beside the project")
def test_what_templates_show_is_answered_there_and_no_row_is_left_out() -> None:
    with GROUND.open(encoding="utf-8") as file:
        ground = {row["row"]: row for row in csv.DictReader(file, delimiter="\t") if row["provider"] == "aws" and row["concern"] in CONCERNS}
    mine = {row["row"]: row for row in ROWS}
    services = {ground[row]["resource_type"].split("::")[1] for row in mine} - {""}
    assert {row for row, said in ground.items() if said["resource_type"].split("::")[1] in services} <= set(mine)
    shown = [row["row"] for row in ANSWERED if ground[row["row"]]["how_to_read_cfn_or_arm_template"] != "-" and "cloudformation" not in row["dialects"]]
    assert shown == []
