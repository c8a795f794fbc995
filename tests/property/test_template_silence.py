"""The silence law for templates: what is not known before deployment never turns a verdict to pass."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.arm import reader as arm
from providers.arm.jsonc import parse
from providers.cloudformation import reader as cloudformation
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.trim import Trimmer
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.snapshot import Run
from scanner.model.verdict import Status

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
#: What says which resource it is: another name is another subject.
_NAMES = {"name", "type", "apiVersion", "$schema", "contentVersion", "Type", "dependsOn", "template", "templateLink", "functions", "scope", "mode"}

STACK: dict[str, Any] = {
    "Parameters": {"Nothing": {"Type": "String"}, "Encrypt": {"Type": "String", "Default": "true"}, "Stage": {"Type": "String", "Default": "live"}},
    "Conditions": {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}, "Test": {"Fn::Not": [{"Condition": "Live"}]}},
    "Mappings": {"Keep": {"live": {"Days": "7"}, "test": {"Days": "0"}}},
    "Resources": {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "PendingWindowInDays": 30}},
        "Data": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "Engine": "postgres", "DBInstanceClass": "db.t4g.medium", "StorageEncrypted": {"Ref": "Encrypt"}, "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}, "DeletionProtection": True,
                "BackupRetentionPeriod": {"Fn::FindInMap": ["Keep", {"Ref": "Stage"}, "Days"]}, "PubliclyAccessible": {"Fn::If": ["Live", False, True]},
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "VersioningConfiguration": {"Status": "Enabled"},
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True},
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Key"}}}]},
            },
        },
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [{"Fn::Sub": "${Bucket.Arn}/*"}, {"Fn::GetAtt": ["Bucket", "Arn"]}], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
                },
            },
        },
        "Volume": {"Type": "AWS::EC2::Volume", "Condition": "Live", "Properties": {"AvailabilityZone": "eu-central-1a", "Encrypted": True, "Size": 8}},
        "Never": {"Type": "AWS::EC2::Volume", "Condition": "Test", "Properties": {"AvailabilityZone": "us-east-1a", "Encrypted": False, "Size": 8}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "Key"}}},
    },
}  # fmt: skip


@cache
def _template() -> Any:
    whole = json.loads(json.dumps(parse((ROOT / "fixtures" / "iac" / "arm" / "main.json").read_text(encoding="utf-8"), "main.json")))
    whole["parameters"]["nothing"] = {"type": "string"}
    whole["resources"] = [r for r in whole["resources"] if r["name"] not in ("linked", "far")]
    return whole


FORMS: dict[str, tuple[Any, Any, Any]] = {"arm": (arm, _template, "[parameters('nothing')]"), "cloudformation": (cloudformation, lambda: STACK, {"Ref": "Nothing"})}


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of every value that may be replaced."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        if key in _NAMES and not (len(at) >= 2 and at[-1] == "Properties"):
            continue
        if len(at) >= 2 and at[0] in ("resources", "Resources", "parameters", "variables", "Mappings", "Conditions") and key != "Condition":
            yield (*at, key)
        yield from places(part, (*at, key))


@cache
def spots(form: str) -> tuple[tuple[Any, ...], ...]:
    return tuple(places(FORMS[form][1]()))


def passing(form: str, document: Any) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """What passes, and all that is judged: by check, fact, type and name."""
    decls = plugins.load_types()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.json")
        path.write_text(json.dumps(document), encoding="utf-8")
        answer = FORMS[form][0].read(path, "template.json", Options(settings={"template.region": "eu-central-1", "template.location": "westeurope"}))
    ledger, trimmed = Ledger(), Trimmer(decls)
    from dataclasses import replace

    ledger.take(replace(answer, documents=tuple(trimmed(doc) for doc in answer.documents)))
    found = judge(Estate.of(ledger.snapshot(Run("2026-11-21T10:00:00Z", "test")), decls), [Question(check) for check in plugins.load_checks().values()], NOW)
    keys = {(v.check, v.fact, v.subject.type, v.subject.name): v.status for v in found if not v.gap}
    return {key for key, status in keys.items() if status is Status.PASS}, set(keys)


@cache
def whole(form: str) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    return passing(form, FORMS[form][1]())


def replaced(document: Any, at: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    inner = changed
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return changed


@pytest.mark.parametrize("form", FORMS)
def test_there_is_something_to_lose(form: str) -> None:
    passed, judged = whole(form)
    assert len(passed) > 10
    assert len(judged) > len(passed)
    assert len(spots(form)) > 60


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_value_that_is_not_known_never_makes_anything_better(form: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(spots(form)))
    before, judged = whole(form)
    after, _ = passing(form, replaced(FORMS[form][1](), at, FORMS[form][2]))
    assert {key for key in after & judged if key not in before} == set(), at
