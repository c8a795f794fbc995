"""One rule for the live volume, the YAML and the JSON; and no code of the scanned folder is run."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from tests.support.command import ROOT, houvast

YAML = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-central-1a\n      Encrypted: false\n"


def test_the_same_volume_in_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "t.json").write_text(
        json.dumps({"Resources": {"Data": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "eu-central-1a", "Encrypted": False}}}}, indent=1), encoding="utf-8"
    )
    ran = houvast("scan", "t.yaml", "t.json", "--check", "encryption-at-rest", "--format", "json", cwd=tmp_path)
    assert ran.code == 10
    verdicts = {v["subject"]["id"]: v for v in ran.json["verdicts"]}
    assert set(verdicts) == {"t.yaml#Data", "t.json#Data"}
    assert {(v["status"], v["why"]) for v in verdicts.values()} == {("fail", "Data stores data unencrypted")}
    assert verdicts["t.yaml#Data"]["evidence"][0]["line"] == 6
    assert verdicts["t.json#Data"]["evidence"][0]["line"] == 7


def test_equal_runs_are_equal(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(YAML, encoding="utf-8")
    fixed = {"SOURCE_DATE_EPOCH": "1795255200"}
    one, two = (houvast("scan", "t.yaml", "--format", "json", cwd=tmp_path, env=fixed, fresh=True) for _ in range(2))
    assert one.out == two.out
    assert one.code == two.code == 10


def test_a_snapshot_is_judged_alike(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(YAML, encoding="utf-8")
    scanned = houvast("scan", "t.yaml", "--format", "json", "--snapshot", "s.jsonl", cwd=tmp_path)
    judged = houvast("judge", "s.jsonl", "--format", "json", cwd=tmp_path)
    assert judged.json["verdicts"] == scanned.json["verdicts"]


def test_hostile_packages_in_the_scanned_folder_are_not_run(tmp_path: Path) -> None:
    for package in ("checks", "providers", "scanner"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("import pathlib; pathlib.Path('ran').write_text('yes')\n", encoding="utf-8")
    (tmp_path / "t.yaml").write_text(YAML, encoding="utf-8")
    ran = houvast("scan", "t.yaml", cwd=tmp_path)
    assert ran.code == 10
    assert not (tmp_path / "ran").exists()
    shadowed = houvast("scan", "t.yaml", cwd=tmp_path, env={"PYTHONPATH": os.pathsep.join([str(ROOT / "nothing"), str(ROOT), str(tmp_path)])})
    assert shadowed.code == 10
    assert not (tmp_path / "ran").exists()


CHECK = '''"""Is the thing in Germany?"""

from scanner.sdk import Home, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, place_of, unsure_of


@check(id="in-germany", needs=Home, severity=Severity.LOW, since="0.1", cites=("a house rule",))
def in_germany(res: Resource, home: Home) -> Outcome:
    """Things are in Germany.

    Why: to show that one file is enough.

    Remedy: move it.
    """
    return passes("here") if home.place.country == "DE" else fails("elsewhere")


EXAMPLES = (good(Home(place_of("aws", "eu-central-1"))), bad(Home(place_of("aws", "eu-west-1"))), unsure_of(Reason.DENIED))
'''

TYPE = '''"""Elastic File System access points: to show that one file is enough."""

from scanner.sdk import AtRest, List, TypeDecl, fact, flag, never_others

THING = TypeDecl(
    "AWS::House::Thing",
    live=List("ec2", "describe_volumes", each="Volumes", id="VolumeId"),
    facts=(fact(AtRest, state=flag(same="Encrypted")),),
    never=never_others(AtRest, why="an example"),
)
'''


def test_one_file_adds_a_check_and_one_file_adds_a_type(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    for package in ("scanner", "providers", "checks"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "checks" / "in_germany.py").write_text(CHECK, encoding="utf-8")
    (root / "providers" / "aws" / "types" / "house.py").write_text(TYPE, encoding="utf-8")
    (tmp_path / "t.yaml").write_text(YAML + "  Thing:\n    Type: AWS::House::Thing\n    Properties:\n      Encrypted: false\n", encoding="utf-8")
    ran = houvast("scan", "t.yaml", "--format", "json", "--check", "in-germany", "--check", "encryption-at-rest", cwd=tmp_path, root=root)
    found = {(v["check"], v["subject"]["name"]): v["status"] for v in ran.json["verdicts"]}
    assert found[("in-germany", "Data")] == "pass"
    assert found[("encryption-at-rest", "Thing")] == "fail"
    assert "AWS::House::Thing" in houvast("coverage", cwd=tmp_path, root=root).out
    assert "to show that one file is enough" in houvast("explain", "in-germany", cwd=tmp_path, root=root).out


def test_the_same_volume_live_in_yaml_and_in_json(tmp_path: Path) -> None:
    import boto3

    from tests.support.aws import moto_server

    (tmp_path / "t.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "t.json").write_text(
        '{"Resources": {"Data": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "eu-central-1a", "Encrypted": false}}}}', encoding="utf-8"
    )
    with moto_server() as url:
        account = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        client = boto3.client("ec2", region_name="eu-central-1", endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test")
        volume = client.create_volume(AvailabilityZone="eu-central-1a", Size=8, Encrypted=False)["VolumeId"]
        chosen = ("--check", "encryption-at-rest", "--type", "AWS::EC2::Volume", "--regions", "eu-central-1")
        ran = houvast("scan", "aws", "t.yaml", "t.json", *chosen, "--format", "json", "-q", cwd=tmp_path, env=account)
    assert ran.code == 10, ran.err
    verdicts = {v["subject"]["name"]: v for v in ran.json["verdicts"]}
    assert set(verdicts) == {volume, "Data"}
    said = {
        (v["check"], v["status"], v["severity"], v["why"].replace(v["subject"]["name"], "THING"), v["evidence"][0]["path"], v["evidence"][0]["value"]) for v in ran.json["verdicts"]
    }
    assert said == {("encryption-at-rest", "fail", "high", "THING stores data unencrypted", "Encrypted", False)}
    assert {v["evidence"][0]["origin"] for v in ran.json["verdicts"]} == {"live", "template"}
    assert len(ran.json["verdicts"]) == 3
