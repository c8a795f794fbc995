"""The hook, the action and the pipeline template: their own scripts run here as their systems would run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.cli.arguments import parser
from tests.support.command import ROOT

BAD = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: { AvailabilityZone: eu-west-1a, Encrypted: false }\n"
GOOD = BAD.replace("false", "true")
OPEN = BAD.replace("false", "!ImportValue secret")


@pytest.fixture
def houvast_on_path(tmp_path: Path) -> dict[str, str]:
    """The environment of a runner on which houvast is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "houvast"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m scanner.cli.main "$@"\n')
    command.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = tmp_path / "repository"
    made.mkdir()
    return made


# -- pre-commit
def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return dict(found)


@pytest.mark.parametrize(("text", "code"), [(BAD, 10), (GOOD, 0), (OPEN, 11)])
def test_the_hook_answers_for_the_repository(repository: Path, houvast_on_path: dict[str, str], text: str, code: int) -> None:
    (repository / "stack.yaml").write_text(text)
    (repository / "unrelated.yaml").write_text("name: nothing of ours\n")
    command = [*hook()["entry"].split(), "--check", "encryption-at-rest"]  # pre-commit puts `args` behind `entry`
    done = subprocess.run(command, cwd=repository, env=houvast_on_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stderr


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib", reason="pre-commit is not installed")
    (found,) = clientlib.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert found["id"] == "houvast"
    for name, touched in (("main.tf", True), ("stack.yml", True), ("app.bicep", True), ("README.md", False), ("x.py", False)):
        assert bool(re.search(found["files"], name)) is touched


# -- GitHub
def action() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / ".github" / "actions" / "houvast" / "action.yml").read_text()))


def step(name: str) -> dict[str, Any]:
    return next(one for one in action()["runs"]["steps"] if one.get("id") == name)


def run_scan(repository: Path, env: dict[str, str], **inputs: str) -> tuple[dict[str, str], str, Path]:
    """The script of the step `scan` with these inputs: its outputs, its summary, and the folder of the runner."""
    given = {name: str(about.get("default", "")) for name, about in action()["inputs"].items()} | {key.replace("_", "-"): value for key, value in inputs.items()}
    script = step("scan")
    values = {name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], text) for name, text in script["env"].items()}
    temp = repository.parent / "runner"
    temp.mkdir(exist_ok=True)
    files = {name: temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    env = {**env, **values, "RUNNER_TEMP": str(temp), **{name: str(file) for name, file in files.items()}}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script["run"]], cwd=repository, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return outputs, files["GITHUB_STEP_SUMMARY"].read_text(), temp


@pytest.mark.parametrize(
    ("text", "code", "more"), [(BAD, "10", {}), (GOOD, "0", {}), (OPEN, "11", {}), (OPEN, "0", {"allow_unknown": "true"}), (BAD, "0", {"fail_on": "critical"})]
)
def test_the_action_scans_and_reports(repository: Path, houvast_on_path: dict[str, str], text: str, code: str, more: dict[str, str]) -> None:
    (repository / "stack.yaml").write_text(text)
    outputs, summary, _ = run_scan(repository, houvast_on_path, options="--check encryption-at-rest", **more)
    assert outputs["exit-code"] == code
    sarif = json.loads(Path(outputs["sarif"]).read_text())
    assert sarif["version"] == "2.1.0"
    assert summary.startswith("# Houvast")
    answer = subprocess.run(["bash", "-c", step("answer")["run"]], env={"CODE": outputs["exit-code"]}, check=False)
    assert str(answer.returncode) == code


def test_the_findings_stand_at_their_lines(repository: Path, houvast_on_path: dict[str, str]) -> None:
    (repository / "stack.yaml").write_text(BAD)
    outputs, _, _ = run_scan(repository, houvast_on_path, options="--check encryption-at-rest")
    (result,) = json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("stack.yaml", 4)


def test_inputs_are_text_and_no_script(repository: Path, houvast_on_path: dict[str, str]) -> None:
    (repository / "stack.yaml").write_text(GOOD)
    outputs, _, temp = run_scan(repository, houvast_on_path, targets="stack.yaml $(touch${IFS}owned) ;touch owned", options="--check encryption-at-rest")
    assert outputs["exit-code"] == "2", "no such file"
    assert "sarif" not in outputs
    assert not list(repository.glob("owned"))
    assert not list(temp.glob("owned"))
    for one in action()["runs"]["steps"]:
        assert "${{" not in one.get("run", "")


def test_what_the_action_uses_is_named_with_its_version() -> None:
    used = [one["uses"] for one in action()["runs"]["steps"] if "uses" in one]
    assert used
    assert all(re.fullmatch(r"(actions|github)/[\w./-]+@([0-9a-f]{40}|v\d+)", name) for name in used)
    assert (ROOT / "constraints.txt").is_file()
    assert step("install")["run"].count("constraints.txt") == 1


# -- GitLab
def test_the_pipeline_template(repository: Path, houvast_on_path: dict[str, str]) -> None:
    header, pipeline = yaml.safe_load_all((ROOT / ".gitlab" / "houvast.gitlab-ci.yml").read_text())
    given = {name: (about or {}).get("default") for name, about in header["spec"]["inputs"].items()}
    job = json.loads(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: str(given[found[1]]), json.dumps(pipeline)))["houvast"]
    (repository / "stack.yaml").write_text(BAD)
    (line,) = job["script"]
    env = {**houvast_on_path, **job["variables"], "HOUVAST_OPTIONS": "--check encryption-at-rest"}
    done = subprocess.run(["sh", "-c", line], cwd=repository, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 10, done.stderr
    (finding,) = json.loads((repository / job["artifacts"]["reports"]["codequality"]).read_text())
    assert (finding["location"]["path"], finding["check_name"]) == ("stack.yaml", "encryption-at-rest")
    for path in job["artifacts"]["paths"]:
        assert (repository / path).stat().st_size
    parser().parse_args(line.split()[1:3])
    assert job["allow_failure"] == {"exit_codes": 11}
