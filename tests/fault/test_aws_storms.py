"""Large scans under stress: storms of throttling end with every answer, and a scan that is stopped leaves a whole, partial snapshot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.demo.aws_estate import GERMANY, Estate
from scanner.judge.estate import Estate as Judged
from scanner.model.facts import Home
from scanner.model.known import Reason
from scanner.plugins import ROOT
from scanner.store.snapshot_file import load
from tests.support.aws import CREDENTIALS, QUICK, estate, moto_server, scan
from tests.support.aws_faults import FaultProxy, Reply, error, fault_proxy

STORM = replace(QUICK, types=frozenset({"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key"}), regions=(GERMANY,), retries=4, settings={"aws.pause": "0.002"})
BUCKETS, TABLES = 12, 8


@pytest.fixture(scope="module")
def lab() -> Iterator[tuple[FaultProxy, str]]:
    with moto_server() as upstream, fault_proxy(upstream) as (proxy, url):
        made = Estate(upstream)
        for n in range(BUCKETS):
            made.bucket(f"storm-{n}", GERMANY, tls_only=n % 2 == 0)
        for n in range(TABLES):
            made.table(GERMANY, f"storm-{n}")
        yield proxy, url


def throttled(what: Any, body: str = "application/json") -> Reply:
    return error(what, body, 400, "Throttling", "Rate exceeded")


def test_a_storm_of_throttling_ends_with_every_answer(lab: tuple[FaultProxy, str]) -> None:
    """Two of three requests are refused, in every service: nothing is lost, and nothing is asked more often than that takes."""
    proxy, url = lab
    proxy.break_()
    calm = scan(url, STORM)
    quiet = sum(proxy.asked.values())
    proxy.break_()
    seen: Counter[str] = Counter()
    guard = threading.Lock()

    def storm(what: Any, reply: Reply) -> Reply:
        with guard:
            seen[what.operation] += 1
            number = seen[what.operation]
        return reply if number % 3 == 0 or what.operation in ("GetCallerIdentity", "DescribeRegions") else throttled(what)

    proxy.rewrite = storm
    after = scan(url, STORM)
    assert [call for call in after.calls if not call.ok] == [call for call in calm.calls if not call.ok]
    assert [(d.ref, d.body) for d in after.documents] == [(d.ref, d.body) for d in calm.documents]
    assert sum(proxy.asked.values()) <= 3 * quiet + 30


def test_what_is_throttled_for_good_is_throttled_in_the_ledger(lab: tuple[FaultProxy, str]) -> None:
    proxy, url = lab
    proxy.break_("GetBucketVersioning", "throttled")
    snapshot = scan(url, replace(STORM, retries=1))
    lost = [call for call in snapshot.calls if not call.ok]
    assert {(call.operation, call.outcome) for call in lost} == {("GetBucketVersioning", Reason.THROTTLED)}
    assert len(lost) == BUCKETS
    assert proxy.asked["GetBucketVersioning"] == BUCKETS * (1 + 3)  # three times `retries` further attempts
    assert len([r for r in estate(snapshot).resources if r.ref.type == "AWS::DynamoDB::Table"]) == TABLES


def test_ctrl_c_in_the_middle_leaves_a_valid_partial_snapshot(lab: tuple[FaultProxy, str], tmp_path: Path) -> None:
    proxy, url = lab
    proxy.break_("GetBucketVersioning", "hang")
    kept = tmp_path / "part.jsonl"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [
        sys.executable,
        "-m",
        "scanner.cli.main",
        "scan",
        "aws",
        "--regions",
        GERMANY,
        "--snapshot",
        str(kept),
        "-q",
        "--type",
        "AWS::S3::Bucket",
        "--type",
        "AWS::DynamoDB::Table",
    ]
    running = subprocess.Popen(
        command, cwd=tmp_path, env={**plain, **CREDENTIALS, "AWS_ENDPOINT_URL": url, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    ends = time.monotonic() + 60
    while (proxy.asked["GetBucketVersioning"] < 4 or proxy.asked["DescribeContinuousBackups"] < TABLES) and time.monotonic() < ends and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode in (10, 11), told
    assert "stopped before the end" in told
    snapshot = load(kept)
    assert not snapshot.run.complete
    stopped = [call for call in snapshot.calls if call.outcome is Reason.NOT_COLLECTED]
    assert {call.operation for call in stopped} >= {"GetBucketVersioning"}
    judged: Judged = estate(snapshot)
    assert len([r for r in judged.resources if Home in r.facts]) >= TABLES
