"""The history file: what counts as changed, two writers, damage, versions, scans out of order."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scanner import plugins
from scanner.judge.assess import assess
from scanner.judge.diff import Kind, Seen, State
from scanner.judge.estate import Estate
from scanner.model.promise import Bind, Promise
from scanner.model.snapshot import Snapshot
from scanner.notify.events import decide
from scanner.store import history_reader as read
from scanner.store.entry import Entry, entry_of
from scanner.store.history import History, HistoryUnusable, state_folder
from scanner.store.history_schema import APPLICATION_ID, MIGRATIONS, migrate, user_version
from scanner.store.snapshot_file import save
from tests.support.command import ROOT, houvast
from tests.support.month import day, demo, denied, public, removed, taken

CHECKS = ("public-exposure", "encryption-at-rest", "transit-encryption")
PROMISES = (Promise("not-public", "Nothing is public.", scope=("aws",), binds=(Bind("public-exposure", types=("AWS::S3::*",)),)),)


def entry(snapshot: Snapshot, checks: tuple[str, ...] = CHECKS, types: tuple[str, ...] = (), promises: tuple[Promise, ...] = PROMISES) -> Entry:
    every = plugins.load_checks()
    chosen = {name: every[name] for name in checks}
    decls = plugins.load_types()
    assessment = assess(snapshot, decls, chosen, promises, datetime.fromisoformat(snapshot.run.taken_at))
    return entry_of(assessment, snapshot, Estate.of(snapshot, decls), Seen.of(snapshot, checks, types))


def small(snapshot: Snapshot) -> Snapshot:
    """Buckets and volumes alone: the rest of the estate has nothing to say here."""
    kinds = ("AWS::S3::Bucket", "AWS::EC2::Volume")
    calls = tuple(c for c in snapshot.calls if c.service in ("s3", "s3control", "sts") or (c.service == "ec2" and c.operation in ("DescribeVolumes", "DescribeRegions")))
    return replace(snapshot, documents=tuple(d for d in snapshot.documents if d.ref.type in kinds), calls=calls)


def at(number: int, snapshot: Snapshot | None = None) -> Snapshot:
    return taken(snapshot or small(demo()), day(number))


def kinds(history: History, found: Entry) -> dict[tuple[str, str], Kind | None]:
    recorded = history.record(found, decide())
    assert recorded is not None
    return {(c.after.check, c.after.subject.name): c.kind for c in recorded.changes if c.kind}


def test_a_removed_subject_is_removed_not_mended(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        history.record(entry(at(0, public(small(demo()), "care-website"))))
        found = kinds(history, entry(at(1, removed(small(demo()), "care-website"))))
        assert found["public-exposure", "care-website"] is Kind.REMOVED
        again = kinds(history, entry(at(2, public(small(demo()), "care-website"))))
        assert again["public-exposure", "care-website"] is Kind.REOPENED


def test_a_refused_listing_hides_and_does_not_mend(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        history.record(entry(at(0, public(small(demo()), "care-website"))))
        hidden = kinds(history, entry(at(1, denied(small(demo())))))
        assert hidden["public-exposure", "care-website"] is Kind.NEWLY_UNKNOWN
        assert Kind.RESOLVED not in hidden.values()
        assert Kind.REMOVED not in hidden.values()
        back = kinds(history, entry(at(2, public(small(demo()), "care-website"))))
        assert back["public-exposure", "care-website"] is Kind.KNOWN_AGAIN
        assert Kind.NEW not in back.values()
        mended = kinds(history, entry(at(3)))
        assert mended["public-exposure", "care-website"] is Kind.RESOLVED


def test_what_was_not_asked_stays_as_it_was(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        history.record(entry(at(0, public(small(demo()), "care-website"))))
        assert not kinds(history, entry(at(1), checks=("encryption-at-rest",)))
        volumes = at(2)
        volumes = replace(volumes, documents=tuple(d for d in volumes.documents if d.ref.type == "AWS::EC2::Volume"))
        assert not kinds(history, entry(volumes, types=("AWS::EC2::Volume",), promises=()))
        elsewhere = replace(at(3), documents=(), calls=())
        assert not kinds(history, entry(elsewhere, promises=()))
        assert history.standings()[next(f for f, s in history.standings().items() if (s.check, s.subject.name) == ("public-exposure", "care-website"))].state is State.FAIL


def test_the_same_scan_is_recorded_once(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        assert history.record(entry(at(0))) is not None
        assert history.record(entry(at(0))) is None
        assert len(read.scans(history)) == 1


def test_an_older_scan_that_comes_late_undoes_nothing(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        history.record(entry(at(0)), decide())
        history.record(entry(at(2, public(small(demo()), "care-website"))), decide())
        events = len(read.events(history))
        late = history.record(entry(at(1)), decide())
        assert late is not None
        assert late.late
        assert not late.changes
        assert not late.promises
        assert len(read.events(history)) == events
        assert [row["status"] for row in read.promises(history, read.scans(history)[0].series)["not-public"]] == ["kept", "kept", "broken"]


def test_it_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "h"
    with History(path) as history:
        history.record(entry(at(0)))
        history.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        first = path.stat().st_size
        for number in range(1, 8):
            history.record(entry(at(number)))
        assert history.rows("SELECT count(*) FROM change WHERE scan > 1") == [(0,)]
        history.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size - first < 7 * 8192


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "new" / "h"
    entries = [entry(at(number)) for number in range(6)]
    errors: list[Exception] = []
    start = threading.Barrier(3)

    def write(mine: list[Entry]) -> None:
        start.wait()
        try:
            for one in mine:
                with History(path) as history:
                    history.record(one, decide())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(entries[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    with History(path) as history:
        assert len(read.scans(history)) == 6
        assert history.damage() == ""
    assert path.stat().st_mode & 0o077 == 0


def test_two_programs_write_side_by_side(tmp_path: Path) -> None:
    for name in "ab":
        save(replace(at(ord(name) - 97), run=replace(at(0).run, taken_at=at(ord(name) - 97).run.taken_at, targets=(name,))), tmp_path / f"{name}.jsonl")
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "scanner.cli.main", "judge", "--history", "h", "--check", "public-exposure"]
    running = [subprocess.Popen([*command, f"{name}.jsonl"], cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for name in "ab"]
    for process in running:
        _, err = process.communicate(timeout=60)
        assert b"recorded in h" in err, err
    with History(tmp_path / "h") as history:
        assert len(read.scans(history)) == 2


def _open(path: Path, told: Any) -> None:
    try:
        with History(path):
            told.put("")
    except HistoryUnusable as error:
        told.put(str(error))


def test_several_programs_make_one_new_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for number in range(10):
        told = context.Queue()
        programs = [context.Process(target=_open, args=(tmp_path / f"h{number}", told)) for _ in range(4)]
        for program in programs:
            program.start()
        assert [told.get(timeout=60) for _ in programs] == [""] * 4
        for program in programs:
            program.join()


def damaged(path: Path) -> None:
    with History(path) as history:
        history.record(entry(at(0)))
    body = bytearray(path.read_bytes())
    body[100:8000] = b"\xa5" * 7900
    path.write_bytes(body)


def test_a_damaged_file_is_an_error_and_the_assessment_is_kept(tmp_path: Path) -> None:
    damaged(tmp_path / "h")
    with pytest.raises(HistoryUnusable, match="damaged"):
        History(tmp_path / "h")
    save(at(1), tmp_path / "day.jsonl")
    before = (tmp_path / "h").read_bytes()
    done = houvast("judge", "day.jsonl", "--history", "h", "--check", "public-exposure", cwd=tmp_path)
    assert done.code == 1
    assert "the history was not written" in done.err
    assert "public-exposure" in done.out, "the report itself is printed"
    assert (tmp_path / "h").read_bytes() == before
    kept = next(tmp_path.glob("houvast-not-recorded-*.jsonl"))
    assert kept.name in done.err
    assert kept.with_suffix(".json").exists()
    assert houvast("judge", kept, "--history", "new", "--check", "public-exposure", cwd=tmp_path).code != 1
    with History(tmp_path / "new", create=False) as history:
        assert len(read.scans(history)) == 1


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(HistoryUnusable, match="another program"):
        History(tmp_path / "other")
    (tmp_path / "text").write_text("this is no database, whatever its name says. " * 200)
    with pytest.raises(HistoryUnusable, match="damaged or is no history"):
        History(tmp_path / "text")


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    with History(tmp_path / "h") as history:
        history.db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(HistoryUnusable, match="newer Houvast"):
        History(tmp_path / "h")


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_older_files_are_brought_up_to_date(tmp_path: Path, version: int) -> None:
    connection = sqlite3.connect(tmp_path / "h", isolation_level=None)
    migrate(connection, upto=version)
    connection.execute("INSERT INTO word (text) VALUES ('aws')")
    connection.execute("INSERT INTO scan VALUES (1, 'k', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '0.1', '', '', 1, 1, 1, 1, 0, 0, 0)")
    connection.close()
    with History(tmp_path / "h") as history:
        assert user_version(history.db) == len(MIGRATIONS)
        assert history.db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert [scan.series for scan in read.scans(history)] == ["aws"]
        assert history.record(entry(at(0)), decide()) is not None


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(tmp_path / "h", isolation_level=None)
    migrate(connection, upto=1)
    monkeypatch.setattr("scanner.store.history_schema.MIGRATIONS", (*MIGRATIONS[:1], "CREATE TABLE fresh (x); CREATE TABLE word (x)"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, upto=2)
    assert user_version(connection) == 1
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'fresh'").fetchone() == (0,)
    connection.close()


def test_a_writer_that_never_ends_is_named(tmp_path: Path) -> None:
    with History(tmp_path / "h") as first, first.writing(), History(tmp_path / "h", busy=0.05) as second, pytest.raises(HistoryUnusable, match="held it for too long"):
        second.record(entry(at(0)))


def test_nothing_is_recorded_unless_asked_for(tmp_path: Path) -> None:
    save(at(0), tmp_path / "day.jsonl")
    done = houvast("scan", "day.jsonl", "-q", "--check", "public-exposure", cwd=tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert "recorded" not in done.err
    assert not (tmp_path / "state").exists()
    (tmp_path / "houvast.toml").write_text("[history]\nenabled = true\n")
    done = houvast("scan", "day.jsonl", "-q", "--check", "public-exposure", cwd=tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert (tmp_path / "state" / "houvast" / "history.sqlite3").is_file()
    again = houvast("scan", "day.jsonl", "-q", "--no-history", "--check", "public-exposure", cwd=tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert "recorded" not in again.err
    missing = houvast("history", "--history", "nowhere", cwd=tmp_path)
    assert missing.code == 1
    assert "there is no history yet" in missing.err


def test_a_relative_state_folder_is_ignored() -> None:
    assert state_folder({"XDG_STATE_HOME": "rel", "HOME": "/home/me"}) == Path("/home/me/.local/state/houvast")
    assert state_folder({"XDG_STATE_HOME": "/var/state"}) == Path("/var/state/houvast")


def test_diff_of_files_agrees_with_the_history(tmp_path: Path) -> None:
    save(at(0), tmp_path / "old.jsonl")
    save(at(1, public(small(demo()), "care-website")), tmp_path / "new.jsonl")
    done = houvast("diff", "old.jsonl", "new.jsonl", "--format", "json", "--check", "public-exposure", cwd=tmp_path)
    assert done.code == 10
    assert [item["subject"]["name"] for item in done.json["changes"]["new"]] == ["care-website"]
    for name in ("old", "new"):
        houvast("judge", f"{name}.jsonl", "--history", "h", "-o", f"{name}.json", "--check", "public-exposure", cwd=tmp_path)
    of_history = houvast("diff", "--history", "h", "--format", "json", cwd=tmp_path)
    assert [i["fingerprint"] for i in of_history.json["changes"]["new"]] == [i["fingerprint"] for i in done.json["changes"]["new"]]
    of_json = houvast("diff", "old.json", "new.json", "--format", "json", cwd=tmp_path)
    assert [i["fingerprint"] for i in of_json.json["changes"]["new"]] == [i["fingerprint"] for i in done.json["changes"]["new"]]
    back = houvast("diff", "new.jsonl", "old.jsonl", "--check", "public-exposure", cwd=tmp_path)
    assert "RESOLVED" in back.out
    assert houvast("diff", "old.jsonl", cwd=tmp_path).code == 2
    assert houvast("diff", "old.jsonl", "h", cwd=tmp_path).code == 2
