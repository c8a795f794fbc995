"""The silence law for Terraform: whatever becomes unknown in a plan or a configuration, no verdict turns to pass."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.terraform import folder
from scanner import plugins
from scanner.collect.plan import Answer, Options
from scanner.judge.assess import plan_questions
from scanner.judge.engine import judge
from scanner.judge.estate import Estate
from tests.support.terraform import TRIPLETS, decls, made_plan, read_plan, snapshot_of

CASES = [case for file in sorted(TRIPLETS.glob("*.json")) for entry in json.loads(file.read_text()) for case in entry["variants"].values()]
MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
Key = tuple[str, str, str]


def passed(answer: Answer) -> set[Key]:
    snapshot = snapshot_of(answer)
    kinds = {doc.ref.type for doc in snapshot.documents} | {"AWS::KMS::Key"}
    verdicts = judge(Estate.of(snapshot, {kind: decls()[kind] for kind in kinds}), plan_questions(plugins.load_checks(), (), {}), MOMENT)
    return {(v.check, v.subject.name, v.fact) for v in verdicts if v.status.value == "pass"}


def judged(content: dict[str, Any]) -> set[Key]:
    with tempfile.TemporaryDirectory() as place:
        return passed(read_plan(Path(place), content))


@cache
def before(n: int) -> frozenset[Key]:
    return frozenset(judged(made_plan(CASES[n]["terraform"])))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to every value, inner ones and whole blocks alike."""
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(inner, (*path, key))


def hide(content: dict[str, Any], resource: int, path: tuple[Any, ...]) -> None:
    """Make one value known after apply, coming from a data source, as Terraform shows it."""
    change = content["resource_changes"][resource]["change"]
    after, unknown = change["after"], change["after_unknown"]
    expression = content["configuration"]["root_module"]["resources"][resource]["expressions"]
    for n, key in enumerate(path[:-1]):
        empty: Any = [] if isinstance(path[n + 1], int) else {}
        if isinstance(unknown, list):
            unknown += [{} for _ in range(key + 1 - len(unknown))]
            unknown[key] = unknown[key] or empty
        else:
            unknown.setdefault(key, empty)
        unknown, after = unknown[key], after[key]
        expression = expression[key] if isinstance(expression, list) else expression.get(key, {}) if isinstance(expression, dict) else {}
    last = path[-1]
    if isinstance(unknown, list):
        unknown += [False] * (last + 1 - len(unknown))
    unknown[last] = True
    if isinstance(after, dict):
        after.pop(last, None)
    elif isinstance(after, list):
        after[last] = None
    if isinstance(expression, dict) and "constant_value" not in expression:
        expression[last] = {"references": ["data.aws_ssm_parameter.p.value", "data.aws_ssm_parameter.p"]}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_hiding_a_value_of_a_plan_never_makes_a_pass(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(CASES) - 1))
    content = made_plan(json.loads(json.dumps(CASES[n]["terraform"])))
    places = [(r, path) for r, change in enumerate(content["resource_changes"]) for path in leaves(change["change"]["after"])]
    if not places:
        return
    for resource, path in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True)):
        try:
            hide(content, resource, path)
        except (KeyError, IndexError, TypeError):
            continue  # the first one took the second with it
    assert judged(content) <= before(n)


def test_every_single_value_hidden() -> None:
    """The same without chance, one value at a time."""
    for n, case in enumerate(CASES):
        content = made_plan(case["terraform"])
        for resource, change in enumerate(content["resource_changes"]):
            for path in leaves(change["change"]["after"]):
                hidden = made_plan(json.loads(json.dumps(case["terraform"])))
                hide(hidden, resource, path)
                assert judged(hidden) <= before(n), (case["terraform"][resource]["type"], path)


CONFIGURATION = """
provider "aws" { region = %s }
resource "aws_db_instance" "d" {
  engine                  = "postgres"
  storage_encrypted       = %s
  backup_retention_period = %s
  deletion_protection     = %s
}
resource "aws_s3_bucket" "b" { bucket = "b" }
resource "aws_s3_bucket_versioning" "b" {
  bucket = %s
  versioning_configuration { status = %s }
}
resource "azurerm_storage_account" "a" {
  location                   = %s
  account_tier               = "Standard"
  account_replication_type   = %s
  https_traffic_only_enabled = %s
  min_tls_version            = %s
}
"""
BAD = ('"us-east-1"', "false", "0", "false", "aws_s3_bucket.b.id", '"Suspended"', '"eastus"', '"GRS"', "false", '"TLS1_0"')
OPEN = ("var.u", "!var.u", "try(var.u, true)", "terraform.workspace == \"x\" ? var.u : var.u", "data.x.y.z", "local.u", "one([var.u])", "coalesce(local.u, true)")  # fmt: skip


@pytest.mark.parametrize("n", range(len(BAD)))
def test_hiding_a_value_of_a_configuration_never_makes_a_pass(tmp_path: Path, n: int) -> None:
    pytest.importorskip("tfparse")

    def read(values: tuple[str, ...]) -> set[Key]:
        (tmp_path / "main.tf").write_text('variable "u" {}\nlocals {\n  u = var.u\n}\n' + CONFIGURATION % values)
        return passed(folder.read(tmp_path, "conf", Options()))

    known = read(BAD)
    expression = OPEN[n % len(OPEN)]
    assert read((*BAD[:n], expression, *BAD[n + 1 :])) <= known
