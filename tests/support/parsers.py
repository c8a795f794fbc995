"""Every parser that reads from the network, as a function of bytes: it returns, or raises what it declares; nothing else, and no endless read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from providers.tls import certificates, fetch, revocation, shares, web
from providers.tls.records import LIMIT, Flight, NotTls, Want
from providers.tls.shown import Showing
from providers.tls.starttls import DIALOGS, Declined, Talk, Temporary
from providers.tls.targets import Target
from providers.tls.tls13 import Opener
from providers.tls.wire import PeerSilent, Silence
from scanner.collect.plan import Failure
from scanner.demo.tls_servers import Authority
from scanner.sdk import Reason

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _flight(want: Want, sslv2: bool) -> Callable[[bytes], object]:
    def parse(data: bytes) -> object:
        flight = Flight(want, sslv2)
        try:
            return flight.feed(data) or flight.cut()
        except NotTls as error:
            return error

    return parse


def shown(data: bytes) -> object:
    """A server's flight in the clear."""
    showing = Showing(b"\x16\x03\x01\x00\x04\x01\x00\x00\x00")
    try:
        return showing.feed(data) or showing.cut()
    except NotTls as error:
        return error


_HELLO = b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"
_SHARE = bytes(range(32))


def _server_hello() -> bytes:
    """TLS 1.3, TLS_AES_128_GCM_SHA256, a share of X25519."""
    extensions = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x24\x00\x1d\x00\x20" + _SHARE
    body = b"\x03\x03" + bytes(32) + b"\x00\x13\x01\x00" + len(extensions).to_bytes(2, "big") + extensions
    return b"\x02" + len(body).to_bytes(3, "big") + body


def sealed(data: bytes, kind: int = 22) -> bytes:
    """A server's first flight in TLS 1.3: its hello, and a record that opens to this."""
    message = _server_hello()
    opener: Any = Opener(0x1301, shares.secret(0x001D, _SHARE), _HELLO[5:] + message)
    inner = data[:16000] + bytes((kind,))
    header = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
    record: bytes = header + opener._cipher.encrypt(opener._iv.to_bytes(12, "big"), inner, header)
    return b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message + record


def encrypted(data: bytes) -> object:
    """What stands within the records of TLS 1.3."""
    showing = Showing(_HELLO)
    try:
        return showing.feed(sealed(data, data[-1] if data and data[-1] in (20, 21, 23) else 22)) or showing.cut()
    except NotTls as error:
        return error


def share(data: bytes) -> object:
    """A server's key share of every group."""
    found = []
    for group in (0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x0100, 0x0200, 0x0201, 0x11EB, 0x11EC, 0x11ED, 0xFFFF):
        try:
            found.append(shares.secret(group, data))
        except ValueError as error:
            found.append(str(error).encode())
    return found


def http(data: bytes) -> object:
    """An HTTP answer."""

    async def read() -> object:
        reader = asyncio.StreamReader(limit=32 * 1024)
        reader.feed_data(data)
        reader.feed_eof()
        try:
            reply = await fetch._read(reader, 4096)
        except (fetch.NotHttp, Failure, EOFError) as error:
            return error
        assert len(reply.body) <= 4096
        try:
            return web.policy(reply), web.judged(Target("localhost", 443), 80, reply)
        except Failure as error:
            return error

    return asyncio.run(read())


@cache
def _issued() -> tuple[x509.Certificate, x509.Certificate]:
    authority = Authority.make("Root", now=NOW)
    return authority.cert, authority.issue("localhost", starts=NOW, ends=NOW.replace(year=2027))[1]


def ocsp(data: bytes) -> object:
    issuer, leaf = _issued()
    return revocation.by_ocsp(data, leaf, issuer, NOW, "OCSP")


def crl(data: bytes) -> object:
    issuer, leaf = _issued()
    return revocation.by_crl(data, leaf, issuer, NOW)


def certificate(data: bytes) -> object:
    """A leaf as a server sends it."""
    try:
        return certificates.read(data), revocation.places(x509.load_der_x509_certificate(data))
    except ValueError as error:
        return error


class _Said:
    """A wire on which everything has been said already."""

    def __init__(self, data: bytes) -> None:
        self._data, self._reads = data, 0

    async def send(self, _data: bytes) -> None:
        return None

    async def receive(self) -> bytes:
        self._reads += 1
        assert self._reads < 2000, "a read without end"
        if not self._data:
            raise PeerSilent(Silence(Reason.UNAVAILABLE, "the end"))
        data, self._data = self._data[:100], self._data[100:]
        return data


def _dialog(name: str) -> Callable[[bytes], object]:
    def parse(data: bytes) -> object:
        wire: Any = _Said(data)
        try:
            return asyncio.run(DIALOGS[name](Talk(wire), "localhost"))  # type: ignore[arg-type]
        except (Declined, Temporary, PeerSilent) as error:
            return error

    return parse


PARSERS: Mapping[str, Callable[[bytes], object]] = {
    "hello": _flight(Want.HELLO, False), "exchange": _flight(Want.EXCHANGE, False), "sslv2": _flight(Want.HELLO, True),
    "shown": shown, "encrypted": encrypted, "share": share, "http": http, "ocsp": ocsp, "crl": crl, "certificate": certificate,
    **{f"starttls-{name}": _dialog(name) for name in DIALOGS},
}  # fmt: skip


@cache
def seeds() -> Mapping[str, bytes]:
    """A right answer for some, from which damage is more telling."""
    from tests.support.revoking import answer, revoked_list

    authority = Authority.make("Root", now=NOW)
    leaf = authority.issue("localhost", starts=NOW, ends=NOW.replace(year=2027))[1]
    der = leaf.public_bytes(Encoding.DER)
    entry = b"\x00" + (len(der) + 5).to_bytes(3, "big") + len(der).to_bytes(3, "big") + der + b"\x00\x00"
    chain = b"\x0b" + len(entry).to_bytes(3, "big") + entry
    return {
        "encrypted": b"\x08\x00\x00\x02\x00\x00" + chain,
        "shown": sealed(chain),
        "http": b"HTTP/1.1 301 Moved\r\nLocation: https://localhost/\r\nStrict-Transport-Security: max-age=1; preload\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "ocsp": answer(authority, leaf, at=NOW),
        "crl": revoked_list(authority, leaf, at=NOW),
        "certificate": der,
    }


__all__ = ["LIMIT", "PARSERS", "seeds"]
