"""Configurations that are easily misread: each is judged as its index says. What is not known is never a pass, what is not made is no subject."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from providers.terraform import folder, plan
from scanner import plugins
from scanner.collect.plan import Options
from scanner.judge.assess import assess
from scanner.model.verdict import Verdict
from tests.support.terraform import decls, snapshot_of

pytest.importorskip("tfparse")
OURS = Path(__file__).parents[2] / "fixtures" / "iac" / "traps"
SHARED = Path(__file__).parents[3] / "shared" / "iac" / "traps"
#: Concern and aspect of the shared index as a check of ours, with the fact where a check asks several.
ASKED = {
    "encryption_at_rest/encrypted": "encryption-at-rest", "backup/versioning": "backup-enabled", "access/network_exposure": "public-exposure",
    "residency/region": "residency:Home", "residency/replica_region": "residency:Replicas", "transit/tls_min_version": "transit-minimum-tls",
    "transit/tls_required": "transit-encryption", "key_management/cmk": "key-custody", "coverage/module_not_read": "gap",
}  # fmt: skip


@cache
def judged(path: Path, region: str = "") -> tuple[Verdict, ...]:
    reader = plan if path.suffix == ".json" else folder
    answer = reader.read(path, path.name, Options(settings={"template.region": region} if region else {}))
    return assess(snapshot_of(answer), decls(), plugins.load_checks(), (), datetime(2026, 11, 21, tzinfo=UTC)).verdicts


def answer_of(path: Path, resource: str, check: str) -> set[str]:
    """Statuses of the verdicts on a resource; `absent` where there is none."""
    check, _, fact = check.partition(":")
    if check == "gap":
        return {v.status.value for v in judged(path) if v.gap and resource in v.subject.id} or {"absent"}
    return {v.status.value for v in judged(path) if v.check == check and v.subject.name == resource and fact in ("", v.fact)} or {"absent"}


def rows(file: Path) -> list[Mapping[str, str]]:
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['folder']}-{row['resource']}-{row['check']}") for row in rows(OURS / "terraform.tsv")])
def test_ours(row: Mapping[str, str]) -> None:
    assert answer_of(OURS / row["folder"], row["resource"], row["check"]) == {row["expected"]}, row["why"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared collection of traps is not beside this checkout")
def test_the_shared_ones() -> None:
    wrong = []
    for row in rows(SHARED / "index.tsv"):
        if not row["format"].startswith("terraform"):
            continue
        path = SHARED / row["file"]
        found = answer_of(path.parent if path.suffix == ".tf" else path, row["resource"], ASKED[f"{row['concern']}/{row['aspect']}"])
        if found != {row["expected"]}:
            wrong.append((row["trap"], row["resource"], row["aspect"], row["expected"], found))
    assert not wrong


def test_a_file_of_variables_and_a_workspace_answer_what_was_open(tmp_path: Path) -> None:
    given = tmp_path / "more.tfvars"
    given.write_text("unset = false\n")
    options = Options(settings={"terraform.var_files": str(given)})
    answer = folder.read(OURS / "variables", "variables", options)
    verdicts = assess(snapshot_of(answer), decls(), plugins.load_checks(), (), datetime(2026, 11, 21, tzinfo=UTC)).verdicts
    assert {v.status.value for v in verdicts if v.check == "encryption-at-rest" and v.subject.name in ("aws_db_instance.unset", "aws_db_instance.through")} == {"fail"}
    assert {v.status.value for v in verdicts if v.check == "encryption-at-rest" and v.subject.name == "aws_db_instance.negated"} == {"pass"}
    answer = folder.read(OURS / "expressions", "expressions", Options(settings={"terraform.workspace": "production"}))
    verdicts = assess(snapshot_of(answer), decls(), plugins.load_checks(), (), datetime(2026, 11, 21, tzinfo=UTC)).verdicts
    assert {v.status.value for v in verdicts if v.check == "encryption-at-rest" and v.subject.name == "aws_db_instance.workspace"} == {"pass"}
