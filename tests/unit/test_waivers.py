"""Waivers: complete or an error; a fail stays a fail; an unknown is never excused; the end is said aloud."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.cli.judging import exit_code
from scanner.errors import Exit, InvalidFile
from scanner.judge.waive import waive
from scanner.model.known import Reason
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Coverage, Severity, Status, Verdict
from scanner.model.waiver import Waiver, WaiverState
from scanner.store.waiver_file import load_waivers
from tests.support.command import houvast
from tests.support.month import day, demo, public, taken

TODAY = date(2026, 11, 21)
CHECKS = ("public-exposure", "mfa")
GOOD = """
[[waiver]]
check = "public-exposure"
subject = "arn:aws:s3:::open-data"
owner = "Jan"
reason = "open by law"
until = 2027-01-31
"""


def verdict(status: Status, name: str = "open-data", check: str = "public-exposure") -> Verdict:
    ref = Ref("aws", "AWS::S3::Bucket", "1", "eu-west-1", f"arn:aws:s3:::{name}", name)
    return Verdict(check, {}, ref, "Exposure", status, "why", Severity.HIGH, (), Reason.DENIED if status is Status.UNKNOWN else None)


def waiver(subject: str = "open-data", until: date = date(2027, 1, 31), check: str = "public-exposure", owner: str = "Jan") -> Waiver:
    return Waiver(check, subject, owner, "open by law", until)


@pytest.mark.parametrize("pattern", ["open-data", "open-*", "arn:aws:s3:::open-data", "*:::open-data", "AWS::S3::Bucket", "AWS::S3::*"])
def test_id_name_and_type_are_named(pattern: str) -> None:
    (found,), (note,) = waive([verdict(Status.FAIL)], [waiver(pattern)], TODAY)
    assert found.status is Status.FAIL
    assert found.waiver == "waived by Jan until 2027-01-31: open by law"
    assert note.matched == (found.fingerprint,)
    assert note.state is WaiverState.ACTIVE


@pytest.mark.parametrize("pattern", ["open", "OPEN-DATA", "data", "AWS::RDS::*", "s3"])
def test_others_are_not_named(pattern: str) -> None:
    (found,), (note,) = waive([verdict(Status.FAIL)], [waiver(pattern)], TODAY)
    assert found.waiver is None
    assert note.matched == ()


def test_an_id_with_brackets_names_itself() -> None:
    (found,), _ = waive([verdict(Status.FAIL, "main.tf#aws_s3_bucket.open[0]")], [waiver("main.tf#aws_s3_bucket.open[0]")], TODAY)
    assert found.waiver


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.PASS])
def test_only_a_fail_can_be_waived(status: Status) -> None:
    before = verdict(status)
    (found,), (note,) = waive([before], [waiver()], TODAY)
    assert found == before
    assert note.matched == ()


@pytest.mark.parametrize(
    ("until", "state"),
    [(date(2026, 11, 20), WaiverState.EXPIRED), (TODAY, WaiverState.ENDING), (date(2026, 12, 5), WaiverState.ENDING), (date(2026, 12, 6), WaiverState.ACTIVE)],
)
def test_the_last_day_counts_and_fourteen_days_are_ahead(until: date, state: WaiverState) -> None:
    (found,), (note,) = waive([verdict(Status.FAIL)], [waiver(until=until)], TODAY)
    assert note.state is state
    assert (found.waiver is None) == (state is WaiverState.EXPIRED)
    assert ("ended on 2026-11-20" in found.why) == (state is WaiverState.EXPIRED)


def test_the_longest_waiver_counts() -> None:
    (found,), _ = waive([verdict(Status.FAIL)], [waiver(until=date(2026, 1, 1)), waiver(owner="Piet")], TODAY)
    assert found.waiver
    assert "Piet" in found.waiver


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Status), st.sampled_from(["a", "b", "open-data"]))), st.lists(st.tuples(st.sampled_from(["a", "b*", "AWS::*", "?pen-data"]), st.dates())))
def test_no_waiver_changes_a_status(verdicts: list[tuple[Status, str]], waivers: list[tuple[str, date]]) -> None:
    before = [verdict(status, name) for status, name in verdicts]
    after, notes = waive(before, [waiver(subject, until) for subject, until in waivers], TODAY)
    assert [(v.status, v.fingerprint) for v in after] == [(v.status, v.fingerprint) for v in before]
    assert len(notes) == len(waivers)
    assert all(v.status is Status.FAIL for v in after if v.waiver)


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text("# accepted\n" + GOOD)
    (found,) = load_waivers(path, CHECKS)
    assert found == Waiver("public-exposure", "arn:aws:s3:::open-data", "Jan", "open by law", date(2027, 1, 31), 3)
    path.write_text("")
    assert load_waivers(path, CHECKS) == ()


@pytest.mark.parametrize("missing", ["check", "subject", "owner", "reason", "until"])
def test_everything_is_required(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text("\n".join(line for line in GOOD.splitlines() if not line.startswith(missing)))
    with pytest.raises(InvalidFile, match=f"waivers.toml:2: the waiver has no {missing}"):
        load_waivers(path, CHECKS)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("public-exposure", "public-exposur", 3, "there is no check"),
        ("arn:aws:s3:::open-data", "*", 4, "would excuse everything"),
        ("arn:aws:s3:::open-data", "**?", 4, "would excuse everything"),
        ('"Jan"', '" "', 5, "must be text"),
        ("2027-01-31", '"2027-01-31"', 7, "is no date"),
        ("2027-01-31", "2027-01-31T00:00:00Z", 7, "is no date"),
        ("owner", "ownr", 5, "has no key 'ownr'"),
        ("[[waiver]]", "[waiver]", 2, "no [[waiver]] table"),
        ('"Jan"', '"Jan', 5, "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InvalidFile) as error:
        load_waivers(path, CHECKS)
    assert words in error.value.message
    assert error.value.line == line
    assert error.value.advice


def test_a_waived_fail_lets_the_pipeline_go_on_but_an_ended_one_does_not() -> None:
    def code(until: date) -> Exit:
        verdicts, notes = waive([verdict(Status.FAIL)], [waiver(until=until)], TODAY)
        return exit_code(Assessment("0", "", "", "", "", Coverage(1, 1, ()), verdicts, (), 1, notes))

    assert code(date(2027, 1, 31)) is Exit.OK
    assert code(date(2026, 1, 31)) is Exit.FAILED


def test_a_promise_that_waived_findings_break_is_broken(tmp_path: Path) -> None:
    from scanner.store.snapshot_file import save

    save(taken(public(demo(), "care-website"), day(0)), tmp_path / "day.jsonl")
    (tmp_path / "promises.toml").write_text(
        '[[promise]]\nid = "not-public"\ntext = "Nothing is public."\nscope = ["aws"]\nbinds = [{ check = "public-exposure", types = ["AWS::S3::*"] }]\n'
    )
    (tmp_path / "waivers.toml").write_text(GOOD.replace("arn:aws:s3:::open-data", "care-website").replace("2027-01-31", "2036-01-31"))
    plain = houvast("judge", "day.jsonl", "--check", "public-exposure", "--type", "AWS::S3::Bucket", "--format", "json", cwd=tmp_path)
    assert plain.code == 10
    (settlement,) = plain.json["settlements"]
    assert settlement["status"] == "broken"
    assert settlement["counts"]["waived"] == 1
    assert plain.json["summary"]["waived"] == 1
    assert plain.json["waivers"][0]["state"] == "active"
    shown = houvast("judge", "day.jsonl", "--check", "public-exposure", "--type", "AWS::S3::Bucket", cwd=tmp_path).out
    assert "WAIVED  1 finding that somebody accepted" in shown
    assert "waived by Jan until 2036-01-31: open by law" in shown
    soon = houvast("judge", "day.jsonl", "--check", "public-exposure", "--type", "AWS::S3::Bucket", "--at", "2036-01-20", cwd=tmp_path).out
    assert "ends on 2036-01-31" in soon
    accepted = houvast("judge", "day.jsonl", "--check", "public-exposure", "--type", "AWS::S3::Bucket", "--accept-waived", "--allow-unknown", "--format", "json", cwd=tmp_path)
    assert accepted.code == 0
    assert accepted.json["settlements"] == plain.json["settlements"]
    ended = houvast("judge", "day.jsonl", "--check", "public-exposure", "--type", "AWS::S3::Bucket", "--accept-waived", "--at", "2036-02-01", cwd=tmp_path)
    assert ended.code == 10
    assert "the waiver of public-exposure for care-website (by Jan) ended on 2036-01-31" in ended.err
