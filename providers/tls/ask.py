"""Asks one endpoint one question after another, and never takes silence for an answer.

A question is a hello. Its answer is a `Reply`; whatever else happens (reset, end of stream, time-out, rubbish) is asked
again, one connection at a time and with pauses. What still has no answer comes back as `Silence`, with a control beside it:
did the server answer, right after, a question that it had answered before?
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace

from providers.tls.enumeration import Limits
from providers.tls.hello import Offer, client_hello, sslv2_hello
from providers.tls.records import Flight, NotTls, Refusal, Reply, ServerHello, Want
from providers.tls.starttls import Declined, Dialog, Talk, Temporary
from providers.tls.suites import FALLBACK, Version, sslv2_names
from providers.tls.wire import Address, Gate, Gates, PeerSilent, Silence, Wire
from scanner.sdk import Reason

#: Alerts that are about the moment, not about the question (RFC 8446, 6): internal_error, user_canceled.
_PASSING = frozenset({80, 90})
# After so many times `tries` connections in a row without an answer a host is left alone.
_GIVEN_UP = 4
_AGAIN, _CONTROL = 10, 1000


@dataclass(frozen=True, slots=True)
class SslV2:
    """The question for SSLv2: every cipher kind at once."""


Question = Offer | SslV2


@dataclass(slots=True)
class Session:
    """All questions to one endpoint."""

    name: str
    port: int
    sni: str | None
    limits: Limits
    dialog: Dialog | None = None
    gates: Gates | None = None
    everywhere: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    """Limit over all hosts."""
    connections: int = 0
    address: Address | None = None
    gate: Gate = field(init=False)
    dead: Silence | None = None
    """Set once the endpoint is beyond asking."""
    good: Question | None = None
    """A question that was answered: the control."""
    small: bool = False
    bare: bool = False
    """No extensions."""
    _unanswered: int = 0
    """Connections in a row without an answer."""
    _mute: int = 0
    """Questions that were met by silence while others were answered."""
    _family: int = socket.AF_INET
    _slowest: float = 0.0
    _end: float = 0.0

    def __post_init__(self) -> None:
        self.gate = Gate(self.limits)

    async def start(self, where: str) -> None:
        """Find the address; sets `dead` where there is none."""
        loop = asyncio.get_running_loop()
        self._end = loop.time() + self.limits.deadline
        if self.gates is not None and self.gates.proxy is not None:
            self.address, self.gate = (where, self.port), self.gates.of(where)  # the proxy looks the name up
            return
        try:
            async with asyncio.timeout(self.limits.connect):
                found = await loop.getaddrinfo(where, self.port, type=socket.SOCK_STREAM)
        except TimeoutError:
            self.dead = Silence(Reason.TIMEOUT, f"the name {where} was not resolved within {self.limits.connect:g} s", "refused", final=True)
            return
        except (OSError, UnicodeError) as error:
            self.dead = Silence(Reason.UNAVAILABLE, f"the name {where} does not resolve: {error}", "refused", final=True)
            return
        self._family, _, _, _, first = found[0]
        self.address = (str(first[0]), self.port)
        if self.gates is not None:
            self.gate = self.gates.of(self.address[0])

    async def ask(self, question: Question, urgent: int = 0) -> Reply | Silence:
        """The answer, or what happened instead after all tries; the more `urgent` a question, the sooner its turn."""
        asked, passing = 0, 0
        last = Silence(Reason.NOT_COLLECTED, "not asked")
        for round_ in range(3):
            for _ in range(self._patience(round_)):
                if self.dead:
                    return replace(self.dead, asked=asked)
                # what is asked again goes before what has not been asked yet: a host that stands nothing big is asked for less soon
                reply = await self._once(question, urgent + _AGAIN * asked)
                if isinstance(reply, Refusal) and reply.alert in _PASSING and not passing:
                    # an alert is an answer, but this one may be about the moment: one more time
                    passing += 1
                    await asyncio.sleep(self.limits.pause)
                    reply = await self._once(question, urgent)
                if not isinstance(reply, Silence):
                    self.gate.answered()
                    self._unanswered = 0
                    if isinstance(reply, ServerHello) and self.good is None:
                        self.good = question
                    return reply
                asked, last = asked + 1, reply
                self._unanswered += 1
                if reply.final:
                    return replace(reply, asked=asked)
                self.gate.unanswered()
                if self.good and self._unanswered >= _GIVEN_UP * self.limits.tries:
                    self._give_up(last)
                if reply.kind == "timeout" and (asked > 1 or self.good is None):
                    break
            if self.good is None or self.good == question:
                return replace(last, asked=asked)
            control = await self._once(self.good, _CONTROL)
            if not isinstance(control, Silence):
                # the load may have been the reason so far: once more, right behind an answer
                reply = await self._once(question, _CONTROL)
                self._unanswered = 0
                if not isinstance(reply, Silence):
                    return reply
                self.gate.not_the_load()
                self._mute += 1
                return replace(last, asked=asked + 1, control=True)
            self.gate.unanswered()
            await asyncio.sleep(self.gate.pause)
        return replace(self._give_up(last), asked=asked)

    async def glance(self, question: Question) -> Reply | None:
        """One try for a question asked ahead of its time; `None` where the answer was not a clear one, so that it is to be asked in full."""
        if self.dead:
            return None
        reply = await self._once(question)
        if isinstance(reply, Silence):
            self.gate.unanswered()
            return None
        if isinstance(reply, ServerHello) and self.good is None:
            self.good = question
        return None if isinstance(reply, Refusal) and reply.alert in _PASSING else reply

    def _patience(self, round_: int) -> int:
        """How often in a row: less where nothing was ever answered, or where other questions were met by silence for good."""
        if (self.good is None and not round_) or self._mute > 1:
            return min(2, self.limits.tries)
        return self.limits.tries

    def _give_up(self, last: Silence) -> Silence:
        self.dead = self.dead or Silence(last.reason, f"stopped answering: {last.detail}", last.kind, final=True, control=False)
        return self.dead

    async def _once(self, question: Question, urgent: int = 0) -> Reply | Silence:
        loop = asyncio.get_running_loop()
        async with self.gate.slot(urgent), self.everywhere:
            left = self._end - loop.time()
            if left <= 0:
                self.dead = Silence(Reason.TIMEOUT, f"not asked: the {self.limits.deadline:g} s for this endpoint were over", "deadline", final=True)
                return self.dead
            started = loop.time()
            # after the first answers there is a measure of how slow this host is
            patience = self.limits.answer if not self._slowest else min(self.limits.answer, max(2.0, 20 * self._slowest))
            try:
                reply = await self._exchange(question, min(left, patience))
            except PeerSilent as stop:
                return stop.silence
            self._slowest = max(self._slowest, loop.time() - started)
            return reply

    async def _exchange(self, question: Question, patience: float) -> Reply | Silence:
        assert self.address is not None  # `start` sets it or `dead`
        self.connections += 1
        wire = await Wire.connect(self.address, self._family, self.limits.connect, self.gate.proxy)
        flight = _flight(question)
        try:
            async with asyncio.timeout(patience):
                if self.dialog is not None:
                    await self.dialog(Talk(wire), self.sni or self.name)
                await wire.send(sslv2_hello(sslv2_names()) if isinstance(question, SslV2) else client_hello(question, self.sni))
                while True:
                    reply = flight.feed(await wire.receive())
                    if reply is not None:
                        return _checked(question, reply)
        except NotTls as error:
            return Silence(Reason.UNPARSABLE, str(error), "garbage")
        except Declined as error:
            return Silence(Reason.UNSUPPORTED, str(error), "starttls", final=True)
        except Temporary as error:
            return Silence(Reason.UNAVAILABLE, str(error), "starttls")
        except TimeoutError:
            cut = flight.cut()
            return _checked(question, cut) if cut else Silence(Reason.TIMEOUT, f"no answer within {patience:g} s", "timeout")
        except PeerSilent:
            cut = flight.cut()
            if cut is None:
                raise
            return _checked(question, cut)
        finally:
            wire.close()


def _flight(question: Question) -> Flight:
    if isinstance(question, SslV2):
        return Flight(sslv2=True)
    if question.exchange:
        return Flight(Want.EXCHANGE)
    return Flight(Want.PRIME)


def _checked(question: Question, reply: Reply) -> Reply | Silence:
    """An answer that cannot be one for this question is none."""
    if isinstance(question, SslV2):
        return Silence(Reason.UNPARSABLE, "ServerHello in answer to SSLv2", "garbage") if isinstance(reply, ServerHello) else reply
    if not isinstance(reply, ServerHello):
        return reply
    if reply.version > question.version or reply.version < Version.SSLv3:
        return Silence(Reason.UNPARSABLE, f"ServerHello of version 0x{reply.version:04X}, which was not offered", "garbage")
    if reply.suite not in question.suites or reply.suite == FALLBACK:
        return Silence(Reason.UNPARSABLE, f"ServerHello with suite 0x{reply.suite:04X}, which was not offered", "garbage")
    return reply
