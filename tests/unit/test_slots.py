"""Children that a template declares beside their parent stand in its slots, as further calls fill them in the live cloud."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.declare.decl import TypeDecl, fact, never_others
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Dialect, Document, Run, Snapshot
from scanner.sdk import NOT_SHOWN, ON, Arm, AtRest, Child, Replicas, flag, regions

KIND = "Microsoft.Sql/servers/databases"
DATABASE = TypeDecl(
    KIND,
    live=Arm("1"),
    details=(Child("/transparentDataEncryption/current", put="tde", api="1"), Child("/copies", put="copies", api="1", many=True)),
    facts=(
        fact(AtRest, state=flag(arm="tde.properties.state", on=("Enabled",), off=("Disabled",), absent=NOT_SHOWN("the service's own default"))),
        fact(Replicas, places=regions(arm="copies[].location")),
    ),
    never=never_others(AtRest, Replicas, why="a type of this test"),
)
DECLS = {KIND: DATABASE}


def document(kind: str, name: str, file: str = "main.json", **body: Any) -> Document:
    return Document(Ref("azure", kind, "", "", f"{file}#{name}", name), Dialect.ARM, body, {}, file=file)


def facts(*documents: Document) -> dict[type, Any]:
    found = interpret(documents[0], Index.of(Snapshot.of(Run("2026-11-21T10:00:00Z", "test"), [], documents)), DECLS)
    assert found is not None
    return dict(found.facts)


def tde(name: str, state: str = "Enabled", **more: Any) -> Document:
    return document(f"{KIND}/transparentDataEncryption", name, properties={"state": state}, **more)


def test_a_child_of_the_same_file_fills_its_slot() -> None:
    got = facts(document(KIND, "srv/app"), tde("SRV/app/current"), tde("srv/other/current", "Disabled"))
    assert isinstance(got[AtRest], Known)
    assert got[AtRest].value.state is ON


def test_a_collection_holds_all_children_of_a_kind() -> None:
    copies = [document(f"{KIND}/copies", name, location=place) for name, place in (("srv/app/a", "eastus"), ("srv/app/b", "westeurope"), ("srv/apps/c", "uksouth"))]
    got = facts(document(KIND, "srv/app"), *copies)
    assert [place.country for place in got[Replicas].value.places] == ["US", "NL"]


def test_without_a_child_the_slot_is_absent() -> None:
    got = facts(document(KIND, "srv/app"))
    assert got[Replicas].value.places == ()
    assert isinstance(got[AtRest], Unknown)


@pytest.mark.parametrize("other", [tde("srv/app/other"), tde("srv/app/current", file="another.json")], ids=["another name", "another file"])
def test_another_child_is_not_taken(other: Document) -> None:
    assert isinstance(facts(document(KIND, "srv/app"), other)[AtRest], Unknown)


@pytest.mark.parametrize(("own", "child"), [("srv/app", "{parameters('server')}/app/current"), ("{parameters('a')}/app", "srv/app/current")])
def test_a_child_whose_parent_is_open_may_be_ours(own: str, child: str) -> None:
    got = facts(document(KIND, own), tde(child))[AtRest]
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNRESOLVED
    assert "may belong" in got.detail


def test_open_names_that_are_written_alike_are_the_same() -> None:
    got = facts(document(KIND, "{parameters('a')}/app"), tde("{parameters('a')}/app/current"))
    assert got[AtRest].value.state is ON


def test_a_reader_that_filled_the_slot_itself_is_believed() -> None:
    got = facts(document(KIND, "srv/app", tde={"properties": {"state": "Enabled"}}), tde("{parameters('a')}/app/current", "Disabled"))
    assert got[AtRest].value.state is ON


def test_live_documents_are_left_to_their_calls() -> None:
    call = Call("azure", "s", "", "x", "x/read", subject="/id")
    live = Document(Ref("azure", KIND, "s", "", "/id", "srv/app"), Dialect.LIVE, {}, {"": call.id})
    found = interpret(live, Index.of(Snapshot.of(Run("2026-11-21T10:00:00Z", "test"), [call], [live])), DECLS)
    assert found is not None
    assert isinstance(got := found.facts[AtRest], Unknown)
    assert got.reason is Reason.NOT_COLLECTED
