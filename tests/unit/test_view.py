"""A document and the calls behind its parts: a look that failed or was not made is never read as absence."""

from __future__ import annotations

from dataclasses import replace

from scanner.declare.decl import Join, fact
from scanner.declare.live import Get
from scanner.declare.readers import always, derive, flag
from scanner.declare.view import Where
from scanner.model.facts import OFF, ON, AtRest, Transit
from scanner.model.known import Known, Origin, Reason, Unknown
from scanner.model.snapshot import Call
from tests.support.declared import ACCOUNT, LISTING, failed, live, template, thing, view

DETAIL = Call("aws", ACCOUNT, "eu-west-1", "s3", "GetPolicy", "thing", permission="s3:GetPolicy", at="2026-11-21T10:00:01Z")
DECL = thing(
    fact(AtRest, state=flag(live="Encrypted", absent=OFF)), fact(Transit, plaintext_allowed=flag(live="policy.Open", absent=OFF)),
    details=(Get("get_policy", "policy", {"Name": "Name"}),),
)  # fmt: skip
ALL = {"": LISTING.id, "policy": DETAIL.id}
ENCRYPTED, OPEN = DECL.facts[0].readers[0], DECL.facts[1].readers[0]


def reason(got: object) -> Reason:
    assert isinstance(got, Unknown)
    return got.reason


def test_an_answered_part_that_says_nothing_is_absence() -> None:
    seen = view(live({"policy": {}}, calls=ALL), DECL, (LISTING, DETAIL))
    got = OPEN.read(seen)
    assert isinstance(got, Known)
    assert got.value is OFF
    assert (got.sources[0].call, got.sources[0].path, got.sources[0].at) == ("s3:GetPolicy", "policy.Open", DETAIL.at)


def test_a_failed_part_hides_its_own_facts_and_no_others() -> None:
    seen = view(live({"Encrypted": True}, calls=ALL), DECL, (LISTING, failed(DETAIL)))
    assert reason(OPEN.read(seen)) is Reason.DENIED
    encrypted = ENCRYPTED.read(seen)
    assert isinstance(encrypted, Known)
    assert encrypted.value is ON


def test_a_failed_part_is_unknown_even_if_a_body_stands_there() -> None:
    assert reason(OPEN.read(view(live({"policy": {"Open": False}}, calls=ALL), DECL, (LISTING, failed(DETAIL, Reason.TIMEOUT))))) is Reason.TIMEOUT


def test_a_part_that_nobody_read_is_not_collected() -> None:
    seen = view(live({"policy": {"Open": False}}), DECL)
    assert reason(OPEN.read(seen)) is Reason.NOT_COLLECTED


def test_a_part_whose_call_the_snapshot_does_not_hold_is_not_collected() -> None:
    seen = view(live({}, calls=ALL), DECL, (LISTING,))
    assert reason(OPEN.read(seen)) is Reason.NOT_COLLECTED
    assert reason(ENCRYPTED.read(view(live({}), DECL, ()))) is Reason.NOT_COLLECTED


def test_a_failed_main_look_hides_everything_it_would_have_said() -> None:
    seen = view(live({}, calls=ALL), DECL, (failed(), DETAIL))
    assert reason(ENCRYPTED.read(seen)) is Reason.DENIED


def test_what_the_answered_pages_of_a_broken_listing_showed_was_read() -> None:
    broken = replace(failed(LISTING, Reason.THROTTLED), pages=2, items=1)
    got = ENCRYPTED.read(view(live({"Encrypted": False}, calls=ALL), DECL, (broken, DETAIL)))
    assert isinstance(got, Known)
    assert got.value is OFF


def test_the_whole_body_is_read_only_if_its_look_was_answered() -> None:
    whole = derive(lambda _ref, bodies: len(bodies), live="@")
    assert reason(whole.read(view(live({}), thing(), (failed(),)))) is Reason.DENIED
    assert isinstance(whole.read(view(live({}), thing())), Known)


def test_a_deep_unresolved_value_makes_the_value_unresolved() -> None:
    got = view(template({"A": [{"B": {"$unresolved": "a parameter"}}]})).read(Where(cfn="A"))
    assert reason(got) is Reason.UNRESOLVED


def test_evidence_of_a_template_is_file_and_nearest_line() -> None:
    doc = template({"A": {"B": [{"C": True}]}}, lines={"": 3, "A": 5, "A.B[0]": 7})
    seen = view(doc)
    got = seen.at("A.B[0].C")
    assert not isinstance(got, Unknown)
    source = seen.source(got[0])
    assert (source.origin, source.file, source.line, source.call, source.value) == (Origin.TEMPLATE, "stack.yaml", 7, None, True)
    assert view(replace(doc, lines={})).source(got[0]).line is None


def test_evidence_with_keys_that_are_no_path() -> None:
    seen = view(live({"A": {"aws:odd key]": {"B": True}}}), thing())
    got = seen.at("A.*.B")
    assert not isinstance(got, Unknown)
    assert seen.source(got[0]).path == "A.aws:odd key].B"


def test_evidence_is_short() -> None:
    seen = view(live({"A": "x" * 1000, "B": [1, 2, 3]}))
    long, many = seen.at("A"), seen.at("B")
    assert not isinstance(long, Unknown)
    assert not isinstance(many, Unknown)
    assert len(str(seen.source(long[0]).value)) < 310
    assert seen.source(many[0]).value == "(3 items)"


JOINED = thing(
    fact(Transit, plaintext_allowed=flag(cfn="policies[].Open", absent=ON)), fact(AtRest, state=always(ON, cite="x")),
    joins=(Join("AWS::Test::Policy", on="Bucket", put="policies"),),
)  # fmt: skip
JOIN = JOINED.facts[0].readers[0]


def test_a_satellite_belongs_to_its_owner_only() -> None:
    mine = template({"Bucket": {"$ref": "Thing"}, "Open": False}, "P", "AWS::Test::Policy")
    theirs = template({"Bucket": {"$ref": "Other"}, "Open": False}, "Q", "AWS::Test::Policy")
    got = JOIN.read(view(template({}), JOINED, (), (mine,)))
    assert isinstance(got, Known)
    assert got.value is OFF
    without = JOIN.read(view(template({}), JOINED, (), (theirs,)))
    assert isinstance(without, Known)
    assert without.value is ON
    elsewhere = JOIN.read(view(template({}), JOINED, (), (replace(mine, file="other.yaml"),)))
    assert isinstance(elsewhere, Known)
    assert elsewhere.value is ON


def test_a_satellite_of_nobody_knows_whom_may_be_ours() -> None:
    stray = template({"Bucket": {"$unresolved": "a parameter"}, "Open": False}, "P", "AWS::Test::Policy")
    assert reason(JOIN.read(view(template({}), JOINED, (), (stray,)))) is Reason.UNRESOLVED
