"""HSTS and the redirect from plain HTTP: what was seen, what does not apply, and what nobody answered."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from providers.tls import live
from providers.tls.fetch import Reply
from providers.tls.targets import Target
from providers.tls.web import judged, policy
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Failure, Options
from scanner.collect.run import Loop
from scanner.demo.tls_servers import Handle, https, server_context
from scanner.judge.estate import Estate
from scanner.model.facts import Hsts, HttpsRedirect
from scanner.model.known import Json, Reason
from scanner.model.snapshot import Run
from scanner.model.verdict import Status
from tests.support.tls import TYPES, Pki, Seen, closed_port, hang, reset, serving, smtp


def scan(port: int, *, http: int = 0, scheme: str = "") -> Seen:
    settings = {"tls.connect": "127.0.0.1", "tls.http_port": str(http or "")}
    options = Options(facts=frozenset({Hsts, HttpsRedirect}), call_timeout=1.0, settings=settings)
    ledger = Ledger()
    Loop(live.open((f"{scheme}localhost:{port}",), options, TYPES), ledger, threads=2, deadline=30).run()
    snapshot = ledger.snapshot(Run("2026-11-21T10:00:00Z", "0"))
    return Seen(snapshot, Estate.of(snapshot, TYPES))


def plain(answer: bytes) -> Handle:
    def handle(sock: socket.socket) -> None:
        sock.recv(4096)
        sock.sendall(answer)

    return handle


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Handle:
    return https(server_context(Pki.make(tmp_path_factory.mktemp("pki")).chain()))


def test_both_are_seen_in_one_run(tls: Handle) -> None:
    with serving(tls) as port, serving(plain(b"HTTP/1.1 301 Moved\r\nLocation: https://localhost/\r\n\r\n")) as http:
        seen = scan(port, http=http)
    assert seen.fact(Hsts) == Hsts(31_536_000)
    assert seen.fact(HttpsRedirect).secure
    assert {call.operation for call in seen.snapshot.calls} == {"connect", "hsts", "redirect"}
    statuses = {id: verdict.status for id, verdict in seen.verdicts().items()}
    assert (statuses["tls-hsts"], statuses["tls-redirect"]) == (Status.PASS, Status.PASS)


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\n\r\nhello", b"HTTP/1.0 302 Found\r\nLocation: /login\r\n\r\n", b"HTTP/1.1 301 Moved\r\nLocation: http://localhost/\r\n\r\n"]
)
def test_plain_http_that_stays_plain_fails(tls: Handle, answer: bytes) -> None:
    with serving(tls) as port, serving(plain(answer)) as http:
        seen = scan(port, http=http)
    assert not seen.fact(HttpsRedirect).secure
    assert seen.verdicts()["tls-redirect"].status is Status.FAIL


def test_a_closed_port_serves_nothing(tls: Handle) -> None:
    with serving(tls) as port:
        assert scan(port, http=closed_port()).fact(HttpsRedirect).detail.startswith("nobody listens")


@pytest.mark.parametrize("broken", [hang, reset])
def test_silence_is_unknown(tls: Handle, broken: Handle) -> None:
    with serving(tls) as port, serving(broken) as http:
        seen = scan(port, http=http)
    assert seen.lost(HttpsRedirect).reason in (Reason.TIMEOUT, Reason.UNAVAILABLE)
    assert seen.fact(Hsts)


def test_another_port_has_no_plain_http_of_its_own(tls: Handle) -> None:
    with serving(tls) as port:
        assert HttpsRedirect not in scan(port).endpoint.facts


def test_what_speaks_something_else_was_seen_to(tmp_path: Path) -> None:
    context = server_context(Pki.make(tmp_path).chain())

    def greets(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as secure:
            secure.sendall(b"* OK IMAP4rev1 ready\r\n")
            secure.recv(100)

    with serving(greets) as port:
        assert Hsts not in scan(port).endpoint.facts
    with serving(smtp(context)) as port:
        assert Hsts not in scan(port, scheme="smtp://").endpoint.facts


def test_a_tls_server_that_says_nothing_in_http_is_unknown(tmp_path: Path) -> None:
    context = server_context(Pki.make(tmp_path).chain())

    def mute(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as secure:
            while secure.recv(4096):
                pass

    with serving(mute) as port:
        assert scan(port).lost(Hsts).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("header", "age", "subdomains", "preload"),
    [
        ("max-age=31536000; includeSubDomains; preload", 31536000, True, True),
        ('MAX-AGE="600" ; INCLUDESUBDOMAINS', 600, True, False),
        ("max-age=0", 0, False, False),
        ("includeSubDomains", None, False, False),
        ("max-age=abc", None, False, False),
        ("max-age=1; max-age=31536000", None, False, False),
        ("max-age=99999999999999999999", None, False, False),
        ("", None, False, False),
    ],
)
def test_the_header_is_read_as_clients_do(header: str, age: int | None, subdomains: bool, preload: bool) -> None:
    found = policy(Reply(200, (("strict-transport-security", header), ("strict-transport-security", "max-age=5"))))
    assert (found["max_age"], found["subdomains"], found["preload"]) == (age, subdomains, preload)


@pytest.mark.parametrize(
    ("status", "to", "secure"),
    [(308, "https://localhost/x", True), (301, "https://elsewhere.test/", True), (301, "//localhost/", False), (302, "https://", False), (426, "", True), (404, "", False)],
)
def test_only_https_at_once_is_secure(status: int, to: str, secure: bool) -> None:
    found: dict[str, Json] = judged(Target("localhost", 443), 80, Reply(status, (("location", to),)))
    assert found["secure"] is secure
    with pytest.raises(Failure):
        judged(Target("localhost", 443), 80, Reply(503, ()))
