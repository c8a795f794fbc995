"""Every path that an AWS declaration reads leads to a value in some fixture: a path that never did may be a dead one."""

from __future__ import annotations

from functools import cache, reduce
from pathlib import Path

import pytest

from providers.cloudformation import reader
from scanner import plugins
from scanner.collect.plan import Options
from scanner.declare.decl import TypeDecl
from scanner.declare.index import Index
from scanner.declare.view import View
from scanner.model.known import Reason, Unknown
from scanner.model.snapshot import Dialect, Run, Snapshot
from scanner.store.snapshot_file import load
from tests.support.aws import TYPES
from tests.support.aws_bodies import entries
from tests.support.aws_bodies import snapshot as bodies
from tests.support.cases import cases, grouped, service

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aws"
DECLS = plugins.load_types(TYPES)


@cache
def index(dialect: Dialect) -> Index:
    if dialect is Dialect.LIVE:
        written = [bodies(rows) for path in sorted(FIXTURES.glob("*.json")) if "body" in (rows := entries(path))[0]]
        return Index.of(reduce(Snapshot.merge, [*map(load, sorted(FIXTURES.glob("*.jsonl"))), *written]))
    read = [reader.read(path, path.name, Options(settings={"template.region": "eu-central-1"})) for path in sorted(FIXTURES.glob("*.yaml"))]
    calls = [call for answer in read for call in (answer.call, *answer.more_calls)]
    return Index.of(Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0"), calls, [doc for answer in read for doc in answer.documents]))


def paths() -> list[tuple[TypeDecl, Dialect, str]]:
    return [
        (decl, dialect, path)
        for decl in DECLS.values() for dialect in decl.dialects() if (dialect is not Dialect.LIVE or decl.live) and dialect is not Dialect.TERRAFORM
        for path in sorted({path for given in decl.facts for path in given.paths(dialect)})
    ]  # fmt: skip


PATHS = grouped(paths(), lambda row: service(row[0].type))


@pytest.mark.parametrize("name", PATHS)
def test_a_fixture_holds_a_value(name: str) -> None:
    with cases() as case:
        for decl, dialect, path in PATHS[name]:
            with case(f"{decl.type} {dialect} {path}"):
                documents = index(dialect).of_type(decl.type)
                assert documents, f"no fixture holds a {decl.type}"
                found = [View(doc, index(dialect), decl, DECLS).at(path) for doc in documents]
                assert any(got.reason is Reason.UNRESOLVED if isinstance(got, Unknown) else got for got in found), f"leads to nothing in {len(documents)} documents"


def test_the_recorded_estate_is_whole() -> None:
    recorded = load(FIXTURES / "estate.jsonl")
    assert recorded.run.complete
    assert all(call.ok for call in recorded.calls)
    assert len({doc.ref.type for doc in recorded.documents}) >= 14
