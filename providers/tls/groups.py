"""Key-exchange groups and signature schemes as the wire knows them."""

from __future__ import annotations

import hashlib
from functools import cache

from providers.tls.suites import Version
from scanner.sdk import rows

X25519 = 0x001D
SECP256R1 = 0x0017
#: Curves a certificate's own key may lie on; without its curve an ECDSA suite cannot be had before TLS 1.3.
CERTIFICATE_CURVES = (0x0017, 0x0018, 0x0019)
#: For hellos that must stay small.
COMMON_GROUPS = (0x001D, 0x0017, 0x0018, 0x0019)
COMMON_SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0601, 0x0201)
#: The base point of secp256r1 (SEC 2, 2.4.2), uncompressed: a key share that is valid and needs no arithmetic.
_SECP256R1_POINT = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
# The base point of X25519 (RFC 7748, 4.1) is the number 9.
_X25519_POINT = bytes([9]) + bytes(31)


@cache
def _groups() -> dict[int, str]:
    return {int(row["code"], 16): name for name, row in rows("tls_groups").items()}


@cache
def _signatures() -> dict[int, str]:
    return {int(row["code"], 16): name for name, row in rows("tls_signature_schemes").items()}


def group_name(code: int) -> str:
    """IANA name; a code without one as it came."""
    return _groups().get(code, f"0x{code:04X}")


def signature_name(code: int) -> str:
    """IANA name; a code without one as it came."""
    return _signatures().get(code, f"0x{code:04X}")


@cache
def groups_of(version: Version) -> tuple[int, ...]:
    """What to offer: hybrid and ML-KEM groups last, as servers that follow the client would otherwise show them first and never their curves.

    Finite fields are offered in TLS 1.3 only: before, naming them makes servers that know RFC 7919 hide
    their DHE suites behind the sizes named, instead of showing the prime they use.
    """
    if version == Version.TLSv1_3:
        return tuple(code for code, name in _groups().items() if "TLSv1.3" in rows("tls_groups")[name]["protocols"])
    known = ((code, rows("tls_groups")[name]) for code, name in _groups().items())
    return tuple(code for code, row in known if "TLSv1.2" in row["protocols"] and row["kind"] in ("ec", "legacy"))


@cache
def signatures() -> tuple[int, ...]:
    """Every signature scheme, the usual ones last."""
    usual = [0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806]
    return tuple(code for code in _signatures() if code not in usual) + tuple(usual)


@cache
def _primes() -> dict[str, int]:
    return {row["prime_sha256"]: int(row["code"], 16) for row in rows("tls_groups").values() if "prime_sha256" in row}


def known_prime(prime: bytes) -> int | None:
    """The group of RFC 7919 that a prime belongs to."""
    return _primes().get(hashlib.sha256(prime.lstrip(b"\0")).hexdigest())


def key_share(group: int) -> bytes | None:
    """A valid public key of a group, without any arithmetic; `None` for groups that have none here."""
    return {X25519: _X25519_POINT, SECP256R1: _SECP256R1_POINT}.get(group)
