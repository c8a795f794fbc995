"""Groups, curves and signature schemes: what the key exchange may rest on.

TLS 1.3: a hello without key shares is answered by a retry request that names the group. Before: the ServerKeyExchange names the curve
and the scheme. Where a server is of the usual kind, what it most probably accepts is confirmed side by side, a curve and a scheme in one
question; a pair that is not confirmed proves nothing and goes back to the removal, which alone decides what is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from providers.tls.ask import Session
from providers.tls.findings import Findings
from providers.tls.groups import CERTIFICATE_CURVES, SECP256R1, groups_of, signatures
from providers.tls.hello import Offer
from providers.tls.offers import Offers
from providers.tls.records import ServerHello
from providers.tls.suites import COMMON, Version, key_exchange, legacy_suites, tls13_suites, uses_ecdh, without
from providers.tls.sweep import Sweep
from providers.tls.wire import Silence
from scanner.sdk import Reason

_USUAL_SUITES13 = frozenset({0x1301, 0x1302, 0x1303})
_USUAL_CURVES = (0x001D, 0x0017, 0x0018)
_USUAL_SIGNATURES = (0x0804, 0x0401, 0x0805, 0x0501, 0x0806, 0x0601)


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
    groups13: list[int] = field(default_factory=list)

    # -- TLS 1.3

    async def walk13(self, hello: ServerHello) -> list[int]:
        """Suites and curves together, as long as both go on; the suites in the server's order."""
        suites = [hello.suite]
        self.groups13 = [] if hello.group is None else [hello.group]
        while not set(suites) >= _USUAL_SUITES13:
            left = tuple(group for group in without(groups_of(Version.TLSv1_3), self.groups13) if is_curve(group))
            if not left:
                break
            reply = await self.session.ask(self.offers.full(Version.TLSv1_3, without(tls13_suites(), suites), left), True)
            if not isinstance(reply, ServerHello) or reply.version != Version.TLSv1_3 or reply.group not in left:
                break
            suites.append(reply.suite)
            self.groups13.append(reply.group)
        return suites

    async def curves13(self) -> None:
        """The curves that are left."""
        version = Version.TLSv1_3
        left = tuple(group for group in without(groups_of(version), self.groups13) if is_curve(group))
        sweep = self._groups_sweep()
        self.groups13 += await sweep.run(left)
        self.found.miss("groups", version, sweep.silences)

    async def others13(self, known: int | None) -> list[int]:
        """Finite fields and post-quantum groups; a server with one finite field has most often all of them."""
        version = Version.TLSv1_3
        left = tuple(group for group in groups_of(version) if group != known and not is_curve(group))
        found: list[int] = []
        sweep = self._groups_sweep()
        while left and (item := await sweep.next(left)) is not None:
            found.append(item)
            left = without(left, found)
            fields = tuple(filter(is_finite_field, left)) if is_finite_field(item) else ()
            if fields:
                replies = await asyncio.gather(*(self.session.ask(self.offers.full(version, tls13_suites(), (group,))) for group in fields))
                found += [group for group, reply in zip(fields, replies, strict=True) if isinstance(reply, ServerHello) and reply.group == group]
                left = without(left, found)
        self.found.miss("groups", version, sweep.silences)
        return found

    def _groups_sweep(self) -> Sweep:
        return Sweep(self.session, lambda groups: self.offers.full(Version.TLSv1_3, tls13_suites(), groups), lambda reply: reply.group)

    # -- before TLS 1.3

    async def legacy(self, version: Version, hello: ServerHello) -> None:
        """Curves of the newest version, and the schemes of TLS 1.2."""
        if self.session.bare:
            return
        exchange = hello.exchange
        curves = [exchange.group] if exchange and exchange.group is not None else []
        schemes = [exchange.signature] if exchange and exchange.signature in signatures() else []
        known_schemes = [scheme for scheme in schemes if scheme is not None]
        if version == Version.TLSv1_2 and key_exchange(hello.suite)[1] == "RSA" and not self.session.small:
            await self._confirm(curves, known_schemes)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._curves(version, curves, key_exchange(hello.suite)[1] == "ECDSA"))
            if version == Version.TLSv1_2:
                group.create_task(self._signatures(known_schemes))

    async def _confirm(self, curves: list[int], schemes: list[int]) -> None:
        """Pairs of one curve and one scheme, side by side, for a server with an RSA certificate."""
        suites = _ecdhe_rsa()
        new_schemes = without(_USUAL_SIGNATURES, schemes)
        new_curves = without(_USUAL_CURVES, curves)
        sure = curves[0] if curves else SECP256R1
        pairs = [(new_curves[place] if place < len(new_curves) else sure, scheme) for place, scheme in enumerate(new_schemes)]
        offers = [replace(self._signed(suites, (scheme,)), groups=(curve,)) for curve, scheme in pairs]
        for (curve, scheme), reply in zip(pairs, await asyncio.gather(*map(self.session.ask, offers)), strict=True):
            exchange = reply.exchange if isinstance(reply, ServerHello) and reply.version == Version.TLSv1_2 else None
            if exchange is not None and exchange.group == curve and exchange.signature == scheme:
                curves += [curve] if curve not in curves else []
                schemes.append(scheme)

    async def _curves(self, version: Version, found: list[int], ecdsa: bool) -> None:
        suites = _ecdhe(self.session.small)
        anchor: tuple[int, ...] = ()
        while left := without(groups_of(version), found):
            reply = await self.session.ask(replace(self.offers.full(version, suites, left + anchor), exchange=True))
            if isinstance(reply, Silence):
                self.found.miss("groups", version, [reply])
                break
            if not isinstance(reply, ServerHello) or reply.version != version or reply.alert is not None:
                held = tuple(code for code in found if code in CERTIFICATE_CURVES)
                if anchor or not ecdsa or not held:
                    break
                # an ECDSA certificate needs its own curve in the hello: put it back, behind the others
                anchor = held
                continue
            group = reply.exchange.group if reply.exchange else None
            if group is None:
                self.found.miss("groups", version, [Silence(Reason.UNAVAILABLE, "the ServerKeyExchange did not come", "closed")])
            if group is None or group not in left:
                break
            found.append(group)
            ecdsa |= key_exchange(reply.suite)[1] == "ECDSA"
            self.found.notice(reply)
        self.found.groups[version] = found

    async def _signatures(self, known: list[int]) -> None:
        suites = _signed_suites(self.session.small)
        sweep = Sweep(
            self.session, lambda schemes: self._signed(suites, schemes), lambda reply: reply.exchange.signature if reply.exchange else None,
            halves=None if len(known) > 3 else _new_and_old, asked=signatures(), insisted=set(),
        )  # fmt: skip
        found = [*known, *await sweep.run(without(signatures(), known))]
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
    known = ((code, *key_exchange(code)) for code in (COMMON if small else legacy_suites()))
    return tuple(code for code, exchange, authentication in known if exchange in ("ECDHE", "DHE") and authentication not in ("anon", "PSK"))


def _new_and_old(schemes: Sequence[int], _ordered: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """PSS and EdDSA apart from the pairs of hash and signature of TLS 1.2."""
    return tuple(code for code in schemes if code >= 0x0700), tuple(code for code in schemes if code < 0x0700)
