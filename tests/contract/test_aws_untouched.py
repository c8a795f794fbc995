"""What AWS makes in every account and region by itself says nothing about where somebody chose to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from scanner.model.facts import AtRest, Home
from scanner.model.known import Known
from scanner.model.resource import Resource
from tests.support.aws import estate, moto_server, only, scan

VIRGINIA = "us-east-1"
TYPES = frozenset({"AWS::Athena::WorkGroup", "AWS::Bedrock::ModelInvocationLogging", "AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::Glue::DataCatalogEncryptionSettings"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto_server() as address:
        yield address


def found(url: str) -> list[Resource]:
    return [one for one in estate(scan(url, only(types=TYPES, regions=(VIRGINIA,)))).resources if one.ref.type in TYPES]


def homes(url: str) -> set[str]:
    return {one.ref.type for one in found(url) if isinstance(one.facts.get(Home), Known)}


def client(service: str, url: str) -> Any:
    return boto3.client(service, region_name=VIRGINIA, endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test")


def test_an_account_that_nobody_touched_is_nowhere(url: str) -> None:
    untouched = found(url)
    assert {one.ref.type for one in untouched} == TYPES  # all of them are there, and are looked at
    assert homes(url) == set()
    assert not [one for one in untouched if one.ref.type == "AWS::Athena::WorkGroup" and isinstance(one.facts.get(AtRest), Known)]


def test_what_somebody_makes_stands_where_it_stands(url: str) -> None:
    ec2 = client("ec2", url)
    net = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=net, CidrBlock="10.7.1.0/24")
    client("glue", url).create_database(DatabaseInput={"Name": "sales"})
    client("athena", url).create_work_group(Name="queries")
    client("s3", url).create_bucket(Bucket="prompts")
    client("bedrock", url).put_model_invocation_logging_configuration(loggingConfig={"s3Config": {"bucketName": "prompts"}})
    assert homes(url) == TYPES
