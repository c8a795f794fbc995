"""Paths: absent, unresolved and wrongly shaped are three different answers, and none of them is dropped in silence."""

from __future__ import annotations

from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.collect.trim import trim
from scanner.declare.path import PathError, Unresolved, compile_path, prefixes, roots, unresolved, within
from scanner.model.known import Reason

OPEN: Any = {"$unresolved": "parameter Encrypt has no default"}


def read(path: str, body: Any) -> Any:
    got = compile_path(path).read(body)
    return got if isinstance(got, Unresolved) else [(s.path, s.value) for s in got]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("A", {"A": 1}, [("A", 1)]),
        ("A", {"A": False}, [("A", False)]),
        ("A", {"A": 0}, [("A", 0)]),
        ("A", {"A": ""}, [("A", "")]),
        ("A", {}, []),
        ("A", {"A": None}, []),
        ("A.B", {"A": {"B": "x"}}, [("A.B", "x")]),
        ("A.B", {"A": None}, []),
        ("A[0].B", {"A": [{"B": 1}, {"B": 2}]}, [("A[0].B", 1)]),
        ("A[-1]", {"A": [1, 2]}, [("A[1]", 2)]),
        ("A[3]", {"A": [1]}, []),
        ("A[].B", {"A": [{"B": 1}, {}, {"B": 2}]}, [("A[0].B", 1), ("A[2].B", 2)]),
        ("A[].B", {"A": {"B": 1}}, [("A.B", 1)]),
        ("A[].B[].C", {"A": [{"B": [{"C": 1}]}, {"B": [{"C": 2}, {"C": 3}]}]}, [("A[0].B[0].C", 1), ("A[1].B[0].C", 2), ("A[1].B[1].C", 3)]),
        ("A.*.B", {"A": {"y": {"B": 2}, "x": {"B": 1}}}, [("A.x.B", 1), ("A.y.B", 2)]),
        ("A[?S=='on'].N", {"A": [{"S": "on", "N": 1}, {"S": "off", "N": 2}]}, [("A[0].N", 1)]),
        ("A[?S!='on'].N", {"A": [{"S": "on", "N": 1}, {"N": 2}]}, [("A[1].N", 2)]),
        ("A[?S].N", {"A": [{"S": True, "N": 1}, {"S": False, "N": 2}, {"N": 3}]}, [("A[0].N", 1)]),
        ("A[?!S].N", {"A": [{"S": True, "N": 1}, {"S": "false", "N": 2}]}, [("A[1].N", 2)]),
        ("A[?S==`true`].N", {"A": [{"S": "true", "N": 1}, {"S": "False", "N": 2}, {"S": True, "N": 3}]}, [("A[0].N", 1), ("A[2].N", 3)]),
        ("A[?X=='1' && Y=='2'].N", {"A": [{"X": "1", "Y": "2", "N": 1}, {"X": "1", "Y": "3", "N": 2}]}, [("A[0].N", 1)]),
        ("A[?X=='1' || Y=='2'].N", {"A": [{"X": "0", "Y": "2", "N": 1}, {"X": "0", "Y": "0", "N": 2}]}, [("A[0].N", 1)]),
        ("A || B", {"B": 2}, [("B", 2)]),
        ("A || B", {"A": False, "B": True}, [("A", False)]),
        ("@", {"A": 1}, [("", {"A": 1})]),
        ('"odata.type"', {"odata.type": "x"}, [("odata.type", "x")]),
    ],
)
def test_reads(path: str, body: Any, expected: Any) -> None:
    assert read(path, body) == expected


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        ("A", {"A": OPEN}, "A"),
        ("A.B", {"A": OPEN}, "A"),
        ("A[0]", {"A": OPEN}, "A"),
        ("A[0]", {"A": [OPEN]}, "A[0]"),
        ("A[].B", {"A": [{"B": 1}, OPEN]}, "A[1]"),
        ("A[].B", {"A": [{"B": OPEN}, {"B": 1}]}, "A[0].B"),
        ("A.*", {"A": {"x": OPEN}}, "A.x"),
        ("A || B", {"A": OPEN, "B": 1}, "A"),
        ("A[?S=='on'].N", {"A": [{"S": "on", "N": 1}, {"S": OPEN, "N": 2}]}, "A[1].S"),
        ("A[?S=='on'].N", {"A": [OPEN]}, "A[0]"),
        ("A[?S=='on' || T=='on'].N", {"A": [{"S": "on", "T": OPEN}]}, "A[0].T"),
        ("A[?S=='on' && T=='on'].N", {"A": [{"S": "off", "T": OPEN}]}, "A[0].T"),
        ("A[?!S].N", {"A": [{"S": OPEN}]}, "A[0].S"),
        ("@", OPEN, ""),
    ],
)
def test_an_unresolved_value_on_the_way_is_the_answer(path: str, body: Any, at: str) -> None:
    got = compile_path(path).read(body)
    if path == "@":
        assert not isinstance(got, Unresolved)
        assert within(got[0].value) == OPEN["$unresolved"]  # the reader looks into what it got
    else:
        assert isinstance(got, Unresolved)
        assert (got.path, got.reason) == (at, Reason.UNRESOLVED)
        assert OPEN["$unresolved"] in got.why


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("A.B", {"A": "text"}),
        ("A.B", {"A": [{"B": 1}]}),
        ("A[0]", {"A": {"B": 1}}),
        ("A[].B", {"A": "text"}),
        ("A[].B", {"A": [1]}),
        ("A.*", {"A": [1]}),
        ("A[?S=='on'].N", {"A": [{"S": {"odd": 1}}]}),
        ("A[?S=='1'].N", {"A": [{"S": 1}]}),
        ("A[?S==`true`].N", {"A": [{"S": 1}]}),
        ("A[?S==`true`].N", {"A": [{"S": "yes"}]}),
    ],
)
def test_another_shape_is_unparsable_and_never_absent(path: str, body: Any) -> None:
    got = compile_path(path).read(body)
    assert isinstance(got, Unresolved)
    assert got.reason is Reason.UNPARSABLE


@pytest.mark.parametrize("path", ["A.", "length(A)", "A[?B > `1`]", "{a: A}", "[A, B]", "A[?B[].C == 'x']", "A[?contains(B, 'x')]", "A[0:2]", "&A"])
def test_what_a_declaration_may_not_use_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        compile_path(path)


def test_unresolved_and_within() -> None:
    assert unresolved(OPEN)
    assert unresolved({"a": OPEN}) is None
    assert within({"a": [1, {"b": OPEN}]}) == OPEN["$unresolved"]
    assert within({"a": [1, None, "x"]}) is None


def test_roots_and_prefixes() -> None:
    assert roots("A.B || C[].D") == {"A", "C"}
    assert prefixes("A[?S=='on'].N.M") == {("A", "S"), ("A", "N", "M")}
    assert prefixes("A[?S=='on'].N[?K=='x'].V") == {("A", "S"), ("A", "N", "K"), ("A", "N", "V")}  # what the outer filter asks is kept too
    assert prefixes("A.*.B") == {("A", "*", "B")}
    assert prefixes("@") == {()}
    assert roots("@") == set()


PATHS = [
    "A", "A.B", "A[].B", "A[0].B", "A[].B[].C", "A.*.B", "A[?B=='x'].C", "A[?B=='x']", "A[?B!='x' && C].D", "A || B", "A.B || B.A", "A[?!B].C", "@", "A.*", "*.B", "(A || B).C",
    "A[*].B", "A[?B].B", "A[-1].C", "A[?@ == 'x']",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["x", "y", ""]) | st.just({"$unresolved": "why"})
BODIES = st.dictionaries(
    st.sampled_from("ABCD"),
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ABCD"), inner, max_size=3), max_leaves=8),
    max_size=4,
)


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=40)
@given(body=BODIES)
def test_trimming_takes_nothing_away_that_a_path_reads(path: str, body: dict[str, Any]) -> None:
    compiled = compile_path(path)
    whole, trimmed = compiled.read(body), compiled.read(trim(body, prefixes(path)))
    if isinstance(whole, Unresolved):
        assert isinstance(trimmed, Unresolved)
        assert (trimmed.path, trimmed.reason) == (whole.path, whole.reason)
    else:
        assert trimmed == whole


@pytest.mark.parametrize("path", ["A", "A.B", "A[0].B", "A[-1].C", "A[*].B", "A[?B=='x'].C", "A.*.B"])
@settings(max_examples=40)
@given(body=BODIES)
def test_where_all_is_resolved_the_answer_is_that_of_jmespath(path: str, body: dict[str, Any]) -> None:
    if within(body) is not None:
        return
    ours = compile_path(path).read(body)
    if isinstance(ours, Unresolved):
        return  # a shape that jmespath would pass over in silence
    theirs = jmespath.search(path, body)
    values = [seen.value for seen in ours]
    if theirs is None:
        # an object where a list is declared is a list of one: more is seen than jmespath sees, never less
        assert not values or isinstance(body["A"], dict)
    elif compile_path(path).many and isinstance(theirs, list):
        assert values == [value for value in theirs if value is not None]
    else:
        assert values == [theirs]
