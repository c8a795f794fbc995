"""Groups, curves and signature schemes: what the key exchange may rest on.

TLS 1.3: a hello without key shares is answered by a retry request that names the group. Before: the ServerKeyExchange names the curve
and the scheme. Most of them ride along with the suites (`riders.py`); where connections are idle, a curve and a scheme are asked for
in one question. What is left goes back to the removal, which alone decides what is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from providers.tls.ask import Session
from providers.tls.findings import Findings
from providers.tls.groups import CERTIFICATE_CURVES, groups_of, signatures
from providers.tls.hello import Offer
from providers.tls.offers import Offers
from providers.tls.records import Refusal, ServerHello
from providers.tls.riders import Kind, Riders, signed
from providers.tls.suites import COMMON, Version, key_exchange, legacy_suites, own_curve, tls13_suites, uses_ecdh, without
from providers.tls.sweep import Sweep
from providers.tls.wire import Silence
from scanner.sdk import Reason

_USUAL_SUITES13 = frozenset({0x1301, 0x1302, 0x1303})
_X448 = 0x001E
_USUAL_CURVES = (0x0018, 0x0017, 0x001D)
# A server with X448 has the curves of a library that has all of them.
_WIDE_CURVES = (0x0019, *_USUAL_CURVES)


def is_curve(group: int) -> bool:
    """A curve by itself: no finite field, nothing post-quantum."""
    return group < 0x0100


def is_finite_field(group: int) -> bool:
    """A group of RFC 7919."""
    return 0x0100 <= group <= 0x01FF


@dataclass(slots=True)
class KeyExchange:
    """The questions about key exchange."""

    session: Session
    found: Findings
    offers: Offers
    riders: Riders = field(init=False)
    groups13: list[int] = field(default_factory=list)
    complete12: bool = False
    """Every suite of TLS 1.2 was accepted or refused."""
    preference13: bool | None = None
    """Whose order counts in TLS 1.3, where an answer about groups has shown it."""

    def __post_init__(self) -> None:
        self.riders = Riders(self.session)

    # -- TLS 1.3

    async def walk13(self, hello: ServerHello) -> list[int]:
        """Suites and curves together, as long as both go on; the suites in the server's order."""
        suites = [hello.suite]
        self.groups13 = [] if hello.group is None else [hello.group]
        while not set(suites) >= _USUAL_SUITES13:
            left = tuple(group for group in without(groups_of(Version.TLSv1_3), self.groups13) if is_curve(group))
            if not left:
                break
            reply = await self.session.ask(self.offers.full(Version.TLSv1_3, without(tls13_suites(), suites), left), 2)
            if not isinstance(reply, ServerHello) or reply.version != Version.TLSv1_3 or reply.group not in left:
                break
            suites.append(reply.suite)
            self.groups13.append(reply.group)
        return suites

    async def curves13(self, suites: list[int]) -> set[int]:
        """The usual curves that are left, one by one and side by side; gives those that are refused."""
        usual = [code for code in (_WIDE_CURVES if _X448 in self.groups13 else _USUAL_CURVES) if code not in self.groups13]
        # the suites the other way round show whose order counts
        turned = tuple(code for code in reversed(tls13_suites()) if code in suites)
        answers = await asyncio.gather(*(self._alone13(curve, turned) for curve in usual))
        self.groups13 += [curve for curve, (accepted, _) in zip(usual, answers, strict=True) if accepted]
        shown = [suite for _, suite in answers if suite is not None]
        if len(turned) > 1 and shown:
            self.preference13 = shown[0] != turned[0]
        return {curve for curve, (accepted, _) in zip(usual, answers, strict=True) if accepted is False}

    async def others13(self, known: int | None) -> tuple[list[int], set[int]]:
        """Finite fields and post-quantum groups, accepted and refused; a server with one finite field has most often all of them."""
        left = tuple(group for group in groups_of(Version.TLSv1_3) if group != known and not is_curve(group))
        found: list[int] = []
        sweep = self._groups_sweep()
        while left and (item := await sweep.next(left)) is not None:
            found.append(item)
            left = without(left, found)
            fields = tuple(filter(is_finite_field, left)) if is_finite_field(item) else ()
            if fields:
                answers = await asyncio.gather(*(self._alone13(group, tls13_suites()) for group in fields))
                found += [group for group, (accepted, _) in zip(fields, answers, strict=True) if accepted]
                return found, {group for group, (accepted, _) in zip(fields, answers, strict=True) if accepted is False}
        self.found.miss("groups", Version.TLSv1_3, sweep.silences)
        return found, set(left)

    async def rest13(self, found: list[int], refused: set[int]) -> list[int]:
        """All other groups, in one hello if there are none."""
        left = tuple(code for code in groups_of(Version.TLSv1_3) if code not in found and code not in refused)
        sweep = self._groups_sweep()
        while left and (item := await sweep.next(left)) is not None:
            found.append(item)
            left = without(left, found)
        self.found.miss("groups", Version.TLSv1_3, sweep.silences)
        return found

    async def _alone13(self, group: int, suites: tuple[int, ...]) -> tuple[bool | None, int | None]:
        """Whether one group is accepted, `None` without an answer, and with which suite."""
        reply = await self.session.ask(self.offers.full(Version.TLSv1_3, suites, (group,)))
        if isinstance(reply, Refusal):
            return False, None
        if isinstance(reply, ServerHello) and reply.version == Version.TLSv1_3 and reply.group == group:
            return True, reply.suite
        return None, None

    def _groups_sweep(self) -> Sweep:
        return Sweep(self.session, lambda groups: self.offers.full(Version.TLSv1_3, tls13_suites(), groups), lambda reply: reply.group, urgent=2)

    # -- before TLS 1.3

    def embark(self, version: Version, hello: ServerHello, old: bool) -> None:
        """With the first answer of TLS 1.2, before its suites are swept."""
        if version == Version.TLSv1_2:
            self.riders.start(hello, old)

    async def legacy(self, version: Version, hello: ServerHello, swept: asyncio.Event, done: asyncio.Event) -> None:
        """Curves of the newest version, and the schemes of TLS 1.2; `swept` tells when nothing can ride along any more, `done` when all suites are known."""
        if self.session.bare:
            return
        ecdsa = key_exchange(hello.suite)[1] == "ECDSA"
        if version != Version.TLSv1_2:
            shown = [hello.exchange.group] if hello.exchange and hello.exchange.group is not None else []
            await self._curves(version, Kind((), found=shown), ecdsa)
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pairs(swept))
            group.create_task(self._curves(version, self.riders.curves, ecdsa))
            group.create_task(self._signatures(self.riders.schemes, done))

    async def _pairs(self, swept: asyncio.Event) -> None:
        """Riders on hellos of their own: at once, or where many suites carry them, after these."""
        if self.riders.old:
            await swept.wait()
        while await self.riders.pair(self.offers.full(Version.TLSv1_2, _ecdhe_rsa())):
            pass
        await self.riders.end()

    async def _curves(self, version: Version, curves: Kind, ecdsa: bool) -> None:
        if version == Version.TLSv1_2:
            await curves.over.wait()
        found = curves.found
        # an RSA certificate serves with any curve, so that the other one's is not needed
        rsa = "RSA" in self.riders.keys and not self.session.small
        suites, ecdsa = (_ecdhe_rsa(), False) if rsa else (_ecdhe(self.session.small), ecdsa or "ECDSA" in self.riders.keys)
        anchor: tuple[int, ...] = ()
        while left := without(groups_of(version), curves.refused.union(found)):
            reply = await self.session.ask(replace(self.offers.full(version, suites, left + anchor), exchange=True), 1)
            if isinstance(reply, Silence):
                self.found.miss("groups", version, [reply])
                break
            if not isinstance(reply, ServerHello) or reply.version != version or reply.alert is not None:
                held = tuple(code for code in found if code in CERTIFICATE_CURVES)
                if anchor or not ecdsa or not held:
                    break
                # an ECDSA certificate needs its own curve in the hello. First without that certificate, then with the curve put back
                # behind the others: a server that prefers its own curve there uses no other with anyone
                alone, suites = suites is not _ecdhe_rsa(), _ecdhe_rsa() if suites is not _ecdhe_rsa() else _ecdhe(self.session.small)
                anchor = () if alone else held
                continue
            group = reply.exchange.group if reply.exchange else None
            if group is None:
                self.found.miss("groups", version, [Silence(Reason.UNAVAILABLE, "the ServerKeyExchange did not come", "closed")])
            if group is None or group not in left:
                break
            curves.show(group)
            ecdsa |= key_exchange(reply.suite)[1] == "ECDSA"
            self.found.notice(reply)
        self.found.groups[version] = found

    async def _signatures(self, schemes: Kind, done: asyncio.Event) -> None:
        await schemes.over.wait()
        known = schemes.found
        if self.riders.schemes_closed:
            await done.wait()
            if self.complete12 and not any(map(own_curve, self.found.suites[Version.TLSv1_2])):
                # every suite of another key was refused, and with them their schemes
                self.found.signatures = known
                return
        suites, late = _signed_suites(self.session.small), set[str]()

        def pick(reply: ServerHello) -> int | None:
            if reply.alert is not None:
                late.add(key_exchange(reply.suite)[1])
            return reply.exchange.signature if reply.exchange else None

        sweep = Sweep(
            self.session, lambda schemes: self._signed(suites, schemes), pick,
            halves=None if len(known) > 3 else _new_and_old, asked=signatures(), insisted=set(),
        )  # fmt: skip
        found = list(dict.fromkeys([*known, *await sweep.run(without(signatures(), known))]))
        others = tuple(code for code in suites if key_exchange(code)[1] not in late)
        if late and others:
            # it took a suite before it looked at the schemes: those of its other key are asked for without that suite
            again = replace(sweep, offer=lambda schemes: self._signed(others, schemes), silences=[])
            found += await again.run(without(signatures(), found))
            sweep.silences += again.silences
        # some servers sign with SHA-1 whatever they are offered
        self.found.signatures = found + sorted((sweep.insisted or set()) - set(found))
        self.found.miss("signatures", Version.TLSv1_2, sweep.silences)

    def _signed(self, suites: tuple[int, ...], schemes: tuple[int, ...]) -> Offer:
        plain = self.offers.full(Version.TLSv1_2, suites)
        return replace(plain, signatures=schemes, chain_signatures=() if self.session.small else signatures(), exchange=True)


@cache
def _ecdhe(small: bool) -> tuple[int, ...]:
    return tuple(filter(uses_ecdh, COMMON if small else legacy_suites()))


@cache
def _ecdhe_rsa() -> tuple[int, ...]:
    return tuple(code for code in legacy_suites() if key_exchange(code) == ("ECDHE", "RSA"))


@cache
def _signed_suites(small: bool) -> tuple[int, ...]:
    return tuple(filter(signed, COMMON if small else legacy_suites()))


def _new_and_old(schemes: Sequence[int], _ordered: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """PSS and EdDSA apart from the pairs of hash and signature of TLS 1.2."""
    return tuple(code for code in schemes if code >= 0x0700), tuple(code for code in schemes if code < 0x0700)
