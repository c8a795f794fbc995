"""Assessments as reports get them: an estate of any size, judged by the real checks against the real promise files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from scanner import plugins
from scanner.data.regions import place_of
from scanner.errors import advice
from scanner.judge.assess import plan_questions
from scanner.judge.engine import judge
from scanner.judge.estate import Estate
from scanner.judge.registry import Check
from scanner.judge.settle import settle
from scanner.judge.waive import waive
from scanner.model.facts import (
    OFF,
    ON,
    AtRest,
    Attacks,
    BackupPlaces,
    Backups,
    Certificate,
    Chain,
    Deletion,
    Exposure,
    Handshake,
    Holder,
    Home,
    KeyCustody,
    Logs,
    Replicas,
    RootAccess,
    ServedNames,
    SignIn,
    TlsFloor,
    Transit,
)  # fmt: skip
from scanner.model.known import Json, Known, Origin, Reason, Source, Unknown
from scanner.model.place import Place
from scanner.model.promise import Promise
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Call, Run, Snapshot
from scanner.model.verdict import Assessment, Coverage, Gap
from scanner.model.waiver import Waiver
from scanner.plugins import ROOT
from scanner.store.promise_file import load_promises

NOW = datetime(2026, 11, 21, 10, 0, 9, tzinfo=UTC)
SEEN = "2026-11-21T10:00:00Z"
ACCOUNTS = ("111122223333", "444455556666")
SUBSCRIPTION = "5f1c2c7e-0000-4000-8000-00000000aaaa"
_REGIONS = ("eu-west-1", "eu-central-1", "eu-west-1", "eu-west-3", "us-east-1")
Name = Callable[[str], str]


class Case(NamedTuple):
    """What a renderer is given."""

    assessment: Assessment
    checks: Mapping[str, Check[Any]]
    resources: tuple[Resource, ...]


@cache
def promises(name: str = "care-technology") -> tuple[Promise, ...]:
    """A promise file of the fixtures."""
    return load_promises(ROOT / "fixtures" / "promises" / f"{name}.toml", plugins.load_checks())


def case(size: int = 24, name: Name = str, promised: tuple[Promise, ...] | None = None) -> Case:
    """An estate of about `size` resources; `name` makes each name that the scanned world chooses."""
    checks = plugins.load_checks()
    resources = tuple(sorted((*_cloud(size, name), *_endpoints(name), *_people(name)), key=lambda r: r.ref))
    failed = _failed(name)
    estate = Estate(resources, failed, plugins.load_types())
    given = promises() if promised is None else promised
    now = NOW.date()
    waivers = (
        Waiver("public-exposure", "*site-0", "web team", "public website by design", date(2027, 3, 1)),
        Waiver("encryption-at-rest", "*vol-00000", name("platform team"), name("moves to an encrypted disk"), now + timedelta(days=9)),
        Waiver("deletion-guard", "*db-00001", "platform team", "test database", now - timedelta(days=3)),
    )
    verdicts, notes = waive(judge(estate, plan_questions(checks, given, {}), NOW), waivers, now)
    snapshot = Snapshot.of(Run(SEEN, "0.1.0"), failed, ())
    gaps = tuple(_gap(call) for call in failed)
    coverage = Coverage(max(size // 2, 40), max(size // 2, 40) - len(gaps), gaps)
    settlements = tuple(settle(promise, verdicts, snapshot, now, checks) for promise in given)
    stamp = NOW.isoformat().replace("+00:00", "Z")
    return Case(Assessment("0.1.0", SEEN, stamp, "5a" * 32, "c4" * 32, coverage, verdicts, settlements, len(resources), notes), checks, resources)


def _known(value: object, call: str, path: str, seen: Json, file: str | None = None, line: int | None = None) -> Known[Any]:
    origin = Origin.TEMPLATE if file else Origin.LIVE
    return Known(value, (Source(origin, path, seen, None if file else call, file, line, None if file else SEEN),))


def _cloud(size: int, name: Name) -> Iterator[Resource]:
    """Volumes, databases, buckets, storage accounts and a template, in turn."""
    for n in range(size):
        account, region = ACCOUNTS[n % 7 == 0], _REGIONS[(n // 5) % 5]
        match n % 5:
            case 0:
                yield _volume(n, account, region, name)
            case 1:
                yield _database(n, account, region, name)
            case 2:
                yield _bucket(n, account, region, name)
            case 3:
                yield _storage(n, name)
            case _:
                yield _template(n, name)


def _volume(n: int, account: str, region: str, name: Name) -> Resource:
    own = name(f"vol-{n:05}")
    ref = Ref("aws", "AWS::EC2::Volume", account, region, f"arn:aws:ec2:{region}:{account}:volume/{own}", own)
    encrypted = n % 10 != 0
    return Resource(
        ref,
        {
            Home: _known(Home(place_of("aws", region)), "ec2:DescribeVolumes", "AvailabilityZone", f"{region}a"),
            AtRest: _known(AtRest(ON if encrypted else OFF, "AES256" if encrypted else None), "ec2:DescribeVolumes", "Encrypted", encrypted),
            Backups: Unknown(Reason.DENIED, "dlm:GetLifecyclePolicies AccessDenied")
            if n % 15 == 0
            else _known(Backups(True, "snapshots", 24.0, 30.0, NOW), "backup:ListProtectedResources", "LastBackupTime", SEEN),
        },
    )


def _database(n: int, account: str, region: str, name: Name) -> Resource:
    own = name(f"db-{n:05}")
    ref = Ref("aws", "AWS::RDS::DBInstance", account, region, f"arn:aws:rds:{region}:{account}:db:{own}", own)
    copies = (place_of("aws", "us-east-2"),) if n % 20 == 1 else (place_of("aws", "eu-central-1"),) if n % 3 else ()
    return Resource(
        ref,
        {
            Home: _known(Home(place_of("aws", region)), "rds:DescribeDBInstances", "AvailabilityZone", f"{region}b"),
            Replicas: _known(Replicas(copies), "rds:DescribeDBInstances", "ReadReplicaDBInstanceIdentifiers", [p.region for p in copies]),
            BackupPlaces: _known(BackupPlaces(()), "rds:DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackupsReplications", []),
            AtRest: _known(AtRest(ON), "rds:DescribeDBInstances", "StorageEncrypted", True),
            KeyCustody: _known(KeyCustody(Holder.CUSTOMER, "key-1"), "rds:DescribeDBInstances", "KmsKeyId", "arn:aws:kms:eu-west-1:111122223333:key/1"),
            Backups: _known(Backups(n % 4 != 1, "continuous", 0.0, 14.0), "rds:DescribeDBInstances", "BackupRetentionPeriod", 14 if n % 4 != 1 else 0),
            Deletion: _known(Deletion(OFF if n % 2 else ON), "rds:DescribeDBInstances", "DeletionProtection", n % 2 == 0),
            TlsFloor: Unknown(Reason.UNSUPPORTED, "the parameter group was not read"),
        },
    )


def _bucket(n: int, account: str, region: str, name: Name) -> Resource:
    own = name(f"site-{n}" if n == 2 else f"data-{n:05}")
    ref = Ref("aws", "AWS::S3::Bucket", account, region, f"arn:aws:s3:::{own}", own)
    copies = (Place("", None, what="arn:aws:s3:::elsewhere", reason=Reason.DENIED, detail="s3:GetBucketLocation denied"),) if n % 30 == 2 else ()
    return Resource(
        ref,
        {
            Home: _known(Home(place_of("aws", region)), "s3:ListBuckets", "BucketRegion", region),
            Replicas: _known(Replicas(copies), "s3:GetReplicationConfiguration", "ReplicationConfiguration.Rules[].Destination.Bucket", [p.what for p in copies]),
            AtRest: _known(AtRest(ON, "aws:kms"), "s3:GetEncryptionConfiguration", "SSEAlgorithm", "aws:kms"),
            Exposure: _known(Exposure(n % 10 == 2, "bucket policy" if n % 10 == 2 else ""), "s3:GetBucketPolicyStatus", "PolicyStatus.IsPublic", n % 10 == 2),
            Transit: _known(Transit(n % 4 == 0), "s3:GetBucketPolicy", "Policy", None),
        },
        {"environment": "production"},
    )


def _storage(n: int, name: Name) -> Resource:
    own, region = name(f"stor{n:05}"), ("westeurope", "germanywestcentral", "uksouth")[n % 3]
    id = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.Storage/storageAccounts/{own}"
    return Resource(
        Ref("azure", "Microsoft.Storage/storageAccounts", SUBSCRIPTION, region, id, own),
        {
            Home: _known(Home(place_of("azure", region)), "Microsoft.Storage/storageAccounts/read", "location", region),
            Replicas: _known(Replicas((place_of("azure", "northeurope"),)), "Microsoft.Storage/storageAccounts/read", "sku.name", "Standard_GRS"),
            AtRest: Known(AtRest(ON, "AES256"), (Source(Origin.PLATFORM, "", None),)),
            Transit: _known(Transit(False), "Microsoft.Storage/storageAccounts/read", "properties.supportsHttpsTrafficOnly", True),
            TlsFloor: _known(
                TlsFloor("TLSv1.0" if n % 2 else "TLSv1.2"), "Microsoft.Storage/storageAccounts/read", "properties.minimumTlsVersion", "TLS1_0" if n % 2 else "TLS1_2"
            ),
        },
    )


def _template(n: int, name: Name) -> Resource:
    own, file = name(f"Volume{n}"), name("infra/stack.yaml")
    encrypted = n % 2 == 0
    rest = Unknown(Reason.UNRESOLVED, "the parameter Encrypt has no default", (Source(Origin.TEMPLATE, "Encrypted", {"Ref": "Encrypt"}, None, file, 7 * n + 3),))
    return Resource(
        Ref("aws", "AWS::EC2::Volume", "", "", f"{file}#{own}", own),
        {AtRest: rest if n % 3 == 0 else _known(AtRest(ON if encrypted else OFF), "", "Encrypted", encrypted, file, 7 * n + 3)},
        dialect="cloudformation",
    )


def _endpoints(name: Name) -> Iterator[Resource]:
    """Good, old, ending soon, expired, and one that could not be reached."""
    good, old = ("TLSv1.2", "TLSv1.3"), ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2")
    suites = {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",), "TLSv1.3": ("TLS_AES_128_GCM_SHA256",), "TLSv1.0": ("TLS_RSA_WITH_3DES_EDE_CBC_SHA",)}
    wanted = (("www", good, 61, True), ("api", good, 9, True), ("old", old, -3, False), ("mail", old[3:], 240, True))
    for n, (label, versions, days, trusted) in enumerate(wanted):
        host = name(f"{label}.example.org")
        certificate = Certificate(
            (host, name(f"alt-{label}.example.org")), name("Example CA"), NOW - timedelta(days=90 - n), NOW + timedelta(days=days), "ECDSA-secp256r1", "sha256", f"{n:064x}"
        )
        groups = ("x25519", "X25519MLKEM768") if n == 0 else ("x25519",)
        yield Resource(
            Ref("tls", "TLS::Endpoint", "", "", f"{host}:443", host),
            {
                Handshake: _probed(Handshake(versions, {v: suites.get(v, ()) for v in versions}, groups, unseen=("SSLv2",) if n == 3 else ()), "versions", list(versions)),
                Attacks: _probed(Attacks(("heartbleed", "robot"), ("robot",) if label == "old" else ()), "attacks", []),
                Certificate: _probed(certificate, "not_after", (NOW + timedelta(days=days)).isoformat()),
                Chain: _probed(Chain(trusted, "" if trusted else "self-signed"), "chain", None),
                ServedNames: _probed(ServedNames(host, (host,), True), "names", [host]),
            },
        )
    lost = Unknown(Reason.TIMEOUT, "no answer within 20 s")
    yield Resource(Ref("tls", "TLS::Endpoint", "", "", "slow.example.org:443", "slow.example.org"), dict.fromkeys((Handshake, Attacks, Certificate, Chain, ServedNames), lost))


def _probed(value: object, path: str, seen: Json) -> Known[Any]:
    return Known(value, (Source(Origin.PROBE, path, seen, "tls:handshake", None, None, SEEN),))


def _people(name: Name) -> Iterator[Resource]:
    account = ACCOUNTS[0]
    yield Resource(Ref("aws", "AWS::::Account", account, "", account, account), {RootAccess: _known(RootAccess(False, 1), "iam:GetAccountSummary", "AccountMFAEnabled", 0)})
    for n, mfa in enumerate((True, False)):
        own = name(f"user-{n}")
        yield Resource(
            Ref("aws", "AWS::IAM::User", account, "", f"arn:aws:iam::{account}:user/{own}", own), {SignIn: _known(SignIn(True, mfa), "iam:GetCredentialReport", "mfa_active", mfa)}
        )
    yield Resource(
        Ref("aws", "AWS::CloudTrail::Trail", account, "eu-west-1", f"arn:aws:cloudtrail:eu-west-1:{account}:trail/all", "all"),
        {Logs: _known(Logs(True, 365.0, True), "cloudtrail:DescribeTrails", "LogFileValidationEnabled", True)},
    )


def _failed(name: Name) -> tuple[Call, ...]:
    """Listings that were refused, throttled or not made."""
    every = [
        Call(
            "aws",
            ACCOUNTS[1],
            region,
            "dynamodb",
            "ListTables",
            "",
            Reason.DENIED,
            "AccessDeniedException",
            name("User is not authorized"),
            "dynamodb:ListTables",
            ("AWS::DynamoDB::Table",),
        )
        for region in ("eu-west-1", "eu-central-1")
    ]
    every.append(Call("azure", SUBSCRIPTION, "", "", "Microsoft.Sql/servers/read", "", Reason.THROTTLED, "429", "", "Microsoft.Sql/servers/read", ("Microsoft.Sql/servers",)))
    every.append(Call("tls", "", "", "tls", "connect", "slow.example.org:443", Reason.TIMEOUT, "", "no answer within 20 s"))
    return tuple(every)


def _gap(call: Call) -> Gap:
    assert call.outcome is not None
    told = (
        call.provider,
        call.account or None,
        call.region or None,
        call.service,
        call.operation,
        call.outcome,
        call.code,
        call.permission or None,
        call.types,
        call.subject or None,
    )
    return Gap(*told, call.detail, advice(call.outcome, call.permission))
