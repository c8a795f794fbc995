"""Which properties name the thing itself."""

from __future__ import annotations

import pytest

from scanner.collect.called import named
from scanner.model.known import Json
from scanner.model.resource import Ref
from scanner.model.snapshot import Dialect, Document


@pytest.mark.parametrize(
    ("kind", "body", "names"),
    [
        ("AWS::S3::Bucket", {"BucketName": "maps", "AccessControl": "Private"}, ("maps",)),
        ("AWS::RDS::DBInstance", {"DBInstanceIdentifier": "main", "DBName": "customers", "KmsKeyId": "key", "DBSubnetGroupName": "inner"}, ("main",)),
        ("AWS::DynamoDB::Table", {"TableName": "orders"}, ("orders",)),
        ("AWS::EC2::Subnet", {"VpcId": "vpc-1"}, ()),
        ("AWS::S3::Bucket", {"bucket": "maps", "arn": "arn:aws:s3:::maps", "id": "maps", "bucket_prefix": "m"}, ("arn:aws:s3:::maps", "maps")),
        ("AWS::DynamoDB::Table", {"name": "orders", "kms_key_arn": "arn:aws:kms:x"}, ("orders",)),
        ("AWS::S3::Bucket", {"BucketName": {"$unresolved": "a parameter"}}, ()),
        ("AWS::S3::Bucket", {"BucketName": ""}, ()),
    ],
)
def test_names(kind: str, body: dict[str, Json], names: tuple[str, ...]) -> None:
    doc = Document(Ref("aws", kind, "", "", "f#x", "x"), Dialect.CLOUDFORMATION, body)
    assert named(doc).names == names
