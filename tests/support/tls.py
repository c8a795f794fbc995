"""Endpoints for tests: real ones with Python's ssl, and stubs that misbehave byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from providers.tls import live
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.run import Loop
from scanner.demo.tls_servers import Authority, Handle, Server, https, save, server_context
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.known import Known, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import Run, Snapshot
from scanner.model.verdict import Verdict
from scanner.plugins import load_checks, load_types

TYPES = load_types("providers.tls.types")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """What a scan of one endpoint brought."""

    snapshot: Snapshot
    estate: Estate

    @property
    def endpoint(self) -> Resource:
        (only,) = self.estate.resources
        return only

    def fact(self, kind: type) -> Any:
        """The value of a fact that must be known."""
        found = self.endpoint.facts[kind]
        assert isinstance(found, Known), found
        return found.value

    def lost(self, kind: type) -> Unknown:
        """Why a fact is not known."""
        found = self.endpoint.facts[kind]
        assert isinstance(found, Unknown), found
        return found

    def outcome(self, operation: str) -> Any:
        """The Reason in the ledger, None for an answered call."""
        return next(call.outcome for call in self.snapshot.calls if call.operation == operation)

    def verdicts(self, now: datetime = NOW) -> dict[str, Verdict]:
        """Every check that meets the endpoint, by id, with its default parameters; of a check about several facts the worst."""
        asked = [Question(check) for check in load_checks().values() if not check.estate]
        return {verdict.check: verdict for verdict in sorted(judge(self.estate, asked, now), key=lambda verdict: verdict.sort_key, reverse=True)}


def scan(*targets: str, facts: tuple[type, ...] = (), call_timeout: float = 5.0, timeout: float = 60.0, ca_file: Path | None = None, at: str = "127.0.0.1") -> Seen:
    """Through the same loop as the command; at the loopback address, whatever the host is called."""
    settings = {"tls.connect": at} | ({"tls.ca_file": str(ca_file)} if ca_file else {})
    options = Options(facts=frozenset(facts), call_timeout=call_timeout, timeout=timeout, settings=settings)
    ledger = Ledger()
    Loop(live.open(targets, options, TYPES), ledger, threads=4, deadline=timeout).run()
    snapshot = ledger.snapshot(Run("2026-11-21T10:00:00Z", "0"))
    return Seen(snapshot, Estate.of(snapshot, TYPES))


@dataclass(frozen=True)
class Pki:
    """An authority, and a folder for what it issues."""

    authority: Authority
    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Pki:
        made = cls(Authority.make("Test authority"), folder)
        made.ca_file.write_bytes(made.authority.pem)
        return made

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def chain(self, *names: str, rsa_bits: int = 0) -> Path:
        """Key and certificate for these names, 80 of 90 days left."""
        key, cert = self.authority.issue(*(names or ("localhost", "127.0.0.1")), starts=NOW - 10 * DAY, ends=NOW + 80 * DAY, rsa_bits=rsa_bits)
        return save(self.folder, f"leaf-{cert.serial_number}", key, cert)


@contextlib.contextmanager
def serving(handle: Handle, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A server for the time of the block; gives its port."""
    server = Server(handle, address, port)
    try:
        yield server.port
    finally:
        server.close()


def closed_port() -> int:
    """A port of the loopback address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


# -- stubs: each reads what it must of a hello and then misbehaves -------------------------------------------
def hang(sock: socket.socket) -> None:
    """Take everything, say nothing."""
    with contextlib.suppress(OSError):
        while sock.recv(4096):
            pass


def reset(sock: socket.socket) -> None:
    sock.recv(16)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(sock: socket.socket) -> None:
    sock.recv(4096)


def plain_http(sock: socket.socket) -> None:
    sock.recv(4096)
    sock.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def ssh_banner(sock: socket.socket) -> None:
    sock.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
    hang(sock)


def garbage(sock: socket.socket) -> None:
    sock.recv(4096)
    sock.sendall(bytes(range(200, 232)) * 8)


def trickle(sock: socket.socket) -> None:
    """A handshake record of 16 KiB, a byte at a time, for ever."""
    sock.recv(4096)
    for byte in b"\x16\x03\x03\x3f\xff" + b"\x02" * 16000:
        sock.sendall(bytes([byte]))
        time.sleep(0.05)


def alert_to_all(sock: socket.socket) -> None:
    """handshake_failure, whatever is offered: an answer."""
    sock.recv(4096)
    sock.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def then_broken(context: ssl.SSLContext, good_hellos: int, break_off: Handle) -> Handle:
    """A real server that misbehaves after some connections."""
    served = [0]
    real = https(context)

    def handle(sock: socket.socket) -> None:
        served[0] += 1
        (real if served[0] <= good_hellos else break_off)(sock)

    return handle


# -- STARTTLS ------------------------------------------------------------------------------------------------
def dialog(context: ssl.SSLContext | None, greeting: bytes, answers: dict[bytes, bytes], starts: bytes) -> Handle:
    """A line-by-line server: `answers` by the first word of a line (upper case); `starts` is the word after whose answer TLS begins."""

    def handle(sock: socket.socket) -> None:
        sock.settimeout(10.0)
        sock.sendall(greeting)
        held = b""
        while True:
            while b"\n" not in held:
                more = sock.recv(4096)
                if not more:
                    return
                held += more
            line, held = held.split(b"\n", 1)
            words = line.strip().upper().split()
            tag, word = (words[0], words[1]) if greeting.startswith(b"* ") and len(words) > 1 else (b"", words[0] if words else b"")
            sock.sendall(answers.get(word, b"500 what?\r\n").replace(b"TAG", tag))
            if word == starts and context is not None:
                with context.wrap_socket(sock, server_side=True) as tls:
                    tls.recv(4096)
                return

    return handle


def smtp(context: ssl.SSLContext | None) -> Handle:
    """Offers STARTTLS only when there is a context."""
    offers = b"250-mx.example.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n" if context else b"250 mx.example.test\r\n"
    return dialog(context, b"220 mx.example.test ESMTP\r\n", {b"EHLO": offers, b"STARTTLS": b"220 go ahead\r\n"}, b"STARTTLS")


def imap(context: ssl.SSLContext) -> Handle:
    return dialog(context, b"* OK IMAP4rev1 ready\r\n", {b"STARTTLS": b"TAG OK begin TLS\r\n", b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n"}, b"STARTTLS")


__all__ = [
    "DAY", "NOW", "TYPES", "Pki", "Seen", "alert_to_all", "closed_port", "garbage", "hang", "hang_up", "https", "imap", "plain_http", "reset", "scan",
    "server_context", "serving", "smtp", "ssh_banner", "then_broken", "trickle",
]  # fmt: skip
