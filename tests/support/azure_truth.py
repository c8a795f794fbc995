"""What a live scan of a fixture has to find: the tests of a table of ground truth. Each fixture gives its tables.

    class TestTruth(Truth):
        homes = {"stgood": "NL"}

A name is that of a resource; where several bear it, the end of its type comes first: `workspaceSettings:default`. In the module of the
class stand the fixtures `snapshot` and `judged`, made by `live()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import pytest

from scanner.model.known import Reason, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from scanner.sdk import Certificate, Home
from tests.support.azure import Judged, countries, estate_document, one, scan, served, value
from tests.support.cases import cases


def live(fixture: str) -> tuple[Any, Any]:
    """The fixtures of a module: `snapshot`, a scan of the document by this name through the unmodified SDKs; `judged`, what it says."""

    @pytest.fixture(scope="module")
    def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
        with served(estate_document(fixture), tmp_path_factory.mktemp("arm")):
            return scan()

    @pytest.fixture(scope="module")
    def judged(snapshot: Snapshot) -> Judged:
        return Judged.of(snapshot)

    return snapshot, judged


def named(judged: Judged, name: str) -> Resource:
    """A resource by its name or by `type:name`."""
    kind, _, plain = name.rpartition(":")
    return one(judged, plain, kind)


def unsupported(resource: Resource, kind: type) -> None:
    """Only the live cloud shows this: a template cannot."""
    got = resource.facts[kind]
    assert isinstance(got, Unknown), got
    assert got.reason is Reason.UNSUPPORTED


class Truth:
    """A row that fails is told by its name, and the others are tried all the same."""

    homes: ClassVar[Mapping[str, str | None]]
    """Countries; None where a geography, an edge or a global service is no country."""
    copies: ClassVar[Iterable[tuple[str, type, object]]]
    """Countries of places, in their order."""
    fields: ClassVar[Iterable[tuple[str, type, str, object]]]
    unknown: ClassVar[Iterable[tuple[str, type, Reason, str]]]
    """Why, and a word that tells it."""
    not_asked: ClassVar[Iterable[tuple[str, type]]]
    """What was seen not to apply."""

    def test_every_look_is_answered(self, snapshot: Snapshot) -> None:
        assert [call.id for call in snapshot.calls if not call.ok] == []

    def test_every_call_is_one_entry_of_the_ledger(self, snapshot: Snapshot) -> None:
        ids = [call.id for call in snapshot.calls]
        assert len(ids) == len(set(ids))

    def test_homes(self, judged: Judged) -> None:
        with cases() as case:
            for name, country in self.homes.items():
                with case(name):
                    assert value(named(judged, name), Home).place.country == country

    def test_places_of_copies(self, judged: Judged) -> None:
        with cases() as case:
            for name, kind, expected in self.copies:
                with case(f"{name} {kind.__name__}"):
                    assert countries(value(named(judged, name), kind).places) == expected

    def test_fields(self, judged: Judged) -> None:
        with cases() as case:
            for name, kind, field, expected in self.fields:
                with case(f"{name} {kind.__name__}.{field}"):
                    assert getattr(value(named(judged, name), kind), field) == expected

    def test_what_cannot_be_told_is_said(self, judged: Judged) -> None:
        with cases() as case:
            for name, kind, reason, word in self.unknown:
                with case(f"{name} {kind.__name__}"):
                    got = named(judged, name).facts[kind]
                    assert isinstance(got, Unknown), got
                    assert got.reason == reason
                    assert word in got.detail, got

    def test_what_was_seen_not_to_apply_is_not_asked(self, judged: Judged) -> None:
        with cases() as case:
            for name, kind in self.not_asked:
                with case(f"{name} {kind.__name__}"):
                    assert kind not in (got := named(judged, name).facts), got[kind]


class Certificates:
    """Beside Truth, where a fixture has some."""

    certificates: ClassVar[Iterable[tuple[str, tuple[str, ...], datetime | None, datetime, bool | None]]]
    """Names, begin, end, and whether the platform renews it."""

    def test_certificates(self, judged: Judged) -> None:
        with cases() as case:
            for name, names, begin, end, managed in self.certificates:
                with case(name):
                    got = value(named(judged, name), Certificate)
                    assert (got.names, got.not_before, got.not_after, got.managed) == (names, begin, end, managed)


class Bystanders:
    """Beside Truth: what holds no data."""

    only_placed: ClassVar[Iterable[str]]

    def test_they_are_asked_for_their_place_only(self, judged: Judged) -> None:
        with cases() as case:
            for name in self.only_placed:
                with case(name):
                    assert set(named(judged, name).facts) == {Home}
