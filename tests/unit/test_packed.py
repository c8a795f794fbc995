"""Packed records behave as the frozen dataclasses that type checkers take them for, from the first instance to the many that follow."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, asdict, field, fields, is_dataclass, replace
from typing import Any, Generic, TypeVar

import pytest

from scanner.model.known import Known, Origin, Source
from scanner.model.record import packed
from scanner.model.snapshot import Call

T = TypeVar("T")


@packed(frozen=True, slots=True)
class Pair(Generic[T]):
    """Two values, and a mapping of its own."""

    one: T
    other: int = 2
    more: Mapping[str, int] = field(default_factory=dict)

    @property
    def both(self) -> tuple[T, int]:
        return self.one, self.other


def _many() -> list[Pair[str]]:
    """Of the first instances and of those after the constructor was written."""
    return [Pair("a") for _ in range(200)]


def test_all_instances_are_alike() -> None:
    made = _many()
    assert len(set(map(repr, made))) == 1
    assert all(pair == made[0] for pair in made)
    assert len({id(pair.more) for pair in made}) == len(made)  # a default that is made is nobody else's
    assert made[0] == Pair("a", 2, {}) == Pair(one="a", more={}, other=2)
    assert made[0] != Pair("a", 3)
    assert made[0] != object()
    assert hash(Source(Origin.LIVE, "a")) == hash(Source(Origin.LIVE, path="a"))


@pytest.mark.parametrize("n", [0, 199])
def test_they_are_dataclasses(n: int) -> None:
    pair = _many()[n]
    assert is_dataclass(pair)
    assert [member.name for member in fields(pair)] == ["one", "other", "more"]
    assert replace(pair, other=5) == Pair("a", 5)
    assert asdict(pair) == {"one": "a", "other": 2, "more": {}}
    assert copy.copy(pair) == copy.deepcopy(pair) == pair
    assert pickle.loads(pickle.dumps(pair)) == pair
    assert pair.both == ("a", 2)
    match pair:
        case Pair(one, other):
            assert (one, other) == ("a", 2)


@pytest.mark.parametrize("n", [0, 199])
def test_they_are_frozen(n: int) -> None:
    pair: Any = _many()[n]
    for name in ("one", "new"):
        with pytest.raises(FrozenInstanceError):
            setattr(pair, name, 1)
    with pytest.raises(FrozenInstanceError):
        del pair.one
    assert not hasattr(pair, "__dict__")


@pytest.mark.parametrize("n", [0, 199])
def test_wrong_arguments_are_refused(n: int) -> None:
    cls: Any = _many()[n].__class__
    wrong: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (((), {}), ((1, 2, {}, 4), {}), ((1,), {"nothing": 2}), ((1,), {"one": 2}))
    for given, named in wrong:
        with pytest.raises(TypeError):
            cls(*given, **named)


def test_what_is_kept_beside_the_fields_is_no_field() -> None:
    call = Call("aws", "1", "eu-west-1", "ec2", "DescribeVolumes")
    assert call.id is call.id
    assert "_id" not in {member.name for member in fields(call)}
    assert call == replace(call)
    assert replace(call, subject="x").id == "aws|1|eu-west-1|ec2|DescribeVolumes|x"
    assert pickle.loads(pickle.dumps(Known(1, (Source(Origin.LIVE),)))) == Known(1, (Source(Origin.LIVE),))
