"""A hand-sized estate with ground truth, scanned through the unmodified SDKs and judged row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model.known import Reason
from scanner.model.place import Confidence
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Below,
    ClientAuth,
    Deletion,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    KeyGuard,
    LogPlaces,
    Logs,
    PasswordLogin,
    Replicas,
    TlsFloor,
    Transit,
)
from scanner.store.snapshot_file import load
from tests.support.azure import FIXTURES, Judged, countries, decls, estate_document, scan, served, stored
from tests.support.cases import each


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    document = estate_document()
    group = next(r["id"] for r in document["resources"] if r["name"] == "stgood").split("/providers/")[0]
    document["resources"].append({"id": f"{group}/providers/Contoso.Example/things/odd", "name": "odd", "type": "Contoso.Example/things", "location": "Europe", "properties": {}})
    with served(document, tmp_path_factory.mktemp("arm")):
        snapshot = scan()
    assert [call for call in snapshot.calls if not call.ok] == []
    return Judged.of(snapshot)


HOMES = {
    "stgood": "NL", "stnofloor": "IE", "stuk": "GB", "stberlin": "DE", "stitaly": "IT", "data": "NO", "vnet": "CH", "logs": "NL", "sqlgood": "NL", "sqlgood/app": "NL",
    "sqlnone/plain": "IE", "kvbrazil": "BR", "kvopen": "PL", "cosmosgood": "NL", "cosmosold": "SE", "shop": "NL", "shop/staging": "NL", "rsvgeo": "FR", "web": "NL",
}  # fmt: skip


@each(("name", "country"), HOMES.items())
def test_home(judged: Judged, name: str, country: str) -> None:
    place = judged.known(name, Home).place
    assert (place.country, place.confidence) == (country, Confidence.EXACT)


@each("name", ["edge", "customers.onmicrosoft.com"])
def test_a_global_location_is_undetermined(judged: Judged, name: str) -> None:
    assert judged.known(name, Home).place.confidence is Confidence.UNDETERMINED


COPIES = [
    ("stgood", Replicas, ["IE"]), ("stnofloor", Replicas, []), ("stberlin", Replicas, ["DE"]), ("stusa", Replicas, ["US"]),
    ("sqlgood/app", Replicas, ["US"]), ("sqlnone/plain", Replicas, []), ("kvgood", Replicas, ["IE"]), ("kvopen", Replicas, []), ("kvbrazil", Replicas, []),
    ("cosmosgood", Replicas, ["NL", "IE"]), ("cosmosusa", Replicas, ["NL", "US"]), ("nightly", Replicas, []),
    ("sqlgood/app", BackupPlaces, ["IE"]), ("sqlnone/plain", BackupPlaces, []), ("cosmosgood", BackupPlaces, []), ("cosmosusa", BackupPlaces, ["IE"]),
    ("cosmosold", BackupPlaces, []), ("rsvgeo", BackupPlaces, ["FR"]), ("rsvzone", BackupPlaces, []), ("stgood", BackupPlaces, []),
    ("stgood", LogPlaces, ["NL"]), ("kvgood", LogPlaces, ["GB"]), ("kvopen", LogPlaces, []), ("sqlnone", LogPlaces, []),
]  # fmt: skip


@each(("name", "kind", "expected"), COPIES)
def test_places_of_copies(judged: Judged, name: str, kind: type, expected: list[str]) -> None:
    assert countries(judged.known(name, kind).places) == expected


FIELDS = [
    ("stgood", AtRest, "state", ON), ("sqlgood/app", AtRest, "state", ON), ("sqlnone/plain", AtRest, "state", OFF), ("sqlnone/plain", BackupEncryption, "state", OFF),
    ("stgood", KeyCustody, "holder", Holder.PROVIDER), ("stuk", KeyCustody, "holder", Holder.CUSTOMER), ("stuk", KeyCustody, "key", "cmk"),
    ("data", KeyCustody, "holder", Holder.PROVIDER), ("secret", KeyCustody, "holder", Holder.CUSTOMER), ("nightly", KeyCustody, "holder", Holder.CUSTOMER),
    ("sqlgood", KeyCustody, "holder", Holder.CUSTOMER), ("sqlgood/app", KeyCustody, "holder", Holder.CUSTOMER), ("sqlnone/plain", KeyCustody, "holder", Holder.PROVIDER),
    ("cosmosgood", KeyCustody, "holder", Holder.CUSTOMER), ("cosmosusa", KeyCustody, "holder", Holder.PROVIDER), ("rsvzone", KeyCustody, "holder", Holder.CUSTOMER),
    ("stgood", Transit, "plaintext_allowed", False), ("stnofloor", Transit, "plaintext_allowed", True), ("sqlgood", Transit, "plaintext_allowed", False),
    ("shop", Transit, "plaintext_allowed", False), ("old", Transit, "plaintext_allowed", True), ("shop/staging", Transit, "plaintext_allowed", True),
    ("stgood", TlsFloor, "min_version", "TLSv1.2"), ("stnofloor", TlsFloor, "min_version", "TLSv1.0"), ("stberlin", TlsFloor, "min_version", "TLSv1.3"),
    ("sqlgood", TlsFloor, "min_version", "TLSv1.2"), ("sqlnone", TlsFloor, "min_version", "TLSv1.0"), ("cosmosusa", TlsFloor, "min_version", "TLSv1.0"),
    ("cosmosold", TlsFloor, "min_version", "TLSv1.0"), ("shop", TlsFloor, "min_version", "TLSv1.2"), ("old", TlsFloor, "min_version", "TLSv1.0"),
    ("shop/staging", TlsFloor, "min_version", "TLSv1.1"), ("kvopen", TlsFloor, "min_version", "TLSv1.2"),
    ("kvgood", KeyGuard, "state", ON), ("kvopen", KeyGuard, "state", OFF), ("kvopen", Deletion, "guard", ON),
    ("stgood", Deletion, "guard", ON), ("stuk", Deletion, "guard", OFF), ("sqlgood/app", Deletion, "guard", ON), ("cosmosgood", Deletion, "guard", OFF),
    ("stgood", Backups, "kind", "continuous"), ("stgood", Backups, "keep_days", 29.0), ("stuk", Backups, "enabled", False),
    ("sqlgood/app", Backups, "keep_days", 35.0), ("sqlnone/plain", Backups, "keep_days", 7.0), ("cosmosgood", Backups, "keep_days", 7),
    ("cosmosusa", Backups, "every_hours", 4.0), ("cosmosusa", Backups, "keep_days", 30.0), ("cosmosold", Backups, "keep_days", 2.0),
    ("stgood", Exposure, "public", False), ("stnofloor", Exposure, "public", True), ("sqlgood", Exposure, "public", False), ("sqlnone", Exposure, "public", True),
    ("kvopen", Exposure, "public", True), ("kvbrazil", Exposure, "public", False), ("cosmosgood", Exposure, "public", False), ("cosmosusa", Exposure, "public", True),
    ("web", PasswordLogin, "allowed", False), ("legacy", PasswordLogin, "allowed", True), ("win", PasswordLogin, "allowed", True),
    ("shop", ClientAuth, "state", ON), ("old", ClientAuth, "state", OFF), ("shop/staging", ClientAuth, "state", OFF),
    ("stgood", Logs, "enabled", True), ("kvopen", Logs, "enabled", False), ("sqlgood", Logs, "keep_days", 90.0), ("sqlnone", Logs, "enabled", False),
]  # fmt: skip


@each(("name", "kind", "field", "expected"), FIELDS)
def test_field(judged: Judged, name: str, kind: type, field: str, expected: object) -> None:
    assert getattr(judged.known(name, kind), field) == expected


UNKNOWN = [
    ("stitaly", Replicas, Reason.UNRESOLVED, "no pair"),
    ("sqlnone", Transit, Reason.UNRESOLVED, "minimal TLS version"),
    ("special", PasswordLogin, Reason.UNRESOLVED, "disk"),
    ("sqlgood", LogPlaces, Reason.UNSUPPORTED, "staudit"),
    ("secret", Backups, Reason.UNSUPPORTED, "Recovery Services"),
]


@each(("name", "kind", "reason", "word"), UNKNOWN)
def test_what_cannot_be_told_is_said(judged: Judged, name: str, kind: type, reason: Reason, word: str) -> None:
    got = judged.unknown(name, kind)
    assert got.reason is reason
    assert word in got.detail


def test_an_absent_floor_is_said_in_the_evidence(judged: Judged) -> None:
    floor = judged.resource("stnofloor").facts[TlsFloor]
    assert [(source.path, source.value) for source in floor.sources] == [("properties.minimumTlsVersion", None)]
    assert "not set" in judged.known("stnofloor", TlsFloor).policy


def test_system_databases_are_no_subjects(judged: Judged) -> None:
    assert not [r.ref for r in judged.estate.resources if r.ref.name.endswith("/master")]


def test_every_listed_resource_is_a_subject_once(judged: Judged) -> None:
    ids = [r.ref.id.lower() for r in judged.estate.resources]
    assert len(ids) == len(set(ids))
    below = {decl.type for decl in decls().values() if isinstance(decl.live, Below)}  # what the generic list lacks
    assert sum(r.ref.type not in below for r in judged.estate.resources) == 33
    assert {r.ref.name for r in judged.estate.resources if r.ref.type in below} >= {"rg-data", "rg-net", "kvgood/shop", "kvopen/old"}


@each("kind", [Replicas, BackupPlaces, LogPlaces])
def test_whether_an_undeclared_type_copies_data_is_open(judged: Judged, kind: type) -> None:
    assert set(judged.resource("odd").facts) == {Home, Replicas, BackupPlaces, LogPlaces}
    assert judged.unknown("odd", kind).reason is Reason.UNSUPPORTED


def test_evidence_names_the_call(judged: Judged) -> None:
    assert {s.call for s in judged.resource("stgood").facts[Transit].sources} == {"Microsoft.Storage/storageAccounts/read"}
    assert {s.call for s in judged.resource("sqlgood/app").facts[AtRest].sources} == {"Microsoft.Sql/servers/databases/transparentDataEncryption/read"}


def test_two_scans_give_the_same_snapshot(tmp_path: Path) -> None:
    with served(estate_document(), tmp_path):
        first, second = scan(), scan()
    assert first.documents == second.documents
    assert [call.id for call in first.calls] == [call.id for call in second.calls]


def test_the_stored_snapshot_is_current(scrubbed_environment: None) -> None:
    """Other tests judge it; after a change of the fixture or of a declaration: python -m tests.support.azure"""
    assert load(FIXTURES.parent / "estates" / "azure.jsonl") == stored()
