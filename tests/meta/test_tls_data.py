"""The tables behind the TLS checks: names exist in IANA's registries, every guideline is whole, no list is forgotten."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from providers.tls.attacks import COMPARED, DERIVED, TRIED
from scanner.data.guidelines import DEFAULT, Level, guideline, guideline_names
from scanner.data.tables import rows, table
from scanner.judge.norm import Norm

KINDS = ("versions", "suites", "key_exchange", "groups", "certificate_hash", "curves")
SIZES = ("rsa_bits", "dh_bits")
VERSIONS = {"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"}


def listed(name: str, kind: str) -> list[str]:
    found: list[str] = [value for level in Level for value in table(f"guidelines/{name}")[kind].get(level.value, ())]
    return found


def test_the_default_is_there() -> None:
    assert DEFAULT in guideline_names()
    assert {"ncsc-nl-2.1", "mozilla-6.0-modern", "mozilla-6.0-intermediate", "bsi-tr-02102-2-2026-01"} <= set(guideline_names())


@pytest.mark.parametrize("name", guideline_names())
def test_a_guideline_is_whole(name: str) -> None:
    loaded = table(f"guidelines/{name}")
    assert loaded["name"] == name
    assert loaded["source"]
    assert loaded["date"]
    assert loaded["retrieved"]
    for kind in KINDS:
        assert loaded[kind]["section"], kind
        names = listed(name, kind)
        assert len(names) == len(set(names)), f"{kind} rates a name twice"
    for kind in SIZES:
        floors = [floor for floor, _ in loaded[kind]["floors"]]
        assert floors == sorted(floors, reverse=True)
        assert all(Level(level) for _, level in loaded[kind]["floors"])


@pytest.mark.parametrize("name", guideline_names())
def test_names_are_those_of_the_registries(name: str) -> None:
    assert set(listed(name, "versions")) <= VERSIONS
    assert set(listed(name, "suites")) <= set(rows("cipher_suites"))
    assert set(listed(name, "key_exchange")) <= {row["kx"] for row in rows("cipher_suites").values()}
    assert "TLSv1.3" in listed(name, "versions")
    assert any(suite.startswith("TLS_AES_") for suite in listed(name, "suites"))


@pytest.mark.parametrize("name", guideline_names())
def test_what_nobody_allows_is_insufficient_everywhere(name: str) -> None:
    rules = guideline(name)
    for version in ("SSLv2", "SSLv3"):
        assert rules.level("versions", version) is Level.INSUFFICIENT
    for suite in ("TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_NULL_SHA", "TLS_DH_anon_WITH_AES_128_CBC_SHA", "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "SSL_CK_RC4_128_WITH_MD5"):
        assert rules.level("suites", suite) is Level.INSUFFICIENT, suite
    assert rules.key("RSA-1024") is Level.INSUFFICIENT
    assert rules.level("certificate_hash", "sha1") is Level.INSUFFICIENT
    assert rules.group("custom-dh-1024") is Level.INSUFFICIENT


@pytest.mark.parametrize(
    ("name", "kind", "value", "expected"),
    [
        ("ncsc-nl-2025-05", "versions", "TLSv1.1", "insufficient"),
        ("ncsc-nl-2.1", "versions", "TLSv1.1", "phase_out"),
        ("ncsc-nl-2025-05", "groups", "X25519MLKEM768", "good"),
        ("ncsc-nl-2025-05", "groups", "ffdhe2048", "insufficient"),
        ("ncsc-nl-2025-05", "groups", "ffdhe3072", "phase_out"),
        ("ncsc-nl-2025-05", "suites", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "insufficient"),
        ("ncsc-nl-2025-05", "suites", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "phase_out"),
        ("mozilla-6.0-modern", "versions", "TLSv1.2", "insufficient"),
        ("mozilla-6.0-intermediate", "suites", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "insufficient"),
        ("bsi-tr-02102-2-2026-01", "groups", "x25519", "insufficient"),
        ("bsi-tr-02102-2-2026-01", "suites", "TLS_CHACHA20_POLY1305_SHA256", "insufficient"),
        ("rfc-9325", "key_exchange", "DHE", "insufficient"),
        ("rfc-9325", "suites", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "phase_out"),
    ],
)
def test_levels_that_the_documents_give(name: str, kind: str, value: str, expected: str) -> None:
    assert guideline(name).level(kind, value) == expected


def test_key_sizes() -> None:
    ncsc, bsi = guideline(), guideline("bsi-tr-02102-2-2026-01")
    assert [ncsc.key(f"RSA-{bits}").value for bits in (2047, 2048, 3071, 3072, 4096)] == ["insufficient", "phase_out", "phase_out", "sufficient", "sufficient"]
    assert (bsi.key("RSA-2048"), bsi.key("RSA-3072")) == (Level.INSUFFICIENT, Level.SUFFICIENT)
    assert (ncsc.key("ECDSA-secp256r1"), ncsc.key("Ed25519"), ncsc.key("DSA-2048")) == (Level.SUFFICIENT, Level.SUFFICIENT, Level.INSUFFICIENT)


def test_an_unknown_guideline_names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no guideline 'ncsc'; there are .*ncsc-nl-2025-05"):
        Norm("ncsc")


def test_the_check_knows_every_attack_that_the_provider_looks_for() -> None:
    module: Any = importlib.import_module("checks.tls_attacks")
    assert set(module._ATTACKS) == {*TRIED, *DERIVED, *COMPARED}


def test_guideline_files_are_written_alike() -> None:
    for file in sorted((Path(__file__).parents[2] / "scanner" / "data" / "guidelines").glob("*.json")):
        assert file.read_text(encoding="utf-8").endswith("}\n")
        assert json.loads(file.read_text(encoding="utf-8"))["name"] == file.stem
