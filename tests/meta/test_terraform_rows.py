"""Every row of a Terraform type is read by some fact, and leads to a value in some fixture: one that never did may be misspelt."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.declare.decl import TypeDecl
from scanner.declare.path import prefixes
from scanner.declare.shaping import fill
from scanner.declare.terraform import Row, Tf, keys
from scanner.declare.view import NotShown, Where
from tests.support.cases import cases, grouped
from tests.support.terraform import TRIPLETS, decls

SHAPED = [decl for decl in decls().values() if decl.terraform]
ROWS = grouped(((one, target) for decl in SHAPED for one in decl.terraform for target, row in one.rows.items() if row.sources), lambda row: row[0].name)
#: Rows that say only that something is not known.
OPEN = {("aws_kms_key", "Origin"): "a custom key store may lie inside AWS or outside: the key does not say"}
WRITTEN = Path(__file__).parents[2] / "fixtures" / "iac" / "terraform.json"


@cache
def fixtures() -> dict[str, list[dict[str, Any]]]:
    """Values of resources by Terraform type."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in TRIPLETS.glob("*.json"):
        for entry in json.loads(file.read_text()):
            for case in entry["variants"].values():
                for one in case["terraform"]:
                    found[one["type"]].append(one["values"])
    for kind, values in json.loads(WRITTEN.read_text()).items():
        found[kind].append(values)
    return found


@pytest.mark.parametrize("name", ROWS)
def test_a_fixture_gives_each_row_a_value(name: str) -> None:
    with cases() as case:
        for one, target in ROWS[name]:
            with case(target):
                if (one.name, target) not in OPEN:
                    gives_a_value(one, target)


def gives_a_value(one: Tf, target: str) -> None:
    row = one.rows[target]
    alone = Tf(one.name, {target: Row(row.sources, then=row.then, together=row.together, computed=row.computed, beside=row.beside)})
    bodies = fixtures()[one.name]
    assert bodies, f"no fixture holds a {one.name}"
    for body in bodies:
        into: dict[str, Any] = {}
        fill(into, alone, {"$region": "eu-central-1", "$action": "create", **body}, None)
        if into and "$unresolved" not in json.dumps(into) and into not in ({keys(target)[0]: []}, {keys(target)[0]: [{}]}):
            return
    raise AssertionError(f"{row.sources} lead to nothing in {len(bodies)} resources")


def read_paths(decl: TypeDecl) -> set[str]:
    """What any reader of a type reads in the shape that Terraform resources are put into."""
    wheres: list[Where] = [reader.where for declared in decl.facts for reader in declared.readers]
    found: set[str] = set()
    for where in wheres:
        for spec in (where.tf, where.cfn if decl.provider == "aws" else where.arm, None if decl.provider == "aws" else where.live):
            found |= set() if spec is None or isinstance(spec, NotShown) else {spec} if isinstance(spec, str) else set(spec)
    return found


@pytest.mark.parametrize("decl", SHAPED, ids=lambda decl: decl.type)
def test_every_row_is_read_by_some_fact(decl: TypeDecl) -> None:
    wanted = {prefix for path in read_paths(decl) for prefix in prefixes(path)}
    for one in decl.terraform:
        for target in one.rows:
            key = keys(target)
            assert any(key[: len(prefix)] == prefix or prefix[: len(key)] == key for prefix in wanted), f"{one.name}: nobody reads {target}"


@pytest.mark.parametrize("decl", SHAPED, ids=lambda decl: decl.type)
def test_names_are_of_the_provider_and_defaults_are_cited(decl: TypeDecl) -> None:
    for one in decl.terraform:
        assert one.name.startswith("aws_" if decl.provider == "aws" else "azurerm_")
        for target, row in one.rows.items():
            if row.sources and repr(row.absent) != "NOTHING":
                assert row.cite, f"{one.name}: the default of {target} names no document"


def test_no_terraform_type_means_two_of_ours() -> None:
    names = [one.name for decl in SHAPED for one in decl.terraform if not one.on]
    assert len(names) == len(set(names))
    assert len(names) >= 80
