"""The sockets of the replay: HTTP/1.1 over TLS on loopback, and a CONNECT proxy for programs with fixed host names."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from scanner.demo.arm.core import Core, Settings
from scanner.demo.arm.estate import Estate
from scanner.demo.arm.hosts import PROXIED, vault_name
from scanner.demo.arm.reply import Body, Sent, encode
from scanner.demo.arm.tls import make_tls

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}  # fmt: skip


class Connection(asyncio.Protocol):
    """One connection; requests are answered one after the other."""

    def __init__(self, core: Core, upgrade: ssl.SSLContext | None = None) -> None:
        self.core, self.upgrade = core, upgrade
        self.buffer, self.busy = b"", False
        self.transport: asyncio.Transport | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a TCP server's transports write
        self._pump()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._pump()

    def _pump(self) -> None:
        while not self.busy and self.transport is not None:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            words = lines[0].split(" ")
            headers = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length") or 0)
            if not found or len(rest) < length:
                return
            if len(words) != 3:
                self.transport.close()
                return
            body, self.buffer, self.busy = rest[:length], rest[length:], True
            self._answer(words[0], words[1], headers, body)

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        loop = asyncio.get_running_loop()
        if self.upgrade is not None:
            task = loop.create_task(self._connect(method, target))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            return
        try:
            sent = self.core.handle(method, headers.get("host", "localhost"), target, headers, body)
        except Exception as defect:  # a defect of the replay must be seen as one
            sent = Sent(500, {}, encode({"error": {"code": "ReplayDefect", "message": repr(defect)}}))
        loop.call_later(sent.delay, self._finish, method, sent)

    def _finish(self, method: str, sent: Sent) -> None:
        self.busy = False
        if self.transport is None or self.transport.is_closing():
            return
        if sent.mode in ("reset", "hang"):
            self.transport.abort()
            return
        lines = [f"HTTP/1.1 {sent.status} {REASONS.get(sent.status, 'Unknown')}", f"Content-Length: {len(sent.body)}"]
        lines += [f"{key}: {value}" for key, value in sent.headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        if sent.mode == "truncate":
            self.transport.write(head + sent.body[: len(sent.body) // 2])
            self.transport.close()
            return
        self.transport.write(head if method == "HEAD" else head + sent.body)
        self._pump()

    async def _connect(self, method: str, target: str) -> None:
        """CONNECT of the proxy: only to the names that the replay answers for; nothing leaves the machine."""
        transport, host = self.transport, target.rsplit(":", 1)[0].lower()
        if transport is None:
            return
        if method != "CONNECT" or not (host in PROXIED or vault_name(host)):
            transport.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            transport.close()
            return
        transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        inner = Connection(self.core)
        try:
            upgraded = await asyncio.get_running_loop().start_tls(transport, inner, self.upgrade, server_side=True)  # type: ignore[arg-type]
        except (OSError, ssl.SSLError):
            transport.close()
            return
        if upgraded is not None:
            inner.connection_made(upgraded)


class ArmReplay:
    """The server in a thread of its own; a context manager. Listens on loopback only, on free ports."""

    def __init__(
        self, estate: Estate | Mapping[str, Any], *, tls_dir: Path | str | None = None, rules: Iterable[Mapping[str, Any]] = (),
        settings: Settings | None = None, port: int = 0, proxy: bool = False,
    ) -> None:  # fmt: skip
        self.core = Core(estate, rules, settings)
        files = make_tls(Path(tls_dir or tempfile.mkdtemp(prefix="houvast-arm-")))
        self.ca_file = str(files.ca)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(files.certificate, files.key)
        self._wanted, self._proxy = port, proxy
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._run, daemon=True, name="arm-replay")
        self._ready = threading.Event()
        self.url = ""
        self.proxy_url = ""

    @property
    def tenant(self) -> str:
        return self.core.estate.tenant

    def start(self) -> ArmReplay:
        """Listen. Raises OSError when it cannot."""
        self._thread.start()
        if not self._ready.wait(20) or not self.url:
            raise OSError("the replay server did not start")
        return self

    def stop(self) -> None:
        """Close every socket; the thread ends."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def __enter__(self) -> ArmReplay:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def environment(self, secret: str = "any") -> dict[str, str]:
        """Variables under which an unmodified scan meets this server instead of Azure."""
        through = {"HTTPS_PROXY": self.proxy_url, "NO_PROXY": "localhost,127.0.0.1"} if self.proxy_url else {}  # Key Vaults have hosts of their own
        return through | {
            "AZURE_AUTHORITY_HOST": self.url, "AZURE_TENANT_ID": self.tenant, "AZURE_CLIENT_ID": "00000000-0000-0000-0000-00000000cafe",
            "AZURE_CLIENT_SECRET": secret, "HOUVAST_AZURE_RESOURCE_MANAGER": self.url, "REQUESTS_CA_BUNDLE": self.ca_file,
        }  # fmt: skip

    def set_rules(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Replace the faults."""
        self.core.set_rules(rules)

    def reset(self) -> None:
        """Forget what was asked."""
        self.core.reset()

    def stats(self) -> Body:
        """What was asked."""
        return self.core.stats()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._listen())
        finally:
            self._ready.set()
        self._loop.run_forever()
        for server in self._servers:
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self.core), "127.0.0.1", self._wanted, ssl=self._context, backlog=256)
        self._servers.append(server)
        self.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        if self._proxy:
            proxy = await loop.create_server(lambda: Connection(self.core, self._context), "127.0.0.1", 0)
            self._servers.append(proxy)
            self.proxy_url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
