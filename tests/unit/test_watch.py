"""Scans by the clock: cron expressions, slots that survive, pages for this machine only, a clean end."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scanner.cli.main import main
from scanner.errors import InvalidFile, UsageError
from scanner.store import history_reader as read
from scanner.store.config import load_config
from scanner.store.entry import stamp
from scanner.store.history import History
from scanner.store.settings import Job, WatchSettings
from scanner.store.snapshot_file import save
from scanner.watch.clock import last_due, next_due
from scanner.watch.loop import Watch
from scanner.watch.metrics import render
from scanner.watch.server import Page, serve
from scanner.watch.slots import Slot, Slots
from tests.support.command import ROOT
from tests.support.month import day, demo, taken, webhook

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- the clock ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cron", "now", "last", "following"),
    [
        ("0 6 * * *", "2026-11-21T12:00:00Z", "2026-11-21T05:00:00Z", "2026-11-22T05:00:00Z"),
        ("0 6 * * *", "2026-11-21T05:00:00Z", "2026-11-21T05:00:00Z", "2026-11-22T05:00:00Z"),
        ("0 6 * * *", "2026-11-21T04:59:59Z", "2026-11-20T05:00:00Z", "2026-11-21T05:00:00Z"),
        ("*/15 * * * *", "2026-11-21T12:07:30Z", "2026-11-21T12:00:00Z", "2026-11-21T12:15:00Z"),
        ("0 6 * * 0", "2026-11-21T12:00:00Z", "2026-11-15T05:00:00Z", "2026-11-22T05:00:00Z"),  # 0 is Sunday, as in cron
        ("0 6 * * 7", "2026-11-21T12:00:00Z", "2026-11-15T05:00:00Z", "2026-11-22T05:00:00Z"),
        ("0 6 * * MON", "2026-11-21T12:00:00Z", "2026-11-16T05:00:00Z", "2026-11-23T05:00:00Z"),
        ("0 6 13 * 5", "2026-11-21T12:00:00Z", "2026-11-20T05:00:00Z", "2026-11-27T05:00:00Z"),  # either is enough
        ("30 2 * * *", "2027-03-28T04:00:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"),  # 02:30 does not exist
        ("30 2 * * *", "2026-10-25T06:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),  # 02:30 comes twice, runs once
    ],
)
def test_cron_as_debian_reads_it(cron: str, now: str, last: str, following: str) -> None:
    assert stamp(last_due(cron, AMSTERDAM, moment(now))) == last
    assert stamp(next_due(cron, AMSTERDAM, moment(now))) == following


@pytest.mark.parametrize("cron", ["* * * *", "60 * * * *", "a b c d e", "0 0 30 2 *", "@daily", "0 6 * * 1 2 3"])
def test_expressions_that_cannot_be_used(cron: str) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        next_due(cron, AMSTERDAM, moment("2026-11-21T12:00:00Z"))


# -- slots -------------------------------------------------------------------------------------------------
class Clock:
    def __init__(self) -> None:
        self.at = moment("2026-11-21T12:00:00Z")

    def __call__(self) -> datetime:
        return self.at


class Bench:
    """A watcher whose scans are counted instead of run."""

    def __init__(self, history: History, *jobs: Job, code: int | None = 0) -> None:
        self.clock, self.ran, self.code, self.delivered = Clock(), [], code, 0
        self.watch = Watch(history, WatchSettings(jobs), self.run, self.deliver, self.clock)

    ran: list[str]

    def run(self, job: Job) -> int | None:
        self.ran.append(f"{job.name} {stamp(self.clock.at)}")
        return self.code

    def deliver(self, _: datetime) -> None:
        self.delivered += 1


def test_each_slot_is_run_once_and_missed_ones_are_made_up_for_once(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        bench = Bench(history, Job("daily", "0 6 * * *"))
        for _ in range(3):
            bench.watch.turn()
        assert bench.ran == ["daily 2026-11-21T12:00:00Z"], "a job that never ran is due at once, and once"
        bench.clock.at += timedelta(days=1)
        bench.watch.turn()
        again = Bench(history, Job("daily", "0 6 * * *"))  # restarted, five days later
        again.clock.at = bench.clock.at + timedelta(days=5)
        for _ in range(3):
            again.watch.turn()
        assert len(bench.ran) == 2
        assert len(again.ran) == 1
        assert again.delivered == 3


def test_a_slot_that_was_cut_off_is_run_again(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        bench = Bench(history, Job("daily", "0 6 * * *"), code=None)
        bench.watch.turn()
        bench.code = 10
        bench.watch.turn()
        bench.watch.turn()
        assert len(bench.ran) == 2
        slot = Slots(history).last("daily")
        assert slot is not None
        assert (slot.code, stamp(slot.due)) == (10, "2026-11-21T06:00:00Z")


def test_a_job_that_fails_is_told_once_until_it_works_again(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        bench = Bench(history, Job("daily", "0 6 * * *"))
        for code in (0, 2, 1, 2, 11, 0, 2):
            bench.code = code
            bench.watch.turn()
            bench.clock.at += timedelta(days=1)
        titles = [event["title"] for event in read.events(history)]
    assert titles == ["the scan daily failed with exit code 2", "the scan daily works again", "the scan daily failed with exit code 2"]


# -- pages -------------------------------------------------------------------------------------------------
def get(port: int, path: str, host: str = "localhost", method: str = "GET") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host})
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read().decode()


def broken() -> Page:
    raise RuntimeError("a page that breaks")


def test_only_names_of_this_machine_are_answered() -> None:
    with serve("127.0.0.1", 0, ("scan.example.org",), {"/": lambda: Page("html", b"<!doctype html>"), "/broken": broken}) as port:
        for host in ("localhost", f"127.0.0.1:{port}", "[::1]", "SCAN.example.org"):
            assert get(port, "/", host)[0] == 200, host
        for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"):
            assert get(port, "/", host)[0] == 421, host
        _, headers, _ = get(port, "/")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert get(port, "/../../etc/passwd")[0] == 404
        assert get(port, "/broken")[0] == 500
        assert get(port, "/", method="POST")[0] == 501
        assert get(port, "/", method="HEAD")[2] == ""


def test_metrics_of_two_jobs_do_not_mix() -> None:
    text = '# HELP houvast_verdicts Verdicts.\n# TYPE houvast_verdicts gauge\nhouvast_verdicts{check="a}b",status="fail"} 3\nhouvast_up 1\nrubbish here\n'
    slot = Slot("one", moment("2026-11-21T06:00:00Z"), None, moment("2026-11-21T06:01:00Z"), 10)
    page = render({"one": slot, 'tw"o': None}, {"one": moment("2026-11-22T06:00:00Z")}, None, {("ops", "waiting"): 2}, {"one": text, 'tw"o': text})
    families = {family.name: family for family in text_string_to_metric_families(page)}
    assert {(s.labels["job"], s.labels["check"], s.value) for s in families["houvast_verdicts"].samples} == {("one", "a}b", 3.0), ('tw"o', "a}b", 3.0)}
    assert families["houvast_watch_job_last_exit_code"].samples[0].value == 10
    assert families["houvast_outbox_events"].samples[0].labels == {"channel": "ops", "state": "waiting"}


# -- the whole, as a process -------------------------------------------------------------------------------
@contextmanager
def watching(folder: Path, code: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The real command; ends by SIGTERM."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT), "HOOK": "unused"}
    process = subprocess.Popen([sys.executable, "-P", "-m", "scanner.cli.main", "watch", "--listen", "127.0.0.1:0"], cwd=folder, env=env, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "http://" in line, line + process.stderr.read()
        yield process, int(line.split("http://127.0.0.1:")[1].split("/")[0])
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == code
        assert "stopped" in process.stderr.read()
    finally:
        process.kill()
        process.wait()


def until(condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def estate(folder: Path, url: str) -> None:
    save(taken(demo(), day(0)), folder / "estate.jsonl")
    (folder / "houvast.toml").write_text(
        f'targets = ["estate.jsonl"]\n[history]\nfile = "h"\n[notify]\n[[notify.channel]]\nname = "ops"\nurl = "{url}"\n'
        '[watch]\n[[watch.job]]\nname = "often"\ncron = "0 3 1 1 *"\noptions = ["--check", "public-exposure", "--check", "residency"]\n'
    )


def test_it_runs_tells_shows_and_stops(tmp_path: Path) -> None:
    with webhook() as hook:
        estate(tmp_path, hook.url)
        with watching(tmp_path) as (_, port):
            until(lambda: hook.taken)
            until(lambda: get(port, "/")[0] == 200)
            health = get(port, "/healthz")
            assert health[0] == 200
            assert json.loads(health[2])["jobs"]["often"]["code"] == 10
            names = {family.name for family in text_string_to_metric_families(get(port, "/metrics")[2])}
            assert {"houvast_watch_up", "houvast_verdicts"} <= names
            second = subprocess.run(
                [sys.executable, "-P", "-m", "scanner.cli.main", "watch"],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert second.returncode == 2
            assert "another houvast watch" in second.stderr
        marks = list(hook.marks)
        assert marks
        with watching(tmp_path) as (_, port):
            until(lambda: get(port, "/healthz")[0] == 200)
        assert hook.marks == marks, "a restart tells nothing twice"
        with History(tmp_path / "h") as history:
            assert len(read.scans(history)) == 1


def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with webhook() as hook:
        estate(tmp_path, hook.url)
        for pause in (0.1, 0.6, 1.2):
            with watching_killed(tmp_path, pause):
                pass
        with watching(tmp_path):
            until(lambda: hook.taken)
            until(lambda: not waiting(tmp_path))
        assert len(hook.marks) == len(set(hook.marks))
        with History(tmp_path / "h") as history:
            assert history.damage() == ""
            assert {len(read.events(history))} == {len(hook.marks)}


def waiting(folder: Path) -> int:
    with History(folder / "h") as history:
        return int(history.rows("SELECT count(*) FROM delivery WHERE state = 'waiting'")[0][0])


@contextmanager
def watching_killed(folder: Path, pause: float) -> Iterator[None]:
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "scanner.cli.main", "watch", "--listen", "127.0.0.1:0"], cwd=folder, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(pause)
    process.kill()
    process.wait()
    process.stderr.close()
    yield


# -- configuration -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[watch.job]]\nname = "a"', "needs a cron expression"),
        ('[[watch.job]]\nname = "a"\ncron = "0 6 * *"', "needs a cron expression"),
        ('[[watch.job]]\nname = "A b"\ncron = "0 6 * * *"', "needs a name"),
        ('listen = "example.org:80"', "names no job"),
        ('listen = "x"\n[[watch.job]]\nname = "a"\ncron = "0 6 * * *"', "is no address"),
        ('[[watch.job]]\nname = "a"\ncron = "0 6 * * *"\n[[watch.job]]\nname = "a"\ncron = "0 7 * * *"', "used twice"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "houvast.toml").write_text(f"[watch]\n{text}\n")
    with pytest.raises(InvalidFile, match=r"houvast.toml:") as error:
        load_config(tmp_path / "houvast.toml")
    assert words in error.value.message


def test_what_is_missing_is_told_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["watch"]) == 2
    (tmp_path / "houvast.toml").write_text('[notify]\n[[notify.channel]]\nname = "ops"\nurl = "${NOT_SET}"\n[watch]\n[[watch.job]]\nname = "a"\ncron = "0 6 * * *"\n')
    assert main(["watch", "--history", "h"]) == 1
    assert "NOT_SET is not set" in capsys.readouterr().err
