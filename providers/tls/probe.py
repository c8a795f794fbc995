"""The whole look at one endpoint: `probe(target, options) -> parts`, plain JSON bodies or the reason why there is none."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.tls import attacks, certificates
from providers.tls.chain import Judge
from providers.tls.child import Outcome
from providers.tls.contact import Contact, meet
from providers.tls.names import matches
from providers.tls.negotiate import Negotiated, negotiate
from providers.tls.sslyze_probe import examine
from providers.tls.targets import Target
from scanner.sdk import Failure, Json, Reason

PARTS = ("certificate", "chain", "client_auth", "handshake", "attacks")
CONNECT = ""
"""Key of the connection itself: when that failed, so did everything."""

_SECOND = 5.0
"""Seconds for the look at a second certificate."""

_EXAMINATIONS = threading.Semaphore(max(2, os.cpu_count() or 2))
"""sslyze makes hundreds of connections a host: more at once than this, and it misses its own deadlines."""


@dataclass(frozen=True)
class ProbeOptions:
    """How one endpoint is looked at."""

    judge: Judge
    wanted: frozenset[str] = frozenset(PARTS)
    at: str = ""
    """IP address to connect to, whatever the host's name resolves to."""
    limit: float = 20.0
    """Seconds for one network step."""
    ends: float = field(default_factory=lambda: time.monotonic() + 900.0)
    """Deadline of the whole scan, of `time.monotonic()`."""
    per_host: float = 120.0
    """Seconds for one endpoint, waiting for its turn not counted."""


@dataclass(frozen=True)
class Greeting:
    """What first contact brought, and what an examination is still asked for."""

    target: Target
    contact: Contact
    found: Mapping[str, Outcome]
    ask: frozenset[str]


def probe(target: Target, options: ProbeOptions) -> dict[str, Outcome]:
    """Every wanted part of an endpoint; with CONNECT alone, holding a Failure, when nothing could be learnt."""
    try:
        greeting = greet(target, options)
    except Failure as failure:
        return {CONNECT: failure}
    return further(greeting, options)


def greet(target: Target, options: ProbeOptions) -> Greeting:
    """First contact, a matter of milliseconds: the certificate and what hangs on it. Raises Failure when there is nobody to talk to."""
    contact = meet(target, options.at, limit=options.limit, deadline=min(options.ends, time.monotonic() + options.per_host))
    found: dict[str, Outcome] = {}
    ask = {"handshake"} if {"handshake", "attacks"} & options.wanted else set()
    ask |= {"tried"} if "attacks" in options.wanted else set()
    if {"certificate", "chain"} & options.wanted:
        if contact.chain:
            found |= _of_certificates(target, [contact.chain, *_of_the_other_kind(target, contact, options)], options)
        else:
            ask.add("certificates")
    if contact.asks_client is not None:
        found["client_auth"] = {"asks": contact.asks_client}
    elif "client_auth" in options.wanted:
        ask.add("client_auth")
    return Greeting(target, contact, {part: body for part, body in found.items() if part in options.wanted}, frozenset(ask))


def further(greeting: Greeting, options: ProbeOptions) -> dict[str, Outcome]:
    """The examination: what takes many connections. All parts, those of the greeting too."""
    target, contact, ask = greeting.target, greeting.contact, greeting.ask
    found = dict(greeting.found)
    deadline = min(options.ends, time.monotonic() + options.per_host)
    negotiated = negotiate(target, contact.address, options.limit, deadline) if ask else Negotiated({})
    handshake = negotiated.outcome
    if isinstance(handshake, Failure):
        if contact.trouble:
            return {CONNECT: contact.trouble}
        handshake = _after_alert(target, contact.alert, handshake)
        seen: Mapping[str, Outcome] = dict.fromkeys(ask, handshake)
    else:
        seen = _examine(target, contact, _left_to_try(ask, handshake), options)
    if "certificates" in ask:
        found |= _of_sslyze(target, seen["certificates"], options)
    if "client_auth" in ask:
        found["client_auth"] = seen["client_auth"]
    if "tried" in ask:
        found["attacks"] = _attacks(seen.get("tried", {}), negotiated)
    if ask:
        found["handshake"] = handshake
    return {CONNECT: {"address": contact.address}, **{part: body for part, body in found.items() if part in options.wanted}}


def _left_to_try(ask: frozenset[str], handshake: Mapping[str, Json]) -> frozenset[str]:
    """What sslyze is still needed for: nothing where every attack is moot."""
    return ask - {"handshake"} - ({"tried"} if attacks.moot(handshake) >= set(attacks.TRIED) else set())


def _examine(target: Target, contact: Contact, ask: frozenset[str], options: ProbeOptions) -> Mapping[str, Outcome]:
    if not ask:
        return {}
    if not _EXAMINATIONS.acquire(timeout=max(options.ends - time.monotonic(), 0.01)):
        late = Failure(Reason.TIMEOUT, "deadline", f"the time of the scan was over before it was the turn of {target.id}: give it more with --timeout")
        return dict.fromkeys(ask, late)
    try:
        return examine(target, contact.address, ask, options.limit, min(options.ends, time.monotonic() + options.per_host))
    finally:
        _EXAMINATIONS.release()


def _after_alert(target: Target, alert: str, failure: Failure) -> Failure:
    if alert and failure.reason is Reason.UNAVAILABLE:
        return Failure(Reason.UNAVAILABLE, "alert", f"{target.id} speaks TLS and refuses everything that was offered ({alert}): {failure.detail}")
    return failure


def _of_the_other_kind(target: Target, contact: Contact, options: ProbeOptions) -> list[tuple[bytes, ...]]:
    """The chain that a client with the other kind of key is shown: many servers hold an RSA and an ECDSA certificate, and renew one of them."""
    try:
        key = str(certificates.read(contact.chain[0])["key"])
        limit = min(options.limit, _SECOND)
        other = meet(target, contact.address, limit=limit, deadline=time.monotonic() + limit, only="aECDSA" if key.startswith("RSA") else "aRSA").chain
    except (Failure, ValueError):
        return []  # nobody is shown another one, as far as can be seen
    return [other] if other and other[0] != contact.chain[0] else []


def _of_certificates(target: Target, chains: list[tuple[bytes, ...]], options: ProbeOptions) -> dict[str, Outcome]:
    """An endpoint is as good as the worst certificate it serves: the one that ends first, names that do not match, a chain that is not trusted."""
    found: dict[str, Outcome] = {}
    try:
        read = [certificates.read(chain[0]) for chain in chains]
    except ValueError as error:
        return dict.fromkeys(("certificate", "chain"), Failure(Reason.UNPARSABLE, "certificate", f"the certificate that was sent cannot be parsed: {error}"))
    first = min(read, key=lambda body: str(body["not_after"]))
    stranger = next((body for body in read if not matches(target.host, _texts(body["names"]))), first)
    found["certificate"] = {**first, "served": stranger["names"]}
    if "chain" in options.wanted:
        judged = [_judged(chain, options) for chain in chains]
        untrusted = (body for body in judged if not isinstance(body, Failure) and body["trusted"] is False)
        found["chain"] = next(untrusted, None) or next((body for body in judged if isinstance(body, Failure)), judged[0])
    return found


def _judged(chain: tuple[bytes, ...], options: ProbeOptions) -> Outcome:
    try:
        return options.judge.ask(chain)
    except Failure as failure:
        return failure


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _of_sslyze(target: Target, outcome: Outcome, options: ProbeOptions) -> dict[str, Outcome]:
    if isinstance(outcome, Failure):
        return dict.fromkeys(("certificate", "chain"), outcome)
    sent = outcome["chains"]
    chains = [tuple(bytes.fromhex(der) for der in _texts(chain)) for chain in sent] if isinstance(sent, list) else []
    if not all(chains) or not chains:
        return dict.fromkeys(("certificate", "chain"), Failure(Reason.UNAVAILABLE, "certificate", "no certificate was sent"))
    return _of_certificates(target, chains, options)


def _attacks(tried: Outcome, negotiated: Negotiated) -> Outcome:
    if isinstance(tried, Failure):
        return tried
    if isinstance(negotiated.outcome, Failure):
        return negotiated.outcome
    # An attack that succeeded once has succeeded: neither look talks the other out of it.
    results = {name: bool(tried.get(name)) or negotiated.tried.get(name, False) for name in {*tried, *negotiated.tried}}
    return attacks.body(results, negotiated.outcome)


__all__ = ["CONNECT", "PARTS", "Greeting", "Json", "Outcome", "ProbeOptions", "further", "greet", "probe"]
