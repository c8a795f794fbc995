"""Plain HTTP/1.1 over connections that are kept: one write a request, one buffer an answer, everything under a deadline."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_MOST_HEAD = 256 * 1024
_MOST_BODY = 64 * 1024 * 1024
"""Bytes; an answer beyond is none of a service that lists and describes."""
_IDLE = 45.0
"""Seconds after which a kept connection is not trusted any more; services close theirs after about a minute."""
_MOST_IDLE = 256
"""Connections that are kept, over all hosts; an ordinary limit on open files is 1,024."""
_PATIENCE = 5
"""A whole answer may take this many times the limit of one step."""


class _Room(threading.local):
    """Room for what is received, one a thread: what `recv` takes for each step anew, and gives back but for a few bytes, leaves the heap full of holes."""

    def __init__(self) -> None:
        self.bytes = memoryview(bytearray(16 * 1024))  # as much as TLS sends at once


_ROOM = _Room()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a server."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


class Broken(Exception):
    """The connection ended before the answer did."""


class Pool:
    """Connections to any number of hosts, kept for the next question."""

    def __init__(self, limit: float, bundle: str | None, *, verify: bool = True) -> None:
        self._limit, self._bundle, self._verify = limit, bundle, verify
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, str], list[_Connection]] = {}
        self._count = 0
        self._context: ssl.SSLContext | None = None
        self._plain: dict[str, bool] = {}
        self._proxies = getproxies()

    def plain(self, scheme: str, host: str) -> bool:
        """Whether a host is asked directly; behind a proxy, or without verification, botocore asks itself."""
        known = self._plain.get(host)
        if known is None:
            proxied = scheme in self._proxies and not proxy_bypass(urlsplit(f"//{host}").hostname or "")
            known = self._plain[host] = not proxied and (scheme == "http" or self._verify)
        return known

    def send(self, scheme: str, host: str, request: bytes, method: str) -> Answered:
        """The answer to a whole request. Raises botocore's exceptions for what becomes of connections; what was kept too long is
        tried again, once."""
        where = (scheme, host)
        kept = self._kept(where)
        if kept is not None:
            try:
                return self._asked(kept, where, request, method)
            except Broken as error:
                if error.args[1]:
                    raise _closed(scheme, host, error) from error
            except ssl.SSLError as error:
                raise _named("SSLError", scheme, host, error) from error
            except TimeoutError as error:
                raise _named("ReadTimeoutError", scheme, host, error) from error
            except OSError:
                pass  # its server had closed it
        fresh = self._fresh(scheme, host)
        try:
            return self._asked(fresh, where, request, method)
        except ssl.SSLError as error:
            raise _named("SSLError", scheme, host, error) from error
        except TimeoutError as error:
            raise _named("ReadTimeoutError", scheme, host, error) from error
        except (Broken, OSError) as error:
            raise _closed(scheme, host, error) from error

    def _asked(self, connection: _Connection, where: tuple[str, str], request: bytes, method: str) -> Answered:
        answered = connection.ask(request, method)
        if connection.reusable:
            self._keep(where, connection)
        return answered

    def _fresh(self, scheme: str, host: str) -> _Connection:
        parts = urlsplit(f"//{host}")
        try:
            return _Connection(scheme, parts.hostname or "", parts.port, self._limit, self._tls)
        except ssl.SSLError as error:
            raise _named("SSLError", scheme, host, error) from error
        except TimeoutError as error:
            raise _named("ConnectTimeoutError", scheme, host, error) from error
        except socket.gaierror as error:
            raise _named("EndpointConnectionError", scheme, host, f"Failed to resolve: {error}") from error
        except OSError as error:
            raise _named("EndpointConnectionError", scheme, host, error) from error

    def _keep(self, where: tuple[str, str], connection: _Connection) -> None:
        """For the next question; of too many the one that waits longest is closed (a service in a region is a host)."""
        connection.since = time.monotonic()
        with self._lock:
            self._idle.setdefault(where, []).append(connection)
            self._idle[where] = self._idle.pop(where)
            old = None
            self._count += 1
            if self._count > _MOST_IDLE:
                first = next(iter(self._idle))
                old = self._idle[first].pop(0)
                self._count -= 1
                if not self._idle[first]:
                    del self._idle[first]
        if old is not None:
            old.close()

    def _kept(self, where: tuple[str, str]) -> _Connection | None:
        """A connection that is still whole; one on which something waits to be read has been closed by its server."""
        while True:
            with self._lock:
                waiting = self._idle.get(where)
                found = waiting.pop() if waiting else None
                self._count -= found is not None
                if waiting is not None and not waiting:
                    del self._idle[where]
            if found is None or (time.monotonic() - found.since < _IDLE and not found.readable()):
                return found
            found.close()

    def _tls(self) -> ssl.SSLContext:
        """One context for all: reading the authorities takes longer than a handshake."""
        with self._lock:
            if self._context is None:
                self._context = ssl.create_default_context(cafile=self._bundle)
            return self._context


def _named(name: str, scheme: str, host: str, error: object) -> Exception:
    """botocore's exception of a name; whoever classifies faults knows those."""
    from botocore import exceptions

    made: Exception = getattr(exceptions, name)(endpoint_url=f"{scheme}://{host}/", error=error)
    return made


def _closed(scheme: str, host: str, error: object) -> Exception:
    return _named("ConnectionClosedError", scheme, host, error)


_NAMES: dict[str, str] = {}
"""Names of headers in lower case: a few dozen, the same in every answer."""


def _named_as(name: str) -> str:
    key = name.strip().lower()
    if len(_NAMES) < 1000:
        _NAMES[name] = key
    return key


class _Connection:
    """One connection; not for two threads at once."""

    def __init__(self, scheme: str, host: str, port: int | None, limit: float, tls: Any) -> None:
        self._limit = limit
        self._socket: socket.socket = socket.create_connection((host, port or (443 if scheme == "https" else 80)), timeout=limit)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                self._socket = tls().wrap_socket(self._socket, server_hostname=host)
        except BaseException:
            self._socket.close()
            raise
        self._buffer = b""
        self._ends = 0.0
        self._waits = limit
        self._poll: Any = None
        self.reusable = False
        self.since = 0.0

    def close(self) -> None:
        self._socket.close()

    def readable(self) -> bool:
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN)
        return bool(self._poll.poll(0))

    def ask(self, request: bytes, method: str) -> Answered:
        """Raises Broken (with how much had come), TimeoutError or OSError; the connection is of no use then."""
        self._ends, self._buffer, self.reusable = time.monotonic() + _PATIENCE * self._limit, b"", False
        self._wait(self._limit)
        try:
            self._socket.sendall(request)
            status, headers, whole = self._head()
            while status == 100:
                status, headers, whole = self._head()
            body = b"" if method == "HEAD" or status in (204, 304) else self._body(headers)
        except BaseException:
            self.close()
            raise
        keeps = headers.get("connection", "").lower()
        self.reusable = (
            not self._buffer and ("keep-alive" in keeps if whole else "close" not in keeps) and ("content-length" in headers or "transfer-encoding" in headers or not body)
        )
        if not self.reusable:
            self.close()
        return Answered(status, headers, body)

    def _more(self) -> bytes:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        self._wait(min(self._limit, left))
        size = self._socket.recv_into(_ROOM.bytes)
        return bytes(_ROOM.bytes[:size])

    def _wait(self, seconds: float) -> None:
        """Set how long one step may take, where it is another time than before: that is a call to the system, too."""
        if seconds != self._waits:
            self._waits = seconds
            self._socket.settimeout(seconds)

    def _fill(self) -> None:
        more = self._more()
        if not more:
            raise Broken("the server closed the connection", bool(self._buffer))
        self._buffer += more

    def _until(self, mark: bytes, most: int) -> bytes:
        while mark not in self._buffer:
            if len(self._buffer) > most:
                raise Broken("a head without an end", True)
            self._fill()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _head(self) -> tuple[int, dict[str, str], bool]:
        """Status, headers, and whether it is HTTP/1.0, which closes unless it says otherwise."""
        first, *rest = self._until(b"\r\n\r\n", _MOST_HEAD).decode("latin1").split("\r\n")
        version, _, tail = first.partition(" ")
        if not version.startswith("HTTP/1.") or not tail[:3].isdigit():
            raise Broken(f"no HTTP: {first[:40]!r}", True)
        headers: dict[str, str] = {}
        for line in rest:
            name, _, value = line.partition(":")
            key = _NAMES.get(name) or _named_as(name)
            headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
        return int(tail[:3]), headers, version == "HTTP/1.0"

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._chunks()
        length = headers.get("content-length", "")
        if length.isdigit():
            return self._exactly(int(length))
        parts = [self._buffer]
        self._buffer = b""
        size = len(parts[0])
        while more := self._more():
            parts.append(more)
            size += len(more)
            if size > _MOST_BODY:
                raise Broken("an answer without an end", True)
        return b"".join(parts)

    def _exactly(self, size: int) -> bytes:
        if size > _MOST_BODY:
            raise Broken("an answer too large to be one", True)
        if len(self._buffer) < size:
            parts, have = [self._buffer], len(self._buffer)
            while have < size:
                more = self._more()
                if not more:
                    raise Broken(f"the answer was cut short: {have} of {size} bytes came", True)
                parts.append(more)
                have += len(more)
            self._buffer = b"".join(parts)
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            head = self._until(b"\r\n", 1024).split(b";")[0].strip()
            try:
                size = int(head, 16)
            except ValueError as error:
                raise Broken("a chunk without a size", True) from error
            if size == 0:
                while self._until(b"\r\n", _MOST_HEAD):
                    pass
                return b"".join(parts)
            total += size
            if size < 0 or total > _MOST_BODY:
                raise Broken("an answer without an end", True)
            parts.append(self._exactly(size))
            self._until(b"\r\n", 2)
