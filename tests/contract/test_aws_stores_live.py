"""What moto knows of these services: an estate in two regions, scanned over HTTP and judged, against what was built."""

from __future__ import annotations

import pytest

from scanner import plugins
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model import facts as vocabulary
from scanner.model.known import Known
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Status
from tests.support.aws_bodies import DECLS, shown
from tests.support.aws_stores import REGIONS, Stores
from tests.support.aws_truth import NOW, built
from tests.support.cases import each

GERMANY, VIRGINIA = REGIONS
#: type, name (empty: the only one of its region), fact, field, in Germany, in Virginia
TRUTH: list[tuple[str, str, str, str, object, object]] = [
    ("ApiGatewayV2::DomainName", "", "TlsFloor", "min_version", "TLSv1.2", "TLSv1.0"),
    ("ApiGatewayV2::DomainName", "", "Certificate", "managed", True, True),
    ("AutoScaling::LaunchConfiguration", "", "AtRestDefault", "state", "on", "off"),
    ("CertificateManager::Certificate", "front.example.org", "Transparency", "state", "on", "on"),
    ("CertificateManager::Certificate", "front.example.org", "Certificate", "key", "RSA-2048", "RSA-2048"),
    ("DMS::Endpoint", "", "Transit", "plaintext_allowed", False, True),
    ("DMS::Endpoint", "", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("ECS::TaskDefinition", "", "LogPlaces", "places", [GERMANY], ["us-west-2"]),
    ("ECS::TaskDefinition", "", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("ECS::TaskDefinition", "", "Transit", "plaintext_allowed", False, True),
    ("ElastiCache::ReplicationGroup", "", "AtRest", "state", "on", "off"),
    ("ElastiCache::ReplicationGroup", "", "Transit", "plaintext_allowed", False, True),
    ("ElastiCache::ReplicationGroup", "", "Backups", "enabled", True, False),
    ("ElasticLoadBalancingV2::Listener", "", "TlsFloor", "min_version", "TLSv1.2", "TLSv1.0"),
    ("ElasticLoadBalancingV2::Listener", "", "TlsPolicy", "post_quantum", False, False),
    ("ElasticLoadBalancingV2::Listener", "", "Certificate", "managed", True, True),
    ("ElasticLoadBalancingV2::TargetGroup", "", "Transit", "plaintext_allowed", False, True),
    ("FSx::FileSystem", "", "Backups", "enabled", True, False),
    ("FSx::FileSystem", "", "AtRest", "state", "on", "on"),
    ("MemoryDB::Cluster", "", "Transit", "plaintext_allowed", False, True),
    ("MemoryDB::Cluster", "", "Backups", "enabled", True, False),
    ("Route53Resolver::ResolverQueryLoggingConfig", "", "LogPlaces", "places", [GERMANY], [VIRGINIA]),
    ("S3::Bucket", "", "Transit", "plaintext_allowed", False, True),
    ("S3::Bucket", "", "Replicas", "places", [], ["?"]),
    ("S3::Bucket", "", "LogPlaces", "places", [GERMANY], [VIRGINIA]),
    ("S3::Bucket", "", "Backups", "enabled", True, False),
    ("SNS::Subscription", "", "Replicas", "places", [GERMANY], [VIRGINIA]),
    ("SNS::Topic", "", "AtRest", "state", "on", "off"),
    ("SNS::Topic", "", "Transit", "plaintext_allowed", False, True),
    ("SQS::Queue", "", "AtRest", "state", "on", "off"),
    ("SQS::Queue", "", "Transit", "plaintext_allowed", False, True),
    ("SSM::Document", "", "LogPlaces", "places", [GERMANY], [VIRGINIA]),
    ("SSM::Parameter", "", "AtRest", "state", "on", "off"),
]
HOMES = ("ACMPCA::CertificateAuthority", "FSx::Backup", "Glacier::Vault")
MINE = frozenset(f"AWS::{row[0]}" for row in TRUTH) | {f"AWS::{kind}" for kind in HOMES}


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return built(Stores, MINE, REGIONS).snapshot


@pytest.fixture(scope="module")
def estate(snapshot: Snapshot) -> Estate:
    return Estate.of(snapshot, DECLS)


def only(estate: Estate, kind: str, region: str, name: str) -> Resource:
    (found,) = [r for r in estate.resources if r.ref.type == f"AWS::{kind}" and r.ref.region == region and name in ("", r.ref.name)]
    return found


def said(resource: Resource, fact: str, field: str) -> object:
    found = resource.facts[getattr(vocabulary, fact)]
    assert isinstance(found, Known), f"{resource.ref.name}: {fact} is {found}"
    if field == "places":
        return [place.region if place.country else "?" for place in found.value.places]
    return shown(getattr(found.value, field))


def test_every_call_was_answered(snapshot: Snapshot) -> None:
    assert [f"{call.name} {call.region}: {call.detail}" for call in snapshot.calls if not call.ok] == []


@each(("kind", "name", "fact", "field", "good", "bad"), TRUTH)
def test_what_was_built_is_what_is_read(estate: Estate, kind: str, name: str, fact: str, field: str, good: object, bad: object) -> None:
    assert said(only(estate, kind, GERMANY, name), fact, field) == good
    assert said(only(estate, kind, VIRGINIA, name), fact, field) == bad


@each("kind", sorted(row.removeprefix("AWS::") for row in MINE))
def test_everything_stands_where_it_was_built(estate: Estate, kind: str) -> None:
    homes = {(r.ref.region, r.facts[vocabulary.Home].value.place.country) for r in estate.resources if r.ref.type == f"AWS::{kind}"}  # type: ignore[union-attr]
    assert homes == {(GERMANY, "DE"), (VIRGINIA, "US")}


def test_judged_the_good_passes_and_the_bad_fails(estate: Estate) -> None:
    """By the checks that the rows are about, with their defaults; the promise is Europe."""
    names = ("residency", "encryption-at-rest", "encryption-default", "transit-encryption", "backup-enabled")
    verdicts = judge(estate, [Question(plugins.load_checks()[name]) for name in names], NOW)
    state = {(v.check, v.subject.type, v.subject.region, v.fact): v.status for v in verdicts if v.subject.type != "AWS::CertificateManager::Certificate"}
    for kind, _, fact, field, good, bad in TRUTH:
        for region, made in ((GERMANY, good), (VIRGINIA, bad)):
            for name in names:
                status = state.get((name, f"AWS::{kind}", region, fact))
                wrong = (
                    made in ("off", True if field == "plaintext_allowed" else None)
                    or (fact == "Backups" and made is False)
                    or (isinstance(made, list) and {VIRGINIA, "us-west-2"} & set(made))
                )
                if status is not None:
                    assert status is (Status.FAIL if wrong else Status.UNKNOWN if made == ["?"] else Status.PASS), f"{name} {kind} {region} {fact}"
