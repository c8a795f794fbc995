"""Ctrl-C ends the looking and keeps what was seen: a valid snapshot and a report that says what is missing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.support.command import ROOT, houvast

TEMPLATE = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: {AvailabilityZone: eu-central-1a, Encrypted: true}\n"


def test_the_first_ctrl_c_keeps_what_was_seen(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    with socket.socket() as silent:  # accepts, and never says a word
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(30)
        port = silent.getsockname()[1]
        command = [sys.executable, "-P", "-m", "scanner.cli.main", "scan", "t.yaml", f"localhost:{port}", "--snapshot", "s.jsonl", "--format", "json", "--call-timeout", "60"]
        process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        connection, _ = silent.accept()  # it is looking now
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        connection.close()
    assert "stopped before the end" in err
    assert "Traceback" not in err
    report = json.loads(out)
    assert process.returncode == 11, err
    assert any(v["status"] == "pass" and v["subject"]["name"] == "Data" for v in report["verdicts"])
    assert any(gap["reason"] == "not_collected" for gap in report["coverage"]["gaps"])
    judged = houvast("judge", "s.jsonl", "--format", "json", cwd=tmp_path)
    assert judged.json["verdicts"] == report["verdicts"]


def test_a_promise_of_a_stopped_scan_is_unproven(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "p.toml").write_text('[[promise]]\nid = "rest"\ntext = "Encrypted."\nbinds = [{ check = "encryption-at-rest" }]\n', encoding="utf-8")
    houvast("scan", "t.yaml", "--snapshot", "s.jsonl", cwd=tmp_path)
    whole = houvast("judge", "s.jsonl", "--promises", "p.toml", "--format", "json", cwd=tmp_path)
    assert whole.json["settlements"][0]["status"] == "kept"
    lines = (tmp_path / "s.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "cut.jsonl").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    cut = houvast("judge", "cut.jsonl", "--promises", "p.toml", "--format", "json", cwd=tmp_path)
    assert cut.json["settlements"][0]["status"] == "unproven"
    assert cut.code in (10, 11)


def test_a_scan_that_is_killed_leaves_what_it_saw(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(30)
        command = [sys.executable, "-P", "-m", "scanner.cli.main", "scan", "t.yaml", f"localhost:{silent.getsockname()[1]}", "--snapshot", "s.jsonl", "--call-timeout", "60"]
        process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection, _ = silent.accept()
        process.kill()
        process.wait(timeout=30)
        connection.close()
    assert not (tmp_path / "s.jsonl").exists()
    judged = houvast("judge", "s.jsonl.partial", "--format", "json", cwd=tmp_path)
    assert any(v["status"] == "pass" and v["subject"]["name"] == "Data" for v in judged.json["verdicts"])
    assert any(v.get("gap") and v["status"] == "unknown" for v in judged.json["verdicts"])
    assert judged.code == 11


def test_a_scan_that_ends_leaves_the_snapshot_alone(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    houvast("scan", f"localhost:{port}", "--snapshot", "s.jsonl", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["s.jsonl"]
    refused = houvast("scan", f"localhost:{port}", "--snapshot", "none/s.jsonl", cwd=tmp_path)
    assert refused.code == 2
    assert "cannot be written" in refused.err
