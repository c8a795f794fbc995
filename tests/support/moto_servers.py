"""moto's real servers in this process: one goes from test to test, emptied in between.

A server makes the routes of a service when it is first asked for it, which costs more than all that a test asks of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.request import Request, urlopen

_idle: list[Any] = []


@contextmanager
def running() -> Iterator[str]:
    """The URL of an empty one. Two at once hold the same: moto's state is that of the process."""
    _prepare()
    server = _idle.pop() if _idle else _started()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    try:
        reset(url)
        yield url
    finally:
        _idle.append(server)


def reset(url: str) -> None:
    urlopen(Request(f"{url}/moto-api/reset", method="POST"), timeout=10).close()


def _started() -> Any:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return server


@cache
def _prepare() -> None:
    from moto import backends
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.routing import Rule

    from scanner.demo.moto_supplement import serve_more

    serve_more()
    MotoRequestHandler.disable_nagle_algorithm = True  # head and body are two packets: the second would wait for the first to be acknowledged
    names = list(backends.list_of_moto_modules())  # asked of the disk at each request
    backends.list_of_moto_modules = lambda: names
    build = Rule._compile_builder
    Rule._compile_builder = lambda self, append_unknown=True: _by_need(lambda: build(self, append_unknown))  # type: ignore[method-assign]


def _by_need(make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Of a thousand routes moto builds no URL: their builders are a third of what making routes costs."""
    made = cache(make)

    def build(self: Any, **values: Any) -> Any:
        return made().__get__(self)(**values)

    return build
