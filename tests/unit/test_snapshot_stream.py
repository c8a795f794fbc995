"""What is kept while a scan goes on: at any moment the answers so far, put together as the ledger does, and a gap for the rest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Part
from scanner.errors import InvalidFile
from scanner.model.known import Reason
from scanner.model.resource import Ref
from scanner.model.snapshot import EVERY_TYPE, SCHEMA, Call, Dialect, Document, Run
from scanner.store.snapshot_file import is_snapshot, load, parse
from scanner.store.snapshot_stream import Stream, lines, partial

RUN = Run("2026-01-01T00:00:00Z", "0.1.0", ("aws",), ("facts:all but Home",))
FEW = st.sampled_from(["a", "b", "é\u2028\ud800"])
REFS = st.builds(Ref, st.just("aws"), st.just("AWS::Test::Thing"), st.just("1"), st.just("eu-west-1"), FEW, st.just("x"))
CALLS = st.builds(Call, st.just("aws"), st.just("1"), st.just("eu-west-1"), st.just("ec2"), FEW, FEW, st.none() | st.sampled_from([Reason.DENIED, Reason.TIMEOUT]))
BODIES = st.dictionaries(FEW, st.none() | st.integers() | st.lists(FEW, max_size=2), max_size=2)
DOCUMENTS = st.builds(Document, REFS, st.just(Dialect.LIVE), BODIES, st.dictionaries(st.just(""), FEW, max_size=1), reference=st.booleans())
PARTS = st.builds(Part, REFS, st.sampled_from(["One", "Other"]), BODIES)
ANSWERS = st.builds(
    Answer,
    CALLS,
    st.lists(DOCUMENTS, max_size=2).map(tuple),
    st.lists(PARTS, max_size=2).map(tuple),
    st.just(()),
    st.lists(CALLS, max_size=1).map(tuple),
    st.lists(FEW.filter(str.isascii), max_size=1).map(tuple),
)
LISTED = Answer(Call("aws", "1", "eu-west-1", "ec2", "List"), (Document(Ref("aws", "T", "1", "r", "i", "n"), Dialect.LIVE, {"A": 1}, {"": "aws|1|eu-west-1|ec2|List|"}),))
READ = Answer(replace(LISTED.call, operation="Get", subject="i"), parts=(Part(LISTED.documents[0].ref, "Rest", {"B": 2}),))


@given(st.lists(ANSWERS, max_size=6), st.data())
@settings(max_examples=80, deadline=None)
def test_the_file_holds_at_any_moment_what_the_ledger_holds(answers: list[Answer], data: st.DataObject) -> None:
    head = f'{{"schema":"{SCHEMA}","run":{{"complete":false,"excluded":[],"taken_at":"2026-01-01T00:00:00Z","targets":["aws"],"version":"0.1.0"}}}}\n'
    at = data.draw(st.integers(0, len(answers)))
    # one look is made once in a run: an answer that comes twice is no case
    taken = list({answer.call.id: answer for answer in answers[:at]}.values())
    ledger, text = Ledger(), head
    for answer in taken:
        ledger.take(answer)
        text += "".join(f"{line}\n" for line in lines(answer))
    got, held = parse(text, "f"), ledger.snapshot(RUN)
    assert not got.run.complete
    assert [call for call in got.calls if call.types != (EVERY_TYPE,)] == [call for call in held.calls if call.types != (EVERY_TYPE,)]
    assert [call.outcome for call in got.calls if call.types == (EVERY_TYPE,)] == [Reason.NOT_COLLECTED]
    assert {doc.ref for doc in got.documents if not doc.reference} == {doc.ref for doc in held.documents if not doc.reference}
    if len({doc.key for answer in taken for doc in answer.documents}) == sum(len(answer.documents) for answer in taken) and len({call.id for call in held.calls}) == sum(
        1 + len(answer.more_calls) for answer in taken
    ):
        assert got.documents == held.documents


def test_it_lies_beside_the_snapshot_until_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text("yesterday's", encoding="utf-8")
    stream = Stream(tmp_path / "s.jsonl", RUN)
    ledger = Ledger(stream.take)
    ledger.take(LISTED)
    assert [doc.body for doc in load(stream.path).documents] == [{"A": 1}]  # written already, without closing
    ledger.take(READ)
    seen = load(stream.path)
    assert [(doc.body, sorted(doc.calls)) for doc in seen.documents] == [({"A": 1, "Rest": {"B": 2}}, ["", "Rest"])]
    assert seen.run == replace(RUN, complete=False)
    assert is_snapshot(stream.path)
    assert (tmp_path / "s.jsonl").read_text(encoding="utf-8") == "yesterday's"
    stream.remove()
    stream.take(LISTED)
    assert [path.name for path in tmp_path.iterdir()] == ["s.jsonl"]


def test_a_part_whose_call_failed_or_was_lost_is_not_there(tmp_path: Path) -> None:
    stream = Stream(tmp_path / "s.jsonl", RUN)
    stream.take(LISTED)
    stream.take(replace(READ, call=replace(READ.call, outcome=Reason.DENIED), excluded=("aws:1/eu-west-3",)))
    stream.close()
    refused = load(stream.path)
    assert [(doc.body, sorted(doc.calls)) for doc in refused.documents] == [({"A": 1}, ["", "Rest"])]
    assert refused.run.excluded == ("aws:1/eu-west-3", "facts:all but Home")
    text = stream.path.read_text(encoding="utf-8")
    lost = parse("".join(line for line in text.splitlines(keepends=True) if '"Get"' not in line or '"part"' in line), "f")
    assert [(doc.body, sorted(doc.calls)) for doc in lost.documents] == [({"A": 1}, [""])]


def test_what_cannot_be_written_is_said_before_anything_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="cannot be written"):
        Stream(tmp_path / "none" / "s.jsonl", RUN)


def test_a_full_disk_ends_the_stream_and_not_the_scan(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    stream = Stream(tmp_path / "s.jsonl", RUN)
    assert stream._file is not None
    with Path("/dev/full").open("wb", buffering=0) as full:
        os.dup2(full.fileno(), stream._file.fileno())
        stream.take(LISTED)
    stream.take(READ)
    assert load(stream.path).documents == ()
    assert not load(stream.path).run.complete


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (tmp_path / "s.jsonl.partial").symlink_to("precious")
    Stream(tmp_path / "s.jsonl", RUN).close()
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"
    assert is_snapshot(tmp_path / "s.jsonl.partial")


def test_the_partial_file_is_named_after_the_snapshot() -> None:
    assert partial(Path("a/monday.jsonl")) == Path("a/monday.jsonl.partial")
