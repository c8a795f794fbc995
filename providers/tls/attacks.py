"""Known attacks: those that need a try of their own, and those that follow from versions and suites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.sdk import Json, suite

#: Tried on the wire.
TRIED = ("heartbleed", "ccs-injection", "robot", "insecure-renegotiation", "client-renegotiation", "crime", "fallback-scsv")
#: Read from the versions and suites that were accepted.
DERIVED = ("drown", "poodle", "freak", "logjam", "sweet32", "beast", "rc4", "lucky13")
#: Told by comparing what the server sends in two handshakes; moot without a finite-field exchange.
COMPARED = ("raccoon",)

_OLD = ("SSLv3", "TLSv1.0")
_BLOCK_64 = ("3DES", "DES", "DES40", "IDEA", "RC2")


def derived(handshake: Mapping[str, Json]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(tested, vulnerable) of DERIVED. A version that could not be tried leaves open what hangs on it."""
    suites = _suites(handshake.get("suites"))
    unseen = set(_texts(handshake.get("unseen")))
    offered = {version: [(name, suite(name) or {}) for name in names] for version, names in suites.items()}
    every = [(version, name, row) for version, rows in offered.items() for name, row in rows]
    weak_group = any(group.startswith("custom-dh-") and int(group.rsplit("-", 1)[1]) < 1024 for group in _texts(handshake.get("groups")))
    found = {
        "drown": "SSLv2" in suites,
        "poodle": any(version == "SSLv3" and "CBC" in name for version, name, _ in every),
        "freak": any("EXPORT" in name and row.get("kx") == "RSA" for _, name, row in every),
        "logjam": weak_group or any("EXPORT" in name and row.get("kx") in ("DHE", "DH") for _, name, row in every),
        "sweet32": any(str(row.get("enc", "")).split("-")[0] in _BLOCK_64 for _, _, row in every),
        "beast": any(version in _OLD and "CBC" in name for version, name, _ in every),
        "rc4": any("RC4" in name for _, name, _ in every),
        "lucky13": any(version not in ("SSLv2", "TLSv1.3") and "CBC" in name for version, name, _ in every),
    }
    hangs_on = {"drown": {"SSLv2"}, "poodle": {"SSLv3"}, "beast": set(_OLD), "freak": {*_OLD, "TLSv1.1", "TLSv1.2"}}
    older = hangs_on["freak"]
    tested = tuple(name for name in DERIVED if found[name] or not hangs_on.get(name, older) & unseen)
    return tested, tuple(name for name in DERIVED if found[name])


def moot(handshake: Mapping[str, Json]) -> frozenset[str]:
    """Attacks of TRIED and COMPARED that a server cannot suffer with what it accepts: nothing is left to try."""
    versions, unseen = set(_suites(handshake.get("suites"))), set(_texts(handshake.get("unseen")))
    old = {"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"}
    found: set[str] = set()
    before = [suite(name) or {} for version, names in _suites(handshake.get("suites")).items() if version != "TLSv1.3" for name in names]
    if not (old | {"TLSv1.2"}) & unseen:
        if not any(row.get("kx") == "RSA" for row in before) and "SSLv2" not in versions:
            found.add("robot")  # an oracle for RSA decryption needs RSA key transport
        if not any(row.get("kx") in ("DH", "DHE") for row in before):
            found.add("raccoon")
    if not (old | {"TLSv1.2"}) & (versions | unseen):
        found |= {"heartbleed", "ccs-injection", "robot", "raccoon", "insecure-renegotiation", "client-renegotiation", "crime"}
    if not old & (versions | unseen):
        found.add("fallback-scsv")  # nothing lower to fall back to; from TLS 1.3 the protocol itself guards (RFC 8446, 4.1.3)
    return frozenset(found)


def body(tried: Mapping[str, bool], handshake: Mapping[str, Json] | None) -> dict[str, Json]:
    """The part of the document: `{"tested": […], "vulnerable": […]}`, in the order of the lists above."""
    settled = dict(tried)
    if handshake is not None:
        settled |= dict.fromkeys(moot(handshake), False)
        tested, vulnerable = derived(handshake)
        settled |= {name: name in vulnerable for name in tested}
    order = (*TRIED, *DERIVED, *COMPARED)
    return {"tested": [name for name in order if name in settled], "vulnerable": [name for name in order if settled.get(name)]}


def _suites(value: Json) -> dict[str, list[str]]:
    return {version: list(_texts(names)) for version, names in value.items()} if isinstance(value, dict) else {}


def _texts(value: Json) -> Iterable[str]:
    return (item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
