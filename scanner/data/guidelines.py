"""TLS guidelines as data: how NCSC-NL, Mozilla, BSI and others rate a version, suite, group, key or hash.

One JSON file a guideline in `guidelines/`, with its source and date. What a guideline does not list is insufficient.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from scanner.data.tables import rows, table
from scanner.model.record import dataclass

DEFAULT = "ncsc-nl-2025-05"


class Level(StrEnum):
    """NCSC-NL's four levels; guidelines that know fewer use some of them."""

    GOOD = "good"
    SUFFICIENT = "sufficient"
    PHASE_OUT = "phase_out"
    """Still allowed, with an end in sight."""
    INSUFFICIENT = "insufficient"

    @property
    def rank(self) -> int:
        """0 is best."""
        return list(Level).index(self)


@dataclass(frozen=True)
class Guideline:
    """One edition of one guideline."""

    name: str
    title: str
    _table: Mapping[str, Any]

    def section(self, kind: str) -> str:
        """Where in the document the levels of a kind stand."""
        return str(self._table[kind]["section"])

    def link(self, kind: str) -> str:
        """Where to read it: the section itself where the document has addresses for sections, else the document."""
        return str(self._table["url"]).replace("{section}", self.section(kind).split(",")[0].split(";")[0].strip())

    def level(self, kind: str, value: str) -> Level:
        """The level of a name. Kinds: `versions`, `suites`, `key_exchange`, `groups`, `curves`, `certificate_hash`."""
        for level in (Level.GOOD, Level.SUFFICIENT, Level.PHASE_OUT):
            if value in self._table[kind].get(level.value, ()):
                return level
        return Level.INSUFFICIENT

    def size(self, kind: str, bits: int) -> Level:
        """The level of a key size. Kinds: `rsa_bits`, `dh_bits` (a finite-field group that is none of IANA's)."""
        for floor, level in self._table[kind]["floors"]:
            if bits >= floor:
                return Level(level)
        return Level.INSUFFICIENT

    def group(self, name: str) -> Level:
        """The level of a key-exchange group; `custom-dh-1024` stands for a self-made finite-field group."""
        if name.startswith("custom-dh-"):
            return self.size("dh_bits", int(name.rsplit("-", 1)[1]))
        return self.level("groups", name)

    def key(self, key: str) -> Level:
        """The level of a certificate's key: `RSA-2048`, `ECDSA-secp256r1`, `Ed25519`."""
        kind, _, rest = key.partition("-")
        if kind == "RSA":
            return self.size("rsa_bits", int(rest))
        return self.level("curves", rest if kind == "ECDSA" else key)


@cache
def guideline(name: str = DEFAULT) -> Guideline:
    """A guideline by its name. Raises ValueError that names those there are."""
    if name not in guideline_names():
        raise ValueError(f"there is no guideline {name!r}; there are {', '.join(guideline_names())}")
    loaded = table(f"guidelines/{name}")
    return Guideline(name, str(loaded["title"]), loaded)


@cache
def guideline_names() -> tuple[str, ...]:
    """Names of all guidelines, sorted."""
    folder = Path(__file__).with_name("guidelines")
    return tuple(sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")))


def suite(name: str) -> Mapping[str, Any] | None:
    """What IANA's registry says of a cipher suite: `kx`, `au`, `enc`, `bits`, `mac`, `aead`, `pfs`, `strength`."""
    found: Mapping[str, Any] | None = rows("cipher_suites").get(name)
    return found
