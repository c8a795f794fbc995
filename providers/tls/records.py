"""Reads a server's first flight, up to the message that answers the question, and never more.

    Flight.feed(bytes) -> None        more is needed
                       -> ServerHello accepted: version, suite, group, what was agreed, and where asked for the ServerKeyExchange
                       -> Refusal     an alert
                       -> Ciphers     an SSLv2 SERVER-HELLO
    raises NotTls                     anything else; the text says what came

Whatever a peer sends, no other exception escapes and at most `LIMIT` bytes are held.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TypeAlias

from providers.tls.suites import Version, key_exchange, uses_dh, uses_export_rsa

#: Most that is read of one answer: long certificate chains come before a ServerKeyExchange.
LIMIT = 192 * 1024
# A record's payload may be this long (RFC 5246, 6.2.3).
_RECORD = 2**14 + 2048
_ALERT, _HANDSHAKE = 21, 22
_TYPES = frozenset({20, _ALERT, _HANDSHAKE, 23})
# SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3).
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_SHORTEST_HELLO = 38
_MOST_WARNINGS = 8
_KINDS = frozenset({0, 2, 4, 11, 12, 13, 14, 22, 23})


class Want(IntEnum):
    """How far to read."""

    HELLO = 0
    """To the ServerHello."""
    PRIME = 1
    """On to the ServerKeyExchange where the suite has a prime to be measured."""
    EXCHANGE = 2
    """On to the ServerKeyExchange, if there is one."""


class NotTls(Exception):
    """The peer does not speak TLS, or not correctly."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a ServerKeyExchange says."""

    group: int | None = None
    """Named curve."""
    prime: bytes = b""
    """Prime of the finite field."""
    rsa_bits: int | None = None
    """Size of an export key of the moment."""
    signature: int | None = None
    """Signature scheme, TLS 1.2 only."""


@dataclass(frozen=True, slots=True)
class ServerHello:
    """The server accepted."""

    version: int
    suite: int
    compression: int = 0
    group: int | None = None
    """Group of TLS 1.3, from the key share or from the retry request."""
    retry: bool = False
    extensions: frozenset[int] = frozenset()
    alpn: str | None = None
    exchange: Exchange | None = None
    """`None` as long as it has not been read, or where the suite has none."""
    asks_certificate: bool = False
    complete: bool = True
    """False where the peer stopped before all that was asked for had come."""
    alert: int | None = None
    """The alert that came behind the ServerHello: the server takes the suite, and cannot go on with what else was offered."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server said no."""

    alert: int
    """Code of the alert (RFC 8446, 6)."""


@dataclass(frozen=True, slots=True)
class Ciphers:
    """An SSLv2 server's answer: the cipher kinds that both sides have."""

    codes: tuple[int, ...]


Reply: TypeAlias = ServerHello | Refusal | Ciphers


@dataclass(slots=True)
class Flight:
    """One answer on its way in."""

    want: Want = Want.HELLO
    sslv2: bool = False
    """True where the question was an SSLv2 hello."""
    _raw: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _seen: int = 0
    _warnings: int = 0
    hello: ServerHello | None = None

    def feed(self, data: bytes) -> Reply | None:
        """Take what came; the answer as soon as it is whole."""
        self._seen += len(data)
        if self._seen > LIMIT:
            raise NotTls(f"more than {LIMIT} bytes without an answer")
        self._raw += data
        if self.sslv2 and self._raw and self._raw[0] & 0x80:
            return self._ciphers()
        while self._whole():
            reply = self._record()
            if reply is not None:
                return reply
        return None

    def cut(self) -> ServerHello | None:
        """What is known when the peer stopped early."""
        return replace(self.hello, complete=False) if self.hello else None

    def _whole(self) -> bool:
        """True where a record has come as a whole; what cannot become one is refused at its first bytes."""
        raw = self._raw
        if raw and raw[0] not in _TYPES:
            raise NotTls(f"not TLS: {bytes(raw[:24])!r}")
        if len(raw) < 5:
            return False
        size = int.from_bytes(raw[3:5], "big")
        if raw[1] not in (0, 3) or size > _RECORD:
            raise NotTls(f"not TLS: {bytes(raw[:24])!r}")
        return len(raw) >= 5 + size

    def _record(self) -> Reply | None:
        raw = self._raw
        kind, end = raw[0], 5 + int.from_bytes(raw[3:5], "big")
        body = bytes(raw[5:end])
        del raw[:end]
        if kind == _ALERT:
            return self._alert(body)
        if kind != _HANDSHAKE:
            raise NotTls(f"record of type {kind} before the handshake")
        self._messages += body
        return self._handshake()

    def _alert(self, body: bytes) -> Reply | None:
        if len(body) != 2:
            raise NotTls("malformed alert")
        level, code = body
        if level == 1 and code != 0:
            # a warning (unrecognized_name, most often) is no refusal: the hello follows
            self._warnings += 1
            if self._warnings > _MOST_WARNINGS:
                raise NotTls("one warning after the other")
            return None
        return replace(self.hello, complete=False, alert=code) if self.hello else Refusal(code)

    def _handshake(self) -> Reply | None:
        held = self._messages
        while len(held) >= 4:
            kind, size = held[0], int.from_bytes(held[1:4], "big")
            if kind not in _KINDS or size > LIMIT or (kind != 0 and (kind == 2) != (self.hello is None)):
                raise NotTls(f"unexpected handshake message {kind}")
            if len(held) < 4 + size:
                return None
            body = bytes(held[4 : 4 + size])
            del held[: 4 + size]
            done = self._message(kind, body)
            if done is not None:
                return done
        return None

    def _message(self, kind: int, body: bytes) -> Reply | None:
        if kind == 0:
            return None
        if kind == 2:
            self.hello = server_hello(body)
            return None if self._reads_on(self.hello) else self.hello
        assert self.hello is not None  # `_handshake` lets nothing else through before the hello
        if kind == 12:
            return replace(self.hello, exchange=server_key_exchange(body, self.hello.version, self.hello.suite))
        if kind == 13:
            self.hello = replace(self.hello, asks_certificate=True)
        return self.hello if kind == 14 else None

    def _reads_on(self, hello: ServerHello) -> bool:
        if hello.version >= Version.TLSv1_3 or hello.retry:
            return False
        return self.want == Want.EXCHANGE or (self.want == Want.PRIME and (uses_dh(hello.suite) or uses_export_rsa(hello.suite)))

    def _ciphers(self) -> Reply | None:
        raw = self._raw
        if len(raw) < 2 or len(raw) < 2 + ((raw[0] & 0x7F) << 8 | raw[1]):
            return None
        reader = Reader(bytes(raw[2 : 2 + ((raw[0] & 0x7F) << 8 | raw[1])]))
        if reader.number(1) != 4:
            raise NotTls("not an SSLv2 SERVER-HELLO")
        reader.number(2)
        if reader.number(2) != Version.SSLv2:
            raise NotTls("SERVER-HELLO of another version than SSLv2")
        certificate, specs, _ = reader.number(2), reader.number(2), reader.number(2)
        reader.take(certificate)
        kinds = reader.take(specs)
        if specs % 3:
            raise NotTls("malformed SSLv2 cipher list")
        return Ciphers(tuple(int.from_bytes(kinds[i : i + 3], "big") for i in range(0, specs, 3)))


def server_hello(body: bytes) -> ServerHello:
    """Read a ServerHello or HelloRetryRequest."""
    if len(body) < _SHORTEST_HELLO:
        raise NotTls("short ServerHello")
    reader = Reader(body)
    version = reader.number(2)
    random = reader.take(32)
    reader.take(reader.number(1))
    suite, compression = reader.number(2), reader.number(1)
    group: int | None = None
    alpn: str | None = None
    kinds: list[int] = []
    if reader.left:
        extensions = Reader(reader.take(reader.number(2)))
        while extensions.left:
            kind = extensions.number(2)
            inner = Reader(extensions.take(extensions.number(2)))
            kinds.append(kind)
            if kind == 43:
                version = inner.number(2)
            elif kind == 51:
                group = inner.number(2)
            elif kind == 16:
                inner.number(2)
                alpn = inner.take(inner.number(1)).decode("ascii", "replace")
    return ServerHello(version, suite, compression, group, random == _RETRY, frozenset(kinds), alpn)


def server_key_exchange(body: bytes, version: int, suite: int) -> Exchange | None:
    """Read the public parameters; `None` where the suite's are not known here (SRP, GOST, KRB5)."""
    kx, au = key_exchange(suite)
    reader = Reader(body)
    group: int | None = None
    prime, bits = b"", None
    if au == "PSK":
        reader.take(reader.number(2))
    if kx == "ECDHE":
        curve = reader.number(1)
        if curve != 3:
            return Exchange(group=0xFF00 | curve) if curve in (1, 2) else None
        group = reader.number(2)
        reader.take(reader.number(1))
    elif uses_dh(suite):
        prime = reader.take(reader.number(2)).lstrip(b"\0")
        reader.take(reader.number(2))
        reader.take(reader.number(2))
    elif uses_export_rsa(suite):
        bits = int.from_bytes(reader.take(reader.number(2)), "big").bit_length()
        reader.take(reader.number(2))
    else:
        return None
    signed = version == Version.TLSv1_2 and au not in ("anon", "PSK") and reader.left >= 2
    return Exchange(group, prime, bits, reader.number(2) if signed else None)


class Reader:
    """Reads numbers and strings; running out is `NotTls`."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise NotTls("message cut short")
        self._at += size
        return self._body[self._at - size : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")
