"""Accounts, logs, streams, edges and their stores: against moto where it knows them, by documents of botocore's own shapes, and in templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from providers.cloudformation import reader
from scanner.collect.plan import Options
from scanner.declare.decl import TypeDecl
from scanner.declare.live import Each, Get, List
from scanner.declare.path import roots
from scanner.demo import aws_estate
from scanner.judge.estate import Estate
from scanner.model import facts as words
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Dialect, Document, Snapshot
from tests.support.aws import ACCOUNT, QUICK, moto_server, scan
from tests.support.aws_accounts_and_flows import CASES, DECLS, FIXTURES, MINE, RUN, seed, written
from tests.support.aws_shapes import methods, model
from tests.support.cases import each

GERMANY, VIRGINIA = "eu-central-1", "us-east-1"
FACTS = {kind.__name__: kind for kind in words.FACTS}


def said(resource: Resource, fact: str, field: str) -> object:
    """A field of a fact; of places their regions, `?` for one that names no single country."""
    found = resource.facts[FACTS[fact]]
    assert isinstance(found, Known), f"{resource.ref.name}: {fact} is {found}"
    if field == "places":
        return sorted({place.region if place.country else "?" for place in found.value.places})
    if field == "country":
        return found.value.place.country
    value = getattr(found.value, field)
    return list(value) if isinstance(value, tuple) else value


# -- against moto ------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def snapshot() -> Iterator[Snapshot]:
    with moto_server() as url:
        seed(url)
        yield scan(url, replace(QUICK, regions=(GERMANY, VIRGINIA), types=MINE))


@pytest.fixture(scope="module")
def resources(snapshot: Snapshot) -> dict[tuple[str, str, str], Resource]:
    found = Estate.of(snapshot, DECLS).resources
    return {(r.ref.type.removeprefix("AWS::"), r.ref.region, re.sub(r"fs-\w+", "fs", r.ref.name)): r for r in found}


#: (type, name, fact, field, in Germany, in Virginia): the ground truth of the estate.
TRUTH: list[tuple[str, str, str, str, object, object]] = [
    ("Account::Region", "", "Home", "country", "DE", "US"),
    ("Athena::WorkGroup", "queries", "Replicas", "places", [GERMANY], ["?", VIRGINIA]),
    ("Athena::WorkGroup", "queries", "AtRest", "state", "on", "off"),
    ("Backup::BackupPlan", "plan", "BackupPlaces", "places", ["eu-west-1"], ["us-west-2"]),
    ("Backup::BackupPlan", "plan", "Backups", "every_hours", 24.0, 168.0),
    ("Backup::BackupPlan", "plan", "Backups", "keep_days", 35.0, 3.0),
    ("Backup::BackupVault", "vault", "Home", "country", "DE", "US"),
    ("Backup::BackupVault", "vault", "AtRest", "state", "on", "on"),
    ("Backup::ReportPlan", "report", "LogPlaces", "places", [GERMANY], [VIRGINIA]),
    ("CodeBuild::Project", "build", "AtRest", "state", "on", "off"),
    ("CodeBuild::Project", "build", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("Config::ConfigurationAggregator", "all", "Replicas", "places", [GERMANY], [GERMANY, "us-west-2"]),
    ("Config::DeliveryChannel", "channel", "LogPlaces", "places", [GERMANY], [VIRGINIA]),
    ("DataSync::Task", "move", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("EFS::FileSystem", "fs", "Home", "country", "DE", "US"),
    ("EFS::FileSystem", "fs", "AtRest", "state", "on", "off"),
    ("EFS::FileSystem", "fs", "Backups", "enabled", True, False),
    ("EFS::FileSystem", "fs", "Transit", "plaintext_allowed", False, True),
    ("Events::ApiDestination", "api", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("Events::Rule", "rule", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("Glue::Connection", "db", "Transit", "plaintext_allowed", False, True),
    ("Glue::DataCatalogEncryptionSettings", "catalog", "AtRest", "state", "on", "off"),
    ("Glue::DataCatalogEncryptionSettings", "catalog", "AtRestDefault", "state", "on", "off"),
    ("Glue::SecurityConfiguration", "settings", "AtRest", "state", "on", "off"),
    ("Kinesis::Stream", "events", "Home", "country", "DE", "US"),
    ("Kinesis::Stream", "events", "AtRest", "state", "on", "off"),
    ("Kinesis::Stream", "events", "Backups", "keep_days", 8.0, 1.0),
    ("KinesisFirehose::DeliveryStream", "carry", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("KinesisFirehose::DeliveryStream", "carry", "AtRest", "state", "on", "off"),
    ("Neptune::DBCluster", "graph", "AtRest", "state", "on", "off"),
    ("Neptune::DBCluster", "graph", "BackupEncryption", "state", "on", "off"),
    ("Neptune::DBCluster", "graph", "Backups", "keep_days", 14.0, 1.0),
    ("Neptune::DBCluster", "graph", "Replicas", "places", [], []),
    ("Neptune::DBClusterSnapshot", "graph-1", "AtRest", "state", "on", "off"),
    ("OpenSearchService::Domain", "search", "Home", "country", "DE", "US"),
    ("OpenSearchService::Domain", "search", "AtRest", "state", "on", "off"),
    ("OpenSearchService::Domain", "search", "Transit", "plaintext_allowed", False, True),
    ("OpenSearchService::Domain", "search", "TlsFloor", "min_version", "TLSv1.2", "TLSv1.0"),
    ("SageMaker::TrainingJob", "train", "AtRest", "state", "on", "off"),
    ("SageMaker::TrainingJob", "train", "Transit", "plaintext_allowed", False, True),
]


@each(("kind", "name", "fact", "field", "good", "bad"), TRUTH)
def test_what_moto_shows(resources: dict[tuple[str, str, str], Resource], kind: str, name: str, fact: str, field: str, good: object, bad: object) -> None:
    assert said(resources[kind, GERMANY, name or GERMANY], fact, field) == good
    assert said(resources[kind, VIRGINIA, name or VIRGINIA], fact, field) == bad


def test_distributions(resources: dict[tuple[str, str, str], Resource]) -> None:
    found = [r for (kind, _, _), r in resources.items() if kind == "CloudFront::Distribution"]
    good, bad = sorted(found, key=lambda r: said(r, "Transit", "plaintext_allowed") is True)
    assert [said(r, "Replicas", "places") for r in (good, bad)] == [["?", GERMANY], ["?", VIRGINIA]]
    assert [said(r, "LogPlaces", "places") for r in (good, bad)] == [[GERMANY], [VIRGINIA]]
    assert [said(r, "Transit", "plaintext_allowed") for r in (good, bad)] == [False, True]
    assert [said(r, "TlsFloor", "min_version") for r in (good, bad)] == ["TLSv1.2", "TLSv1.0"]
    assert said(good, "Certificate", "managed") is True
    assert words.Certificate not in bad.facts, "the certificate of *.cloudfront.net"
    assert [said(r, "Home", "country") for r in (good, bad)] == [None, None]


def test_zones_and_directories(resources: dict[tuple[str, str, str], Resource]) -> None:
    zone = resources["Route53::HostedZone", "", "example.org."]
    assert said(zone, "LogPlaces", "places") == [VIRGINIA]
    assert said(zone, "Replicas", "places") == [VIRGINIA]
    assert said(zone, "DnsSigning", "state") == "off"
    assert {said(r, "Home", "country") for (kind, _, _), r in resources.items() if kind == "SSO::Instance"} == {"DE", "US"}
    assert said(resources["CloudFront::KeyValueStore", "", "keys"], "Replicas", "places") == ["?"]


def test_what_nobody_answered_is_unknown(snapshot: Snapshot, resources: dict[tuple[str, str, str], Resource]) -> None:
    """moto does not serve these calls: what they would show is a gap, never an absence."""
    gaps = {kind for call in snapshot.calls if not call.ok for kind in call.types}
    assert {"AWS::CUR::ReportDefinition", "AWS::Cassandra::Table", "AWS::Outposts::Outpost", "AWS::RolesAnywhere::TrustAnchor", "AWS::StorageGateway::FileShare"} <= gaps
    for kind, name, fact in (("EFS::FileSystem", "fs", "Replicas"), ("OpenSearchService::Domain", "search", "Replicas"), ("Macie::Session", "session", "LogPlaces")):
        found = resources[kind, GERMANY, name].facts[FACTS[fact]]
        assert isinstance(found, Unknown), f"{kind} {fact}: {found}"


# -- documents of botocore's shapes ------------------------------------------------------------------------
IDS = [f"{n}-{case['type']}" for n, case in enumerate(CASES)]


def fits(value: Any, shape: Any, where: str) -> None:
    """Every member exists, with its type."""
    match shape.type_name:
        case "structure":
            assert isinstance(value, dict), where
            for key, inner in value.items():
                assert key in shape.members, f"{where} has no {key}"
                fits(inner, shape.members[key], f"{where}.{key}")
        case "list":
            assert isinstance(value, list), where
            for inner in value:
                fits(inner, shape.member, f"{where}[]")
        case "map":
            assert isinstance(value, dict), where
        case "boolean":
            assert isinstance(value, bool), where
        case "integer" | "long":
            assert isinstance(value, int), where
        case kind:
            assert isinstance(value, str), f"{where} is {kind}"


def shape_at(service: str, method: str, path: str) -> Any:
    shape = model(service).operation_model(methods(service)[method]).output_shape
    for key in path.split(".") if path else ():
        while shape.type_name == "list":
            shape = shape.member
        shape = shape.members[key]
    return shape


def listing_of(decl: TypeDecl) -> List:
    live = decl.live.listing if isinstance(decl.live, Each) else decl.live
    assert isinstance(live, List)
    return live


@each("case", CASES)
def test_documents_have_the_shapes_of_the_api(case: Mapping[str, Any]) -> None:
    decl = DECLS[case["type"]]
    listing = listing_of(decl)
    shape = shape_at(listing.service, listing.operation, listing.each)
    inner = shape.member if listing.each else shape
    if inner.type_name != "string":
        fits(case["item"], inner, case["type"])
    gets = {get.put: get for get in decl.details if isinstance(get, Get)}
    for put, body in case["parts"].items():
        get = gets[put]
        if not get.json:
            shape = shape_at(get.service or listing.service, get.operation, get.take)
            fits(body, shape.member if get.one else shape, put)


@cache
def bucket(name: str, region: str) -> Document:
    return Document(Ref("aws", "AWS::S3::Bucket", ACCOUNT, region, f"arn:aws:s3:::{name}", name), Dialect.LIVE, {}, {}, reference=True)


def resource_of(n: int) -> Resource:
    calls, doc = written(n)
    whole = Snapshot.of(RUN, calls, (doc, bucket("four-eu", GERMANY), bucket("four-us", VIRGINIA)))
    return next(r for r in Estate.of(whole, DECLS).resources if r.ref == doc.ref)


@each("n", range(len(CASES)))
def test_documents_become_facts(n: int) -> None:
    resource = resource_of(n)
    for fact, expected in CASES[n]["facts"].items():
        found = resource.facts.get(FACTS[fact])
        if expected is None:
            assert found is None, f"{fact} does not apply, and is {found}"
        elif isinstance(expected, str):
            assert isinstance(found, Unknown), f"{fact}: {found}"
            assert found.reason is Reason(expected), f"{fact}: {found}"
        else:
            assert {field: said(resource, fact, field) for field in expected} == expected, fact


# -- templates ---------------------------------------------------------------------------------------------
def planned() -> dict[str, Resource]:
    path = FIXTURES / "accounts_and_flows.yaml"
    answer = reader.read(path, "accounts_and_flows.yaml", Options(settings={"template.region": GERMANY}))
    return {r.ref.name: r for r in Estate.of(Snapshot.of(RUN, (answer.call, *answer.more_calls), answer.documents), DECLS).resources}


PLANNED = planned()
#: (resource, fact, field, value); the value is None where the fact does not apply, a Reason where it cannot be told.
TEMPLATES: list[tuple[str, str, str, object]] = [
    ("GoodGroup", "Replicas", "places", []), ("BadGroup", "Replicas", "places", ["?"]), ("NamedGroup", "Replicas", "", Reason.UNRESOLVED), ("NamedGroup", "AtRest", "algorithm", "SSE_KMS"),
    ("GoodGroup", "AtRest", "state", "on"), ("BadGroup", "AtRest", "state", "off"),
    ("GoodPlan", "BackupPlaces", "places", [GERMANY]), ("BadPlan", "BackupPlaces", "places", ["us-west-2"]),
    ("GoodPlan", "Backups", "every_hours", 24.0), ("BadPlan", "Backups", "every_hours", 168.0), ("GoodPlan", "Backups", "keep_days", 35.0), ("BadPlan", "Backups", "keep_days", 3.0),
    ("GoodPlan", "Backups", "kind", "continuous"), ("GoodVault", "Home", "country", "DE"), ("GoodVault", "AtRest", "state", "on"), ("GoodReport", "LogPlaces", "places", [GERMANY]),
    ("Costs", "LogPlaces", "places", [VIRGINIA]),
    ("GoodTable", "Replicas", "places", []), ("BadTable", "Replicas", "places", [VIRGINIA]), ("GoodTable", "Backups", "enabled", True), ("BadTable", "Backups", "enabled", False),
    ("Space", "Replicas", "places", [VIRGINIA]),
    ("GoodFront", "Replicas", "places", ["?", GERMANY]), ("BadFront", "Replicas", "places", ["?", VIRGINIA]), ("GoodFront", "Transit", "plaintext_allowed", False),
    ("BadFront", "Transit", "plaintext_allowed", True), ("GoodFront", "TlsFloor", "min_version", "TLSv1.2"), ("BadFront", "TlsFloor", "min_version", "TLSv1.0"),
    ("GoodFront", "LogPlaces", "places", [GERMANY]), ("GoodFront", "AtRest", "algorithm", "field-level encryption K1"), ("BadFront", "Certificate", "", None),
    ("GoodFront", "Certificate", "", Reason.UNSUPPORTED), ("RealTime", "LogPlaces", "places", [GERMANY]), ("Keys", "Replicas", "places", ["?"]),
    ("OldFront", "Certificate", "", Reason.UNSUPPORTED), ("OldFront", "TlsFloor", "min_version", "TLSv1.3"), ("WideAggregator", "Replicas", "places", ["?"]),
    ("BadChannel", "LogPlaces", "places", [GERMANY, VIRGINIA]), ("BadSearch", "Backups", "enabled", False), ("WideCarry", "AtRest", "", None),
    ("WideCarry", "Replicas", "places", ["?", GERMANY, "eu-west-1", "eu-west-3", "us-east-2", "us-west-2"]), ("NamedGroup", "LogPlaces", "places", ["?"]),
    ("GoodHeaders", "Hsts", "max_age", 31536000), ("GoodHeaders", "Hsts", "preload", True), ("BadHeaders", "Hsts", "max_age", None), ("Zone", "DnsSigning", "", Reason.UNSUPPORTED),
    ("GoodBuild", "AtRest", "state", "on"), ("BadBuild", "AtRest", "state", "off"),
    ("BadAggregator", "Replicas", "places", ["us-west-2"]), ("GoodChannel", "LogPlaces", "places", [GERMANY]),
    ("GoodTask", "Replicas", "places", [GERMANY]),
    ("GoodFiles", "AtRest", "state", "on"), ("BadFiles", "AtRest", "state", "off"), ("GoodFiles", "Backups", "enabled", True), ("BadFiles", "Backups", "enabled", False),
    ("GoodFiles", "Transit", "plaintext_allowed", False), ("BadFiles", "Transit", "plaintext_allowed", True), ("BadFiles", "Replicas", "places", ["us-west-2"]),
    ("GoodApi", "Replicas", "places", [GERMANY]), ("BadApi", "Replicas", "places", ["?"]), ("GoodEndpoint", "Replicas", "places", ["eu-west-1"]),
    ("GoodEndpoint", "Backups", "enabled", True), ("BadEndpoint", "Backups", "enabled", False), ("BadEndpoint", "Replicas", "places", [VIRGINIA]),
    ("GoodRule", "Replicas", "places", [GERMANY]), ("BadRule", "Replicas", "places", [VIRGINIA]),
    ("GoodConnection", "Transit", "plaintext_allowed", False), ("BadConnection", "Transit", "plaintext_allowed", True),
    ("GoodCatalog", "AtRest", "state", "on"), ("BadCatalog", "AtRest", "state", "off"), ("GoodCatalog", "AtRestDefault", "state", "on"), ("BadCatalog", "AtRestDefault", "state", "off"),
    ("GoodTransform", "AtRest", "state", "on"), ("BadTransform", "AtRest", "state", "off"), ("GoodSettings", "AtRest", "state", "on"), ("BadSettings", "AtRest", "state", "off"),
    ("Findings", "LogPlaces", "places", [GERMANY]),
    ("GoodStream", "AtRest", "state", "on"), ("BadStream", "AtRest", "state", "off"), ("GoodStream", "Backups", "keep_days", 8.0), ("BadStream", "Backups", "keep_days", 1.0),
    ("GoodCarry", "Replicas", "places", [GERMANY]), ("BadCarry", "Replicas", "places", ["?", VIRGINIA]), ("GoodCarry", "AtRest", "state", "on"), ("BadCarry", "AtRest", "state", "off"),
    ("GoodGraph", "AtRest", "state", "on"), ("BadGraph", "AtRest", "state", "off"), ("GoodGraph", "Backups", "keep_days", 14.0), ("BadGraph", "Backups", "keep_days", 1.0),
    ("RestoredGraph", "AtRest", "", Reason.UNRESOLVED),
    ("GoodSearch", "AtRest", "state", "on"), ("BadSearch", "AtRest", "state", "off"), ("GoodSearch", "Transit", "plaintext_allowed", False),
    ("BadSearch", "Transit", "plaintext_allowed", True), ("GoodSearch", "TlsFloor", "min_version", "TLSv1.2"), ("BadSearch", "TlsFloor", "min_version", "TLSv1.0"),
    ("GoodSearch", "Certificate", "", Reason.UNSUPPORTED), ("BadSearch", "Certificate", "", None),
    ("Anchor", "Certificate", "names", ["Old root"]), ("Zone", "LogPlaces", "places", [VIRGINIA]), ("Home", "Home", "country", "DE"),
]  # fmt: skip


@each(("name", "fact", "field", "expected"), TEMPLATES)
def test_templates_say_the_same(name: str, fact: str, field: str, expected: object) -> None:
    found = PLANNED[name].facts.get(FACTS[fact])
    if expected is None and not field:
        assert found is None, f"{fact} does not apply, and is {found}"
    elif isinstance(expected, Reason):
        assert isinstance(found, Unknown), f"{fact}: {found}"
        assert found.reason is expected, f"{fact}: {found}"
    else:
        assert said(PLANNED[name], fact, field) == expected


# -- what a refused call hides -----------------------------------------------------------------------------
def read(kind: str) -> set[str]:
    return {root for given in DECLS[kind].facts for path in given.paths(Dialect.LIVE) for root in roots(path)}


PARTS = [(n, put) for n, case in enumerate(CASES) for put in case["parts"] if put in read(case["type"])]


@each(("n", "put"), PARTS)
def test_a_refused_call_proves_nothing(n: int, put: str) -> None:
    """Each fact that reads the part is unknown, or has a place that is not known; none is as it was by accident."""
    calls, doc = written(n)
    denied = tuple(replace(call, outcome=Reason.DENIED, code="AccessDeniedException") if call.operation == f"Get_{put}" else call for call in calls)
    bare = replace(doc, body={key: value for key, value in doc.body.items() if key != put})
    (resource,) = Estate.of(Snapshot.of(RUN, denied, (bare,)), DECLS).resources
    decl = DECLS[doc.ref.type]
    readers = [given.fact for given in decl.facts if any(put in roots(path) for path in given.paths(Dialect.LIVE))]
    assert readers
    for kind in readers:
        found = resource.facts[kind]
        unknown_place = isinstance(found, Known) and any(place.reason is Reason.DENIED for place in getattr(found.value, "places", ()))
        assert unknown_place or (isinstance(found, Unknown) and found.reason is Reason.DENIED), f"{kind.__name__}: {found}"


def test_delivery_streams_beyond_the_first_page() -> None:
    """ListDeliveryStreams gives some names and says that there are more; botocore has no pager for it."""
    with moto_server() as url:
        client = aws_estate.Estate(url).client("firehose", GERMANY)
        for n in range(45):
            client.create_delivery_stream(
                DeliveryStreamName=f"s{n:03}", ExtendedS3DestinationConfiguration={"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/x", "BucketARN": "arn:aws:s3:::b"}
            )
        found = scan(url, replace(QUICK, regions=(GERMANY,), types=frozenset({"AWS::KinesisFirehose::DeliveryStream"}), facts=frozenset({words.Home})))
    assert len([doc for doc in found.documents if doc.ref.type == "AWS::KinesisFirehose::DeliveryStream"]) == 45
    (listing,) = [call for call in found.calls if call.operation == "ListDeliveryStreams"]
    assert listing.pages == 2
