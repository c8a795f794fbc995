"""One `arm=` path serves the live body and the template: what both can show, both show alike; the rest is said to be unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.declare.path import UNRESOLVED
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Call, Dialect, Document, Snapshot
from scanner.sdk import AtRest, Exposure, Home, KeyCustody, Replicas, TlsFloor, Transit
from tests.support.azure import RUN, decls, estate_document

PAIRS = [
    ("stgood", (Home, Replicas, AtRest, KeyCustody, Transit, TlsFloor)),
    ("stuk", (Home, Replicas, KeyCustody)),
    ("secret", (Home, AtRest, KeyCustody)),
    ("sqlgood", (Home, Transit, TlsFloor)),
    ("kvgood", (Home, Replicas, AtRest)),
    ("cosmosusa", (Home, Replicas, KeyCustody, TlsFloor)),
]


def body_of(name: str) -> dict[str, object]:
    return next(dict(r) for r in estate_document()["resources"] if r["name"] == name)


def read(name: str, dialect: Dialect, **changed: object) -> Resource:
    body = body_of(name) | changed
    call = Call("azure", "s", "westeurope", "x", "x/read", subject=str(body["id"]))
    ref = Ref("azure", str(body["type"]), "s", "", str(body["id"]), name)
    live = Document(ref, Dialect.LIVE, body, {"": call.id})  # type: ignore[arg-type]
    template = replace(live, ref=replace(ref, account="", id=f"main.json#{name}"), dialect=Dialect.ARM, calls={}, file="main.json")
    document = live if dialect is Dialect.LIVE else template
    found = interpret(document, Index.of(Snapshot.of(RUN, [call], [document])), decls())
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "kinds"), PAIRS)
def test_the_same_intent_gives_the_same_facts(name: str, kinds: tuple[type, ...]) -> None:
    live, template = read(name, Dialect.LIVE), read(name, Dialect.ARM)
    for kind in kinds:
        ours, theirs = live.facts[kind], template.facts[kind]
        assert isinstance(ours, Known), ours
        assert isinstance(theirs, Known), theirs
        assert ours.value == theirs.value


def test_what_only_the_live_cloud_shows_is_unsupported_in_a_template() -> None:
    template = read("sqlgood", Dialect.ARM)
    assert isinstance(got := template.facts[Exposure], Unknown)
    assert got.reason is Reason.UNSUPPORTED


def test_a_parameter_without_a_value_is_unresolved() -> None:
    template = read("stgood", Dialect.ARM, sku={"name": {UNRESOLVED: "parameter sku has no default"}})
    assert isinstance(got := template.facts[Replicas], Unknown)
    assert got.reason is Reason.UNRESOLVED


def test_absence_means_another_thing_in_a_template() -> None:
    """A new Cosmos DB account gets TLS 1.2; a live one without the property never chose."""
    properties = {k: v for k, v in dict(body_of("cosmosusa")["properties"]).items() if k != "minimalTlsVersion"}  # type: ignore[call-overload]
    live, template = (read("cosmosusa", dialect, properties=properties).facts[TlsFloor] for dialect in (Dialect.LIVE, Dialect.ARM))
    assert isinstance(live, Known)
    assert isinstance(template, Known)
    assert (live.value.min_version, template.value.min_version) == ("TLSv1.0", "TLSv1.2")
