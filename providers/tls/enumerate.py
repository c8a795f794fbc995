"""Everything an endpoint negotiates, by ClientHello: few connections, few round trips, and silence is never a no.

opening     a hello with everything tells the newest version, and whether the host can be asked at all; SSLv3 to TLS 1.2 are asked beside it
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
from functools import partial

from providers.tls.ask import Session, SslV2
from providers.tls.enumeration import Enumeration, Limits
from providers.tls.exchange import KeyExchange
from providers.tls.findings import Findings
from providers.tls.hello import Offer
from providers.tls.offers import Offers
from providers.tls.records import Ciphers, Refusal, Reply, ServerHello
from providers.tls.starttls import DIALOGS
from providers.tls.suites import Version, fits, halves, key_exchange, likely, needs_user, rank, suites_of, without
from providers.tls.sweep import Sweep
from providers.tls.wire import Gates, Silence
from scanner.sdk import Reason

_ALPN = ("h2", "http/1.1", "http/1.0")
_PROTOCOL_VERSION, _INAPPROPRIATE_FALLBACK, _UNRECOGNIZED_NAME, _NO_APPLICATION_PROTOCOL = 70, 86, 112, 120
_ASKED = (Version.TLSv1_3, Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0, Version.SSLv3)
_BESIDE = (Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0, Version.SSLv3)
# The longest chain first; then what shortens it, as the oldest version tells what not to expect.
_URGENT, _WAITS = {Version.TLSv1_2: 3, Version.TLSv1_0: 2, Version.TLSv1_3: -1}, -1
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
    offers: Offers = field(init=False)
    exchange: KeyExchange = field(init=False)
    early: dict[Version, Reply] = field(default_factory=dict)
    """What the opening showed about a version."""
    first: dict[Version, asyncio.Future[ServerHello | None]] = field(default_factory=dict)
    """The first answer in each version, as soon as it is known."""
    swept: dict[Version, asyncio.Event] = field(default_factory=dict)
    """Set once only the last hello about a version's suites is left."""
    orders: dict[Version, list[int]] = field(default_factory=dict)
    """Suites of the versions before TLS 1.3 that are through, in the server's order: probably that of the others."""
    declined: set[int] = field(default_factory=set)
    """Suites that a version does not accept: probably no other does."""
    done: dict[Version, asyncio.Event] = field(default_factory=dict)
    """Set once all suites of a version are known."""

    def __post_init__(self) -> None:
        self.offers = Offers(self.session)
        self.exchange = KeyExchange(self.session, self.found, self.offers)

    async def run(self) -> None:
        """All of it."""
        opening = await self._opening()
        if self.session.dead:
            return
        if opening:
            self.early[Version(opening.version)] = opening
        loop = asyncio.get_running_loop()
        self.first = {version: loop.create_future() for version in _ASKED}
        self.done = {version: asyncio.Event() for version in _ASKED}
        self.swept = {version: asyncio.Event() for version in _ASKED}
        async with asyncio.TaskGroup() as group:
            for version in _ASKED:
                group.create_task(self._version(version))
            group.create_task(self._legacy())
            group.create_task(self._sslv2())
            group.create_task(self._fallback())

    # -- opening

    async def _opening(self) -> ServerHello | None:
        first = self._asked(self.offers.opening(self.alpn))
        if self.session.dialog:
            # a dialog in plain text is dear, and may well end in "no TLS": one at a time
            reply = await first
        else:
            async with asyncio.TaskGroup() as group:
                asked = group.create_task(first)
                beside = {version: group.create_task(self.session.glance(self._full(version))) for version in _BESIDE}
            reply = asked.result()
            for version, glance in beside.items():
                seen = glance.result()
                if seen is not None and not (isinstance(seen, Refusal) and seen.alert == _NO_APPLICATION_PROTOCOL):
                    self.early[version] = seen
        if isinstance(reply, ServerHello):
            self.tolerant = True
            return reply
        if isinstance(reply, Refusal):
            if reply.alert == _UNRECOGNIZED_NAME:
                self._give_up(Silence(Reason.UNAVAILABLE, f"the server does not know the name {self.session.sni} (alert 112)", "alert", final=True))
            return None
        if not isinstance(reply, Silence) or self.early:
            return None
        if reply.kind not in _HOPELESS:
            for small in (self.offers.small(Version.TLSv1_2), self.offers.bare(Version.TLSv1_0)):
                if await self.session.glance(small) is not None:
                    return None
        self._give_up(reply)
        return None

    def _give_up(self, silence: Silence) -> None:
        self.session.dead = self.session.dead or silence

    # -- versions

    async def _version(self, version: Version) -> None:
        hello = None
        try:
            hello = await self._greet(version)
        finally:
            if not self.first[version].done():
                self.first[version].set_result(hello)
        if hello is None:
            return
        self.found.hellos[version] = hello
        self.found.notice(hello)
        if version == Version.TLSv1_3:
            await self._tls13(hello)
        else:
            self.exchange.embark(version, hello, self._old())
            await self._suites(version, [hello.suite])
        self.done[version].set()

    async def _tls13(self, hello: ServerHello) -> None:
        exchange = self.exchange
        async with asyncio.TaskGroup() as group:
            others = group.create_task(exchange.others13(hello.group))
            suites = await exchange.walk13(hello)
            curves = group.create_task(exchange.curves13(suites))
            group.create_task(self._suites(Version.TLSv1_3, suites, curves))
            refused = await curves
            found, missing = await others
            self.found.groups[Version.TLSv1_3] = await exchange.rest13(exchange.groups13 + found, refused | missing)

    async def _suites(self, version: Version, known: list[int], curves: asyncio.Task[set[int]] | None = None) -> None:
        """All suites of a version, in the server's order where it has one."""
        asked, kinds = suites_of(version), set(map(key_exchange, known))

        def notice(hello: ServerHello) -> None:
            kinds.add(key_exchange(hello.suite))
            self.found.notice(hello)

        def expected(code: int) -> int:
            return (
                0
                if code in self.declined or not likely(code, version)
                else 2
                if key_exchange(code) in kinds
                else int(any(key_exchange(code)[1] == authentication for _, authentication in kinds))
            )

        sweep = Sweep(
            self.session, lambda suites: self.offers.full(version, suites), lambda reply: reply.suite, notice, partial(halves, version=version),
            foreseen=partial(self._foreseen, version), asked=asked, patience=lambda: 1 if self._long(version) and not sweep.cuts else 7, eager=lambda: self._long(version),
            expected=expected, ask=self.exchange.riders.ask if version == Version.TLSv1_2 else None,
            settles=version == Version.TLSv1_2, ordered=True, urgent=_URGENT.get(version, 1), lone=needs_user, lanes_done=self.swept[version],
        )  # fmt: skip
        if self.session.small or self.session.bare:
            found = await sweep.chunks([asked[start : start + _CHUNK] for start in range(0, len(asked), _CHUNK)])
        else:
            found = await sweep.run(without(asked, known), tuple(known))
        if version == Version.TLSv1_2 and self.exchange.riders.misplaced(found):
            # what rode along may have kept suites back: the order is asked for again, without
            sweep.preference, places = None, Sweep(
                self.session, sweep.offer, sweep.pick, foreseen=lambda left: [code for code in found if code in left], asked=asked, settles=True, ordered=True, urgent=1
            )  # fmt: skip
            found = await places.run(tuple(code for code in asked if code in found and code != known[0]), tuple(known[:1]))
            sweep.preference = places.preference
            sweep.silences += places.silences
            sweep.disorder += places.disorder
        if version < Version.TLSv1_2 and not sweep.silences:
            self.declined |= {code for code in asked if fits(code, version) and code not in found}
        if sweep.preference and version < Version.TLSv1_3:
            self.orders[version] = found
        if version >= Version.TLSv1_2:
            if curves is not None and sweep.preference is None:
                await curves
                sweep.preference = self.exchange.preference13
            await sweep.settle_preference(found, asked)
        elif sweep.preference is None:
            # a single lane shows the server's order if it has one: whether it has, the newest version tells
            sweep.preference = await self._inherited(version, sweep, found)
        if sweep.preference is not None:
            self.found.preferences[version] = sweep.preference
        # the list of a server that follows its clients says nothing about it: best first then
        self.found.suites[version] = found if sweep.preference else sorted(found, key=lambda code: (rank(code), code))
        self.found.miss("suites", version, sweep.silences)
        self.exchange.complete12 |= version == Version.TLSv1_2 and not sweep.silences
        self.found.miss("order", version, sweep.disorder)

    def _foreseen(self, version: Version, candidates: Sequence[int]) -> Sequence[int]:
        """What another version accepts of these, in its order."""
        inside = frozenset(candidates) if self.orders else frozenset()
        return max(([code for code in order if code in inside and fits(code, version)] for order in self.orders.values()), key=len, default=())

    async def _inherited(self, version: Version, sweep: Sweep, found: list[int]) -> bool | None:
        """Whose order counts, from a newer version before TLS 1.3; asked where there is none."""
        for newer in (Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0):
            if newer > version and await self.first[newer] is not None:
                await self.done[newer].wait()
                if newer in self.found.preferences:
                    return self.found.preferences[newer]
        await sweep.settle_preference(found, suites_of(version))
        return sweep.preference

    def _long(self, version: Version) -> int:
        """How many cuts are worth it at once: a server that still speaks TLS 1.0 has a long list in TLS 1.2, and one without an order
        of its own costs no comparing."""
        if version != Version.TLSv1_2:
            return 0
        return 2 if self._old() else 0

    def _old(self) -> bool:
        """Whether the server is known to speak TLS 1.0."""
        early, oldest = self.early.get(Version.TLSv1_0), self.first[Version.TLSv1_0]
        return (oldest.done() and oldest.result() is not None) or (isinstance(early, ServerHello) and early.version == Version.TLSv1_0)

    async def _greet(self, version: Version) -> ServerHello | None:
        """The first hello of a version, in smaller and smaller words where the server has not stood a big one yet."""
        full = self._full(version)
        offers = [full]
        if not self.tolerant:
            small = self.offers.small(version)
            offers += [small] if version != Version.SSLv3 else []
            offers += [replace(full, shares=True)] if version == Version.TLSv1_3 else [self.offers.bare(version)]
        last: Reply | Silence | None = None
        for offer in offers:
            if self.session.small and offer is full and len(offers) > 1:
                continue
            early = self.early.pop(version, None) if offer is full else None
            reply = early or await self._asked(offer)
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

    def _full(self, version: Version) -> Offer:
        """The first hello of a version: everything."""
        full = self.offers.full(version, suites_of(version))
        if version == Version.TLSv1_3:
            return full
        return replace(full, features=True, compression=True, exchange=True, alpn=self.alpn if version == Version.TLSv1_2 else ())

    def _learn(self, offer: Offer, full: Offer) -> None:
        if offer is full:
            self.tolerant = True
        elif offer.shares:
            self.offers.shares = True
            self.found.quirks.add("empty key share")
        elif not offer.extensions and offer.version != Version.SSLv3:
            self.session.bare = True
            self.found.quirks.add("extensions")
        else:
            self.session.small = True
            self.found.quirks.add("large hello")

    async def _sslv2(self) -> None:
        reply = await self.session.ask(SslV2(), _WAITS)
        if isinstance(reply, Ciphers):
            self.found.sslv2 = reply.codes
        elif isinstance(reply, Silence):
            self.found.miss("version", Version.SSLv2, [reply])

    # -- key exchange

    async def _legacy(self) -> None:
        """Curves and schemes of the newest version before TLS 1.3."""
        for version in (Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0):
            hello = await self.first[version]
            if hello is not None:
                await self.exchange.legacy(version, hello, self.swept[version], self.done[version])
                return

    async def _fallback(self) -> None:
        """With two versions or more, a retry with the lower one that says so must be refused (RFC 7507)."""
        spoken = [version for version in _ASKED if await self.first[version] is not None]
        if len(spoken) < 2:
            return
        hello = self.found.hellos[spoken[1]]
        reply = await self.session.ask(replace(self.offers.full(spoken[1], (hello.suite,)), fallback=True), _WAITS)
        if isinstance(reply, Refusal):
            self.found.fallback = reply.alert == _INAPPROPRIATE_FALLBACK or None
        elif isinstance(reply, ServerHello):
            self.found.fallback = False
        if not isinstance(reply, ServerHello) and self.found.fallback is None:
            silence = reply if isinstance(reply, Silence) else Silence(Reason.UNAVAILABLE, f"another alert than 86: {reply}", "alert")
            self.found.miss("features", spoken[1], [silence])

    async def _asked(self, offer: Offer) -> Reply | Silence:
        """Ask; a server that refuses for the sake of ALPN is asked without."""
        reply = await self.session.ask(offer)
        if isinstance(reply, Refusal) and reply.alert == _NO_APPLICATION_PROTOCOL and offer.alpn:
            self.alpn = ()
            self.found.quirks.add("alpn")
            reply = await self.session.ask(replace(offer, alpn=()))
        return reply
