"""Templates as documents: recognised by content, lines exact, and a gap for everything that a file does not show."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from providers.cloudformation.reader import read, recognise
from scanner.collect.plan import Answer, Options
from scanner.declare.path import UNRESOLVED
from scanner.errors import InvalidFile
from scanner.model.known import Reason
from scanner.model.snapshot import EVERY_TYPE, Call, Dialect

FIXTURES = Path(__file__).parents[2] / "fixtures" / "iac"


def answer(name: str, **settings: str) -> Answer:
    return read(FIXTURES / name, name, Options(settings={f"template.{k}": v for k, v in settings.items()}, taken_at="2026-11-21T10:00:00Z"))


def of_text(text: str, tmp_path: Path) -> Answer:
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    return read(tmp_path / "t.yaml", "t.yaml", Options())


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n",
        "Resources:\n  A:\n    Type: AWS::S3::Bucket\n",
        "# words\n---\nResources:\n  A:\n    Type: 'AWS::S3::Bucket'\n",
        "{Resources: {A: {Type: Custom::Thing}}}",
        '{"Description": "x", "Resources": {"A": {"Type": "AWS::S3::Bucket"}}}',
        '{\n  "Resources" : {\n "A": {\n "Type" : "Own::Place::Thing"}}}',
    ],
)
def test_recognised(text: str) -> None:
    assert recognise(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        '{"resources": [{"type": "Microsoft.Storage/storageAccounts"}], "$schema": "https://schema.management.azure.com/x"}',
        '{"resource_changes": [{"type": "aws_s3_bucket"}]}',
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  template: |\n    Resources:\n      A:\n        Type: AWS::S3::Bucket\n",
        "Resources:\n  - plain list\n",
        "services:\n  web:\n    image: nginx\n",
        '{"schema": "houvast/snapshot/1"}',
        '{"properties": {"AWSTemplateFormatVersion": {"type": "string"}, "Resources": {"type": "object"}}}',
    ],
)
def test_not_recognised(text: str) -> None:
    assert not recognise(text)


def test_every_template_among_the_fixtures_is_recognised() -> None:
    templates = [path for path in FIXTURES.iterdir() if path.suffix in (".yaml", ".json") and path.name not in ("terraform.json",)]
    assert len(templates) >= 5
    assert all(recognise(path.read_text(encoding="utf-8")) for path in templates)


def test_a_document_says_where_it_stands() -> None:
    found = answer("lines.json", region="eu-west-1", account="111122223333")
    volume, bucket = found.documents
    assert (volume.ref.provider, volume.ref.type, volume.ref.account, volume.ref.region) == ("aws", "AWS::EC2::Volume", "111122223333", "eu-west-1")
    assert (volume.ref.id, volume.ref.name, volume.file) == ("lines.json#Volume", "Volume", "lines.json")
    assert volume.dialect is Dialect.CLOUDFORMATION
    assert volume.body["Encrypted"] is True
    assert volume.tags == {"team": "🚀 é a/b", "cost": "eu-west-1"}
    assert found.call == Call("aws", "111122223333", "eu-west-1", "file", "read lines.json", at="2026-11-21T10:00:00Z", pages=1, items=2)
    assert volume.calls == bucket.calls == {"": found.call.id}
    assert not found.more_calls


def test_lines_are_those_of_the_file() -> None:
    volume, bucket = answer("lines.json").documents
    assert dict(volume.lines) == {
        "": 5, "AvailabilityZone": 8, "Encrypted": 9, "Tags": 12, "Tags[0]": 13, "Tags[0].Key": 13, "Tags[0].Value": 13, "Tags[1]": 14, "Tags[1].Key": 14, "Tags[1].Value": 14,
    }  # fmt: skip
    assert bucket.lines["BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm"] == 23
    assert (bucket.lines["BucketEncryption.ServerSideEncryptionConfiguration"], bucket.lines["BucketEncryption"], bucket.lines[""]) == (21, 20, 18)


def test_yaml_and_json_of_one_template_are_equal(tmp_path: Path) -> None:
    first = answer("lines.json")
    (tmp_path / "one-line.json").write_text(json.dumps(json.loads((FIXTURES / "lines.json").read_text(encoding="utf-8"))), encoding="utf-8")
    second = read(tmp_path / "one-line.json", "lines.json", Options())
    assert [doc.body for doc in first.documents] == [doc.body for doc in second.documents]
    assert {line for doc in second.documents for line in doc.lines.values()} == {1}


def test_an_open_place_stays_open() -> None:
    assert {(doc.ref.account, doc.ref.region) for doc in answer("lines.json").documents} == {("", "")}
    assert answer("lines.json").documents[0].tags == {"team": "🚀 é a/b"}


@pytest.mark.parametrize(
    ("what", "line", "reason", "types", "words"),
    [
        ("macro AWS::SecretsManager-2020-07-23", 4, Reason.UNSUPPORTED, EVERY_TYPE, "expanded template"),
        ("macro Own::Macro", 5, Reason.UNSUPPORTED, EVERY_TYPE, "expanded template"),
        ("Nested", 9, Reason.UNSUPPORTED, EVERY_TYPE, "nested stack"),
        ("Module", 15, Reason.UNSUPPORTED, EVERY_TYPE, "a module"),
        ("NoType", 17, Reason.UNPARSABLE, EVERY_TYPE, "no resource with a Type"),
        ("Null", 19, Reason.UNPARSABLE, EVERY_TYPE, "no resource with a Type"),
        ("Text", 20, Reason.UNPARSABLE, EVERY_TYPE, "no resource with a Type"),
        ("NullProperties", 21, Reason.UNPARSABLE, "AWS::EC2::Volume", "null, on line 23"),
        ("ListProperties", 24, Reason.UNPARSABLE, "AWS::EC2::Volume", "no object, on line 26"),
        ("ReferredProperties", 27, Reason.UNPARSABLE, "AWS::EC2::Volume", "no object, on line 29"),
        ("Twice", 36, Reason.UNPARSABLE, "AWS::EC2::Volume", "also on line 33"),
        ("TwoTypes", 39, Reason.UNPARSABLE, EVERY_TYPE, "no resource with a Type"),
        ("TwoProperties", 42, Reason.UNPARSABLE, "AWS::EC2::Volume", "also on line 44"),
        ("loop on line 46", 46, Reason.UNRESOLVED, EVERY_TYPE, "AWS::Region is known at deployment"),
        ("loop on line 47", 47, Reason.UNRESOLVED, EVERY_TYPE, "not known"),
        ("Fn::Transform in Resources", 48, Reason.UNSUPPORTED, EVERY_TYPE, "at deployment"),
    ],
)
def test_what_the_file_does_not_show_is_a_gap(what: str, line: int, reason: Reason, types: str, words: str) -> None:
    gaps = {call.subject: call for call in answer("gaps.yaml").more_calls}
    gap = gaps[f"gaps.yaml#{what}"]
    assert (gap.outcome, gap.types, gap.provider) == (reason, (types,), "aws")
    assert gap.detail.startswith(f"gaps.yaml:{line}: ")
    assert words in gap.detail


def test_no_other_gaps_and_the_good_ones_stay() -> None:
    found = answer("gaps.yaml")
    assert len(found.more_calls) == 16
    documents = {doc.ref.name: doc for doc in found.documents}
    assert documents["Good"].body == {"Encrypted": True}
    assert "NeverNested" not in documents
    for name in ("NullProperties", "ListProperties", "ReferredProperties", "Twice", "TwoProperties"):
        assert set(documents[name].body) == {UNRESOLVED}


def test_a_resource_without_properties_has_none(tmp_path: Path) -> None:
    found = of_text("Resources:\n  A:\n    Type: AWS::S3::Bucket\n", tmp_path)
    assert found.documents[0].body == {}
    assert not found.more_calls


def test_tags_as_an_object(tmp_path: Path) -> None:
    found = of_text("Resources: {A: {Type: AWS::SSM::Parameter, Properties: {Tags: {a: 1, b: true, c: !Ref AWS::Region}}}}", tmp_path)
    assert found.documents[0].tags == {"a": "1", "b": "true"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "is empty"),
        ("# only words\n", None, "is empty"),
        ("\n- a\n- b\n", 2, "no object"),
        ("AWSTemplateFormatVersion: '2010-09-09'\n", 1, "has no Resources"),
        ("\nA: 1\nResources:\n", 3, "empty or no object"),
        ("A: 1\nResources: []\n", 2, "empty or no object"),
        ("A: 1\nResources: {}\n", 2, "empty or no object"),
        ("Resources: {A: {Type: A::B}}\nB: 1\nResources: {A: {Type: A::B}}\n", 3, "section Resources twice (first on line 1)"),
        ("Resources:\n  A:\n\tType: x\n", 3, "cannot start any token"),
        ("Resources:\n  A: {Type: x\n", 3, "not valid YAML"),
        ("Resources: {}\n---\nResources: {}\n", 2, "another document"),
        ("Resources:\n  A: *nowhere\n", 2, "undefined alias"),
        ("Resources:\n  A: \x07\n", 2, "character"),
        ('{"Resources": {\n"A": "\\ud800"\n}', 3, "not valid"),
    ],
)
def test_what_is_no_template_is_said_with_its_line(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        of_text(text, tmp_path)
    assert words in caught.value.message
    assert caught.value.line == line
    assert caught.value.advice


def test_the_collector_runs_again_after_a_large_file(tmp_path: Path) -> None:
    assert gc.isenabled()
    text = "Resources:\n" + "".join(f"  V{n}: {{Type: AWS::EC2::Volume, Properties: {{Encrypted: true, Size: {n}}}}}\n" for n in range(3000))
    assert len(of_text(text, tmp_path).documents) == 3000
    assert gc.isenabled()
