"""Full enumeration of TLS endpoints: Houvast beside sslyze, sslscan and testssl.sh, in the same run, on real servers on loopback.

    python bench/tls.py                                    modern, intermediate, old and wide servers, 1 endpoint, 0 and 30 ms
    python bench/tls.py --endpoints 20 100 --kinds intermediate
    python bench/tls.py --fleet 10000 --kinds modern       Houvast alone; one endpoint in twenty accepts and hangs

Servers and the proxy that delays and counts stand in tls_servers.py. `wall` and `cpu` are without the start of an interpreter; `cpu` is
that of the tool alone. Two shared cores are enough, but then trust CPU, connections and ratios more than seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.tls_servers import KINDS, address, connections, proxied, server


@dataclass(frozen=True)
class Row:
    """One measurement."""

    tool: str
    wall: float
    cpu: float
    memory: float
    connections: int
    suites: int


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
    parser.add_argument("--tool", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
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
