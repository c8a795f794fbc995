"""Plain-text servers that are hostile or broken: never a hang, never more memory than a line, never "no TLS" unless they said it."""

from __future__ import annotations

import asyncio

import pytest

from providers.tls.starttls import DIALOGS
from scanner.sdk import Reason
from tests.support.tls_bed.asking import ask
from tests.support.tls_bed.paper import TLS12, Paper, Suite, handler
from tests.support.tls_bed.plain import WILLING, script, then
from tests.support.tls_bed.serve import Handler, serve

PROTOCOLS = sorted(set(DIALOGS) - {"submission", "xmpp-server"})


async def endless_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"2" * 4096)
        await writer.drain()


async def endless_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"220-more\r\n* OK more\r\n+OK more\r\n" * 64)
        await writer.drain()


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(0.05)


async def early_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"2")
    await writer.drain()


async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass


async def zeros(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(bytes(64) + b"\r\n")
    await writer.drain()
    await reader.read(1)


@pytest.mark.parametrize("peer", [endless_line, endless_lines, trickle, early_end, nothing, zeros], ids=lambda peer: peer.__name__)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_hostile_peer(protocol: str, peer: Handler) -> None:
    with serve(peer) as server:
        found = ask(server.port, starttls=protocol, answer=0.1)
    assert found.versions == ()
    assert len(found.unseen_versions) == 6
    assert found.unseen[0].part == "endpoint"
    assert found.unseen[0].reason in (Reason.UNAVAILABLE, Reason.TIMEOUT, Reason.UNPARSABLE)
    assert server.connections <= 6


@pytest.mark.parametrize(
    ("protocol", "prologue"),
    [
        ("smtp", script((b"421 too many connections\r\n", b""))),
        ("smtp", script((b"220 hello\r\n", b"EHLO"), (b"250-x\r\n250 STARTTLS\r\n", b"STARTTLS"), (b"454 not now\r\n", b""))),
        ("imap", script((b"* BYE too many\r\n", b""))),
        ("pop3", script((b"-ERR busy\r\n", b""))),
        ("ldap", script((bytes.fromhex("300c02010178070a013304000400"), b""))),
        ("mysql", script((b"\x17\0\0\0\xff\x10\x04Too many connections", b""))),
        ("nntp", script((b"400 later\r\n", b""))),
    ],
)
def test_not_now_is_no_answer(protocol: str, prologue: Handler) -> None:
    """Busy is asked again, and is not the same as having no TLS."""
    with serve(then(prologue, handler(Paper({TLS12: (Suite(0x002F),)})))) as server:
        found = ask(server.port, starttls=protocol)
    assert found.unseen[0].reason is Reason.UNAVAILABLE
    assert server.connections >= 2


def test_a_server_that_is_busy_at_times() -> None:
    """Every third connection is turned away: the result is whole all the same."""
    count = 0

    async def at_times(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        if count % 3 == 0:
            writer.write(b"421 busy\r\n")
            await writer.drain()
            return
        await then(WILLING["smtp"], handler(Paper({TLS12: (Suite(0xC02F, "ecdhe"), Suite(0x002F))})))(reader, writer)

    with serve(at_times) as server:
        found = ask(server.port, starttls="smtp")
    assert found.suites == {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA")}
    assert found.unseen == ()


def test_tls_data_before_its_time_is_thrown_away() -> None:
    """What comes behind the last line of the dialog was not sent under TLS: it must not be read as the answer."""
    injected = b"\x15\x03\x03\x00\x02\x02\x46"
    prologue = script((b"220 x\r\n", b"EHLO"), (b"250-x\r\n250 STARTTLS\r\n", b"STARTTLS"), (b"220 go\r\n" + injected, b""))
    with serve(then(prologue, handler(Paper({TLS12: (Suite(0x002F),)})))) as server:
        found = ask(server.port, starttls="smtp")
    assert found.suites == {"TLSv1.2": ("TLS_RSA_WITH_AES_128_CBC_SHA",)}
