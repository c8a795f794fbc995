"""moto's real server, and a scan of it through the real provider."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options, Worker
from scanner.collect.run import Loop
from scanner.demo.aws_estate import moto_environment
from scanner.judge.estate import Estate
from scanner.model.resource import Resource
from scanner.model.snapshot import Run, Snapshot
from tests.support import botocore_files, moto_servers  # noqa: F401  # the first for its effect

ACCOUNT = "123456789012"
TYPES = "providers.aws.types"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"}
#: Types of which the estates in moto hold something. Others are tested by fixtures: moto cannot answer for all of AWS.
ESTATE_TYPES = frozenset(
    f"AWS::{name}"
    for name in (
        "Backup::BackupPlan", "CertificateManager::Certificate", "CloudTrail::Trail", "DynamoDB::GlobalTable", "DynamoDB::Table", "EC2::EbsEncryptionByDefault",
        "EC2::Snapshot", "EC2::Volume", "ElasticLoadBalancingV2::Listener", "ElasticLoadBalancingV2::LoadBalancer", "IAM::User", "KMS::Key", "RDS::DBCluster",
        "RDS::DBInstance", "S3::Bucket",
    )
)  # fmt: skip
QUICK = Options(types=ESTATE_TYPES, timeout=60, call_timeout=10, retries=1, workers=8, settings={"aws.pause": "0.01"}, taken_at="2026-11-21T10:00:00Z")


@contextmanager
def moto_server() -> Iterator[str]:
    """An empty emulator on a free port."""
    with environment(moto_environment()), moto_servers.running() as url:
        yield url


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for a while, the user's own AWS settings gone."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_") or name in values}
    for name in before:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        os.environ.update(before)


def worker(url: str, options: Options = QUICK, targets: tuple[str, ...] = ("",), **more: str) -> Worker:
    with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": url, **more}):
        return plugins.live("aws").open(targets, options, plugins.load_types(TYPES))


def scan(url: str, options: Options = QUICK, **more: str) -> Snapshot:
    """A whole run as the command line makes it."""
    with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": url, **more}):
        opened = plugins.live("aws").open(("",), options, plugins.load_types(TYPES))
        ledger = Ledger()
        complete = Loop(opened, ledger, threads=options.workers, deadline=options.timeout).run()
    return ledger.snapshot(Run(options.taken_at, "0.1.0", ("aws",), (), complete))


def estate(snapshot: Snapshot) -> Estate:
    return Estate.of(snapshot, plugins.load_types(TYPES))


def resources(snapshot: Snapshot, kind: str) -> dict[str, Resource]:
    """Resources of a type by name."""
    return {r.ref.name: r for r in estate(snapshot).resources if r.ref.type == kind}


def fact(resource: Resource, kind: type) -> Any:
    """The value of a known fact; an AssertionError names why it is unknown."""
    found = resource.facts[kind]
    value = getattr(found, "value", None)
    assert value is not None, f"{resource.ref.name}: {kind.__name__} is {found}"
    return value


def only(options: Options = QUICK, **changes: Any) -> Options:
    return replace(options, **changes)
