"""ClientHello, byte by byte: no library decides what can be asked.

SSLv2 by its specification of 1995 (Hickman), SSLv3 by RFC 6101, TLS by RFC 2246, 4346, 5246 and 8446.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from providers.tls.groups import key_share
from providers.tls.suites import EMPTY_RENEGOTIATION_INFO, FALLBACK, Version

_HANDSHAKE, _CLIENT_HELLO = 22, 1
_PADDING = 21
# Some load balancers hang on a hello of 256 to 511 bytes (RFC 7685, 1).
_HANG = range(256, 512)


@dataclass(frozen=True, slots=True)
class Offer:
    """One question: what the client says it can."""

    version: Version
    """The highest version offered; under TLS 1.3 the only one, unless `any_version`."""
    suites: tuple[int, ...]
    groups: tuple[int, ...] = ()
    signatures: tuple[int, ...] = ()
    chain_signatures: tuple[int, ...] = ()
    """Schemes for the certificates alone, so that `signatures` asks about the key exchange only (RFC 8446, 4.2.3)."""
    any_version: bool = False
    """Offers every version from TLS 1.3 down to TLS 1.0."""
    shares: bool = False
    """Sends key shares; without them a TLS 1.3 server answers with the group it wants (HelloRetryRequest)."""
    keys: tuple[tuple[int, bytes], ...] = ()
    """The key shares to send, by group, where they are not those of `shares`."""
    features: bool = False
    """Adds what is only asked once: tickets, encrypt-then-MAC, stapling, SCTs, heartbeat, and the protocols of `alpn`."""
    alpn: tuple[str, ...] = ()
    compression: bool = False
    fallback: bool = False
    """Says that this hello is a retry with a lower version (RFC 7507)."""
    extensions: bool = True
    """False for servers that fail on any extension."""
    exchange: bool = False
    """Read on to the ServerKeyExchange."""


def client_hello(offer: Offer, name: str | None = None, random: bytes | None = None) -> bytes:
    """The bytes of a TLS hello in one record; `name` is the host name for SNI (an address is left out, RFC 6066, 3)."""
    token = random or os.urandom(64)
    codes = offer.suites + ((FALLBACK,) if offer.fallback else ())
    plain = offer.version == Version.SSLv3 or not offer.extensions
    if plain:
        codes += (EMPTY_RENEGOTIATION_INFO,)
    session = _short(token[32:64]) if offer.version == Version.TLSv1_3 else b"\0"
    methods = b"\x01\x40\x00" if offer.compression and offer.version != Version.TLSv1_3 else b"\0"
    body = b"".join((
        struct.pack(">H", min(offer.version, Version.TLSv1_2)), token[:32], session,
        struct.pack(f">H{len(codes)}H", 2 * len(codes), *codes), _short(methods),
    ))  # fmt: skip
    if not plain:
        extensions = (_server_name(name) if name else b"") + (_kept(offer) if offer.keys else b"".join(_extensions(offer)))
        size = len(body) + len(extensions) + 6
        if size in _HANG:
            extensions += _extension(_PADDING, bytes(max(0, 512 - size - 4)))
        body += _long(extensions)
    record = Version.SSLv3 if offer.version == Version.SSLv3 else Version.TLSv1_0
    return struct.pack(">BHHI", _HANDSHAKE, record, len(body) + 4, _CLIENT_HELLO << 24 | len(body)) + body


def sslv2_hello(ciphers: Iterable[int], random: bytes | None = None) -> bytes:
    """The bytes of an SSLv2 CLIENT-HELLO; the server answers with every cipher kind that both have."""
    specs = b"".join(code.to_bytes(3, "big") for code in ciphers)
    challenge = (random or os.urandom(16))[:16]
    body = struct.pack(">BHHHH", 1, Version.SSLv2, len(specs), 0, len(challenge)) + specs + challenge
    return struct.pack(">H", 0x8000 | len(body)) + body


@lru_cache(maxsize=16)
def _kept(offer: Offer) -> bytes:
    """The same to thousands of hosts: what asks for certificates."""
    return b"".join(_extensions(offer))


def _extensions(offer: Offer) -> Iterable[bytes]:
    """All but the server's name, which comes first."""
    if offer.version != Version.TLSv1_3 or offer.any_version:
        yield b"\xff\x01\x00\x01\x00\x00\x17\x00\x00"  # renegotiation_info, extended_master_secret
        if offer.groups:
            yield b"\x00\x0b\x00\x04\x03\x00\x01\x02"  # ec_point_formats: all three
    if offer.groups:
        yield _list(10, offer.groups)
    if offer.signatures and offer.version >= Version.TLSv1_2:
        yield _list(13, offer.signatures)
        if offer.chain_signatures:
            yield _list(50, offer.chain_signatures)
    if offer.alpn:
        yield _extension(16, _long(b"".join(_short(name.encode("ascii")) for name in offer.alpn)))
    if offer.features:
        # session_ticket, encrypt_then_mac, status_request (ocsp), signed_certificate_timestamp, heartbeat (peer may send)
        yield b"\x00\x23\x00\x00\x00\x16\x00\x00\x00\x05\x00\x05\x01\x00\x00\x00\x00\x00\x12\x00\x00\x00\x0f\x00\x01\x01"
    if offer.version == Version.TLSv1_3:
        offered = (Version.TLSv1_3, Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0) if offer.any_version else (Version.TLSv1_3,)
        yield _extension(43, _short(_codes(offered)))
        yield b"\x00\x2d\x00\x02\x01\x01"  # psk_key_exchange_modes: with (EC)DHE
        yield _extension(51, _long(b"".join(_shares(offer))))


def _shares(offer: Offer) -> Iterable[bytes]:
    for group, public in offer.keys:
        yield struct.pack(">H", group) + _long(public)
    for group in offer.groups if offer.shares else ():
        share = key_share(group)
        if share is not None:
            yield struct.pack(">H", group) + _long(share)


@lru_cache(maxsize=256)
def _server_name(name: str) -> bytes:
    """The extension; nothing for an address."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        host = name.encode("idna" if not name.isascii() else "ascii")
        return _extension(0, _long(b"\0" + _long(host)))
    return b""


@lru_cache(maxsize=256)
def _list(kind: int, codes: tuple[int, ...]) -> bytes:
    return _extension(kind, _long(_codes(codes)))


def _codes(codes: tuple[int, ...]) -> bytes:
    return struct.pack(f">{len(codes)}H", *codes)


def _extension(kind: int, body: bytes) -> bytes:
    return struct.pack(">HH", kind, len(body)) + body


def _short(body: bytes) -> bytes:
    return bytes((len(body),)) + body


def _long(body: bytes) -> bytes:
    return struct.pack(">H", len(body)) + body
