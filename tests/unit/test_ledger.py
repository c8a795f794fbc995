"""The ledger: forgets nothing, whatever the order in which answers come."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Part
from scanner.model.known import Reason
from scanner.model.snapshot import Call
from tests.support.declared import ACCOUNT, LISTING, RUN, failed, live, ref

DETAIL = Call("aws", ACCOUNT, "eu-west-1", "s3", "GetPolicy", "thing")
DOC = live({"A": 1})
LISTED = Answer(LISTING, (DOC,))
PARTED = Answer(DETAIL, parts=(Part(ref(), "policy", {"Open": True}),))


def test_parts_find_their_document_in_any_order() -> None:
    for answers in permutations((LISTED, PARTED)):
        ledger = Ledger()
        for answer in answers:
            ledger.take(answer)
        (doc,) = ledger.documents()
        assert doc.body == {"A": 1, "policy": {"Open": True}}
        assert doc.calls == {"": LISTING.id, "policy": DETAIL.id}


def test_a_part_that_failed_is_named_and_empty() -> None:
    ledger = Ledger()
    ledger.take(LISTED)
    ledger.take(replace(PARTED, call=failed(DETAIL)))
    (doc,) = ledger.documents()
    assert "policy" not in doc.body
    assert doc.calls["policy"] == DETAIL.id


def test_of_two_looks_at_one_part_the_failed_one_stands() -> None:
    other = replace(DETAIL, operation="GetPolicyStatus")
    for answers in permutations((LISTED, PARTED, replace(PARTED, call=failed(other)))):
        ledger = Ledger()
        for answer in answers:
            ledger.take(answer)
        assert ledger.documents()[0].calls["policy"] == other.id


def test_a_failure_is_not_overwritten_by_an_answer() -> None:
    for calls in ((LISTING, failed()), (failed(), LISTING)):
        ledger = Ledger()
        ledger.take(Answer(DETAIL, more_calls=(calls[0],)))
        ledger.take(Answer(calls[1]))
        assert [c.outcome for c in ledger.snapshot(RUN).calls if c.id == LISTING.id] == [Reason.DENIED]


def test_a_mere_reference_never_takes_a_subjects_place() -> None:
    mere = replace(DOC, reference=True, body={})
    for documents in ((DOC, mere), (mere, DOC)):
        ledger = Ledger()
        for doc in documents:
            ledger.take(Answer(LISTING, (doc,)))
        assert ledger.documents() == (DOC,)


def test_what_was_left_out_and_what_was_asked() -> None:
    ledger = Ledger()
    ledger.take(Answer(LISTING, excluded=(f"aws:{ACCOUNT}/eu-west-3",)))
    ledger.take(Answer(failed(DETAIL)))
    ledger.take(Answer(failed(replace(DETAIL, subject="other"), Reason.NOT_COLLECTED)))
    taken = ledger.snapshot(replace(RUN, excluded=("azure:s",)))
    assert taken.run.excluded == (f"aws:{ACCOUNT}/eu-west-3", "azure:s")
    assert ledger.counts() == (3, 1)
    assert len(taken.calls) == 3
