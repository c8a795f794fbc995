"""`houvast scan` on folders and plans of Terraform: found by content, judged together with templates, and clear where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.main import main
from tests.support.terraform import made_plan

pytest.importorskip("tfparse")
DB = 'resource "aws_db_instance" "d" {\n  engine            = "postgres"\n  storage_encrypted = false\n}\n'
TEMPLATE = "Resources:\n  Volume:\n    Type: AWS::EC2::Volume\n    Properties: {AvailabilityZone: eu-central-1a, Encrypted: false}\n"


def scan(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["scan", *words, "--format", "json", "-q", "--region", "eu-central-1"])
    return code, json.loads(capsys.readouterr().out)


def failing(report: dict[str, Any], check: str) -> dict[str, tuple[str, int | None]]:
    found = (v for v in report["verdicts"] if v["check"] == check and v["status"] == "fail")
    return {v["subject"]["name"]: (v["evidence"][0]["file"], v["evidence"][0].get("line")) for v in found}


def test_a_folder_with_everything_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "infra/live/main.tf": 'module "db" {\n  source = "../db"\n}\n', "infra/db/main.tf": DB, "stack.yaml": TEMPLATE,
        "plan.json": json.dumps(made_plan([{"type": "aws_ebs_volume", "name": "v", "values": {"availability_zone": "eu-central-1a", "encrypted": False}}])),
        "package.json": '{"name": "no template"}', ".terraform/modules/x/main.tf": DB,
    }.items():  # fmt: skip
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    code, report = scan(capsys, ".")
    assert code == 10
    found = failing(report, "encryption-at-rest")
    assert set(found) == {"module.db.aws_db_instance.d", "aws_ebs_volume.v", "Volume"}
    assert found["module.db.aws_db_instance.d"] == ("infra/db/main.tf", 3)


def test_a_configuration_that_is_named_and_broken_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_text(DB.replace("false", "= true"))
    assert main(["scan", str(tmp_path), "-q"]) == 2
    said = capsys.readouterr().err
    assert "main.tf:3" in said
    assert "terraform show -json" in said


def test_a_broken_configuration_beside_others_is_a_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "main.tf").write_text(DB.replace("false", "= true"))
    code, report = scan(capsys, str(tmp_path))
    assert code == 10
    assert any("main.tf:3" in gap["detail"] for gap in report["coverage"]["gaps"])


def test_variables_and_workspace_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "main.tf").write_text('variable "on" {}\n' + DB.replace("false", 'terraform.workspace == "live" ? var.on : false'))
    (tmp_path / "live.tfvars").write_text("on = true\n")
    open_report = scan(capsys, str(conf))[1]
    assert {v["status"] for v in open_report["verdicts"] if v["check"] == "encryption-at-rest"} == {"unknown"}
    report = scan(capsys, str(conf), "--var-file", str(tmp_path / "live.tfvars"), "--workspace", "live")[1]
    assert {v["status"] for v in report["verdicts"] if v["check"] == "encryption-at-rest"} == {"pass"}
