"""Opens what a TLS 1.3 server sends after its hello (RFC 8446, 5.2 and 7.1). It trusts nobody and sends nothing."""

from __future__ import annotations

import hashlib
import hmac
import struct
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

#: suite -> (hash, length of the key in bytes); the order is that of an ordinary client.
READABLE: dict[int, tuple[str, int]] = {0x1301: ("sha256", 16), 0x1302: ("sha384", 32), 0x1303: ("sha256", 32), 0x1304: ("sha256", 16), 0x1305: ("sha256", 16)}


class Unreadable(Exception):
    """A record that the key does not open."""


class Opener:
    """The server's handshake records, in their order."""

    __slots__ = ("_cipher", "_iv", "_number")

    def __init__(self, suite: int, shared: bytes, hellos: bytes) -> None:
        """`hellos`: both hello messages, `shared`: what the key exchange gave."""
        name, size = READABLE[suite]
        secret = hmac.digest(_before(name), shared, name)
        traffic = _expand(name, secret, b"s hs traffic", hashlib.new(name, hellos).digest(), hashlib.new(name).digest_size)
        key = _expand(name, traffic, b"key", b"", size)
        self._iv = int.from_bytes(_expand(name, traffic, b"iv", b"", 12), "big")
        self._number = 0
        self._cipher: AESGCM | AESCCM | ChaCha20Poly1305
        if suite == 0x1303:
            self._cipher = ChaCha20Poly1305(key)
        elif suite in (0x1304, 0x1305):
            self._cipher = AESCCM(key, tag_length=8 if suite == 0x1305 else 16)
        else:
            self._cipher = AESGCM(key)

    def open(self, record: bytes) -> tuple[int, bytes]:
        """(type, content) of a whole record with its header. Raises Unreadable."""
        nonce = (self._iv ^ self._number).to_bytes(12, "big")
        self._number += 1
        try:
            inner = self._cipher.decrypt(nonce, record[5:], record[:5]).rstrip(b"\0")
        except (InvalidTag, ValueError) as error:
            raise Unreadable("a record of the server cannot be opened") from error
        if not inner:
            raise Unreadable("an empty record")
        return inner[-1], inner[:-1]


@cache
def _before(name: str) -> bytes:
    """The salt under the shared secret: the same for everybody without a pre-shared key."""
    size = hashlib.new(name).digest_size
    return _expand(name, hmac.digest(bytes(size), bytes(size), name), b"derived", hashlib.new(name).digest(), size)


def _expand(name: str, secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """HKDF-Expand-Label; no output here is longer than one block."""
    info = struct.pack(">HB", size, 6 + len(label)) + b"tls13 " + label + bytes((len(context),)) + context
    return hmac.digest(secret, info + b"\x01", name)[:size]
