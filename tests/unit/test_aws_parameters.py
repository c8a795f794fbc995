"""Parameter groups and policies of an organization, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.parameters import by_engine, by_family, default_group, lowest_tls, requires_tls
from providers.aws.types.apigateway import floor_of
from providers.aws.types.dlm import _kept, _policy
from providers.aws.types.organizations import _copied, _left_open, _planned
from scanner.declare.logic import applying
from scanner.declare.readers import NotApplicable, Unresolvable, derive
from scanner.declare.view import View
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Ref
from scanner.model.snapshot import Dialect

LIVE = Ref("aws", "AWS::RDS::DBParameterGroup", "1", "eu-central-1", "arn:aws:rds:eu-central-1:1:pg:g", "g")
PLANNED = Ref("aws", "AWS::RDS::DBParameterGroup", "", "eu-central-1", "t.yaml#G", "G")


@pytest.mark.parametrize(
    ("family", "plain"),
    [
        ("postgres14", True), ("postgres15", False), ("postgres16", False), ("aurora-postgresql15", True), ("aurora-postgresql16", True), ("aurora-postgresql17", False), ("mysql5.7", True),
        ("mysql8.0", True), ("aurora-mysql8.0", True), ("aurora-mysql5.7", True), ("mariadb10.6", True), ("mariadb11.4", True), ("sqlserver-se-15.0", True), ("sqlserver-ex-16.00", True),
    ],
)  # fmt: skip
def test_what_families_require_by_themselves(family: str, plain: bool) -> None:
    assert by_family(family).plaintext_allowed is plain


@pytest.mark.parametrize("family", ["mysql8.4", "mariadb11.8", "oracle-ee-19", "db2-se-11.5", "custom", ""])
def test_of_other_families_nothing_is_taken_for_granted(family: str) -> None:
    with pytest.raises(Unresolvable) as raised:
        by_family(family)
    assert raised.value.reason is Reason.UNRESOLVED


def test_values_decide_before_families() -> None:
    assert requires_tls(PLANNED, ("1",), (), ("postgres14",)).plaintext_allowed is False
    assert requires_tls(PLANNED, (0,), (), ("postgres16",)).plaintext_allowed is True
    assert requires_tls(PLANNED, (), (True,), ("mysql8.0",)).plaintext_allowed is False
    with pytest.raises(ValueError, match="neither on nor off"):
        requires_tls(LIVE, ("sometimes",), (), ())
    with pytest.raises(Unresolvable) as raised:
        requires_tls(LIVE, (), (), ())
    assert raised.value.reason is Reason.UNSUPPORTED


def test_default_groups_are_known_by_name_only_in_templates() -> None:
    found = default_group(PLANNED, "default.postgres16")
    assert found is not None
    assert found.plaintext_allowed is False
    assert default_group(PLANNED, "own") is None
    assert default_group(LIVE, "default.postgres16") is None


@pytest.mark.parametrize(
    ("engine", "version", "plain"), [("postgres", "16.3", False), ("postgres", "14", True), ("aurora-mysql", "8.0.mysql_aurora.3.05.2", True), ("mariadb", "10.11.6", True)]
)
def test_engines_and_versions_name_a_family(engine: str, version: str, plain: bool) -> None:
    assert by_engine(PLANNED, (engine,), (version,)).plaintext_allowed is plain


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ((("TLSv1.2",), (), (), ()), "TLSv1.2"), ((("TLSv1",), (), (), ()), "TLSv1.0"), (((), ("TLSv1.2,TLSv1.3",), (), ()), "TLSv1.2"), (((), ("TLSv1.3, TLSv1.1",), (), ()), "TLSv1.1"),
        (((), (), ("disabled",), ("disabled",)), "TLSv1.2"), (((), (), ("disabled",), ("enabled",)), "TLSv1.1"), (((), (), ("enabled",), ()), "TLSv1.0"),
    ],
)  # fmt: skip
def test_lowest_versions(values: Any, version: str) -> None:
    assert lowest_tls(LIVE, *values).min_version == version


@pytest.mark.parametrize("values", [((), (), (), ()), ((), (), ("default",), ("disabled",)), ((), (), ("disabled",), ())])
def test_a_version_left_to_the_engine_is_not_known(values: Any) -> None:
    with pytest.raises(Unresolvable):
        lowest_tls(LIVE, *values)


def test_a_version_that_nobody_knows_is_no_version() -> None:
    with pytest.raises(ValueError, match="names no TLS versions"):
        lowest_tls(LIVE, (), ("TLSv1.2,TLSv9",), (), ())


def test_a_policy_that_the_table_lacks() -> None:
    assert floor_of("TLS_1_2").suites
    with pytest.raises(Unresolvable):
        floor_of("SecurityPolicy_TLS14_2030_01")


def _deny(regions: Any, operator: str = "StringNotEquals", **more: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {operator: {"aws:RequestedRegion": regions}, **more}}}


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "StringNotEqualsIfExists"])
def test_region_rules_are_read_by_every_operator(operator: str) -> None:
    found = _left_open(LIVE, (_deny(["eu-central-1"], operator),), ("r-1",), ("SERVICE_CONTROL_POLICY",))
    assert [place.region for place in found.places] == ["eu-central-1"]
    assert found.enforced


def test_exemptions_and_missing_targets_are_said() -> None:
    found = _left_open(LIVE, (_deny("eu-central-1", ArnNotLike={"aws:PrincipalArn": ["arn:aws:iam::*:role/a"]}),), (), ("SERVICE_CONTROL_POLICY",))
    assert not found.enforced
    assert found.exempt == ("aws:PrincipalArn ArnNotLike arn:aws:iam::*:role/a",)


@pytest.mark.parametrize("content", [{"Statement": []}, {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, '{"Statement": []}'])
def test_a_policy_without_regions_says_nothing_of_them(content: Any) -> None:
    with pytest.raises(NotApplicable):
        _left_open(LIVE, (content,), ("r-1",), ("SERVICE_CONTROL_POLICY",))


def test_a_backup_policy_is_as_good_as_its_targets() -> None:
    rule = {"schedule_expression": "cron(0 5 ? * * *)", "copy_actions": {"arn:aws:backup:us-east-1:1:backup-vault:v": {}}}
    content = {"plans": {"p": {"rules": {"r": rule}}}}
    assert _planned(LIVE, (content,), ("r-1",)).every_hours == 24
    assert not _planned(LIVE, (content,), ()).enabled
    assert [place.region for place in _copied(LIVE, (content,)).places] == ["us-east-1"]


def test_lifecycle_rules_keep_by_age_or_by_number() -> None:
    assert _kept({"Count": 14}, 12) == 7
    assert _kept({"Interval": 1, "IntervalUnit": "MONTHS"}, 24) == 31
    with pytest.raises(KeyError):
        _kept({}, 24)
    with pytest.raises(ValueError, match="State"):
        _policy(LIVE, (), (), (), (), ())


class _Seen:
    """A view of an empty document."""

    class doc:
        ref, dialect, file = LIVE, Dialect.LIVE, ""

    class decl:
        type = "AWS::X::Y"

    def read(self, where: Any) -> Any:
        return ((),)

    def source(self, seen: Any) -> Any:
        return None


def _says(value: Any) -> Any:
    def read(_: Ref, __: tuple[Any, ...]) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return derive(read, live="X")


def test_the_first_reader_that_applies_answers() -> None:
    view: View = _Seen()  # type: ignore[assignment]
    no, lost = NotApplicable("not this one"), Unresolvable(Reason.DENIED, "refused")
    got = applying(_says(no), _says(1), _says(2)).read(view)
    assert isinstance(got, Known)
    assert got.value == 1
    hidden = applying(_says(no), _says(lost), _says(2)).read(view)
    assert isinstance(hidden, Unknown)
    assert hidden.reason is Reason.DENIED
    with pytest.raises(NotApplicable):
        applying(_says(no), _says(no)).read(view)
    elsewhere = applying(derive(lambda *_: 1, cfn="X")).read(view)
    assert isinstance(elsewhere, Unknown)
    assert elsewhere.reason is Reason.UNSUPPORTED
