"""Reads what a server shows of itself in a handshake, up to its certificates, and never more.

    Showing(offer's bytes).feed(bytes) -> None     more is needed
                                       -> Shown    certificates, staple, timestamps, whether it asks for ours
                                       -> Refusal  an alert
                                       -> Retry    TLS 1.3 wants another group
    raises NotTls                                  anything else; the text says what came

Before TLS 1.3 all of it comes in the clear; in TLS 1.3 it is opened with a key that follows from our share (`shares`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from providers.tls import shares
from providers.tls.records import LIMIT, NotTls, Reader, Refusal, server_hello
from providers.tls.suites import Version
from providers.tls.tls13 import READABLE, Opener, Unreadable

_RECORD = 2**14 + 2048
_CHANGE, _ALERT, _HANDSHAKE, _DATA = 20, 21, 22, 23
_HELLO, _CERTIFICATE, _EXCHANGE, _REQUEST, _DONE, _STATUS = 2, 11, 12, 13, 14, 22
_STATUS_REQUEST, _TIMESTAMPS, _KEY_SHARE = 5, 18, 51
_MOST_CERTIFICATES = 64
_MOST_RECORDS = 512


@dataclass(frozen=True, slots=True)
class Shown:
    """What a server showed."""

    version: int
    suite: int
    chain: tuple[bytes, ...] = ()
    """DER, leaf first, as sent."""
    staple: bytes = b""
    """OCSP response, DER; empty where none was sent."""
    timestamps: int = 0
    """SCTs sent beside the certificate."""
    asks: bool | None = False
    """Whether a client certificate is asked for; None where the server stopped before it could be told."""
    exchange: bytes = b""
    """The ServerKeyExchange as it came, before TLS 1.3."""


@dataclass(frozen=True, slots=True)
class Retry:
    """A HelloRetryRequest: the group that the server wants a share of."""

    group: int


Seen: TypeAlias = Shown | Refusal | Retry


@dataclass(slots=True)
class Showing:
    """One answer on its way in."""

    sent: bytes
    """Our ClientHello as it went out, in one record."""
    _raw: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _opener: Opener | None = None
    _bytes: int = 0
    _records: int = 0
    _found: Shown | None = None

    def feed(self, data: bytes) -> Seen | None:
        """Take what came; the answer as soon as it is whole."""
        self._bytes += len(data)
        self._raw += data
        while (record := self._next()) is not None:
            seen = self._take(record)
            if seen is not None:
                return seen
        if self._bytes > LIMIT:
            raise NotTls(f"more than {LIMIT} bytes without an end")
        return None

    def cut(self) -> Shown | None:
        """What is known when the peer stopped early: a chain that came is a chain that is served."""
        return self._with(asks=self._found.asks or None) if self._found and self._found.chain else None

    def _next(self) -> bytes | None:
        raw = self._raw
        if raw and raw[0] not in (_CHANGE, _ALERT, _HANDSHAKE, _DATA):
            raise NotTls(f"not TLS: {bytes(raw[:24])!r}")
        if len(raw) < 5:
            return None
        size = int.from_bytes(raw[3:5], "big")
        if raw[1] != 3 or size > _RECORD:
            raise NotTls(f"not TLS: {bytes(raw[:24])!r}")
        if len(raw) < 5 + size:
            return None
        record = bytes(raw[: 5 + size])
        del raw[: 5 + size]
        self._records += 1
        if self._records > _MOST_RECORDS:
            raise NotTls("one record after the other, and no answer")
        return record

    def _take(self, record: bytes) -> Seen | None:
        kind, body = record[0], record[5:]
        if kind == _DATA and self._opener:
            try:
                kind, body = self._opener.open(record)
            except Unreadable as error:
                raise NotTls(str(error)) from error
        elif kind == _CHANGE and self._opener:
            return None  # for the eyes of middleboxes (RFC 8446, D.4)
        if kind == _ALERT:
            if len(body) != 2:
                raise NotTls("malformed alert")
            if body[0] == 1 and body[1] and not self._opener:
                return None  # a warning is no refusal
            return self.cut() or Refusal(body[1])
        if kind != _HANDSHAKE:
            raise NotTls(f"record of type {kind} within the handshake")
        self._messages += body
        return self._handshake()

    def _handshake(self) -> Seen | None:
        held = self._messages
        while len(held) >= 4:
            size = int.from_bytes(held[1:4], "big")
            if size > LIMIT:
                raise NotTls(f"a message of {size} bytes")
            if len(held) < 4 + size:
                return None
            message = bytes(held[: 4 + size])
            del held[: 4 + size]
            seen = self._message(message[0], message[4:], message)
            if seen is not None:
                return seen
        return None

    def _message(self, kind: int, body: bytes, message: bytes) -> Seen | None:
        if self._found is None:
            if kind == 0:
                return None
            if kind != _HELLO:
                raise NotTls(f"handshake message {kind} before the hello")
            return self._hello(body, message)
        if kind == _CERTIFICATE:
            return self._certificates(Reader(body))
        if kind == _REQUEST:
            self._found = self._with(asks=True)
        elif kind == _STATUS:
            self._found = self._with(staple=_staple(Reader(body)))
        elif kind == _EXCHANGE:
            self._found = self._with(exchange=body)
        elif kind == _DONE:
            return self._found
        return None

    def _hello(self, body: bytes, message: bytes) -> Seen | None:
        hello = server_hello(body)
        if hello.retry:
            return Retry(hello.group or 0)
        public, timestamps = b"", 0
        for kind, inner in _extensions(body):
            if kind == _KEY_SHARE:
                inner.number(2)
                public = inner.take(inner.number(2))
            elif kind == _TIMESTAMPS:
                timestamps = _count(inner)
        self._found = Shown(hello.version, hello.suite, timestamps=timestamps)
        if hello.version >= Version.TLSv1_3:
            if hello.suite not in READABLE:
                raise NotTls(f"ServerHello with suite 0x{hello.suite:04X}, which was not offered")
            try:
                shared = shares.secret(hello.group or 0, public)
            except ValueError as error:
                raise NotTls(str(error)) from error
            if self._messages:
                raise NotTls("handshake messages in the clear after the hello")
            self._opener = Opener(hello.suite, shared, self.sent[5:] + message)
        return None

    def _certificates(self, reader: Reader) -> Shown | None:
        newest = self._opener is not None
        if newest:
            reader.take(reader.number(1))
        entries = Reader(reader.take(reader.number(3)))
        chain: list[bytes] = []
        while entries.left:
            chain.append(entries.take(entries.number(3)))
            if newest:
                self._entry(Reader(entries.take(entries.number(2))), first=len(chain) == 1)
            if len(chain) > _MOST_CERTIFICATES:
                raise NotTls(f"more than {_MOST_CERTIFICATES} certificates")
        self._found = self._with(chain=tuple(chain))
        return self._found if newest else None

    def _entry(self, extensions: Reader, first: bool) -> None:
        while extensions.left:
            kind = extensions.number(2)
            inner = Reader(extensions.take(extensions.number(2)))
            if first and kind == _STATUS_REQUEST:
                self._found = self._with(staple=_staple(inner))
            elif first and kind == _TIMESTAMPS:
                self._found = self._with(timestamps=_count(inner))

    def _with(self, *, chain: tuple[bytes, ...] | None = None, staple: bytes = b"", timestamps: int = 0, asks: bool | None = False, exchange: bytes = b"") -> Shown:
        found = self._found
        assert found is not None  # only called once there is a hello
        return Shown(
            found.version, found.suite, found.chain if chain is None else chain, staple or found.staple, timestamps or found.timestamps,
            found.asks if asks is False else asks, exchange or found.exchange,
        )  # fmt: skip


def _extensions(body: bytes) -> list[tuple[int, Reader]]:
    """Extensions of a ServerHello that `server_hello` has found well-formed."""
    reader = Reader(body)
    reader.take(34)
    reader.take(reader.number(1))
    reader.take(3)
    if not reader.left:
        return []
    block, found = Reader(reader.take(reader.number(2))), []
    while block.left:
        kind = block.number(2)
        found.append((kind, Reader(block.take(block.number(2)))))
    return found


def _staple(reader: Reader) -> bytes:
    return reader.take(reader.number(3)) if reader.left and reader.number(1) == 1 else b""


def _count(reader: Reader) -> int:
    """How many SCTs a list holds (RFC 6962, 3.3)."""
    listed, count = Reader(reader.take(reader.number(2))), 0
    while listed.left:
        listed.take(listed.number(2))
        count += 1
    return count
