"""One connection, one question; and how many of them at once.

Wire      a socket with bounded reads: the only thing here that touches the network
Gate      how many connections one address gets: 5 at once, until it leaves a question unanswered
Silence   what is left when there was no answer
"""

from __future__ import annotations

import asyncio
import heapq
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from providers.tls.enumeration import Limits
from providers.tls.proxy import Proxy, ProxyRefused
from scanner.sdk import Reason

Address = tuple[str, int]
_CHUNK = 16384
# Closing with a reset frees the server's slot and our port at once; nothing is lost, the answer has been read.
_RESET = struct.pack("ii", 1, 0)
# An answer wakes a task, that one starts lanes, and these ask: four rounds of the event loop.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer. Not a refusal."""

    reason: Reason
    detail: str
    kind: str = "closed"
    """`refused` (no TCP connection), `reset`, `closed`, `timeout`, `garbage`, `starttls`, `deadline`."""
    final: bool = False
    """Asking again is pointless."""
    control: bool | None = None
    asked: int = 1


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)


class PeerSilent(Exception):
    """Raised by a `Wire`; carries what happened."""

    def __init__(self, silence: Silence) -> None:
        super().__init__(silence.detail)
        self.silence = silence


class Wire:
    """A connected socket."""

    __slots__ = ("_held", "_loop", "_sock")

    def __init__(self, sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self._sock = sock
        self._loop = loop
        self._held = b""

    @classmethod
    async def connect(cls, address: Address, family: int, seconds: float, proxy: Proxy | None = None) -> Wire:
        """Open a TCP connection; through a proxy `address` may be a name."""
        return await cls._direct(address, family, seconds) if proxy is None else await cls._led(proxy, address, seconds)

    @classmethod
    async def _led(cls, proxy: Proxy, address: Address, seconds: float) -> Wire:
        wire: Wire | None = None
        try:
            async with asyncio.timeout(seconds):
                family, *_, found = (await asyncio.get_running_loop().getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM))[0]
                wire = await cls._direct((str(found[0]), proxy.port), family, seconds)
                await proxy.lead(wire, *address)
                return wire
        except TimeoutError:
            failed = Silence(Reason.TIMEOUT, f"no TCP connection through {proxy} within {seconds:g} s", "timeout")
        except PeerSilent as silent:
            failed = Silence(silent.silence.reason, f"no TCP connection through {proxy}: {silent.silence.detail}", silent.silence.kind)
        except (ProxyRefused, OSError, UnicodeError) as error:
            failed = Silence(Reason.UNAVAILABLE, f"no TCP connection: {error}", "refused")
        except BaseException:
            if wire is not None:
                wire.close()
            raise
        if wire is not None:
            wire.close()
        raise PeerSilent(failed)

    @classmethod
    async def _direct(cls, address: Address, family: int, seconds: float) -> Wire:
        loop = asyncio.get_running_loop()
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(seconds):
                await loop.sock_connect(sock, address)
        except TimeoutError:
            sock.close()
            raise PeerSilent(Silence(Reason.TIMEOUT, f"no TCP connection within {seconds:g} s", "timeout")) from None
        except OSError as error:
            sock.close()
            raise PeerSilent(Silence(Reason.UNAVAILABLE, f"no TCP connection: {_why(error)}", "refused")) from None
        except BaseException:
            sock.close()
            raise
        return cls(sock, loop)

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        try:
            await self._loop.sock_sendall(self._sock, data)
        except OSError as error:
            raise PeerSilent(Silence(Reason.UNAVAILABLE, f"connection broken while sending: {_why(error)}", "reset")) from None

    async def receive(self) -> bytes:
        """The next bytes, at most 16 KiB; never empty."""
        if self._held:
            held, self._held = self._held, b""
            return held
        try:
            data = await self._loop.sock_recv(self._sock, _CHUNK)
        except OSError as error:
            raise PeerSilent(Silence(Reason.UNAVAILABLE, f"connection reset without an answer: {_why(error)}", "reset")) from None
        if not data:
            raise PeerSilent(Silence(Reason.UNAVAILABLE, "connection closed without an answer", "closed"))
        return data

    def unread(self, data: bytes) -> None:
        """Put back what belongs to the next reader."""
        self._held = data + self._held

    def detach(self) -> socket.socket:
        """The socket, for somebody else to read and close."""
        return self._sock

    def close(self) -> None:
        """Give the connection up."""
        self._sock.close()


class Gate:
    """Connections to one address: several at once, and one by one with pauses after the first unanswered question.

    Turns are not given at once but a few rounds of the event loop later, the most urgent first: so whoever has just got an answer,
    and has a more urgent question now, is not behind those that can wait.
    """

    __slots__ = ("__weakref__", "_busy", "_last", "_limits", "_rounds", "_streak", "_turns", "_waiting", "pause", "proxy", "width")

    def __init__(self, limits: Limits, proxy: Proxy | None = None) -> None:
        self._limits = limits
        self.proxy = proxy
        self._busy = 0
        self._last = 0.0
        self._streak = 0
        self._rounds = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._turns = 0
        self.width = limits.per_host
        self.pause = 0.0

    @property
    def idle(self) -> int:
        """Connections that nobody waits for."""
        return self.width - self._busy - len(self._waiting)

    @asynccontextmanager
    async def slot(self, urgent: int = 0) -> AsyncIterator[None]:
        """Wait for a turn; the more `urgent` first: links of a long chain go before what can be asked at any time."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns += 1
        heapq.heappush(self._waiting, (-urgent, self._turns, turn))
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            turn.cancel()
            raise
        try:
            if self.pause:
                loop = asyncio.get_running_loop()
                await asyncio.sleep(max(0.0, self._last + self.pause - loop.time()))
                self._last = loop.time()
            yield
        finally:
            self._leave()

    def unanswered(self) -> None:
        """Step down to one at a time, then wait longer and longer."""
        self._streak = 0
        if self.width > 1:
            self.width = 1
            self.pause = max(self.pause, self._limits.pause)
        else:
            self.pause = min(self._limits.longest_pause, max(self._limits.pause, 2 * self.pause))

    def answered(self) -> None:
        """Shorten the pause again while the host answers; a host that limits its connections stays at one."""
        self._streak += 1
        if self._streak >= 3 and self.pause:
            self._streak = 0
            self.pause = self.pause * 0.6 if self.pause > self._limits.pause / 4 else 0.0

    def not_the_load(self) -> None:
        """The host does not answer one particular question, and all others: no reason to be slow."""
        self.width = self._limits.per_host
        self.pause = 0.0
        self._wake()

    def _leave(self) -> None:
        self._busy -= 1
        self._wake()

    def _wake(self) -> None:
        if not self._rounds:
            asyncio.get_running_loop().call_soon(self._give)
        self._rounds = _ROUNDS

    def _give(self) -> None:
        """Give turns, once those that have been woken by the same answer have asked."""
        self._rounds -= 1
        if self._rounds:
            asyncio.get_running_loop().call_soon(self._give)
            return
        while self._waiting and self._busy < self.width:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._busy += 1
                turn.set_result(None)


class Gates:
    """One gate an address, for as long as somebody holds it: names that lead to one host share its limit. All lead through one proxy, or none."""

    __slots__ = ("_gates", "_limits", "proxy")

    def __init__(self, limits: Limits, proxy: Proxy | None = None) -> None:
        self._limits = limits
        self.proxy = proxy
        self._gates: WeakValueDictionary[str, Gate] = WeakValueDictionary()

    def of(self, address: str) -> Gate:
        """The gate of an address."""
        gate = self._gates.get(address)
        if gate is None:
            gate = self._gates[address] = Gate(self._limits, self.proxy)
        return gate
