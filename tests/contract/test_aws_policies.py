"""Bucket and key policies: what refuses plaintext, what only looks like it, what opens a thing to everybody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.aws.policy import bucket_floor, bucket_transit, mount_transit, public_statement, queue_transit, topic_transit
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
    "every action, written with two stars": [deny(Action="s3:**")],
    "every action but those of another service": [deny(Action=None, NotAction=["iam:*", "sqs:SendMessage"])],
    "every bucket whose name begins alike": [deny(Resource=["arn:aws:s3:::da*"])],
    "one character left open": [deny(Resource=["arn:aws:s3:::dat?", "arn:aws:s3:::data/*"])],
    "whatever is not another bucket": [deny(Resource=None, NotResource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])],
    "every bucket and all of their objects": [deny(Resource=["arn:aws:s3:::*", "arn:aws:s3:::*/*"])],
    "a name that ends alike": [deny(Resource=["arn:aws:s3:::*ta", "arn:aws:s3:::*ta/*"])],
    "wildcards for region and account": [deny(Resource=["arn:*:s3:*:*:data", "arn:*:s3:*:*:data/*"])],
    "everybody among others": [deny(Principal={"AWS": ["arn:aws:iam::111122223333:root", "*"]})],
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
    "a bucket of a region, which no ARN of a bucket has": [deny(Resource=["arn:aws:s3:eu-west-1:111122223333:data", "arn:aws:s3:eu-west-1:111122223333:data/*"])],
    "objects in folders only": [deny(Resource=[ARN, "arn:aws:s3:::data/*/*"])],
    "objects with an ending": [deny(Resource=[ARN, "arn:aws:s3:::data/*.csv"])],
    "a text that is compared": [deny(Condition={"StringEquals": {"aws:SecureTransport": "false"}})],
    "no value": [deny(Condition={"Bool": {"aws:SecureTransport": []}})],
    "one folder": [deny(Resource=[ARN, "arn:aws:s3:::data/public/*"])],
    "all but one resource": [deny(Resource=None, NotResource="arn:aws:s3:::data/public/*")],
    "a second condition": [deny(Condition={**PLAIN, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
    "a second key": [deny(Condition={"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}})],
    "both values": [deny(Condition={"Bool": {"aws:SecureTransport": ["false", "true"]}})],
    "another operator": [deny(Condition={"StringNotEquals": {"aws:SecureTransport": "false"}})],
    "another key": [deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
    "a TLS version, which plaintext has none of": [deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})],
    "no condition at all": [deny(Condition=None)],
    "the key is not asked for its value": [deny(Condition={"Null": {"aws:SecureTransport": "true"}})],
    "the name of the key as a prefix": [deny(Condition={"Bool": {"aws:SecureTransportX": "false"}})],
    "actions of another service": [deny(Action="sqs:*")],
    "every action but those of S3": [deny(Action=None, NotAction="s3:*")],
    "every action but all": [deny(Action=None, NotAction="*")],
    "every action but one of any service": [deny(Action=None, NotAction="*:PutObject")],
    "both kinds of actions": [deny(NotAction="iam:*")],
    "actions that only begin alike": [deny(Action="s3-object-lambda:*")],
    "actions one by one": [deny(Action=["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"])],
    "a queue of the same name": [deny(Resource=["arn:aws:sqs:eu-west-1:111122223333:data", "arn:aws:sqs:eu-west-1:111122223333:data/*"])],
    "objects that begin alike": [deny(Resource=[ARN, "arn:aws:s3:::data/a*"])],
    "all but what begins alike": [deny(Resource=None, NotResource="arn:aws:s3:::da*")],
    "all but a key in any bucket": [deny(Resource=None, NotResource="*/public/*")],
    "both kinds of resources": [deny(NotResource="arn:aws:s3:::other")],
    "one action each, in two statements": [deny(Action="s3:GetObject"), deny(Action="s3:PutObject")],
    "the bucket for one action, objects for all": [deny(Resource=ARN, Action="s3:ListBucket"), deny(Resource=OBJECTS)],
    "a principal that is everybody's name only": [deny(Principal={"CanonicalUser": "*"})],
    "a federated principal": [deny(Principal={"Federated": "*"})],
    "everybody of one account": [deny(Principal={"AWS": "arn:aws:iam::111122223333:*"})],
    "a word that is no effect": [deny(Effect="deny")],
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


QUEUE = Ref("aws", "AWS::SQS::Queue", "111122223333", "eu-west-1", "arn:aws:sqs:eu-west-1:111122223333:orders", "orders")
TOPIC = Ref("aws", "AWS::SNS::Topic", "111122223333", "eu-west-1", "arn:aws:sns:eu-west-1:111122223333:orders", "orders")
ON_QUEUE, ON_TOPIC = {"Action": "sqs:*", "Resource": QUEUE.id}, {"Action": "sns:Publish", "Resource": TOPIC.id}


@pytest.mark.parametrize(
    ("ref", "statement", "refuses"),
    [
        (QUEUE, deny(**ON_QUEUE), True),
        (QUEUE, deny(Action="*", Resource="*"), True),
        (QUEUE, deny(Action="SQS:*", Resource="arn:aws:sqs:*:111122223333:ord*"), True),
        (QUEUE, deny(Action=None, NotAction="sns:*", Resource=QUEUE.id), True),
        (QUEUE, deny(Action="sqs:SendMessage", Resource=QUEUE.id), False),
        (QUEUE, deny(Action=None, NotAction="sqs:ReceiveMessage", Resource=QUEUE.id), False),
        (QUEUE, deny(Action="sqs:*", Resource="arn:aws:sqs:us-east-1:111122223333:orders"), False),
        (QUEUE, deny(Action="sqs:*", Resource=TOPIC.id), False),
        (QUEUE, deny(Action="sqs:*", Resource=None), False),
        (QUEUE, deny(Action="sqs:*", Resource=None, NotResource="arn:aws:sqs:eu-west-1:111122223333:other"), False),
        (QUEUE, deny(**ON_QUEUE, Principal={"AWS": "111122223333"}), False),
        (QUEUE, deny(**ON_QUEUE, Effect="Allow", Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
        (QUEUE, deny(**ON_QUEUE, Condition={**PLAIN, "StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
        (TOPIC, deny(**ON_TOPIC), True),
        (TOPIC, deny(Action="sns:*", Resource="*"), True),
        (TOPIC, deny(Action=["sns:Subscribe", "sns:Pub*"], Resource=TOPIC.id), True),
        (TOPIC, deny(Action="sns:Subscribe", Resource=TOPIC.id), False),
        (TOPIC, deny(Action=None, NotAction="sns:Publish", Resource=TOPIC.id), False),
        (TOPIC, deny(Action=None, NotAction="sns:Pub*", Resource=TOPIC.id), False),
        (TOPIC, deny(Action="sns:Publish", Resource=f"{TOPIC.id}-2"), False),
        (TOPIC, deny(**ON_TOPIC, Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
    ],
)  # fmt: skip
def test_queues_and_topics(ref: Ref, statement: dict[str, Any], refuses: bool) -> None:
    judge = queue_transit if ref is QUEUE else topic_transit
    text = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}, statement]})
    assert judge(ref, (text,)).plaintext_allowed is not refuses
    assert judge(ref, ()).plaintext_allowed
    assert judge(ref, ("",)).plaintext_allowed
    with pytest.raises(ValueError, match="Expecting"):
        judge(ref, ("no policy",))


def test_a_template_names_its_queue_by_reference_or_name() -> None:
    logical = Ref("aws", "AWS::SQS::Queue", "", "", "stack.yaml#Orders", "Orders")
    for resource, refuses in (
        ({"$ref": "Orders", "att": "Arn"}, True),
        ({"$ref": "Other", "att": "Arn"}, False),
        ("arn:aws:sqs:eu-west-1:1:orders", True),
        ("arn:aws:sqs:eu-west-1:1:x", False),
    ):
        assert queue_transit(logical, ({"Statement": deny(Action="sqs:*", Resource=resource)},), ("orders",)).plaintext_allowed is not refuses


@pytest.mark.parametrize(
    ("statements", "floor"),
    [
        ([], "TLSv1.2"),
        ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})], "TLSv1.2"),
        ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": 1.3}})], "TLSv1.3"),
        ([deny(Condition={"NumericLessThanIfExists": {"S3:TLSVersion": ["1.3"]}})], "TLSv1.3"),
        ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}}, Resource=ARN)], "TLSv1.2"),
        ([deny(Condition={"NumericGreaterThan": {"s3:TlsVersion": "1.3"}})], "TLSv1.2"),
        ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": "new"}})], "TLSv1.2"),
        ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}}, Principal={"AWS": "111122223333"})], "TLSv1.2"),
        ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}}, Action="s3:GetObject")], "TLSv1.2"),
        ([deny()], "TLSv1.2"),
    ],
)  # fmt: skip
def test_which_version_a_bucket_policy_asks_for(statements: list[dict[str, Any]], floor: str) -> None:
    assert bucket_floor(BUCKET, ({"Statement": statements},)).min_version == floor


def test_file_systems() -> None:
    ref = Ref("aws", "AWS::EFS::FileSystem", "1", "eu-west-1", "arn:aws:elasticfilesystem:eu-west-1:1:file-system/fs-1", "fs-1")
    for action, refuses in (("elasticfilesystem:Client*", True), ("*", True), ("elasticfilesystem:ClientWrite", False), ("elasticfilesystem:Cl*Mount", True)):
        assert mount_transit(ref, ({"Statement": deny(Action=action, Resource=None)},)).plaintext_allowed is not refuses
    assert mount_transit(ref, ({"Statement": deny(Action="*", Resource=None, NotResource=ref.id)},)).plaintext_allowed


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
        (allow(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), True),
        (allow(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}), True),
        (allow(Condition={"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}}), True),
        (allow(Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}}), False),
        (allow(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}), True),
        (allow(Condition={"StringLike": {"aws:PrincipalOrgID": ["o-1", "o-*"]}}), True),
        (allow(Condition={"Null": {"aws:PrincipalOrgID": "true"}}), True),
        (allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/reader"}}), True),
        (allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}), False),
        (allow(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:own-bucket"}}), False),
        (allow(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}), True),
        (allow(Condition={"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}), False),
        (allow(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}), False),
        (allow(Condition={"StringEquals": {"aws:SourceAccount": 111122223333}}), False),
        (allow(Condition={"StringEquals": {"aws:SourceAccount": []}}), True),
    ],
)
def test_what_lets_everybody_in(statement: dict[str, Any], public: bool) -> None:
    assert public_statement(({"Statement": [statement]},)) is public
