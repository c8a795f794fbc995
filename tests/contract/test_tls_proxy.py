"""Through a proxy, and with a certificate of our own: whole scans against real servers, and proxies that misbehave."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from providers.tls import live
from providers.tls.credential import PASSWORD, credential
from providers.tls.proxy import Proxy, parse_proxy
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.run import Loop
from scanner.demo.tls_servers import Handle, https, save, server_context
from scanner.errors import InvalidFile, UsageError
from scanner.judge.estate import Estate
from scanner.model.facts import Certificate, Chain, ClientAuth, Handshake, Hsts
from scanner.model.known import Reason
from scanner.model.snapshot import Run
from tests.support.tls import DAY, NOW, TYPES, Pki, Seen, closed_port, hang, serving, smtp
from tests.support.tls_proxy import Names, connect_proxy, socks_proxy

HOST = "endpoint.example.test"
Kind = Callable[[list[str], Names, str], Handle]


def scan(target: str, *facts: type, **settings: str) -> Seen:
    options = Options(facts=frozenset(facts), call_timeout=2.0, timeout=60.0, settings={f"tls.{key}": value for key, value in settings.items()})
    ledger = Ledger()
    Loop(live.open((target,), options, TYPES), ledger, threads=4, deadline=60).run()
    snapshot = ledger.snapshot(Run("2026-11-21T10:00:00Z", "0"))
    return Seen(snapshot, Estate.of(snapshot, TYPES))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.make(tmp_path_factory.mktemp("pki"))


@pytest.mark.parametrize(("kind", "scheme"), [(connect_proxy, "http"), (socks_proxy, "socks5")])
@pytest.mark.parametrize("credentials", ["", "user:pass word"])
def test_everything_goes_through_the_proxy(kind: Kind, scheme: str, credentials: str, pki: Pki) -> None:
    """The name is one that this machine cannot look up: only the proxy knows it."""
    led: list[str] = []
    with serving(https(server_context(pki.chain(HOST)))) as port, serving(kind(led, {HOST: "127.0.0.1"}, credentials)) as at:
        user = credentials.replace(" ", "%20") + "@" if credentials else ""
        seen = scan(f"{HOST}:{port}", Certificate, Chain, Handshake, Hsts, proxy=f"{scheme}://{user}127.0.0.1:{at}", ca_file=str(pki.ca_file))
    assert seen.fact(Certificate).names == (HOST,)
    assert seen.fact(Chain).trusted
    assert "TLSv1.3" in seen.fact(Handshake).versions
    assert seen.fact(Hsts).max_age == 31_536_000
    assert set(led) == {f"{HOST}:{port}"}, "what was asked for by name, and nothing else"
    assert "pass word" not in repr(seen.snapshot)


def test_a_server_that_speaks_first_is_heard(pki: Pki) -> None:
    """Its greeting may come in one piece with the proxy's answer."""
    with serving(smtp(server_context(pki.chain(HOST)))) as port, serving(socks_proxy([], {HOST: "127.0.0.1"})) as at:
        seen = scan(f"smtp://{HOST}:{port}", Certificate, proxy=f"socks5://127.0.0.1:{at}")
    assert seen.fact(Certificate).names == (HOST,)


def _says(answer: bytes) -> Handle:
    def handle(sock: socket.socket) -> None:
        sock.recv(4096)
        with contextlib.suppress(OSError):
            sock.sendall(answer)
            sock.recv(4096)

    return handle


@pytest.mark.parametrize(
    ("handle", "scheme", "why"),
    [
        (_says(b"HTTP/1.1 403 Forbidden\r\n\r\n<html>not allowed</html>"), "http", "answers 403 to CONNECT"),
        (_says(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), "http", "wants credentials"),
        (_says(b"HTTP/1.1\r\n\r\n"), "http", "answers nothing to CONNECT"),
        (_says(b"SSH-2.0-OpenSSH_9.2\r\n"), "http", "speaks no HTTP"),
        (_says(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 40_000), "http", "without end"),
        (_says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "socks5", "speaks no SOCKS 5"),
        (_says(b"\x05\xff"), "socks5", "wants credentials"),
        (_says(b"\x05\x00\x05\x02\x00\x01"), "socks5", "its rules do not allow it"),
        (_says(b""), "http", "connection closed"),
        (hang, "http", "no TCP connection through"),
        (hang, "socks5", "no TCP connection through"),
    ],
)
def test_a_proxy_that_does_not_lead_there_is_no_answer_of_the_endpoint(handle: Handle, scheme: str, why: str) -> None:
    with serving(handle) as at:
        seen = scan(f"{HOST}:443", Certificate, Hsts, proxy=f"{scheme}://127.0.0.1:{at}")
    (call,) = (call for call in seen.snapshot.calls if call.operation == "connect")
    assert not call.ok
    assert why in call.detail or (why == "connection closed" and "no TCP connection through" in call.detail)
    assert seen.lost(Certificate).reason is call.outcome
    assert call.outcome in (Reason.UNAVAILABLE, Reason.TIMEOUT)


def test_a_proxy_that_is_not_there() -> None:
    seen = scan(f"{HOST}:443", Certificate, proxy=f"http://127.0.0.1:{closed_port()}")
    assert "through http://127.0.0.1" in seen.lost(Certificate).detail or "no TCP connection" in seen.lost(Certificate).detail


def test_proxies_as_they_are_written() -> None:
    assert parse_proxy("proxy.example.org:8080") == Proxy("http", "proxy.example.org", 8080)
    assert parse_proxy("socks5h://a%40b:c%3Ad@[2001:db8::1]") == Proxy("socks5", "2001:db8::1", 1080, "a@b", "c:d")
    assert str(parse_proxy("http://user:secret@p.example.org")) == "http://p.example.org:3128"
    assert "secret" not in repr(parse_proxy("http://user:secret@p.example.org"))
    for wrong in ("https://p.example.org", "ftp://user:secret@p", "http://", "http://p.example.org/path", "http://user:secret@p:99999"):
        with pytest.raises(UsageError) as caught:
            parse_proxy(wrong)
        assert "secret" not in str(caught.value)


# -- mutual TLS
@pytest.fixture(scope="module")
def mutual(pki: Pki) -> ssl.SSLContext:
    context = server_context(pki.chain(HOST))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki.ca_file)
    return context


def test_a_server_that_asks_for_a_certificate(mutual: ssl.SSLContext, pki: Pki) -> None:
    own = save(pki.folder, "client", *pki.authority.issue("client.example.test", starts=NOW - DAY, ends=NOW + DAY, usage=ExtendedKeyUsageOID.CLIENT_AUTH))
    with serving(https(mutual)) as port:
        without = scan(f"{HOST}:{port}", Certificate, ClientAuth, Hsts, connect="127.0.0.1")
        with_one = scan(f"{HOST}:{port}", Certificate, ClientAuth, Hsts, connect="127.0.0.1", client_cert=str(own))
    for seen in (without, with_one):
        assert seen.fact(ClientAuth).state.value == "on"
        assert seen.fact(Certificate).names == (HOST,)
    assert without.lost(Hsts).reason is Reason.UNAVAILABLE, "nobody is let in to ask"
    assert with_one.fact(Hsts).max_age == 31_536_000


def test_the_password_of_a_key(pki: Pki, tmp_path: Path, mutual: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    key, cert = pki.authority.issue("client.example.test", starts=NOW - DAY, ends=NOW + DAY, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    (tmp_path / "own.pem").write_bytes(cert.public_bytes(Encoding.PEM))
    (tmp_path / "own.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"the secret")))
    files = {"client_cert": str(tmp_path / "own.pem"), "client_key": str(tmp_path / "own.key")}
    with serving(https(mutual)) as port:
        with pytest.raises(InvalidFile, match="cannot be used as a client certificate"):
            scan(f"{HOST}:{port}", Hsts, connect="127.0.0.1", **files)
        monkeypatch.setenv(PASSWORD, "the secret")
        seen = scan(f"{HOST}:{port}", Hsts, connect="127.0.0.1", **files)
    assert seen.fact(Hsts).max_age == 31_536_000
    assert "the secret" not in repr(seen.snapshot)


def test_credentials_that_cannot_be_used(pki: Pki, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="without --client-cert"):
        credential("", "own.key", "")
    with pytest.raises(InvalidFile, match="is not there"):
        credential(str(tmp_path / "none.pem"), "", "")
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(InvalidFile, match="cannot be used"):
        credential(str(tmp_path / "broken.pem"), "", "")
    with pytest.raises(InvalidFile, match="cannot be used"):
        credential(str(pki.ca_file), "", "")
