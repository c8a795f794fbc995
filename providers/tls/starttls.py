"""From plain text to TLS: one short dialog for each protocol, up to the moment the ClientHello may be sent.

A dialog returns (go on), raises `Declined` (the server said that it has no TLS: an answer), or `Temporary` (it said "not now", or
something that no such server says). Reads are bounded in lines and bytes; the caller keeps the clock.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from providers.tls.wire import Wire

_LONGEST_LINE = 4096
_MOST_LINES = 100


class Declined(Exception):
    """The server speaks the protocol and offers no TLS in it."""


class Temporary(Exception):
    """No TLS this time: the server is busy, or what came was not the protocol."""


class Talk:
    """Lines and exact counts of bytes from a wire, each with an upper bound."""

    __slots__ = ("_held", "_wire")

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._held = bytearray()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await self._wire.send(data)

    async def line(self) -> str:
        """One line without its end."""
        return (await self.until(b"\n", _LONGEST_LINE)).rstrip(b"\r\n").decode("utf-8", "replace")

    async def until(self, mark: bytes, most: int) -> bytes:
        """Everything up to and with a mark."""
        while mark not in self._held:
            if len(self._held) > most:
                raise Temporary(f"more than {most} bytes without the end of a line: {bytes(self._held[:24])!r}")
            self._held += await self._wire.receive()
        return self._take(self._held.index(mark) + len(mark))

    async def exactly(self, size: int) -> bytes:
        """That many bytes."""
        while len(self._held) < size:
            self._held += await self._wire.receive()
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


Dialog: TypeAlias = Callable[[Talk, str], Awaitable[None]]


async def _reply(talk: Talk) -> tuple[int, list[str]]:
    """A reply of SMTP's shape: `250-more`, `250 last`."""
    lines: list[str] = []
    for _ in range(_MOST_LINES):
        line = await talk.line()
        found = re.match(r"(\d{3})([ -]|$)", line)
        if found is None:
            if lines:
                continue  # FTP allows free text between the first and the last line
            raise Temporary(f"no reply code: {line[:60]!r}")
        lines.append(line[4:])
        if found[2] != "-":
            return int(found[1]), lines
    raise Temporary(f"a reply of more than {_MOST_LINES} lines")


def _expect(code: int, wanted: int, what: str) -> None:
    if code == wanted:
        return
    if 400 <= code < 500:
        raise Temporary(f"{what}: {code}")
    raise Declined(f"{what}: {code}")


def _mail(greeting: str) -> Dialog:
    async def dialog(talk: Talk, _name: str) -> None:
        code, _ = await _reply(talk)
        if code != 220:
            raise Temporary(f"greeting: {code}")
        await talk.send(f"{greeting} scanner.invalid\r\n".encode("ascii"))
        code, offers = await _reply(talk)
        _expect(code, 250, greeting)
        if "STARTTLS" not in (offer.strip().upper() for offer in offers):
            raise Declined("STARTTLS is not offered")
        await talk.send(b"STARTTLS\r\n")
        code, _ = await _reply(talk)
        _expect(code, 220, "STARTTLS")

    return dialog


async def _ftp(talk: Talk, _name: str) -> None:
    code, _ = await _reply(talk)
    if code == 120:
        code, _ = await _reply(talk)
    if code != 220:
        raise Temporary(f"greeting: {code}")
    await talk.send(b"AUTH TLS\r\n")
    code, _ = await _reply(talk)
    _expect(code, 234, "AUTH TLS")


async def _nntp(talk: Talk, _name: str) -> None:
    line = await talk.line()
    if line[:3] not in ("200", "201"):
        raise Temporary(f"greeting: {line[:60]!r}")
    await talk.send(b"STARTTLS\r\n")
    line = await talk.line()
    if not line[:3].isdigit():
        raise Temporary(f"STARTTLS: {line[:60]!r}")
    _expect(int(line[:3]), 382, "STARTTLS")


async def _imap(talk: Talk, _name: str) -> None:
    line = await talk.line()
    if not line.upper().startswith("* OK"):
        raise Temporary(f"greeting: {line[:60]!r}")
    await talk.send(b"a1 STARTTLS\r\n")
    for _ in range(_MOST_LINES):
        words = (await talk.line()).upper().split()
        if words[:1] == ["A1"]:
            if words[1:2] != ["OK"]:
                raise Declined(f"STARTTLS: {' '.join(words[1:])[:60]}")
            return
        if words[:2] == ["*", "BYE"]:
            raise Temporary("BYE")
    raise Temporary(f"more than {_MOST_LINES} lines before the answer")


async def _pop3(talk: Talk, _name: str) -> None:
    line = await talk.line()
    if not line.startswith("+OK"):
        raise Temporary(f"greeting: {line[:60]!r}")
    await talk.send(b"STLS\r\n")
    line = await talk.line()
    if line.startswith("-ERR"):
        raise Declined(f"STLS: {line[:60]}")
    if not line.startswith("+OK"):
        raise Temporary(f"STLS: {line[:60]!r}")


async def _sieve(talk: Talk, _name: str) -> None:
    offered = False
    for _ in range(_MOST_LINES):
        line = (await talk.line()).upper()
        if line.startswith("OK"):
            break
        if line.startswith(("NO", "BYE")):
            raise Temporary(f"greeting: {line[:60]!r}")
        offered |= line.strip() == '"STARTTLS"'
    else:
        raise Temporary(f"a greeting of more than {_MOST_LINES} lines")
    if not offered:
        raise Declined("STARTTLS is not offered")
    await talk.send(b"STARTTLS\r\n")
    line = (await talk.line()).upper()
    if line.startswith("NO"):
        raise Declined(f"STARTTLS: {line[:60]}")
    if not line.startswith("OK"):
        raise Temporary(f"STARTTLS: {line[:60]!r}")


async def _ldap(talk: Talk, _name: str) -> None:
    """StartTLS (RFC 4511, 4.14): an extended request with message id 1; the answer's result code must be success."""
    await talk.send(bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037")
    head = await talk.exactly(2)
    if head[0] != 0x30:
        raise Temporary(f"not LDAP: {head!r}")
    size = head[1]
    if size & 0x80:
        if size & 0x7F not in (1, 2, 3, 4):
            raise Temporary("malformed length")
        size = int.from_bytes(await talk.exactly(size & 0x7F), "big")
    if size > _LONGEST_LINE:
        raise Temporary(f"an answer of {size} bytes")
    found = re.match(rb"\x02[\x01-\x04].{1,4}?\x78(?:[\x00-\x7f]|\x81.|\x82..|\x84....)\x0a\x01(.)", await talk.exactly(size), re.DOTALL)
    if found is None:
        raise Temporary("not an extended response")
    code = found[1][0]
    if code in (51, 52):  # busy, unavailable
        raise Temporary(f"StartTLS: result {code}")
    if code != 0:
        raise Declined(f"StartTLS: result {code}")


async def _postgres(talk: Talk, _name: str) -> None:
    await talk.send(struct.pack(">II", 8, 80877103))
    answer = await talk.exactly(1)
    if answer == b"N":
        raise Declined("the server answers N to SSLRequest")
    if answer != b"S":
        raise Temporary(f"not PostgreSQL: {answer!r}")


async def _mysql(talk: Talk, _name: str) -> None:
    """Handshake v10; the capability flag CLIENT_SSL (0x800) says whether TLS may follow."""
    size = int.from_bytes((await talk.exactly(4))[:3], "little")
    if not 20 <= size <= _LONGEST_LINE:
        raise Temporary(f"a greeting of {size} bytes")
    greeting = await talk.exactly(size)
    if greeting[0] == 0xFF:
        raise Temporary(f"error {int.from_bytes(greeting[1:3], 'little')}")
    end = greeting.find(b"\0", 1)
    if greeting[0] != 10 or end < 0 or len(greeting) < end + 16:
        raise Temporary("not MySQL")
    flags = int.from_bytes(greeting[end + 14 : end + 16], "little")
    if not flags & 0x0800:
        raise Declined("the server does not offer CLIENT_SSL")
    # protocol 4.1, secure connection, SSL; packets to 16 MiB; utf8
    await talk.send(struct.pack("<IIIB23x", 32 | 1 << 24, 0x00008A00, 1 << 24, 33))


def _xmpp(namespace: str) -> Dialog:
    async def dialog(talk: Talk, name: str) -> None:
        to = re.sub(r"[^A-Za-z0-9.:\-]", "", name)
        await talk.send(f"<?xml version='1.0'?><stream:stream xmlns='{namespace}' xmlns:stream='http://etherx.jabber.org/streams' to='{to}' version='1.0'>".encode())
        read, offered, failed = 0, False, False
        while True:
            token = await talk.until(b">", _LONGEST_LINE)
            read += len(token)
            offered |= b"urn:ietf:params:xml:ns:xmpp-tls" in token
            failed |= b"error" in token
            if re.search(rb"</(\w+:)?(features|stream)>$|<(\w+:)?features\s*/>$", token):
                break
            if read > 16 * _LONGEST_LINE:
                raise Temporary(f"more than {16 * _LONGEST_LINE} bytes of stream features")
        if not offered:
            if failed:
                raise Temporary("stream error")
            raise Declined("starttls is not offered")
        await talk.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        answer = await talk.until(b">", 4096)
        if b"<proceed" not in answer:
            raise Declined(f"starttls: {answer[:60]!r}")

    return dialog


async def _rdp(talk: Talk, _name: str) -> None:
    """X.224 connection request with TLS and CredSSP asked for ([MS-RDPBCGR] 2.2.1.1)."""
    await talk.send(_RDP_REQUEST)
    head = await talk.exactly(4)
    size = int.from_bytes(head[2:4], "big")
    if head[0] != 3 or not 11 <= size <= 512:
        raise Temporary(f"not RDP: {head!r}")
    body = await talk.exactly(size - 4)
    if body[1] & 0xF0 != 0xD0:
        raise Temporary("no connection confirm")
    if len(body) < 15:
        raise Declined("the server knows standard RDP security only")
    if body[7] == 3:
        raise Declined(f"negotiation failure {int.from_bytes(body[11:15], 'little')}")
    if body[7] != 2 or not body[11] & 0x0B:
        raise Declined("the server chose standard RDP security")


_RDP_REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")

#: Dialog by name, as targets are written.
DIALOGS: Mapping[str, Dialog] = {
    "smtp": _mail("EHLO"),
    "submission": _mail("EHLO"),
    "lmtp": _mail("LHLO"),
    "ftp": _ftp,
    "nntp": _nntp,
    "imap": _imap,
    "pop3": _pop3,
    "sieve": _sieve,
    "ldap": _ldap,
    "postgres": _postgres,
    "mysql": _mysql,
    "xmpp": _xmpp("jabber:client"),
    "xmpp-server": _xmpp("jabber:server"),
    "rdp": _rdp,
}
