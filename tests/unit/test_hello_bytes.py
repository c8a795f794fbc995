"""The bytes of the hellos, read back by a parser of their own."""

from __future__ import annotations

import pytest

from providers.tls.groups import groups_of, known_prime, signatures
from providers.tls.hello import Offer, client_hello, sslv2_hello
from providers.tls.suites import COMMON, Version, halves, legacy_suites, likely, rank, sslv2_names, suite_name, tls13_suites
from scanner.sdk import rows
from tests.support.tls_bed.paper import parse

FULL = Offer(Version.TLSv1_2, legacy_suites(), groups_of(Version.TLSv1_2), signatures(), features=True, alpn=("h2", "http/1.1"), compression=True)


def test_a_hello_says_what_was_offered() -> None:
    hello = parse(client_hello(FULL, "www.example"))
    assert hello.version == 0x0303
    assert tuple(hello.suites) == legacy_suites()
    assert tuple(hello.codes(10)) == groups_of(Version.TLSv1_2)
    assert tuple(hello.codes(13)) == signatures()
    assert hello.extensions[0] == b"\x00\x0e\x00\x00\x0bwww.example"
    assert hello.extensions[16] == b"\x00\x0c\x02h2\x08http/1.1"
    assert set(hello.compression) == {0, 1, 64}
    assert {5, 11, 15, 18, 22, 23, 35, 0xFF01} <= set(hello.extensions)
    assert 43 not in hello.extensions


def test_tls13_without_a_key_share() -> None:
    hello = parse(client_hello(Offer(Version.TLSv1_3, tls13_suites(), groups_of(Version.TLSv1_3), signatures())))
    assert hello.version == 0x0303
    assert hello.extensions[43] == b"\x02\x03\x04"
    assert hello.extensions[51] == b"\x00\x00"
    assert 0x11EC in hello.codes(10)
    assert hello.compression == b"\0"
    assert 0xFF01 not in hello.extensions


def test_tls13_with_key_shares() -> None:
    hello = parse(client_hello(Offer(Version.TLSv1_3, tls13_suites(), (0x001D, 0x0017, 0x0018), signatures(), shares=True, any_version=True)))
    assert hello.extensions[43] == b"\x08\x03\x04\x03\x03\x03\x02\x03\x01"
    shares = hello.extensions[51]
    assert shares[2:6] == b"\x00\x1d\x00\x20"
    assert shares[38:42] == b"\x00\x17\x00\x41"
    assert len(shares) == 2 + 36 + 69


def test_the_share_of_p256_lies_on_the_curve() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    from providers.tls.groups import SECP256R1, key_share

    point = key_share(SECP256R1)
    assert point is not None
    assert ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).curve.name == "secp256r1"


def test_before_extensions() -> None:
    hello = parse(client_hello(Offer(Version.SSLv3, legacy_suites(), fallback=True)))
    assert hello.version == 0x0300
    assert hello.extensions == {}
    assert hello.suites[-2:] == [0x5600, 0x00FF]
    bare = client_hello(Offer(Version.TLSv1_0, COMMON, extensions=False))
    assert parse(bare).extensions == {}
    assert len(bare) < 255


def test_an_address_is_no_server_name() -> None:
    assert 0 not in parse(client_hello(FULL, "192.0.2.1")).extensions
    assert 0 not in parse(client_hello(FULL, "2001:db8::1")).extensions
    assert parse(client_hello(FULL, "bücher.example")).extensions[0].endswith(b"xn--bcher-kva.example")


@pytest.mark.parametrize("count", range(0, 240, 7))
def test_no_hello_has_the_length_that_hangs_some_load_balancers(count: int) -> None:
    record = client_hello(Offer(Version.TLSv1_2, legacy_suites()[: 1 + count], (29, 23), (0x0401,)), "www.example")
    assert parse(record).size == len(record)
    assert not 256 <= len(record) - 5 <= 511


def test_sslv2() -> None:
    hello = sslv2_hello(sslv2_names(), bytes(16))
    assert hello[:2] == (0x8000 | len(hello) - 2).to_bytes(2, "big")
    assert hello[2:5] == b"\x01\x00\x02"
    assert int.from_bytes(hello[5:7], "big") == 3 * len(sslv2_names())
    assert len(hello) == 2 + 9 + 3 * len(sslv2_names()) + 16


def test_every_suite_of_the_table_is_asked_for() -> None:
    """All but the two signals, each in the hello of its versions."""
    asked = {suite_name(code) for code in legacy_suites() + tls13_suites()}
    assert set(rows("cipher_suites")) - asked == {"TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "TLS_FALLBACK_SCSV"}
    assert not set(legacy_suites()) & set(tls13_suites())
    assert set(COMMON) <= set(legacy_suites())


def test_every_group_of_tls13_is_asked_for() -> None:
    assert {"X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "ffdhe2048", "ffdhe8192", "x448"} <= {
        name for name, row in rows("tls_groups").items() if int(row["code"], 16) in groups_of(Version.TLSv1_3)
    }
    assert 0x0100 not in groups_of(Version.TLSv1_2)


def test_a_prime_of_rfc7919_is_recognised() -> None:
    # ffdhe2048, RFC 7919, A.1
    prime = bytes.fromhex(
        "FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695A9E13641146433FBCC939DCE249B3EF97D2FE363630C75D8F681B202AEC4617A"
        "D3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935984F0C70E0E68B77E2A689DAF3EFE8721DF158A136ADE73530ACCA4F483A797A"
        "BC0AB182B324FB61D108A94BB2C8E3FBB96ADAB760D7F4681D4F42A3DE394DF4AE56EDE76372BB190B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F61"
        "9172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005C58EF1837D1683B2C6F34A26C1B2EFFA886B423861285C97FFFFFFFFFFFFFFFF"
    )
    assert known_prime(prime) == known_prime(b"\0" + prime) == 0x0100
    assert known_prime(prime[:-1] + b"\1") is None


@pytest.mark.parametrize("ordered", [True, False])
def test_halves_lose_nothing(ordered: bool) -> None:
    upper, lower = halves(legacy_suites(), ordered)
    assert sorted(upper + lower) == sorted(legacy_suites())
    assert sum(map(likely, upper)) > 4
    assert sum(map(likely, lower)) > 4
    assert max(rank(code) for code in upper) < min(rank(code) for code in lower) if ordered else True
    assert halves((0xC02F, 0xC030), True) == ((0xC02F, 0xC030), ())
