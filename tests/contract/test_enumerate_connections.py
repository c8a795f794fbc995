"""What an enumeration costs: upper bounds on connections, server by server. An accepted thing costs one at most, most cost less."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from providers.tls.suites import Version, legacy_suites, likely, suite_name
from tests.contract.test_enumerate_declared import AEAD, DHE, ECDHE, MODERN, RSA, names
from tests.support.tls_bed import real
from tests.support.tls_bed.asking import ask
from tests.support.tls_bed.paper import TLS10, TLS11, TLS12, TLS13, Paper, Suite, handler
from tests.support.tls_bed.serve import serve

_FORWARD = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305"
_OLD = (
    f"{_FORWARD}:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA"
)
_SCHEMES = (0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0301)


@pytest.mark.parametrize(
    ("directives", "suites", "most"),
    [
        ("ssl_protocols TLSv1.3;", 3, 18),
        (f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {_FORWARD}; ssl_prefer_server_ciphers off;", None, 34),
        (f"ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers {_OLD}:@SECLEVEL=0; ssl_prefer_server_ciphers on;", None, 48),
    ],
    ids=["modern", "intermediate", "old"],
)
def test_nginx(directives: str, suites: int | None, most: int, tmp_path: Path) -> None:
    with real.nginx(tmp_path, directives) as port:
        found = ask(port)
    assert found.unseen == ()
    assert found.connections <= most
    assert suites is None or sum(map(len, found.suites.values())) == suites


def test_openssl_with_everything_switched_on() -> None:
    with real.openssl("-cipher", "ALL:COMPLEMENTOFALL:!PSK:!SRP:@SECLEVEL=0", "-min_protocol", "TLSv1", "-serverpref") as port:
        found = ask(port)
    accepted = sum(map(len, found.suites.values()))
    assert found.unseen == ()
    assert accepted > 90
    assert found.connections <= accepted + 32


def test_old_suites_carry_curves_and_schemes() -> None:
    """Three lanes of TLS 1.2 in the usual order: nothing is compared, one last hello ends all of them, and what rides along is free."""
    suites = {TLS10: (*ECDHE, *RSA[:2]), TLS11: (*ECDHE, *RSA[:2]), TLS12: (*(Suite(code, "ecdhe") for code in (0xC02F, 0xC030, 0xCCA8)), *ECDHE, *RSA[:2]), TLS13: MODERN}
    with serve(handler(Paper(suites, groups=(29, 23, 24), curves=(29, 23, 24), signatures=_SCHEMES))) as server:
        found = ask(server.port)
    assert found.suites == {"TLSv1.0": names(suites[TLS10]), "TLSv1.1": names(suites[TLS11]), "TLSv1.2": names(suites[TLS12]), "TLSv1.3": names(MODERN)}
    assert set(found.groups_by_version["TLSv1.2"]) == {"x25519", "secp256r1", "secp384r1"}
    assert len(found.signature_algorithms) == len(_SCHEMES)
    assert found.server_preference is True
    assert found.unseen == ()
    assert found.connections <= sum(map(len, suites.values())) + 20


@pytest.mark.parametrize("most", [7, 12])
def test_a_server_with_one_suite_and_one_curve(most: int) -> None:
    version, suites = (TLS13, MODERN[:1]) if most == 7 else (TLS12, AEAD[:1])
    with serve(handler(Paper({version: tuple(suites)}, groups=(29,), curves=(29,)))) as server:
        found = ask(server.port)
    assert found.suites == {"TLSv1.3" if version == TLS13 else "TLSv1.2": names(tuple(suites))}
    assert found.unseen == ()
    assert found.connections <= most + 5


def test_what_does_not_ride_is_asked_for_itself() -> None:
    """None of the usual curves and schemes: nothing that rode along in vain hides a suite, a curve or a scheme, or ends as a refusal."""
    suites = (*AEAD, *ECDHE, *DHE, *RSA)
    with serve(handler(Paper({TLS12: suites, TLS10: (*ECDHE, *RSA)}, curves=(9, 25), signatures=(0x0203, 0x0201)))) as server:
        found = ask(server.port)
    assert found.suites["TLSv1.2"] == names(suites)
    assert set(found.groups) == {"sect283k1", "secp521r1"}
    assert len(found.signature_algorithms) == 2
    assert found.unseen == ()


def test_a_server_that_is_silent_about_curves_has_not_refused_them() -> None:
    """Curves that rode along and got a reset are unseen, not refused."""
    with serve(handler(Paper({TLS12: tuple(AEAD[:3])}, curves=(29, 23), signatures=_SCHEMES, refusal="reset"))) as server:
        found = ask(server.port)
    assert found.suites["TLSv1.2"] == names(tuple(AEAD[:3]))
    assert set(found.groups) == {"x25519", "secp256r1"}
    assert {"suites", "groups", "signatures"} <= {item.part for item in found.unseen if item.version == "TLSv1.2"}


@pytest.mark.parametrize("prefers", [True, False])
def test_two_keys(prefers: bool) -> None:
    """RSA before ECDSA: curves and schemes that rode along cannot have moved the suites of the other key."""
    suites = (
        Suite(0xC02F, "ecdhe"), Suite(0xC02B, "ecdhe", ecdsa=True), Suite(0xC030, "ecdhe"), Suite(0xC013, "ecdhe"), Suite(0xC009, "ecdhe", ecdsa=True),
        Suite(0x009E, "dhe"), Suite(0xC02C, "ecdhe", ecdsa=True), Suite(0x002F),
    )  # fmt: skip
    paper = Paper({TLS12: suites}, prefers=prefers, curves=(29, 30, 23, 24), ecdsa_curve=24, signatures=_SCHEMES, ecdsa_signatures=(0x0503, 0x0403))
    with serve(handler(paper)) as server:
        found = ask(server.port)
    assert sorted(found.suites["TLSv1.2"]) == sorted(names(suites))
    assert not prefers or found.suites["TLSv1.2"] == names(suites)
    assert found.server_preference is prefers
    assert set(found.groups) == {"x25519", "x448", "secp256r1", "secp384r1"}
    assert len(found.signature_algorithms) == len(_SCHEMES) + 2
    assert found.unseen == ()


def test_whose_order_counts_is_seen_across_lanes() -> None:
    """The first hello had both, the picked one behind the other: found in different lanes, they still tell."""
    suites = (Suite(0xCCA8, "ecdhe"), Suite(0xCCAA, "dhe"), Suite(0x0035))
    with serve(handler(Paper({TLS12: suites, TLS10: suites[2:]}, curves=(30, 25), signatures=(0x0201, 0x0401)))) as server:
        found = ask(server.port)
    assert found.suites["TLSv1.2"] == names(suites)
    assert found.server_preference is True


@pytest.mark.parametrize("seed", range(6))
def test_any_server(seed: int) -> None:
    """Whatever is accepted, in whatever order, with whatever curves and schemes."""
    chance = random.Random(seed)
    kinds = {"ECDHE_RSA": "ecdhe", "DHE_RSA": "dhe", "RSA": "rsa"}
    known = [(code, suite_name(code).split("_WITH_")[0].removeprefix("TLS_")) for code in legacy_suites() if likely(code)]
    suites = [Suite(code, kinds[kind]) for code, kind in known if kind in kinds and chance.random() < 0.5] or [Suite(0x002F)]
    if seed % 2:
        chance.shuffle(suites)
    old = tuple(suite for suite in suites if likely(suite.code, Version.TLSv1_0))
    paper = Paper(
        {TLS12: tuple(suites), **({TLS10: old, TLS11: old} if old and seed % 3 else {})}, prefers=chance.random() < 0.6,
        curves=tuple(chance.sample((29, 23, 24, 25, 30, 9), 3)), signatures=tuple(chance.sample((*_SCHEMES, 0x0201), 4)),
    )  # fmt: skip
    with serve(handler(paper)) as server:
        found = ask(server.port)
    for version, label in ((TLS10, "TLSv1.0"), (TLS11, "TLSv1.1"), (TLS12, "TLSv1.2")):
        declared = names(paper.suites.get(version, ()))
        assert sorted(found.suites.get(label, ())) == sorted(declared)
        assert not paper.prefers or found.suites.get(label, ()) == declared
    signed = any(suite.kx != "rsa" for suite in suites)
    assert len(found.signature_algorithms) == (4 if signed else 0)
    assert found.unseen == ()
    assert found.connections == server.connections
