"""Cipher suites as the wire knows them: codes, names, and the order in which to ask for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum
from functools import cache
from typing import Any

from scanner.sdk import rows, table


class Version(IntEnum):
    """Protocol versions by their code on the wire."""

    SSLv2 = 0x0002
    SSLv3 = 0x0300
    TLSv1_0 = 0x0301
    TLSv1_1 = 0x0302
    TLSv1_2 = 0x0303
    TLSv1_3 = 0x0304

    @property
    def label(self) -> str:
        """The name in reports: `TLSv1.2`."""
        return self.name.replace("_", ".")


EMPTY_RENEGOTIATION_INFO = 0x00FF
FALLBACK = 0x5600
_SIGNALS = frozenset({EMPTY_RENEGOTIATION_INFO, FALLBACK})
# Suites that only exist under TLS 1.3, where the key exchange is no part of the suite.
_ANY = "any"
#: The suites that nearly every server of the last twenty years has one of; together they fit into a hello below 255 bytes.
COMMON = (
    0x000A, 0x002F, 0x0035, 0x003C, 0x009C, 0x009D, 0x0033, 0x0039, 0x009E, 0x009F, 0xC013, 0xC014, 0xC009, 0xC00A,
    0xC027, 0xC02F, 0xC030, 0xC02B, 0xC02C, 0x0005, 0x0004,
)  # fmt: skip


def _code(text: str) -> int:
    return int(text.replace(",0x", ""), 16)


@cache
def _rows() -> dict[int, tuple[str, dict[str, Any]]]:
    known = {_code(row["code"]): (name, row) for name, row in rows("cipher_suites").items()}
    for code, name in table("cipher_suites")["aliases"].items():
        known.setdefault(_code(code), (name, rows("cipher_suites")[name]))
    return known


@cache
def sslv2_names() -> dict[int, str]:
    """SSLv2 cipher kinds: three-byte code to name."""
    return {int(row["code"], 16): name for name, row in table("cipher_suites")["sslv2"].items()}


def suite_name(code: int) -> str:
    """IANA name; a code without one is written as it came: `0xC0FF`."""
    known = _rows().get(code)
    return known[0] if known else f"0x{code:04X}"


@cache
def key_exchange(code: int) -> tuple[str, str]:
    """(key exchange, authentication) of a suite; empty where the table does not know it."""
    known = _rows().get(code)
    return (known[1]["kx"], known[1]["au"]) if known else ("", "")


@cache
def uses_dh(code: int) -> bool:
    """True where the server sends a finite-field public key of the moment, so that its prime can be measured."""
    kx, au = key_exchange(code)
    return kx == "DHE" or (kx == "DH" and au == "anon")


def uses_ecdh(code: int) -> bool:
    """True where the server names a curve in its ServerKeyExchange."""
    return key_exchange(code)[0] == "ECDHE"


@cache
def uses_export_rsa(code: int) -> bool:
    """True where the server may send a short RSA key of the moment (export suites)."""
    return "RSA_EXPORT" in suite_name(code)


def needs_user(code: int) -> bool:
    """True for suites that a server may only accept together with a user's name (SRP)."""
    return key_exchange(code)[0] == "SRP"


@cache
def band(code: int) -> int:
    """Where servers usually put a suite: 0 forward secrecy with AEAD, 1 with CBC, 2 no forward secrecy, 3 what is broken or rare."""
    kx, au = key_exchange(code)
    row = _rows()[code][1]
    if str(row["enc"]).startswith(("NULL", "RC4", "RC2", "DES", "3DES", "IDEA")) or "EXPORT" in suite_name(code):
        return 3
    if kx == _ANY or kx in ("ECDHE", "DHE") or au == "anon":
        return 0 if row["aead"] else 1
    return 2 if kx == "RSA" else 3


@cache
def rank(code: int) -> int:
    """A guess at the order of a server, best first: only the speed of a scan and the look of a list depend on it, never a result."""
    kx, au = key_exchange(code)
    enc = str(_rows()[code][1]["enc"])
    trust = {"ECDSA": 0, "RSA": 1, _ANY: 1}.get(au, 4)
    exchange = {_ANY: 0, "ECDHE": 0, "DHE": 1, "RSA": 2}.get(kx, 4)
    cipher = next((place for place, start in enumerate(("AES-128", "AES-256", "CHACHA", "CAMELLIA", "ARIA", "3DES", "RC4")) if enc.startswith(start)), 9)
    return band(code) * 10000 + (trust > 1) * 5000 + exchange * 1000 + cipher * 100 + enc.endswith(("CCM", "CCM-8")) * 50 + trust


@cache
def fits(code: int, version: Version) -> bool:
    """False for suites with AEAD or SHA-2 before TLS 1.2, where they must not be used (RFC 5246, A.5)."""
    row = _rows()[code][1]
    return version >= Version.TLSv1_2 or not (row["aead"] or row["mac"] not in ("MD5", "SHA", "NULL"))


@cache
def likely(code: int, version: Version = Version.TLSv1_2) -> bool:
    """True for suites that are met in the field."""
    if suite_name(code).endswith("_OLD") or not fits(code, version):
        return False
    return band(code) < 3 and rank(code) % 10000 < 5000 and rank(code) % 1000 < 300 and rank(code) % 100 < 50


def own_curve(code: int) -> bool:
    """True where the certificate's key must suit what else is offered: its curve, or a scheme of its own."""
    kx, au = key_exchange(code)
    return kx == "ECDH" or au in ("ECDSA", "DSS")


@cache
def tls13_suites() -> tuple[int, ...]:
    """Every suite of TLS 1.3, least usual first."""
    return tuple(sorted((code for code, (_, row) in _rows().items() if row["kx"] == _ANY), key=lambda code: (-rank(code), code)))


@cache
def legacy_suites() -> tuple[int, ...]:
    """Every suite of SSLv3 to TLS 1.2, least usual first.

    The order is a question in itself: a server that picks from the end of the list, and next what stands before it, follows its own
    preference. ChaCha20 stands before AES with 256 bits and that before AES with 128, which is the other way round in most servers' lists.
    """
    codes = (code for code, (_, row) in _rows().items() if row["kx"] != _ANY and code not in _SIGNALS)
    return tuple(sorted(codes, key=lambda code: (-rank(code), code)))


@cache
def suites_of(version: Version) -> tuple[int, ...]:
    """What to offer for a version."""
    return tls13_suites() if version == Version.TLSv1_3 else legacy_suites()


def halves(codes: Sequence[int], ordered: bool, version: Version = Version.TLSv1_2) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Cut a set in two, so that the likely ones are shared fairly; both parts keep the order given.

    `ordered`: cut between bands only, where the order of the whole can be expected to be that of the parts.
    """
    best_first = sorted(codes, key=lambda code: (rank(code), -code))
    half, total = sum(_weight(code, version) for code in best_first) / 2, 0.0
    cuts: list[tuple[float, int]] = []
    for place, code in enumerate(best_first):
        if place and (not ordered or band(code) != band(best_first[place - 1])):
            cuts.append((abs(total - half), place))
        total += _weight(code, version)
    if not cuts:
        return tuple(codes), ()
    upper = frozenset(best_first[: min(cuts)[1]])
    return tuple(code for code in codes if code in upper), tuple(code for code in codes if code not in upper)


def _weight(code: int, version: Version) -> float:
    return 1.0 if likely(code, version) else 0.005


def without(codes: Sequence[int], gone: Collection[int]) -> tuple[int, ...]:
    """The codes that are left, in their order."""
    return tuple(code for code in codes if code not in gone)
