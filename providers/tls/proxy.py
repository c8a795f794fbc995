"""Connections through a proxy: HTTP CONNECT (RFC 9110, 9.3.6) and SOCKS 5 (RFC 1928, RFC 1929).

The proxy gets the host's name and looks it up itself, so a scan behind one needs no name server. What the proxy answers is never
taken for an answer of the endpoint: a refusal of the proxy is a connection that did not come about.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import struct
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

from scanner.sdk import UsageError

_MOST = 16 * 1024
"""Bytes of an answer to CONNECT."""
_DEFAULT = {"http": 3128, "socks5": 1080}
_REMEDY = "write http://[USER:PASSWORD@]HOST:PORT for a proxy that takes CONNECT, or socks5://…"
#: RFC 1928, 6.
_SOCKS = {
    1: "it failed in general", 2: "its rules do not allow it", 3: "the network is unreachable", 4: "the host is unreachable", 5: "the connection was refused",
    6: "the time to live was over", 7: "it does not know CONNECT", 8: "it does not take this kind of address",
}  # fmt: skip


class Stream(Protocol):
    """What a dialog with a proxy needs."""

    async def send(self, data: bytes) -> None: ...

    async def receive(self) -> bytes: ...

    def unread(self, data: bytes) -> None: ...


class ProxyRefused(Exception):
    """The proxy does not lead there; says why."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and what it wants to know of us."""

    kind: str
    """`http` or `socks5`."""
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"

    async def lead(self, wire: Stream, host: str, port: int) -> None:
        """Make a fresh connection to the proxy one to `host`. Raises ProxyRefused; what the wire raises passes."""
        await (self._connect(wire, host, port) if self.kind == "http" else self._socks(wire, host, port))

    async def _connect(self, wire: Stream, host: str, port: int) -> None:
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
        if self.user:
            lines.append("Proxy-Authorization: Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode())
        await wire.send("\r\n".join([*lines, "", ""]).encode("ascii", "replace"))
        held = b""
        while b"\r\n\r\n" not in held:
            held += await wire.receive()
            if len(held) > _MOST or not b"HTTP/".startswith(held[:5]):
                raise ProxyRefused(f"{self} speaks no HTTP, or without end")
        head, _, rest = held.partition(b"\r\n\r\n")
        status = (*head.split(b"\r\n")[0].split(), b"", b"")[1]
        if status == b"407":
            raise ProxyRefused(f"{self} wants other credentials (407)" if self.user else f"{self} wants credentials (407): {_REMEDY}")
        if not (len(status) == 3 and status.startswith(b"2")):
            raise ProxyRefused(f"{self} answers {status[:3].decode('ascii', 'replace') or 'nothing'} to CONNECT {where}")
        if rest:
            wire.unread(rest)

    async def _socks(self, wire: Stream, host: str, port: int) -> None:
        rest = _Exactly(wire)
        await wire.send(b"\x05\x02\x00\x02" if self.user else b"\x05\x01\x00")
        version, method = await rest.read(2)
        if version != 5:
            raise ProxyRefused(f"{self} speaks no SOCKS 5")
        if method == 2 and self.user:
            user, password = self.user.encode()[:255], self.password.encode()[:255]
            await wire.send(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
            if (await rest.read(2))[1] != 0:
                raise ProxyRefused(f"{self} wants other credentials")
        elif method != 0:
            raise ProxyRefused(f"{self} wants credentials: {_REMEDY}")
        await wire.send(b"\x05\x01\x00" + _socks_address(host) + struct.pack(">H", port))
        _, code, _, kind = await rest.read(4)
        if code != 0:
            raise ProxyRefused(f"{self} does not lead to {host}:{port}: {_SOCKS.get(code, f'code {code}')}")
        await rest.read({1: 4, 4: 16}.get(kind) or (await rest.read(1))[0])
        await rest.read(2)
        if rest.held:
            wire.unread(rest.held)


class _Exactly:
    """Reads as many bytes as are asked for; keeps the rest."""

    def __init__(self, wire: Stream) -> None:
        self.wire, self.held = wire, b""

    async def read(self, size: int) -> bytes:
        while len(self.held) < size:
            self.held += await self.wire.receive()
        found, self.held = self.held[:size], self.held[size:]
        return found


def _socks_address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")[:255]
        return bytes([3, len(name)]) + name
    return bytes([1 if address.version == 4 else 4]) + address.packed


def parse_proxy(text: str) -> Proxy:
    """The proxy that a URL names. Raises UsageError, which never repeats a password."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        kind = {"socks5h": "socks5"}.get(parts.scheme.lower(), parts.scheme.lower())
        host, port = parts.hostname or "", parts.port
        wrong = kind not in _DEFAULT or not host or parts.path not in ("", "/") or bool(parts.query) or any(ord(c) <= 32 for c in text)
    except ValueError:
        wrong = True
    if wrong:
        raise UsageError(f"--proxy {text.rpartition('@')[2]!r} is no proxy", _REMEDY)
    return Proxy(kind, host, port or _DEFAULT[kind], unquote(parts.username or ""), unquote(parts.password or ""))


def family_of(address: str) -> int:
    """The socket family of an IP address."""
    return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
