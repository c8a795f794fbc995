"""Coverage rows of databases, gateways, registries, queues, functions and policies: each is answered by a declared fact and proven by tests, or excused by name."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from scanner import plugins
from scanner.model import facts as vocabulary
from scanner.model.snapshot import Dialect
from tests.contract.test_aws_services_templates import ROWS as TEMPLATED
from tests.support.aws import TYPES

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "support" / "rows" / "aws_2.tsv"
GROUND = ROOT.parent / "shared" / "coverage" / "coverage.tsv"
ROWS = list(csv.DictReader((line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")), delimiter="\t"))
ANSWERED = [row for row in ROWS if row["type"] != "-"]
CONCERNS = {"residency", "encryption_at_rest", "backup", "transit", "certificate"}
WRITTEN = json.loads((ROOT / "fixtures" / "aws" / "services.json").read_text(encoding="utf-8"))


class _Loader(yaml.SafeLoader):
    """Templates with their short functions, which are not looked into here."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: suffix)


@pytest.mark.parametrize("row", ANSWERED, ids=[row["row"] for row in ANSWERED])
def test_a_declared_fact_answers_in_every_dialect(row: dict[str, str]) -> None:
    decl, check = plugins.load_types(TYPES)[row["type"]], plugins.load_checks()[row["check"]]
    kind = getattr(vocabulary, row["fact"])
    given = decl.given(kind)
    assert given is not None
    assert decl.live is not None
    assert kind in check.needs
    assert given.paths(Dialect.LIVE) or row["fact"] == "Home"
    assert "cloudformation" not in row["dialects"] or plugins.load_types(TYPES)[templated(row)].cloudformation


def templated(row: dict[str, str]) -> str:
    """The type that answers in templates."""
    return row["note"].split(": ")[1].split(";")[0] if row["note"].startswith("templates: AWS::") else row["type"]


@pytest.mark.parametrize("row", ANSWERED, ids=[row["row"] for row in ANSWERED])
def test_the_named_tests_hold_the_very_fact(row: dict[str, str]) -> None:
    """A document with a known value and the fact expected of it; in templates a resource of the type with the fact."""
    assert all((ROOT / name).is_file() for name in row["tests"].split(", "))
    expected = [one["facts"].get(row["fact"]) for one in WRITTEN if one["type"] == row["type"]]
    assert [value for value in expected if value is not None and not str(value).startswith("unknown")] or row["fact"] == "AtRest"
    if "templates" in row["tests"]:
        stack = yaml.load((ROOT / "fixtures" / "aws" / "services.yaml").read_text(encoding="utf-8"), _Loader)
        kinds = {name: resource["Type"] for name, resource in stack["Resources"].items()}
        assert [truth for truth in TEMPLATED if kinds[truth[0]] == templated(row) and truth[1] == row["fact"]] or row["fact"] == "Home"


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
    services = {ground[row]["resource_type"].split("::")[1] for row in mine}
    assert {row for row, said in ground.items() if said["resource_type"].split("::")[1] in services} == set(mine)
    assert [row["row"] for row in ANSWERED if ground[row["row"]]["how_to_read_cfn_or_arm_template"] != "-" and "cloudformation" not in row["dialects"]] == []
