"""Readers: absence means what was declared, everything that is not understood is Unknown."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.declare.decl import DeclarationError, TypeDecl, fact, never_others
from scanner.declare.interpret import interpret, read_fact
from scanner.declare.readers import NOT_SHOWN, NotApplicable, Reader, Unresolvable, always, boolean, by_dialect, choice, derive, flag, number, of, text, unread
from scanner.model.facts import OFF, ON, AtRest, Home, KeyCustody, TlsFloor, Transit
from scanner.model.known import Known, Origin, Reason, Unknown
from scanner.model.place import Place
from scanner.model.snapshot import Document
from tests.support.declared import BUCKET, bucket, failed, live, template, thing, view


def reading(reader: Reader[Any], body: dict[str, Any], doc: Document | None = None) -> Any:
    got = reader.read(view(doc or live(body)))
    return got.value if isinstance(got, Known) else got.reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, ON), (False, OFF), ("true", ON), ("False", OFF), ("Enabled", ON), ("disabled", OFF), ("enabledd", Reason.UNPARSABLE), (1, Reason.UNPARSABLE), ({}, Reason.UNPARSABLE), ("", Reason.UNPARSABLE)],
)  # fmt: skip
def test_flag(value: Any, expected: Any) -> None:
    assert reading(flag(live="X", on=("Enabled",), off=("Disabled",)), {"X": value}) == expected


@pytest.mark.parametrize(("value", "expected"), [(7, 7), ("7", 7), (0, 0), (True, Reason.UNPARSABLE), ("seven", Reason.UNPARSABLE), ("NaN", Reason.UNPARSABLE), (float("nan"), Reason.UNPARSABLE), ("inf", Reason.UNPARSABLE), ([7], Reason.UNPARSABLE)])  # fmt: skip
def test_number(value: Any, expected: Any) -> None:
    assert reading(number(live="X"), {"X": value}) == expected


def test_number_with_a_unit_that_does_not_fit_is_unparsable() -> None:
    assert reading(number(live="X", then=lambda n: 24 / n), {"X": 48}) == 0.5
    assert reading(number(live="X", then=lambda n: 24 / n), {"X": 0}) is Reason.UNPARSABLE


def test_boolean_and_its_negation() -> None:
    assert reading(boolean(live="X"), {"X": True}) is True
    assert reading(boolean(live="X", negate=True), {"X": "true"}) is False
    assert reading(boolean(live="X", true=("yes",), false=("no",)), {"X": "NO"}) is False


def test_a_word_that_a_table_does_not_hold_is_no_default() -> None:
    reader = choice({"TLS1_2": "TLSv1.2"}, live="X", absent="TLSv1.0")
    assert reading(reader, {"X": "tls1_2"}) == "TLSv1.2"
    assert reading(reader, {"X": "TLS1_9"}) is Reason.UNPARSABLE
    assert reading(reader, {}) == "TLSv1.0"


READERS = [flag(live="X", cfn="X"), number(live="X", cfn="X"), text(live="X", cfn="X"), boolean(live="X", cfn="X"), choice({"a": 1}, live="X", cfn="X"), of(BUCKET.type, Home, "place", live="X", cfn="X")]  # fmt: skip


@pytest.mark.parametrize("reader", READERS, ids=lambda r: type(r).__name__)
@pytest.mark.parametrize("body", [{}, {"X": None}, {"x": True}])
def test_absence_without_a_declared_meaning_is_unparsable(reader: Reader[Any], body: dict[str, Any]) -> None:
    got = reader.read(view(live(body)))
    assert isinstance(got, Unknown)
    assert got.reason is Reason.UNPARSABLE
    assert "X is absent" in got.detail


@pytest.mark.parametrize("reader", READERS, ids=lambda r: type(r).__name__)
def test_an_unresolved_value_is_unresolved(reader: Reader[Any]) -> None:
    assert reading(reader, {}, template({"X": {"$unresolved": "parameter"}})) is Reason.UNRESOLVED
    assert reading(reader, {}, template({"X": {"deep": [{"$unresolved": "parameter"}]}})) is Reason.UNRESOLVED


def test_absence_has_the_declared_meaning_only_when_the_look_was_answered() -> None:
    reader = flag(live="X", absent=OFF)
    assert reading(reader, {}) is OFF
    got = reader.read(view(live({}), calls=(failed(),)))
    assert isinstance(got, Unknown)
    assert got.reason is Reason.DENIED
    assert "AccessDenied" in got.detail


def test_absence_by_dialect() -> None:
    reader = number(live="X", cfn="X", absent=by_dialect(live=0, cfn=NOT_SHOWN("the parameter group decides")))
    assert reading(reader, {}) == 0
    assert reading(reader, {}, template({})) is Reason.UNRESOLVED
    assert reading(number(live="X", cfn="X", absent=by_dialect(cfn=1)), {}) is Reason.UNPARSABLE


def test_a_dialect_without_a_path_is_unsupported() -> None:
    assert reading(flag(live="X", absent=OFF), {}, template({"X": True})) is Reason.UNSUPPORTED
    assert reading(flag(live="X", cfn=NOT_SHOWN, absent=OFF), {}, template({"X": True})) is Reason.UNSUPPORTED


def test_several_different_answers_are_none() -> None:
    body = {"Rules": [{"S": "AES256"}, {"S": "none"}]}
    assert reading(text(live="Rules[].S"), body) is Reason.UNPARSABLE
    assert reading(text(live="Rules[].S"), {"Rules": [{"S": "AES256"}, {"S": "AES256"}]}) == "AES256"
    assert reading(flag(live="Rules[].S"), {"Rules": [{"S": True}, {"S": "odd"}]}) is Reason.UNPARSABLE


def test_of_several_paths_the_first_that_gives_something() -> None:
    assert reading(text(live=("A", "B")), {"B": "b"}) == "b"
    assert reading(text(live=("A", "B")), {"A": "a", "B": "b"}) == "a"
    assert reading(text(live=("A", "B")), {}, template({})) is Reason.UNSUPPORTED
    assert reading(text(cfn=("A", "B")), {}, template({"A": {"$unresolved": "x"}, "B": "b"})) is Reason.UNRESOLVED


def test_always_and_unread() -> None:
    got = always(ON, cite="the manual", since="2023").read(view(live({})))
    assert isinstance(got, Known)
    assert (got.value, got.sources[0].origin, got.sources[0].value) == (ON, Origin.PLATFORM, "the manual, since 2023")
    assert reading(unread("needs a reader"), {}) is Reason.UNSUPPORTED


def test_derive_never_sees_an_unknown_and_cannot_break_the_run() -> None:
    seen: list[Any] = []

    def function(ref: Any, *values: Any) -> str:
        seen.append(values)
        return "x"

    assert reading(derive(function, live=("A[]", "B")), {"A": [1, 2]}) == "x"
    assert seen == [((1, 2), ())]
    assert reading(derive(function, cfn="A"), {}, template({"A": {"deep": {"$unresolved": "x"}}})) is Reason.UNRESOLVED
    assert len(seen) == 1
    for error in (KeyError("k"), IndexError("i"), TypeError("t"), AttributeError("a"), ZeroDivisionError("z"), ValueError("v")):

        def broken(ref: Any, values: Any, error: Exception = error) -> str:
            raise error

        assert reading(derive(broken, live="A"), {}) is Reason.UNPARSABLE

    def unable(ref: Any, values: Any) -> str:
        raise Unresolvable(Reason.UNSUPPORTED, "a condition")

    assert reading(derive(unable, live="A"), {}) is Reason.UNSUPPORTED


KEYED = thing(fact(AtRest, state=flag(live="X", cfn="X")))


def holder(body: dict[str, Any], *others: Document, **more: Any) -> Any:
    reader = of(BUCKET.type, Home, "place", live="To[]", cfn="To[]", **more)
    got = reader.read(view(live(body), others=others))
    return got.value if isinstance(got, Known) else got.reason


def test_a_reference_is_followed_or_unknown() -> None:
    assert holder({"To": ["arn:aws:s3:::a"]}, bucket("a", "eu-west-1")).country == "IE"
    assert holder({"To": ["a"]}, bucket("a", "eu-west-1")).country == "IE"
    assert holder({"To": ["b"]}, bucket("a", "eu-west-1")) is Reason.UNRESOLVED
    assert holder({"To": [{"odd": 1}]}, bucket("a", "eu-west-1")) is Reason.UNPARSABLE
    assert holder({}) is Reason.UNPARSABLE
    assert holder({}, absent="none") == "none"


def test_of_several_references_no_single_one_is_chosen() -> None:
    same, other = (bucket("a", "eu-west-1"), bucket("b", "eu-west-1")), (bucket("a", "eu-west-1"), bucket("b", "us-east-1"))
    assert holder({"To": ["a", "b"]}, *same).country == "IE"
    assert holder({"To": ["a", "b"]}, *other) is Reason.UNPARSABLE
    assert holder({"To": ["a", "c"]}, *same) is Reason.UNRESOLVED


def test_early_answers_from_the_name_alone() -> None:
    place = Place("early")
    assert holder({"To": ["alias/aws/s3"]}, early=lambda _ref, id: place if id.startswith("alias/aws/") else None) == place
    assert holder({"To": ["a"]}, bucket("a", "eu-west-1"), early=lambda _ref, _id: None).country == "IE"

    def odd(_ref: Any, id: str) -> Place:
        return Place(id.split(":")[9])

    assert holder({"To": ["a"]}, early=odd) is Reason.UNPARSABLE


def test_a_reference_whose_own_look_failed_is_unknown_for_that_reason() -> None:
    decl = TypeDecl("AWS::KMS::Key", None, (fact(Home, place=text(live="Where", absent="here")),), never_others(Home, why="made up"))
    from scanner.declare.index import Index
    from scanner.declare.view import View
    from tests.support.declared import LISTING, ref, snapshot

    describe = failed(LISTING.__class__("aws", "111122223333", "eu-west-1", "kms", "DescribeKey", "key-1"))
    key = Document(ref("key-1", "AWS::KMS::Key"), live({}).dialect, {}, {"": describe.id}, reference=True)
    doc = live({"K": "key-1"})
    seen = View(doc, Index.of(snapshot((LISTING, describe), (doc, key))), thing(), {decl.type: decl})
    got = of(decl.type, Home, "place", live="K").read(seen)
    assert isinstance(got, Unknown)
    assert got.reason is Reason.DENIED


def test_references_in_a_circle_end() -> None:
    decl = TypeDecl("AWS::Test::Thing", None, (fact(KeyCustody, holder=of("AWS::Test::Thing", KeyCustody, "holder", live="Next")),), never_others(KeyCustody, why="made up"))
    first, second = live({"Next": "b"}, "a"), live({"Next": "a"}, "b")
    got = read_fact(decl.facts[0], view(first, decl, others=(second,)))
    assert isinstance(got, Unknown)


def test_a_fact_is_never_half_known() -> None:
    declared = fact(AtRest, state=flag(live="S"), algorithm=text(live="A"))
    assert isinstance(read_fact(declared, view(live({"S": True}))), Unknown)
    known = read_fact(declared, view(live({"S": True, "A": "AES256"})))
    assert isinstance(known, Known)
    assert known.value == AtRest(ON, "AES256")
    assert [s.path for s in known.sources] == ["S", "A"]


def test_a_fact_is_left_out_only_where_it_was_seen_not_to_apply() -> None:
    def floor(_ref: Any, protocol: tuple[str, ...]) -> str:
        if protocol == ("HTTP",):
            raise NotApplicable("no TLS here")
        return "TLSv1.2"

    decl = thing(fact(TlsFloor, min_version=derive(floor, live="Protocol")), fact(Transit, plaintext_allowed=always(True, cite="x")))
    cases: tuple[tuple[Any, bool], ...] = (({"Protocol": "HTTP"}, False), ({"Protocol": "HTTPS"}, True), ({"Protocol": {"$unresolved": "x"}}, True))
    for body, expected in cases:
        seen = view(live(body), decl)
        resource = interpret(seen.doc, seen.index, seen.decls)
        assert resource is not None
        assert (TlsFloor in resource.facts) is expected
        assert Transit in resource.facts


def test_a_declaration_contradicting_itself_is_refused() -> None:
    with pytest.raises(DeclarationError, match="has no field colour"):
        fact(AtRest, colour=ON)
    with pytest.raises(DeclarationError, match="neither declares nor excuses"):
        TypeDecl("AWS::Test::Thing", None, (), {})
    with pytest.raises(DeclarationError, match="twice"):
        TypeDecl("AWS::Test::Thing", None, (fact(AtRest, state=ON), fact(AtRest, state=ON)), never_others(AtRest, why="x"))
