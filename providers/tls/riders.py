"""Curves and schemes of TLS 1.2 ride along with the suites: one answer shows a suite, the curve and the scheme.

While suites are taken out one by one, each hello also offers only curves, or schemes, that have not been seen yet. An answer that keeps
to them shows two or three things at once. Any other answer says nothing about the suite's place: the hello is asked again without
riders. Where curves rode alone and only they changed the answer, they are refused: the server would have used one. Of schemes that
cannot be said, as those of another key may be among them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from providers.tls.ask import Session
from providers.tls.groups import groups_of, signatures
from providers.tls.hello import Offer
from providers.tls.records import Refusal, Reply, ServerHello
from providers.tls.suites import Version, key_exchange, own_curve, uses_ecdh
from providers.tls.wire import Silence

_USUAL_CURVES = (0x001D, 0x0017, 0x0018)
_HOPED_CURVES = frozenset({0x0019, 0x001E})
_USUAL_SCHEMES = (0x0804, 0x0401, 0x0805, 0x0501, 0x0806, 0x0601, 0x0301)
_OLD_SCHEMES = (0x0201,)
# After so many answers that showed nothing the server is of another kind.
_MISSES = 2
# Suites of TLS 1.2 are the longest chain.
_URGENT, _PAIRS = 3, 2


def signed(suite: int) -> bool:
    """True where the ServerKeyExchange bears a signature."""
    exchange, authentication = key_exchange(suite)
    return exchange in ("ECDHE", "DHE") and authentication not in ("anon", "PSK")


@dataclass(slots=True)
class Kind:
    """Curves, or schemes: what is known and what is on its way."""

    usual: tuple[int, ...]
    rest: tuple[int, ...] = ()
    """Asked for all at once, when no usual one is left."""
    hoped: frozenset[int] = frozenset()
    """What is hoped for in the rest; once it is found, nothing more comes of it most probably."""
    found: list[int] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    away: set[int] = field(default_factory=set)
    """Asked for at the moment."""
    missed: set[int] = field(default_factory=set)
    """Asked for in vain, and yet not refused: in the end, with the rest."""
    misses: int = 0
    """How many hellos asked in vain."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once they do not ride along any more."""

    def board(self) -> tuple[int, ...]:
        """What the next hello may ask for: a usual one on its own, in the end all the rest at once."""
        if self.misses >= _MISSES:
            return ()
        known = self.away.union(self.found, self.refused)
        for code in self.usual:
            if code not in known and code not in self.missed:
                return (code,)
        return () if self.away else tuple(code for code in self.rest if code not in known)

    def show(self, code: int | None) -> None:
        """Keep what an answer showed."""
        if code is not None and code not in self.found:
            self.found.append(code)

    def miss(self, codes: tuple[int, ...]) -> None:
        """They did not show, which proves nothing."""
        self.missed.update(codes)
        self.misses += bool(codes)
        if self.misses >= _MISSES:
            self.over.set()


@dataclass(slots=True)
class Riders:
    """What rides along."""

    session: Session
    curves: Kind = field(default_factory=lambda: Kind(_USUAL_CURVES, groups_of(Version.TLSv1_2), _HOPED_CURVES))
    schemes: Kind = field(default_factory=lambda: Kind(_USUAL_SCHEMES))
    active: bool = False
    old: bool = False
    """The server has old versions too, so many suites and older schemes."""
    rode: bool = False
    """An answer was taken whose hello did not offer everything."""
    first: int = 0
    """The suite that was picked when all were offered."""
    carried: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """Suites without a signature that were picked while the first one could not be had, and what else was offered."""
    keys: set[str] = field(default_factory=set)
    """Kinds of certificate that curves have been seen with."""
    schemes_closed: bool = False
    """With the first suite no scheme is accepted but those found."""
    _landing: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self, hello: ServerHello, old: bool) -> None:
        """With the first answer of TLS 1.2; only an RSA certificate serves with any curve."""
        self._learn(hello)
        self.old, self.first = old, hello.suite
        if old:
            self.schemes.usual += _OLD_SCHEMES
        self.active = hello.version == Version.TLSv1_2 and key_exchange(hello.suite)[1] == "RSA" and not self.session.small and not self.session.bare

    async def ask(self, offer: Offer, picks: Sequence[int]) -> Reply | Silence:
        """Ask, with what the suites that are probably picked can carry; the answer is as good as one without riders."""
        curves = self.curves.board() if self.active and picks and all(map(uses_ecdh, picks)) else ()
        schemes = self.schemes.board() if self.active and picks and all(map(signed, picks)) else ()
        if len(curves) > 1 and self.curves.hoped <= frozenset(self.curves.found):
            # to see all of these refused costs nothing with the suites that need none
            curves = ()
        if curves and schemes and (self._doubt or len(curves) > 1):
            # one kind at a time: so a miss proves something
            schemes = ()
        if not curves and not schemes:
            return await (self._carry(offer) if self.active and picks and not any(map(signed, picks)) else self.session.ask(offer, _URGENT))
        reply = await self._ask(offer, curves, schemes, _URGENT)
        if isinstance(reply, ServerHello) and self._shown(reply, curves, schemes):
            self.rode = True
            return reply
        plain = await self.session.ask(replace(offer, exchange=True), _URGENT)
        if isinstance(plain, ServerHello) and plain.version == Version.TLSv1_2 and plain.alert is None:
            self._learn(plain)
            if not schemes and _refused(reply, plain):
                self.curves.refused.update(curves)
                return plain
        self._miss(reply, curves, schemes)
        return plain

    async def _carry(self, offer: Offer) -> Reply | Silence:
        """Ask for suites without a signature, and before them for the first suite with what is left of one kind.

        If that can be had the server picks it: it is the best of all, or the first in line. If not, all that is left is refused,
        and the answer is the one to the question itself.
        """
        while curves_or_schemes := self._rest():
            curves, schemes = curves_or_schemes
            reply = await self._ask(replace(offer, suites=(self.first, *offer.suites)), curves, schemes, _URGENT)
            if isinstance(reply, Refusal):
                # that holds for the first suite and what is left; some servers look at no suite where they share no scheme
                self._close(curves, schemes)
                return await self.session.ask(offer, _URGENT)
            if not isinstance(reply, ServerHello) or reply.version != Version.TLSv1_2 or reply.alert is not None:
                break
            if reply.suite == self.first:
                if not self._shown(reply, curves, schemes):
                    break
                continue
            if signed(reply.suite) or uses_ecdh(reply.suite):
                break
            self._close(curves, schemes)
            self.carried.append((reply.suite, offer.suites))
            return reply
        else:
            return await self.session.ask(offer, _URGENT)
        self._miss(reply, curves, schemes)
        return await self.session.ask(offer, _URGENT)

    def _close(self, curves: tuple[int, ...], schemes: tuple[int, ...]) -> None:
        self.curves.refused.update(curves)
        self.schemes_closed |= bool(schemes)

    def _rest(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """All curves, or all schemes, that are left once no usual one is."""
        curves = self.curves.board() if uses_ecdh(self.first) else ()
        if len(curves) > 1:
            return curves, ()
        if self.schemes.board() or self.schemes.away or self.schemes.misses or self.schemes_closed or not signed(self.first):
            return None
        return (), tuple(code for code in signatures() if code not in self.schemes.found)

    def misplaced(self, found: Sequence[int]) -> bool:
        """Whether something that rode along may have moved a suite."""
        if self.rode and any(map(own_curve, found)):
            return True
        bound = [code for code in found if signed(code) or uses_ecdh(code)]
        return any(code in offered for _, offered in self.carried for code in bound)

    async def pair(self, offer: Offer) -> bool:
        """A question for riders alone; False where none is left, or none was shown."""
        curves, schemes = self.curves.board(), self.schemes.board()
        if not self.active or self._doubt or not (schemes or len(curves) == 1):
            return False
        reply = await self._ask(offer, curves, schemes, _PAIRS)
        if isinstance(reply, ServerHello) and self._shown(reply, curves, schemes):
            return True
        self._miss(reply, curves, schemes)
        return False

    @property
    def _doubt(self) -> bool:
        """An answer that did not show both kinds has shown neither for certain."""
        return bool(self.curves.misses or self.schemes.misses)

    async def _ask(self, offer: Offer, curves: tuple[int, ...], schemes: tuple[int, ...], urgent: int) -> Reply | Silence:
        self.curves.away.update(curves)
        self.schemes.away.update(schemes)
        chain = signatures() if schemes else ()
        try:
            loaded = replace(offer, groups=curves or offer.groups, signatures=schemes or offer.signatures, chain_signatures=chain, exchange=True)
            return await self.session.ask(loaded, urgent)
        finally:
            self.curves.away.difference_update(curves)
            self.schemes.away.difference_update(schemes)
            self._landing.set()

    async def end(self) -> None:
        """Let nothing more ride along, and wait for what is on its way."""
        self.active = False
        while self.curves.away or self.schemes.away:
            self._landing.clear()
            await self._landing.wait()
        self.curves.over.set()
        self.schemes.over.set()

    def _shown(self, reply: ServerHello, curves: tuple[int, ...], schemes: tuple[int, ...]) -> bool:
        exchange = reply.exchange if reply.version == Version.TLSv1_2 and reply.alert is None else None
        if exchange is None or (curves and exchange.group not in curves) or (schemes and exchange.signature not in schemes):
            return False
        self._learn(reply)
        return True

    def _learn(self, reply: ServerHello) -> None:
        exchange = reply.exchange
        if exchange is not None:
            self.curves.show(exchange.group)
            self.keys |= {key_exchange(reply.suite)[1]} if exchange.group is not None else set()
            self.schemes.show(exchange.signature if exchange.signature in signatures() else None)

    def _miss(self, reply: Reply | Silence, curves: tuple[int, ...], schemes: tuple[int, ...]) -> None:
        if isinstance(reply, ServerHello) and reply.version == Version.TLSv1_2 and reply.alert is None:
            # out of its place, but accepted
            self._learn(reply)
            if reply.exchange is not None and reply.exchange.signature in schemes:
                schemes = ()
        self.curves.miss(curves)
        self.schemes.miss(schemes)


def _refused(reply: Reply | Silence, plain: ServerHello) -> bool:
    """True where nothing but the curves was different, and without them the server picked what needs one."""
    if not uses_ecdh(plain.suite) or key_exchange(plain.suite)[1] != "RSA":
        return False
    return isinstance(reply, Refusal) or (isinstance(reply, ServerHello) and reply.alert is None and reply.version == plain.version and reply.suite != plain.suite)
