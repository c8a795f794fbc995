"""Every parser of what comes from the network, under rubbish and under damaged answers: no exception but its own, no read without end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.tls.shown import Shown
from tests.support.parsers import PARSERS, encrypted, seeds


@pytest.mark.parametrize("name", sorted(PARSERS))
@given(data=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_rubbish(name: str, data: bytes) -> None:
    PARSERS[name](data)


@pytest.mark.parametrize("name", sorted(seeds()))
@given(damage=st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6)), max_size=4), cut=st.integers(0, 3000))
@settings(max_examples=80, deadline=None)
def test_a_right_answer_damaged(name: str, damage: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray(seeds()[name])
    for place, value in damage:
        at = place % len(data)
        data[at : at + len(value)] = value
    PARSERS[name](bytes(data))
    PARSERS[name](bytes(data[: cut % (len(data) + 1)]))


def test_the_right_answers_are_right() -> None:
    found = encrypted(seeds()["encrypted"])
    assert isinstance(found, Shown)
    assert len(found.chain) == 1
    for name in ("ocsp", "crl"):
        assert PARSERS[name](seeds()[name]) is None, "signed by another authority"


@pytest.mark.parametrize(
    ("name", "mark", "value"),
    [
        ("crl", b"\x0c\x04Root", b"\x56\x04Root"),
        ("certificate", b"\x0c\x04Root", b"\x03\x04Root"),
        ("certificate", b"\x0c\x04Root", b"\x56\x04Root"),
        ("crl", b"\x02\x01\x01", b"\x02\x01\x09"),
    ],
    ids=["unknown tag in a list", "a name of bits", "unknown tag in a name", "a version that is none"],
)
def test_names_of_the_wrong_kind(name: str, mark: bytes, value: bytes) -> None:
    """What the fuzzer found: `cryptography` answers with a KeyError, a TypeError, an InvalidVersion."""
    data = seeds()[name]
    assert mark in data
    PARSERS[name](data.replace(mark, value))
