"""Every row of the coverage table is answered by a declared fact, a check and a test, or excused by name in one file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scanner.declare.decl import FactDecl
from scanner.declare.readers import Unread
from scanner.model.facts import FACTS, Home
from scanner.model.snapshot import Dialect
from scanner.plugins import load_checks, load_types
from tests.support.cases import cases, grouped, service

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "support" / "rows"
GROUND = ROOT.parent / "shared" / "coverage" / "coverage.tsv"
CONCERNS = {"residency", "encryption_at_rest", "backup", "transit", "certificate"}
TEMPLATES = {"aws": Dialect.CLOUDFORMATION, "azure": Dialect.ARM}
KINDS = {fact.__name__: fact for fact in FACTS}


def read(name: str) -> list[dict[str, str]]:
    lines = (line for line in (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return list(csv.DictReader(lines, delimiter="\t"))


ROWS = {provider: read(provider) for provider in TEMPLATES}
EXCUSES = {row["row"]: row["reason"] for row in read("excuses")}
CASES = grouped(((provider, row) for provider, rows in ROWS.items() for row in rows), lambda case: service(case[1]["type"].split(", ")[0]))


def given(types: str, facts: str) -> list[FactDecl]:
    """The declarations of these facts by these types; each type and each fact is among them."""
    found = {(name, fact): decl for name in types.split(", ") for fact in facts.split(", ") if (decl := load_types()[name].given(KINDS[fact])) is not None}
    assert {name for name, _ in found} == set(types.split(", ")), f"{types}: not all of them have {facts}"
    assert {fact for _, fact in found} == set(facts.split(", ")), f"{types}: not all of {facts}"
    return list(found.values())


@pytest.mark.parametrize("name", CASES)
def test_a_declared_fact_answers_the_row(name: str) -> None:
    with cases() as case:
        for provider, row in CASES[name]:
            with case(row["row"]):
                answers(provider, row)


def answers(provider: str, row: dict[str, str]) -> None:
    declared = given(row["type"], row["fact"])
    checks = [load_checks()[name] for name in row["check"].split(", ")]
    assert not any(isinstance(reader, Unread) for one in declared for reader in one.readers)
    assert all(any(one.fact in check.needs for check in checks) for one in declared)
    assert all((ROOT / name).is_file() for name in row["tests"].split(", "))
    for dialect in row["dialects"].split(", "):
        assert dialect in ("live", TEMPLATES[provider])
        answering = declared
        if dialect != "live" and row["templates"]:
            other = row["templates"]
            answering = given(row["type"], other) if other in KINDS else given(other, row["fact"])
        assert any(_reads(one, Dialect(dialect)) for one in answering), f"nothing is read in {dialect}"


def _reads(one: FactDecl, dialect: Dialect) -> bool:
    """From paths, from what the platform guarantees, or (`()`) from the kind of thing alone; a place comes with every resource."""
    return one.fact is Home or not one.shown or any(isinstance(reader.where.spec(dialect), str | tuple) for reader in one.readers)


def test_excuses_are_few_and_say_why() -> None:
    answered = [row["row"] for rows in ROWS.values() for row in rows]
    assert len(set(answered)) == len(answered)
    assert not set(answered) & set(EXCUSES)
    assert len(EXCUSES) <= 0.05 * len(answered)
    assert all(len(reason) > 40 for reason in EXCUSES.values())


@pytest.mark.skipif(not GROUND.is_file(), reason="the coverage table is not beside the project")
@pytest.mark.parametrize("provider", TEMPLATES)
def test_no_row_is_left_out(provider: str) -> None:
    with GROUND.open(encoding="utf-8") as file:
        ground = {row["row"]: row for row in csv.DictReader(file, delimiter="\t") if row["provider"] == provider and row["concern"] in CONCERNS}
    answered = {row["row"]: row for row in ROWS[provider]}
    lost = [f"{row} {about['resource_type']}: {about['aspect']}" for row, about in ground.items() if row not in answered and row not in EXCUSES]
    assert not lost, "\n".join(lost)
    assert len(set(ground) & set(answered)) >= 0.95 * len(ground)
    in_templates = [row for row, about in ground.items() if about["how_to_read_cfn_or_arm_template"] not in ("", "-") and row in answered]
    elsewhere = [row for row in in_templates if TEMPLATES[provider] not in answered[row]["dialects"].split(", ")]
    assert len(elsewhere) <= 0.1 * len(in_templates), elsewhere
