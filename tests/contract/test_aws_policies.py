"""Bucket and key policies: what refuses plaintext, what only looks like it, what opens a thing to everybody."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.policy import bucket_transit, public_statement
from scanner.model.resource import Ref

BUCKET = Ref("aws", "AWS::S3::Bucket", "111122223333", "eu-west-1", "arn:aws:s3:::data", "data")
ARN, OBJECTS = "arn:aws:s3:::data", "arn:aws:s3:::data/*"
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def deny(**changes: Any) -> dict[str, Any]:
    made = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ARN, OBJECTS], "Condition": PLAIN, **changes}
    return {key: value for key, value in made.items() if value is not None}


REFUSING: dict[str, list[dict[str, Any]]] = {
    "as documented": [deny()],
    "every principal of AWS": [deny(Principal={"AWS": "*"})],
    "principals as a list": [deny(Principal={"AWS": ["*"]})],
    "every action": [deny(Action="*")],
    "among other actions": [deny(Action=["s3:GetObject", "s3:*"])],
    "if it exists": [deny(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}})],
    "a real boolean": [deny(Condition={"Bool": {"aws:SecureTransport": False}})],
    "values as a list": [deny(Condition={"Bool": {"AWS:SecureTransport": ["false"]}})],
    "every resource": [deny(Resource="*")],
    "one pattern for both": [deny(Resource="arn:aws:s3:::data*")],
    "in two statements": [deny(Resource=ARN), deny(Resource=OBJECTS)],
    "in another partition": [deny(Resource=["arn:aws-cn:s3:::data", "arn:aws-cn:s3:::data/*"])],
    "beside others": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}, deny()],
}

LOOKING_LIKE_IT: dict[str, list[dict[str, Any]]] = {
    "no policy": [],
    "allows instead": [deny(Effect="Allow", Condition={"Bool": {"aws:SecureTransport": "true"}})],
    "the other way round": [deny(Condition={"Bool": {"aws:SecureTransport": "true"}})],
    "one principal": [deny(Principal={"AWS": "arn:aws:iam::111122223333:root"})],
    "a service": [deny(Principal={"Service": "*"})],
    "all but one principal": [deny(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"})],
    "reading only": [deny(Action="s3:GetObject")],
    "every Get": [deny(Action="s3:Get*")],
    "all but one action": [deny(Action=None, NotAction="s3:PutObject")],
    "objects only": [deny(Resource=OBJECTS)],
    "the bucket only": [deny(Resource=ARN)],
    "another bucket": [deny(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])],
    "a bucket with a longer name": [deny(Resource=["arn:aws:s3:::data2", "arn:aws:s3:::data2/*"])],
    "one folder": [deny(Resource=[ARN, "arn:aws:s3:::data/public/*"])],
    "all but one resource": [deny(Resource=None, NotResource="arn:aws:s3:::data/public/*")],
    "a second condition": [deny(Condition={**PLAIN, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
    "a second key": [deny(Condition={"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}})],
    "both values": [deny(Condition={"Bool": {"aws:SecureTransport": ["false", "true"]}})],
    "another operator": [deny(Condition={"StringNotEquals": {"aws:SecureTransport": "false"}})],
    "another key": [deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
    "a TLS version, which plaintext has none of": [deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})],
    "no condition at all": [deny(Condition=None)],
}


@pytest.mark.parametrize("statements", REFUSING.values(), ids=REFUSING)
def test_what_refuses_plaintext(statements: list[dict[str, Any]]) -> None:
    assert not bucket_transit(BUCKET, ({"Statement": statements},)).plaintext_allowed


@pytest.mark.parametrize("statements", LOOKING_LIKE_IT.values(), ids=LOOKING_LIKE_IT)
def test_what_only_looks_like_it(statements: list[dict[str, Any]]) -> None:
    assert bucket_transit(BUCKET, ({"Statement": statements},)).plaintext_allowed


def test_one_statement_may_stand_without_a_list() -> None:
    assert not bucket_transit(BUCKET, ({"Statement": deny()},)).plaintext_allowed


def test_a_template_names_its_bucket_by_reference() -> None:
    logical = Ref("aws", "AWS::S3::Bucket", "", "", "stack.yaml#Data", "Data")
    whole = deny(Resource=[{"$ref": "Data", "att": "Arn"}, {"$ref": "Data", "att": "Arn", "text": "${Data.Arn}/*"}])
    half = deny(Resource=[{"$ref": "Data", "att": "Arn"}, {"$ref": "Other", "att": "Arn", "text": "${Other.Arn}/*"}])
    assert not bucket_transit(logical, ({"Statement": [whole]},)).plaintext_allowed
    assert bucket_transit(logical, ({"Statement": [half]},)).plaintext_allowed


@pytest.mark.parametrize("policy", ["text", 7, {"Statement": ["text"]}, {"Statement": [None]}])
def test_what_is_no_policy_is_not_taken_for_an_empty_one(policy: Any) -> None:
    with pytest.raises(TypeError):
        bucket_transit(BUCKET, (policy,))


def allow(**changes: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS, **changes}
    return {key: value for key, value in made.items() if value is not None}


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (allow(), True),
        (allow(Principal={"AWS": "*"}), True),
        (allow(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::444455556666:root"}), True),
        (allow(Condition={"Bool": {"aws:SecureTransport": "true"}}), True),
        (allow(Condition={"StringLike": {"aws:Referer": "https://example.org/*"}}), True),
        (allow(Effect="Deny"), False),
        (allow(Principal={"AWS": "arn:aws:iam::444455556666:root"}), False),
        (allow(Principal={"Service": "cloudtrail.amazonaws.com"}), False),
        (allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
        (allow(Condition={"StringEquals": {"kms:CallerAccount": "111122223333"}}), False),
    ],
)
def test_what_lets_everybody_in(statement: dict[str, Any], public: bool) -> None:
    assert public_statement(({"Statement": [statement]},)) is public
