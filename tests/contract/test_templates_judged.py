"""From templates to verdicts, through all the readers: five answers. Pass, fail, unknown, not applicable, and not created (no subject)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from scanner import plugins
from scanner.cli.collecting import collect
from scanner.cli.files import packages_for
from scanner.cli.targets import parse_targets
from scanner.collect.plan import Options
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.verdict import Verdict

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures" / "iac"
_RESOURCE = re.compile(r"(gap|AWS::[^.]+|Microsoft\.[^.]+)\.(.*)")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ROWS = list(csv.DictReader((FIXTURES / "templates.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(autouse=True)
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Bicep compiler on this machine would be asked first; these cases are about our own reading."""
    monkeypatch.setenv("PATH", "/nowhere")


@cache
def verdicts(path: str, settings: str = "") -> tuple[Verdict, ...]:
    key, _, value = settings.partition("=")
    options = Options(settings={key: value} if key else {}, taken_at="2026-11-21T10:00:00Z")
    decls = plugins.load_types()
    snapshot = collect(parse_targets([path]), options, decls, quiet=True).snapshot
    return judge(Estate.of(snapshot, decls), [Question(check) for check in plugins.load_checks().values()], NOW)


def answer(row: Mapping[str, str], found: tuple[Verdict, ...]) -> str:
    parts = _RESOURCE.fullmatch(row["resource"])
    assert parts is not None
    kind, name = parts.groups()
    name, _, place = name.partition("@") if row["file"].startswith("cdk/") else (name, "", "")
    about = [v for v in found if v.check == row["check"] and (not row["fact"] or v.fact == row["fact"])]
    if kind == "gap":
        about = [v for v in about if v.gap and f"{Path(row['file']).parent.name}/{name}" in v.subject.id]
    else:
        about = [v for v in about if v.subject.type == kind and v.subject.name == name and place in ("", f"{v.subject.account}/{v.subject.region}")]
    return "/".join(sorted({v.status.value for v in about})) or "absent"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['file']} {row['resource']} {row['check']} {row['settings']}")
def test_each_case_is_answered_as_expected(row: Mapping[str, str]) -> None:
    assert answer(row, verdicts(str(FIXTURES / row["file"]), row["settings"])) == row["expected"], row["why"]


def test_a_folder_holds_each_resource_once() -> None:
    """Parts of a template that stand beside it are read with it, not again; assets of the CDK are no templates."""
    for folder, names in (("stacks", {"Data/Db", "ByOutput"}), ("cdk", {"Volume", "Inner/Disk"}), ("bicep", {"inneryes", "ternary"}), ("arm", {"patients", "bystage"})):
        found = verdicts(str(FIXTURES / folder))
        seen = {v.subject.name for v in found}
        assert names <= seen
        assert not {"Db", "Logs", "NotOurs", "{name}", "{account}"} & seen, folder


def test_a_file_that_is_imported_from_is_scanned_as_well() -> None:
    """It exports names, and is a template of its own."""
    found = {v.subject.name for v in verdicts(str(FIXTURES / "bicep" / "cases"))}
    assert {"ofshared", "json", "part0"} <= found


def test_the_declarations_follow_from_what_the_files_lead_to(tmp_path: Path) -> None:
    """A file that names no type itself, but leads to files that do: without their declarations nothing in them would be judged."""
    (tmp_path / "main.bicep").write_text("module m './part.bicep' = { name: 'm' }\n")
    (tmp_path / "part.bicep").write_text("resource a 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 'a'\n}\n")
    (tmp_path / "main.json").write_text('{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1", "resources": []}')
    for names, kinds in (
        (["main.bicep"], {"azure"}),
        (["main.json"], {"azure"}),
        ([str(FIXTURES / "cdk" / "manifest.json")], {"aws"}),
        (["main.bicep", str(FIXTURES / "cdk" / "manifest.json")], {"aws", "azure"}),
    ):
        targets = parse_targets([str(tmp_path / name) for name in names])
        assert packages_for(targets) == {f"providers.{kind}.types" for kind in kinds}


SHARED = ROOT.parent / "shared" / "iac" / "traps"
_CHECKS = {
    ("encryption_at_rest", "encrypted"): ("encryption-at-rest", "AtRest"),
    ("transit", "tls_min_version"): ("transit-minimum-tls", "TlsFloor"),
    ("transit", "tls_required"): ("transit-encryption", "Transit"),
    ("residency", "region"): ("residency", "Home"),
    ("coverage", "unreadable_resource"): ("residency", "Home"),
}


def _traps() -> list[Mapping[str, str]]:
    if not (SHARED / "index.tsv").is_file():
        return []
    return [row for row in csv.DictReader((SHARED / "index.tsv").open(encoding="utf-8"), delimiter="\t") if row["format"] in ("cloudformation", "arm", "bicep")]


@pytest.mark.skipif(not _traps(), reason="the cases that are shared beside the project are not here")
@pytest.mark.parametrize("row", _traps(), ids=lambda row: f"{row['trap']} {row['resource']} {row['aspect']}")
def test_the_shared_cases(row: Mapping[str, str]) -> None:
    kind, _, name = row["resource"].rpartition(".")
    check, fact = _CHECKS[row["concern"], row["aspect"]]
    found = [v for v in verdicts(str(SHARED / row["file"])) if v.check == check and v.fact == fact and v.subject.type == kind and v.subject.name == name]
    assert ("/".join(sorted({v.status.value for v in found})) or "absent") == row["expected"], row["why"]
