"""`houvast scan … -o FILE` as a user types it: every format by its file name, in the language of the promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.report.formats import NAMES, SUFFIXES, Format
from tests.support.command import houvast

TEMPLATE = """\
Resources:
  Data:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: eu-central-1a, Encrypted: false, Size: 8}
"""
PROMISES = """\
language = "nl"
[[promise]]
id = "encrypted"
text = "Alles wat wij bewaren is versleuteld."
binds = [{ check = "encryption-at-rest" }]
"""
#: How each format begins.
STARTS = {
    Format.CONSOLE: "Houvast", Format.JSON: '{\n "schema": "houvast/assessment/1"', Format.JSONL: '{"kind":"assessment"', Format.CSV: "status,severity,check", Format.MARKDOWN: "# Houvast: Worden de beloften nagekomen?",
    Format.HTML: '<!DOCTYPE html>\n<html lang="nl">', Format.SARIF: '{\n "$schema"', Format.JUNIT: '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="houvast"', Format.GITLAB: '[\n {\n  "description"',
    Format.OCSF: '[{"activity_id":1', Format.ASFF: "[]\n", Format.PROMETHEUS: "# HELP houvast_info", Format.NAGIOS: "HOUVAST CRITICAL - promises: 1 broken",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    (tmp_path / "promises.toml").write_text(PROMISES)
    return tmp_path


def test_every_format_by_file_name(folder: Path) -> None:
    by_suffix = {kind: f"report{suffix}" for suffix, kind in reversed(SUFFIXES.items())} | {kind: name for name, kind in NAMES.items()}
    names = {kind: by_suffix.get(kind, f"{kind}=report.{kind}") for kind in Format}
    ran = houvast("scan", "stack.yaml", "--quiet", *(part for name in names.values() for part in ("-o", name)), cwd=folder)
    assert ran.code == 10, ran.err
    for kind, name in names.items():
        text = (folder / name.split("=")[-1]).read_text(encoding="utf-8")
        assert text.startswith(STARTS[kind]), kind
    assert "have no place in it" in ran.err, "ASFF says what it leaves out"


def test_monitoring_has_its_own_exit_codes(folder: Path) -> None:
    ran = houvast("scan", "stack.yaml", "--quiet", "--format", "nagios", cwd=folder)
    assert ran.code == 2
    assert ran.out.startswith("HOUVAST CRITICAL - ")


def test_language_by_option(folder: Path) -> None:
    ran = houvast("scan", "stack.yaml", "--quiet", "--format", "markdown", "--language", "fr", cwd=folder)
    assert ran.out.startswith("# Houvast: Les promesses sont-elles tenues ?")
    assert "rompue" in ran.out
