"""The files in deploy/: what can be checked of them without a cluster or an account."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.cli.arguments import parser
from scanner.cli.main import main
from scanner.watch.clock import next_due
from tests.support.aws import moto_server
from tests.support.command import ROOT

DEPLOY = ROOT / "deploy"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def commands(text: str) -> list[list[str]]:
    """Every `houvast …` in a file, up to what a shell does with it."""
    found = re.findall(r"(?:^|[\s;=])houvast ((?:scan|notify|watch|evidence)[^|;&\n]*)", text)
    return [line.replace('"', "").split() for line in found]


@pytest.mark.parametrize("path", [p for p in sorted(DEPLOY.rglob("*")) if p.is_file() and p.suffix != ".pyc"], ids=lambda p: p.name)
def test_every_command_can_be_typed(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".json":
        text = "\n".join(json.loads(text)["resources"][0]["properties"]["template"]["containers"][0]["args"])
    for words in commands("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))):
        parser().parse_args(words)


def kubernetes() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / "cronjob.yaml").read_text()))


def test_the_cron_job_runs_alone_without_root_and_read_only() -> None:
    job = next(document for document in kubernetes() if document["kind"] == "CronJob")["spec"]
    next_due(job["schedule"], zoneinfo.ZoneInfo(job["timeZone"]), NOW)
    assert job["concurrencyPolicy"] == "Forbid"
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    parser().parse_args(container["args"])
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert job["jobTemplate"]["spec"]["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] == [2, 10, 11]
    assert {document["kind"] for document in kubernetes()} == {"PersistentVolumeClaim", "ServiceAccount", "CronJob"}


def test_the_workflow_is_pinned_and_may_do_nothing_more() -> None:
    text = (DEPLOY / "github" / "houvast.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["scan"]["permissions"] == {"contents": "read", "id-token": "write"}
    next_due(workflow[True]["schedule"][0]["cron"], zoneinfo.ZoneInfo("UTC"), NOW)  # YAML reads `on` as true
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in used)
    assert "secrets." not in "".join(step.get("run", "") for step in workflow["jobs"]["scan"]["steps"])


def test_the_aws_template_is_sound_and_keeps_our_own_promises(capsys: pytest.CaptureFixture[str]) -> None:
    from cfnlint import api as cfnlint_api  # a second, which whoever collects tests need not wait for

    path = DEPLOY / "aws" / "template.yaml"
    assert cfnlint_api.lint_file(path) == []
    assert main(["scan", str(path), "--region", "eu-central-1", "-q", "--format", "json"]) in (10, 11)
    found = json.loads(capsys.readouterr().out)
    failed = {verdict["check"] for verdict in found["verdicts"] if verdict["status"] == "fail"}
    assert not failed & {"residency", "encryption-at-rest", "public-exposure", "transit-encryption", "backup-enabled", "key-rotation"}


def test_the_function_keeps_the_history_between_two_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    with moto_server() as url:
        for name, value in {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "eu-central-1"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOUVAST_BUCKET", "evidence")
        monkeypatch.setenv("HOUVAST_CONFIG", str(tmp_path / "houvast.toml"))
        (tmp_path / "houvast.toml").write_text(f'targets = ["{DEPLOY / "aws" / "template.yaml"}"]\n[notify]\n[[notify.channel]]\nname = "ops"\nurl = "${{NOT_SET}}"\n')
        boto3.client("s3").create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        spec = importlib.util.spec_from_file_location("houvast_lambda", DEPLOY / "aws" / "lambda.py")
        assert spec
        assert spec.loader
        function = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(function)
        monkeypatch.setattr(function, "WORK", tmp_path / "work")
        for run in (1, 2):
            monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_795_290_000 + run))
            assert function.handler({}, None)["code"] in (10, 11)
        boto3.client("s3").download_file("evidence", "history.sqlite3", str(tmp_path / "h"))
        from scanner.store import history_reader as read
        from scanner.store.history import History

        with History(tmp_path / "h", create=False) as history:
            assert len(read.scans(history)) == 2
            assert history.rows("SELECT count(*) > 0 FROM delivery WHERE state = 'waiting'") == [(1,)]
        boto3.client("s3").download_file("evidence", "evidence.zip", str(tmp_path / "e.zip"))
        assert main(["verify", str(tmp_path / "e.zip")]) == 0


def test_the_azure_job_brings_the_history_and_takes_it_back() -> None:
    template = json.loads((DEPLOY / "azure" / "containerapp-job.json").read_text())
    (job,) = template["resources"]
    next_due(job["properties"]["configuration"]["scheduleTriggerConfig"]["cronExpression"], zoneinfo.ZoneInfo("UTC"), NOW)
    assert template["parameters"]["channelUrl"]["type"] == "securestring"
    (container,) = job["properties"]["template"]["containers"]
    assert {mount["volumeName"] for mount in container["volumeMounts"]} == {volume["name"] for volume in job["properties"]["template"]["volumes"]}
    script = container["args"][0]
    subprocess.run(["/bin/sh", "-n", "-c", script], check=True)


def run_script(tmp_path: Path, code: int) -> subprocess.CompletedProcess[str]:
    """The job's script with its folders moved, and a stand-in for the command that appends to the history."""
    script = json.loads((DEPLOY / "azure" / "containerapp-job.json").read_text())["resources"][0]["properties"]["template"]["containers"][0]["args"][0]
    for name in ("share", "state", "config"):
        (tmp_path / name).mkdir(exist_ok=True)
        script = script.replace(f"/{name}/", f"{tmp_path}/{name}/")
    (tmp_path / "houvast").write_text(f"#!/bin/sh\necho scan >> {tmp_path}/state/history.sqlite3\nexit {code}\n")
    (tmp_path / "houvast").chmod(0o755)
    return subprocess.run(["/bin/sh", "-c", script], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False)


def test_the_azure_script_keeps_the_history_whatever_the_scan_says(tmp_path: Path) -> None:
    for code, expected in ((0, 0), (10, 0), (11, 0), (1, 1), (3, 3)):
        shutil.rmtree(tmp_path / "state", ignore_errors=True)  # the local disk does not last
        assert run_script(tmp_path, code).returncode == expected
    assert (tmp_path / "share" / "history.sqlite3").read_text() == "scan\n" * 5


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").iterdir()), ids=lambda p: p.name)
def test_systemd_takes_the_units(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False, timeout=60)
    assert str(unit.name) not in done.stderr, done.stderr


def test_the_units_are_hardened_alike() -> None:
    for name in ("houvast", "houvast-notify", "houvast-watch"):
        text = (DEPLOY / "systemd" / f"{name}.service").read_text()
        for line in ("DynamicUser=yes", "User=houvast", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "StateDirectory=houvast"):
            assert re.search(rf"^{line}$", text, re.M), f"{name}: {line}"


def test_the_image_has_no_root_and_no_pip() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert re.search(r"^USER 10001:10001$", text, re.M)
    assert text.index("USER ") < text.index("ENTRYPOINT")
    assert "uninstall -y pip" in text
    assert "PYTHONSAFEPATH=1" in text
