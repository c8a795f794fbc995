"""What an endpoint negotiates, as the part of the document that facts are read from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from providers.tls.child import Outcome
from providers.tls.enumerate import enumerate_endpoint
from providers.tls.enumeration import Enumeration, Limits
from providers.tls.targets import Target
from providers.tls.wire import Gates
from scanner.sdk import Failure, Json, Reason, rows

_ANSWER = 5.0
"""Seconds for an answer at most: who does not answer one question in that time is asked again, one connection at a time."""


@dataclass(frozen=True)
class Negotiated:
    """The body, or why there is none; and the attacks that the same answers settled."""

    outcome: Outcome
    tried: Mapping[str, bool] = field(default_factory=dict)


async def negotiate(
    target: Target, address: str, limit: float, deadline: float, gates: Gates | None = None, everywhere: AbstractAsyncContextManager[object] | None = None
) -> Negotiated:
    """Ask the endpoint everything, by ClientHello. `limit` bounds a step in seconds, `deadline` is one of `time.monotonic()`."""
    limits = Limits(connect=limit, answer=min(limit, _ANSWER), deadline=max(deadline - time.monotonic(), 0.1))
    found = await enumerate_endpoint(
        target.host, target.port, sni="" if target.is_ip else None, connect_ip=address, starttls=target.starttls or None, limits=limits, gates=gates, everywhere=everywhere
    )  # fmt: skip
    if not found.versions:
        return Negotiated(_nothing(target, found))
    return Negotiated(_body(found), _tried(found))


def _nothing(target: Target, found: Enumeration) -> Failure:
    if found.unseen:
        first = found.unseen[0]
        return Failure(first.reason, "handshake", f"{target.id}: {first.detail}")
    return Failure(Reason.UNAVAILABLE, "handshake", f"{target.id} accepts no version of TLS or SSL with any suite")


def _body(found: Enumeration) -> dict[str, Json]:
    incomplete = {item.version for item in found.unseen if item.part in ("version", "suites") and item.version}
    blind = any(item.part == "groups" and item.version == "TLSv1.3" for item in found.unseen) or "TLSv1.3" in incomplete
    hybrid = [name for name, row in rows("tls_groups").items() if row["kind"] in ("pq", "hybrid-pq") and name not in found.groups]
    return {
        "versions": [*found.versions],
        "suites": {version: [*names] for version, names in found.suites.items()},
        "groups": [*found.groups, *_own_fields(found)],
        "server_preference": found.server_preference,
        "unseen": [*sorted(incomplete)],
        "untried": [*hybrid] if blind else [],
    }


def _own_fields(found: Enumeration) -> list[str]:
    """Finite fields that are none of IANA's, by size: `custom-dh-1024`."""
    known = {name for version, names in found.groups_by_version.items() if version != "TLSv1.3" for name in names if name.startswith("ffdhe")}
    return [f"custom-dh-{bits}" for bits in found.dh_bits if f"ffdhe{bits}" not in known]


def _tried(found: Enumeration) -> dict[str, bool]:
    """True: the attack works. What no answer could show is left out."""
    features = found.features
    seen = {
        "crime": features.compression,
        "insecure-renegotiation": None if features.secure_renegotiation is None else not features.secure_renegotiation,
        "fallback-scsv": None if features.fallback_scsv is None else not features.fallback_scsv,
        # A server with the defect answers the extension: it is the same code. Without it there is nothing to bleed (RFC 6520).
        "heartbleed": False if features.heartbeat is False else None,
        # OpenSSL alone had it, up to 1.0.1g; what speaks RFC 7627 is OpenSSL 1.1 or something else.
        "ccs-injection": False if features.extended_master_secret else None,
    }
    return {name: value for name, value in seen.items() if value is not None}
