"""Values of template parameters: the files of other tools, one value, one template; and the file beside an ARM template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from providers.arm import reader as arm
from providers.cloudformation import reader as cloudformation
from scanner.cli.parameters import settings
from scanner.collect.plan import Options
from scanner.errors import InvalidFile, UsageError

STACK = "Parameters: { Encrypt: { Type: String } }\nResources: { V: { Type: AWS::EC2::Volume, Properties: { Encrypted: !Ref Encrypt } } }\n"
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"place": {"type": "string"}, "secret": {"type": "securestring", "defaultValue": "hush"}},
    "resources": [
        {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "1",
            "name": "a",
            "location": "[parameters('place')]",
            "tags": {"x": "[parameters('secret')]"},
            "properties": {},
        }
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"ParameterKey": "A", "ParameterValue": "x"}]', {"A": "x"}),
        ('[{"ParameterKey": "A", "UsePreviousValue": true}]', {"A": {"$unresolved": "parameter A keeps the value of the stack as it is deployed"}}),
        ('["A=x=y", "B="]', {"A": "x=y", "B": ""}),
        ('{"Parameters": {"A": "x"}, "Tags": {}}', {"A": "x"}),
        ('{"A": "x", "B": [1, 2]}', {"A": "x", "B": [1, 2]}),
        ('{"$schema": "…deploymentParameters.json#", "parameters": {"A": {"value": {"b": true}}, "B": {"reference": {"keyVault": {}}}}}', {"A": {"b": True}, "B": {"$unresolved": "parameter B is read from a vault at deployment"}}),
        ('{"parameters": "x"}', {"parameters": "x"}),
    ],
)  # fmt: skip
def test_the_files_of_other_tools(tmp_path: Path, text: str, expected: object) -> None:
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    assert json.loads(settings([str(tmp_path / "p.json")])["template.parameters"]) == expected


@pytest.mark.parametrize(("text", "words"), [("{", "not JSON"), ("7", "no parameters"), ('[{"Key": "A"}]', "no parameter"), ("[" * 100_000, "nested too deep")])
def test_files_that_are_none(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match=words):
        settings([str(tmp_path / "p.json")])


def test_later_words_win_and_one_template_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(STACK)
    (tmp_path / "b.yaml").write_text(STACK)
    (tmp_path / "p.json").write_text('{"Encrypt": "true"}')
    (tmp_path / "own.json").write_text('{"Encrypt": "false"}')
    given = settings(["p.json", "Other=1=2", "b.yaml=own.json"])
    assert json.loads(given["template.parameters"]) == {"Encrypt": "true", "Other": "1=2"}
    found = {name: cloudformation.read(tmp_path / name, name, Options(settings=given)).documents[0].body["Encrypted"] for name in ("a.yaml", "b.yaml")}
    assert found == {"a.yaml": "true", "b.yaml": "false"}


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no such file"):
        settings(["gone.json"])


@pytest.mark.parametrize(
    ("beside", "given", "location"),
    [
        (None, None, "$unresolved"),
        ({"place": {"value": "westeurope"}}, None, "westeurope"),
        ({"PLACE": {"value": "westeurope"}}, '{"place": "eastus"}', "eastus"),
        ({"place": {"value": "GEN-LOCATION"}}, None, "$unresolved"),
        ({"place": {"reference": {}}}, None, "$unresolved"),
    ],
)
def test_the_file_beside_a_template(tmp_path: Path, beside: object, given: str | None, location: str) -> None:
    (tmp_path / "t.json").write_text(json.dumps(TEMPLATE))
    if beside is not None:
        (tmp_path / "t.parameters.json").write_text(json.dumps({"parameters": beside}))
    answer = arm.read(tmp_path / "t.json", "t.json", Options(settings={"template.parameters": given} if given else {}))
    body = answer.documents[0].body
    assert location in json.dumps(body["location"])
    assert "hush" not in json.dumps(body)


def test_a_broken_file_beside_a_template_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(TEMPLATE))
    (tmp_path / "t.parameters.json").write_text("{")
    answer = arm.read(tmp_path / "t.json", "t.json", Options())
    assert "not valid JSON" in answer.more_calls[0].detail
    assert len(answer.documents) == 1
