"""Many endpoints at once: results as they come, none lost, memory bounded by what is in flight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from providers.tls.enumerate import enumerate_endpoint
from providers.tls.enumeration import Enumeration, Limits, Unseen
from providers.tls.wire import Gates
from scanner.sdk import Reason


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What to ask; the meaning of each is that of `enumerate_endpoint`."""

    host: str
    port: int = 443
    sni: str | None = None
    connect_ip: str | None = None
    starttls: str | None = None


async def enumerate_fleet(
    endpoints: Iterable[Endpoint],
    limits: Limits = Limits(),  # noqa: B008 - frozen
    *,
    at_once: int = 100,
    connections: int = 400,
) -> AsyncIterator[Enumeration]:
    """Yield one enumeration for each endpoint, in the order in which they end.

    `endpoints` is drawn from as places become free, so it may be endless; `at_once` endpoints are in flight, `connections` sockets are open.
    A consumer that stops early ends everything that is in flight.
    """
    gates, everywhere = Gates(limits), asyncio.Semaphore(connections)
    source = iter(endpoints)
    ready: asyncio.Queue[Enumeration | None] = asyncio.Queue(maxsize=at_once)
    workers = [asyncio.create_task(_work(source, ready, limits, gates, everywhere)) for _ in range(at_once)]
    running = at_once
    try:
        while running:
            result = await ready.get()
            if result is None:
                running -= 1
            else:
                yield result
    finally:
        for worker in workers:
            worker.cancel()
        ended = await asyncio.gather(*workers, return_exceptions=True)
    for end in ended:
        if isinstance(end, BaseException):
            # the source of endpoints failed: what came before has been yielded
            raise end


async def _work(source: Iterator[Endpoint], ready: asyncio.Queue[Enumeration | None], limits: Limits, gates: Gates, everywhere: asyncio.Semaphore) -> None:
    try:
        for endpoint in source:
            await ready.put(await _one(endpoint, limits, gates, everywhere))
    except Exception:
        await ready.put(None)
        raise
    await ready.put(None)


async def _one(endpoint: Endpoint, limits: Limits, gates: Gates, everywhere: asyncio.Semaphore) -> Enumeration:
    try:
        return await enumerate_endpoint(
            endpoint.host,
            endpoint.port,
            sni=endpoint.sni,
            connect_ip=endpoint.connect_ip,
            starttls=endpoint.starttls,
            limits=limits,
            gates=gates,
            everywhere=everywhere,
        )
    except Exception as error:
        # one endpoint's defect must not cost the others their results, nor vanish
        return Enumeration(endpoint.host, endpoint.port, unseen=(Unseen("endpoint", None, Reason.DEFECT, f"{type(error).__name__}: {error}"),))
