"""The Bicep compiler, where there is one: how it is called, what of it is believed, and what happens without it and without the extra."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from providers.arm import bicep
from scanner.cli.collecting import collect
from scanner.cli.targets import parse_targets
from scanner.collect.plan import Options
from scanner.errors import MissingExtra
from scanner.model.known import Reason
from scanner.plugins import load_types

SOURCE = "module m './part.bicep' = { name: 'm' }\nresource own 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 'own'\n  location: 'westeurope'\n}\n"
PART = "resource part 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 'part'\n  location: 'eastus'\n}\n"
COMPILED = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [{"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": "compiled", "location": "westeurope", "properties": {}}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.bicep").write_text(SOURCE)
    (tmp_path / "app" / "part.bicep").write_text(PART)
    return tmp_path / "app"


def compiler(where: Path, monkeypatch: pytest.MonkeyPatch, *, code: int = 0, body: Mapping[str, Any] = COMPILED, before: str = "") -> Path:
    """A program `bicep` that notes how it is called."""
    where.mkdir(exist_ok=True)
    said = where / "called.json"
    program = where / "bicep"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys, time\n{before}\n"
        f"json.dump([sys.argv[1:], sorted(os.environ)], open({str(said)!r}, 'w'))\nprint({json.dumps(json.dumps(body))})\nsys.exit({code})\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(where))
    return said


def names(folder: Path) -> list[str]:
    return sorted(doc.ref.name for doc in bicep.read(folder / "main.bicep", "main.bicep", Options(call_timeout=2)).documents)


def test_the_compiler_is_asked_first_and_restores_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hush")
    said = compiler(tmp_path / "bin", monkeypatch)
    answer = bicep.read(folder / "main.bicep", "main.bicep", Options())
    assert [doc.ref.name for doc in answer.documents] == ["compiled"]
    arguments, environment = json.loads(said.read_text())
    assert arguments == ["build", "--no-restore", "--stdout", str(folder / "main.bicep")]
    assert "AZURE_CLIENT_SECRET" not in environment
    assert answer.documents[0].file == "main.bicep"
    assert answer.documents[0].lines == {}, "lines of the compiled text are none of the file's"
    assert answer.reads == {folder / "part.bicep"}


@pytest.mark.parametrize("how", [{"code": 1}, {"before": "time.sleep(60)"}, {"before": "sys.exit(0)"}], ids=["an error", "it hangs", "it says nothing"])
def test_a_compiler_that_gives_nothing_leaves_it_to_the_syntax(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Mapping[str, Any]) -> None:
    pytest.importorskip("tree_sitter_bicep")
    compiler(tmp_path / "bin", monkeypatch, **how)
    options = Options(call_timeout=0.3)
    assert sorted(doc.ref.name for doc in bicep.read(folder / "main.bicep", "main.bicep", options).documents) == ["own", "part"]


def test_a_program_in_the_scanned_folder_is_never_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tree_sitter_bicep")
    said = compiler(folder, monkeypatch)
    assert names(folder) == ["own", "part"]
    assert not said.exists()
    monkeypatch.setenv("PATH", ".")
    monkeypatch.chdir(folder)
    assert names(folder) == ["own", "part"]
    assert not said.exists()


@pytest.fixture
def _without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: Any, **named: Any) -> Any:
        if name.startswith("tree_sitter"):
            raise ImportError(name)
        return real(name, *args, **named)

    bicep._parser.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("_without_extra")
def test_without_the_extra_the_message_says_what_to_install(folder: Path) -> None:
    with pytest.raises(MissingExtra) as caught:
        names(folder)
    assert "houvast[bicep]" in caught.value.advice


@pytest.mark.usefixtures("_without_extra")
def test_without_the_extra_a_folder_has_a_gap(folder: Path) -> None:
    snapshot = collect(parse_targets([str(folder)]), Options(), load_types("providers.azure.types"), quiet=True).snapshot
    assert {call.outcome for call in snapshot.calls} == {Reason.UNSUPPORTED}
    assert not snapshot.documents


def test_parameters_of_a_bicepparam_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tree_sitter_bicep")
    monkeypatch.setenv("PATH", "/nowhere")
    (folder / "main.bicep").write_text(
        "param where string\nparam secret string\nparam env string\nresource own 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 'own'\n  location: where\n  tags: { a: secret, b: env }\n}\n"
    )
    (folder / "main.bicepparam").write_text(
        "using './main.bicep'\nvar base = 'europe'\nparam where = 'west${base}'\nparam secret = getSecret('a', 'b', 'c', 'd')\nparam env = readEnvironmentVariable('HOME')\n"
    )
    body = bicep.read(folder / "main.bicep", "main.bicep", Options()).documents[0].body
    assert body["location"] == "westeurope"
    assert json.dumps(body["tags"]).count("$unresolved") == 2
