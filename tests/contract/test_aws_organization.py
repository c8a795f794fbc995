"""A whole organisation: listed, a role assumed in each account, one snapshot; whatever is refused is a gap over every type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import boto3
import pytest

from providers.aws.organization import Assumed
from scanner.collect.plan import Options
from scanner.model.facts import AllowedRegions, Home
from scanner.model.known import Reason, Unknown
from scanner.model.snapshot import EVERY_TYPE, Call, Snapshot
from scanner.sdk import Failure
from tests.support.aws import ACCOUNT, QUICK, estate, moto_server, scan
from tests.support.aws_faults import FaultProxy, fault_proxy

ROLE = "HouvastReadOnly"
BUCKETS = replace(QUICK, types=frozenset({"AWS::S3::Bucket"}), regions=("eu-central-1",))


class Lab(NamedTuple):
    url: str
    proxy: FaultProxy
    names: dict[str, str]
    """Account ids by name."""
    units: dict[str, str]


def client(service: str, url: str, account: str = "") -> Any:
    made = boto3.Session(aws_access_key_id="t", aws_secret_access_key="t", region_name="eu-central-1")
    if account:
        keys = made.client("sts", endpoint_url=url).assume_role(RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="setup")["Credentials"]
        made = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="eu-central-1")
    return made.client(service, endpoint_url=url)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with moto_server() as upstream, fault_proxy(upstream) as (proxy, url):
        org = client("organizations", upstream)
        org.create_organization(FeatureSet="ALL")
        root = org.list_roots()["Roots"][0]["Id"]
        units = {name: org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"] for name in ("care", "lab")}
        units["deep"] = org.create_organizational_unit(ParentId=units["care"], Name="deep")["OrganizationalUnit"]["Id"]
        names = {name: org.create_account(Email=f"{name}@example.org", AccountName=name)["CreateAccountStatus"]["AccountId"] for name in ("one", "two", "three")}
        for name, unit in (("one", "care"), ("two", "deep"), ("three", "lab")):
            org.move_account(AccountId=names[name], SourceParentId=root, DestinationParentId=units[unit])
        for name, account in names.items():
            client("s3", upstream, account).create_bucket(Bucket=f"bucket-{name}", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        client("s3", upstream).create_bucket(Bucket="bucket-own", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield Lab(url, proxy, names, units)


@pytest.fixture(autouse=True)
def mended(lab: Lab) -> None:
    lab.proxy.break_()


def options(**settings: str) -> Options:
    given = {f"aws.{name}": value for name, value in {"organization": "yes", **settings}.items()}
    return replace(BUCKETS, settings={**BUCKETS.settings, **given})


def buckets(snapshot: Snapshot) -> dict[str, str]:
    return {r.ref.name: r.ref.account for r in estate(snapshot).resources if r.ref.type == "AWS::S3::Bucket"}


def lost(snapshot: Snapshot) -> list[Call]:
    return [call for call in snapshot.calls if not call.ok]


def test_every_account_is_looked_at_by_its_own_role(lab: Lab) -> None:
    snapshot = scan(lab.url, options())
    assert buckets(snapshot) == {"bucket-own": ACCOUNT, **{f"bucket-{name}": id for name, id in lab.names.items()}}
    assert lost(snapshot) == []
    assert {(c.account, c.subject) for c in snapshot.calls if c.operation == "AssumeRole"} == {(id, f"{id} ({ROLE})") for id in lab.names.values()}
    assert lab.proxy.asked["AssumeRole"] == 3
    assert lab.proxy.asked["ListAccounts"] == 1


def test_without_the_option_nobody_else_is_asked(lab: Lab) -> None:
    assert set(buckets(scan(lab.url, BUCKETS))) == {"bucket-own"}
    assert lab.proxy.asked["ListAccounts"] == lab.proxy.asked["AssumeRole"] == 0


@pytest.mark.parametrize(
    ("settings", "seen", "left_out"),
    [
        ({"accounts": "one"}, {"one"}, {"two", "three"}),
        ({"exclude_accounts": "one,two"}, {"three"}, {"one", "two"}),
        ({"ou": "care"}, {"one", "two"}, {"three"}),
        ({"ou": "deep,lab"}, {"two", "three"}, {"one"}),
        ({"exclude_ou": "care"}, {"three"}, {"one", "two"}),
    ],
    ids=["accounts", "exclude-accounts", "ou", "two-ous", "exclude-ou"],
)
def test_accounts_and_units_are_chosen(lab: Lab, settings: dict[str, str], seen: set[str], left_out: set[str]) -> None:
    known = {**lab.names, **lab.units}
    chosen = {name: ",".join(known[word] for word in words.split(",")) for name, words in settings.items()}
    snapshot = scan(lab.url, options(**chosen))
    assert {name.removeprefix("bucket-") for name in buckets(snapshot)} == {"own", *seen}
    assert {f"aws:{lab.names[name]}" for name in left_out} <= set(snapshot.run.excluded)
    assert not {f"aws:{lab.names[name]}" for name in seen} & set(snapshot.run.excluded)
    assert lost(snapshot) == []


def test_role_external_id_and_duration_are_what_is_asked_with(lab: Lab) -> None:
    asked: list[str] = []

    def note(what: Any, reply: Any) -> Any:
        if what.operation == "AssumeRole":
            asked.append(what.body.decode())
        return reply

    lab.proxy.rewrite = note
    scan(lab.url, options(role="audit/Reader", external_id="e-1", session_duration="900", accounts=lab.names["one"]))
    (body,) = asked
    for word in ("role%2Faudit%2FReader", "ExternalId=e-1", "DurationSeconds=900"):
        assert word in body


@pytest.mark.parametrize(("fault", "reason"), [("denied", Reason.DENIED), ("throttled", Reason.THROTTLED), ("500", Reason.UNAVAILABLE), ("cut", Reason.UNAVAILABLE)])
def test_an_account_whose_role_is_refused_is_a_gap_over_every_type(lab: Lab, fault: str, reason: Reason) -> None:
    lab.proxy.break_("AssumeRole", fault)
    snapshot = scan(lab.url, options(accounts=lab.names["one"]))
    (call,) = [call for call in lost(snapshot) if call.operation == "AssumeRole"]
    assert (call.outcome, call.account, call.types, call.permission) == (reason, lab.names["one"], (EVERY_TYPE,), "sts:AssumeRole")
    ((ref, _),) = estate(snapshot).gaps(Home)
    assert ref.account == lab.names["one"]
    assert set(buckets(snapshot)) == {"bucket-own"}


def test_a_refused_list_hides_accounts_that_nobody_knows(lab: Lab) -> None:
    lab.proxy.break_("ListAccounts", "denied")
    snapshot = scan(lab.url, options())
    (call,) = lost(snapshot)
    assert (call.operation, call.outcome, call.account, call.types, call.permission) == ("ListAccounts", Reason.DENIED, "", (EVERY_TYPE,), "organizations:ListAccounts")
    assert set(buckets(snapshot)) == {"bucket-own"}


def test_accounts_before_a_page_that_is_refused_are_looked_at_and_the_rest_is_a_gap(lab: Lab) -> None:
    pages = {"": ["one"], "second": None}

    def rewrite(what: Any, reply: Any) -> Any:
        if what.operation != "ListAccounts":
            return reply
        token = json.loads(what.body or b"{}").get("NextToken", "")
        if pages[token] is None:
            return replace(reply, status=400, body=b'{"__type": "AccessDeniedException", "Message": "no more"}', headers=(("x-amzn-errortype", "AccessDeniedException"),))
        whole = json.loads(reply.body)
        kept = [row for row in whole["Accounts"] if row["Name"] == "one"]
        return replace(reply, body=json.dumps({"Accounts": kept, "NextToken": "second"}).encode())

    lab.proxy.rewrite = rewrite
    snapshot = scan(lab.url, options())
    assert set(buckets(snapshot)) == {"bucket-own", "bucket-one"}
    (call,) = lost(snapshot)
    assert (call.operation, call.outcome, call.types) == ("ListAccounts", Reason.DENIED, (EVERY_TYPE,))


def test_a_suspended_account_is_said(lab: Lab) -> None:
    def rewrite(what: Any, reply: Any) -> Any:
        return replace(reply, body=reply.body.replace(b'"ACTIVE"', b'"SUSPENDED"')) if what.operation == "ListAccounts" else reply

    lab.proxy.rewrite = rewrite
    snapshot = scan(lab.url, options(accounts=lab.names["two"]))
    (call,) = lost(snapshot)
    assert (call.account, call.code, call.types) == (lab.names["two"], "SUSPENDED", (EVERY_TYPE,))
    assert lab.proxy.asked["AssumeRole"] == 0


def test_an_account_that_is_named_and_not_there_is_a_gap(lab: Lab) -> None:
    (call,) = lost(scan(lab.url, options(accounts="999999999999")))
    assert (call.account, call.outcome, call.types) == ("999999999999", Reason.UNRESOLVED, (EVERY_TYPE,))


def test_credentials_that_end_are_taken_anew_in_a_long_scan(lab: Lab) -> None:
    """STS gives keys that are almost over: each account asks again while it is looked at, and nothing is lost."""

    def soon(what: Any, reply: Any) -> Any:
        if what.operation != "AssumeRole":
            return reply
        ends = (datetime.now(UTC) + timedelta(seconds=100)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return replace(reply, body=re.sub(rb"<Expiration>[^<]*", f"<Expiration>{ends}".encode(), reply.body))

    lab.proxy.rewrite = soon
    snapshot = scan(lab.url, options(accounts=lab.names["one"]))
    assert "bucket-one" in buckets(snapshot)
    assert lost(snapshot) == []
    assert lab.proxy.asked["AssumeRole"] > 3


def keys(ends: datetime) -> dict[str, Any]:
    return {"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": ends}}


def test_old_keys_are_used_until_they_end_when_the_role_is_refused_later() -> None:
    answers: list[Any] = [keys(datetime.now(UTC) + timedelta(seconds=200)), Failure(Reason.DENIED, "AccessDenied", "no more")]

    def assume() -> Any:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Failure):
            raise answer
        return answer

    credentials = Assumed(assume, 3600)
    assert credentials.get_frozen_credentials() == credentials.get_frozen_credentials()
    credentials._ends = 0.0
    with pytest.raises(Failure, match="no more"):
        credentials.get_frozen_credentials()


@pytest.mark.parametrize(
    "answer", [{}, {"Credentials": None}, {"Credentials": {"AccessKeyId": "A"}}, {"Credentials": {**keys(datetime.now(UTC))["Credentials"], "Expiration": "never"}}]
)
def test_an_answer_without_credentials_is_none(answer: Any) -> None:
    with pytest.raises(Failure, match="holds no credentials"):
        Assumed(lambda: answer, 3600).get_frozen_credentials()


GUARDS = frozenset({"AWS::S3::Bucket", "AWS::Organizations::Account"})


def guards(snapshot: Snapshot) -> dict[str, Any]:
    return {r.ref.account: r.facts[AllowedRegions] for r in estate(snapshot).resources if r.ref.type == "AWS::Organizations::Account"}


@pytest.fixture(scope="module")
def guarded(lab: Lab) -> Lab:
    """Only the unit `care`, and so what is below it, is kept in the EU."""
    org = client("organizations", f"http://{lab.proxy.upstream}")
    exempt = ["iam:*", "organizations:*", "s3:ListAllMyBuckets"]
    deny = {"Effect": "Deny", "NotAction": exempt, "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}}
    policy = org.create_policy(Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}), Description="x", Name="eu", Type="SERVICE_CONTROL_POLICY")
    org.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=lab.units["care"])
    return lab


def test_guards_of_regions_are_those_that_each_account_inherits(guarded: Lab) -> None:
    seen = guards(scan(guarded.url, replace(options(), types=GUARDS)))
    assert set(seen) == {ACCOUNT, *guarded.names.values()}
    for name in ("one", "two"):
        rule = seen[guarded.names[name]].value
        assert (rule.enforced, {place.region for place in rule.places}, rule.exempt) == (True, {"eu-central-1", "eu-west-1"}, ())
    assert not seen[guarded.names["three"]].value.enforced
    assert "management account" in seen[ACCOUNT].value.detail
    assert guarded.proxy.asked["DescribePolicy"] <= 2  # each is read once for all accounts


@pytest.mark.parametrize("operation", ["ListParents", "ListPoliciesForTarget", "DescribePolicy", "DescribeOrganization"])
@pytest.mark.parametrize("fault", ["denied", "throttled", "cut"])
def test_a_guard_that_was_not_read_is_unknown(guarded: Lab, operation: str, fault: str) -> None:
    guarded.proxy.break_(operation, fault)
    snapshot = scan(guarded.url, replace(options(accounts=guarded.names["one"]), types=GUARDS, retries=1))
    known = guards(snapshot)[guarded.names["one"]]
    assert isinstance(known, Unknown)
    assert known.reason in (Reason.DENIED, Reason.THROTTLED, Reason.UNAVAILABLE)
    assert "bucket-one" in buckets(snapshot)
