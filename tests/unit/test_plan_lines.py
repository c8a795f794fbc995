"""Lines of findings in plans, however they are laid out; addresses that look alike, and attributes that are nested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from providers.terraform.plan_lines import lines
from tests.support.command import houvast

VALUES = [("aws_ebs_volume.a", {"encrypted": False, "tags": {"encrypted": "no"}}), ('aws_ebs_volume.b["x\\"y"]', {"tags": {"encrypted": "no"}, "encrypted": False})]


def plan() -> dict[str, Any]:
    resources = [
        {
            "address": address,
            "mode": "managed",
            "type": "aws_ebs_volume",
            "name": address.split(".")[1][0],
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "values": values,
        }
        for address, values in VALUES
    ]
    changes = [{**one, "change": {"actions": ["create"], "after": one["values"], "after_unknown": {}}} for one in resources]
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}, "resource_changes": changes, "configuration": {}}


@pytest.mark.parametrize("indent", [1, 2, 4, "\t"])
def test_the_line_of_the_attribute_itself(indent: Any) -> None:
    text = json.dumps(plan(), indent=indent)
    found = lines(text, {address: {"encrypted", "kms_key_id", "tags.encrypted"} for address, _ in VALUES})
    written = text.splitlines()
    for address, values in VALUES:
        assert json.dumps(address) in written[found[address, ""] - 1]
        assert written[found[address, "encrypted"] - 1].strip().startswith('"encrypted": false')
        assert '"tags"' in written[found[address, "tags.encrypted"] - 1]
        assert found[address, "kms_key_id"] == found[address, ""], "what is absent stands where the resource does"
        assert values


def test_a_plan_of_one_line() -> None:
    assert set(lines(json.dumps(plan()), {address: {"encrypted"} for address, _ in VALUES}).values()) == {1}
    assert lines(json.dumps(plan()), {"aws_ebs_volume.c": {"encrypted"}}) == {}


def test_findings_of_a_plan_have_lines_in_every_report(tmp_path: Path) -> None:
    text = json.dumps(plan(), indent=2)
    (tmp_path / "plan.json").write_text(text)
    ran = houvast("scan", "plan.json", "--check", "encryption-at-rest", "--region", "eu-west-1", "-o", "now.sarif", "--format", "json", cwd=tmp_path)
    assert ran.code == 10
    places = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in json.loads((tmp_path / "now.sarif").read_text())["runs"][0]["results"]]
    assert sorted(places) == [
        n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith('"encrypted": false') and n < text[: text.index("resource_changes")].count("\n")
    ]
