"""`houvast promises`: every starter file can be used as it is, and nothing in it is signed by nobody."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from scanner import plugins
from scanner.cli.main import main
from scanner.data.tables import rows, table
from scanner.judge.assess import assess
from scanner.model.promise import Settled
from scanner.report.promise_starter import LANGUAGES, starter, topics
from scanner.store.promise_file import load_promises
from tests.support.month import day, demo, taken

TOPICS = {"residency", "encryption", "backups", "tls", "certificates", "mfa", "offboarding", "monitoring", "deletion", "audit"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_starter_file_is_valid_and_promises_nothing_by_itself(tmp_path: Path, language: str) -> None:
    path = tmp_path / "promises.toml"
    path.write_text(starter(language, date(2028, 2, 29), plugins.load_checks()))
    found = load_promises(path, plugins.load_checks())
    assert {promise.language for promise in found} == {language}
    assert len(found) >= 15
    assert not any(promise.attested for promise in found), "a placeholder must not be shown as a person's word"
    snapshot = taken(demo(), day(0))
    settled = {s.promise: s.status for s in assess(snapshot, plugins.load_types(), plugins.load_checks(), found, day(0)).settlements}
    assert settled["yearly-audit"] is Settled.UNPROVEN
    assert settled["data-in-europe"] is Settled.BROKEN
    assert Settled.ATTESTED not in settled.values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commented_attestation_can_be_taken_into_use(tmp_path: Path, language: str) -> None:
    text = starter(language, date(2028, 2, 29), plugins.load_checks(), ["audit"])
    lines = [line.removeprefix("# ") if line.startswith("# attested") else line for line in text.splitlines() if not line.startswith("needs =")]
    (tmp_path / "p.toml").write_text("\n".join(lines))
    (promise,) = load_promises(tmp_path / "p.toml", plugins.load_checks())
    assert promise.attested is not None
    assert (promise.attested.on, promise.attested.until) == (date(2028, 2, 29), date(2029, 2, 28))


def test_the_languages_say_the_same_things() -> None:
    ids = set(rows("promise_catalogue/promises"))
    assert {row["topic"] for row in rows("promise_catalogue/promises").values()} == TOPICS
    texts = [rows(f"promise_catalogue/{language}") for language in LANGUAGES]
    assert all(set(found) == ids for found in texts)
    assert all(set(topics(language)) == TOPICS for language in LANGUAGES)
    assert all(set(table(f"promise_catalogue/{language}")["words"]) == set(table("promise_catalogue/en")["words"]) for language in LANGUAGES)
    for name in ids:
        assert len({found[name][0] for found in texts}) == len(LANGUAGES), f"{name} is not translated"
        assert len({bool(found[name][1]) for found in texts}) == 1, f"{name} lacks a comment in a language"


def test_a_check_that_is_not_installed_is_written_as_a_comment() -> None:
    text = starter("en", date(2026, 1, 1), {"residency"})
    assert [promise["id"] for promise in tomllib.loads(text)["promise"] if "binds" in promise] == ["data-in-europe"]
    assert re.search(r'^# id = "modern-tls"$', text, re.M)


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795290000")
    assert main(["promises", "init", "--language", "nl", "--topic", "tls", "--topic", "audit"]) == 0
    assert main(["promises", "init"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["promises", "check"]) == 0
    shown = capsys.readouterr().out
    assert "modern-tls: tls-versions and tls-ciphers" in shown
    assert re.search(r"promises.toml:\d+: yearly-audit", shown)
    assert main(["promises", "init", "--topic", "list"]) == 0
    assert "certificates" in capsys.readouterr().out
    assert main(["promises", "init", "--topic", "weather"]) == 2
    (tmp_path / "bad.toml").write_text('[[promise]]\nid = "a"\ntext = "A."\nbinds = [{ check = "residenzy" }]\n')
    assert main(["promises", "check", "bad.toml"]) == 2
    assert "bad.toml:4: there is no check 'residenzy'" in capsys.readouterr().err


def test_check_warns_of_attestations_that_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[[promise]]\nid = "a"\ntext = "A."\nattested = { by = "B", document = "C", on = 2026-01-01, until = 2026-06-30 }\n')
    for moment, words in [("2025-12-31", "begins on 2026-01-01"), ("2026-06-10", "renew it in time"), ("2026-07-01", "ended on 2026-06-30"), ("2026-03-01", "")]:
        assert main(["promises", "check", str(path), "--at", moment]) == 0
        shown = capsys.readouterr().out
        assert words in shown
        assert ("!" in shown) == bool(words)
    assert main(["promises", "check", str(path), "--at", "soon"]) == 2
