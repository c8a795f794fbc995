"""One look for many documents: each keeps what is its own; lists of lists are walked through."""

import pytest

from providers.aws.details import matched
from providers.aws.documents import items
from providers.aws.plan import is_shared
from scanner.sdk import Dialect, Document, Failure, Get, List, Ref

_BACKED_UP = Get("list_protected_resources", put="protected", params={}, match=("ResourceArn", ""))
_FLOWS = Get("describe_flow_logs", put="flows", params={}, match=("ResourceId", "VpcId"))


def _vpc(name: str, body: dict[str, object] | None = None) -> Document:
    return Document(Ref("aws", "AWS::EC2::VPC", "1", "eu-west-1", f"arn:{name}", name), Dialect.LIVE, body if body is not None else {"VpcId": name}, {})  # type: ignore[arg-type]


def test_each_document_gets_its_own_items() -> None:
    flows = [{"ResourceId": "vpc-1", "LogDestination": "a"}, {"ResourceId": "vpc-2"}, {"ResourceId": "vpc-1", "LogDestination": "b"}]
    parts = matched(_FLOWS, flows, (_vpc("vpc-1"), _vpc("vpc-3")))  # type: ignore[arg-type]
    assert [(part.ref.name, part.body) for part in parts] == [("vpc-1", [flows[0], flows[2]]), ("vpc-3", [])]
    assert [part.body for part in matched(_BACKED_UP, [{"ResourceArn": "arn:vpc-1"}], (_vpc("vpc-1"),))] == [[{"ResourceArn": "arn:vpc-1"}]]


def test_what_cannot_be_told_apart_is_not_empty() -> None:
    assert matched(_FLOWS, [], (_vpc("vpc-1", {}),)) == []  # no part: the fact says that it was not read
    with pytest.raises(Failure):
        matched(_FLOWS, {}, (_vpc("vpc-1"),))


def test_a_call_without_a_word_about_its_document_is_shared() -> None:
    assert is_shared(_FLOWS)
    assert not is_shared(Get("describe_table", put="table", params={"TableName": "Name"}))


def test_lists_of_lists() -> None:
    listing = List("ec2", "describe_instances", each="Reservations.Instances", id="InstanceId")
    page = {"Reservations": [{"Instances": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]}, {"Instances": []}]}
    assert [item["InstanceId"] for item in items(listing, page)] == ["i-1", "i-2"]
    assert items(listing, {"Reservations": []}) == []
    broken_pages: list[dict[str, object]] = [{}, {"Reservations": [{}]}, {"Reservations": [{"Instances": None}]}, {"Reservations": "x"}]
    for broken in broken_pages:
        with pytest.raises(Failure):
            items(listing, broken)
