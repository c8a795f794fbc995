"""A baseline: what stood already does not stop a pipeline, and hides nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import Exit
from tests.support.command import houvast

GOOD = "  {name}:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-west-1a\n      Size: 1\n      Encrypted: true\n"
BAD = GOOD.replace("Encrypted: true", "Encrypted: false")
OPEN = GOOD.replace("Encrypted: true", "Encrypted: !ImportValue secret")


def template(folder: Path, **resources: str) -> Path:
    file = folder / "stack.yaml"
    file.write_text("Resources:\n" + "".join(text.format(name=name) for name, text in resources.items()))
    return file


def scan(file: Path, *more: str) -> tuple[int, str, str]:
    done = houvast("scan", file.name, "--check", "encryption-at-rest", "--region", "eu-west-1", *more, cwd=file.parent)
    return done.code, done.out, done.err


@pytest.fixture
def before(tmp_path: Path) -> str:
    """The report of a stack with one bad volume and one of which nothing can be told."""
    assert scan(template(tmp_path, Old=BAD, Dark=OPEN), "-o", "baseline.json")[0] == Exit.FAILED
    return "baseline.json"


def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "now.json").read_text())
    return found


def test_what_stood_already_stops_nothing(before: str, tmp_path: Path) -> None:
    code, out, _ = scan(template(tmp_path, Old=BAD, Dark=OPEN), "--baseline", before, "-o", "now.json", "-o", "now.sarif")
    assert code == Exit.OK
    assert "0 new, 1 known, 0 gone" in out
    assert "Old stores" not in out
    assert "Old" in scan(tmp_path / "stack.yaml", "--baseline", before, "--verbose")[1]
    shown = report(tmp_path)
    assert shown["summary"]["fail"] == 1, "it fails all the same"
    assert [verdict["in_baseline"] for verdict in shown["verdicts"]] == [True, True]
    assert (shown["baseline"]["new"], shown["baseline"]["known"]) == (0, 1)
    sarif = json.loads((tmp_path / "now.sarif").read_text())
    assert {result["baselineState"] for result in sarif["runs"][0]["results"]} == {"unchanged"}


def test_what_is_new_stops(before: str, tmp_path: Path) -> None:
    code, out, _ = scan(template(tmp_path, Old=BAD, New=BAD), "--baseline", before, "-o", "now.json")
    assert code == Exit.FAILED
    assert "1 new, 1 known, 0 gone" in out
    assert {verdict["subject"]["name"]: verdict.get("in_baseline", False) for verdict in report(tmp_path)["verdicts"]} == {"Old": True, "New": False}


def test_what_was_mended_is_gone(before: str, tmp_path: Path) -> None:
    code, out, _ = scan(template(tmp_path, Old=GOOD), "--baseline", before)
    assert (code, "0 new, 0 known, 1 gone" in out) == (Exit.OK, True)


@pytest.mark.parametrize(("resources", "code"), [({"Old": OPEN}, Exit.UNKNOWN), ({"Dark": BAD}, Exit.FAILED), ({"Old": BAD, "More": OPEN}, Exit.UNKNOWN)])
def test_another_state_is_new(before: str, tmp_path: Path, resources: dict[str, str], code: Exit) -> None:
    """A finding of which nothing is known any more is no finding that is known."""
    assert scan(template(tmp_path, **resources), "--baseline", before)[0] == code


def test_promises_that_were_broken_before(tmp_path: Path) -> None:
    (tmp_path / "promises.toml").write_text('[[promise]]\nid = "encrypted"\ntext = "Data is stored encrypted."\nbinds = [{ check = "encryption-at-rest" }]\n')
    promises = ("--promises", "promises.toml")
    assert scan(template(tmp_path, Old=BAD), *promises, "-o", "baseline.json")[0] == Exit.FAILED
    code, out, _ = scan(tmp_path / "stack.yaml", *promises, "--baseline", "baseline.json")
    assert code == Exit.OK
    assert "BROKEN" in out
    assert scan(template(tmp_path, Old=BAD, New=BAD), *promises, "--baseline", "baseline.json")[0] == Exit.FAILED
    assert scan(template(tmp_path, Old=OPEN), *promises, "--baseline", "baseline.json")[0] == Exit.UNKNOWN, "broken before, unproven now"


def test_a_scan_that_was_narrowed_since_is_new(tmp_path: Path) -> None:
    (tmp_path / "promises.toml").write_text('[[promise]]\nid = "encrypted"\ntext = "Encrypted."\nbinds = [{ check = "encryption-at-rest" }]\n')
    file = template(tmp_path, Good=GOOD, Dark=OPEN)
    assert scan(file, "--promises", "promises.toml", "-o", "baseline.json")[0] == Exit.UNKNOWN
    assert scan(file, "--promises", "promises.toml", "--baseline", "baseline.json")[0] == Exit.OK
    assert scan(file, "--promises", "promises.toml", "--baseline", "baseline.json", "--type", "AWS::EC2::Volume")[0] == Exit.UNKNOWN


def test_a_waived_finding_is_none_that_is_known(tmp_path: Path) -> None:
    waiver = '[[waiver]]\ncheck = "encryption-at-rest"\nsubject = "Old"\nowner = "Jan"\nreason = "empty"\nuntil = 2199-01-01\n'
    (tmp_path / "waivers.toml").write_text(waiver)
    file = template(tmp_path, Old=BAD)
    assert scan(file, "--waivers", "waivers.toml", "-o", "baseline.json")[0] == Exit.OK
    (tmp_path / "waivers.toml").write_text("")
    assert scan(file, "--waivers", "waivers.toml", "--baseline", "baseline.json")[0] == Exit.FAILED


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "is no JSON"), ("{", "is no JSON"), ("[]", "no report"), ('{"schema": "houvast/inventory/1"}', "no report"), ('{"schema": "houvast/assessment/1"}', "lacks a part")],
)
def test_a_file_that_is_no_baseline(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "baseline.json").write_text(text)
    code, _, err = scan(template(tmp_path, Old=BAD), "--baseline", "baseline.json")
    assert code == Exit.USAGE
    assert why in err
    assert "-o baseline.json" in err or "write it anew" in err
    assert scan(tmp_path / "stack.yaml", "--baseline", "nowhere.json")[0] == Exit.USAGE
