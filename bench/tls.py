"""Full enumeration of TLS endpoints: Houvast beside sslyze, sslscan and testssl.sh, in the same run, on real servers on loopback.

    python bench/tls.py                                    modern, intermediate, old and wide servers, 1 endpoint, 0 and 30 ms
    python bench/tls.py --endpoints 20 100 --kinds intermediate
    python bench/tls.py --fleet 10000 --kinds modern       Houvast alone; one endpoint in twenty accepts and hangs

Servers are nginx, or `openssl s_server` where nginx is not installed; every endpoint has an address of its own in 127.0.0.0/8. Between tool and server
stands a proxy in a process of its own that counts connections and delays: half a round trip each way, and one whole round trip
before the first byte of a connection, which is what opening it would have cost. `wall` and `cpu` are without the start of an interpreter;
`cpu` is that of the tool alone. Two shared cores are enough, but then trust CPU, connections and ratios more than seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

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


@dataclass(frozen=True)
class Row:
    """One measurement."""

    tool: str
    wall: float
    cpu: float
    memory: float
    connections: int
    suites: int


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
    process = subprocess.Popen([sys.executable, __file__, "--proxy", json.dumps([port, upstream, rtt, str(folder / "count"), hang])])
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


# -- the tools, each in a process of its own


def houvast(port: int, count: int) -> tuple[float, float, int]:
    """Wall and CPU seconds, and suites of one endpoint."""
    from providers.tls.enumeration import Limits
    from providers.tls.fleet import Endpoint, enumerate_fleet

    async def run() -> tuple[int, int]:
        suites = unseen = 0
        async for result in enumerate_fleet((Endpoint("localhost", port, connect_ip=address(10 + number)) for number in range(count)), Limits(), at_once=min(count, 100)):
            suites = max(suites, sum(map(len, result.suites.values())))
            unseen += len(result.unseen)
        return suites, unseen

    start, cpu = time.perf_counter(), time.process_time()
    suites, unseen = asyncio.run(run())
    if unseen:
        print(f"  houvast: {unseen} questions unseen", file=sys.stderr)
    return time.perf_counter() - start, time.process_time() - cpu, suites


def sslyze(port: int, count: int) -> tuple[float, float, int]:
    """Six versions, curves, compression, fallback and renegotiation: what Houvast's enumeration answers too."""
    import importlib

    ssl = importlib.import_module("sslyze")
    command = ssl.ScanCommand
    versions = [command.SSL_2_0_CIPHER_SUITES, command.SSL_3_0_CIPHER_SUITES, command.TLS_1_0_CIPHER_SUITES, command.TLS_1_1_CIPHER_SUITES, command.TLS_1_2_CIPHER_SUITES]
    versions.append(command.TLS_1_3_CIPHER_SUITES)
    others = {command.ELLIPTIC_CURVES, command.TLS_COMPRESSION, command.TLS_FALLBACK_SCSV}
    start, cpu, suites = time.perf_counter(), time.process_time(), 0
    scanner = ssl.Scanner()
    network = ssl.ServerNetworkConfiguration("localhost")
    scanner.queue_scans([
        ssl.ServerScanRequest(ssl.ServerNetworkLocation("localhost", port, address(10 + number)), network, scan_commands={*versions, *others}) for number in range(count)
    ])  # fmt: skip
    for result in scanner.get_results():
        attempts = [getattr(result.scan_result, version.value).result for version in versions] if result.scan_result else []
        suites = max(suites, sum(len(attempt.accepted_cipher_suites) for attempt in attempts if attempt))
    return time.perf_counter() - start, time.process_time() - cpu, suites


def _child(tool: str, port: int, count: int) -> tuple[float, float, float, int]:
    """Wall, CPU, peak memory in MB and suites of one tool."""
    if tool in ("houvast", "sslyze"):
        text = subprocess.run([sys.executable, __file__, "--tool", json.dumps([tool, port, count])], check=True, capture_output=True, text=True)
        sys.stderr.write(text.stderr)
        wall, cpu, suites, memory = json.loads(text.stdout.splitlines()[-1])
        return wall, cpu, memory, suites
    found = 0
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    waiting = [_command(tool, address(10 + number), port) for number in range(count)]
    running: list[subprocess.Popen[str]] = []
    while waiting or running:
        while waiting and len(running) < 10:
            running.append(subprocess.Popen(waiting.pop(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
        out, _ = running.pop(0).communicate()
        lines = [line for line in out.splitlines() if line.startswith(("Accepted", "Preferred")) or ("TLS_" in line and tool == "testssl.sh")]
        found = max(found, len(lines))
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024, found


#: Debian leaves the suffix out.
_TESTSSL = shutil.which("testssl.sh") or "testssl"


def _command(tool: str, host: str, port: int) -> list[str]:
    if tool == "sslscan":
        return ["sslscan", "--no-colour", "--no-heartbleed", "--no-check-certificate", "--sni-name=localhost", f"{host}:{port}"]
    return [_TESTSSL, "--quiet", "--color", "0", "--warnings", "batch", "-E", "--ip", host, f"localhost:{port}"]


def installed() -> list[str]:
    """Tools to be measured."""
    return ["houvast", "sslyze", *(tool for tool, program in (("sslscan", "sslscan"), ("testssl.sh", _TESTSSL)) if shutil.which(program))]


# -- the tables


def compare(kinds: list[str], counts: list[int], rtts: list[float], tools: list[str], rounds: int) -> None:
    """One table for each kind, round trip and number of endpoints: medians over rounds in which the tools take turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in kinds:
            with server(kind, folder) as upstream:
                for rtt in rtts:
                    for count in counts:
                        with proxied(upstream, rtt / 1000, folder) as port:
                            print(f"\n{kind}, {count} endpoint(s), {rtt:g} ms")
                            print(f"  {'tool':<12}{'wall s':>9}{'cpu ms each':>13}{'memory MB':>11}{'conn. each':>12}{'suites':>8}{'wall':>9}{'cpu':>8}{'conn.':>8}")
                            rows: dict[str, list[Row]] = {tool: [] for tool in tools}
                            for _ in range(rounds):
                                for tool in tools:
                                    connections(port, folder)
                                    wall, cpu, memory, suites = _child(tool, port, count)
                                    rows[tool].append(Row(tool, wall, cpu, memory, connections(port, folder), suites))
                            middle = [_middle(rows[tool]) for tool in tools]
                            for row in middle:
                                _print(row, middle[0], count)


def _middle(rows: list[Row]) -> Row:
    wall, cpu, memory = (median(getattr(row, name) for row in rows) for name in ("wall", "cpu", "memory"))
    return Row(rows[0].tool, wall, cpu, memory, max(row.connections for row in rows), min(row.suites for row in rows))


def _print(row: Row, first: Row, count: int) -> None:
    ratios = f"{row.wall / first.wall:>8.1f}x{row.cpu / max(first.cpu, 1e-6):>7.1f}x{row.connections / max(first.connections, 1):>7.1f}x"
    print(f"  {row.tool:<12}{row.wall:>9.2f}{1000 * row.cpu / count:>13.1f}{row.memory:>11.0f}{row.connections / count:>12.1f}{row.suites:>8}{ratios}", flush=True)


def fleet(kind: str, count: int, rtt: float) -> None:
    """Many endpoints, one in twenty of which hangs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(kind, folder) as upstream, proxied(upstream, rtt / 1000, folder, hang=20) as port:
            text = subprocess.run([sys.executable, __file__, "--tool", json.dumps(["fleet", port, count])], check=True, capture_output=True, text=True).stdout
            wall, cpu, memory, whole, partly, hanging, growth = json.loads(text.splitlines()[-1])
            made = connections(port, folder)
    print(
        f"{kind}, {count} endpoints, {rtt:g} ms: {wall:.1f} s, {count / wall:.1f}/s, {1000 * cpu / count:.1f} ms CPU and {made / count:.1f} connections each, peak {memory:.0f} MB"
    )
    lost = count - whole - partly - hanging
    print(f"  whole {whole}, in part and said so {partly}, hanging and said so {hanging}, lost {lost}; memory in the second half {growth:+.1f} MB", flush=True)


def _fleet(port: int, count: int) -> tuple[float, float, float, int, int, int, float]:
    from providers.tls.enumeration import Limits
    from providers.tls.fleet import Endpoint, enumerate_fleet

    whole = partly = hanging = 0
    half = 0.0

    async def run() -> None:
        nonlocal whole, partly, hanging, half
        limits = Limits(answer=3.0)
        async for result in enumerate_fleet((Endpoint("localhost", port, connect_ip=address(10 + number)) for number in range(count)), limits, at_once=100, connections=200):
            whole += bool(result.versions) and not result.unseen
            partly += bool(result.versions) and bool(result.unseen)
            hanging += bool(result.unseen) and not result.versions
            if whole + partly + hanging == count // 2:
                half = _memory()

    start, cpu = time.perf_counter(), time.process_time()
    asyncio.run(run())
    return time.perf_counter() - start, time.process_time() - cpu, _memory(), whole, partly, hanging, _memory() - half


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Reads the options and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--endpoints", nargs="+", type=int, default=[1])
    parser.add_argument("--rtt", nargs="+", type=float, default=[0.0, 30.0], help="round trips in ms")
    parser.add_argument("--tools", nargs="+", default=installed())
    parser.add_argument("--rounds", type=int, default=1, help="how often each tool has its turn")
    parser.add_argument("--fleet", type=int, help="number of endpoints")
    parser.add_argument("--proxy", help=argparse.SUPPRESS)
    parser.add_argument("--tool", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.proxy:
        port, upstream, rtt, counter, hang = json.loads(options.proxy)
        asyncio.run(proxy(port, upstream, rtt, Path(counter), hang))
    elif options.tool:
        tool, port, count = json.loads(options.tool)
        if tool == "fleet":
            print(json.dumps(_fleet(port, count)))
        else:
            wall, cpu, suites = {"houvast": houvast, "sslyze": sslyze}[tool](port, count)
            print(json.dumps([wall, cpu, suites, _memory()]))
    elif options.fleet:
        for kind in options.kinds:
            fleet(kind, options.fleet, options.rtt[0])
    else:
        compare(options.kinds, options.endpoints, options.rtt, options.tools, options.rounds)


if __name__ == "__main__":
    main()
