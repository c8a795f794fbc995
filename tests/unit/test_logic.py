"""Readers made of readers: what one part hides does not hide what another proves, and nothing turns green by silence."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.declare.index import Index
from scanner.declare.view import View
from scanner.model.known import Known, Reason, Unknown
from scanner.model.snapshot import Document
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    AtRest,
    Backups,
    Clue,
    Get,
    Home,
    List,
    Ref,
    TypeDecl,
    arns,
    boolean,
    derive,
    fact,
    first_proven,
    flag,
    here,
    never_others,
    per_dialect,
    regions,
    through,
    together,
)
from tests.support.declared import LISTING, failed, live, snapshot, template, thing, view

_CALL = failed(LISTING)


def _lost(part: str) -> tuple[Document, Any]:
    """A document whose `part` was refused."""
    refused = failed(type(LISTING)("aws", LISTING.account, "eu-west-1", "ec2", "DescribePart", subject="thing"))
    return live({"Regions": ["us-east-1"]}, calls={"": LISTING.id, part: refused.id}), refused


def test_places_of_several_readers() -> None:
    reader = together(regions(live="Regions[]"), arns(live="Arn"))
    got = reader.read(view(live({"Regions": ["us-east-1"], "Arn": "arn:aws:sqs:eu-west-1:1:queue"})))
    assert isinstance(got, Known)
    assert [place.region for place in got.value] == ["us-east-1", "eu-west-1"]
    assert reader.where.paths(live({}).dialect) == ("Regions[]", "Arn")


def test_a_refused_part_hides_no_place_and_is_not_left_out() -> None:
    doc, refused = _lost("part")
    decl = thing(details=(Get("describe_part", put="part", params={}),))
    got = together(regions(live="Regions[]"), arns(live="part.Arn")).read(view(doc, decl, (LISTING, refused)))
    assert isinstance(got, Known)
    assert [(place.region, place.reason) for place in got.value] == [("us-east-1", None), ("", Reason.DENIED)]
    alone = together(regions(live="None[]"), arns(live="part.Arn")).read(view(doc, decl, (LISTING, refused)))
    assert isinstance(alone, Unknown)
    assert alone.reason is Reason.DENIED


def _continuous(_: Ref, on: tuple[Any, ...]) -> Backups:
    return Backups(True in on, "continuous")


def _copied(_: Ref, found: tuple[Any, ...]) -> Backups:
    return Backups(bool(found), "snapshots")


def test_the_first_that_proves_enough() -> None:
    reader = first_proven(lambda backups: backups.enabled, derive(_continuous, live="On"), derive(_copied, live="part.Copies[]"))
    decl = thing(details=(Get("describe_part", put="part", params={}),))
    doc, refused = _lost("part")
    proven = reader.read(view(live({"On": True}, calls=doc.calls), decl, (LISTING, refused)))
    assert isinstance(proven, Known)
    assert proven.value.kind == "continuous"
    silent = reader.read(view(live({"On": False}, calls=doc.calls), decl, (LISTING, refused)))
    assert isinstance(silent, Unknown)
    other = reader.read(view(live({"On": False, "part": {"Copies": ["x"]}}, calls={"": LISTING.id, "part": LISTING.id}), decl))
    assert isinstance(other, Known)
    assert other.value == Backups(True, "snapshots")
    none = reader.read(view(live({"On": False, "part": {}}, calls={"": LISTING.id, "part": LISTING.id}), decl))
    assert isinstance(none, Known)
    assert none.value.enabled is False


def test_a_reader_for_each_dialect() -> None:
    reader = per_dialect(boolean(live="Live"), boolean(cfn="Planned"))
    assert reader.read(view(live({"Live": True}))).value is True  # type: ignore[union-attr]
    assert reader.read(view(template({"Planned": False}))).value is False  # type: ignore[union-attr]
    assert isinstance(per_dialect(boolean(cfn="Planned")).read(view(live({"Planned": True}))), Unknown)


DISK = TypeDecl(
    "AWS::Test::Disk",
    List("ec2", "describe_disks", "Disks", "Id"),
    (fact(Home, place=here()), fact(AtRest, state=flag(same="Encrypted"))),
    never_others(Home, AtRest, why="made up"),
)


def _disk(name: str, encrypted: Any, refused: bool = False) -> Document:
    body = {"Encrypted": encrypted} if encrypted is not None else {}
    return Document(Ref("aws", DISK.type, LISTING.account, "eu-west-1", name, name), live({}).dialect, body, {"": LISTING.id})


def _read(doc: Document, *disks: Document) -> Any:
    reader = through(lambda _, value: Clue(kind=DISK.type, name=value), DISK.type, fact=AtRest, field="state", worst=min, decides=lambda state: state is OFF,
                     absent=NOT_SHOWN("no disk"), same="Disks[]")  # fmt: skip
    decl = thing()
    return reader.read(View(doc, Index.of(snapshot((LISTING,), (doc, *disks))), decl, {decl.type: decl, DISK.type: DISK}))


@pytest.mark.parametrize(
    ("disks", "state"),
    [
        ((("a", True), ("b", True)), ON),
        ((("a", True), ("b", False)), OFF),
        ((("a", None), ("b", False)), OFF),  # one that is proven bad stands beside one that is not known
        ((("a", None), ("b", True)), None),
        ((("a", True),), None),  # b was not read
    ],
)
def test_the_state_of_all_disks(disks: tuple[tuple[str, Any], ...], state: Any) -> None:
    got = _read(live({"Disks": ["a", "b"]}), *(_disk(*disk) for disk in disks))
    assert (got.value if isinstance(got, Known) else None) is state


def test_no_disk_says_nothing() -> None:
    assert isinstance(_read(live({"Disks": []})), Unknown)
    assert isinstance(_read(live({})), Unknown)


def test_a_reference_of_a_template_of_another_type_is_not_followed() -> None:
    got = _read(template({"Disks": [{"$ref": "Queue"}]}))
    assert isinstance(got, Unknown)
    assert "Queue" in got.detail
