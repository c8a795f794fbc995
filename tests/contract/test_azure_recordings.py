"""What Azure really sent: recorded bodies of the declared types are read without an answer that they do not deserve."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from providers.azure.found import ref_of
from scanner.declare.decl import TypeDecl
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.model.known import Known, Reason, Unknown
from scanner.model.snapshot import Call, Dialect, Document, Snapshot
from scanner.sdk import AtRest, Home, Replicas, TlsFloor, trim
from tests.support.azure import FIXTURES, RECORDINGS, RUN, decls

OWN = sorted((FIXTURES / "recorded").glob("*.json"))
SHARED = sorted(RECORDINGS.glob("microsoft.*.json")) if RECORDINGS.is_dir() else []

#: Facts that a recorded body leaves unparsable, and why it deserves it.
DESERVED = {
    ("Microsoft.RecoveryServices/vaults", "BackupPlaces"): "api-versions before 2023-02-01 do not give the redundancy",
    ("Microsoft.DocumentDB/databaseAccounts", "Replicas"): "recorded while the account was made: it names no region yet",
}


def bodies(file: Path) -> Iterator[dict[str, Any]]:
    recorded = json.loads(file.read_text(encoding="utf-8"))
    body = recorded.get("body")
    if recorded.get("status") not in (200, 201) or not isinstance(body, dict):
        return
    items = body["value"] if isinstance(body.get("value"), list) else [body]
    yield from (item for item in items if isinstance(item, dict) and item.get("id") and isinstance(item.get("properties"), dict))


def declared(body: dict[str, Any]) -> TypeDecl | None:
    by_lower = {kind.lower(): decl for kind, decl in decls().items()}
    return by_lower.get(str(body.get("type", "")).lower())


def read(body: dict[str, Any], decl: TypeDecl) -> dict[str, Known[Any] | Unknown]:
    call = Call("azure", "sub", "", decl.type.split("/")[0], f"{decl.type}/read", subject=body["id"])
    document = Document(ref_of(body, decl.type, "sub"), Dialect.LIVE, trim(body, decl.keep(Dialect.LIVE)), {"": call.id})
    resource = interpret(document, Index.of(Snapshot.of(RUN, [call], [document])), decls())
    assert resource is not None
    return {kind.__name__: fact for kind, fact in resource.facts.items()}


def check(file: Path) -> int:
    number = 0
    for body in bodies(file):
        decl = declared(body)
        if decl is None:
            continue
        number += 1
        for name, fact in read(body, decl).items():
            if isinstance(fact, Unknown) and fact.reason in (Reason.UNPARSABLE, Reason.DEFECT):
                assert (decl.type, name) in DESERVED, f"{file.name}: {name}: {fact}"
    return number


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.stem)
def test_own_recordings(file: Path) -> None:
    assert check(file) > 0


def test_shared_recordings() -> None:
    if not SHARED:
        pytest.skip("no recordings beside the checkout (../shared/azure/recordings)")
    assert sum(check(file) for file in SHARED) > 140


def test_official_examples() -> None:
    """The answers of the REST reference, of every declared type that it has examples of."""
    files = sorted((RECORDINGS.parent / "examples").glob("microsoft.*.json"))
    if not files:
        pytest.skip("no examples beside the checkout (../shared/azure/examples)")
    types, number = set[str](), 0
    for file in files:
        loaded = json.loads(file.read_text(encoding="utf-8"))
        example = loaded.get("body", loaded)
        for body in example["value"] if isinstance(example.get("value"), list) else [example]:
            decl = declared(body) if isinstance(body, dict) and body.get("id") and isinstance(body.get("properties"), dict) else None
            if decl is None:
                continue
            types.add(decl.type)
            number += 1
            for name, fact in read(body, decl).items():
                if isinstance(fact, Unknown) and fact.reason is Reason.UNPARSABLE:
                    assert (decl.type, name) in DESERVED, f"{file.name}: {name}: {fact}"
    assert (len(types) >= 40, number >= 100) == (True, True)


def test_places_and_floors_as_azure_spells_them() -> None:
    seen: dict[str, dict[str, Known[Any] | Unknown]] = {}
    for file in OWN:
        for body in bodies(file):
            decl = declared(body)
            if decl is not None:
                seen.setdefault(decl.type, read(body, decl))
    account = seen["Microsoft.Storage/storageAccounts"]
    assert isinstance(account[TlsFloor.__name__], Known)
    assert isinstance(account[AtRest.__name__], Known)
    cosmos = seen["Microsoft.DocumentDB/databaseAccounts"]
    assert isinstance(home := cosmos[Home.__name__], Known)
    assert home.value.place.country == "US"
    assert isinstance(copies := cosmos[Replicas.__name__], Known)
    assert copies.value.places
