"""The Azure estate of the tests, the replay that serves it, and a scan of it through the unmodified SDKs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from providers.azure.live import AzureWorker, open
from scanner.collect.ledger import Ledger
from scanner.collect.run import Loop
from scanner.declare.decl import TypeDecl
from scanner.demo.arm import ArmReplay
from scanner.demo.arm.core import Settings
from scanner.judge.estate import Estate
from scanner.model.known import Known, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import Run, Snapshot
from scanner.plugins import load_types
from scanner.sdk import Options
from scanner.store.snapshot_file import save

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "azure"
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "azure" / "recordings"
TYPES = "providers.azure.types"
RUN = Run("2026-11-21T10:00:00Z", "test")
SMALL = ("stgood", "secret", "nightly", "web", "sqlgood", "kvgood", "cosmosgood", "shop", "rsvzone", "logs", "keep", "group")
#: Every resource is read by itself, so that a rule of the replay meets just that one. How bodies are read by Resource Graph and by
#: the types' own lists, and that it comes to the same, is the matter of test_azure_graph.
OPTIONS = Options(retries=0, call_timeout=5, timeout=60, workers=4, settings={"azure.bodies": "single"})


def estate_document(name: str = "estate.json") -> dict[str, Any]:
    """A fixture as the replay takes it."""
    loaded: dict[str, Any] = json.loads((FIXTURES / name).read_text(encoding="utf-8"))
    return loaded


def small_document() -> dict[str, Any]:
    """One or two resources of every declared type: for tests that judge very often."""
    document = estate_document()
    document["resources"] = [r for r in document["resources"] if any(part in SMALL for part in r["id"].split("/"))]
    return document


def decls() -> Mapping[str, TypeDecl]:
    return load_types(TYPES)


@contextmanager
def served(document: Mapping[str, Any], folder: Path, settings: Settings | None = None) -> Iterator[ArmReplay]:
    """The replay, and an environment in which the SDKs find it and nothing else."""
    with ArmReplay(document, tls_dir=folder, settings=settings, proxy=True) as arm, pytest.MonkeyPatch.context() as patch:
        for name in (
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "https_proxy",
            "http_proxy",
            "NO_PROXY",
            "no_proxy",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "AZURE_TOKEN_CREDENTIALS",
            "IDENTITY_ENDPOINT",
        ):
            patch.delenv(name, raising=False)
        for name, value in arm.environment().items():
            patch.setenv(name, value)
        yield arm


def worker(options: Options = OPTIONS, *targets: str) -> AzureWorker:
    """An opened worker."""
    opened = open(targets or ("",), options, decls())
    assert isinstance(opened, AzureWorker)
    return opened


def scan(options: Options = OPTIONS, *targets: str) -> Snapshot:
    """A whole scan of what the environment leads to."""
    ledger = Ledger()
    finished = Loop(worker(options, *targets), ledger, threads=options.workers, deadline=options.timeout, stop=threading.Event()).run()
    return ledger.snapshot(replace(RUN, complete=finished))


def stored() -> Snapshot:
    """The scan of the small fixture without its times: what fixtures/estates/azure.jsonl holds."""
    at = RUN.taken_at
    with TemporaryDirectory() as folder, served(small_document(), Path(folder)):
        snapshot = scan()
    return Snapshot.of(snapshot.run, (replace(call, at=at, took=0.0) for call in snapshot.calls), snapshot.documents)


@dataclass(frozen=True)
class Judged:
    """An estate with its resources by their short names (`sqlgood/app`)."""

    estate: Estate

    @classmethod
    def of(cls, snapshot: Snapshot) -> Judged:
        return cls(Estate.of(snapshot, decls()))

    def resource(self, name: str) -> Resource:
        found = [r for r in self.estate.resources if r.ref.name == name]
        assert len(found) == 1, f"{name}: {[r.ref.id for r in found]}"
        return found[0]

    def known(self, name: str, kind: type) -> Any:
        got = self.resource(name).facts[kind]
        assert isinstance(got, Known), f"{name} {kind.__name__}: {got}"
        return got.value

    def unknown(self, name: str, kind: type) -> Unknown:
        got = self.resource(name).facts[kind]
        assert isinstance(got, Unknown), f"{name} {kind.__name__}: {got}"
        return got


def one(judged: Judged, name: str, kind: str = "") -> Resource:
    """A resource by its name and, where that is not enough, the end of its type (`loadBalancers`)."""
    found = [r for r in judged.estate.resources if r.ref.name == name and r.ref.type.endswith(kind)]
    assert len(found) == 1, f"{name} {kind}: {[r.ref for r in found]}"
    return found[0]


def value(resource: Resource, kind: type) -> Any:
    """The value of a fact that must be known."""
    got = resource.facts[kind]
    assert isinstance(got, Known), f"{resource.ref.name} {kind.__name__}: {got}"
    return got.value


def countries(places: Iterable[Any]) -> list[str | None]:
    return [place.country for place in places]


if __name__ == "__main__":  # python -m tests.support.azure: after a change of the fixture or of a declaration
    save(stored(), FIXTURES.parent / "estates" / "azure.jsonl")
