"""Places of things and copies: one that cannot be placed stays in the list, and no malformed name becomes "here"."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.declare.places import arns, derived_regions, here, nowhere, region_of, regions
from scanner.declare.readers import Reader, Unresolvable
from scanner.model.known import Known, Reason, Unknown
from scanner.model.place import Confidence
from tests.support.declared import BUCKET, LISTING, bucket, failed, live, ref, template, view


def read(reader: Reader[Any], body: dict[str, Any], *others: Any, calls: Any = (LISTING,), **more: Any) -> Any:
    return reader.read(view(live(body, **more), calls=calls, others=others))


def countries(got: Any) -> list[str | None]:
    assert isinstance(got, Known)
    return [place.country for place in got.value]


def test_here_is_the_region_of_the_listing() -> None:
    got = read(here(), {})
    assert isinstance(got, Known)
    assert (got.value.country, got.sources[0].call) == ("IE", "ec2:DescribeThings")


def test_here_by_a_value() -> None:
    got = read(here(live="Zone"), {"Zone": "eu-west-2a"})
    assert isinstance(got, Known)
    assert got.value.country == "GB"
    odd = read(here(live="Zone"), {"Zone": ["eu-west-2a"]})
    assert isinstance(odd, Unknown)
    assert odd.reason is Reason.UNPARSABLE


def test_here_without_a_region_is_unknown() -> None:
    got = read(here(), {}, ref=ref(region=""))
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNRESOLVED
    in_file = here().read(view(template({})))
    assert isinstance(in_file, Unknown)
    assert "--region" in in_file.detail


def test_copies_by_region() -> None:
    assert countries(read(regions(live="R[]"), {"R": ["eu-west-1", "us-east-1", "mars-1"]})) == ["IE", "US", None]
    assert countries(read(regions(live="R[]"), {})) == []
    assert countries(read(regions(live="R[]"), {"R": [7]})) == [None]


@pytest.mark.parametrize(
    ("value", "country"),
    [
        ("arn:aws:rds:us-east-1:111122223333:db:copy", "US"),
        ("copy", "IE"),
        ("arn:aws:s3:::bucket", None),
        ("arn:aws:rds", None),
        ("", None),
        ({"odd": 1}, None),
        (7, None),
    ],
)
def test_copies_by_arn(value: Any, country: str | None) -> None:
    got = read(arns(live="A[]"), {"A": [value]})
    assert countries(got) == [country]
    if country is None:
        assert got.value[0].reason in (Reason.UNRESOLVED, Reason.UNPARSABLE)


def test_one_copy_that_cannot_be_placed_does_not_hide_the_others() -> None:
    denied = failed(LISTING.__class__("aws", "111122223333", "", "s3", "GetBucketLocation", "arn:aws:s3:::lost"))
    reader = region_of(BUCKET.type, live="To[]")
    got = read(reader, {"To": ["arn:aws:s3:::us", "arn:aws:s3:::lost", "arn:aws:s3:::never-seen"]}, bucket("us", "us-east-1"), calls=(LISTING, denied))
    assert countries(got) == ["US", None, None]
    assert [p.reason for p in got.value] == [None, Reason.DENIED, Reason.UNRESOLVED]
    assert [p.what for p in got.value] == ["arn:aws:s3:::us", "arn:aws:s3:::lost", "arn:aws:s3:::never-seen"]
    assert got.value[1].confidence is Confidence.UNDETERMINED


def test_an_unresolved_list_is_unknown_and_not_empty() -> None:
    for reader in (regions(cfn="R[]"), arns(cfn="R[]"), region_of(BUCKET.type, cfn="R[]")):
        values: tuple[Any, ...] = ({"$unresolved": "x"}, [{"$unresolved": "x"}], "text")
        for value in values:
            got = reader.read(view(template({"R": value})))
            assert isinstance(got, Unknown), (reader, value)


def test_a_failed_look_is_no_empty_list() -> None:
    for reader in (regions(live="R[]"), arns(live="R[]"), derived_regions(lambda _ref, _r: (), live="R")):
        got = read(reader, {}, calls=(failed(),))
        assert isinstance(got, Unknown)
        assert got.reason is Reason.DENIED


def test_derived_regions() -> None:
    def function(_ref: Any, values: tuple[str, ...]) -> tuple[str, ...]:
        if not values:
            raise Unresolvable(Reason.UNSUPPORTED, "nothing to derive from")
        return values

    assert countries(read(derived_regions(function, live="R[]"), {"R": ["eu-west-1"]})) == ["IE"]
    got = read(derived_regions(function, live="R[]"), {})
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNSUPPORTED


def test_nowhere_needs_its_source() -> None:
    got = read(nowhere("the manual says so"), {})
    assert isinstance(got, Known)
    assert got.value == ()
    assert got.sources[0].value == "the manual says so"


def test_references_that_have_to_be_resolved() -> None:
    reader = region_of(BUCKET.type, live=("A[].B", "C"))
    assert reader.references(live({}).dialect) == ((BUCKET.type, "A[].B"), (BUCKET.type, "C"))
    assert arns(live="A").references(live({}).dialect) == ()
