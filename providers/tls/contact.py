"""First contact: is somebody there, does it speak TLS, which certificates does it show, does it ask for ours?

One connection with Python's own ssl over memory buffers, so that every byte that comes is seen and every wait has
a deadline. An alert is an answer; silence, a reset, an early end and plain text are not.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from providers.tls.targets import Target
from scanner.sdk import Failure, Reason


@dataclass(frozen=True, slots=True)
class Contact:
    """What the first connection showed."""

    address: str
    """IP address that answered."""
    chain: tuple[bytes, ...] = ()
    """Certificates sent, DER, leaf first; empty when the handshake did not come so far."""
    asks_client: bool | None = None
    """Whether a client certificate was asked for; None when that was not seen."""
    alert: str = ""
    """The alert with which the server answered, where it did not accept our hello."""
    trouble: Failure | None = None
    """Why the handshake was not answered, where a further try in another way makes sense (reset, early end)."""


def _before(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def resolve(target: Target, at: str, deadline: float) -> list[str]:
    """IP addresses of the host, in the system's order. The resolver knows no deadline: it runs aside."""
    if at or target.is_ip:
        return [at or target.host]
    found: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look() -> None:
        try:
            infos = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(info[4][0]) for info in infos)))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look, daemon=True, name="resolve").start()
    try:
        answer = found.get(timeout=_before(deadline))
    except (queue.Empty, TimeoutError):
        raise Failure(Reason.TIMEOUT, "dns", f"no name server answered for {target.host} in time: check the network, or give the address with --connect IP") from None
    if isinstance(answer, OSError):
        raise Failure(Reason.UNAVAILABLE, "dns", f"{target.host} does not resolve ({answer.strerror or answer}): check the name, or give its address with --connect IP")
    return answer


def connect(target: Target, at: str, limit: float, deadline: float) -> tuple[socket.socket, str]:
    """A connected socket and its address; each address of the host is tried once. Raises Failure."""
    failure: Failure | None = None
    for address in resolve(target, at, deadline):
        try:
            return socket.create_connection((address, target.port), timeout=min(limit, _before(deadline))), address
        except OSError as error:
            failure = failure or _refusal(target, address, error)
    raise failure or Failure(Reason.UNAVAILABLE, "dns", f"{target.host} has no address: check the name, or give one with --connect IP")


def _refusal(target: Target, address: str, error: OSError) -> Failure:
    where = f"port {target.port} of {address}"
    if isinstance(error, TimeoutError):
        return Failure(Reason.TIMEOUT, "connect", f"{where} did not answer: a firewall may drop the connection, or the host is down")
    if isinstance(error, ConnectionRefusedError):
        return Failure(Reason.UNAVAILABLE, "refused", f"{where} refuses connections: check the port and that the service runs")
    return Failure(Reason.UNAVAILABLE, "unreachable", f"{where} cannot be reached ({error.strerror or error}): check the address and the route to it")


def context() -> ssl.SSLContext:
    """A client that accepts what its OpenSSL can: it is here to look, not to trust."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: to look at a server without RFC 5746
    return made


def meet(target: Target, at: str = "", *, limit: float = 20.0, deadline: float, only: str = "") -> Contact:
    """Connect and shake hands once. Raises Failure when nothing at all can be learnt there.

    `limit` bounds each step in seconds, `deadline` (of `time.monotonic()`) all of them. `only` narrows the offer to
    suites of one kind of certificate (OpenSSL's `aRSA`, `aECDSA`), which TLS up to 1.2 can do.
    """
    sock, address = connect(target, at, limit, deadline)
    with sock:
        until = min(deadline, time.monotonic() + limit)
        try:
            if target.starttls:
                _start_tls(_Wire(sock, until), target)
            return _shake(_Wire(sock, until), target, address, only)
        except TimeoutError:
            raise Failure(Reason.TIMEOUT, "handshake", f"{target.id} accepts the connection and does not finish a TLS handshake within {limit:g} s") from None
        except (ConnectionError, OSError) as error:
            what = "resets the connection" if isinstance(error, ConnectionError) else f"breaks the connection ({error.strerror or error})"
            return Contact(
                address, trouble=Failure(Reason.UNAVAILABLE, "reset", f"{target.id} {what} instead of answering the TLS hello: no alert, so nothing is refused or accepted")
            )


@dataclass
class _Wire:
    """A socket with a deadline, and a look at the first bytes that come."""

    sock: socket.socket
    until: float
    first: bytes = b""
    seen: list[tuple[int, bytes]] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        self.sock.settimeout(_before(self.until))
        self.sock.sendall(data)

    def receive(self) -> bytes:
        self.sock.settimeout(_before(self.until))
        data = self.sock.recv(16384)
        if len(self.first) < 64:
            self.first = (self.first + data)[:64]
        return data


class _Plain:
    """The face of an asynchronous wire over ours: its dialogs then run to their end without ever waiting elsewhere."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    async def send(self, data: bytes) -> None:
        self._wire.send(data)

    async def receive(self) -> bytes:
        data = self._wire.receive()
        if not data:
            raise ConnectionError("closed")
        return data


def _start_tls(wire: _Wire, target: Target) -> None:
    """Ask for TLS in the protocol of the target. Raises Failure, TimeoutError, OSError."""
    from providers.tls.starttls import DIALOGS, Declined, Talk, Temporary

    plain: Any = _Plain(wire)
    dialog: Any = DIALOGS[target.starttls](Talk(plain), target.host)
    try:
        dialog.send(None)
    except StopIteration:
        return
    except Declined as no:
        raise Failure(Reason.UNAVAILABLE, "starttls", f"{target.id} speaks {target.starttls} and offers no TLS in it ({no})") from no
    except Temporary as later:
        raise Failure(Reason.UNAVAILABLE, "starttls", f"{target.id} did not start TLS in {target.starttls} ({later}): is this the right protocol and port?") from later
    raise TypeError(f"the dialog of {target.starttls} waits for something else than the wire")


def _shake(wire: _Wire, target: Target, address: str, only: str) -> Contact:
    ctx = context()
    if only:
        ctx.maximum_version = ssl.TLSVersion.TLSv1_2
        ctx.set_ciphers(f"{only}:@SECLEVEL=0")
    asked: list[bool] = []
    watched = _watch(ctx, asked)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ctx.wrap_bio(incoming, outgoing, server_hostname=None if target.is_ip else target.host)
    error: ssl.SSLError | None = None
    done = ended = False
    while not done and not ended and error is None:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as refused:
            error = refused
        if pending := outgoing.read():
            wire.send(pending)
        if done or error:
            break
        data = wire.receive()
        ended = not data
        if wire.first and wire.first[0] not in (0x15, 0x16):
            raise _no_tls(target, wire.first)
        incoming.write(data)
    chain = _chain(tls)
    asks = bool(asked) if watched and (chain or done) else None
    if chain:
        return Contact(address, chain, asks)
    if ended:
        why = f"{target.id} closes the connection instead of answering the TLS hello: no alert, so nothing is refused or accepted"
        return Contact(address, trouble=Failure(Reason.UNAVAILABLE, "closed", why))
    return Contact(address, alert=_reason(error))


def _reason(error: ssl.SSLError | None) -> str:
    return (getattr(error, "reason", None) or str(error)).lower().replace("_", " ") if error else "no certificate was sent"


def _watch(ctx: ssl.SSLContext, asked: list[bool]) -> bool:
    """Note when the server asks for a client certificate; False where this Python cannot show it."""
    if not hasattr(ctx, "_msg_callback"):
        return False

    def note(_conn: object, direction: str, _version: object, _content: object, kind: object, _data: bytes) -> None:
        if direction == "read" and getattr(kind, "name", "") == "CERTIFICATE_REQUEST":
            asked.append(True)

    ctx._msg_callback = note
    return True


def _chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Certificates as they were sent; public since Python 3.13."""
    inner: Any = tls if hasattr(tls, "get_unverified_chain") else getattr(tls, "_sslobj", None)
    try:
        found = inner.get_unverified_chain() or ()
    except (AttributeError, ValueError):
        return ()
    return tuple(cert if isinstance(cert, bytes) else ssl.PEM_cert_to_DER_cert(cert.public_bytes()) for cert in found)


_GREETINGS = (
    (b"SSH-", "is an SSH server"), (b"HTTP/", "answers in plain HTTP: name the port of its TLS service"), (b"<", "answers in plain text: name the port of its TLS service"),
    (b"220", "greets like a mail or FTP server: write smtp:// or ftp://"), (b"* ", "greets like an IMAP server: write imap://"), (b"+OK", "greets like a POP3 server: write pop3://"),
)  # fmt: skip


def _no_tls(target: Target, first: bytes) -> Failure:
    for start, what in _GREETINGS:
        if first.startswith(start):
            return Failure(Reason.UNAVAILABLE, "no-tls", f"{target.id} {what}")
    return Failure(Reason.UNAVAILABLE, "no-tls", f"{target.id} answers with something that is no TLS (first bytes {first[:8].hex(' ')})")
