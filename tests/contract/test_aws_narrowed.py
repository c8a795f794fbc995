"""Whatever narrows a scan stands in the report, also where nothing regional is asked; settings that cannot work say which they are."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from scanner.model.known import Reason
from scanner.model.snapshot import EVERY_TYPE
from tests.support.aws import moto_server, only, resources, scan

BUCKETS = frozenset({"AWS::S3::Bucket"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto_server() as address:
        s3 = boto3.client("s3", region_name="us-east-1", endpoint_url=address, aws_access_key_id="test", aws_secret_access_key="test")
        s3.create_bucket(Bucket="home", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.create_bucket(Bucket="away")
        yield address


def test_regions_that_a_global_listing_showed_and_nobody_asked_about_are_named(url: str) -> None:
    """One listing shows the buckets of all regions: what was dropped of it must keep a promise from being kept."""
    snapshot = scan(url, only(types=BUCKETS, regions=("eu-central-1",)))
    assert set(resources(snapshot, "AWS::S3::Bucket")) == {"home"}
    assert "aws:123456789012/us-east-1" in snapshot.run.excluded


def test_a_region_that_does_not_exist_is_a_gap_for_global_listings_too(url: str) -> None:
    snapshot = scan(url, only(types=BUCKETS, regions=("eu-nowhere-1",)))
    lost = [call for call in snapshot.calls if not call.ok]
    assert [(call.region, call.outcome) for call in lost] == [("eu-nowhere-1", Reason.UNAVAILABLE)]


def test_without_a_choice_regions_are_not_asked_for_global_types(url: str) -> None:
    snapshot = scan(url, only(types=BUCKETS))
    assert set(resources(snapshot, "AWS::S3::Bucket")) == {"home", "away"}
    assert "DescribeRegions" not in {call.operation for call in snapshot.calls}


def test_an_organisation_without_any_account_cannot_be(url: str) -> None:
    """Whoever asks is one of them: an empty list hides all others."""
    snapshot = scan(url, only(types=BUCKETS, settings={"aws.pause": "0.01", "aws.organization": "true"}))
    lost = {call.operation: call for call in snapshot.calls if not call.ok}
    assert lost["ListAccounts"].outcome is Reason.UNPARSABLE
    assert lost["ListAccounts"].types == (EVERY_TYPE,)


@pytest.mark.parametrize(("name", "value", "words"), [("AWS_ENDPOINT_URL_STS", "nonsense", "AWS_ENDPOINT_URL"), ("AWS_REGION", "far away", "AWS_REGION")])
def test_a_setting_that_cannot_work_is_named(url: str, name: str, value: str, words: str) -> None:
    snapshot = scan(url, only(types=BUCKETS), **{name: value})
    lost = [call for call in snapshot.calls if not call.ok]
    assert len(lost) == 1
    assert lost[0].outcome is Reason.UNRESOLVED
    assert words in lost[0].detail
