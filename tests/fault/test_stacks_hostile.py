"""Stacks that lead elsewhere: out of the folder, back to themselves, too deep, too many; and hostile manifests of the CDK."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from providers.cloudformation import cdk, reader
from scanner.collect.beside import OutOfReach, local_file
from scanner.collect.plan import Answer, Options
from scanner.errors import InvalidFile

VOLUME = "  Own: { Type: AWS::EC2::Volume, Properties: { Encrypted: true } }\n"


def stack(url: str) -> str:
    return f"Resources:\n{VOLUME}  Nested: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: {json.dumps(url)} }} }}\n"


def reading(folder: Path, text: str) -> Answer:
    (folder / "root.yaml").write_text(text)
    return reader.read(folder / "root.yaml", "root.yaml", Options())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("../outside.yaml", "lies outside"), ("/etc/passwd", "absolute"), ("~/x.yaml", "absolute"), ("link.yaml", "link that leads out"), ("gone.yaml", "is not there"), (".", "is not there"),
        ("root.yaml", "leads back"), ("broken.yaml", "not valid YAML"), ("empty.yaml", "is empty"), ("s3://bucket/x.yaml", "nothing is downloaded"), ("https://example.org/x.yaml", "nothing is downloaded"),
        ("file:///etc/passwd", "nothing is downloaded"), ("a" * 2000, "nothing is downloaded"),
    ],
)  # fmt: skip
def test_a_nested_stack_stays_in_the_folder(tmp_path: Path, url: str, words: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text("Resources:\n  Stolen: { Type: AWS::EC2::Volume }\n")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "broken.yaml").write_text("Resources: [")
    (folder / "empty.yaml").write_text("")
    found = reading(folder, stack(url))
    assert [doc.ref.name for doc in found.documents if "Volume" in doc.ref.type] == ["Own"]
    assert [words in call.detail for call in found.more_calls] == [True]


def test_many_stacks_in_one_another_end(tmp_path: Path) -> None:
    """Each of 12 files nests the next 10 times: a budget ends it, not the machine."""
    for n in range(12):
        nested = "".join(f"  N{k}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: t{n + 1}.yaml }} }}\n" for k in range(10))
        (tmp_path / f"t{n}.yaml").write_text(f"Resources:\n{VOLUME}{nested}")
    with pytest.raises(InvalidFile, match="grows to more than"):
        reader.read(tmp_path / "t0.yaml", "t0.yaml", Options())


def test_outputs_that_lead_to_one_another_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "Parameters: { P: { Type: String } }\nResources:\n  V: { Type: AWS::EC2::Volume, Properties: { Encrypted: !Ref P } }\nOutputs: { O: { Value: !Ref P } }\n"
    )
    one = "  A: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: a.yaml, Parameters: { P: !GetAtt B.Outputs.O } } }\n"
    two = "  B: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: a.yaml, Parameters: { P: !GetAtt A.Outputs.O } } }\n"
    found = reading(tmp_path, f"Resources:\n{one}{two}")
    assert {str(doc.body.get("Encrypted")).startswith("{'$unresolved'") for doc in found.documents if doc.ref.name.endswith("/V")} == {True}


def test_a_stack_set_that_holds_itself_as_text_ends(tmp_path: Path) -> None:
    text = "Resources: { V: { Type: AWS::EC2::Volume } }"
    for _ in range(6):
        text = json.dumps(
            {
                "Resources": {
                    "S": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": text, "StackInstancesGroup": [{"Regions": ["eu-west-1", "eu-central-1"]}]}}
                }
            }
        )
    found = reading(tmp_path, text)
    assert len([doc for doc in found.documents if doc.ref.type == "AWS::EC2::Volume"]) == 64
    assert {doc.ref.region for doc in found.documents if doc.ref.type == "AWS::EC2::Volume"} == {"eu-west-1", "eu-central-1"}


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", '{"artifacts": []}', '{"artifacts": {}, "x": ' + "[" * 100_000, '{"artifacts": {' + ",".join(f'"a{n}": {{}}' for n in range(600)) + "}}",
    ],
    ids=range(5),
)  # fmt: skip
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InvalidFile) as caught:
        cdk.read(tmp_path / "manifest.json", "manifest.json", Options())
    assert caught.value.advice


def manifest(**artifacts: object) -> str:
    return json.dumps({"version": "1", "artifacts": artifacts})


@pytest.mark.parametrize(
    ("artifact", "words"),
    [
        ({"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../outside.json"}}, "lies outside"),
        ({"type": "aws:cloudformation:stack", "properties": {"templateFile": 7}}, "is not there"),
        ({"type": "aws:cloudformation:stack"}, "is not there"),
        ({"type": "aws:cloudformation:stack", "properties": {"templateFile": "broken.json"}}, "not valid"),
        ({"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}, "levels deep"),
        ({"type": "cdk:cloud-assembly", "properties": {"directoryName": "/etc"}}, "absolute"),
    ],
)
def test_artifacts_that_cannot_be_read_are_gaps(tmp_path: Path, artifact: object, words: str) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "manifest.json").write_text(manifest(Bad=artifact))
    found = cdk.read(tmp_path / "manifest.json", "manifest.json", Options())
    assert not found.documents
    assert any(words in call.detail and call.types for call in found.more_calls)


def test_which_files_are_beside(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "modules").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "modules" / "x.json").write_text("{}")
    assert local_file(tmp_path / "app" / "main.json", "../modules/x.json") == tmp_path / "modules" / "x.json"
    with pytest.raises(OutOfReach):
        local_file(tmp_path / "app" / "main.json", "../../x.json")
    with pytest.raises(OutOfReach):
        local_file(tmp_path / "app" / "main.json", " ")
