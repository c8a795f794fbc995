"""What moto lacks: documents after the API's own shapes, and the facts that follow; refused calls among them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from providers.aws.documents import holds
from scanner import plugins
from scanner.judge.estate import Estate
from scanner.model import facts as vocabulary
from scanner.model.resource import Resource
from tests.support.aws import TYPES
from tests.support.aws_bodies import DECLS, entries, misfits, said, shown, snapshot
from tests.support.cases import each

FILE = Path(__file__).parents[2] / "fixtures" / "aws" / "networks_and_machines.json"
ENTRIES = entries(FILE)
EXPECTED = [(row["type"], row["name"], kind, value) for row in ENTRIES for kind, value in row["facts"].items() if not row.get("reference")]


@cache
def found() -> dict[tuple[str, str], Resource]:
    return {(r.ref.type, r.ref.name): r for r in Estate.of(snapshot(ENTRIES), plugins.load_types(TYPES)).resources}


@each("row", ENTRIES)
def test_documents_are_what_the_api_answers(row: dict[str, Any]) -> None:
    assert list(misfits(row)) == []


@each("row", [row for row in ENTRIES if row.get("gone")])
def test_what_is_gone_is_no_subject(row: dict[str, Any]) -> None:
    decl = DECLS[row["type"]]
    assert holds(decl.skip, row["body"])
    alive = [other for other in ENTRIES if other["type"] == row["type"] and not other.get("reference")]
    assert not [other["name"] for other in alive if holds(decl.skip, other["body"])]


@each(("kind", "name", "fact", "expected"), EXPECTED)
def test_facts_follow_from_documents(kind: str, name: str, fact: str, expected: Any) -> None:
    got = said(found()[kind, name].facts.get(getattr(vocabulary, fact)))
    if isinstance(expected, dict):
        assert not isinstance(got, (str, list)), got
        got = {field: shown(getattr(got, field)) for field in expected}
        got |= {field: got[field][:10] for field in ("not_after",) if field in got}
    assert got == expected
