"""Revocation by staple, OCSP and CRL on loopback: what the authority signed counts, and nothing else."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from providers.tls.fetch import locate
from providers.tls.revocation import Answers, by_crl, by_ocsp, look
from providers.tls.shown import Shown
from scanner.collect.plan import Failure
from scanner.demo.tls_servers import Authority, https, save, server_context
from scanner.model.facts import Certificate, Revocation
from scanner.model.known import Json, Reason
from scanner.model.verdict import Status
from tests.support.revoking import answer, delegate, leaf, responding, revoked_list
from tests.support.tls import DAY, NOW, Pki, scan, serving
from tests.support.tls_bed.certs import Pair
from tests.support.tls_bed.real import openssl

CA = Authority.make("Root", now=NOW)
OTHER = Authority.make("Root", now=NOW)


def asked(cert: x509.Certificate, staple: bytes = b"", *, address: str = "127.0.0.1", limit: float = 2.0) -> dict[str, Json]:
    shown = Shown(0x0304, 0x1301, (cert.public_bytes(Encoding.DER),), staple)
    return asyncio.run(look(shown, address, (CA.cert.public_bytes(Encoding.DER),), Answers(), limit, time.monotonic() + 20))


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("signer", [None, delegate(CA)], ids=["authority", "delegate"])
def test_what_the_authority_signed_counts(revoked: bool, signer: Authority | None) -> None:
    _, cert = leaf(CA)
    found = by_ocsp(answer(CA, cert, revoked=revoked, signer=signer), cert, CA.cert, NOW, "OCSP")
    assert found is not None
    assert found.revoked is revoked
    assert ("keyCompromise" in found.detail) is revoked
    listed = by_crl(revoked_list(CA, *([cert] if revoked else [])), cert, CA.cert, NOW)
    assert listed is not None
    assert listed.revoked is revoked


def test_what_does_not_count_is_no_answer() -> None:
    _, cert = leaf(CA)
    _, another = leaf(CA)
    for der in (
        answer(CA, another),
        answer(CA, cert, at=NOW - 30 * DAY),
        answer(CA, cert, at=NOW + 30 * DAY),
        answer(CA, cert, signer=delegate(CA, may=False)),
        answer(CA, cert, signer=delegate(OTHER)),
        answer(OTHER, cert),
        b"",
        b"<html>",
        b"\x30\x03\x0a\x01\x06",  # unauthorized (RFC 6960, 4.2.1)
    ):
        assert by_ocsp(der, cert, CA.cert, NOW, "OCSP") is None
    for der in (revoked_list(CA, at=NOW - 30 * DAY), revoked_list(CA, cert, signer=OTHER), b"", b"\x30\x00"):
        assert by_crl(der, cert, CA.cert, NOW) is None


def test_the_staple_comes_first_and_a_broken_one_last() -> None:
    with responding() as web:
        _, cert = leaf(CA, web.url("/ocsp"), web.url("/crl"))
        web.bodies["/ocsp"] = answer(CA, cert)
        assert asked(cert, answer(CA, cert, revoked=True))["revoked"] is True
        assert web.asked == []
        assert asked(cert, b"junk")["via"] == "OCSP"
        web.bodies["/ocsp"] = b"junk"
        web.bodies["/crl"] = revoked_list(CA, cert)
        found = asked(cert)
        assert (found["revoked"], found["via"], found["stapled"]) == (True, "CRL", False)


def test_nobody_who_could_say_it_is_unknown() -> None:
    with responding() as web:
        _, cert = leaf(CA, web.url("/ocsp"), "http://localhost:9/crl")
        with pytest.raises(Failure) as lost:
            asked(cert)
        assert "status 404" in lost.value.detail
        assert "refuses" in lost.value.detail
        _, stranger = leaf(OTHER, web.url("/ocsp"))
        with pytest.raises(Failure, match="neither sent nor"):
            asked(stranger)
    assert asked(leaf(CA)[1])["revoked"] is None
    assert asked(leaf(CA, lives=6 * DAY)[1])["revoked"] is False, "too short-lived to be revoked"


def test_an_endless_answer_and_a_silent_one_are_given_up() -> None:
    with responding() as web:
        web.bodies["/endless"] = lambda: bytes(200_000)
        web.bodies["/silent"] = lambda: time.sleep(3) or b""  # type: ignore[func-returns-value]
        with pytest.raises(Failure, match="more than 65536 bytes"):
            asked(leaf(CA, web.url("/endless"))[1])
        with pytest.raises(Failure) as late:
            asked(leaf(CA, web.url("/silent"))[1], limit=0.3)
        assert late.value.reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    "url",
    ["https://localhost/", "ldap://localhost/", "file:///etc/passwd", "http://user@localhost/", "http://", "http://local host/", "http://localhost:99999/", "http://[::1", ""],
)
def test_only_plain_http_is_asked(url: str) -> None:
    with pytest.raises(Failure):
        asyncio.run(locate(url, True, 1.0))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]"])
def test_a_public_endpoint_sends_nobody_into_private_networks(host: str) -> None:
    with pytest.raises(Failure) as no:
        asyncio.run(locate(f"http://{host}/crl", False, 1.0))
    assert no.value.code == "private"
    with responding() as web, pytest.raises(Failure, match="private network"):
        asked(leaf(CA, web.url("/ocsp"))[1], address="198.41.0.4")


def test_a_revoked_certificate_through_the_whole_provider(tmp_path: Path) -> None:
    pki = Pki.make(tmp_path)
    with responding() as web:
        key, cert = leaf(pki.authority, web.url("/ocsp"), must_staple=True)
        web.bodies["/ocsp"] = answer(pki.authority, cert, revoked=True)
        with serving(https(server_context(save(tmp_path, "revoked", key, cert)))) as port:
            seen = scan(f"localhost:{port}", facts=(Revocation, Certificate), ca_file=pki.ca_file)
            assert seen.fact(Revocation).revoked is True
            assert seen.fact(Certificate).must_staple is True
            assert seen.verdicts()["certificate-revocation"].status is Status.FAIL
            del web.bodies["/ocsp"]
            lost = scan(f"localhost:{port}", facts=(Revocation,), ca_file=pki.ca_file)
    assert lost.lost(Revocation).reason is Reason.UNAVAILABLE
    assert lost.verdicts()["certificate-revocation"].status is Status.UNKNOWN


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_staple_of_openssl_is_read_in_both_worlds(tmp_path: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pki = Pki.make(tmp_path)
    key, cert = leaf(pki.authority, must_staple=True)
    file = save(tmp_path, "stapled", key, cert)
    staple = tmp_path / "staple.der"
    staple.write_bytes(answer(pki.authority, cert))
    monkeypatch.setattr("tests.support.tls_bed.real.pair", lambda _kind: Pair(file, file))
    with openssl(version, "-status_file", str(staple)) as port:
        seen = scan(f"localhost:{port}", facts=(Revocation,), ca_file=pki.ca_file)
    found = seen.fact(Revocation)
    assert (found.revoked, found.via, found.stapled, found.must_staple) == (False, "staple", True, True)
    assert seen.verdicts()["certificate-revocation"].status is Status.PASS
