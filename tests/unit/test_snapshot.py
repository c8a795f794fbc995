"""Snapshots: merging in any order gives one answer, a file gives back what was put in, a cut file says so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import InvalidFile
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.known import Reason
from scanner.model.resource import Ref
from scanner.model.snapshot import EVERY_TYPE, SCHEMA, Call, Dialect, Document, Run, Snapshot
from scanner.model.verdict import Status
from scanner.store.snapshot_file import dump, load, looks_like, parse, save
from tests.support.declared import LISTING, RUN, failed, live, snapshot

WORDS = st.text(alphabet=st.sampled_from("ab|/%#:\u2028\x85é\n\"'"), max_size=4) | st.sampled_from(["\ud800", "\u0000", "x y"])
FEW = st.sampled_from(["", "a", "b"])
JSON = st.recursive(st.none() | st.booleans() | st.integers() | WORDS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2), max_leaves=4)
REFS = st.builds(Ref, st.sampled_from(["aws", "azure"]), FEW, FEW, FEW, st.sampled_from(["x", "y"]) | WORDS, FEW)
CALLS = st.builds(
    Call, st.sampled_from(["aws", "azure"]), FEW, FEW, FEW, FEW, FEW, st.none() | st.sampled_from(list(Reason)), FEW, WORDS, FEW, st.lists(FEW, max_size=2).map(tuple),
    st.integers(0, 3), st.integers(0, 3), FEW, st.sampled_from([0.0, 0.25]),
)  # fmt: skip
DOCUMENTS = st.builds(
    Document, REFS, st.sampled_from(list(Dialect)), st.dictionaries(WORDS, JSON, max_size=2), st.dictionaries(FEW, FEW, max_size=2), st.dictionaries(FEW, WORDS, max_size=1),
    st.none() | st.just("f.yaml"), st.dictionaries(FEW, st.integers(1, 9), max_size=1), st.booleans(),
)  # fmt: skip
RUNS = st.builds(Run, st.sampled_from(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]), st.sampled_from(["0.1.0", "0.2.0"]), st.just(()), st.just(()), st.booleans())
SNAPSHOTS = st.builds(Snapshot.of, RUNS, st.lists(CALLS, max_size=3), st.lists(DOCUMENTS, max_size=3))


@given(SNAPSHOTS, SNAPSHOTS, SNAPSHOTS)
@settings(max_examples=60)
def test_merging_is_associative_commutative_and_idempotent(a: Snapshot, b: Snapshot, c: Snapshot) -> None:
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(a) == a


@given(SNAPSHOTS, SNAPSHOTS)
@settings(max_examples=40)
def test_merging_never_forgets_a_failure_nor_a_subject(a: Snapshot, b: Snapshot) -> None:
    merged = a.merge(b)
    failures = {call.id for call in (*a.calls, *b.calls) if not call.ok}
    assert failures <= {call.id for call in merged.calls if not call.ok}
    assert {call.id for call in (*a.calls, *b.calls)} == {call.id for call in merged.calls}
    subjects = {doc.key for doc in (*a.documents, *b.documents) if not doc.reference}
    assert subjects == {doc.key for doc in merged.documents if not doc.reference}
    assert merged.run.complete == (a.run.complete and b.run.complete)


@given(SNAPSHOTS)
@settings(max_examples=100)
def test_a_file_gives_back_what_was_put_in(taken: Snapshot) -> None:
    text = dump(taken)
    assert text.isascii()
    assert parse(text, "file") == taken
    assert dump(parse(text, "file")) == text
    assert parse(text, "file").digest() == taken.digest()


@given(REFS)
def test_the_name_of_a_resource_round_trips(named: Ref) -> None:
    assert Ref.parse(str(named)) == named
    with pytest.raises(ValueError, match="not a resource"):
        Ref.parse("a|b")


def test_a_failed_look_wins_over_the_same_that_was_answered() -> None:
    for calls in ((LISTING, failed()), (failed(), LISTING)):
        assert snapshot(calls, ()).calls == (failed(),)


def test_a_subject_wins_over_a_mere_reference() -> None:
    subject, mere = live({"A": 1}), live({"A": 1, "B": 2}, reference=True)
    for documents in ((subject, mere), (mere, subject)):
        assert snapshot((), documents).documents == (subject,)


def test_the_digest_counts_everything_but_time_taken() -> None:
    one = snapshot((LISTING,), (live({"A": 1}),))
    assert one.digest() == snapshot((replace(LISTING, took=9.0),), (live({"A": 1}),)).digest()
    assert one.digest() != snapshot((failed(),), (live({"A": 1}),)).digest()
    assert one.digest() != snapshot((LISTING,), (live({"A": 2}),)).digest()


WHOLE = snapshot((LISTING,), (live({"Encrypted": True}, "a"), live({"Encrypted": True, "Note": "héé\u2028"}, "b")), replace(RUN, targets=("aws",)))


def test_on_disk(tmp_path: Path) -> None:
    file = tmp_path / "scan.snapshot"
    save(WHOLE, file)
    assert load(file) == WHOLE
    assert looks_like(file.read_text(encoding="utf-8"))
    assert not looks_like('{"Resources": {}}')
    assert [p.name for p in tmp_path.iterdir()] == ["scan.snapshot"]


@pytest.mark.parametrize("cut", range(len(dump(WHOLE).splitlines()[0]) + 1, len(dump(WHOLE)) - 1, 7))
def test_a_file_that_was_cut_off_anywhere_says_so(cut: int) -> None:
    got = parse(dump(WHOLE)[:cut], "scan.snapshot")
    assert not got.run.complete
    lost = [call for call in got.calls if not call.ok]
    assert [(c.provider, c.outcome, c.types) for c in lost] == [("aws", Reason.NOT_COLLECTED, (EVERY_TYPE,))]


def test_what_was_cut_off_is_a_gap_in_every_judgement() -> None:
    from tests.unit.test_engine import DECL, NOW, encrypted

    lines = dump(WHOLE).splitlines(keepends=True)
    for targets, providers in ((("aws",), ["aws"]), (("aws:1", "azure"), ["aws", "azure"]), (("plan.json",), ["aws", "azure", "tls"]), ((), ["aws", "azure", "tls"])):
        head = json.loads(lines[0])
        head["run"]["targets"] = targets
        got = parse("".join([json.dumps(head) + "\n", *lines[1:-1]]), "f")
        assert [call.provider for call in got.calls if not call.ok] == providers
        verdicts = judge(Estate.of(got, {DECL.type: DECL}), [Question(encrypted)], NOW)
        assert any(v.gap and v.status is Status.UNKNOWN for v in verdicts)


def test_records_that_are_missing_or_too_many_make_it_not_whole() -> None:
    lines = dump(WHOLE).splitlines(keepends=True)
    for odd in ([*lines[:2], *lines[3:]], [*lines[:-1], '{"something": 1}\n'], [*lines[:-1], '{"end":{"calls":9,"documents":9}}\n']):
        assert not parse("".join(odd), "f").run.complete
    assert parse("".join(lines), "f").run.complete


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (1, "garbage"), (1, "[]"), (1, '{"schema": "houvast/snapshot/9", "run": {}}'), (1, f'{{"schema": "{SCHEMA}"}}'), (1, f'{{"schema": "{SCHEMA}", "run": {{"taken_at": "x", "version": "x"}}}}'),
        (2, "garbage"), (2, '{"call": {"operation": "x"}}'), (2, '{"call": {"provider": "aws", "outcome": "sunny"}}'), (2, '{"call": {"provider": "aws", "odd": 1}}'), (2, "7"), (2, '{"call": []}'),
        (3, '{"document": {"ref": "a|b", "dialect": "live", "body": {}, "calls": {}}}'), (3, '{"document": {"ref": "a|b|c|d|e|f", "dialect": "live", "body": null, "calls": {}}}'),
        (3, '{"document": {"ref": "a|b|c|d|e|f", "dialect": "odd", "body": {}, "calls": {}}}'), (3, ""), (3, '{"document": {"ref": "a|b|c|d|e|f", "dialect": "live", "body": {}}}'),
    ],
)  # fmt: skip
def test_garbage_is_refused_with_its_line(number: int, line: str) -> None:
    lines = dump(WHOLE).splitlines()
    lines[number - 1] = line
    with pytest.raises(InvalidFile) as caught:
        parse("\n".join(lines) + "\n", "scan.snapshot")
    assert caught.value.line == number
    assert caught.value.advice


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\n"])
def test_what_is_no_snapshot_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    with pytest.raises(InvalidFile):
        load(file)
    with pytest.raises(InvalidFile):
        load(tmp_path / "missing")
    with pytest.raises(InvalidFile):
        save(WHOLE, tmp_path / "missing" / "x")


def test_evidence_survives_the_file(tmp_path: Path) -> None:
    body: dict[str, Any] = {"Policy": {"Statement": [{"Effect": "Deny"}]}, "None": None, "Float": 1.5, "Deep": [[[]]]}
    doc = Document(Ref("aws", "T", "", "", "s.yaml#A|B", "A|B"), Dialect.CLOUDFORMATION, body, {}, {"k": "v"}, "s.yaml", {"": 3, "Policy": 4})
    assert parse(dump(snapshot((), (doc,))), "f").documents == (doc,)


def test_a_snapshot_of_many_targets_is_known_by_its_first_line() -> None:
    many = Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0", tuple(f"host-{n}.example.org:443" for n in range(500))), (), ())
    assert looks_like(dump(many))
    assert not looks_like('{"schema":"other"}\n{"schema":"houvast/snapshot/1"}\n')
