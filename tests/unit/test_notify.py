"""Warnings: what is told, when, once; secrets stay secret; a channel that fails loses nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cli.main import main
from scanner.errors import HouvastError, InvalidFile
from scanner.model.resource import Ref
from scanner.notify.channels import address, send
from scanner.notify.events import crossed, decide
from scanner.notify.message import Message, compose, mark
from scanner.notify.post import post
from scanner.notify.timing import LONGEST_PAUSE, after_quiet, again_at, due_at
from scanner.store.config import load_config
from scanner.store.entry import Event, SeenCertificate, stamp
from scanner.store.history import History
from scanner.store.outbox import LEASE, Outbox
from scanner.store.settings import Channel, NotifySettings
from tests.support.month import Hook, demo, public, webhook
from tests.unit.test_history_store import at, entry, small

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def event(number: int = 1, severity: str = "high", kind: str = "finding") -> Event:
    return Event(f"key|{number}", kind, severity, f"warning {number}", "line one\nline two")


def settings(*channels: Channel, **others: object) -> NotifySettings:
    return replace(NotifySettings(channels), **others)  # type: ignore[arg-type]


def hooked(hook: Hook, name: str = "ops") -> Channel:
    return Channel(name, hook.url)


# -- when --------------------------------------------------------------------------------------------------
AMSTERDAM = {"timezone": "Europe/Amsterdam"}


@pytest.mark.parametrize(
    ("moment", "severity", "expected"),
    [
        ("2026-11-21T12:00:00Z", "high", "2026-11-21T12:00:00Z"),
        ("2026-11-21T22:30:00Z", "high", "2026-11-22T06:00:00Z"),  # 23:30 there; 07:00 is 06:00 UTC in winter
        ("2026-11-22T05:59:59Z", "info", "2026-11-22T06:00:00Z"),
        ("2026-11-22T06:00:00Z", "high", "2026-11-22T06:00:00Z"),
        ("2026-07-01T21:00:00Z", "high", "2026-07-02T05:00:00Z"),  # summer
        ("2026-11-21T22:30:00Z", "critical", "2026-11-21T22:30:00Z"),
        ("2026-03-28T23:30:00Z", "low", "2026-03-29T05:00:00Z"),  # the night of the change
    ],
)
def test_quiet_hours(moment: str, severity: str, expected: str) -> None:
    quiet = settings(quiet=(time(22), time(7)), **AMSTERDAM)
    assert stamp(due_at(severity, quiet, datetime.fromisoformat(moment))) == expected


def test_a_digest_comes_once_a_day_and_the_urgent_at_once() -> None:
    daily = settings(digest=time(8), **AMSTERDAM)
    assert stamp(due_at("medium", daily, NOW)) == "2026-11-22T07:00:00Z"
    assert due_at("critical", daily, NOW) == NOW
    assert due_at("critical", replace(daily, urgent="never"), NOW) > NOW
    both = replace(daily, digest=time(3), quiet=(time(22), time(7)))
    assert stamp(due_at("medium", both, NOW)) == "2026-11-22T06:00:00Z"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.times(), st.times(), st.sampled_from(["Europe/Amsterdam", "America/New_York", "UTC", "Australia/Lord_Howe"]))
def test_waiting_ends_within_a_day_and_outside_the_quiet_hours(naive: datetime, start: time, end: time, zone: str) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    quiet = settings(quiet=(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)), timezone=zone)
    released = after_quiet(quiet, moment)
    assert moment <= released <= moment + timedelta(hours=26)


def test_the_pause_doubles_up_to_six_hours() -> None:
    pauses = [again_at(tries, NOW) - NOW for tries in range(1, 40)]
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[1] == timedelta(minutes=2)
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


# -- what --------------------------------------------------------------------------------------------------
def certificate(days: float, lifetime: float = 90) -> SeenCertificate:
    ends = NOW + timedelta(days=days)
    return SeenCertificate(Ref("tls", "TLS::Endpoint", "", "", "a:443", "a"), "f" * 64, ("a",), "CA", ends - timedelta(days=lifetime), ends, "look")


@pytest.mark.parametrize(
    ("days", "lifetime", "expected"),
    [(31, 90, None), (30, 90, 30), (29.9, 90, 30), (14, 90, 14), (13, 90, 14), (6.5, 90, 7), (1, 90, 1), (0.5, 90, 1), (0, 90, 0), (-3, 90, 0), (20, 47, None), (14, 47, 14), (5, 6, None), (1.5, 6, None), (1, 6, 1), (-1, 6, 0)],
)  # fmt: skip
def test_the_tightest_threshold_counts_and_short_lives_have_short_ones(days: float, lifetime: float, expected: int | None) -> None:
    assert crossed(certificate(days, lifetime), (30, 14, 7, 1, 0), NOW) == expected


def test_one_certificate_on_many_endpoints_is_one_warning(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        shared = tuple(replace(certificate(5), subject=Ref("tls", "TLS::Endpoint", "", "", f"{n}:443", n)) for n in "abc")
        found = replace(entry(at(0)), certificates=shared)
        found = replace(found, assessment=replace(found.assessment, judged_at=stamp(NOW)))
        history.record(found, decide())
        rows = history.rows("SELECT title, body FROM event WHERE kind = 'certificate'")
    assert len(rows) == 1
    assert "a:443, b:443, c:443" in rows[0][1]


# -- the outbox --------------------------------------------------------------------------------------------
def test_it_is_sent_once_to_each_channel(tmp_path: Path) -> None:
    with webhook() as one, webhook() as two, History(tmp_path / "h") as history:
        outbox, told = Outbox(history), settings(hooked(one), hooked(two, "team"))
        outbox.register(["ops", "team"])
        assert outbox.add(event(), NOW)
        assert not outbox.add(event(), NOW)
        for _ in range(3):
            post(outbox, told, NOW)
        assert one.marks == two.marks == [mark(event())]


def test_a_new_channel_gets_the_future_only(tmp_path: Path) -> None:
    with webhook() as hook, History(tmp_path / "h") as history:
        outbox = Outbox(history)
        outbox.add(event(1), NOW)
        post(outbox, settings(hooked(hook)), NOW)
        assert not hook.taken
        outbox.add(event(2), NOW)
        post(outbox, settings(hooked(hook)), NOW)
        assert hook.marks == [mark(event(2))]


@pytest.mark.parametrize("status", [500, 404, 403, 429])
def test_a_channel_that_refuses_keeps_its_warnings(tmp_path: Path, status: int) -> None:
    with webhook() as down, webhook() as well, History(tmp_path / "h") as history:
        outbox, told = Outbox(history), settings(hooked(down, "down"), hooked(well, "well"))
        outbox.register(["down", "well"])
        outbox.add(event(), NOW)
        down.status = status
        failed, sent = post(outbox, told, NOW)
        assert failed.error
        assert not sent.error
        assert well.marks == [mark(event())]
        assert not post(outbox, told, NOW)[0].events, "not before the pause is over"
        (waiting,) = outbox.waiting()
        assert waiting.tries == 1
        assert down.url not in waiting.error
        down.status = 200
        post(outbox, told, NOW + timedelta(minutes=1))
        assert down.marks == [mark(event())]
        assert not outbox.waiting()


def test_a_port_where_nobody_listens(tmp_path: Path) -> None:
    with webhook() as hook:
        pass
    with History(tmp_path / "h") as history:
        outbox = Outbox(history)
        outbox.register(["ops"])
        outbox.add(event(), NOW)
        assert "could not be reached" in post(outbox, settings(hooked(hook)), NOW)[0].error
        assert len(outbox.waiting()) == 1


def test_a_claim_keeps_others_off_until_it_runs_out(tmp_path: Path) -> None:
    with History(tmp_path / "h") as one, History(tmp_path / "h") as two:
        Outbox(one).register(["ops"])
        Outbox(one).add(event(), NOW)
        Outbox(one).queue("ops", lambda _: NOW)
        assert len(Outbox(one).claim("ops", NOW)) == 1
        assert not Outbox(two).claim("ops", NOW)  # killed here, the claim runs out by itself
        assert len(Outbox(two).claim("ops", NOW + LEASE)) == 1


def test_the_claim_of_a_program_that_was_killed_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with History(tmp_path / "h") as history:
        box = Outbox(history)
        box.register(["ops"])
        box.add(event(), NOW)
        box.queue("ops", lambda _: NOW)
        monkeypatch.setattr("scanner.store.outbox._mine", lambda: f" {gone.pid} {socket.gethostname()}")
        assert len(box.claim("ops", NOW)) == 1
        assert len(box.claim("ops", NOW)) == 1, "its claimer runs no more"
        monkeypatch.setattr("scanner.store.outbox._mine", lambda: f" {gone.pid} another-machine")
        assert len(box.claim("ops", NOW)) == 1
        assert not box.claim("ops", NOW), "of another machine nobody here can tell"


def test_channels_choose_kind_and_severity(tmp_path: Path) -> None:
    with webhook() as hook, History(tmp_path / "h") as history:
        outbox = Outbox(history)
        outbox.register(["ops"])
        for number, (kind, severity) in enumerate([("finding", "high"), ("gap", "high"), ("finding", "low")]):
            outbox.add(event(number, severity, kind), NOW)
        post(outbox, settings(replace(hooked(hook), events=("finding",), severity="medium")), NOW)
        assert hook.marks == [mark(event(0))]
        assert outbox.counts() == {("ops", "sent"): 1, ("ops", "unwanted"): 2}


def test_events_of_a_scan_are_there_or_the_scan_is_not(tmp_path: Path) -> None:
    def breaks(*_: object) -> list[Event]:
        raise RuntimeError("killed in between")

    with History(tmp_path / "h") as history:
        with pytest.raises(RuntimeError):
            history.record(entry(at(0, public(small(demo()), "care-website"))), breaks)
        assert history.rows("SELECT count(*) FROM scan") == [(0,)]
        assert history.record(entry(at(0, public(small(demo()), "care-website"))), decide()) is not None


# -- words -------------------------------------------------------------------------------------------------
def test_every_event_has_its_title_in_the_message_however_long() -> None:
    many = [Event(f"k{n}", "finding", "low", f"title {n}", "\n".join(f"detail {n}.{m}" for m in range(40))) for n in range(30)]
    body = compose(many).body
    assert all(f"title {n} [{mark(many[n])}]" in body for n in range(30))
    assert "more line" in body
    assert compose([event(severity="info")]).level == "info"
    assert compose([event(severity="critical")]).level == "failure"


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_hostile_names_cannot_steer_a_message(text: str) -> None:
    message = compose([Event("k", "finding", "high", text, text)])
    assert not any(ord(char) < 32 and char != "\n" for char in message.title + message.body)
    assert "\u202e" not in message.title + message.body
    assert "\n" not in message.title


# -- secrets -----------------------------------------------------------------------------------------------
def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    assert address(Channel("a", "${URL}"), {"URL": "json://u:p@h/x?y"}) == "json://u:p@h/x?y"
    assert address(Channel("a", "mailto://${U}:${P}@h"), {"U": "me@x", "P": "a/b:c"}) == "mailto://me%40x:a%2Fb%3Ac@h"
    (tmp_path / "s").write_text("json://h/token\n")
    assert address(Channel("a", url_file=str(tmp_path / "s"))) == "json://h/token"
    with pytest.raises(HouvastError, match="the environment variable P is not set"):
        address(Channel("a", "json://${P}@h"), {})


def test_no_message_of_ours_shows_a_secret(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    for url in ("json://127.0.0.1:1/hunter2", "nosuch://hunter2@h", "json://user:hunter2@127.0.0.1:1/x", "slack://hunter2"):
        with pytest.raises(HouvastError) as error:
            send(Channel("ops", "${URL}"), Message("t", "b", "info"), {"URL": url})
        assert "hunter2" not in f"{error.value.message} {error.value.advice} {error.value.__cause__}"
    shown = capsys.readouterr()
    assert "hunter2" not in shown.out + shown.err
    assert "hunter2" not in "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("apprise"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('url = "slack://token/in/clear"', "holds its secret"),
        ('url = "json://user:password@localhost/x"', "holds its secret"),
        ("", "needs a url or a url_file"),
        ('url = "${A}"\nevents = ["nothing"]', "no list of kinds"),
        ('url = "${A}"\nseverity = "huge"', "is none"),
        ('url = "${A}"\nurll = "x"', "has no key 'urll'"),
    ],
)
def test_a_channel_that_is_wrong_is_an_error_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "houvast.toml").write_text(f'[notify]\n[[notify.channel]]\nname = "ops"\n{text}\n')
    with pytest.raises(InvalidFile, match=r"houvast.toml:[2-5]: ") as error:
        load_config(tmp_path / "houvast.toml")
    assert words in error.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [('quiet = "22-07"', "no time of the day"), ('quiet = "22:00"', "no span"), ('digest = "25:00"', "no time"), ('timezone = "Mars/Base"', "no time zone"), ("certificates = [-1]", "no list of days"), ('urgent = "x"', "no severity")],
)  # fmt: skip
def test_settings_that_are_wrong(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "houvast.toml").write_text(f'[notify]\n{text}\n[[notify.channel]]\nname = "ops"\nurl = "${{A}}"\n')
    with pytest.raises(InvalidFile) as error:
        load_config(tmp_path / "houvast.toml")
    assert words in error.value.message
    assert error.value.line == 2


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["notify"]) == 2
    with webhook() as hook:
        (tmp_path / "houvast.toml").write_text(f'[history]\nfile = "h"\n[notify]\n[[notify.channel]]\nname = "ops"\nurl = "{hook.url}"\n')
        with History(tmp_path / "h") as history:
            Outbox(history).register(["ops"])
            Outbox(history).add(event(), NOW)
        assert main(["notify", "--dry-run"]) == 0
        assert "warning 1" in capsys.readouterr().out
        assert not hook.taken
        hook.status = 500
        assert main(["notify"]) == 1
        assert "wait and will be tried again" in capsys.readouterr().err
        assert main(["notify", "--dry-run"]) == 0
        assert "tried 1" in capsys.readouterr().out
        hook.status = 200
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(2**32))
        assert main(["notify"]) == 0
        assert hook.marks == [mark(event())]
        assert main(["notify", "--test"]) == 0
        assert "a test of the channel ops" in hook.text
