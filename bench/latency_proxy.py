"""An HTTP proxy in front of a server that speaks like AWS: adds latency, replays answers, counts, and breaks on purpose.

    python bench/latency_proxy.py --listen 5900 --upstream 127.0.0.1:5801 [--latency-ms 30] [--replay] [--faults faults.json]

An emulator answers some hundred requests a second; with `--replay` it is asked once for each request, and later runs
measure the scanner instead of the emulator. A request is known by method, path, query, body, service and region;
dates and signatures say nothing. What the emulator does not
know comes as an error that nobody asks again, so that it costs one request as any other. What starts or changes something (`Generate…`, `Create…`) is never replayed.

Faults are a list of `{"service": "s3", "operation": "GetBucket*", "region": "*", "fault": "throttled", "share": 0.5,
"first": 100, "rate": 50}`: the first rule that fits breaks a request (`share`: by chance; `first`: only so many;
`rate`: only what goes beyond so many requests a second, as a real limit does). Faults are `denied`, `throttled`, `500`,
`hang`, `reset`, `cut` and `slow`.

On the same port: `GET /__proxy` gives the counts; `POST /__proxy` with JSON sets `latency_ms`, `replay`, `faults`, writes
the memory (`save`), and zeroes the counts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fnmatch
import hashlib
import json
import pickle
import random
import re
import socket
import struct
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

_HEAD = 256 * 1024
_CREDENTIAL = re.compile(rb"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z0-9]+)")
_HOPS = (b"transfer-encoding", b"connection", b"content-length", b"keep-alive", b"expect")
_FRESH = ("Generate", "Create", "Put", "Start", "Update", "Delete", "Modify", "Run", "AssumeRole")
_QUERY = {"ec2", "iam", "sts", "rds", "elasticloadbalancing", "autoscaling", "cloudformation", "redshift", "elasticache", "monitoring", "sns", "neptune", "docdb"}
_ERRORS = {
    "denied": (403, "AccessDenied", "is not authorized to perform this"),
    "throttled": (400, "Throttling", "Rate exceeded"),
    "500": (500, "InternalFailure", "broken on purpose"),
}
Headers = dict[bytes, bytes]


class Proxy:
    """State of one proxy."""

    def __init__(self, upstream: str, latency_ms: float = 0.0, replay: bool = False, faults: list[dict[str, Any]] | None = None, memory: Path | None = None) -> None:
        host, _, port = upstream.rpartition(":")
        self.upstream = (host or "127.0.0.1", int(port))
        self.latency, self.replay, self.faults = latency_ms / 1000, replay, faults or []
        self.memory = memory
        self.kept: dict[bytes, bytes] = pickle.loads(memory.read_bytes()) if memory and memory.exists() else {}
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._serving: set[object] = set()
        self._asking: dict[bytes, asyncio.Lock] = {}
        self.zero()

    def zero(self) -> None:
        self.count: Counter[tuple[str, str, str]] = Counter()
        self.broken: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.lacking: Counter[str] = Counter()
        self.met: Counter[int] = Counter()
        self.recent: dict[int, deque[float]] = {}
        self.replayed = self.connections = self.under_way = self.peak = self.sent = self.twice = 0
        self.seen: set[bytes] = set()
        self.first = self.last = 0.0

    def stats(self) -> dict[str, Any]:
        by_service: Counter[str] = Counter()
        by_operation: Counter[str] = Counter()
        for (service, _region, operation), number in self.count.items():
            by_service[service] += number
            by_operation[f"{service}:{operation}"] += number
        return {
            "requests": sum(self.count.values()), "replayed": self.replayed, "twice": self.twice, "connections": self.connections, "peak": self.peak,
            "seconds": round(self.last - self.first, 3), "bytes": self.sent, "statuses": {str(k): v for k, v in self.statuses.items()},
            "services": dict(by_service.most_common()), "operations": dict(by_operation.most_common()), "faults": dict(self.broken), "lacking": dict(self.lacking),
        }  # fmt: skip

    async def serve(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self.client, "127.0.0.1", port, limit=_HEAD, backlog=1024)

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        self._serving.add(task)  # a loop holds on to no task by itself
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, _Dropped):
            while True:
                line, headers = _parse(await reader.readuntil(b"\r\n\r\n"))
                if headers.get(b"expect", b"").lower() == b"100-continue":
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await _body(reader, headers)
                method, target, _ = line.split(b" ", 2)
                if target.startswith(b"/__proxy"):
                    writer.write(self._control(method, body))
                else:
                    await self._exchange(method, target, headers, body, writer)
                await writer.drain()
                if b"close" in headers.get(b"connection", b"").lower():
                    break
        writer.close()
        self._serving.discard(task)

    async def _exchange(self, method: bytes, target: bytes, headers: Headers, body: bytes, writer: asyncio.StreamWriter) -> None:
        service, region, operation = what(target, headers, body)
        key = hashlib.blake2b(b"\0".join((method, target, headers.get(b"x-amz-target", b""), service.encode(), region.encode(), body)), digest_size=16).digest()
        self.count[service, region, operation] += 1
        self.twice += key in self.seen
        self.seen.add(key)
        self.first = self.first or time.monotonic()
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        try:
            fault = self._fault(service, region, operation)
            if self.latency or fault == "slow":
                await asyncio.sleep(self.latency + (1.0 if fault == "slow" else 0.0))
            if fault:
                self.broken[f"{fault} {service}:{operation}"] += 1
            answer = (
                await self._broken(fault, service, headers, writer)
                if fault in ("hang", "reset", *_ERRORS)
                else await self._answer(key, method, target, headers, body, service, operation)
            )
            self.statuses[int(answer.split(b" ", 2)[1])] += 1
            self.last = time.monotonic()
            self.sent += len(answer)
            if fault == "cut":
                writer.write(answer[: len(answer) - max(1, len(answer.partition(b"\r\n\r\n")[2]) // 2)])
                await writer.drain()
                raise _Dropped
            writer.write(answer)
        finally:
            self.under_way -= 1

    def _fault(self, service: str, region: str, operation: str) -> str:
        for number, rule in enumerate(self.faults):
            if not all(fnmatch.fnmatch(value, rule.get(name, "*")) for name, value in (("service", service), ("region", region), ("operation", operation))):
                continue
            self.met[number] += 1
            if "first" in rule and self.met[number] > rule["first"]:
                continue
            if random.random() > rule.get("share", 1.0):
                continue
            if "rate" in rule:
                now, window = time.monotonic(), self.recent.setdefault(number, deque())
                while window and window[0] < now - 1:
                    window.popleft()
                if len(window) < rule["rate"]:
                    window.append(now)
                    continue
            return str(rule["fault"])
        return ""

    async def _broken(self, fault: str, service: str, headers: Headers, writer: asyncio.StreamWriter) -> bytes:
        if fault == "hang":
            await asyncio.sleep(300)
            raise _Dropped
        if fault == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            raise _Dropped
        return _error(service, headers, *_ERRORS[fault])

    async def _answer(self, key: bytes, method: bytes, target: bytes, headers: Headers, body: bytes, service: str, operation: str) -> bytes:
        if not self.replay or operation.startswith(_FRESH):
            return await self._ask(method, target, headers, body, service, operation)
        async with self._asking.setdefault(key, asyncio.Lock()):  # the same question at the same moment is asked once
            if key not in self.kept:
                self.kept[key] = await self._ask(method, target, headers, body, service, operation)
            else:
                self.replayed += 1
        self._asking.pop(key, None)
        return self.kept[key]

    async def _ask(self, method: bytes, target: bytes, headers: Headers, body: bytes, service: str, operation: str) -> bytes:
        lines = [method + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in headers.items() if name not in _HOPS)]
        lines += [b"content-length: %d" % len(body)] if body or method in (b"POST", b"PUT") else []
        for fresh in (False, True):
            try:
                reader, writer = self._idle.pop() if self._idle and not fresh else await asyncio.open_connection(*self.upstream, limit=_HEAD)
            except ConnectionRefusedError:  # nothing but the memory answers
                self.lacking[operation] += 1
                return _error(service, headers, 400, "UnknownOperationException", "this server does not know the operation")
            try:
                writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
                status, found = _parse(await reader.readuntil(b"\r\n\r\n"))
                content = b"" if method == b"HEAD" else await _body(reader, found, open_end=True)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
                if fresh:
                    raise
                continue
            if b"close" in found.get(b"connection", b"").lower():
                writer.close()
            else:
                self._idle.append((reader, writer))
            length = found.get(b"content-length", b"0") if method == b"HEAD" else b"%d" % len(content)
            kept = b"".join(name + b": " + value + b"\r\n" for name, value in found.items() if name not in _HOPS)
            if status.split(b" ")[1] in (b"500", b"501", b"404") and (b"text/html" in found.get(b"content-type", b"") or status.split(b" ")[1] != b"404"):
                self.lacking[operation] += 1
                return _error(service, headers, 400, "UnknownOperationException", "this server does not know the operation")
            return status.replace(b"HTTP/1.0", b"HTTP/1.1") + b"\r\n" + kept + b"content-length: " + length + b"\r\n\r\n" + content
        raise AssertionError("unreachable")

    def _control(self, method: bytes, body: bytes) -> bytes:
        if method == b"POST":
            given = json.loads(body or b"{}")
            self.latency = given.get("latency_ms", self.latency * 1000) / 1000
            self.replay = given.get("replay", self.replay)
            self.faults = given.get("faults", self.faults)
            if given.get("save") and self.memory:
                self.memory.write_bytes(pickle.dumps(self.kept))
            self.zero()
        text = json.dumps(self.stats()).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text) + text


class _Dropped(Exception):
    """The connection ends here."""


def what(target: bytes, headers: Headers, body: bytes) -> tuple[str, str, str]:
    """Service and region by the signature, operation by protocol (for REST: the path without its names)."""
    signed = _CREDENTIAL.search(headers.get(b"authorization", b""))
    region, service = (signed[1].decode(), signed[2].decode()) if signed else ("", "")
    named = headers.get(b"x-amz-target")
    if named:
        return service, region, named.decode().rpartition(".")[2]
    path, _, query = target.decode("latin1").partition("?")
    if "/operation/" in path:
        return service, region, path.rpartition("/")[2]
    action = _ACTION.search(body[:200]) or _ACTION.search(query.encode())
    if action:
        return service, region, action[1].decode()
    short = "/".join(part if re.fullmatch(r"[a-z-]{2,30}|v?\d{1,4}(-\d\d-\d\d)?|", part) else "…" for part in path.split("/"))
    keys = sorted(part.partition("=")[0] for part in query.split("&") if part)
    return service, region, short + (f"?{'&'.join(keys)}" if keys else "")


def _error(service: str, headers: Headers, status: int, code: str, message: str) -> bytes:
    """An error as the service writes it."""
    if service == "ec2":
        code = {"AccessDenied": "UnauthorizedOperation", "Throttling": "RequestLimitExceeded"}.get(code, code)
        text, more = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>x</RequestID></Response>", b"content-type: text/xml\r\n"
    elif service in ("s3", "route53", "cloudfront"):
        code = {"Throttling": "SlowDown"}.get(code, code) if service == "s3" else code
        status = 503 if code == "SlowDown" else status
        inner = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        text, more = inner if service == "s3" else f"<ErrorResponse>{inner}<RequestId>x</RequestId></ErrorResponse>", b"content-type: text/xml\r\n"
    elif service in _QUERY and b"x-amz-target" not in headers:
        text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>x</RequestId></ErrorResponse>"
        more = b"content-type: text/xml\r\n"
    else:
        code = {"AccessDenied": "AccessDeniedException", "Throttling": "ThrottlingException"}.get(code, code)
        text, more = json.dumps({"__type": code, "message": message}), f"content-type: application/json\r\nx-amzn-errortype: {code}\r\n".encode()
    body = text.encode()
    return b"HTTP/1.1 %d X\r\n" % status + more + b"content-length: %d\r\n\r\n" % len(body) + body


def _parse(head: bytes) -> tuple[bytes, Headers]:
    line, *rest = head[:-4].split(b"\r\n")
    return line, {name.strip().lower(): value.strip() for name, _, value in (one.partition(b":") for one in rest)}


async def _body(reader: asyncio.StreamReader, headers: Headers, open_end: bool = False) -> bytes:
    if b"chunked" in headers.get(b"transfer-encoding", b"").lower():
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(parts)
    if b"content-length" in headers:
        return await reader.readexactly(int(headers[b"content-length"]))
    return await reader.read() if open_end and b"close" in headers.get(b"connection", b"") else b""


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--upstream", required=True, metavar="HOST:PORT")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--faults", metavar="FILE")
    parser.add_argument("--memory", metavar="FILE", type=Path, help="read answers from here at the start, write them on request")
    given = parser.parse_args()
    faults = json.loads(Path(given.faults).read_text(encoding="utf-8")) if given.faults else []
    server = await Proxy(given.upstream, given.latency_ms, given.replay, faults, given.memory).serve(given.listen)
    print(f"127.0.0.1:{server.sockets[0].getsockname()[1]} → {given.upstream}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
