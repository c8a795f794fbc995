"""A resource: what it is called, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import quote, unquote

from scanner.model.known import Known, Lower, Source, Unknown
from scanner.model.record import dataclass

_PLAIN = re.compile(r"[A-Za-z0-9_.~/:@,# -]*")
"""Text that needs no quoting: that of nearly every reference."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The name of a resource. `str(ref)` round-trips through `Ref.parse`; refs sort by their fields."""

    provider: str
    """`aws`, `azure`, `tls`."""
    type: str
    """CloudFormation name, ARM name, or `TLS::Endpoint`."""
    account: str
    """Account or subscription; empty where open (a template)."""
    region: str
    """Empty where open or global."""
    id: str
    """ARN, ARM id, `host:port`, `file#address`; for a gap `TYPE @ ACCOUNT/REGION`."""
    name: str

    def __str__(self) -> str:
        parts = (self.provider, self.type, self.account, self.region, self.id, self.name)
        if _PLAIN.fullmatch("".join(parts)):
            return "|".join(parts)
        return "|".join(quote(part, safe="/:@.,#-_ ", errors="surrogatepass") for part in parts)

    @property
    def label(self) -> str:
        """What people call it: the name, with the port for an endpoint (several may stand behind one host)."""
        return self.id if self.provider == "tls" else self.name

    @classmethod
    def parse(cls, text: str) -> Ref:
        """The inverse of `str`. Raises ValueError on anything that `str` cannot have written."""
        parts = text.split("|")
        if len(parts) != 6:
            raise ValueError(f"not a resource reference: {text!r}")
        return cls(*(unquote(part, errors="surrogatepass") for part in parts))


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource and its facts, by fact type. A fact type that is absent here does not apply to it."""

    ref: Ref
    facts: Mapping[type, Known[Any] | Unknown]
    tags: Mapping[str, str] = field(default_factory=dict)
    dialect: str = "live"
    all_tags: bool = False
    """Whether `tags` are all that it has: false where nobody read them, or only a part (a stack may add some to its template)."""
    names: tuple[str, ...] = ()
    """What a template calls it in the cloud, beside its name in the template."""
    lower: int = 0
    """Lines by which the evidence of its facts stands further down than they say: resources of a file that say the same share them."""

    def sources(self, fact: Known[Any] | Unknown) -> Sequence[Source]:
        """The evidence of one of its facts, at its own lines."""
        return Lower(fact.sources, self.lower) if self.lower and fact.sources else fact.sources
