"""Key shares whose secret is known beforehand: a look at what a TLS 1.3 server shows needs no secrecy and no arithmetic.

Our private key is 1, so our public key is the group's own base point, and what both sides agree on is the server's public
key itself. Of ML-KEM we send the key whose vector is zero (valid by FIPS 203, 7.2): then the second half of the ciphertext
is the message but for its noise. Whoever listens can read such a connection; nothing is ever sent on it but the hello.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from providers.tls.groups import key_share
from scanner.sdk import rows

_P384 = (
    "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"
)
_P521 = (
    "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66"
    "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"
)
_RHO = bytes(32)
_Q = 3329


@dataclass(frozen=True, slots=True)
class _Part:
    """One key agreement, or half of a hybrid one."""

    public: bytes
    answer: int
    """Length of the server's share in bytes."""
    secret: Callable[[bytes], bytes]


def share(group: int) -> bytes | None:
    """Our public key; None for a group that is not known here."""
    parts = _parts().get(group)
    return b"".join(part.public for part in parts) if parts else None


def secret(group: int, answer: bytes) -> bytes:
    """What both sides agree on when the server answers `share(group)`. Raises ValueError for what cannot be its share."""
    parts = _parts().get(group)
    if not parts or len(answer) != sum(part.answer for part in parts):
        raise ValueError(f"a key share of {len(answer)} bytes is none of group 0x{group:04X}")
    agreed, at = b"", 0
    for part in parts:
        agreed += part.secret(answer[at : at + part.answer])
        at += part.answer
    return agreed


def known(group: int) -> bool:
    """Whether a connection in this group can be read."""
    return group in _parts()


def _point(public: bytes) -> _Part:
    size = (len(public) - 1) // 2
    return _Part(public, len(public), lambda answer: answer[1 : 1 + size])  # the shared secret is the x coordinate (RFC 8446, 7.4.2)


def _itself(public: bytes) -> _Part:
    return _Part(public, len(public), lambda answer: answer)


def _field(bits: int) -> _Part:
    return _itself((2).to_bytes(bits // 8, "big"))  # the generator of every group of RFC 7919


def _kem(rank: int, u: int, v: int) -> _Part:
    """ML-KEM with parameters k, d_u, d_v (FIPS 203, 8)."""
    public = bytes(384 * rank) + _RHO
    start, size = 32 * u * rank, 32 * v

    def decapsulate(ciphertext: bytes) -> bytes:
        packed = int.from_bytes(ciphertext[start : start + size], "little")
        mask, bits = (1 << v) - 1, 0
        for place in range(256):
            value = round(((packed >> place * v) & mask) * _Q / (1 << v))
            bits |= (_Q < 4 * value < 3 * _Q) << place
        message = bits.to_bytes(32, "little")
        return hashlib.sha3_512(message + hashlib.sha3_256(public).digest()).digest()[:32]

    return _Part(public, start + size, decapsulate)


@cache
def _parts() -> dict[int, tuple[_Part, ...]]:
    code = {name: int(row["code"], 16) for name, row in rows("tls_groups").items()}
    x25519, p256 = _itself(key_share(code["x25519"]) or b""), _point(key_share(code["secp256r1"]) or b"")
    p384, kem768 = _point(bytes.fromhex(_P384)), _kem(3, 10, 4)
    by_name = {
        "x25519": (x25519,), "secp256r1": (p256,), "secp384r1": (p384,), "secp521r1": (_point(bytes.fromhex(_P521)),), "x448": (_itself(bytes([5]) + bytes(55)),),
        **{f"ffdhe{bits}": (_field(bits),) for bits in (2048, 3072, 4096, 6144, 8192)},
        "MLKEM512": (_kem(2, 10, 4),), "MLKEM768": (kem768,), "MLKEM1024": (_kem(4, 11, 5),),
        "X25519MLKEM768": (kem768, x25519), "SecP256r1MLKEM768": (p256, kem768), "SecP384r1MLKEM1024": (p384, _kem(4, 11, 5)),
    }  # fmt: skip
    return {code[name]: parts for name, parts in by_name.items() if name in code}
