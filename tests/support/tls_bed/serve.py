"""Runs connection handlers on loopback, on one event loop in a background thread."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Served:
    """A running server and what it has counted."""

    port: int
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    seen: list[bytes] = field(default_factory=list)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name="tls-bed").start()
    return loop


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def serve(handler: Handler, host: str = "127.0.0.1") -> Iterator[Served]:
    """Serve with a handler on a free port."""
    served = Served(0)
    tasks: set[asyncio.Task[None]] = set()

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        served.connections += 1
        served.at_once += 1
        served.most_at_once = max(served.most_at_once, served.at_once)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            served.at_once -= 1
            tasks.discard(task)
            writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(counted, host, 0, backlog=512)

    async def stop() -> None:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), _loop()).result(10)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        asyncio.run_coroutine_threadsafe(stop(), _loop()).result(10)
