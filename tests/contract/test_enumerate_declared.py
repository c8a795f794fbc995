"""Servers on paper: what the enumeration must find is what was declared."""

from __future__ import annotations

import random

import pytest

from providers.tls.suites import sslv2_names, suite_name
from tests.support.tls_bed.asking import ask
from tests.support.tls_bed.paper import SSL3, TLS10, TLS11, TLS12, TLS13, Paper, Suite, handler
from tests.support.tls_bed.serve import serve

RSA = [Suite(code) for code in (0x0035, 0x002F, 0x000A, 0x0005, 0x0004)]
ECDHE = [Suite(code, "ecdhe") for code in (0xC014, 0xC013)]
DHE = [Suite(code, "dhe") for code in (0x0039, 0x0033)]
AEAD = [Suite(code, "ecdhe") for code in (0xC030, 0xC02F, 0xCCA8)] + [Suite(0x009F, "dhe"), Suite(0x009D), Suite(0x009C)]
MODERN = tuple(Suite(code, "tls13") for code in (0x1302, 0x1303, 0x1301))
LEGACY = {
    SSL3: tuple(RSA),
    TLS10: (*ECDHE, *DHE, *RSA),
    TLS11: (*ECDHE, *DHE, *RSA),
    TLS12: (*AEAD, *ECDHE, *DHE, *RSA),
}
LABELS = {SSL3: "SSLv3", TLS10: "TLSv1.0", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3"}


def names(suites: tuple[Suite, ...]) -> tuple[str, ...]:
    return tuple(suite_name(suite.code) for suite in suites)


def test_everything_of_an_old_server_in_its_order() -> None:
    paper = Paper(LEGACY, sslv2=(0x010080, 0x0700C0), curves=(24, 23, 29), signatures=(0x0601, 0x0401, 0x0201), deflate=True, prime=(1 << 1023) | 1)
    with serve(handler(paper)) as server:
        found = ask(server.port)
    assert found.versions == ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2")
    assert {LABELS[version]: names(suites) for version, suites in LEGACY.items()} == {version: suites for version, suites in found.suites.items() if version != "SSLv2"}
    assert found.suites["SSLv2"] == (sslv2_names()[0x010080], sslv2_names()[0x0700C0])
    assert found.groups_by_version == {"TLSv1.2": ("secp384r1", "secp256r1", "x25519")}
    assert found.signature_algorithms == ("rsa_pkcs1_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha1")
    assert found.server_preference is True
    assert found.dh_bits == (1024,)
    assert found.features.compression is True
    assert found.features.fallback_scsv is True
    assert found.unseen == ()
    assert found.connections == server.connections


def test_a_server_without_an_order_of_its_own() -> None:
    with serve(handler(Paper({**LEGACY, TLS13: MODERN}, groups=(29, 23), prefers=False, fallback_checked=False))) as server:
        found = ask(server.port)
    assert found.server_preference is False
    assert {version: frozenset(suites) for version, suites in found.suites.items()} == {
        LABELS[version]: frozenset(names(suites)) for version, suites in {**LEGACY, TLS13: MODERN}.items()
    }
    assert found.features.fallback_scsv is False
    assert found.unseen == ()


@pytest.mark.parametrize("needs_share", [False, True])
def test_tls13_alone(needs_share: bool) -> None:
    groups = (0x11EC, 0x001D, 0x0017) if needs_share else (0x11EC, 0x001D, 0x0017, 0x11EB, 0x11ED, 0x0100, 0x0104)
    with serve(handler(Paper({TLS13: MODERN}, groups=groups, needs_share=needs_share))) as server:
        found = ask(server.port)
    assert found.versions == ("TLSv1.3",)
    assert found.suites == {"TLSv1.3": names(MODERN)}
    # which groups are there is exact; groups beside a share-only server's curves cannot be offered alone
    if needs_share:
        assert {"x25519", "secp256r1"} <= set(found.groups)
        assert "empty key share" in found.features.quirks
    else:
        assert set(found.groups) == {"X25519MLKEM768", "x25519", "secp256r1", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "ffdhe2048", "ffdhe8192"}
    assert found.server_preference is True
    assert found.unseen == ()


@pytest.mark.parametrize("seed", range(6))
def test_any_order_is_found(seed: int) -> None:
    """However odd a server's order is: the merged lanes give it exactly."""
    chance = random.Random(seed)
    suites = [*AEAD, *ECDHE, *DHE, *RSA, Suite(0x0041), Suite(0x0088, "dhe"), Suite(0x0034, "anon"), Suite(0x0002), Suite(0xC012, "ecdhe")]
    chance.shuffle(suites)
    with serve(handler(Paper({TLS12: tuple(suites)}))) as server:
        found = ask(server.port)
    assert found.suites["TLSv1.2"] == names(tuple(suites))
    assert found.server_preference is True
    assert found.unseen == ()


def test_export_and_anonymous_suites() -> None:
    suites = (Suite(0x0003, "export"), Suite(0x0018, "anon"), Suite(0x001B, "anon"), Suite(0x0001))
    with serve(handler(Paper({TLS10: suites}, prime=(1 << 511) | 1))) as server:
        found = ask(server.port)
    assert found.suites == {"TLSv1.0": names(suites)}
    assert found.export_rsa_bits == (512,)
    assert found.dh_bits == (512,)


def test_an_ecdsa_certificate_needs_its_own_curve_in_every_hello() -> None:
    """Offering the other curves alone is refused; put back behind them, the server's other curves still show."""
    suites = (Suite(0xC02B, "ecdhe", ecdsa=True), Suite(0xC009, "ecdhe", ecdsa=True))
    with serve(handler(Paper({TLS12: suites}, curves=(23, 24, 25), ecdsa_curve=23, prefers=False, signatures=(0x0403,)))) as server:
        found = ask(server.port)
    assert set(found.groups) == {"secp256r1", "secp384r1", "secp521r1"}
    assert found.signature_algorithms == ("ecdsa_secp256r1_sha256",)


def test_suites_that_want_a_user_do_not_hide_the_others() -> None:
    paper = Paper({TLS12: (Suite(0x002F), Suite(0x0035))}, user_suites=frozenset({0xC01D}))
    with serve(handler(paper)) as server:
        found = ask(server.port)
    assert found.suites == {"TLSv1.2": names((Suite(0x002F), Suite(0x0035)))}
    assert any("alert 115" in item.detail for item in found.unseen)


def test_a_warning_is_no_refusal_and_a_wrong_name_is_no_answer() -> None:
    with serve(handler(Paper({TLS12: tuple(RSA)}, warns=True))) as server:
        assert ask(server.port).suites == {"TLSv1.2": names(tuple(RSA))}
    with serve(handler(Paper({TLS12: tuple(RSA)}, names=frozenset({"good.example"})))) as server:
        wrong = ask(server.port, host="bad.example")
        right = ask(server.port, host="bad.example", sni="good.example")
    assert wrong.versions == ()
    assert "does not know the name bad.example" in wrong.unseen[0].detail
    assert wrong.unseen_versions == ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
    assert right.versions == ("TLSv1.2",)


def test_a_server_that_signs_with_sha1_whatever_it_is_offered() -> None:
    paper = Paper({TLS12: (Suite(0xC02F, "ecdhe"),)}, signatures=(0x0601, 0x0401), stubborn=0x0201)
    with serve(handler(paper)) as server:
        found = ask(server.port)
    assert found.signature_algorithms == ("rsa_pkcs1_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha1")
    assert found.unseen == ()


def test_a_server_that_says_no_behind_its_hello() -> None:
    with serve(handler(Paper({TLS12: (Suite(0xC02F, "ecdhe"),)}, signatures=(0x0804, 0x0401), late=True))) as server:
        found = ask(server.port)
    assert set(found.signature_algorithms) == {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"}
    assert found.groups == ("secp256r1",)
    assert found.unseen == ()


def test_alpn_of_another_protocol_is_left_out() -> None:
    with serve(handler(Paper({TLS12: tuple(RSA)}, alpn=(b"imap",)))) as server:
        found = ask(server.port)
    assert found.suites == {"TLSv1.2": names(tuple(RSA))}
    assert "alpn" in found.features.quirks
    assert found.unseen == ()


def test_alpn_of_the_web() -> None:
    with serve(handler(Paper({TLS12: tuple(RSA)}, alpn=(b"h2", b"http/1.1")))) as server:
        assert ask(server.port).features.alpn == ("h2",)


def test_few_connections() -> None:
    """Every accepted suite, group and scheme costs one; the rest is counted on two hands."""
    paper = Paper({**LEGACY, TLS13: MODERN}, groups=(29, 23, 24), curves=(29, 23, 24), signatures=(0x0804, 0x0401))
    with serve(handler(paper)) as server:
        found = ask(server.port)
    accepted = sum(map(len, found.suites.values())) + sum(map(len, found.groups_by_version.values())) + len(found.signature_algorithms)
    assert found.unseen == ()
    assert server.connections <= accepted + 25
    # the server notices the end of a connection a moment after the client has given it up
    assert server.most_at_once <= 8


def test_the_shape_that_others_rely_on() -> None:
    with serve(handler(Paper({TLS12: tuple(RSA), TLS13: MODERN}, groups=(29,)))) as server:
        shown = ask(server.port).as_json()
    assert shown["versions"] == ["TLSv1.2", "TLSv1.3"]
    assert shown["suites"] == {"TLSv1.2": list(names(tuple(RSA))), "TLSv1.3": list(names(MODERN))}
    assert shown["groups"] == ["x25519"]
    assert shown["server_preference"] is True
