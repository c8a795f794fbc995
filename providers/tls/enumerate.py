"""Everything an endpoint negotiates, by ClientHello: few connections, few round trips, and silence is never a no.

opening     one hello with everything tells the newest version, and whether the host can be asked at all
versions    SSLv2 to TLS 1.3 side by side; each accepted one goes on with the removal of its suites
exchange    curves and signatures before TLS 1.3, groups of TLS 1.3 (told by retry requests, without any key exchange)
features    read off the same answers; only the fallback signal needs a question of its own
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace

from providers.tls.ask import Session, SslV2
from providers.tls.enumeration import Enumeration, Limits
from providers.tls.findings import Findings
from providers.tls.groups import (
    CERTIFICATE_CURVES,
    COMMON_GROUPS,
    COMMON_SIGNATURES,
    groups_of,
    signatures,
)
from providers.tls.hello import Offer
from providers.tls.records import Ciphers, Refusal, Reply, ServerHello
from providers.tls.starttls import DIALOGS
from providers.tls.suites import COMMON, Version, halves, key_exchange, legacy_suites, needs_user, rank, suites_of, tls13_suites, uses_ecdh, without
from providers.tls.sweep import Sweep
from providers.tls.wire import Gates, Silence
from scanner.sdk import Reason

_ALPN = ("h2", "http/1.1", "http/1.0")
_PROTOCOL_VERSION, _INAPPROPRIATE_FALLBACK, _UNRECOGNIZED_NAME, _NO_APPLICATION_PROTOCOL = 70, 86, 112, 120
_ASKED = (Version.TLSv1_3, Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0, Version.SSLv3)
_CHUNK = 48
# Kinds of silence after which a smaller hello makes no sense: nobody listens, or what listens speaks another protocol.
_HOPELESS = frozenset({"refused", "garbage", "starttls", "deadline"})


async def enumerate_endpoint(
    host: str,
    port: int,
    *,
    sni: str | None = None,
    connect_ip: str | None = None,
    starttls: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    gates: Gates | None = None,
    everywhere: AbstractAsyncContextManager[object] | None = None,
) -> Enumeration:
    """Ask one endpoint everything.

    `sni` defaults to `host`, "" sends none; `connect_ip` is connected to instead of what `host` resolves to; `starttls` is a name in
    `starttls.DIALOGS`. `gates` (one an address) and `everywhere` (all together) limit connections over several endpoints.
    Nothing is raised for what a peer does: it ends up in `unseen`.
    """
    started = time.monotonic()
    name = host if sni is None else sni or None
    session = Session(host, port, name, limits, DIALOGS[starttls] if starttls else None, gates, everywhere or nullcontext())
    await session.start(connect_ip or host)
    plan = _Plan(session, () if starttls else _ALPN)
    if not session.dead:
        await plan.run()
    return replace(plan.found.result(session), seconds=round(time.monotonic() - started, 3))


@dataclass(slots=True)
class _Plan:
    """One endpoint's questions and what they gave."""

    session: Session
    alpn: tuple[str, ...]
    tolerant: bool = False
    """A hello with everything was answered."""
    found: Findings = field(default_factory=Findings)
    first: dict[Version, asyncio.Future[ServerHello | None]] = field(default_factory=dict)

    async def run(self) -> None:
        """All of it."""
        opening = await self._opening()
        if self.session.dead:
            return
        loop = asyncio.get_running_loop()
        self.first = {version: loop.create_future() for version in _ASKED}
        async with asyncio.TaskGroup() as group:
            for version in _ASKED:
                group.create_task(self._version(version, opening if opening and opening.version == version else None))
            group.create_task(self._groups13())
            group.create_task(self._curves())
            group.create_task(self._signatures())
            group.create_task(self._sslv2())
        await self._fallback()

    # -- opening

    async def _opening(self) -> ServerHello | None:
        offer = self._offer(Version.TLSv1_3, legacy_suites() + tls13_suites(), groups_of(Version.TLSv1_2) + groups_of(Version.TLSv1_3), any_version=True)
        reply = await self._asked(replace(offer, features=True, compression=True, alpn=self.alpn, exchange=True))
        if isinstance(reply, ServerHello):
            self.tolerant = True
            return reply
        if isinstance(reply, Refusal):
            if reply.alert == _UNRECOGNIZED_NAME:
                self._give_up(Silence(Reason.UNAVAILABLE, f"the server does not know the name {self.session.sni} (alert 112)", "alert", final=True))
            return None
        if not isinstance(reply, Silence):
            return None
        if reply.kind not in _HOPELESS:
            for small in (self._small(Version.TLSv1_2), self._bare(Version.TLSv1_0)):
                if not isinstance(await self.session.ask(small), Silence):
                    return None
        self._give_up(reply)
        return None

    def _give_up(self, silence: Silence) -> None:
        self.session.dead = self.session.dead or silence

    # -- versions

    async def _version(self, version: Version, hello: ServerHello | None) -> None:
        try:
            hello = hello or await self._greet(version)
        finally:
            if not self.first[version].done():
                self.first[version].set_result(hello)
        if hello is None:
            return
        self.found.hellos[version] = hello
        self.found.notice(hello)
        asked = suites_of(version)
        sweep = Sweep(
            self.session, lambda suites: self._offer(version, suites), lambda reply: reply.suite, self.found.notice, halves,
            asked=asked, ordered=True, lone=needs_user,
        )  # fmt: skip
        if self.session.small or self.session.bare:
            parts = [asked[start : start + _CHUNK] for start in range(0, len(asked), _CHUNK)]
            found = await sweep.chunks(parts)
        else:
            found = await sweep.run(without(asked, {hello.suite}), (hello.suite,))
        await sweep.settle_preference(found, asked)
        if sweep.preference is not None:
            self.found.preferences[version] = sweep.preference
        # the list of a server that follows its clients says nothing about it: best first then
        self.found.suites[version] = found if sweep.preference else sorted(found, key=lambda code: (rank(code), code))
        self.found.miss("suites", version, sweep.silences)
        self.found.miss("order", version, sweep.disorder)

    async def _greet(self, version: Version) -> ServerHello | None:
        """The first hello of a version, in smaller and smaller words where the server has not stood a big one yet."""
        full = self._offer(version, suites_of(version))
        if version != Version.TLSv1_3:
            alpn = self.alpn if version == Version.TLSv1_2 else ()
            full = replace(full, features=True, compression=True, exchange=True, alpn=alpn)
        offers = [full]
        if not self.tolerant:
            small = self._small(version)
            offers += [small] if version != Version.SSLv3 else []
            offers += [replace(full, shares=True)] if version == Version.TLSv1_3 else [self._bare(version)]
        last: Reply | Silence | None = None
        for offer in offers:
            if self.session.small and offer is full and len(offers) > 1:
                continue
            reply = await self._asked(offer)
            if isinstance(reply, ServerHello):
                if reply.version != version:
                    return None
                self._learn(offer, full)
                return reply
            last = reply if last is None or isinstance(reply, Refusal) else last
            if isinstance(reply, Refusal) and reply.alert == _PROTOCOL_VERSION:
                return None
        if isinstance(last, Silence):
            self.found.miss("version", version, [last])
        return None

    def _learn(self, offer: Offer, full: Offer) -> None:
        if offer is full:
            self.tolerant = True
        elif offer.shares:
            self.found.quirks.add("empty key share")
        elif not offer.extensions and offer.version != Version.SSLv3:
            self.session.bare = True
            self.found.quirks.add("extensions")
        else:
            self.session.small = True
            self.found.quirks.add("large hello")

    async def _sslv2(self) -> None:
        reply = await self.session.ask(SslV2())
        if isinstance(reply, Ciphers):
            self.found.sslv2 = reply.codes
        elif isinstance(reply, Silence):
            self.found.miss("version", Version.SSLv2, [reply])

    # -- key exchange

    async def _groups13(self) -> None:
        version = Version.TLSv1_3
        hello = await self.first[version]
        if hello is None:
            return
        known = (hello.group,) if hello.group is not None else ()
        everything = without(groups_of(version), known)
        curves = tuple(code for code in everything if code < 0x100)
        sweeps = [Sweep(self.session, lambda groups: self._offer(version, tls13_suites(), groups), lambda reply: reply.group) for _ in range(2)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(sweep.run(part)) for sweep, part in zip(sweeps, (curves, without(everything, curves)), strict=True)]
        found = [*known, *tasks[0].result(), *tasks[1].result()]
        self.found.groups[version] = found
        self.found.miss("groups", version, [silence for sweep in sweeps for silence in sweep.silences])

    async def _highest(self) -> tuple[Version, ServerHello] | None:
        """The newest version before TLS 1.3 that can have groups."""
        for version in (Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0):
            hello = await self.first[version]
            if hello is not None:
                return version, hello
        return None

    async def _curves(self) -> None:
        highest = await self._highest()
        if highest is None or self.session.bare:
            return
        version, hello = highest
        suites = tuple(code for code in (COMMON if self.session.small else legacy_suites()) if uses_ecdh(code))
        found: list[int] = []
        ecdsa = False
        anchor: tuple[int, ...] = ()
        if hello.exchange and hello.exchange.group is not None:
            found, ecdsa = [hello.exchange.group], key_exchange(hello.suite)[1] == "ECDSA"
        while left := without(groups_of(version), found):
            reply = await self.session.ask(replace(self._offer(version, suites, left + anchor), exchange=True))
            if isinstance(reply, Silence):
                self.found.miss("groups", version, [reply])
                break
            if not isinstance(reply, ServerHello) or reply.version != version:
                held = tuple(code for code in found if code in CERTIFICATE_CURVES)
                if anchor or not ecdsa or not held:
                    break
                # an ECDSA certificate needs its own curve in the hello: put it back, behind the others
                anchor = held
                continue
            group = reply.exchange.group if reply.exchange else None
            if group is None or group not in left:
                if group is None:
                    self.found.miss("groups", version, [Silence(Reason.UNAVAILABLE, "the ServerKeyExchange did not come", "closed")])
                break
            found.append(group)
            ecdsa |= key_exchange(reply.suite)[1] == "ECDSA"
            self.found.notice(reply)
        self.found.groups[version] = found

    async def _signatures(self) -> None:
        hello = await self.first[Version.TLSv1_2]
        if hello is None or self.session.bare:
            return
        suites = tuple(
            code for code in (COMMON if self.session.small else legacy_suites()) if key_exchange(code)[0] in ("ECDHE", "DHE") and key_exchange(code)[1] not in ("anon", "PSK")
        )
        known = (hello.exchange.signature,) if hello.exchange and hello.exchange.signature in signatures() else ()

        def offer(schemes: tuple[int, ...]) -> Offer:
            plain = self._offer(Version.TLSv1_2, suites)
            return replace(plain, signatures=schemes, chain_signatures=() if self.session.small else signatures(), exchange=True)

        sweep = Sweep(self.session, offer, lambda reply: reply.exchange.signature if reply.exchange else None, halves=_new_and_old, asked=signatures())
        known_codes = tuple(code for code in known if code is not None)
        self.found.signatures = await sweep.run(without(signatures(), known_codes), known_codes)
        self.found.miss("signatures", Version.TLSv1_2, sweep.silences)

    async def _fallback(self) -> None:
        """With two versions or more, a retry with the lower one that says so must be refused (RFC 7507)."""
        spoken = sorted(self.found.hellos, reverse=True)
        if len(spoken) < 2:
            return
        offer = self._offer(spoken[1], tuple(self.found.suites[spoken[1]][:_CHUNK]))
        reply = await self.session.ask(replace(offer, fallback=True))
        if isinstance(reply, Refusal):
            self.found.fallback = reply.alert == _INAPPROPRIATE_FALLBACK or None
        elif isinstance(reply, ServerHello):
            self.found.fallback = False
        if not isinstance(reply, ServerHello) and self.found.fallback is None:
            silence = reply if isinstance(reply, Silence) else Silence(Reason.UNAVAILABLE, f"another alert than 86: {reply}", "alert")
            self.found.miss("features", spoken[1], [silence])

    # -- offers

    def _offer(self, version: Version, suites: tuple[int, ...], groups: tuple[int, ...] | None = None, *, any_version: bool = False) -> Offer:
        """A hello with everything beside `suites`, or with what the server can stand."""
        small = self.session.small
        if groups is None:
            groups = COMMON_GROUPS if small else groups_of(version)
        shares = version == Version.TLSv1_3 and "empty key share" in self.found.quirks
        return Offer(version, suites, groups, COMMON_SIGNATURES if small else signatures(), any_version=any_version, shares=shares, extensions=not self.session.bare)

    def _small(self, version: Version) -> Offer:
        suites = tls13_suites() if version == Version.TLSv1_3 else COMMON
        return Offer(version, suites, COMMON_GROUPS, COMMON_SIGNATURES, exchange=True)

    def _bare(self, version: Version) -> Offer:
        return Offer(version, COMMON, extensions=False, exchange=True)

    async def _asked(self, offer: Offer) -> Reply | Silence:
        """Ask; a server that refuses for the sake of ALPN is asked without."""
        reply = await self.session.ask(offer)
        if isinstance(reply, Refusal) and reply.alert == _NO_APPLICATION_PROTOCOL and offer.alpn:
            self.alpn = ()
            self.found.quirks.add("alpn")
            reply = await self.session.ask(replace(offer, alpn=()))
        return reply


def _new_and_old(schemes: Sequence[int], _ordered: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """PSS and EdDSA apart from the pairs of hash and signature of TLS 1.2."""
    return tuple(code for code in schemes if code >= 0x0700), tuple(code for code in schemes if code < 0x0700)
