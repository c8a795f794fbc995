"""Finding what a reference means; and if it is not there, the failed look behind it."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.declare.index import Index
from scanner.model.known import Reason, Unknown
from scanner.model.snapshot import EVERY_TYPE, Call, Document
from tests.support.declared import LISTING, bucket, failed, live, ref, snapshot, template

KIND = "AWS::Test::Thing"


def find(name: Any, *docs: Document, near: Document | None = None, calls: tuple[Call, ...] = (), kind: str = KIND) -> Document | Unknown:
    near = near or live({}, "near")
    return Index.of(snapshot(calls, (near, *docs))).find(kind, name, near)


def named(name: str, region: str = "eu-west-1", account: str = "111122223333", id: str = "") -> Document:
    return live({}, ref=ref(name, region=region, account=account, id=id))


def test_by_id_and_by_name_beside() -> None:
    there = named("n", id="arn:aws:x:eu-west-1:111122223333:n")
    assert find("arn:aws:x:eu-west-1:111122223333:n", there) == there
    assert find("ARN:aws:x:eu-west-1:111122223333:N", there) == there
    assert find("n", there) == there


def test_a_name_in_another_account_or_region_is_another_thing() -> None:
    for other in (named("n", account="444455556666", id="x"), named("n", region="us-east-1", id="y")):
        got = find("n", other)
        assert isinstance(got, Unknown)
        assert got.reason is Reason.UNRESOLVED


def test_a_bucket_is_found_by_name_from_anywhere() -> None:
    there = bucket("b", "us-east-1")
    assert find("b", there, kind="AWS::S3::Bucket") == there


def test_a_name_that_means_several_is_not_guessed() -> None:
    got = find("n", named("n", region="", id="one"), named("n", region="eu-west-1", id="two"))
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNRESOLVED
    assert "one" in got.detail
    assert "two" in got.detail


@pytest.mark.parametrize("name", [None, 7, [], {"odd": 1}])
def test_what_is_no_name_is_unparsable(name: Any) -> None:
    got = find(name)
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNPARSABLE


def test_a_live_thing_never_refers_to_a_template() -> None:
    assert isinstance(find("stack.yaml#Thing", template({})), Unknown)


def test_a_reference_inside_a_template_stays_in_its_file() -> None:
    near, there = template({}, "Near"), template({}, "There")
    assert find({"$ref": "There"}, there, near=near) == there
    for other in (template({}, "There", "AWS::Other::Thing"), live({}, "There")):
        assert isinstance(find({"$ref": "There"}, other, near=near), Unknown)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (Call("aws", "", "", "x", "Describe", "gone"), Reason.DENIED),
        (LISTING, Reason.THROTTLED),
        (Call("aws", "", "", "sts", "Who", types=(EVERY_TYPE,)), Reason.TIMEOUT),
    ],
)
def test_what_is_missing_is_missing_for_the_reason_of_the_failed_look(call: Call, reason: Reason) -> None:
    got = find("gone", calls=(failed(call, reason),))
    assert isinstance(got, Unknown)
    assert got.reason is reason


def test_what_is_missing_without_a_failed_look_leads_outside() -> None:
    got = find("gone", calls=(LISTING, failed(Call("aws", "", "", "x", "ListOthers", types=("AWS::Other::Thing",)))))
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNRESOLVED
