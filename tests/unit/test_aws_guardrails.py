"""Region guards as an account inherits them: every level must allow, any level may deny."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.guardrails import inherited, left_open
from scanner.sdk import AllowedRegions, Ref

REF = Ref("aws", "AWS::Organizations::Account", "1", "", "arn", "one")
FULL = {"name": "FullAWSAccess", "content": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}
EU = ["eu-central-1", "eu-west-1"]


def deny(regions: Any, operator: str = "StringNotEquals", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {operator: {"aws:RequestedRegion": regions}}, **more}
    return {"name": "regions", "content": {"Statement": statement}}


def level(*policies: Any, full: bool = True) -> dict[str, Any]:
    return {"node": "x", "policies": [*([FULL] if full else []), *policies]}


def ask(*levels: Any, management: bool = False) -> AllowedRegions:
    return inherited(REF, levels, (management,))


def open_in(found: AllowedRegions) -> set[str]:
    return {place.region for place in found.places}


def test_a_refusal_at_the_root_binds_the_account() -> None:
    found = ask(level(deny(EU)), level(), level())
    assert (open_in(found), found.enforced, found.exempt) == (set(EU), True, ())


def test_levels_add_up() -> None:
    assert open_in(ask(level(deny([*EU, "us-east-1"])), level(deny([*EU, "eu-west-3"])), level())) == set(EU)


def test_patterns_are_unfolded() -> None:
    found = open_in(ask(level(deny("eu-*", "StringNotLike"))))
    assert {"eu-west-2", "eu-central-2", *EU} <= found
    assert not any(region.startswith("us-") for region in found)


def test_a_list_of_forbidden_regions_leaves_all_others() -> None:
    found = open_in(ask(level(deny(["us-east-1"], "StringEquals"))))
    assert "us-east-1" not in found
    assert {"us-east-2", *EU} <= found


def test_allows_that_name_regions_count_on_their_level() -> None:
    only = {"name": "eu", "content": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": EU}}}]}}
    assert open_in(ask(level(), level(only, full=False), level())) == set(EU)
    assert open_in(ask(level(), level(full=False), level())) == set()  # nothing is allowed at all
    assert not ask(level(), level(only), level()).enforced  # FullAWSAccess beside it grants everything


def test_global_services_may_be_exempt_and_others_are_said() -> None:
    exempt = ["iam:*", "organizations:*", "route53:*", "s3:GetAccountPublic*", "s3:ListAllMyBuckets", "bedrock:*", "s3:PutObject"]
    found = ask(level({"name": "r", "content": {"Statement": {**deny(EU)["content"]["Statement"], "NotAction": exempt}}}))
    assert found.exempt == ("bedrock:*", "s3:PutObject")


def test_principals_that_are_left_out_are_said() -> None:
    conditions = {"StringNotEquals": {"aws:RequestedRegion": EU}, "ArnNotLike": {"aws:PrincipalARN": ["arn:aws:iam::*:role/admin"]}}
    found = ask(level(deny(EU, Condition=conditions)))
    assert found.enforced
    assert found.exempt == ("aws:PrincipalARN ArnNotLike arn:aws:iam::*:role/admin",)


@pytest.mark.parametrize(
    "policy", [deny(EU, Action="ec2:RunInstances"), deny(EU, Resource="arn:aws:s3:::x"), {"name": "x", "content": {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}}],
    ids=["one-action", "one-resource", "no-region"],
)  # fmt: skip
def test_what_only_looks_like_a_guard_is_none(policy: Any) -> None:
    assert not ask(level(policy)).enforced


def test_the_management_account_is_bound_by_nothing() -> None:
    found = ask(level(deny(EU)), management=True)
    assert not found.enforced
    assert "management account" in found.detail


@pytest.mark.parametrize("content", [None, "text", {"Statement": ["x"]}, {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": "x"}]}])
def test_what_is_no_policy_is_no_answer(content: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        ask(level({"name": "x", "content": content}))


def test_no_level_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no level"):
        ask()


def test_every_test_of_a_condition_has_to_hold_before_it_refuses() -> None:
    """Refused is only what is neither Ireland nor in the US: the order of the tests says nothing."""
    condition = {"StringNotLike": {"aws:RequestedRegion": "us-*"}, "StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    for turned in (condition, dict(reversed(condition.items()))):
        assert {"eu-west-1", "us-east-1"} <= open_in(ask(level(deny([], Condition=turned))))


def test_two_refusals_on_one_level_both_bind() -> None:
    assert open_in(ask(level(deny([*EU, "us-east-1"]), deny([*EU, "eu-north-1"])))) == set(EU)


@pytest.mark.parametrize("operator", ["StringNotEqualsIfExists", "ForAllValues:StringNotEquals", "stringNotEqualsIgnoreCase", "StringNotLike"])
def test_operators_that_name_what_is_left_open(operator: str) -> None:
    assert open_in(ask(level(deny(EU, operator)))) == set(EU)


def test_a_region_that_is_newer_than_the_table_stays_open() -> None:
    """Where it is nobody knows: an account that may use it is not in the promised countries for sure."""
    found = ask(level(deny([*EU, "eu-atlantis-1"])))
    assert open_in(found) == {*EU, "eu-atlantis-1"}
    assert [place.country for place in found.places if place.region == "eu-atlantis-1"] == [None]


def test_an_allow_that_names_a_new_region_beside_all_is_no_guard() -> None:
    more = {"name": "x", "content": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-atlantis-1"}}}}}
    assert not ask(level(more)).enforced


def test_resources_that_are_left_out_are_said() -> None:
    statement = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::lab/*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": EU}}}
    assert ask(level({"name": "x", "content": {"Statement": statement}})).exempt == ("NotResource arn:aws:s3:::lab/*",)


@pytest.mark.parametrize("every", ["*", "*:*"])
def test_all_but_every_action_is_nothing(every: str) -> None:
    statement = {"Effect": "Deny", "NotAction": [every], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": EU}}}
    assert not ask(level({"name": "x", "content": {"Statement": statement}})).enforced
    assert open_in(ask(level(deny(EU, Action=every)))) == set(EU)


def test_single_actions_are_named() -> None:
    found = ask(level(deny(EU, Action=["ec2:RunInstances", "rds:*"])))
    assert not found.enforced
    assert "they refuse ec2:RunInstances, rds:* only" in found.detail


def contents(*policies: dict[str, Any]) -> list[Any]:
    return [policy["content"] for policy in policies]


def test_a_policy_about_single_actions_leaves_all_others_out() -> None:
    found = left_open(contents(deny(EU, Action="ec2:*"), deny([*EU, "us-east-1"], Action="rds:*")))
    assert found is not None
    assert open_in(found) == {*EU, "us-east-1"}  # databases may be made in Virginia, whatever holds for machines
    assert found.exempt == ("all actions but ec2:*, rds:*",)


def test_a_policy_that_spares_actions_says_so() -> None:
    statement = {"Effect": "Deny", "NotAction": ["iam:*", "s3:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": EU}}}
    found = left_open([{"Statement": [statement]}])
    assert found is not None
    assert found.exempt == ("s3:*",)


@pytest.mark.parametrize("policy", [FULL, deny(EU, Effect="Allow"), deny(EU, Resource="arn:aws:s3:::x"), {"content": {"Statement": []}}])
def test_a_policy_that_says_nothing_about_regions(policy: dict[str, Any]) -> None:
    assert left_open(contents(policy)) is None
