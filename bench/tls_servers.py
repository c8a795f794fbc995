"""Servers for the TLS benchmarks (nginx, or `openssl s_server` where nginx is not installed), and the proxy before them that delays and counts.

Every endpoint has an address of its own in 127.0.0.0/8. The proxy stands in a process of its own: half a round trip each way, and one
whole round trip before the first byte of a connection, which is what opening it would have cost.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OLD = (
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:"
    "AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA"
)
_AEAD = ":".join(_OLD.split(":")[:6])
_WIDE = "ALL:COMPLEMENTOFALL:!PSK:!SRP:@SECLEVEL=0"
#: (lowest version, suites of TLS 1.2, whether the server's order counts)
KINDS = {
    "modern": ("TLSv1.3", _AEAD, False),
    "intermediate": ("TLSv1.2", _AEAD, False),
    "old": ("TLSv1", _OLD + ":@SECLEVEL=0", True),
    "wide": ("TLSv1", _WIDE, True),
}


# -- servers


@contextmanager
def server(kind: str, folder: Path) -> Iterator[int]:
    """A real server of a kind; yields its port."""
    lowest, ciphers, prefers = KINDS[kind]
    certificate, key, dh = _files(folder)
    port = free_port()
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx:
        versions = " ".join(("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")[("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3").index(lowest) :])
        temporary = "".join(f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = folder / "nginx.conf"
        conf.write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null crit; events {{ worker_connections 4000; }} http {{ access_log off; {temporary}"
            f"server {{ listen 127.0.0.1:{port} ssl backlog=4096; ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_dhparam {dh}; ssl_protocols {versions};"
            f"ssl_ciphers {ciphers}; ssl_prefer_server_ciphers {'on' if prefers else 'off'}; }} }}"
        )
        command = [nginx, "-e", "/dev/null", "-c", str(conf)]
    else:
        command = ["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", str(certificate), "-key", str(key), "-cipher", ciphers, "-min_protocol", lowest]
        command += ["-dhparam", str(dh)] + (["-serverpref"] if prefers else [])
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _files(folder: Path) -> tuple[Path, Path, Path]:
    certificate, key, dh = folder / "cert.pem", folder / "key.pem", folder / "dh.pem"
    if not dh.exists():
        for command in (
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "30", "-subj", "/CN=localhost"],
            ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", str(dh)],
        ):
            subprocess.run(command, check=True, capture_output=True)
    return certificate, key, dh


def free_port() -> int:
    """A port that was free a moment ago, below the range of outgoing connections."""
    for port in range(21000 + os.getpid() % 5000, 32000):
        with suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def _await(port: int) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not listen")


# -- the proxy that delays and counts


async def proxy(port: int, upstream: int, rtt: float, counter: Path, hang: int) -> None:
    """Forward; one address in `hang` accepts and says nothing."""
    count = 0
    loop = asyncio.get_running_loop()

    async def pump(source: socket.socket, sink: socket.socket, head_start: float) -> None:
        """Each chunk comes out half a round trip after it went in, in order; reading goes on meanwhile."""
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await line.get()
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                if not data:
                    with suppress(OSError):
                        sink.shutdown(socket.SHUT_WR)
                    return
                await loop.sock_sendall(sink, data)

        delivery = asyncio.ensure_future(deliver())
        try:
            first = loop.time() + head_start
            while True:
                data = await loop.sock_recv(source, 65536)
                line.put_nowait((max(loop.time(), first) + rtt / 2, data))
                if not data:
                    await delivery
                    return
        finally:
            delivery.cancel()

    async def serve(client: socket.socket, away: bool) -> None:
        upward: socket.socket | None = None
        try:
            if away:
                while await loop.sock_recv(client, 65536):
                    pass
                return
            upward = socket.socket()
            upward.setblocking(False)
            upward.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            upward.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(upward, ("127.0.0.1", upstream))
            ways = [asyncio.ensure_future(pump(client, upward, rtt)), asyncio.ensure_future(pump(upward, client, rtt / 2))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass
        finally:
            client.close()
            if upward:
                upward.close()

    listener = socket.create_server(("0.0.0.0", port), backlog=4096)
    listener.setblocking(False)
    tasks: set[asyncio.Task[None]] = set()
    while True:
        client, _ = await loop.sock_accept(listener)
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        count += 1
        host = client.getsockname()[0]
        if host == "127.0.0.2":
            counter.write_text(str(count - 1))
            count = 0
            client.close()
            continue
        number = int(host.split(".")[2]) * 250 + int(host.split(".")[3])
        task = asyncio.create_task(serve(client, bool(hang) and number % hang == 0))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


@contextmanager
def proxied(upstream: int, rtt: float, folder: Path, hang: int = 0) -> Iterator[int]:
    """The proxy in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, __file__, json.dumps([port, upstream, rtt, str(folder / "count"), hang])])
    try:
        _await(port)
        yield port
    finally:
        process.kill()
        process.wait(10)


def connections(port: int, folder: Path) -> int:
    """How many since the last time; and start again."""
    counter = folder / "count"
    counter.unlink(missing_ok=True)
    with socket.create_connection(("127.0.0.2", port), 5) as sock:
        sock.recv(1)
    return int(counter.read_text())


def address(number: int) -> str:
    """The address of an endpoint."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


if __name__ == "__main__":
    _port, _upstream, _rtt, _counter, _hang = json.loads(sys.argv[1])
    asyncio.run(proxy(_port, _upstream, _rtt, Path(_counter), _hang))
