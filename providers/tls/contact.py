"""First contact: is somebody there, does it speak TLS, which certificates does it show, does it ask for ours?

Hellos that are read up to the server's certificates (`shown`), one connection each. An alert is an answer; silence, a
reset, an early end and plain text are not: they are asked again, more slowly, and stay a `Failure`.
"""

from __future__ import annotations

import ast
import asyncio
import errno
import os
import socket
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache

from providers.tls import shares
from providers.tls.groups import COMMON_GROUPS, COMMON_SIGNATURES, groups_of, signatures
from providers.tls.hello import Offer, client_hello
from providers.tls.records import NotTls, Refusal
from providers.tls.shown import Retry, Showing, Shown
from providers.tls.starttls import DIALOGS, Declined, Talk, Temporary
from providers.tls.suites import COMMON, Version, key_exchange, legacy_suites, rank
from providers.tls.targets import Target
from providers.tls.tls13 import READABLE
from providers.tls.wire import Gate, PeerSilent, Silence, Wire
from scanner.sdk import Failure, Reason

RSA, EC = "RSA", "ECDSA"
#: Signature schemes by kind of key (IANA TLS SignatureScheme); EdDSA goes with ECDSA, as newer keys do.
_SCHEMES = {
    RSA: (0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0809, 0x080A, 0x080B, 0x0301, 0x0201),
    EC: (0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x081A, 0x081B, 0x081C, 0x0303, 0x0203),
}
_TRIES = 3
_PAUSE = 0.2
"""Seconds before a question is asked again; doubles."""
_UNRECOGNIZED_NAME = 112
_FIRST_TRY = 10.0
"""Seconds for the first hello at most: whole handshakes take tenths of a second, and thousands of hosts wait for their turn."""
_SECOND_TRY = 5.0
"""Seconds for a smaller hello, where the first one met silence."""


@dataclass
class Peer:
    """One endpoint, and how it may be asked."""

    target: Target
    address: str
    family: int
    gate: Gate
    limit: float
    """Seconds for one network step."""
    deadline: float
    """Of the event loop's clock."""
    everywhere: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    keys: tuple[tuple[int, bytes], ...] = ()
    """The key share that the server asked for, once it has."""
    answers: bool = False
    """It has answered a hello."""

    async def ask(self, offer: Offer, *, sni: bool = True, tries: int = _TRIES, limit: float = 0.0) -> Shown | Refusal | Silence:
        """The answer to a hello, or what happened instead after all tries. A retry request is followed on a new connection."""
        pause, answer = _PAUSE, Silence(Reason.TIMEOUT, "not asked: the time was over", "deadline")
        for again in range(tries):
            if again:
                await asyncio.sleep(min(pause, max(0.0, self.left)))
                pause *= 2
            seen = await self._once(offer, sni, limit or self.limit)
            if isinstance(seen, Retry):
                public = shares.share(seen.group)
                if public is None or self.keys == ((seen.group, public),):
                    return Silence(Reason.UNSUPPORTED, f"the server wants a key share of group 0x{seen.group:04X}, which cannot be given", "garbage")
                self.keys = ((seen.group, public),)
                return await self.ask(offer, sni=sni, tries=max(1, tries - again), limit=limit)
            if not isinstance(seen, Silence):
                self.gate.answered()
                self.answers = True
                return seen
            answer = seen
            if seen.final or seen.kind in ("garbage", "deadline"):
                break
            if self.answers or seen.kind != "timeout":
                self.gate.unanswered()  # a name that hangs from the start says nothing about the others at its address
        return answer

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - asyncio.get_running_loop().time()

    async def _once(self, offer: Offer, sni: bool, limit: float) -> Shown | Refusal | Retry | Silence:
        async with self.gate.slot(), self.everywhere:
            if self.left <= 0:
                return Silence(Reason.TIMEOUT, "not asked: the time was over", "deadline")
            showing: Showing | None = None
            wire: Wire | None = None
            try:
                wire = await Wire.connect((self.address, self.target.port), self.family, min(limit, self.left), self.gate.proxy)
                async with asyncio.timeout(min(limit, max(self.left, 0.01))):
                    if self.target.starttls:
                        await DIALOGS[self.target.starttls](Talk(wire), self.target.host)
                    offer = replace(offer, keys=self.keys) if self.keys and offer.keys else offer
                    hello = client_hello(offer, self.target.host if sni and not self.target.is_ip else None)
                    showing = Showing(hello)
                    await wire.send(hello)
                    while True:
                        seen = showing.feed(await wire.receive())
                        if seen is not None:
                            return seen
            except TimeoutError:
                lost = Silence(Reason.TIMEOUT, f"no whole answer within {limit:g} s", "timeout")
            except PeerSilent as silent:
                lost = silent.silence
            except NotTls as error:
                lost = Silence(Reason.UNPARSABLE, str(error), "garbage")
            except Declined as error:
                lost = Silence(Reason.UNSUPPORTED, str(error), "starttls", final=True)
            except Temporary as error:
                lost = Silence(Reason.UNAVAILABLE, str(error), "starttls")
            finally:
                if wire is not None:
                    wire.close()
            return (showing.cut() if showing else None) or lost


@dataclass(frozen=True, slots=True)
class Contact:
    """What the first connection showed."""

    peer: Peer
    shown: Shown | None = None
    alert: str = ""
    """The alert with which the server answered, where it accepted no hello."""
    trouble: Failure | None = None
    """Why no hello was answered, where a further try in another way makes sense (reset, early end)."""
    small: bool = False
    """It answers small hellos only."""

    @property
    def address(self) -> str:
        return self.peer.address

    @property
    def chain(self) -> tuple[bytes, ...]:
        return self.shown.chain if self.shown else ()


async def meet(peers: list[Peer]) -> Contact:
    """Say hello at the first address that takes a connection. Raises Failure when nothing at all can be learnt there."""
    nobody: Failure | None = None
    for peer in peers:
        seen = await peer.ask(opening(), tries=1, limit=min(peer.limit, _FIRST_TRY))
        if isinstance(seen, Silence) and seen.detail.startswith("no TCP connection"):
            nobody = nobody or _refusal(peer, seen)
            continue
        return await _met(peer, seen)
    raise nobody or Failure(Reason.UNAVAILABLE, "dns", "no address to connect to")


async def _met(peer: Peer, seen: Shown | Refusal | Silence) -> Contact:
    small = False
    if isinstance(seen, Refusal) and seen.alert != _UNRECOGNIZED_NAME:
        for offer in _older():
            older = await peer.ask(offer, tries=1)
            if isinstance(older, Shown):
                return Contact(peer, older, small=True)
    if isinstance(seen, Silence):
        _give_up(peer, seen)
        # a server that hangs on long hellos answers a short one at once; one that breaks connections off may be busy
        again = await peer.ask(_small(), tries=1 if seen.kind == "timeout" else 2, limit=min(peer.limit, _SECOND_TRY))
        if isinstance(again, Silence):
            _give_up(peer, again)
            return Contact(peer, trouble=_trouble(peer, again))
        seen, small = again, True
    if isinstance(seen, Refusal):
        return Contact(peer, alert=f"alert {seen.alert}")
    return Contact(peer, seen, small=small)


async def other_kind(contact: Contact, shown: str) -> Shown | None:
    """What a client with the other kind of key is shown; None: the server answered that there is none. Raises Failure for silence."""
    wanted = EC if shown.startswith("RSA") else RSA
    seen = await contact.peer.ask(_of_kind(wanted, contact.small))
    if isinstance(seen, Silence):
        why = f"{contact.peer.target.id} shows a certificate with a key {shown}; whether it holds one of the kind {wanted} too was not answered: {seen.detail}"
        raise Failure(seen.reason, seen.kind, why)
    if isinstance(seen, Refusal) or not seen.chain or seen.chain[0] == contact.chain[0]:
        return None
    return seen


async def without_name(contact: Contact) -> Shown | None:
    """What a client is shown that names no host; None: nothing. Raises Failure for silence."""
    offer = _small() if contact.small else opening()
    seen = await contact.peer.ask(offer, sni=False, tries=2)
    if isinstance(seen, Silence):
        raise Failure(seen.reason, seen.kind, f"{contact.peer.target.id} did not answer a hello without a name: {seen.detail}")
    return seen if isinstance(seen, Shown) and seen.chain else None


async def by_suites(contact: Contact, version: Version, suites: tuple[int, ...]) -> Shown | None:
    """What is shown to a hello with suites that are known to be accepted; None where it is not answered."""
    groups = tuple(group for group in groups_of(version) if version != Version.TLSv1_3 or shares.known(group))
    keys = _keys() if version == Version.TLSv1_3 else ()
    seen = await contact.peer.ask(Offer(version, suites, groups, signatures(), keys=keys))
    return seen if isinstance(seen, Shown) and seen.chain else None


async def dh_key_again(contact: Contact, version: Version, suites: tuple[int, ...]) -> bool | None:
    """Whether two handshakes show the same finite-field key (RACCOON); None where that could not be seen."""
    offer, keys = Offer(version, suites, signatures=signatures()), []
    for _ in range(2):
        seen = await contact.peer.ask(offer, tries=2)
        if not isinstance(seen, Shown) or not seen.exchange:
            return None
        keys.append(_dh_key(seen.exchange))
    return keys[0] == keys[1]


def _dh_key(exchange: bytes) -> bytes:
    """The public key of a ServerKeyExchange: what stands behind prime and generator (RFC 5246, 7.4.3)."""
    at = 0
    for _ in range(2):
        at += 2 + int.from_bytes(exchange[at : at + 2], "big")
    return exchange[at + 2 : at + 2 + int.from_bytes(exchange[at : at + 2], "big")]


# -- hellos ------------------------------------------------------------------------------------------------
@cache
def _keys() -> tuple[tuple[int, bytes], ...]:
    """Shares of the two groups that nearly every server takes."""
    return tuple((group, shares.share(group) or b"") for group in (0x001D, 0x0017))


@cache
def _certified(kind: str = "") -> tuple[int, ...]:
    """Suites before TLS 1.3 with a certificate (of a kind), best first."""
    kinds = (kind,) if kind else (RSA, EC, "DSS")
    known = ((code, *key_exchange(code)) for code in legacy_suites())
    return tuple(sorted((code for code, kx, au in known if au in kinds and kx in ("ECDHE", "DHE", "RSA", "ECDH", "DH")), key=rank))


@cache
def _groups() -> tuple[int, ...]:
    newest = tuple(group for group in groups_of(Version.TLSv1_3) if shares.known(group))
    return tuple(dict.fromkeys((*COMMON_GROUPS, *groups_of(Version.TLSv1_2), *newest)))


@cache
def opening() -> Offer:
    """What an ordinary client says, and everything older beside it."""
    return Offer(Version.TLSv1_3, tuple(READABLE) + _certified(), _groups(), (*_SCHEMES[EC], *_SCHEMES[RSA]), any_version=True, keys=_keys(), features=True)


@cache
def _of_kind(kind: str, small: bool) -> Offer:
    """The same for a client that knows one kind of key only; the certificates above the leaf may be of any kind (RFC 8446, 4.2.3)."""
    if small:
        suites = tuple(code for code in COMMON if key_exchange(code)[1] == kind)
        return Offer(Version.TLSv1_2, suites, COMMON_GROUPS, tuple(scheme for scheme in COMMON_SIGNATURES if scheme in _SCHEMES[kind]))
    every = (*_SCHEMES[EC], *_SCHEMES[RSA])
    return Offer(Version.TLSv1_3, tuple(READABLE) + _certified(kind), _groups(), _SCHEMES[kind], every, any_version=True, keys=_keys(), features=True)


@cache
def _small() -> Offer:
    """For servers that hang or break on a long hello."""
    return Offer(Version.TLSv1_2, COMMON, COMMON_GROUPS, COMMON_SIGNATURES)


@cache
def _older() -> tuple[Offer, ...]:
    """For servers that refuse what is newer than they are."""
    suites = _certified()
    return (
        Offer(Version.TLSv1_2, suites, COMMON_GROUPS, signatures()),
        Offer(Version.TLSv1_0, suites, COMMON_GROUPS),
        Offer(Version.SSLv3, suites),
    )  # fmt: skip


# -- what went wrong ---------------------------------------------------------------------------------------
def _refusal(peer: Peer, silence: Silence) -> Failure:
    where = f"port {peer.target.port} of {peer.address}"
    if peer.gate.proxy is not None:
        return Failure(silence.reason, "proxy", f"{where} was not reached: {silence.detail}")
    if silence.kind == "timeout":
        return Failure(Reason.TIMEOUT, "connect", f"{where} did not answer: a firewall may drop the connection, or the host is down")
    if os.strerror(errno.ECONNREFUSED) in silence.detail:
        return Failure(Reason.UNAVAILABLE, "refused", f"{where} refuses connections: check the port and that the service runs")
    if peer.family == socket.AF_INET6 and any(os.strerror(code) in silence.detail for code in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)):
        return Failure(
            Reason.UNAVAILABLE, "unreachable", f"{where} cannot be reached: this machine has no way to IPv6 addresses; scan from one that has, or leave them out with --ipv4"
        )
    return Failure(Reason.UNAVAILABLE, "unreachable", f"{where} cannot be reached ({silence.detail}): check the address and the route to it")


def _give_up(peer: Peer, silence: Silence) -> None:
    """Raises Failure for what no other hello can mend."""
    target = peer.target
    if silence.kind == "starttls" and silence.final:
        raise Failure(Reason.UNAVAILABLE, "starttls", f"{target.id} speaks {target.starttls} and offers no TLS in it ({silence.detail})")
    if silence.kind == "starttls":
        raise Failure(Reason.UNAVAILABLE, "starttls", f"{target.id} did not start TLS in {target.starttls} ({silence.detail}): is this the right protocol and port?")
    if silence.kind == "garbage":
        raise Failure(Reason.UNAVAILABLE, "no-tls", f"{target.id} {_greets(silence.detail)}")


def _trouble(peer: Peer, silence: Silence) -> Failure:
    target = peer.target
    if silence.reason is Reason.TIMEOUT:
        return Failure(Reason.TIMEOUT, "handshake", f"{target.id} accepts the connection and does not finish a TLS handshake within {min(peer.limit, _FIRST_TRY):g} s")
    what = "resets the connection" if silence.kind == "reset" else "closes the connection"
    return Failure(Reason.UNAVAILABLE, silence.kind, f"{target.id} {what} instead of answering the TLS hello: no alert, so nothing is refused or accepted")


_GREETINGS = (
    ("SSH-", "is an SSH server"), ("HTTP/", "answers in plain HTTP: name the port of its TLS service"), ("<", "answers in plain text: name the port of its TLS service"),
    ("220", "greets like a mail or FTP server: write smtp:// or ftp://"), ("* ", "greets like an IMAP server: write imap://"), ("+OK", "greets like a POP3 server: write pop3://"),
)  # fmt: skip


def _greets(detail: str) -> str:
    if not detail.startswith("not TLS: b"):
        return f"answers with something that is no TLS ({detail})"
    said: bytes = ast.literal_eval(detail.removeprefix("not TLS: "))  # `records` writes what came as Python does
    for start, what in _GREETINGS:
        if said.startswith(start.encode()):
            return what
    return f"answers with something that is no TLS (first bytes {said[:8].hex(' ')})"
