"""One HTTP/1.1 request on a connection of its own, within bounds: no redirect is followed, no cookie kept."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from providers.tls.proxy import Proxy
from providers.tls.wire import PeerSilent, Wire
from scanner.sdk import Failure, Reason

_MOST_HEADERS = 32 * 1024
_MOST_LINES = 200
MOST_BODY = 64 * 1024
_MOST_SECONDS = 60.0
"""For a proxy to lead there; the limit of the whole request ends it sooner."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an HTTP server answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in their order."""
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


class NotHttp(Exception):
    """Something else than HTTP was answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. The host may be another than the address that is connected to."""

    address: str
    port: int
    host: str
    path: str = "/"
    method: str = "GET"
    body: bytes = b""
    content_type: str = ""
    most: int = 0
    """Bytes of the body that are read; more is a Failure. 0: the body is not read."""


async def fetch(request: Request, limit: float, tls: ssl.SSLContext | None = None, name: str | None = None, proxy: Proxy | None = None) -> Reply:
    """The answer within `limit` seconds for everything. Through a proxy by CONNECT alone, so that it cannot answer in the host's place. Raises NotHttp, Failure."""
    where = f"{request.host}:{request.port}"
    try:
        async with asyncio.timeout(limit):
            return await _fetch(request, tls, name, proxy)
    except TimeoutError:
        raise Failure(Reason.TIMEOUT, "http", f"{where} did not answer in HTTP within {limit:g} s") from None
    except PeerSilent as silent:
        raise Failure(silent.silence.reason, "proxy", f"{where} was not reached: {silent.silence.detail}") from silent
    except ssl.SSLError as error:
        raise Failure(Reason.UNAVAILABLE, "http", f"no HTTP of {where} could be read: the handshake failed ({error.reason or error})") from error
    except ConnectionRefusedError as error:
        raise Failure(Reason.UNAVAILABLE, "refused", f"port {request.port} of {request.address} refuses connections") from error
    except (OSError, EOFError) as error:
        raise Failure(Reason.UNAVAILABLE, "http", f"{where} broke the connection off ({type(error).__name__})") from error


async def _open(request: Request, tls: ssl.SSLContext | None, name: str | None, proxy: Proxy | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    by_name = (name or "") if tls else None
    if proxy is None:
        return await asyncio.open_connection(request.address, request.port, ssl=tls, server_hostname=by_name, limit=_MOST_HEADERS)
    wire = await Wire.connect((request.address, request.port), socket.AF_UNSPEC, _MOST_SECONDS, proxy)
    return await asyncio.open_connection(sock=wire.detach(), ssl=tls, server_hostname=by_name, limit=_MOST_HEADERS)


async def _fetch(request: Request, tls: ssl.SSLContext | None, name: str | None, proxy: Proxy | None) -> Reply:
    reader, writer = await _open(request, tls, name, proxy)
    try:
        host = f"[{request.host}]" if ":" in request.host else request.host
        host += "" if request.port in (80, 443) else f":{request.port}"
        lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}", "User-Agent: houvast", "Accept: */*", "Connection: close"]
        if request.body:
            lines += [f"Content-Type: {request.content_type}", f"Content-Length: {len(request.body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii", "replace") + request.body)
        await writer.drain()
        return await _read(reader, request.most)
    finally:
        writer.transport.abort()


async def _read(reader: asyncio.StreamReader, most: int) -> Reply:
    """Head and body. Raises NotHttp, Failure, EOFError."""
    try:
        start = await reader.readuntil(b"\n")
        if not start.startswith(b"HTTP/"):
            raise NotHttp(f"the first bytes are {start[:24]!r}")
        status = int(start.split()[1])
        headers: list[tuple[str, str]] = []
        total = 0
        while (line := await reader.readuntil(b"\n")).strip():
            total += len(line)
            key, colon, value = line.decode("latin-1").partition(":")
            if not colon or total > _MOST_HEADERS or len(headers) >= _MOST_LINES:
                raise NotHttp("headers without end, or that are none")
            headers.append((key.strip().lower(), value.strip()))
    except asyncio.IncompleteReadError as error:
        if error.partial and not b"HTTP/".startswith(error.partial[:5]):
            raise NotHttp(f"the first bytes are {error.partial[:24]!r}") from error
        raise
    except asyncio.LimitOverrunError as error:
        raise NotHttp("a line without end") from error
    except (ValueError, IndexError) as error:
        raise NotHttp("a status line that is none") from error
    reply = Reply(status, tuple(headers))
    if 100 <= status < 200 and status != 101:
        return await _read(reader, most)
    return Reply(status, reply.headers, await _body(reader, reply, most)) if most else reply


async def _body(reader: asyncio.StreamReader, reply: Reply, most: int) -> bytes:
    if "chunked" in " ".join(reply.all("transfer-encoding")).lower():
        return await _chunks(reader, most)
    length = reply.all("content-length")
    held = bytearray()
    while data := await reader.read(65536):
        held += data
        _bounded(len(held), most)
    if length and length[0].isdigit() and len(held) < int(length[0][:12]):
        raise EOFError
    return bytes(held)


async def _chunks(reader: asyncio.StreamReader, most: int) -> bytes:
    held = bytearray()
    try:
        while size := int((await reader.readuntil(b"\n")).split(b";")[0].strip()[:16], 16):
            _bounded(len(held) + size, most)
            held += await reader.readexactly(size)
            await reader.readuntil(b"\n")
    except (ValueError, asyncio.LimitOverrunError) as error:
        raise NotHttp("a chunk that is none") from error
    return bytes(held)


def _bounded(size: int, most: int) -> None:
    if size > most or size < 0:
        raise Failure(Reason.UNSUPPORTED, "size", f"the answer has more than {most} bytes")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads."""

    address: str
    port: int
    host: str
    path: str


async def locate(url: str, local: bool, limit: float, proxied: bool = False) -> Place:
    """The address behind an `http:` URL that somebody else wrote. Raises Failure.

    Nothing but plain HTTP, and no address within private networks unless the endpoint itself is there (`local`):
    a certificate must not send the scanner to the services behind it. The address that was looked at is the one that is connected to.
    Behind a proxy (`proxied`), which looks names up itself, neither names of private networks nor their addresses are asked.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 80
        host = parts.hostname or ""
    except ValueError as error:
        raise Failure(Reason.UNRESOLVED, "url", f"{url[:80]!r} is no URL") from error
    if parts.scheme.lower() != "http" or not host or "@" in parts.netloc or any(ord(c) <= 32 or ord(c) > 126 for c in url) or len(url) > 2000:
        raise Failure(Reason.UNSUPPORTED, "url", f"{url[:80]!r} is not plain HTTP, and nothing else is asked")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if proxied:
        if not local and _inside(host):
            raise Failure(Reason.UNSUPPORTED, "private", f"{host} may lead into a private network, and the endpoint is not there: it is not asked")
        return Place(host, port, host, path)
    try:
        async with asyncio.timeout(limit):
            infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise Failure(Reason.TIMEOUT, "dns", f"no name server answered for {host} in time") from None
    except (OSError, UnicodeError) as error:
        raise Failure(Reason.UNAVAILABLE, "dns", f"{host} does not resolve") from error
    for info in infos:
        address = str(info[4][0])
        if local or ipaddress.ip_address(address.partition("%")[0]).is_global:
            return Place(address, port, host, path)
    raise Failure(Reason.UNSUPPORTED, "private", f"{host} leads into a private network, and the endpoint is not there: it is not asked")


def _inside(host: str) -> bool:
    """Whether a name looks like one of a private network (RFC 6761, RFC 6762, RFC 8375)."""
    return is_local(host) or "." not in host.strip(".") or host.lower().rstrip(".").endswith((".localhost", ".local", ".internal", ".home.arpa"))


def is_local(address: str) -> bool:
    """Whether an address lies within a private network, or on this machine; of a name nothing is known."""
    try:
        return not ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False
