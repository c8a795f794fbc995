"""Whatever is wrong with the input: one clear message, the next step, the right exit code, no traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.support.command import houvast

GOOD = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-central-1a\n      Encrypted: true\n"


def test_help_teaches(tmp_path: Path) -> None:
    ran = houvast("--help", cwd=tmp_path)
    assert ran.code == 0
    for word in ("scan", "judge", "inventory", "explain", "coverage", "doctor", "demo", "exit codes", "examples"):
        assert word in ran.out


def test_no_target(tmp_path: Path) -> None:
    ran = houvast("scan", cwd=tmp_path)
    assert ran.code == 2
    assert "no target" in ran.err
    assert "houvast demo" in ran.err


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("Resources:\n  A:\n    Type: AWS::EC2::Volume\n   Properties: [\n", encoding="utf-8")
    ran = houvast("scan", "broken.yaml", cwd=tmp_path)
    assert ran.code == 2
    assert "broken.yaml:4" in ran.err or "broken.yaml:5" in ran.err
    assert "→" in ran.err
    assert ran.out == ""


def test_a_broken_file_in_a_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "infra" / "b.yaml").write_text("AWSTemplateFormatVersion: '2010-09-09'\nResources: [\n", encoding="utf-8")
    ran = houvast("scan", "infra", "--check", "encryption-at-rest", "--format", "json", cwd=tmp_path)
    assert ran.code == 11
    assert {v["status"] for v in ran.json["verdicts"]} == {"pass", "unknown"}
    assert any("b.yaml" in gap["operation"] for gap in ran.json["coverage"]["gaps"])


def test_not_a_template(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    ran = houvast("scan", "package.json", cwd=tmp_path)
    assert ran.code == 2
    assert "of no kind that Houvast reads" in ran.err


def test_missing_file(tmp_path: Path) -> None:
    ran = houvast("scan", "nothere.yaml", cwd=tmp_path)
    assert ran.code == 2
    assert "no such file" in ran.err


def test_unknown_check_suggests(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD, encoding="utf-8")
    ran = houvast("scan", "t.yaml", "--check", "residensy", cwd=tmp_path)
    assert ran.code == 2
    assert "did you mean residency" in ran.err


def test_invalid_promise_file(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "p.toml").write_text('[[promise]]\nid = "a"\ntext = "b"\nbinds = [{ check = "encription-at-rest" }]\n', encoding="utf-8")
    ran = houvast("scan", "t.yaml", "--promises", "p.toml", cwd=tmp_path)
    assert ran.code == 2
    assert "p.toml:" in ran.err
    assert "encryption-at-rest" in ran.err
    assert ran.out == ""


def test_missing_aws_credentials(tmp_path: Path) -> None:
    ran = houvast("scan", "aws", cwd=tmp_path)
    assert ran.code == 3
    assert "credential" in ran.err
    assert "→" in ran.err


def test_missing_azure_credentials(tmp_path: Path) -> None:
    ran = houvast("scan", "azure", "--timeout", "60", cwd=tmp_path, env={"HOUVAST_AZURE_RESOURCE_MANAGER": "https://localhost:9", "AZURE_AUTHORITY_HOST": "https://localhost:9"})
    assert ran.code == 3
    assert "credential" in ran.err.lower()
    assert "→" in ran.err


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_refused_connection(tmp_path: Path) -> None:
    ran = houvast("scan", f"localhost:{_closed_port()}", "-q", cwd=tmp_path)
    assert ran.code == 3
    assert "refuses connections" in ran.err
    assert "→" in ran.err


def test_unknown_host(tmp_path: Path) -> None:
    ran = houvast("scan", "no-such-host.invalid", "-q", cwd=tmp_path)
    assert ran.code == 3
    assert "no-such-host.invalid" in ran.err
    assert "→" in ran.err


@pytest.mark.parametrize("content", ["not a certificate", ""])
def test_wrong_certificate_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "ca.pem").write_text(content, encoding="utf-8")
    ran = houvast("scan", f"localhost:{_closed_port()}", "--ca-file", "ca.pem", "-q", cwd=tmp_path)
    assert ran.code == 2
    assert "ca.pem" in ran.err


def test_broken_snapshot(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text('{"schema":"houvast/snapshot/1","run":{"taken_at":"2026-11-21T10:00:00Z","version":"0","complete":true}}\n{nonsense}\n{}\n', encoding="utf-8")
    ran = houvast("judge", "s.jsonl", cwd=tmp_path)
    assert ran.code == 2
    assert "s.jsonl:2" in ran.err


def test_bad_date(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD, encoding="utf-8")
    assert houvast("scan", "t.yaml", "--snapshot", "s.jsonl", "--check", "encryption-at-rest", cwd=tmp_path).code == 0
    ran = houvast("judge", "s.jsonl", "--at", "tomorrow", cwd=tmp_path)
    assert ran.code == 2
    assert "--at tomorrow" in ran.err


def test_unwritable_output(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD, encoding="utf-8")
    ran = houvast("scan", "t.yaml", "-o", "no/such/folder/report.json", cwd=tmp_path)
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_explain_suggests(tmp_path: Path) -> None:
    ran = houvast("explain", "AWS::EC2::Volum", cwd=tmp_path)
    assert ran.code == 2
    assert "AWS::EC2::Volume" in ran.err
