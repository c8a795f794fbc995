"""The declarations of Azure types: versions that exist, permissions that read, paths that yield something somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.declare.path import Unresolved, compile_path, roots
from scanner.declare.readers import Always, Unread
from scanner.demo.arm.versions import Versions
from scanner.model.snapshot import Dialect
from scanner.sdk import Arm, Below, Child, TypeDecl
from tests.support.azure import FIXTURES, decls, estate_document, scan, served
from tests.support.cases import cases, grouped, service

DECLS = sorted(decls().values(), key=lambda decl: decl.type)
VERSIONS = Versions({}, (), strict=True)

#: Paths that no fixture yields, each with the reason.
NEVER_SEEN = {
    "tde.properties.status": "spelling of api-version 2014-04-01, which is not asked for; kept for recorded snapshots",
    "diagnostics[].properties.eventHubAuthorizationRuleId": "as workspaceId and storageAccountId: an id",
    "diagnostics[].properties.serviceBusRuleId": "as workspaceId and storageAccountId: an id",
    "diagnostics[].properties.marketplacePartnerId": "as workspaceId and storageAccountId: an id",
}


def test_there_are_types() -> None:
    assert {"Microsoft.Storage/storageAccounts", "Microsoft.Sql/servers/databases", "*/*"} <= {decl.type for decl in DECLS}


BY_SERVICE = grouped(DECLS, lambda decl: service(decl.type))


@pytest.mark.parametrize("name", BY_SERVICE)
def test_api_versions_are_served(name: str) -> None:
    with cases() as case:
        for decl in BY_SERVICE[name]:
            with case(decl.type):
                are_served(decl)


def are_served(decl: TypeDecl) -> None:
    asked = [(decl.type, decl.live.api)] if isinstance(decl.live, Arm) or (isinstance(decl.live, Below) and decl.live.suffix and not decl.live.host) else []
    asked += [(detail.kind(decl.type), detail.api) for detail in decl.details if isinstance(detail, Child)]
    for kind, api in asked:
        assert VERSIONS.known.get(kind.lower()), f"{kind} is not in the table"
        assert VERSIONS.supports(kind, api), f"{kind} has no {api}"


def test_the_permission_of_a_child_is_that_of_its_type() -> None:
    assert Child("/blobServices/default", put="x", api="1").kind("Microsoft.Storage/storageAccounts") == "Microsoft.Storage/storageAccounts/blobServices"
    assert Child("/replicationLinks", put="x", api="1").kind("Microsoft.Sql/servers/databases") == "Microsoft.Sql/servers/databases/replicationLinks"
    assert Child("/blobServices/default/providers/Microsoft.Insights/diagnosticSettings", put="x", api="1").kind("A/b") == "Microsoft.Insights/diagnosticSettings"


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for name in ("estate.json", *sorted(file.name for file in FIXTURES.glob("*.json") if file.name != "estate.json")):
        with served(estate_document(name), tmp_path_factory.mktemp("arm")):
            snapshot = scan()
        for doc in snapshot.documents:
            found.setdefault(doc.ref.type, []).append(dict(doc.body))
    return found


LIVE = grouped((decl for decl in DECLS if isinstance(decl.live, (Arm, Below))), lambda decl: service(decl.type))


@pytest.mark.parametrize("name", LIVE)
def test_every_live_path_yields_a_value_in_the_fixture(name: str, bodies: dict[str, list[dict[str, object]]]) -> None:
    with cases() as case:
        for decl in LIVE[name]:
            with case(decl.type):
                paths = {path for fact in decl.facts for path in fact.paths(Dialect.LIVE)}
                silent = sorted(path for path in paths if not any(_yields(path, body) for body in bodies.get(decl.type, [])))
                assert [path for path in silent if not _excused(decl, path)] == []


def _yields(path: str, body: dict[str, object]) -> bool:
    got = compile_path(path).read(body)  # type: ignore[arg-type]
    return not isinstance(got, Unresolved) and bool(got)


def _excused(decl: TypeDecl, path: str) -> bool:
    # What all types share (logs, locks) needs to be seen for one of them only.
    return (
        path in NEVER_SEEN
        or (roots(path) <= {"diagnostics", "locks"} and decl.type != "Microsoft.Storage/storageAccounts" and decl.type != "Microsoft.KeyVault/vaults")
        or path in {"diagnostics[].properties.workspaceId" if decl.type == "Microsoft.KeyVault/vaults" else "diagnostics[].properties.storageAccountId"}
    )


@pytest.mark.parametrize("name", BY_SERVICE)
def test_guarantees_cite_a_document_and_gaps_say_what_would_be_needed(name: str) -> None:
    with cases() as case:
        for decl in BY_SERVICE[name]:
            with case(decl.type):
                for reader in (reader for fact in decl.facts for reader in fact.readers):
                    if isinstance(reader, Always):
                        assert "Microsoft Learn" in reader.cite
                    if isinstance(reader, Unread):
                        assert len(reader.why) > 20


def test_declarations_import_no_sdk() -> None:
    for file in sorted((Path(__file__).parents[2] / "providers" / "azure").rglob("*.py")):
        if file.name not in ("session.py", "tokens.py"):
            assert "import azure" not in file.read_text(encoding="utf-8"), file
            assert "from azure" not in file.read_text(encoding="utf-8"), file
