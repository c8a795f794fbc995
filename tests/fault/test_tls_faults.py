"""Endpoints that break: nothing hangs, nothing turns green, and every fact says why it is not known."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from scanner.demo.tls_servers import Handle, server_context
from scanner.model.facts import Attacks, Certificate, Chain, ClientAuth, Handshake, ServedNames
from scanner.model.known import Known, Reason
from scanner.model.verdict import Status
from tests.support.cases import at_once
from tests.support.tls import (
    Pki,
    alert_to_all,
    closed_port,
    garbage,
    hang,
    hang_up,
    plain_http,
    reset,
    scan,
    serving,
    smtp,
    ssh_banner,
    then_broken,
    trickle,
)

FACTS = (Handshake, Certificate, Chain, ServedNames, Attacks, ClientAuth)


NO_ANSWER: dict[str, tuple[Handle, Reason, str]] = {
    "hang": (hang, Reason.TIMEOUT, "does not finish a TLS handshake"),
    "trickle": (trickle, Reason.TIMEOUT, "does not finish a TLS handshake"),
    "http": (plain_http, Reason.UNAVAILABLE, "plain HTTP"),
    "ssh": (ssh_banner, Reason.UNAVAILABLE, "SSH server"),
    "garbage": (garbage, Reason.UNAVAILABLE, "no TLS (first bytes c8 c9"),
    "smtp-greeting": (smtp(None), Reason.UNAVAILABLE, "write smtp://"),
    "reset": (reset, Reason.UNAVAILABLE, "resets the connection"),
    "fin": (hang_up, Reason.UNAVAILABLE, "closes the connection"),
}


def test_what_is_no_answer_makes_every_fact_unknown() -> None:
    at_once({name: partial(every_fact_is_unknown, *given) for name, given in NO_ANSWER.items()})


def every_fact_is_unknown(stub: Handle, reason: Reason, says: str) -> None:
    with serving(stub) as port:
        start = time.monotonic()
        seen = scan(f"localhost:{port}", call_timeout=1.0, timeout=30.0)
        took = time.monotonic() - start
    assert took < 25, "far below the deadline of the scan"
    assert seen.outcome("connect") is reason
    for kind in FACTS:
        lost = seen.lost(kind)
        assert lost.reason is reason
        assert says in lost.detail
        assert "tls:connect" in lost.detail
    verdicts = seen.verdicts()
    assert len(verdicts) >= 11
    assert {verdict.status for verdict in verdicts.values()} == {Status.UNKNOWN}


def test_nobody_listens() -> None:
    seen = scan(f"localhost:{closed_port()}")
    assert seen.lost(Handshake).reason is Reason.UNAVAILABLE
    assert "refuses connections: check the port" in seen.lost(Certificate).detail
    assert {verdict.status for verdict in seen.verdicts().values()} == {Status.UNKNOWN}


def test_a_name_that_does_not_resolve() -> None:
    seen = scan("no-such-host.invalid", at="", call_timeout=3.0)
    lost = seen.lost(Handshake)
    assert lost.reason in (Reason.UNAVAILABLE, Reason.TIMEOUT)
    assert "--connect IP" in lost.detail
    assert "no-such-host.invalid" in lost.detail


def test_an_alert_is_an_answer_and_still_no_green() -> None:
    with serving(alert_to_all) as port:
        seen = scan(f"localhost:{port}", call_timeout=2.0)
    assert seen.outcome("connect") is None
    assert "speaks TLS and refuses everything" in seen.lost(Handshake).detail
    assert {verdict.status for verdict in seen.verdicts().values()} == {Status.UNKNOWN}


def test_what_is_broken_off_half_way(tmp_path: Path) -> None:
    """Each is given up after seconds: they are waited for together."""
    pki = Pki.make(tmp_path)
    at_once(
        {
            "hangs after the first connection": partial(certificate_facts_survive, pki),
            "resets after some connections": partial(a_server_that_resets_is_not_called_clean, pki),
            "dies in the handshake": partial(a_server_that_dies_shows_nothing, pki),
        }
    )


def certificate_facts_survive(pki: Pki) -> None:
    """The first connection is served, every later one hangs: sslyze is held and killed, the certificate stays."""
    with serving(then_broken(server_context(pki.chain()), 1, hang)) as port:
        seen = scan(f"localhost:{port}", call_timeout=0.5, timeout=30.0, ca_file=pki.ca_file)
    assert seen.fact(Certificate).names == ("localhost", "127.0.0.1")
    assert seen.fact(Chain).trusted
    assert seen.fact(ServedNames).matches
    assert seen.lost(Handshake).reason in (Reason.TIMEOUT, Reason.UNAVAILABLE)
    assert seen.lost(Attacks).reason in (Reason.TIMEOUT, Reason.UNAVAILABLE)
    statuses = {check: verdict.status for check, verdict in seen.verdicts().items()}
    assert statuses["certificate-chain"] is Status.PASS
    assert statuses["tls-versions"] is statuses["tls-ciphers"] is statuses["tls-attacks"] is Status.UNKNOWN


def a_server_that_resets_is_not_called_clean(pki: Pki) -> None:
    with serving(then_broken(server_context(pki.chain()), 7, reset)) as port:
        seen = scan(f"localhost:{port}", facts=(Handshake,), call_timeout=0.5, timeout=20.0, ca_file=pki.ca_file)
    known = seen.endpoint.facts[Handshake]
    if isinstance(known, Known):
        assert known.value.unseen, "suites that met a reset are neither accepted nor refused"
    verdicts = seen.verdicts()
    assert verdicts["tls-ciphers"].status is Status.UNKNOWN


def test_the_end_of_the_scan_leaves_a_gap_for_what_was_not_looked_at() -> None:
    with serving(hang) as port:
        seen = scan(*(f"host-{n}.test:{port}" for n in range(12)), call_timeout=5.0, timeout=1.0)
    assert len(seen.estate.failed) + len(seen.estate.resources) == 12
    # a look that notices the end by itself says so of each of its parts, one that is given up says so once
    assert len({call.subject for call in seen.snapshot.calls}) == 12
    assert all(call.outcome is Reason.TIMEOUT for call in seen.snapshot.calls)


def test_starttls_that_breaks_is_unknown() -> None:
    stubs = {"fin": hang_up, "garbage": garbage}
    at_once({f"{protocol} {name}": partial(starttls_breaks, protocol, stub) for protocol in ("smtp", "imap", "postgres", "mysql") for name, stub in stubs.items()})


def starttls_breaks(protocol: str, stub: Handle) -> None:
    def now(sock: object) -> None:
        sock.sendall(b"\xff\xfe\x00\x01" * 8 + b"\n")  # type: ignore[attr-defined]

    with serving(now if stub is garbage else stub) as port:
        seen = scan(f"{protocol}://localhost:{port}", facts=(Certificate,), call_timeout=1.0, timeout=15.0)
    assert seen.lost(Certificate).reason in (Reason.UNAVAILABLE, Reason.TIMEOUT)


def test_a_mail_server_without_starttls_says_so() -> None:
    with serving(smtp(None)) as port:
        seen = scan(f"smtp://localhost:{port}", facts=(Certificate, Handshake), call_timeout=2.0)
    assert "offers no TLS in it" in seen.lost(Certificate).detail
    assert seen.lost(Handshake).reason is Reason.UNAVAILABLE


def a_server_that_dies_shows_nothing(pki: Pki) -> None:
    """No certificate is shown and no version is named when the connection ends after the server's first record."""
    context = server_context(pki.chain())

    def half(sock: object) -> None:
        import ssl

        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(sock.recv(8192))  # type: ignore[attr-defined]
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            sock.sendall(outgoing.read()[:60])  # type: ignore[attr-defined]

    with serving(half) as port:
        seen = scan(f"localhost:{port}", call_timeout=1.0, timeout=20.0)
    assert {verdict.status for verdict in seen.verdicts().values()} == {Status.UNKNOWN}
