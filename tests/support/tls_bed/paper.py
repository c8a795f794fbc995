"""A TLS server on paper: declared suites, groups and whims; answers hellos with the right bytes and never finishes a handshake.

Written from the RFCs on its own: it shares no code with what it tests.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.tls_bed.serve import Handler, reset

SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@dataclass(frozen=True)
class Suite:
    """What the server must know of a suite to answer with it."""

    code: int
    kx: str = "rsa"
    """`rsa`, `ecdhe`, `dhe`, `anon` (DH), `export`, `tls13`."""
    ecdsa: bool = False


@dataclass(frozen=True)
class Paper:
    """A declaration of a server."""

    suites: Mapping[int, tuple[Suite, ...]]
    """By version, in the server's order."""
    sslv2: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    """For TLS 1.3."""
    curves: tuple[int, ...] = (23,)
    """Before TLS 1.3."""
    ecdsa_curve: int | None = None
    """The curve of the ECDSA certificate: must be in the hello."""
    prefers: bool = True
    prime: int = (1 << 2047) | 1
    export_bits: int = 512
    signatures: tuple[int, ...] = (0x0401,)
    ecdsa_signatures: tuple[int, ...] = ()
    """What the ECDSA key signs with, where there are two keys."""
    stubborn: int | None = None
    """Signs with this scheme where it shares none with the client."""
    late: bool = False
    """Says hello first and finds out then that it shares no scheme: an alert behind the ServerHello, as Go does."""
    extensions: frozenset[int] = frozenset({0xFF01, 23})
    deflate: bool = False
    alpn: tuple[bytes, ...] = ()
    fallback_checked: bool = True
    refusal: str = "alert"
    """How it says no: `alert`, `reset`, `close`, `hang`."""
    version_alert: int = 70
    largest: int | None = None
    """Longest hello that it can stand, in bytes with the record's head."""
    most_suites: int | None = None
    stands_extensions: bool = True
    stands_newer: bool = True
    """False: fails on a version above its own instead of answering with its newest."""
    needs_share: bool = False
    user_suites: frozenset[int] = frozenset()
    """Suites that it picks first and then misses the user's name (alert 115)."""
    names: frozenset[str] | None = None
    """Names that it serves; others get alert 112."""
    warns: bool = False
    """Sends a warning about the name before its hello."""
    certificate: int = 3000
    """Bytes of its certificate message."""
    trickle: bool = False
    """Sends its answer byte by byte."""


@dataclass
class Hello:
    """A ClientHello as the paper server read it."""

    version: int
    suites: list[int]
    compression: bytes
    size: int
    extensions: dict[int, bytes] = field(default_factory=dict)

    def codes(self, kind: int) -> list[int]:
        """A list of two-byte codes with a two-byte length."""
        body = self.extensions.get(kind, b"")[2:]
        return [int.from_bytes(body[i : i + 2], "big") for i in range(0, len(body), 2)]


def parse(record: bytes) -> Hello:
    """Read a ClientHello; asserts that it is well-formed."""
    assert record[0] == 22
    assert record[1] == 3
    assert int.from_bytes(record[3:5], "big") == len(record) - 5
    body = record[9:]
    assert record[5] == 1
    assert int.from_bytes(record[6:9], "big") == len(body)
    version, at = int.from_bytes(body[:2], "big"), 34
    at += 1 + body[at]
    size = int.from_bytes(body[at : at + 2], "big")
    assert size % 2 == 0
    suites = [int.from_bytes(body[i : i + 2], "big") for i in range(at + 2, at + 2 + size, 2)]
    at += 2 + size
    compression = body[at + 1 : at + 1 + body[at]]
    at += 1 + body[at]
    hello = Hello(version, suites, compression, len(record))
    if at < len(body):
        assert int.from_bytes(body[at : at + 2], "big") == len(body) - at - 2
        at += 2
        while at < len(body):
            kind, size = int.from_bytes(body[at : at + 2], "big"), int.from_bytes(body[at + 2 : at + 4], "big")
            assert kind not in hello.extensions
            hello.extensions[kind] = body[at + 4 : at + 4 + size]
            at += 4 + size
        assert at == len(body)
    assert len(set(suites)) == len(suites)
    return hello


def _record(kind: int, body: bytes, version: int = TLS12) -> bytes:
    return b"".join(bytes((kind,)) + version.to_bytes(2, "big") + len(part).to_bytes(2, "big") + part for part in (body[i : i + 2048] for i in range(0, len(body), 2048)))


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def _vector(body: bytes) -> bytes:
    return len(body).to_bytes(2, "big") + body


def alert(code: int, level: int = 2) -> bytes:
    """One alert."""
    return _record(21, bytes((level, code)))


def answer(paper: Paper, record: bytes) -> bytes | str:
    """The bytes for a hello; or `paper.refusal` where the server says no without words."""
    if record[0] & 0x80:
        return _sslv2(paper)
    hello = parse(record)

    def no(code: int) -> bytes | str:
        return alert(code) if paper.refusal == "alert" else paper.refusal

    if (paper.largest and hello.size > paper.largest) or (paper.most_suites and len(hello.suites) > paper.most_suites) or (hello.extensions and not paper.stands_extensions):
        return no(50)
    if paper.names is not None and hello.extensions.get(0, b"")[5:].decode() not in paper.names:
        return no(112)
    offered = {int.from_bytes(hello.extensions[43][i : i + 2], "big") for i in range(1, len(hello.extensions[43]), 2)} if 43 in hello.extensions else set()
    newest = max(paper.suites)
    if not paper.stands_newer and hello.version > newest:
        return no(40)
    reachable = [version for version in paper.suites if version in offered or (not (offered and newest == TLS13) and version <= min(hello.version, TLS12))]
    if not reachable:
        return no(paper.version_alert)
    version = max(reachable)
    if 0x5600 in hello.suites and paper.fallback_checked and version < newest:
        return no(86)
    usable = [suite for suite in paper.suites[version] if suite.code in hello.suites and _usable(paper, suite, hello, version)]
    if not usable:
        if paper.user_suites & set(hello.suites):
            return no(115)
        return no(40)
    suite = usable[0] if paper.prefers else min(usable, key=lambda each: hello.suites.index(each.code))
    if paper.alpn and 16 in hello.extensions and not _alpn(paper, hello):
        return no(120)
    head = alert(112, level=1) if paper.warns else b""
    return head + (_tls13(paper, suite, hello) if version == TLS13 else _legacy(paper, suite, hello, version))


def _usable(paper: Paper, suite: Suite, hello: Hello, version: int) -> bool:
    if version == TLS13:
        return any(group in hello.codes(10) for group in paper.groups) and (not paper.needs_share or len(hello.extensions[51]) > 2)
    if suite.kx == "ecdhe" and 10 in hello.extensions and not any(curve in hello.codes(10) for curve in paper.curves):
        return False
    if suite.ecdsa and paper.ecdsa_curve is not None and paper.ecdsa_curve not in hello.codes(10):
        return False
    signed = suite.kx in ("ecdhe", "dhe")
    schemes = _schemes(paper, suite)
    return not (signed and paper.stubborn is None and not paper.late and version == TLS12 and 13 in hello.extensions and not any(scheme in hello.codes(13) for scheme in schemes))


def _schemes(paper: Paper, suite: Suite) -> tuple[int, ...]:
    return paper.ecdsa_signatures if suite.ecdsa and paper.ecdsa_signatures else paper.signatures


def _first(paper: Paper, own: tuple[int, ...], theirs: list[int]) -> int:
    one, other = (own, theirs) if paper.prefers else (theirs, own)
    return next(code for code in one if code in other)


def _alpn(paper: Paper, hello: Hello) -> bytes:
    body, names, at = hello.extensions[16][2:], [], 0
    while at < len(body):
        names.append(body[at + 1 : at + 1 + body[at]])
        at += 1 + body[at]
    return next((name for name in paper.alpn if name in names), b"")


def _tls13(paper: Paper, suite: Suite, hello: Hello) -> bytes:
    group = _first(paper, paper.groups, hello.codes(10))
    session = record_session = os.urandom(0)
    body = TLS12.to_bytes(2, "big")
    shares = hello.extensions[51][2:]
    offered = set()
    while shares:
        offered.add(int.from_bytes(shares[:2], "big"))
        shares = shares[4 + int.from_bytes(shares[2:4], "big") :]
    if group in offered:
        share = group.to_bytes(2, "big") + _vector(os.urandom(32))
        body += os.urandom(32)
    else:
        share = group.to_bytes(2, "big")
        body += _RETRY
    extensions = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33" + _vector(share)
    body += bytes((len(session),)) + record_session + suite.code.to_bytes(2, "big") + b"\0" + _vector(extensions)
    return _record(22, _message(2, body))


def _legacy(paper: Paper, suite: Suite, hello: Hello, version: int) -> bytes:
    chosen = [kind for kind in sorted(paper.extensions) if kind in hello.extensions]
    extensions = b"".join(kind.to_bytes(2, "big") + _vector(b"\0" if kind == 0xFF01 else b"") for kind in chosen)
    if paper.alpn and 16 in hello.extensions:
        name = _alpn(paper, hello)
        extensions += b"\x00\x10" + _vector(_vector(bytes((len(name),)) + name))
    body = version.to_bytes(2, "big") + os.urandom(32) + b"\0" + suite.code.to_bytes(2, "big")
    body += b"\1" if paper.deflate and 1 in hello.compression else b"\0"
    flight = _message(2, body + (_vector(extensions) if extensions else b"")) + _message(11, bytes(paper.certificate))
    if paper.late and version == TLS12 and suite.kx in ("ecdhe", "dhe") and not set(hello.codes(13)) & set(_schemes(paper, suite)):
        return _record(22, flight, version) + alert(80)
    exchange = _exchange(paper, suite, hello, version)
    flight += _message(12, exchange) if exchange else b""
    return _record(22, flight + _message(14, b""), version)


def _exchange(paper: Paper, suite: Suite, hello: Hello, version: int) -> bytes:
    if suite.kx == "ecdhe":
        curve = _first(paper, paper.curves, hello.codes(10) or list(paper.curves))
        body = b"\3" + curve.to_bytes(2, "big") + b"\x41" + os.urandom(65)
    elif suite.kx in ("dhe", "anon"):
        size = (paper.prime.bit_length() + 7) // 8
        body = _vector(paper.prime.to_bytes(size, "big")) + _vector(b"\2") + _vector(os.urandom(size))
    elif suite.kx == "export":
        body = _vector(((1 << (paper.export_bits - 1)) | 1).to_bytes(paper.export_bits // 8, "big")) + _vector(b"\1\0\1")
    else:
        return b""
    if suite.kx != "anon":
        own = _schemes(paper, suite)
        schemes = [code for code in hello.codes(13) or own if code in own]
        chosen = _first(paper, own, schemes) if schemes or paper.stubborn is None else paper.stubborn
        scheme = chosen.to_bytes(2, "big") if version == TLS12 else b""
        body += scheme + _vector(os.urandom(256))
    return body


def _sslv2(paper: Paper) -> bytes | str:
    if not paper.sslv2:
        return alert(paper.version_alert) if paper.refusal == "alert" else paper.refusal
    certificate, kinds = os.urandom(600), b"".join(code.to_bytes(3, "big") for code in paper.sslv2)
    body = b"\4\0\1\0\2" + len(certificate).to_bytes(2, "big") + len(kinds).to_bytes(2, "big") + b"\0\x10" + certificate + kinds + os.urandom(16)
    return (0x8000 | len(body)).to_bytes(2, "big") + body


@dataclass
class Door:
    """Who gets in: limits a server puts on connections, whatever they ask."""

    at_once: int | None = None
    per_second: float | None = None
    turned_away: int = 0
    inside: int = 0
    admitted: list[float] = field(default_factory=list)

    def admits(self) -> bool:
        """Count one more, or turn it away."""
        now = time.monotonic()
        if self.per_second is not None:
            self.admitted = [moment for moment in self.admitted if moment > now - 1]
        if (self.at_once is not None and self.inside >= self.at_once) or (self.per_second is not None and len(self.admitted) >= self.per_second):
            self.turned_away += 1
            return False
        self.admitted.append(now)
        return True


async def read_hello(reader: asyncio.StreamReader) -> bytes:
    """One whole hello, of TLS or SSLv2."""
    head = await reader.readexactly(5)
    if head[0] & 0x80:
        return head + await reader.readexactly((int.from_bytes(head[:2], "big") & 0x7FFF) - 3)
    return head + await reader.readexactly(int.from_bytes(head[3:5], "big"))


def handler(paper: Paper, door: Door | None = None, delay: float = 0.0) -> Handler:
    """A connection handler for a declared server."""
    door = door or Door()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not door.admits():
            reset(writer)
            return
        door.inside += 1
        try:
            reply = answer(paper, await read_hello(reader))
            if delay:
                await asyncio.sleep(delay)
            if isinstance(reply, str):
                await say(reply, reader, writer)
                return
            for part in [reply[i : i + 1] for i in range(len(reply))] if paper.trickle else [reply]:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            if len(reply) > 7:
                # a server that has said hello waits for its client
                await reader.read(1)
        finally:
            door.inside -= 1

    return handle


async def say(how: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """No, without words."""
    if how == "reset":
        reset(writer)
    elif how == "hang":
        await reader.read(1)
