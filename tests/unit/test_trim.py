"""Trimming keeps what declarations read, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.collect.trim import jsonable, trim, trim_template
from scanner.declare.decl import Join, fact
from scanner.declare.readers import boolean, flag
from scanner.model.facts import AtRest, Transit
from tests.support.declared import template, thing


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ([], {}),
        ([("A",)], {"A": {"B": 1, "C": 2}}),
        ([("A", "B")], {"A": {"B": 1}}),
        ([("A", "B"), ("A",)], {"A": {"B": 1, "C": 2}}),
        ([("L", "X")], {"L": [{"X": 1}, {"X": 2}, {}]}),
        ([("M", "*", "X")], {"M": {"k": {"X": 1}, "l": {"X": 2}}}),
        ([("M", "*", "X"), ("M", "k", "Y")], {"M": {"k": {"X": 1, "Y": 1}, "l": {"X": 2}}}),
        ([("S", "deep")], {"S": "secret"}),
        ([()], "whole"),
        ([("Nowhere",)], {}),
    ],
)
def test_only_what_is_read(keep: list[tuple[str, ...]], expected: Any) -> None:
    body: dict[str, Any] = {
        "A": {"B": 1, "C": 2}, "L": [{"X": 1, "Y": 1}, {"X": 2}, {"Y": 3}], "M": {"k": {"X": 1, "Y": 1, "Z": 1}, "l": {"X": 2, "Y": 2}}, "S": "secret", "Password": "hunter2",
    }  # fmt: skip
    assert trim(body, keep) == (body if expected == "whole" else expected)


def test_a_mark_of_a_template_stands_for_the_value() -> None:
    body: dict[str, Any] = {"A": {"$unresolved": "why"}, "B": [{"$ref": "Other"}], "C": {"$unresolved": "gone"}}
    assert trim(body, [("A", "X"), ("B", "X")]) == {"A": {"$unresolved": "why"}, "B": [{"$ref": "Other"}]}


def test_null_is_kept_as_it_was_answered() -> None:
    assert trim({"A": None}, [("A", "B")]) == {"A": None}


def test_jsonable() -> None:
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert jsonable({"t": at, 1: (1, 2.5, None, True), "b": b"\x00\x01", "o": {"x"}}) == {"t": "2026-11-21T10:00:00Z", "1": [1, 2.5, None, True], "b": "(2 bytes)", "o": ["x"]}
    assert jsonable(object).startswith("<class")  # type: ignore[union-attr]


def test_a_template_keeps_only_what_is_read() -> None:
    owner = thing(
        fact(AtRest, state=flag(same="Encrypted", cfn="Encrypted")),
        fact(Transit, plaintext_allowed=boolean(live="x", cfn="policy[].Document.Open")),
        joins=(Join("AWS::Test::Policy", "Bucket", "policy"),),
    )
    decls = {owner.type: owner}
    kept = trim_template(template({"Encrypted": True, "BucketName": "b", "Note": "hunter2"}, lines={"": 1, "Encrypted": 2, "Note": 3}), decls)
    assert kept.body == {"Encrypted": True, "BucketName": "b"}
    assert kept.lines == {"": 1, "Encrypted": 2}
    satellite = trim_template(template({"Bucket": {"$ref": "Thing", "att": None}, "Document": {"Open": False, "Key": "hunter2"}}, "P", "AWS::Test::Policy"), decls)
    assert satellite.body == {"Bucket": {"$ref": "Thing", "att": None}, "Document": {"Open": False}}
    assert trim_template(template({"Anything": 1}, "X", "AWS::Other::Thing"), decls).body == {}
    assert trim_template(template({"$unresolved": "broken"}, "X", "AWS::Other::Thing"), decls).body == {"$unresolved": "broken"}
