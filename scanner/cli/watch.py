"""`houvast watch`: scans by the clock. Each scan is a process of its own: it can fail, grow and be stopped without the watcher."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.choosing import CONFIG, chosen_config
from scanner.cli.recording import own_history
from scanner.errors import Exit, HouvastError, UsageError
from scanner.report.text import safe
from scanner.store.config import Config

if TYPE_CHECKING:
    from scanner.store.settings import Job, WatchSettings
    from scanner.watch.loop import Watch
    from scanner.watch.server import Page, Pages

LONGEST_SCAN = 6 * 3600.0
"""Seconds after which a scan is ended; its own --timeout (900) is meant to come first."""
GRACE = 30.0
"""Seconds that a scan has to end when the watcher is told to."""
LATE = timedelta(hours=1)
"""A slot that is not done so long after it was due makes /healthz fail."""


def run(arguments: argparse.Namespace) -> int:
    """0 when it was stopped (SIGTERM, Ctrl-C); with --once the worst exit code of what was run."""
    config = chosen_config(arguments.config)
    if config.watch is None:
        raise UsageError("no job is configured", "write [[watch.job]] with name and cron in houvast.toml; docs/watch.md shows how")
    from scanner.store.history import History
    from scanner.watch.clock import next_due

    for job in config.watch.jobs:
        next_due(job.cron, config.watch.zone, _now())  # a wrong expression is told before anything starts
    _check_channels(config)
    path = Path(arguments.history) if arguments.history else Path(config.history) if config.history else own_history()
    with History(path) as history, _only_one(path):
        watch = _watch(history, config, config.watch, path, arguments)
        if arguments.once:
            return watch.turn()
        from scanner.watch.server import is_loopback, serve

        host, port = _listen(arguments.listen, config.watch)
        if not is_loopback(host):
            print(f"houvast: the report is shown to everybody who reaches {host}:{port}: put a proxy with a login before it", file=sys.stderr)
        with serve(host, port, config.watch.names, _pages(watch, path, config.watch)) as at, _stopping(watch.stop):
            print(f"houvast: watching; http://{host}:{at}/ shows the latest report", file=sys.stderr, flush=True)
            watch.run()
    print("houvast: stopped", file=sys.stderr)
    return int(Exit.OK)


def _now() -> datetime:
    return datetime.now(UTC)


def _check_channels(config: Config) -> None:
    """A secret that is missing is told at the start, not on the night of the first warning."""
    if config.notify:
        from scanner.notify.channels import address, require_extra

        require_extra()
        for channel in config.notify.channels:
            address(channel)


def _watch(history: object, config: Config, settings: WatchSettings, path: Path, arguments: argparse.Namespace) -> Watch:
    from scanner.store.history import History
    from scanner.watch.loop import Watch

    assert isinstance(history, History)
    stop = threading.Event()

    def deliver(moment: datetime) -> None:
        if config.notify is None:
            return
        from scanner.cli.notify import deliver as send

        try:
            send(history, config, moment)
        except HouvastError as error:
            print(f"houvast: {safe(error.message)}\n  → {safe(error.advice)}", file=sys.stderr)

    file = Path(config.source or arguments.config or CONFIG)
    return Watch(history, settings, lambda job: _scan(job, file, path, config, stop), deliver, _now, stop)


def _scan(job: Job, file: Path, history: Path, config: Config, stop: threading.Event) -> int | None:
    """One scan as a process of its own. Its reports are renamed into place by itself."""
    folder = pages_folder(history)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    outputs = [word for suffix in (".html", ".prom", ".txt") for word in ("-o", str((folder / f"{job.name}{suffix}").resolve()))]
    command = [
        sys.executable, "-P", "-m", "scanner.cli.main", "scan", *(job.targets or config.targets), "--config", str(file.resolve()), "--history", str(history.resolve()),
        "--quiet", *outputs, *job.options,
    ]  # fmt: skip
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - the words come from the operator's own file
    try:
        waited = 0.0
        while process.poll() is None and not stop.wait(0.2) and waited < LONGEST_SCAN:
            waited += 0.2
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return None if stop.is_set() else process.returncode
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def pages_folder(history: Path) -> Path:
    """Where the latest reports lie: beside the history."""
    return history.with_name(f"{history.name}.reports")


def _listen(typed: str | None, settings: WatchSettings) -> tuple[str, int]:
    if typed is None:
        return settings.host, settings.port
    match = re.match(r"(\[[0-9a-fA-F:]+\]|[0-9.]+|localhost):([0-9]{1,5})\Z", typed)
    if not match or int(match[2]) > 65_535:
        raise UsageError(f"--listen {typed} is no address", "write HOST:PORT: 127.0.0.1:9464")
    return match[1].strip("[]"), int(match[2])


@contextmanager
def _only_one(history: Path) -> Iterator[None]:
    """Two watchers of one history would run every job twice. The lock goes with the process, however it ends. Raises UsageError."""
    try:
        import fcntl
    except ImportError:  # Windows: a service manager starts it once
        yield
        return
    with history.with_name(f"{history.name}.watch").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"another houvast watch uses {history}", "end that one, or give this one a history of its own") from error
        yield


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the watcher after the scan that is under way was told to end."""
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _pages(watch: Watch, history: Path, settings: WatchSettings) -> Pages:
    """What is served, made when it is asked for; each request reads the history through a connection of its own."""
    from scanner.watch.server import Page

    folder = pages_folder(history)

    def report() -> Page:
        for suffix in (".html", ".txt"):
            found = [path for job in settings.jobs if (path := folder / f"{job.name}{suffix}").is_file()]
            if found:
                body = max(found, key=lambda path: path.stat().st_mtime).read_bytes()
                return Page("html" if body[:100].lstrip().lower().startswith(b"<!doctype html") else "text", body)
        return Page("text", b"no scan has ended yet\n", 404)

    return {"/": report, "/metrics": lambda: _metrics(watch, history, settings, folder), "/healthz": lambda: _health(watch, history, settings)}


def _metrics(watch: Watch, path: Path, settings: WatchSettings, folder: Path) -> Page:
    from scanner.store.history import History
    from scanner.store.outbox import Outbox
    from scanner.watch.clock import next_due
    from scanner.watch.metrics import render
    from scanner.watch.server import Page
    from scanner.watch.slots import Slots

    with History(path, create=False, busy=5) as history:
        slots = {job.name: Slots(history).last(job.name, ended=True) for job in settings.jobs}
        outbox = Outbox(history).counts()
    nexts = {job.name: next_due(job.cron, settings.zone, _now()) for job in settings.jobs}
    files = {job.name: folder / f"{job.name}.prom" for job in settings.jobs}
    scans = {name: file.read_text(encoding="utf-8") for name, file in files.items() if file.is_file()}
    return Page("metrics", render(slots, nexts, watch.running, outbox, scans).encode())


def _health(watch: Watch, path: Path, settings: WatchSettings) -> Page:
    """200 while every job was run when it was due; 503 with the reason otherwise."""
    from scanner.store.entry import stamp
    from scanner.store.history import History
    from scanner.watch.clock import last_due
    from scanner.watch.loop import WORKED
    from scanner.watch.server import Page
    from scanner.watch.slots import Slots

    jobs: dict[str, dict[str, object]] = {}
    now = _now()
    with History(path, create=False, busy=5) as history:
        for job in settings.jobs:
            slot, due = Slots(history).last(job.name, ended=True), last_due(job.cron, settings.zone, now)
            late = (slot is None or slot.due < due) and now - due > LATE and watch.running != job.name
            failed = slot is not None and slot.code not in WORKED
            state = "late" if late else "failing" if failed else "running" if watch.running == job.name else "ok"
            jobs[job.name] = {"state": state, "due": stamp(due), "ended": stamp(slot.ended_at) if slot and slot.ended_at else None, "code": slot.code if slot else None}
    well = all(job["state"] in ("ok", "running") for job in jobs.values())
    shown = {"status": "ok" if well else "unwell", "pid": os.getpid(), "jobs": jobs}
    return Page("json", (json.dumps(shown) + "\n").encode(), 200 if well else 503)
