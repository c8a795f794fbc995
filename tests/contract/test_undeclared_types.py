"""A type of a template that nobody declared is said, unless it holds nothing; it never stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.data.cloudformation import holds_nothing
from tests.support.command import houvast

STACK = """\
Resources:
  Farm: {Type: AWS::Deadline::Farm, Properties: {DisplayName: render}}
  Other: {Type: AWS::Deadline::Farm, Properties: {DisplayName: more}}
  Own: {Type: "Custom::Bucket", Properties: {ServiceToken: x}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  Net: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Data: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: eu-west-1a, Encrypted: true}}
"""


def test_it_is_a_gap_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(STACK)
    (tmp_path / "promises.toml").write_text('[[promise]]\nid = "encrypted"\ntext = "Encrypted."\nbinds = [{ check = "encryption-at-rest" }]\n')
    ran = houvast("scan", "stack.yaml", "--check", "encryption-at-rest", "--promises", "promises.toml", "--format", "json", cwd=tmp_path)
    assert ran.code == 11
    assert {tuple(gap["types"]): gap["reason"] for gap in ran.json["coverage"]["gaps"]} == {("AWS::Deadline::Farm",): "unsupported", ("Custom::Bucket",): "unsupported"}
    assert next(gap["detail"] for gap in ran.json["coverage"]["gaps"]) == "Houvast has no declaration of the type AWS::Deadline::Farm: Farm, Other"
    assert {(verdict["subject"]["type"], verdict["status"]) for verdict in ran.json["verdicts"]} == {
        ("AWS::Deadline::Farm", "unknown"), ("Custom::Bucket", "unknown"), ("AWS::EC2::Volume", "pass"),
    }  # fmt: skip
    assert ran.json["settlements"][0]["status"] == "unproven"


@pytest.mark.parametrize("kind", ["AWS::EC2::TrafficMirrorSession", "AWS::CloudFormation::CustomResource", "AWS::ECS::ClusterX", "AWS::Glue::Catalog", "XAWS::IAM::Role"])
def test_what_may_hold_data_is_not_excused(kind: str) -> None:
    assert not holds_nothing(kind)
