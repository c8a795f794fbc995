"""The whole look at one endpoint, in parts: plain JSON bodies, or the reason why there is none."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from providers.tls import attacks, certificates, contact, revocation, web
from providers.tls.addresses import Place, resolve
from providers.tls.aside import Lane, aside
from providers.tls.chain import Judge
from providers.tls.child import Outcome
from providers.tls.contact import Contact, Peer, meet
from providers.tls.credential import Credential
from providers.tls.enumeration import Limits
from providers.tls.names import matches
from providers.tls.negotiate import Negotiated, negotiate
from providers.tls.shown import Shown
from providers.tls.sslyze_probe import examine
from providers.tls.suites import Version, key_exchange, suite_name, suites_of
from providers.tls.targets import Target
from providers.tls.wire import Gates
from scanner.sdk import Failure, Json, Reason

PARTS = ("certificate", "second", "chain", "client_auth", "handshake", "attacks", "revocation", "hsts", "redirect")
FIRST = ("certificate", "second", "chain", "client_auth")
"""Parts that first contact brings."""
WEB = ("revocation", "hsts", "redirect")
"""Parts that are looks of their own."""
CONNECT = ""
"""Key of the connection itself: when that failed, so did everything."""

CONNECTIONS = 400
"""Sockets open at once, over all hosts; an ordinary limit on open files is 1,024."""
_SWEPT = 3.0
"""Seconds for a step of first contact within a range, where most addresses are nobody's."""
_EXAMINATIONS = max(2, os.cpu_count() or 2)
"""sslyze makes many connections a host, and misses its own deadlines when it runs more often at once."""


@dataclass(frozen=True)
class ProbeOptions:
    """How endpoints are looked at; shared by all of one scan, and used in one event loop."""

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
    http_port: int = 0
    """Port of plain HTTP; 0: 80 for an endpoint on 443, none for others."""
    added: tuple[bytes, ...] = ()
    """Added trust anchors, DER."""
    family: int = 0
    """4 or 6: only addresses of this kind."""
    credential: Credential | None = None
    """What is presented to servers that ask for a certificate."""
    gates: Gates = field(default_factory=lambda: Gates(Limits()))
    everywhere: AbstractAsyncContextManager[object] = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))
    judging: Lane = field(default_factory=lambda: Lane("judging"))
    examining: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_EXAMINATIONS))
    answers: revocation.Answers = field(default_factory=revocation.Answers)

    def until(self) -> float:
        """When the look at an endpoint that begins now has to end."""
        return min(self.ends, time.monotonic() + self.per_host)


@dataclass(frozen=True)
class Greeting:
    """What first contact brought, and what an examination is still asked for."""

    target: Target
    contact: Contact
    found: Mapping[str, Outcome]
    examine: bool
    """Whether an examination is needed for what is wanted."""
    chains: tuple[Shown, ...] = ()
    """What was shown, each certificate once."""


async def places_of(target: Target, options: ProbeOptions) -> list[Place]:
    """Where the endpoint can be found. Raises Failure."""
    left = max(options.until() - time.monotonic(), 0.01)
    return await resolve(target, options.at, min(options.limit, left), family=options.family, proxy=options.gates.proxy)


async def greet(target: Target, places: list[Place], options: ProbeOptions) -> Greeting:
    """First contact, a matter of milliseconds: the certificate and what hangs on it, at the first place that takes a connection.

    Raises Failure when there is nobody to talk to.
    """
    until = options.until()
    deadline = asyncio.get_running_loop().time() + until - time.monotonic()
    limit = min(options.limit, _SWEPT) if target.swept else options.limit
    met = await meet([Peer(target, address, family, options.gates.of(address), limit, deadline, options.everywhere) for family, address in places])
    found: dict[str, Outcome] = {}
    chains: tuple[Shown, ...] = ()
    if {*FIRST, "revocation"} & options.wanted and met.chain:
        found, chains = await _of_certificates(met, options)
    if met.shown is not None and met.shown.asks is not None:
        found["client_auth"] = {"asks": met.shown.asks}
    lacking = not met.chain or "client_auth" not in found
    more = bool({"handshake", "attacks"} & options.wanted) or (lacking and bool({*FIRST, "revocation"} & (options.wanted - set(found))))
    return Greeting(target, met, _wanted(found, options), more, chains)


async def further(greeting: Greeting, options: ProbeOptions) -> tuple[dict[str, Outcome], Greeting]:
    """The examination, which takes many connections: all parts but those of WEB, and the greeting with what is shown now."""
    target, met = greeting.target, greeting.contact
    found, until = dict(greeting.found), options.until()
    negotiated = await negotiate(target, met.address, options.limit, until, options.gates, options.everywhere)
    handshake = negotiated.outcome
    if isinstance(handshake, Failure):
        if met.trouble:
            return {CONNECT: met.trouble}, greeting
        handshake = _after_alert(target, met.alert, handshake)
    chains = greeting.chains
    if {*FIRST, "revocation"} & options.wanted - set(found):
        more, chains = await _shown_later(met, handshake, options)
        found = {**more, **found}
    if "attacks" in options.wanted:
        found["attacks"] = handshake if isinstance(handshake, Failure) else await _attacks(target, met, negotiated, handshake, options)
    found["handshake"] = handshake
    return {CONNECT: {"address": met.address}, **_wanted(found, options)}, Greeting(target, met, found, False, chains)


async def look(part: str, greeting: Greeting, options: ProbeOptions) -> dict[str, Json]:
    """One part of WEB. Raises Failure."""
    until, limit = options.until(), min(options.limit, 10.0)
    if part == "revocation":
        if not greeting.chains:
            raise Failure(Reason.UNAVAILABLE, "certificate", f"no certificate of {greeting.target.id} was seen whose revocation could be asked for")
        bodies = [await revocation.look(shown, greeting.contact.address, options.added, options.answers, limit, until) for shown in greeting.chains]
        return min(bodies, key=_worst)
    if part == "hsts":
        return await web.hsts(greeting.target, greeting.contact, limit, until, options.credential)
    return await web.redirect(greeting.target, greeting.contact, limit, until, options.http_port)


def _worst(body: Mapping[str, Json]) -> int:
    return (True, None, False).index(body["revoked"] if isinstance(body["revoked"], bool) else None)


def _wanted(found: Mapping[str, Outcome], options: ProbeOptions) -> dict[str, Outcome]:
    return {part: body for part, body in found.items() if part in options.wanted}


async def _shown_later(met: Contact, handshake: Outcome, options: ProbeOptions) -> tuple[dict[str, Outcome], tuple[Shown, ...]]:
    """Certificates of a server that answered none of the first hellos, by one that it is known to answer."""
    if isinstance(handshake, Failure):
        return dict.fromkeys(FIRST, handshake), ()
    for version in reversed(Version):
        codes = _accepted(handshake, version)
        shown = await contact.by_suites(met, version, codes) if codes else None
        if shown is not None:
            found, chains = await _of_certificates(Contact(met.peer, shown, small=True), options)
            asks: Outcome = {"asks": shown.asks} if shown.asks is not None else Failure(Reason.UNAVAILABLE, "closed", "the server stopped before it could be told")
            return {**found, "client_auth": asks}, chains
    return dict.fromkeys(FIRST, Failure(Reason.UNAVAILABLE, "certificate", f"{met.peer.target.id} showed no certificate")), ()


async def _attacks(target: Target, met: Contact, negotiated: Negotiated, handshake: Mapping[str, Json], options: ProbeOptions) -> Outcome:
    """By facts where they suffice; what is left is tried."""
    settled = {**negotiated.tried, **dict.fromkeys(attacks.moot(handshake), False)}
    if "raccoon" not in settled and (again := await _raccoon(met, handshake)) is not None:
        settled["raccoon"] = again
    left = frozenset(attacks.TRIED) - set(settled)
    tried: Outcome = {}
    if left:
        async with options.examining:
            tried = await aside(examine, target, met.address, left, options.limit, options.until(), options.gates.proxy, options.credential)
    if isinstance(tried, Failure):
        return tried
    # An attack that succeeded once has succeeded: neither look talks the other out of it.
    results = {name: bool(tried.get(name)) or settled.get(name, False) for name in {*tried, *settled}}
    return attacks.body(results, handshake)


async def _raccoon(met: Contact, handshake: Mapping[str, Json]) -> bool | None:
    for version in (Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0, Version.SSLv3):
        codes = _accepted(handshake, version)
        if any(key_exchange(code)[0] == "DH" for code in codes):
            return True  # the key stands in the certificate: it is always the same
        if moment := tuple(code for code in codes if key_exchange(code)[0] == "DHE"):
            return await contact.dh_key_again(met, version, moment)
    return None


def _accepted(handshake: Mapping[str, Json], version: Version) -> tuple[int, ...]:
    """Codes of the suites that a version was seen to accept."""
    by_version = handshake["suites"]
    names = _texts(by_version.get(version.label)) if isinstance(by_version, dict) else ()
    return tuple(code for code in suites_of(version) if suite_name(code) in names) if version > Version.SSLv2 and names else ()


def _after_alert(target: Target, alert: str, failure: Failure) -> Failure:
    if alert and failure.reason is Reason.UNAVAILABLE:
        return Failure(Reason.UNAVAILABLE, "alert", f"{target.id} speaks TLS and refuses everything that was offered ({alert}): {failure.detail}")
    return failure


async def _of_certificates(met: Contact, options: ProbeOptions) -> tuple[dict[str, Outcome], tuple[Shown, ...]]:
    """An endpoint is as good as the worst certificate it serves: the one that ends first, names that do not match, a chain that is not trusted."""
    assert met.shown is not None  # callers have a chain
    shown = [met.shown]
    try:
        read = [_read(met.shown)]
    except ValueError as error:
        wrong = Failure(Reason.UNPARSABLE, "certificate", f"the certificate that was sent cannot be parsed: {error}")
        return dict.fromkeys(("certificate", "second", "chain"), wrong), ()
    second: Outcome = {"served": False}
    try:
        if {"certificate", "second", "chain", "revocation"} & options.wanted and (other := await contact.other_kind(met, str(read[0]["key"]))):
            read.append(_read(other))
            shown.append(other)
    except Failure as failure:
        second = failure
    except ValueError as error:
        second = Failure(Reason.UNPARSABLE, "certificate", f"the other certificate that was sent cannot be parsed: {error}")
    read.sort(key=lambda body: str(body["not_after"]))
    if len(read) > 1:
        second = {**read[1], "served": True}
    host = met.peer.target.host
    stranger = next((body for body in read if not matches(host, _texts(body["names"]))), read[0])
    found: dict[str, Outcome] = {"certificate": {**read[0], "served": stranger["names"], **await _nameless(met, options)}, "second": second}
    if "chain" in options.wanted:
        judged = [await _judged(each.chain, options) for each in shown]
        untrusted = (body for body in judged if not isinstance(body, Failure) and body["trusted"] is False)
        found["chain"] = next(untrusted, None) or next((body for body in judged if isinstance(body, Failure)), judged[0])
    return found, tuple(shown)


async def _nameless(met: Contact, options: ProbeOptions) -> dict[str, Json]:
    """The names on the certificate that is shown to a client that names no host; nothing where that could not be seen."""
    if not {"certificate", "handshake"} <= options.wanted or met.peer.target.is_ip:
        return {}  # for a look at certificates alone it would be half as many connections again
    try:
        shown = await contact.without_name(met)
        return {"without_sni": [*_texts(_read(shown)["names"])] if shown else []}
    except (Failure, ValueError):
        return {}  # said as "not seen" by its absence


def _read(shown: Shown) -> dict[str, Json]:
    body = certificates.read(shown.chain[0])
    counted = body["scts"]
    return {**body, "scts": (counted if isinstance(counted, int) else 0) + shown.timestamps, "stapled": bool(shown.staple)}


async def _judged(chain: tuple[bytes, ...], options: ProbeOptions) -> Outcome:
    try:
        return await options.judging.do(options.judge.ask, chain)
    except Failure as failure:
        return failure


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


__all__ = ["CONNECT", "FIRST", "PARTS", "WEB", "Greeting", "Outcome", "ProbeOptions", "further", "greet", "look"]
