"""Whatever a template says: InvalidFile or documents, and a value that is not known never comes out as a plain one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.cloudformation.reader import read, recognise
from scanner.collect.plan import Answer, Options
from scanner.declare.path import REFERENCE, UNRESOLVED
from scanner.errors import InvalidFile
from scanner.model.known import Json

SECRET = "s3cr3t-marker"
"""Stands in every value that cannot be known; it must be in no document."""
WORDS = st.sampled_from(["a", "b", "true", "Known", "Open", "R0", "R1", "Encrypted", "AWS::Region", "AWS::NoValue", "Yes", "NotKnown", "$ref", "$unresolved", "<<", ""])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.text(max_size=8))
FUNCTIONS = ["Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::FindInMap", "Fn::Select", "Fn::Split", "Fn::ImportValue", "Fn::Base64", "Fn::Transform", "Fn::Equals",
             "Fn::And", "Fn::Or", "Fn::Not", "Condition", "Fn::Cidr", "Fn::GetAZs", "Fn::ForEach::X", "Fn::Length"]  # fmt: skip


def _more(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(WORDS, inner, max_size=3),
        st.tuples(st.sampled_from(FUNCTIONS), inner).map(lambda pair: {pair[0]: pair[1]}),
        st.tuples(st.sampled_from(["Known", "NotKnown"]), inner, inner).map(lambda three: {"Fn::If": list(three)}),
    )


VALUES = st.recursive(SCALARS, _more, max_leaves=12)
#: Values that depend on what is not known: each holds the marker in a place that must not be reached.
OPEN = st.one_of(
    st.just({"Ref": "Open"}),
    st.just({"Fn::Sub": f"{SECRET}-${{Open}}"}),
    st.just({"Fn::Join": ["-", [SECRET, {"Ref": "Open"}]]}),
    st.just({"Fn::If": ["NotKnown", SECRET, SECRET]}),
    st.just({"Fn::ImportValue": SECRET}),
    st.just({"Fn::Transform": {"Name": SECRET}}),
    st.just({"Fn::Split": [{"Ref": "Open"}, SECRET]}),
    st.just({"Fn::Select": [{"Ref": "Open"}, [SECRET]]}),
    st.just({"Fn::FindInMap": ["M", {"Ref": "Open"}, "x"]}),
    st.just({"Fn::Unheard": SECRET}),
    st.just(f"{{{{resolve:secretsmanager:{SECRET}}}}}"),
    st.just({"Ref": "Hidden"}),
    st.just({"Fn::Sub": ["${x}", {"x": {"Ref": "Hidden"}}]}),
)


def _wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An open value inside functions that hand it on."""
    return st.one_of(
        inner.map(lambda v: {"Fn::If": ["Known", v, "x"]}),
        inner.map(lambda v: {"Fn::Select": [0, [v]]}),
        inner.map(lambda v: {"Fn::Join": ["", [v, SECRET]]}),
        inner.map(lambda v: {"Fn::Sub": [f"${{v}}{SECRET}", {"v": v}]}),
        inner.map(lambda v: {"Fn::Split": [",", v]}),
    )


def _read(text: str, name: str = "t.yaml") -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", "replace"))
        return read(path, name, Options())


def _refused_or_sound(text: str) -> None:
    """Refused with a remedy and a line of the file, or read into sound documents."""
    try:
        answer = _read(text)
    except InvalidFile as error:
        refused = error
    else:
        _sound(answer)
        return
    assert refused.advice
    assert refused.line is None or 1 <= refused.line <= text.count("\n") + text.count("\r") + 2


def _template(properties: Any, **sections: Any) -> str:
    return json.dumps(
        {
            "Parameters": {"Open": {"Type": "String"}, "Known": {"Type": "String", "Default": "x"}, "Hidden": {"Type": "String", "NoEcho": True, "Default": SECRET}},
            "Mappings": {"M": {"x": {"x": SECRET}}},
            "Conditions": {"Known": {"Fn::Equals": [1, 1]}, "NotKnown": {"Fn::Equals": [{"Ref": "Open"}, 1]}},
            "Resources": {"R0": {"Type": "AWS::A::B", "Properties": properties}, "R1": {"Type": "AWS::A::C"}},
            **sections,
        }
    )


def _walk(value: Json) -> Iterator[Json]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _walk(item)


def _sound(answer: Answer) -> None:
    """Every value is JSON, marked or plain; marks stand alone; each line is one of the file."""
    for doc in answer.documents:
        assert json.loads(json.dumps(doc.body)) == doc.body
        for value in _walk(dict(doc.body)):
            assert value is not None, "null would be read as absent"
            if isinstance(value, dict) and UNRESOLVED in value:
                assert list(value) == [UNRESOLVED]
            if isinstance(value, dict) and REFERENCE in value:
                assert set(value) <= {REFERENCE, "att", "text"}
                assert value[REFERENCE] in ("R0", "R1")
        assert all(line >= 1 for line in doc.lines.values())
        assert doc.lines[""] >= 1


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_is_refused_with_a_remedy_or_read(text: str) -> None:
    recognise(text)
    _refused_or_sound(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "Resources:",
                "\n",
                "  ",
                "A:",
                " ",
                "Type: AWS::A::B",
                "Properties:",
                "- ",
                "!Ref ",
                "!Sub ",
                "!If ",
                "[",
                "]",
                "{",
                "}",
                ",",
                "&a ",
                "*a",
                "<<: ",
                "x",
                "'",
                '"',
                "${A}",
                "? ",
                "|",
                "!!str ",
            ]
        ),
        max_size=40,
    )
)
@settings(max_examples=400, deadline=None)
def test_pieces_of_templates_in_any_order(pieces: list[str]) -> None:
    _refused_or_sound("Resources:\n  A:\n    Type: AWS::A::B\n" + "".join(pieces))


@given(VALUES, VALUES, VALUES)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_values_in_any_place(properties: Any, conditions: Any, parameters: Any) -> None:
    for text in (_template(properties), _template({"P": properties}), _template({"P": {"Fn::If": ["c", 1, 2]}}, Conditions={"c": conditions}, Parameters={"Open": parameters})):
        _refused_or_sound(text)


@given(st.recursive(OPEN, _wrapped, max_leaves=3), st.sampled_from(["", "Deep", "List"]))
@settings(max_examples=400, deadline=None)
def test_what_is_not_known_never_becomes_a_plain_value(value: Any, place: str) -> None:
    put = {"": value, "Deep": {"In": value}, "List": ["a", value]}[place]
    answer = _read(_template({"Other": True, "P": put}))
    (first, _) = answer.documents
    assert first.body["Other"] is True
    seen = {"": lambda p: p, "Deep": lambda p: p["In"], "List": lambda p: p[1]}[place](first.body["P"])
    assert list(seen) == [UNRESOLVED], seen
    assert SECRET not in json.dumps([dict(doc.body) for doc in answer.documents])
