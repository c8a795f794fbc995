"""Records describe their fields as the standard decorator does."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import pytest

from scanner.model import record

make: Any = record.dataclass(frozen=True)
standard: Any = dataclasses.dataclass(frozen=True)


def _described(decorator: Any) -> list[Any]:
    class Base:
        first: int
        second: str = "b"

    base = decorator(Base)

    class Child(base):  # type: ignore[misc, valid-type]
        second: str = "c"
        third: list[int] = dataclasses.field(default_factory=list, repr=False)
        fourth: int = dataclasses.field(default=4, metadata={"unit": "days"})

    child = decorator(Child)
    shown = [
        [(f.name, f.type, f.default, f.default_factory, f.init, f.repr, f.hash, f.compare, f.kw_only, dict(f.metadata)) for f in dataclasses.fields(one)] for one in (base, child)
    ]
    given = child(1)
    return [shown, base.__match_args__, child.__match_args__, dataclasses.asdict(given), dataclasses.replace(given, fourth=5).fourth, repr(given).rsplit(".", 1)[-1], child.fourth]


def test_fields_are_those_of_the_standard_decorator() -> None:
    assert _described(make) == _described(standard)


def test_a_default_that_all_would_share_is_refused() -> None:
    for decorator in (make, standard):
        with pytest.raises(ValueError, match="mutable default"):
            decorator(type("Shared", (), {"__annotations__": {"items": "list[int]"}, "items": []}))


def test_members_that_are_no_fields_are_none() -> None:
    class Counted:
        one: int
        all: ClassVar[int] = 0

    found = make(Counted)
    assert [f.name for f in dataclasses.fields(found)] == ["one"]
    assert found(1) == found(1)
    assert found.all == 0


def test_ordinary_frozen_classes_may_inherit() -> None:
    class Base:
        first: int

    base = make(Base)

    class Child(base):  # type: ignore[misc, valid-type]
        second: int = 2

    made = standard(Child)(1)
    assert (made.first, made.second) == (1, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.first = 3
