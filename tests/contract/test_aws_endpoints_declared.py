"""Where AWS says that a thing is reached: default hosts of APIs, function URLs, domains, services; what is switched off or private is not probed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.collect.offered import offered
from scanner.judge.estate import Estate
from scanner.model.facts import Endpoints
from scanner.model.known import Known
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from tests.support.aws import QUICK, scan
from tests.support.aws_bodies import DECLS, as_written, entries, misfits, snapshot
from tests.support.aws_wire import cloud_of, served

ENTRIES = entries(Path(__file__).parents[2] / "fixtures" / "aws" / "endpoints.json")
REGIONS = ("eu-central-1", "us-east-1")


@cache
def found() -> dict[tuple[str, str], Resource]:
    return {(r.ref.type, r.ref.id): r for r in Estate.of(snapshot(ENTRIES), DECLS).resources}


@pytest.fixture(scope="module")
def read() -> Iterator[Snapshot]:
    with served(cloud_of([row for row in ENTRIES if not row.get("lost")], REGIONS)) as url:
        yield scan(url, replace(QUICK, types=frozenset(row["type"] for row in ENTRIES), regions=REGIONS))


def agrees(resource: Resource, expected: dict[str, Any]) -> None:
    for fact, value in expected.items():
        if fact == "Endpoints" and isinstance(value, list):
            got = resource.facts[Endpoints]
            assert isinstance(got, Known), got
            assert [one.host if one.public else f"({one.host})" for one in got.value.at] == value
        else:
            as_written(resource, fact, value)


@pytest.mark.parametrize("row", ENTRIES, ids=[f"{row['type']}-{row['name']}" for row in ENTRIES])
def test_documents_are_what_the_api_answers_and_endpoints_follow(row: dict[str, Any]) -> None:
    assert list(misfits(row)) == []
    agrees(found()[row["type"], row["id"]], row["facts"])


def test_a_scan_reads_the_same_and_offers_them(read: Snapshot) -> None:
    lost = {"DescribeCertificate"}  # something names certificates that are not there
    assert [f"{call.name} {call.region}: {call.outcome} {call.detail}" for call in read.calls if not call.ok and call.operation not in lost] == []
    scanned = {(r.ref.type, r.ref.id): r for r in Estate.of(read, DECLS).resources}
    for row in (row for row in ENTRIES if not row.get("lost")):
        agrees(scanned[row["type"], row["id"]], row["facts"])
    offer = offered(read, DECLS)
    for host in ("open1.execute-api.eu-central-1.amazonaws.com", "search.example.org", "anybodyx.lambda-url.eu-central-1.on.aws", "www.example.org", "main.d123.amplifyapp.com"):
        assert f"tls://{host}:443" in offer.targets
    assert not [target for target in offer.targets if "shut1" in target or "off1" in target or "inner" in target]
    assert "tls:inner1.execute-api.eu-central-1.amazonaws.com:443" in offer.excluded
    assert "open1.execute-api.eu-central-1.amazonaws.com:443" in offer.own_names
    assert "search.example.org:443" not in offer.own_names
