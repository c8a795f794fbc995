"""Servers that misbehave: the answer is right, or what is missing is named; never a refusal that nobody gave."""

from __future__ import annotations

import asyncio
import json

import pytest

from providers.tls.enumeration import Enumeration
from scanner.sdk import Reason
from tests.contract.test_enumerate_declared import AEAD, ECDHE, LABELS, LEGACY, MODERN, RSA, names
from tests.support.tls_bed.asking import ask
from tests.support.tls_bed.paper import SSL3, TLS10, TLS11, TLS12, TLS13, Door, Paper, Suite, handler, read_hello
from tests.support.tls_bed.real import free_port
from tests.support.tls_bed.serve import Handler, reset, serve

ALL = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
SMALL = {TLS10: tuple(RSA[:2]), TLS12: (AEAD[0], ECDHE[0], RSA[0])}


def expect(found: Enumeration, suites: dict[int, tuple[Suite, ...]]) -> None:
    """Exactly these suites."""
    assert {version: frozenset(each) for version, each in found.suites.items()} == {LABELS[version]: frozenset(names(each)) for version, each in suites.items()}


@pytest.mark.parametrize(("at_once", "per_second"), [(3, None), (1, None), (None, 60.0)])
def test_a_limit_on_connections_changes_nothing_but_the_pace(at_once: int | None, per_second: float | None) -> None:
    door = Door(at_once, per_second)
    with serve(handler(Paper({**SMALL, TLS13: MODERN}, groups=(29, 23)), door, delay=0.002)) as server:
        found = ask(server.port, tries=6)
    expect(found, {**SMALL, TLS13: MODERN})
    assert set(found.groups) == {"x25519", "secp256r1"}
    assert found.unseen == ()
    if at_once:
        assert door.turned_away <= 25


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_server_that_refuses_without_a_word(how: str) -> None:
    """Everything accepted is found; what it answered with silence is unseen, with a control that shows it was not the load."""
    with serve(handler(Paper(SMALL, refusal=how))) as server:
        found = ask(server.port)
    expect(found, SMALL)
    assert set(found.unseen_versions) == {"SSLv2", "SSLv3", "TLSv1.1", "TLSv1.3"} or "TLSv1.1" not in found.unseen_versions
    assert {"SSLv2", "SSLv3"} <= set(found.unseen_versions)
    assert any(item.part == "suites" and item.version == "TLSv1.2" for item in found.unseen)
    assert all(item.control is True and item.asked >= 2 for item in found.unseen if item.part in ("version", "suites"))
    assert all(item.reason is Reason.UNAVAILABLE for item in found.unseen)


def test_a_server_that_hangs_where_it_should_refuse() -> None:
    with serve(handler(Paper({TLS12: tuple(RSA[:2])}, refusal="hang"))) as server:
        found = ask(server.port, answer=0.3)
    expect(found, {TLS12: tuple(RSA[:2])})
    assert {"SSLv2", "SSLv3"} <= set(found.unseen_versions)
    assert all(item.reason is Reason.TIMEOUT for item in found.unseen if item.part == "version")


def test_after_a_few_answers_nothing() -> None:
    """A host that stops answering half way: what was seen stays, the rest is unseen with the reason."""
    paper, served = Paper(LEGACY), 0

    async def stops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        if served > 12:
            reset(writer)
            return
        await handler(paper)(reader, writer)

    with serve(stops) as server:
        found = ask(server.port)
    assert found.versions
    assert found.unseen
    for version, suites in found.suites.items():
        declared = names(next(each for code, each in LEGACY.items() if LABELS[code] == version))
        assert set(suites) <= set(declared)
        assert set(suites) == set(declared) or any(item.version == version and item.part == "suites" for item in found.unseen)
    for version in ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"):
        assert version in found.versions or version in found.unseen_versions
    assert server.connections < 60


@pytest.mark.parametrize(
    "paper",
    [
        Paper(SMALL, largest=255),
        Paper(SMALL, largest=511),
        Paper(SMALL, most_suites=128),
        Paper(SMALL, largest=255, refusal="reset"),
        Paper(SMALL, largest=511, refusal="close"),
    ],
    ids=["255", "511", "128 suites", "255 reset", "511 close"],
)
def test_large_hellos_are_not_stood(paper: Paper) -> None:
    with serve(handler(paper)) as server:
        found = ask(server.port)
    expect(found, SMALL)
    assert "large hello" in found.features.quirks


@pytest.mark.parametrize("refusal", ["alert", "reset"])
def test_extensions_are_not_stood(refusal: str) -> None:
    suites = {TLS10: tuple(RSA), SSL3: tuple(RSA[:2])}
    with serve(handler(Paper(suites, stands_extensions=False, refusal=refusal))) as server:
        found = ask(server.port)
    expect(found, suites)
    assert "extensions" in found.features.quirks


def test_newer_versions_are_not_stood() -> None:
    suites = {TLS10: tuple(RSA), TLS11: tuple(RSA)}
    with serve(handler(Paper(suites, stands_newer=False))) as server:
        found = ask(server.port)
    expect(found, suites)


def speaks(text: bytes) -> Handler:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()
        await reader.read(1)

    return talk


async def accepts_and_hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass


async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_hello(reader)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + bytes(16380))
        await writer.drain()


async def never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"\x15\x03\x03\x00\x02\x01\x5a")
        await writer.drain()


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16")
    while True:
        await asyncio.sleep(0.1)
        writer.write(b"\x03")
        await writer.drain()


@pytest.mark.parametrize(
    ("peer", "reason"),
    [
        (speaks(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.UNPARSABLE),
        (speaks(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.UNPARSABLE),
        (accepts_and_hangs, Reason.TIMEOUT),
        (closes, Reason.UNAVAILABLE),
        (resets, Reason.UNAVAILABLE),
        (floods, Reason.UNPARSABLE),
        (never_ends, Reason.UNPARSABLE),
        (drips, Reason.TIMEOUT),
    ],
    ids=["http", "ssh", "hangs", "closes", "resets", "floods", "never ends", "drips"],
)
def test_what_is_no_tls_is_unseen_altogether(peer: Handler, reason: Reason) -> None:
    with serve(peer) as server:
        found = ask(server.port, answer=0.4)
    assert found.versions == ()
    assert found.suites == {}
    assert found.unseen_versions == ALL
    assert found.unseen[0].part == "endpoint"
    assert found.unseen[0].reason is reason
    assert found.unseen[0].detail
    assert server.connections <= 8


def test_nobody_listens() -> None:
    found = ask(free_port())
    assert found.unseen_versions == ALL
    assert "Connection refused" in found.unseen[0].detail


def test_a_name_that_does_not_resolve() -> None:
    from providers.tls.enumerate import enumerate_endpoint

    found = asyncio.run(enumerate_endpoint("nowhere.invalid", 443))
    assert found.unseen_versions == ALL
    assert "does not resolve" in found.unseen[0].detail
    assert found.connections == 0


def test_the_deadline_ends_everything() -> None:
    with serve(handler(Paper(LEGACY), delay=0.2)) as server:
        found = ask(server.port, deadline=1.0)
    assert found.seconds < 4
    assert any("were over" in item.detail for item in found.unseen)
    for version in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"):
        assert version in found.versions or version in found.unseen_versions or version in ("SSLv2", "TLSv1.3")


def test_a_slow_trickle_is_read_to_the_end() -> None:
    with serve(handler(Paper({TLS12: (AEAD[0], RSA[0])}, trickle=True, certificate=300))) as server:
        found = ask(server.port)
    expect(found, {TLS12: (AEAD[0], RSA[0])})


def test_a_suite_that_was_not_offered_is_no_answer() -> None:
    async def lies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        body = b"\x03\x03" + bytes(32) + b"\0" + b"\x13\x37" + b"\0"
        writer.write(b"\x16\x03\x03" + (len(body) + 4).to_bytes(2, "big") + b"\x02\0\0" + bytes((len(body),)) + body)
        await writer.drain()

    with serve(lies) as server:
        found = ask(server.port)
    assert found.versions == ()
    assert "not offered" in found.unseen[0].detail
    assert found.unseen[0].reason is Reason.UNPARSABLE


def test_unseen_survives_json() -> None:
    found = ask(free_port())
    shown = json.loads(json.dumps(found.as_json()))
    assert shown["unseen_versions"] == list(ALL)
    assert shown["unseen"][0]["reason"] == "unavailable"
