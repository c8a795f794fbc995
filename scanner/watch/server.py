"""Three pages over HTTP: the latest report, /metrics and /healthz. Read-only; on loopback unless somebody decides otherwise."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scanner.errors import UsageError

TYPES = {"text": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json", "metrics": "text/plain; version=0.0.4; charset=utf-8"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
READ_SECONDS = 10
"""A client that is slower than this is let go."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    kind: str
    """One of TYPES."""
    body: bytes
    status: int = 200


Pages = Mapping[str, Callable[[], Page]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pages: Pages
    names: frozenset[str] | None


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = READ_SECONDS
    server_version = "houvast"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(True)

    def do_HEAD(self) -> None:
        self._answer(False)

    def _answer(self, with_body: bool) -> None:
        page = self._page()
        self.send_response(page.status)
        for name, value in {**_HEADERS, "Content-Type": TYPES[page.kind], "Content-Length": str(len(page.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(page.body)

    def _page(self) -> Page:
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0] if not (self.headers.get("Host") or "").endswith("]") else self.headers["Host"]
        if self.server.names is not None and host.lower() not in self.server.names:
            return Page("text", b"this name is not served here\n", 421)  # another site's name that points here: DNS rebinding
        make = self.server.pages.get(self.path.split("?", 1)[0])
        if make is None:
            return Page("text", b"not found: /, /metrics and /healthz are\n", 404)
        try:
            return make()
        except Exception:  # a page that breaks must not end the watcher; its reader sees that it is broken
            return Page("text", b"this page cannot be made at the moment\n", 500)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: requests are no events of the watcher."""


@contextmanager
def serve(host: str, port: int, names: tuple[str, ...], pages: Pages) -> Iterator[int]:
    """Serve in a thread of its own; gives the port. On loopback only names of this machine are answered. Raises UsageError."""
    kind = type("_ServerHere", (_Server,), {"address_family": _family(host)})
    try:
        server = kind((host, port), _Handler)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}", "another program may hold it: give another address with --listen") from error
    server.pages = pages
    server.names = frozenset({"localhost", "127.0.0.1", "[::1]", host.lower(), *(n.lower() for n in names)}) if is_loopback(host) else None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _family(host: str) -> int:
    import socket

    return socket.AF_INET6 if ":" in host else socket.AF_INET


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can ask."""
    return host == "localhost" or ipaddress.ip_address(host).is_loopback
