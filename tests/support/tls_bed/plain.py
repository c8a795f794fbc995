"""Plain-text servers that lead to TLS: the right dialog for each protocol, then whatever comes after."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Mapping

from tests.support.tls_bed.serve import Handler

Prologue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class NotSaid(Exception):
    """The client did not say what it had to."""


async def _say(writer: asyncio.StreamWriter, text: bytes) -> None:
    writer.write(text)
    await writer.drain()


async def _hear(reader: asyncio.StreamReader, wanted: bytes) -> None:
    line = await reader.readline()
    if not line.upper().startswith(wanted):
        raise NotSaid(line)


def script(*steps: tuple[bytes, bytes]) -> Prologue:
    """Say the first, wait for a line that starts with the second, and so on."""

    async def prologue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said, wanted in steps:
            if said:
                await _say(writer, said)
            if wanted:
                await _hear(reader, wanted)

    return prologue


async def _ldap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = await reader.readexactly(31)
    if b"1.3.6.1.4.1.1466.20037" not in asked:
        raise NotSaid(asked)
    await _say(writer, bytes.fromhex("300c02010178070a010004000400"))


async def _postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if await reader.readexactly(8) != bytes.fromhex("0000000804d2162f"):
        raise NotSaid
    await _say(writer, b"S")


def mysql_greeting(flags: int = 0xFFFF) -> bytes:
    """The first packet of protocol 10."""
    body = b"\x0a8.0.36\0" + bytes(4) + b"abcdefgh\0" + struct.pack("<H", flags) + b"\x21\x02\0\xff\xdf\x15" + bytes(10) + b"ijklmnopqrst\0" + b"mysql_native_password\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


async def _mysql(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _say(writer, mysql_greeting())
    asked = await reader.readexactly(36)
    if asked[:4] != b"\x20\0\0\1" or not int.from_bytes(asked[4:8], "little") & 0x0800:
        raise NotSaid(asked)


async def _xmpp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"version='1.0'>")
    await _say(writer, b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0' xmlns:stream='http://etherx.jabber.org/streams'>")
    await _say(writer, b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>")
    if b"starttls" not in await reader.readuntil(b"/>"):
        raise NotSaid
    await _say(writer, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")


async def _rdp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = await reader.readexactly(19)
    if asked[5] != 0xE0 or asked[15] & 1 != 1:
        raise NotSaid(asked)
    await _say(writer, bytes.fromhex("030000130ed000001234000200080001000000"))


_SMTP_OFFER = b"250-mail.example greets you\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8BITMIME\r\n"

#: The willing server of each protocol.
WILLING: Mapping[str, Prologue] = {
    "smtp": script((b"220-mail.example ESMTP\r\n220 ready\r\n", b"EHLO "), (_SMTP_OFFER, b"STARTTLS"), (b"220 go ahead\r\n", b"")),
    "submission": script((b"220 mail.example ESMTP\r\n", b"EHLO "), (_SMTP_OFFER, b"STARTTLS"), (b"220 go ahead\r\n", b"")),
    "lmtp": script((b"220 mail.example LMTP\r\n", b"LHLO "), (_SMTP_OFFER, b"STARTTLS"), (b"220 go ahead\r\n", b"")),
    "ftp": script((b"220-Welcome\r\n   to this place\r\n220 FTP\r\n", b"AUTH TLS"), (b"234 AUTH TLS OK\r\n", b"")),
    "nntp": script((b"200 news.example\r\n", b"STARTTLS"), (b"382 go\r\n", b"")),
    "imap": script((b"* OK IMAP4rev1 ready\r\n", b"A1 STARTTLS"), (b"* CAPABILITY IMAP4rev1\r\na1 OK begin TLS\r\n", b"")),
    "pop3": script((b"+OK ready\r\n", b"STLS"), (b"+OK begin\r\n", b"")),
    "sieve": script((b'"IMPLEMENTATION" "x"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\nOK "ready"\r\n', b"STARTTLS"), (b'OK "begin"\r\n', b"")),
    "ldap": _ldap,
    "postgres": _postgres,
    "mysql": _mysql,
    "xmpp": _xmpp,
    "xmpp-server": _xmpp,
    "rdp": _rdp,
}

#: A server of each protocol that says it has no TLS.
UNWILLING: Mapping[str, Prologue] = {
    "smtp": script((b"220 mail.example ESMTP\r\n", b"EHLO "), (b"250-mail.example\r\n250 SIZE 1000\r\n", b"")),
    "lmtp": script((b"220 mail.example LMTP\r\n", b"LHLO "), (b"500 what\r\n", b"")),
    "ftp": script((b"220 FTP\r\n", b"AUTH TLS"), (b"502 not implemented\r\n", b"")),
    "nntp": script((b"200 news.example\r\n", b"STARTTLS"), (b"580 cannot\r\n", b"")),
    "imap": script((b"* OK ready\r\n", b"A1 STARTTLS"), (b"a1 BAD unknown\r\n", b"")),
    "pop3": script((b"+OK ready\r\n", b"STLS"), (b"-ERR unknown\r\n", b"")),
    "sieve": script((b'"SIEVE" "fileinto"\r\nOK "ready"\r\n', b"")),
    "ldap": script((bytes.fromhex("300c02010178070a010204000400"), b"")),
    "postgres": script((b"N", b"")),
    "mysql": script((mysql_greeting(0xF7FF), b"")),
    "xmpp": script((b"<stream:stream><stream:features><mechanisms/></stream:features>", b"")),
    "rdp": script((bytes.fromhex("030000130ed000001234000300080005000000"), b"")),
}


def then(prologue: Prologue, handler: Handler) -> Handler:
    """First the dialog, then the rest."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await prologue(reader, writer)
        except NotSaid:
            return
        await handler(reader, writer)

    return handle
