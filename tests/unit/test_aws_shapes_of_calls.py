"""Paging by an operation's own tokens, batches of one, errors told by their words, clues, schedules, hosts of secret URLs."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws import clues
from providers.aws.details import _known_by
from providers.aws.documents import host_only, scrubbed
from providers.aws.paging import goes_on, told
from providers.aws.policy import mount_transit
from providers.aws.schedule import hours_between
from scanner.declare.live import meaning
from scanner.declare.places import placed, traced
from scanner.model.known import Known, Reason, Unknown
from scanner.sdk import Clue, Ref
from tests.support.aws_shapes import methods, model
from tests.support.declared import bucket, live, template, view

HERE = Ref("aws", "AWS::Test::Thing", "1", "eu-west-1", "arn:aws:test:eu-west-1:1:thing", "thing")


@pytest.mark.parametrize(
    ("service", "method", "token", "answer"),
    [
        ("athena", "list_work_groups", "NextToken", "NextToken"),
        ("cloudfront", "list_response_headers_policies", "Marker", "ResponseHeadersPolicyList.NextMarker"),
        ("cloudfront", "list_realtime_log_configs", "Marker", "RealtimeLogConfigs.NextMarker"),
        ("firehose", "list_delivery_streams", "ExclusiveStartDeliveryStreamName", "DeliveryStreamNames[-1]"),
        ("opensearch", "describe_outbound_connections", "NextToken", "NextToken"),
    ],
)
def test_tokens_say_how_an_operation_is_paged(service: str, method: str, token: str, answer: str) -> None:
    name = methods(service)[method]
    paging = told(service, name, model(service).operation_model(name))
    assert paging is not None
    assert (paging["input_token"], paging["output_token"]) == (token, answer)


def test_an_operation_without_tokens_is_not_paged() -> None:
    assert told("efs", "DescribeBackupPolicy", model("efs").operation_model("DescribeBackupPolicy")) is None


@pytest.mark.parametrize("page", [{"NextToken": "x"}, {"L": {"NextMarker": "x"}}, {"HasMoreDeliveryStreams": True}, {"L": {"IsTruncated": True}}])
def test_an_answer_that_goes_on_is_seen(page: dict[str, Any]) -> None:
    assert goes_on(page)


@pytest.mark.parametrize("page", [{}, {"NextToken": ""}, {"L": {"NextMarker": "", "IsTruncated": False}}, {"Items": [{"Token": "x"}]}])
def test_an_answer_that_ends_is_whole(page: dict[str, Any]) -> None:
    assert not goes_on(page)


def test_errors_told_by_their_words() -> None:
    table: dict[str, Any] = {"PolicyNotFound": {}, "AccessDeniedException: Macie is not enabled": {}}
    assert meaning(table, "PolicyNotFound", "whatever") == "PolicyNotFound"
    assert meaning(table, "AccessDeniedException", "Macie is not enabled.") == "AccessDeniedException: Macie is not enabled"
    assert meaning(table, "AccessDeniedException", "is not authorized to perform macie2:GetMacieSession") is None


def test_ids_with_and_without_a_path() -> None:
    assert _known_by("/hostedzone/Z1") == _known_by("Z1") == "Z1"
    assert _known_by("arn:aws:s3:::a/b") == "arn:aws:s3:::a/b"


@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("s3://logs/a/b", Clue(kind=clues.BUCKET, name="logs")),
        ("arn:aws:s3:::logs/a", Clue(kind=clues.BUCKET, name="logs")),
        ("logs.s3.amazonaws.com", Clue(kind=clues.BUCKET, name="logs")),
        ("arn:aws:s3:us-west-2:1:accesspoint/x", Clue(region="us-west-2")),
        ("eu-west-1.s3.us-east-1.amazonaws.com", Clue(region="us-east-1")),
        ("site.s3-website-us-east-1.amazonaws.com", Clue(region="us-east-1")),
        ("jdbc:redshift://c.x.eu-west-3.redshift.amazonaws.com:5439/d", Clue(region="eu-west-3")),
        ("https://x.lambda-url.us-east-2.on.aws/", Clue(region="us-east-2")),
    ],
)
def test_destinations(text: str, clue: Clue) -> None:
    assert clues.destination(HERE, text) == clue


@pytest.mark.parametrize(
    "text", ["eu-west-1.example.org", "d1.cloudfront.net", "https://eu-central-1.amazonaws.com.example.org", "arn:aws:iam::1:role/x", "arn:aws:s3::1:accesspoint/x.mrap"]
)
def test_what_names_no_place_says_why(text: str) -> None:
    found = clues.destination(HERE, text)
    assert found is not None
    assert not found.region
    assert not found.kind
    assert found.why


def test_places_that_have_to_be_named() -> None:
    reader = traced(clues.bucket, clues.BUCKET, required=True, live="Where", cfn="Where")
    known = reader.read(view(live({"Where": "s3://four/x"}), others=(bucket("four", "us-east-1"),)))
    assert isinstance(known, Known)
    assert [place.country for place in known.value] == ["US"]
    absent = reader.read(view(live({})))
    assert isinstance(absent, Unknown)
    assert absent.reason is Reason.UNPARSABLE
    lost = reader.read(view(live({"Where": "s3://elsewhere/x"})))
    assert isinstance(lost, Known)
    assert [place.country for place in lost.value] == [None]
    broken = traced(clues.arn, live="Where").read(view(live({"Where": "arn:aws"})))
    assert isinstance(broken, Known)
    assert broken.value[0].reason is Reason.UNPARSABLE


def test_a_reference_of_a_template_stands_where_its_resource_stands() -> None:
    owner = template({"Where": {"$ref": "Other", "att": "Arn"}})
    other = template({}, "Other", "AWS::Unheard::Of")
    shut = traced(clues.arn, cfn="Where").read(view(owner, others=(other,)))
    assert isinstance(shut, Known)
    assert shut.value[0].country is None, "nobody declares where such a thing stands"


def test_one_place() -> None:
    reader = placed(clues.bucket, clues.BUCKET, live="Where")
    found = reader.read(view(live({"Where": "four"}), others=(bucket("four", "us-east-1"),)))
    assert isinstance(found, Known)
    assert found.value.country == "US"
    assert isinstance(reader.read(view(live({"Where": "elsewhere"}))), Unknown)
    assert isinstance(reader.read(view(live({}))), Unknown)


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ("cron(0 5 ? * * *)", 24), ("cron(0 */6 * * ? *)", 6), ("cron(0/15 * ? * * *)", 0.25), ("rate(12 hours)", 12), ("cron(0 5 ? * MON-FRI *)", 72),
        ("cron(0 5 ? * SUN *)", 168), ("cron(0 5 1,15 * ? *)", 408), ("cron(0 5 L * ? *)", 744), ("cron(0 5 ? 1,6 * *)", 8784), ("cron(0 8,20 * * ? *)", 12),
    ],
)  # fmt: skip
def test_schedules(schedule: str, hours: float) -> None:
    assert hours_between(schedule) == hours


@pytest.mark.parametrize("text", ["", "daily", "cron(0 5 * *)", "cron(0 25 ? * * *)", "cron(x 5 ? * * *)", "cron(0 5 ? * * 2026)", "rate(1 year)"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        hours_between(text)


def test_of_a_secret_url_the_host_is_kept() -> None:
    assert host_only("https://user:secret@collector.example.org:8443/v1/TOKEN?key=abc") == "https://collector.example.org"
    shape = model("firehose").shape_for("HttpEndpointDescription")
    assert scrubbed({"Url": "https://collector.example.org/v1/TOKEN", "Name": "x"}, shape) == {"Url": "https://collector.example.org", "Name": "x"}


def policy(**changes: object) -> dict[str, object]:
    statement = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}, **changes}
    return {"Statement": [{key: value for key, value in statement.items() if value is not None}]}


@pytest.mark.parametrize("changes", [{}, {"Action": "elasticfilesystem:ClientMount"}, {"Resource": HERE.id}, {"Principal": "*"}])
def test_mounts_without_tls_are_refused(changes: dict[str, object]) -> None:
    assert not mount_transit(HERE, (policy(**changes),)).plaintext_allowed


@pytest.mark.parametrize(
    "changes",
    [{"Effect": "Allow"}, {"Principal": {"AWS": "arn:aws:iam::1:root"}}, {"Action": "elasticfilesystem:ClientWrite"}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
     {"Resource": "arn:aws:elasticfilesystem:eu-west-1:1:file-system/fs-other"}, {"Condition": None}, {"NotPrincipal": "x"}],
)  # fmt: skip
def test_a_policy_that_only_looks_like_it(changes: dict[str, object]) -> None:
    assert mount_transit(HERE, (policy(**changes),)).plaintext_allowed
