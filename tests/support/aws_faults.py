"""A proxy between the scanner and moto that replays what moto answered, and breaks what a test wants broken."""

from __future__ import annotations

import http.client
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.botocore_files import untouched

FAULTS = ("denied", "throttled", "hang", "cut", "500", "garbage", "empty")
_QUERY = ("ec2", "rds", "iam", "sts", "elasticloadbalancing")
_ERRORS = {
    "denied": (403, "AccessDenied", "is not authorized to perform this"),
    "throttled": (400, "Throttling", "Rate exceeded"),
    "500": (500, "InternalFailure", "broken on purpose"),
}


@dataclass(frozen=True)
class Asked:
    """A request, as the API calls it."""

    service: str
    """Signing name: `elasticloadbalancing`, not `elbv2`."""
    region: str
    operation: str
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Rewrite = Callable[[Asked, Reply], Reply]


class FaultProxy:
    """Breaks `operation` with `fault` on every request; counts what was asked."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.operation = ""
        self.fault = ""
        self.region = ""
        """Only there; empty: everywhere."""
        self.also: dict[str, str] = {}
        """Further operations and their faults."""
        self.rewrite: Rewrite | None = None
        self.asked: Counter[str] = Counter()
        self.stopped = threading.Event()
        self._kept: dict[tuple[str, ...], Reply] = {}

    def break_(self, operation: str = "", fault: str = "", region: str = "", **also: str) -> None:
        """From now on this is broken (nothing, without arguments); counts start again."""
        self.operation, self.fault, self.region, self.also = operation, fault, region, also
        self.rewrite = None
        self.asked = Counter()

    def fault_of(self, asked: Asked) -> str:
        if asked.operation == self.operation and self.region in ("", asked.region):
            return self.fault
        return self.also.get(asked.operation, "")

    def fetch(self, method: str, target: str, headers: Mapping[str, str], body: bytes, asked: Asked) -> Reply:
        """moto's answer, asked for once."""
        signed = re.search(r"Credential=([^/]+)/", headers.get("Authorization", headers.get("authorization", "")))
        key = (method, target, asked.service, asked.region, asked.operation, body.decode("latin1"), signed[1] if signed else "")  # each account has answers of its own
        if key not in self._kept:
            connection = http.client.HTTPConnection(self.upstream, timeout=20)
            connection.request(method, target, body or None, {k: v for k, v in headers.items() if k.lower() not in ("connection", "expect")})
            answer = connection.getresponse()
            reply = Reply(answer.status, tuple(answer.getheaders()), answer.read())
            connection.close()
            if asked.operation.startswith("Generate"):  # a poll: replayed, it would never end
                return reply
            self._kept[key] = reply
        return self._kept[key]


class Replying(BaseHTTPRequestHandler):
    """A connection on which replies are written."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: the second would wait for the first to be acknowledged

    def send(self, reply: Reply, cut: bool = False) -> None:
        """`cut`: half of it, and no more."""
        self.send_response(reply.status)
        for name, value in reply.headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)
        self.close_connection = self.close_connection or cut

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


class _Handler(Replying):
    proxy: FaultProxy

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = what(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.proxy.asked[asked.operation] += 1
        fault = self.proxy.fault_of(asked)
        if fault == "hang":
            self.proxy.stopped.wait(8)
            self.close_connection = True
        elif fault in _ERRORS:
            self.send(error(asked, self.headers.get("Content-Type") or "", *_ERRORS[fault]))
        elif fault in ("garbage", "empty"):
            self.send(Reply(200, (("Content-Type", "text/html"),), b"<html>please sign in to the hotel network</html>" if fault == "garbage" else b""))
        else:
            reply = self.proxy.fetch(self.command, self.path, dict(self.headers.items()), body, asked)
            if self.proxy.rewrite:
                reply = self.proxy.rewrite(asked, reply)
            self.send(reply, cut=fault == "cut")

    do_GET = do_POST = do_PUT = do_HEAD = handle_any


def error(asked: Asked, content: str, status: int, code: str, message: str) -> Reply:
    """An error as the service would write it."""
    if asked.service == "ec2":
        code = {"AccessDenied": "UnauthorizedOperation", "Throttling": "RequestLimitExceeded"}.get(code, code)
        return _xml(status, f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>x</RequestID></Response>")
    if asked.service == "s3":
        code = {"Throttling": "SlowDown"}.get(code, code)
        return _xml(503 if code == "SlowDown" else status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")
    if asked.service in _QUERY:
        return _xml(status, f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>x</RequestId></ErrorResponse>")
    code = {"AccessDenied": "AccessDeniedException", "Throttling": "ThrottlingException"}.get(code, code)
    return Reply(status, (("Content-Type", "application/json"), ("x-amzn-ErrorType", code)), f'{{"__type": "{code}", "message": "{message}"}}'.encode())


def _xml(status: int, text: str) -> Reply:
    return Reply(status, (("Content-Type", "text/xml"),), text.encode())


def what(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """Service and region by the signature, operation by protocol."""
    signed = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
    region, service = (signed[1], signed[2]) if signed else ("", "")
    parts = urlsplit(target)
    if "x-amz-target" in headers:
        operation = headers["x-amz-target"].rsplit(".", 1)[-1]
    elif service in _QUERY:
        operation = parse_qs(body.decode()).get("Action", [""])[0]
    else:
        operation = _rest("s3control" if service == "s3" and parts.path.startswith("/v2018") else service, method, parts.path, parts.query)
    return Asked(service, region, operation, body)


def _rest(service: str, method: str, path: str, query: str) -> str:
    keys = set(parse_qs(query, keep_blank_values=True))
    found = [(len(needed), name) for name, verb, pattern, needed in _routes(service) if verb == method and pattern.fullmatch(path) and needed <= keys]
    if service == "s3" and path == "/":
        return "ListBuckets"
    return max(found)[1] if found else f"{method} {path}"


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str], frozenset[str]], ...]:
    model = untouched(service)
    routes = []
    for name in model.operation_names:
        route = model.operation_model(name).http
        path, _, query = route["requestUri"].partition("?")
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", path)
        routes.append((name, route["method"], re.compile(pattern.rstrip("/") + "/?"), frozenset(part.split("=")[0] for part in query.split("&") if part)))
    return tuple(routes)


@contextmanager
def fault_proxy(upstream: str) -> Iterator[tuple[FaultProxy, str]]:
    """The proxy and its URL, on a free port."""
    proxy = FaultProxy(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        proxy.stopped.set()
        server.shutdown()
        server.server_close()
