"""The AWS provider against moto's real server, through the unmodified SDK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner import plugins
from scanner.demo import aws_estate
from scanner.errors import MissingCredentials
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.facts import (
    OFF,
    ON,
    AtRestDefault,
    Backups,
    Certificate,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    KeyRotation,
    LogPlaces,
    Logs,
    Replicas,
    SignIn,
    TlsFloor,
    Transit,
)
from scanner.model.known import Reason, Unknown
from scanner.model.snapshot import Snapshot
from tests.support.aws import ACCOUNT, CREDENTIALS, QUICK, TYPES, environment, estate, fact, moto_server, resources, scan
from tests.support.aws_faults import Asked, FaultProxy, Reply, fault_proxy

NOW = datetime(2026, 11, 21, tzinfo=UTC)
GERMANY, IRELAND, VIRGINIA = "eu-central-1", "eu-west-1", "us-east-1"
THREE = replace(QUICK, regions=(GERMANY, IRELAND, VIRGINIA))


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[FaultProxy, str]]:
    with moto_server() as moto:
        aws_estate.seed(moto)
        with fault_proxy(moto) as made:
            yield made


@pytest.fixture(scope="module")
def url(server: tuple[FaultProxy, str]) -> str:
    return server[1]


@pytest.fixture(scope="module")
def snapshot(server: tuple[FaultProxy, str], url: str) -> Snapshot:
    server[0].break_()
    return scan(url, THREE)


def rows(snapshot: Snapshot, check: str, kind: str) -> dict[tuple[str, str], str]:
    """Status by name and fact."""
    found = judge(Estate.of(snapshot, plugins.load_types(TYPES)), [Question(plugins.load_checks()[check])], NOW)
    return {(v.subject.name, v.fact): v.status.value for v in found if v.subject.type == kind}


def test_every_call_is_answered_and_none_is_made_twice(snapshot: Snapshot) -> None:
    assert [call for call in snapshot.calls if not call.ok] == []
    assert snapshot.run.complete
    assert len({call.id for call in snapshot.calls}) == len(snapshot.calls)


def test_where_things_are(snapshot: Snapshot) -> None:
    assert rows(snapshot, "residency", "AWS::S3::Bucket") == {
        ("care-documents", "Home"): "pass", ("care-documents", "Replicas"): "fail", ("care-documents", "LogPlaces"): "pass",
        ("care-documents-copy", "Home"): "fail", ("care-documents-copy", "Replicas"): "pass", ("care-documents-copy", "LogPlaces"): "pass",
        ("care-logs", "Home"): "pass", ("care-logs", "Replicas"): "pass", ("care-logs", "LogPlaces"): "pass",
        ("care-website", "Home"): "pass", ("care-website", "Replicas"): "pass", ("care-website", "LogPlaces"): "pass",
    }  # fmt: skip
    databases = rows(snapshot, "residency", "AWS::RDS::DBInstance")
    assert {name for (name, _), status in databases.items() if status == "fail"} == {"clients", "clients-copy"}
    assert databases["clients", "Home"] == "pass"
    assert databases["clients", "Replicas"] == "fail"


def test_what_is_encrypted(snapshot: Snapshot) -> None:
    tags = {r.ref.name: r.tags["Name"] for r in estate(snapshot).resources if r.ref.type == "AWS::EC2::Volume"}
    volumes = {tags[name]: status for (name, _), status in rows(snapshot, "encryption-at-rest", "AWS::EC2::Volume").items()}
    assert volumes == {"app-1": "pass", "app-2": "pass", "restore-test": "pass", "migration": "fail"}
    defaults = resources(snapshot, "AWS::EC2::EbsEncryptionByDefault")
    assert {r.ref.region: fact(r, AtRestDefault).state for r in estate(snapshot).resources if r.ref.type == "AWS::EC2::EbsEncryptionByDefault"} == {
        GERMANY: ON,
        IRELAND: ON,
        VIRGINIA: OFF,
    }
    assert defaults


def test_who_holds_the_keys(snapshot: Snapshot) -> None:
    buckets = resources(snapshot, "AWS::S3::Bucket")
    assert fact(buckets["care-documents"], KeyCustody).holder is Holder.CUSTOMER
    assert fact(buckets["care-logs"], KeyCustody).holder is Holder.PROVIDER
    tables = resources(snapshot, "AWS::DynamoDB::Table")
    assert fact(tables["events"], KeyCustody).holder is Holder.CUSTOMER
    assert fact(tables["sessions"], KeyCustody).holder is Holder.PROVIDER
    unencrypted = next(r for r in estate(snapshot).resources if r.tags.get("Name") == "migration")
    assert KeyCustody not in unencrypted.facts, "what is not encrypted has no key to ask about"
    rotation = sorted(fact(key, KeyRotation).state for key in resources(snapshot, "AWS::KMS::Key").values())
    assert rotation == [OFF, ON, ON, ON]


def test_what_is_on_the_wire(snapshot: Snapshot) -> None:
    buckets = resources(snapshot, "AWS::S3::Bucket")
    assert fact(buckets["care-website"], Transit).plaintext_allowed
    assert not fact(buckets["care-documents"], Transit).plaintext_allowed
    assert not any(fact(bucket, Exposure).public for bucket in buckets.values())
    listeners = resources(snapshot, "AWS::ElasticLoadBalancingV2::Listener")
    assert {name: r.facts[TlsFloor].value.min_version for name, r in listeners.items() if TlsFloor in r.facts} == {  # type: ignore[union-attr]
        "portal HTTPS:443": "TLSv1.2",
        "portal HTTPS:8443": "TLSv1.0",
    }
    assert not fact(listeners["portal HTTP:80"], Transit).plaintext_allowed, "a redirect is no plaintext"
    assert "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" in fact(listeners["portal HTTPS:443"], TlsFloor).suites


def test_backups_people_and_logs(snapshot: Snapshot) -> None:
    databases = resources(snapshot, "AWS::RDS::DBInstance")
    assert fact(databases["clients"], Backups).keep_days == 14
    assert not fact(databases["reporting"], Backups).enabled
    assert fact(resources(snapshot, "AWS::DynamoDB::Table")["events"], Backups).kind == "continuous"
    users = resources(snapshot, "AWS::IAM::User")
    assert {name: fact(user, SignIn) for name, user in users.items()} == {"anna": SignIn(True, True), "bert": SignIn(True, False), "deploy": SignIn(False, False)}
    trail = resources(snapshot, "AWS::CloudTrail::Trail")["everything"]
    assert fact(trail, Logs) == Logs(True, None, True, "all regions")
    assert [place.country for place in fact(trail, LogPlaces).places] == ["DE"]
    certificate = fact(resources(snapshot, "AWS::CertificateManager::Certificate")["portal.example.org"], Certificate)
    assert sorted(certificate.names) == ["portal.example.org", "www.portal.example.org"]
    assert certificate.key == "RSA-2048"
    assert certificate.signature in ("sha256", "sha512"), "moto takes either"
    assert certificate.managed is True


def test_no_secret_reaches_the_snapshot(snapshot: Snapshot) -> None:
    from scanner.store.snapshot_file import dump

    text = dump(snapshot)
    assert "not-a-secret" not in text.lower()
    assert "MasterUsername" not in text


def test_regions_are_narrowed_and_the_others_named(url: str, snapshot: Snapshot) -> None:
    only = scan(url, replace(QUICK, regions=(IRELAND,)))
    assert {call.region for call in only.calls} <= {"", IRELAND}
    assert f"aws:{ACCOUNT}/{GERMANY}" in only.run.excluded
    assert f"aws:{ACCOUNT}/{IRELAND}" not in only.run.excluded
    assert set(resources(only, "AWS::S3::Bucket")) == {"care-website"}
    assert {doc.ref.name for doc in only.documents if doc.reference} == {"care-documents", "care-documents-copy", "care-logs"}, "known places, no subjects"


def test_a_region_that_is_not_enabled_is_a_gap(url: str) -> None:
    found = scan(url, replace(QUICK, regions=(IRELAND, "xx-nowhere-1"), types=frozenset({"AWS::EC2::Volume"})))
    gap = next(call for call in found.calls if call.region == "xx-nowhere-1")
    assert gap.outcome is Reason.UNAVAILABLE
    assert gap.types == ("*",)


def test_only_what_the_checks_need_is_asked(url: str) -> None:
    narrow = scan(url, replace(THREE, facts=frozenset({Home})))
    assert {call.operation for call in narrow.calls if call.service == "s3"} == {"ListBuckets", "HeadBucket"}
    places = scan(url, replace(THREE, facts=frozenset({Home, Replicas}), types=frozenset({"AWS::S3::Bucket"})))
    asked = {"GetCallerIdentity", "DescribeRegions", "ListBuckets", "HeadBucket", "GetBucketReplication", "GetBucketAccelerateConfiguration"}
    assert {call.operation for call in places.calls} == asked  # regions: which ones were left out stands in the report
    versioned = fact(resources(places, "AWS::S3::Bucket")["care-documents"], Replicas)
    assert [place.region for place in versioned.places] == [VIRGINIA]
    unread = resources(places, "AWS::S3::Bucket")["care-documents"].facts[Backups]
    assert isinstance(unread, Unknown)
    assert unread.reason is Reason.NOT_COLLECTED


def test_listings_are_read_to_the_last_page(server: tuple[FaultProxy, str], url: str) -> None:
    """115 tables: DynamoDB lists a hundred at a time."""
    made = aws_estate.Estate(f"http://{server[0].upstream}").client("dynamodb", "eu-north-1")
    for n in range(115):
        made.create_table(
            TableName=f"table-{n:03}", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )  # fmt: skip
    found = scan(url, replace(QUICK, regions=("eu-north-1",), types=frozenset({"AWS::DynamoDB::Table"}), facts=frozenset({Home})))
    listing = next(call for call in found.calls if call.operation == "ListTables")
    assert (listing.pages, listing.items) == (2, 115)
    assert len(resources(found, "AWS::DynamoDB::Table")) == 115


def test_a_region_in_the_listing_spares_a_call(server: tuple[FaultProxy, str], url: str) -> None:
    """S3 itself names the region of each bucket; moto does not, so it is written into moto's answer."""
    proxy = server[0]

    def named(asked: Asked, reply: Reply) -> Reply:
        if asked.operation != "ListBuckets":
            return reply
        return Reply(200, reply.headers, reply.body.replace(b"</Name>", b"</Name><BucketRegion>eu-south-2</BucketRegion>"))

    proxy.break_()
    proxy.rewrite = named
    found = scan(url, replace(QUICK, facts=frozenset({Home}), types=frozenset({"AWS::S3::Bucket"})))
    proxy.break_()
    assert "HeadBucket" not in {call.operation for call in found.calls}
    assert {fact(bucket, Home).place.country for bucket in resources(found, "AWS::S3::Bucket").values()} == {"ES"}


def test_global_tables_and_their_witness(server: tuple[FaultProxy, str], url: str) -> None:
    """moto knows no global tables: the answer is completed as DynamoDB gives it."""
    proxy = server[0]
    replicas = b'"Replicas": [{"RegionName": "us-east-1", "ReplicaStatus": "ACTIVE"}], "GlobalTableWitnesses": [{"RegionName": "us-west-2"}], "TableName"'

    def completed(asked: Asked, reply: Reply) -> Reply:
        return Reply(200, reply.headers, reply.body.replace(b'"TableName"', replicas, 1)) if asked.operation == "DescribeTable" else reply

    proxy.break_()
    proxy.rewrite = completed
    found = scan(url, replace(QUICK, regions=(GERMANY,), types=frozenset({"AWS::DynamoDB::Table"})))
    proxy.break_()
    assert [place.region for place in fact(resources(found, "AWS::DynamoDB::Table")["events"], Replicas).places] == ["us-east-1", "us-west-2"]


def test_a_bucket_of_others_is_placed_by_the_refusal(server: tuple[FaultProxy, str], url: str) -> None:
    """HeadBucket on a foreign bucket: 403, with the region in a header."""
    proxy = server[0]

    def foreign(asked: Asked, reply: Reply) -> Reply:
        if asked.operation == "GetBucketReplication":
            return Reply(200, reply.headers, reply.body.replace(b"care-documents-copy", b"bucket-of-others"))
        if asked.operation == "HeadBucket" and reply.status == 404:
            return Reply(403, (("x-amz-bucket-region", "ap-southeast-2"),), b"")
        return reply

    proxy.break_()
    proxy.rewrite = foreign
    found = scan(url, replace(QUICK, facts=frozenset({Replicas}), types=frozenset({"AWS::S3::Bucket"})))
    proxy.break_()
    (place,) = fact(resources(found, "AWS::S3::Bucket")["care-documents"], Replicas).places
    assert (place.region, place.country, place.what) == ("ap-southeast-2", "AU", "arn:aws:s3:::bucket-of-others")
    reference = next(call for call in found.calls if call.subject == "arn:aws:s3:::bucket-of-others")
    assert reference.ok


def test_two_equal_runs_are_equal(url: str, snapshot: Snapshot) -> None:
    def still(found: Snapshot) -> list[object]:
        return [(doc.ref, doc.dialect, sorted(doc.calls)) for doc in found.documents] + [call.id for call in found.calls]

    assert still(scan(url, THREE)) == still(snapshot)


# -- credentials -----------------------------------------------------------------------------------------------
def opened(values: dict[str, str], targets: tuple[str, ...] = ("",)) -> None:
    with environment({"AWS_EC2_METADATA_DISABLED": "true", **values}):
        plugins.live("aws").open(targets, QUICK, plugins.load_types(TYPES))


def test_without_credentials_the_next_step_is_told(tmp_path: Path) -> None:
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    with pytest.raises(MissingCredentials, match="no AWS credentials") as raised:
        opened(nowhere)
    assert "aws sso login" in raised.value.advice


def test_an_unknown_profile_is_told_by_name(tmp_path: Path, url: str) -> None:
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = eu-west-1\n", encoding="utf-8")
    with pytest.raises(MissingCredentials, match="'other' is not configured"):
        opened({"AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": url}, ("other",))
    with pytest.raises(MissingCredentials, match="'third' is not configured"):
        opened({"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "third"})


def test_half_a_key_is_told(tmp_path: Path) -> None:
    keys = tmp_path / "credentials"
    keys.write_text("[default]\naws_access_key_id = AKIAEXAMPLE\n", encoding="utf-8")
    with pytest.raises(MissingCredentials) as raised:
        opened({"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(keys)})
    assert raised.value.advice


def test_profiles_are_targets(tmp_path: Path, url: str) -> None:
    keys = tmp_path / "credentials"
    keys.write_text("[care]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\nregion = eu-north-1\n", encoding="utf-8")
    with environment({"AWS_SHARED_CREDENTIALS_FILE": str(keys), "AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_ENDPOINT_URL": url}):
        worker = plugins.live("aws").open(("care",), QUICK, plugins.load_types(TYPES))
    (job,) = worker.start()
    assert (job.call.account, job.call.subject) == (ACCOUNT, "care")


def test_an_endpoint_of_one_service_is_honoured(url: str) -> None:
    """Everything but S3 goes to a port where nobody listens."""
    values = {**CREDENTIALS, "AWS_ENDPOINT_URL_S3": url, "AWS_ENDPOINT_URL_STS": url, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    found = scan(values.pop("AWS_ENDPOINT_URL"), replace(QUICK, regions=(GERMANY,), types=frozenset({"AWS::S3::Bucket"}), facts=frozenset({Home})), **values)
    assert len(resources(found, "AWS::S3::Bucket")) == 1 + 1
    volumes = scan("http://127.0.0.1:1", replace(QUICK, retries=0, types=frozenset({"AWS::EC2::Volume"})), **values)
    assert {call.outcome for call in volumes.calls if call.service == "ec2"} == {Reason.UNAVAILABLE}
