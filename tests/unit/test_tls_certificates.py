"""Certificates and chains: what is read, what is trusted, and what a hostile chain may cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from providers.tls.certificates import MOST_ALIKE, MOST_INTERMEDIATES, anchors, judge_chain, limited, read
from providers.tls.chain import Judge
from scanner.collect.plan import Failure
from scanner.demo.tls_servers import Authority, Key
from scanner.errors import InvalidFile
from scanner.model.known import Reason
from tests.support.tls import DAY, NOW

CA = Authority.make("Root", now=NOW)


def der(*certs: x509.Certificate) -> list[bytes]:
    return [cert.public_bytes(Encoding.DER) for cert in certs]


def leaf(authority: Authority = CA, start: timedelta = -10 * DAY, end: timedelta = 80 * DAY, *names: str, bits: int = 0) -> x509.Certificate:
    return authority.issue(*(names or ("localhost",)), starts=NOW + start, ends=NOW + end, rsa_bits=bits)[1]


def below(parent: Authority, name: str, key: Key | None = None, *, ca: bool = True, lives: timedelta = 300 * DAY) -> Authority:
    """An intermediate authority, or something that only looks like one."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().serial_number(x509.random_serial_number()).subject_name(subject).issuer_name(parent.cert.subject).public_key(key.public_key())
    builder = builder.not_valid_before(NOW - lives).not_valid_after(NOW + lives).add_extension(x509.BasicConstraints(ca, None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.key.public_key()), critical=False)
    return Authority(key, builder.sign(parent.key, hashes.SHA256()))


def judged(*sent: x509.Certificate, added: tuple[x509.Certificate, ...] = (CA.cert,)) -> tuple[bool, str]:
    body = judge_chain(der(*sent), der(*added), (), NOW)
    assert body["length"] == len(sent)
    return body["trusted"] is True, str(body["detail"])


def test_a_leaf_is_read() -> None:
    cert = leaf(CA, -10 * DAY, 80 * DAY, "example.org", "*.example.org", "192.0.2.1", "2001:db8::1", bits=2048)
    body = read(der(cert)[0])
    assert body["names"] == ["example.org", "*.example.org", "192.0.2.1", "2001:db8::1"]
    assert (body["key"], body["signature"], body["issuer"]) == ("RSA-2048", "sha256", "CN=Root")
    assert body["fingerprint"] == cert.fingerprint(hashes.SHA256()).hex()
    assert str(body["not_after"]).endswith("Z")


def test_eddsa_names_its_hash_by_itself() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateBuilder().serial_number(1).subject_name(name).issuer_name(name).public_key(key.public_key())
    body = read(builder.not_valid_before(NOW).not_valid_after(NOW + DAY).sign(key, None).public_bytes(Encoding.DER))
    assert (body["key"], body["signature"], body["names"]) == ("Ed25519", "sha512", [])


@pytest.mark.parametrize("junk", [b"", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----"])
def test_junk_is_no_certificate(junk: bytes) -> None:
    with pytest.raises(ValueError, match=r"pars|PEM|ASN|DER|data"):
        read(junk)


def test_a_chain_to_an_added_anchor_is_trusted() -> None:
    middle = below(CA, "Middle")
    assert judged(leaf()) == (True, "CN=Root")
    assert judged(leaf(middle), middle.cert)[0]
    assert judged(leaf(middle), middle.cert, CA.cert)[0]


def test_a_missing_intermediate_says_so() -> None:
    trusted, why = judged(leaf(below(CA, "Middle")))
    assert not trusted
    assert "CN=Middle is neither sent nor a trusted root" in why


def test_a_private_root_without_ca_file_says_so() -> None:
    trusted, why = judged(leaf(), CA.cert, added=())
    assert not trusted
    assert "CN=Root" in why
    assert "--ca-file" in why


def test_an_impostor_with_the_same_name_is_not_trusted() -> None:
    assert not judged(leaf(Authority.make("Root", now=NOW)))[0]


def test_an_end_certificate_cannot_issue() -> None:
    fake = below(CA, "Fake", ca=False)
    assert not judged(leaf(fake), fake.cert)[0]


def test_an_expired_intermediate_is_not_trusted() -> None:
    old = below(CA, "Old", lives=1 * DAY)
    cert = leaf(old, 5 * DAY, 10 * DAY)
    assert not judge_chain(der(cert, old.cert), der(CA.cert), (), NOW + 6 * DAY)["trusted"]


def test_expiry_of_the_leaf_is_a_question_of_its_own() -> None:
    assert judged(leaf(CA, -30 * DAY, -3 * DAY))[0]
    assert judged(leaf(CA, 3 * DAY, 30 * DAY))[0]


def test_a_leaf_signed_by_itself() -> None:
    own = below(CA, "localhost")
    alone = Authority.make("alone", now=NOW).cert
    assert judged(alone) == (False, "the certificate is signed by itself")
    assert judged(alone, added=(alone,)) == (True, "the certificate itself is an added trust anchor")
    assert not judged(own.cert)[0], "a certificate without names is trusted by no client"


def test_doubles_and_likes_are_limited() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    alike = [below(CA, "Same", key).cert for _ in range(6)]
    others = [below(CA, f"Other {n}").cert for n in range(20)]
    cert = leaf()
    assert len(limited([*alike, *alike, cert], cert)) == MOST_ALIKE
    assert len(limited([*alike, *others], cert)) == MOST_INTERMEDIATES


@pytest.fixture
def judge() -> Iterator[Judge]:
    made = Judge(der(CA.cert))
    yield made
    made.close()


def test_a_hostile_chain_does_not_hold_the_judge(judge: Judge) -> None:
    """Intermediates of one subject and key that sign each other: without limits this takes minutes."""
    key = ec.generate_private_key(ec.SECP256R1())
    first = below(CA, "Loop", key)
    loop = [below(first, "Loop", key).cert for _ in range(12)]
    cert = leaf(below(Authority(key, first.cert), "Last"))
    start = time.monotonic()
    body = judge.ask(der(cert, *loop), 20.0)
    assert body["trusted"] is False
    assert time.monotonic() - start < 20


def test_a_judge_that_is_too_slow_is_killed_and_replaced(judge: Judge) -> None:
    sent = der(leaf())
    with pytest.raises(Failure) as late:
        judge.ask(sent, 0.001)
    assert late.value.reason is Reason.TIMEOUT
    assert judge.ask(sent)["trusted"] is True


def test_a_chain_that_cannot_be_parsed(judge: Judge) -> None:
    with pytest.raises(Failure) as refused:
        judge.ask([*der(leaf()), b"junk"])
    assert refused.value.reason is Reason.UNPARSABLE
    assert judge.ask(der(leaf()))["trusted"] is True


def test_anchors_are_read_and_errors_name_the_line(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    text = CA.pem.decode()
    file.write_text(f"a comment\n{text}\n{text}")
    assert anchors(str(file)) == (*der(CA.cert), *der(CA.cert))
    for content, line, says in (
        ("", 1, "no certificate"),
        ("nothing\nhere", 1, "no certificate"),
        (f"{text}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", text.count("\n") + 1, "no readable certificate"),
        ("x\n-----BEGIN CERTIFICATE-----\nAAAA\n", 2, "no end"),
    ):
        file.write_text(content)
        with pytest.raises(InvalidFile, match=says) as wrong:
            anchors(str(file))
        assert wrong.value.line == line
        assert "--ca-file" in wrong.value.advice
    with pytest.raises(InvalidFile, match="No such file"):
        anchors(str(tmp_path / "absent.pem"))
