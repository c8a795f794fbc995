"""Code and cloud in one run: what was changed by hand is found, whatever the code is written in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.aws import moto_server
from tests.support.command import houvast

STACK = """\
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Gone:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: never-deployed, BillingMode: PAY_PER_REQUEST }
"""


@pytest.fixture
def seen(tmp_path: Path) -> Any:
    """A table as the stack declares it, except that somebody switched its protection off."""
    (tmp_path / "stack.yaml").write_text(STACK)
    with moto_server() as url:
        client = boto3.client("dynamodb", region_name="eu-west-1", endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test")
        key = [{"AttributeName": "id", "KeyType": "HASH"}]
        client.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=key,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            DeletionProtectionEnabled=False,
        )
        client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        env = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        both = ("--type", "AWS::DynamoDB::Table", "--regions", "eu-west-1", "--region", "eu-west-1", "-q")
        done = houvast("scan", "aws", "stack.yaml", "--drift", "--check", "drift", *both, "--format", "json", cwd=tmp_path, env=env)
        apart = [houvast("scan", target, "--check", "drift", *both, "--snapshot", f"{target}.jsonl", cwd=tmp_path, env=env) for target in ("aws", "stack.yaml")]
        plain = houvast("scan", "aws", "stack.yaml", *both, "--format", "json", cwd=tmp_path, env=env)
    return tmp_path, done, apart, plain


def test_what_was_changed_by_hand_is_found(seen: Any) -> None:
    _, done, _, plain = seen
    assert done.code == 10, done.err
    by_fact = {(verdict["subject"]["name"], verdict["fact"]): verdict for verdict in done.json["verdicts"]}
    changed = by_fact["orders", "Deletion"]
    assert changed["status"] == "fail"
    assert changed["why"] == "orders is not as stack.yaml#Orders declares: guard on, live off"
    assert by_fact["orders", "Backups"]["status"] == "pass"
    lost = [verdict for verdict in done.json["verdicts"] if verdict["subject"]["id"] == "stack.yaml#Gone"]
    assert [(verdict["status"], verdict["reason"]) for verdict in lost] == [("unknown", "not_collected")]
    assert {verdict["status"] for key, verdict in by_fact.items() if key[0] == "orders" and key[1] != "Deletion"} == {"pass"}
    assert "drift" not in {verdict["check"] for verdict in plain.json["verdicts"]}, "only where it is asked for"


def test_two_snapshots_judged_together_say_the_same(seen: Any) -> None:
    folder, done, _, _ = seen
    judged = houvast("judge", "aws.jsonl", "stack.yaml.jsonl", "--drift", "--check", "drift", "--format", "json", cwd=folder)
    assert judged.code == 10
    assert json.dumps(judged.json["verdicts"]) == json.dumps(done.json["verdicts"]).replace(done.json["taken_at"], judged.json["taken_at"]) or [
        (v["fingerprint"], v["status"], v["why"]) for v in judged.json["verdicts"]
    ] == [(v["fingerprint"], v["status"], v["why"]) for v in done.json["verdicts"]]
