"""Many endpoints: one result each, in whatever order, with bounded sockets and memory, whoever hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from providers.tls.enumeration import Enumeration, Limits
from providers.tls.fleet import Endpoint, enumerate_fleet
from scanner.sdk import Reason
from tests.support.tls_bed.paper import TLS12, TLS13, Paper, Suite, handler
from tests.support.tls_bed.real import free_port
from tests.support.tls_bed.serve import serve

PAPER = Paper({TLS12: (Suite(0xC02F, "ecdhe"),), TLS13: (Suite(0x1301, "tls13"),)}, groups=(29,), signatures=(0x0401,))
LIMITS = Limits(connect=2.0, answer=0.5, deadline=20.0, pause=0.01, longest_pause=0.05)


async def accepts_and_hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass


async def collect(endpoints: Iterator[Endpoint], at_once: int = 50, connections: int = 100) -> list[Enumeration]:
    return [result async for result in enumerate_fleet(endpoints, LIMITS, at_once=at_once, connections=connections)]


def test_none_is_lost_and_hanging_hosts_cost_nobody_else() -> None:
    """A twentieth hangs, a twentieth has nobody listening; hosts lie on addresses of their own."""
    count, dead = 80, free_port()
    with serve(handler(PAPER), "0.0.0.0") as good, serve(accepts_and_hangs, "0.0.0.0") as bad:
        drawn = 0

        def endpoints() -> Iterator[Endpoint]:
            nonlocal drawn
            for number in range(count):
                drawn += 1
                port = bad.port if number % 20 == 0 else dead if number % 20 == 1 else good.port
                yield Endpoint(f"host{number}.example", port, connect_ip=f"127.0.{1 + number // 250}.{1 + number % 250}")

        results = asyncio.run(collect(endpoints()))
    assert drawn == count
    assert sorted(result.host for result in results) == sorted(f"host{number}.example" for number in range(count))
    by_port = {port: [result for result in results if result.port == port] for port in (good.port, bad.port, dead)}
    assert len(by_port[bad.port]) == len(by_port[dead]) == count // 20
    assert {result.versions for result in by_port[good.port]} == {("TLSv1.2", "TLSv1.3")}
    assert {result.unseen for result in by_port[good.port]} == {()}
    assert {result.unseen[0].reason for result in by_port[bad.port]} == {Reason.TIMEOUT}
    assert {result.unseen[0].reason for result in by_port[dead]} == {Reason.UNAVAILABLE}
    assert good.most_at_once <= 140


def test_names_on_one_address_share_its_limit() -> None:
    with serve(handler(PAPER, delay=0.002)) as server:
        results = asyncio.run(collect(Endpoint(f"host{number}.example", server.port, connect_ip="127.0.0.1") for number in range(12)))
    assert len(results) == 12
    assert all(result.unseen == () for result in results)
    # 5 asked for; the server sees the end of a connection a moment later
    assert server.most_at_once <= 10


def test_endpoints_are_drawn_as_places_become_free() -> None:
    """An endless source: what was not asked for is not drawn, and leaving ends everything."""
    drawn = 0

    def endless(port: int) -> Iterator[Endpoint]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Endpoint("localhost", port, connect_ip="127.0.0.1")

    async def first_three(port: int) -> int:
        stream = enumerate_fleet(endless(port), LIMITS, at_once=4)
        results = [await anext(stream) for _ in range(3)]
        await stream.aclose()  # type: ignore[attr-defined]
        assert len(asyncio.all_tasks()) == 1
        return len(results)

    with serve(handler(PAPER)) as server:
        assert asyncio.run(first_three(server.port)) == 3
    assert drawn < 20


def test_a_defect_in_one_endpoint_is_its_own() -> None:
    with serve(handler(PAPER)) as server:
        results = asyncio.run(collect(iter([Endpoint("a", server.port, connect_ip="127.0.0.1", starttls="no such"), Endpoint("b", server.port, connect_ip="127.0.0.1")])))
    broken, whole = sorted(results, key=lambda result: result.host)
    assert broken.unseen[0].reason is Reason.DEFECT
    assert whole.versions == ("TLSv1.2", "TLSv1.3")


def test_a_source_that_fails_is_no_silent_end() -> None:
    def fails(port: int) -> Iterator[Endpoint]:
        yield Endpoint("a", port, connect_ip="127.0.0.1")
        raise ValueError("line 2 is no target")

    with serve(handler(PAPER)) as server, pytest.raises(ValueError, match="line 2"):
        asyncio.run(collect(fails(server.port)))
