"""A simulated month: thirty daily scans through the real command, and every warning exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scanner.cli.main import main
from scanner.notify.message import mark
from scanner.store import history_reader as read
from scanner.store.entry import Event, moment, stamp
from scanner.store.history import History
from scanner.store.snapshot_file import save
from tests.support.command import ROOT
from tests.support.month import Hook, changed, day, demo, denied, endpoints, first_day, public, taken, webhook

PUBLIC = [*range(5, 9), 15, 16]
"""Days on which the bucket is public; on the 7th nobody may look."""
DENIED = [7]
DOWN = [15, 16, 17]
"""Days on which the webhook refuses."""
WAIVED_UNTIL = 12
RENEWED = 20
KILLED = 14
DAYS = 30

CONFIG = """
targets = ["today.jsonl"]
promises = "promises.toml"
waivers = "waivers.toml"
[history]
file = "history.sqlite3"
[notify]
certificates = [30, 14, 7, 1, 0]
[[notify.channel]]
name = "ops"
url = "{url}"
"""
PROMISES = """
[[promise]]
id = "not-public"
text = "Nothing that holds your data can be reached from the whole internet."
scope = ["aws"]
binds = [{ check = "public-exposure", types = ["AWS::S3::*"] }]
"""
WAIVERS = """
[[waiver]]
check = "transit-encryption"
subject = "care-website"
owner = "Team web"
reason = "a public site, redirected by the edge"
until = {until}
"""


@dataclass
class Month:
    """What is left of it."""

    folder: Path
    hook: Hook
    codes: list[int]
    printed: list[str]
    """What each day wrote on stderr."""

    @property
    def history(self) -> Path:
        return self.folder / "history.sqlite3"


def estate(number: int) -> object:
    snapshot = demo()
    if number in PUBLIC:
        snapshot = public(snapshot, "care-website")
    if number >= RENEWED:
        first = endpoints()[0]
        fresh = {"fingerprint": "ab" * 32, "not_before": stamp(day(RENEWED - 1)), "not_after": stamp(day(RENEWED) + timedelta(days=90)), "serial": "77"}
        certificate = first.body["certificate"]
        assert isinstance(certificate, dict)
        snapshot = changed(snapshot, lambda doc: doc.ref == first.ref, {"certificate": {**certificate, **fresh}})
    if number in DENIED:
        snapshot = denied(snapshot)
    return taken(snapshot, day(number))


def environment(number: int) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": str(int(day(number).timestamp()))}


SCAN = ["scan", "--notify", "-q", "-o", "report.json"]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Thirty days, each a scan of a snapshot file with the clock of that day."""
    folder = tmp_path_factory.mktemp("month")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    with webhook() as hook:
        (folder / "houvast.toml").write_text(CONFIG.format(url=hook.url))
        (folder / "promises.toml").write_text(PROMISES)
        (folder / "waivers.toml").write_text(WAIVERS.format(until=day(WAIVED_UNTIL).date()))
        found = Month(folder, hook, [], [])
        for number in range(DAYS):
            save(estate(number), folder / "today.jsonl")  # type: ignore[arg-type]
            hook.status = 503 if number in DOWN else 200
            for name, value in environment(number).items():
                patch.setenv(name, value)
            if number == KILLED:
                kill_in_the_middle(found, number)
            with (folder / "err").open("w+") as err:
                patch.setattr(sys, "stderr", err)
                found.codes.append(main(SCAN))
                err.seek(0)
                found.printed.append(err.read())
        patch.undo()
        yield found


def kill_in_the_middle(month: Month, number: int) -> None:
    """kill -9 at the two worst moments: while the scan is being recorded, and while a warning is on its way."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT), **environment(number)}
    command = [sys.executable, "-P", "-m", "scanner.cli.main", *SCAN]
    with History(month.history) as other, other.writing():  # the scan waits for this writer, ready to record
        process = subprocess.Popen(command, cwd=month.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (month.folder / "report.json").exists() or (month.folder / "report.json").stat().st_mtime_ns < (month.folder / "today.jsonl").stat().st_mtime_ns:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert number not in {(moment(scan.taken_at) - first_day()).days for scan in scans(month)}
    # something has to be on its way: an event of this morning
    with History(month.history) as history, history.writing() as db:
        db.execute("INSERT INTO event (key, kind, severity, title, body, at) VALUES ('test|killed', 'operation', 'high', 'a warning under way', '', ?)", (stamp(day(number)),))
    month.hook.asked.clear()
    month.hook.hold = threading.Event()
    process = subprocess.Popen(command, cwd=month.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert month.hook.asked.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    month.hook.hold.set()
    month.hook.hold = None


def scans(month: Month) -> tuple[read.Scan, ...]:
    with History(month.history, create=False) as history:
        return read.scans(history)


def told(month: Month) -> list[dict[str, object]]:
    with History(month.history, create=False) as history:
        return read.events(history)


def test_every_day_is_recorded_once(month: Month) -> None:
    days = [(moment(scan.taken_at) - first_day()).days for scan in scans(month)]
    assert days == list(range(DAYS))
    with History(month.history, create=False) as history:
        assert history.damage() == ""


def test_every_warning_came_exactly_once_and_none_is_lost(month: Month) -> None:
    with History(month.history, create=False) as history:
        events = [Event(*row) for row in history.rows("SELECT key, kind, severity, title, body FROM event ORDER BY id")]
        assert history.rows("SELECT count(*) FROM delivery WHERE state <> 'sent'") == [(0,)]
    marks = Counter(month.hook.marks)
    assert marks == Counter(mark(event) for event in events)
    assert len(events) > 20


def test_what_was_told(month: Month) -> None:
    titles = Counter(str(event["title"]) for event in told(month))
    soon, later = endpoints()[0].body["certificate"], endpoints()[1].body["certificate"]
    assert titles["promise newly broken: not-public"] == 2
    assert titles["promise kept again: not-public"] == 2
    website = Counter(str(event["title"]) for event in told(month) if "care-website" in str(event["body"]))
    assert website["public-exposure: new finding"] == 1
    assert website["public-exposure: finding came back"] == 1
    assert website["public-exposure: finding is mended"] == 2
    assert titles["transit-encryption: finding is no longer waived"] == 1
    until = day(WAIVED_UNTIL).date()
    assert titles[f"waiver of transit-encryption for care-website ends on {until}"] == 1
    assert titles[f"waiver of transit-encryption for care-website ended on {until}"] == 1
    assert soon != later


def certificate_titles(month: Month, number: int) -> list[str]:
    """Titles about one endpoint's certificate, in order of time."""
    where = endpoints()[number].ref.id
    return [str(event["title"]) for event in told(month) if event["kind"] == "certificate" and where in str(event["body"])]


def test_a_certificate_is_told_once_at_each_threshold_and_not_after_its_renewal(month: Month) -> None:
    first = certificate_titles(month, 0)
    assert [("expired" in title) for title in first] == [False] * (len(first) - 1) + [True]
    assert len(first) == len(set(first)) == 5  # 30, 14, 7, 1 and 0 days
    second = certificate_titles(month, 1)
    assert len(second) == len(set(second)) == 5
    assert not certificate_titles(month, 3)


def test_a_day_without_permission_is_neither_mended_nor_new(month: Month) -> None:
    about = [event for event in told(month) if str(event["at"])[:10] == str(day(DENIED[0]).date())]
    kinds = Counter(str(event["kind"]) for event in about if event["kind"] != "certificate")
    assert kinds["gap"] >= 1
    assert kinds["finding"] == 0
    promise = [str(event["title"]) for event in about if event["kind"] == "promise"]
    assert promise == ["promise not seen to be broken, not proven either: not-public"]
    after = [event for event in told(month) if str(event["at"])[:10] == str(day(DENIED[0] + 1).date())]
    assert any("answered again" in str(event["title"]) for event in after)
    assert not any("public-exposure" in str(event["title"]) for event in after)


def test_while_the_channel_was_down_warnings_waited(month: Month) -> None:
    assert all("wait and will be tried again" in month.printed[number] for number in DOWN)
    late = [
        (str(event["at"])[:10], channel)
        for event in told(month)
        for channel in event["channels"]  # type: ignore[attr-defined]
        if str(event["at"])[:10] in {str(day(n).date()) for n in DOWN}
    ]
    assert late
    assert {moment(channel["sent_at"]) for _, channel in late} <= {day(n) for n in range(DOWN[-1] + 1, DAYS)}


def test_the_history_is_right(month: Month) -> None:
    with History(month.history, create=False) as history:
        course = read.promises(history, scans(month)[0].series)["not-public"]
        finding = next(f for f in read.findings(history, "public-exposure") if f.subject.name == "care-website")
        waived = next(f for f in read.findings(history, "transit-encryption") if f.subject.name == "care-website")
        held = read.certificates(history)[endpoints()[0].ref]
        open_gaps = [gap for gap in read.gaps(history) if gap["closed"] is None]
    expected = ["unproven" if n in DENIED else "broken" if n in PUBLIC else "kept" for n in range(DAYS)]
    assert [row["status"] for row in course] == expected
    kinds = [(change["kind"], (moment(change["at"]) - first_day()).days) for change in finding.changes]
    assert kinds == [(None, 0), ("new", 5), ("newly-unknown", 7), ("known-again", 8), ("resolved", 9), ("reopened", 15), ("resolved", 17)]
    assert finding.state == "pass"
    assert [(change["state"], change["kind"]) for change in waived.changes if change["kind"] in ("waived", "waiver-ended")] == [("waived", "waived"), ("fail", "waiver-ended")]
    assert len(held) == 2
    assert not open_gaps


def test_the_command_shows_it(month: Month, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(month.folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(day(DAYS).timestamp())))
    assert main(["history", "--days", "60"]) == 0
    shown = capsys.readouterr().out
    assert "KEPT      not-public" in shown
    assert "broken from" in shown
    assert "renewed 1 ×" in shown
    assert "came back 1 ×" in shown
    assert main(["history", "--promise", "not-public", "--days", "60", "--format", "json"]) == 0
    assert main(["diff"]) == 10  # a certificate expired on the last day
    assert main(["notify", "--dry-run"]) == 0
    assert "0 events due" in capsys.readouterr().out


def test_the_waiver_was_said_aloud_when_it_ended(month: Month) -> None:
    assert not any("the waiver of" in printed for printed in month.printed[: WAIVED_UNTIL + 1])
    assert all("the waiver of transit-encryption" in printed for printed in month.printed[WAIVED_UNTIL + 1 :])


def test_no_day_was_green(month: Month) -> None:
    assert set(month.codes) == {10}  # the demo's estate breaks things on purpose
    assert datetime.fromisoformat(scans(month)[-1].taken_at) == day(DAYS - 1)
