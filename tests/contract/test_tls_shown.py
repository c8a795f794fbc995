"""What servers show of themselves, read without a TLS library, against what they were given."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from providers.tls import contact as module
from providers.tls.contact import Contact, Peer, meet, other_kind, without_name
from providers.tls.enumeration import Limits
from providers.tls.shown import Shown
from providers.tls.targets import Target
from providers.tls.wire import Gate
from scanner.collect.plan import Failure
from scanner.demo.tls_servers import Handle, https, server_context
from scanner.model.facts import Certificate, Handshake, SecondCertificate, ServedNames
from scanner.model.known import Reason
from scanner.model.verdict import Status
from tests.support.tls import Pki, alert_to_all, hang, reset, scan, serving
from tests.support.tls_bed.certs import pair
from tests.support.tls_bed.real import node, openssl, python_ssl


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.make(tmp_path_factory.mktemp("pki"))


async def _met(port: int, limit: float = 2.0) -> tuple[Contact, Peer]:
    peer = Peer(Target("localhost", port), "127.0.0.1", 2, Gate(Limits(pause=0.01)), limit, asyncio.get_running_loop().time() + 20)
    return await meet([peer]), peer


def met(port: int) -> Shown:
    shown = asyncio.run(_met(port))[0].shown
    assert shown is not None
    return shown


def der(kind: str = "rsa") -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair(kind).certificate.read_text())


GROUPS = (
    "X25519", "P-256", "P-384", "P-521", "X448", "ffdhe2048", "ffdhe8192", "X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "MLKEM512", "MLKEM768", "MLKEM1024",
)  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_a_certificate_is_read_in_every_group_of_tls_1_3(group: str) -> None:
    """With keys that everybody knows: the server's OpenSSL 3.5 agrees with us, ML-KEM included."""
    with node(groups=group, ciphers="TLS_AES_128_GCM_SHA256", lowest="TLSv1.3") as port:
        shown = met(port)
    assert (shown.version, shown.chain, shown.asks) == (0x0304, (der(),), False)


@pytest.mark.parametrize("suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"])
def test_a_certificate_is_read_with_every_suite_of_tls_1_3(suite: str) -> None:
    with openssl("-tls1_3", "-ciphersuites", suite, kind="p256") as port:
        assert met(port).chain == (der("p256"),)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_certificate_is_read_before_tls_1_3(version: ssl.TLSVersion) -> None:
    def only(context: ssl.SSLContext) -> None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version

    with python_ssl(only) as port:
        shown = met(port)
    assert (shown.version, shown.chain) == (int(version), (der(),))


@pytest.mark.parametrize("lowest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_rsa_and_ecdsa_are_both_found_also_where_tls_1_3_is_all_there_is(pki: Pki, lowest: ssl.TLSVersion) -> None:
    context = server_context(pki.chain(), lowest=lowest)
    context.load_cert_chain(pki.chain("localhost", rsa_bits=2048))
    with serving(https(context)) as port:
        seen = scan(f"localhost:{port}", facts=(Certificate, SecondCertificate), ca_file=pki.ca_file)
    assert {seen.fact(Certificate).key, seen.fact(SecondCertificate).key} == {"RSA-2048", "ECDSA-secp256r1"}


def test_one_certificate_is_one_and_not_unknown(pki: Pki) -> None:
    with serving(https(server_context(pki.chain(), lowest=ssl.TLSVersion.TLSv1_3))) as port:
        seen = scan(f"localhost:{port}", facts=(Certificate, SecondCertificate), ca_file=pki.ca_file)
    assert SecondCertificate not in seen.endpoint.facts, "an alert said that there is none: not applicable"
    assert seen.outcome("second") is None


@pytest.mark.parametrize("broken", [reset, hang])
def test_a_look_that_is_broken_off_is_unknown_and_not_none(pki: Pki, broken: Handle) -> None:
    """Only hellos that know one kind of key are broken off, as some load balancers do."""
    real = https(server_context(pki.chain()))
    with serving(_unless_rsa_only(broken, real)) as port:
        seen = scan(f"localhost:{port}", facts=(Certificate, SecondCertificate), ca_file=pki.ca_file, call_timeout=0.5)
    assert seen.fact(Certificate).key == "ECDSA-secp256r1"
    assert seen.lost(SecondCertificate).reason in (Reason.UNAVAILABLE, Reason.TIMEOUT)
    assert "whether it holds one of the kind RSA too was not answered" in seen.lost(SecondCertificate).detail
    assert seen.verdicts()["certificate-validity"].status is Status.UNKNOWN


def _unless_rsa_only(broken: Handle, real: Handle) -> Handle:
    def handle(sock: socket.socket) -> None:
        hello = sock.recv(8192, socket.MSG_PEEK)
        # the list of signature schemes (extension 13) opens with a scheme of RSA only where no other is known
        (broken if b"\x00\x0d\x00\x18\x00\x16\x08\x04" in hello else real)(sock)

    return handle


def test_the_certificate_without_a_name_is_another_one(pki: Pki) -> None:
    named, other = server_context(pki.chain("localhost")), server_context(pki.chain("default.example.test"))

    def choose(tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        tls.context = other if name is None else named

    named.sni_callback = choose
    with serving(https(named)) as port:
        seen = scan(f"localhost:{port}", facts=(ServedNames, Handshake), ca_file=pki.ca_file)
    assert seen.fact(ServedNames).matches
    assert seen.fact(ServedNames).without_sni == ("default.example.test",)


def test_no_certificate_for_who_names_no_host(pki: Pki) -> None:
    context = server_context(pki.chain())

    def choose(_tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        return None if name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = choose

    async def nameless(port: int) -> Shown | None:
        contact, _ = await _met(port)
        return await without_name(contact)

    with serving(https(context)) as port:
        assert asyncio.run(nameless(port)) is None
        assert scan(f"localhost:{port}", facts=(ServedNames, Handshake), ca_file=pki.ca_file).fact(ServedNames).without_sni == ()


def test_refusing_everything_is_an_answer() -> None:
    with serving(alert_to_all) as port:
        contact = asyncio.run(_met(port))[0]
    assert (contact.shown, contact.alert, contact.trouble) == (None, "alert 40", None)


def test_silence_about_the_other_kind_raises() -> None:
    async def ask(port: int) -> None:
        contact, _ = await _met(port, 0.2)
        await other_kind(Contact(contact.peer, Shown(0x0303, 0xC02F, (b"x",))), "RSA-2048")

    with serving(hang) as port, pytest.raises(Failure) as lost:
        asyncio.run(ask(port))
    assert lost.value.reason is Reason.TIMEOUT


def test_the_group_that_a_server_wants_is_offered_from_then_on() -> None:
    async def ask(port: int) -> None:
        _, peer = await _met(port)
        assert peer.keys[0][0] == 0x0018
        assert isinstance(await peer.ask(module.opening(), tries=1), Shown)

    with node(groups="P-384", ciphers="TLS_AES_128_GCM_SHA256", lowest="TLSv1.3") as port:
        asyncio.run(ask(port))
