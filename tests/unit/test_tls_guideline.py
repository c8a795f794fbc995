"""Which guideline TLS is judged by: typed, configured, or named by a promise."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner import plugins
from scanner.cli.judging import choose
from scanner.data.guidelines import guideline, guideline_names
from scanner.errors import InvalidFile, UsageError
from scanner.judge.assess import plan_questions
from scanner.model.facts import Handshake
from scanner.model.resource import Ref, Resource
from scanner.store.config import Config, load_config

CHECKS = plugins.load_checks()
GUIDED = {"tls-versions", "tls-ciphers", "tls-key-exchange", "certificate-strength"}
PROMISE = """
[[promise]]
id = "modern"
text = "Modern TLS only."
binds = [{ check = "tls-versions", guideline = "mozilla-6.0-modern" }, { check = "tls-ciphers" }]
"""


def arguments(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**({"check": [], "skip_check": [], "promises": None, "type": [], "waivers": None, "tls_guideline": None, "drift": False} | given))


def asked(choice: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for question in plan_questions(choice.checks, choice.promises, choice.params):
        if "guideline" in question.params:
            found.setdefault(question.check.id, set()).add(str(question.params["guideline"]))
    return found


def test_the_typed_one_goes_to_every_check_that_takes_one() -> None:
    assert asked(choose(arguments(), Config())) == {}
    assert asked(choose(arguments(tls_guideline="rfc-9325"), Config())) == {check: {"rfc-9325"} for check in GUIDED}


def test_typed_before_configured_and_one_check_before_all(tmp_path: Path) -> None:
    (tmp_path / "houvast.toml").write_text('[tls]\nguideline = "pci-dss-4.0.1"\n[checks.tls-ciphers]\nguideline = "ncsc-nl-2.1"\n')
    config = load_config(tmp_path / "houvast.toml", CHECKS)
    assert asked(choose(arguments(), config)) == {check: {"pci-dss-4.0.1"} for check in GUIDED} | {"tls-ciphers": {"ncsc-nl-2.1"}}
    assert asked(choose(arguments(tls_guideline="rfc-9325"), config)) == {check: {"rfc-9325"} for check in GUIDED}


def test_a_promise_keeps_the_one_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "promises.toml").write_text(PROMISE)
    found = asked(choose(arguments(tls_guideline="rfc-9325", promises=str(tmp_path / "promises.toml")), Config()))
    assert found["tls-versions"] == {"mozilla-6.0-modern"}
    assert found["tls-ciphers"] == {"rfc-9325"}


def test_an_unknown_name_says_which_was_meant(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        choose(arguments(tls_guideline="ncsc-2025"), Config())
    assert "ncsc-nl-2025-05" in wrong.value.advice
    (tmp_path / "houvast.toml").write_text('[tls]\nguideline = "mozila-6.0-modern"\n')
    with pytest.raises(InvalidFile) as bad:
        load_config(tmp_path / "houvast.toml", CHECKS)
    assert bad.value.line == 2
    assert "mozilla-6.0-modern" in bad.value.advice


def test_a_verdict_names_the_level_and_the_section_with_its_address() -> None:
    versions = CHECKS["tls-versions"]
    seen = Handshake(("TLSv1.1", "TLSv1.2", "TLSv1.3"), {"TLSv1.3": ("TLS_AES_128_GCM_SHA256",)}, ("x25519",))
    resource = Resource(Ref("tls", "TLS::Endpoint", "", "", "example.org:443", "example.org"), {})
    now = datetime(2026, 11, 21, tzinfo=UTC)
    late = versions.ask(resource, seen, versions.fill({"guideline": "ncsc-nl-2.1"}), now)
    assert "good: TLSv1.3; sufficient: TLSv1.2; to be phased out: TLSv1.1 (NCSC-NL TLS guidelines 2.1, table 1: https://english.ncsc.nl/" in late.why
    fails = versions.ask(resource, seen, versions.fill({"guideline": "rfc-9325"}), now)
    assert "TLSv1.1: insufficient (RFC 9325 (BCP 195) with RFC 10015, 3.1: https://www.rfc-editor.org/rfc/rfc9325.html#section-3.1)" in fails.why


@pytest.mark.parametrize("name", guideline_names())
def test_every_guideline_can_be_read_somewhere(name: str) -> None:
    for kind in ("versions", "suites", "key_exchange", "groups", "certificate_hash", "curves", "rsa_bits", "dh_bits"):
        link = guideline(name).link(kind)
        assert link.startswith("https://")
        assert not set("{} ") & set(link)
