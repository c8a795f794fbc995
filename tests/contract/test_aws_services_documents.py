"""Databases, gateways, registries, policies and the like: documents after the API's own shapes, good, bad and refused, and the facts that follow."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from providers.aws.documents import holds
from scanner import plugins
from scanner.judge.estate import Estate
from scanner.model import facts as vocabulary
from scanner.model.known import Known
from scanner.model.resource import Resource
from tests.contract.test_aws_batch_1_documents import said, shown
from tests.support.aws import TYPES
from tests.support.aws_bodies import DECLS, entries, misfits, snapshot

FILE = Path(__file__).parents[2] / "fixtures" / "aws" / "services.json"
ENTRIES = entries(FILE)
EXPECTED = [(row["type"], row["name"], kind, value) for row in ENTRIES for kind, value in row["facts"].items() if not row.get("reference")]


@cache
def found() -> dict[tuple[str, str], Resource]:
    return {(r.ref.type, r.ref.name): r for r in Estate.of(snapshot(ENTRIES), plugins.load_types(TYPES)).resources}


@pytest.mark.parametrize("row", ENTRIES, ids=[row["name"] for row in ENTRIES])
def test_documents_are_what_the_api_answers(row: dict[str, Any]) -> None:
    assert list(misfits(row)) == []


@pytest.mark.parametrize("row", [row for row in ENTRIES if row.get("gone")], ids=[row["name"] for row in ENTRIES if row.get("gone")])
def test_what_is_gone_is_no_subject(row: dict[str, Any]) -> None:
    decl = DECLS[row["type"]]
    assert holds(decl.skip, row["body"])
    alive = [other for other in ENTRIES if other["type"] == row["type"] and not other.get("reference")]
    assert not [other["name"] for other in alive if holds(decl.skip, other["body"])]


@pytest.mark.parametrize(("kind", "name", "fact", "expected"), EXPECTED, ids=[f"{k}-{n}-{f}" for k, n, f, _ in EXPECTED])
def test_facts_follow_from_documents(kind: str, name: str, fact: str, expected: Any) -> None:
    read = found()[kind, name].facts.get(getattr(vocabulary, fact))
    if isinstance(expected, dict):
        assert isinstance(read, Known), read
        got: Any = {field: shown(getattr(read.value, field)) for field in expected}
        got |= {field: got[field][:10] for field in ("not_after",) if field in got}
    else:
        got = said(read)
    assert got == expected
