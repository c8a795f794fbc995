"""`houvast scan aws` on an estate of thousands of resources over 17 regions: requests, wall and CPU time, peak memory.

    python bench/scan_aws.py [--resources 5000] [--latency-ms 30] [--runs 3] [--prowler PATH] [--cloud-custodian PATH]

The estate stands in an emulator (moto), with a proxy before it that adds the latency and replays what the emulator said
(bench/latency_proxy.py): the first run of each program fills the proxy's memory and is not counted. With `--prowler` the
executable of Prowler 5.46 is run in turns with Houvast, restricted to the checks that Houvast can be compared on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"}
#: Prowler's checks that ask what Houvast asks: place, rest, transit, backups, certificates.
CHECKS = [line for line in (ROOT / "bench" / "prowler_checks.txt").read_text(encoding="utf-8").split("\n") if line and not line.startswith("#")]


def serve(resources: int, port: int) -> None:
    """Child process: the estate, and a server that shows it."""
    from scanner.demo.aws_estate import moto_environment

    os.environ.update(moto_environment())
    from moto import mock_aws
    from moto.server import ThreadedMotoServer

    from scanner.demo.moto_supplement import serve_more

    serve_more()
    estate = importlib.import_module("aws_estate")  # stands beside this program
    emulator = mock_aws()
    emulator.start()
    built = estate.build(resources)
    emulator.stop(remove_data=False)
    regions: Any = importlib.import_module("moto.ec2.models.availability_zones_and_regions").RegionsAndZonesBackend
    regions.regions = [region for region in regions.regions if region.name in estate.REGIONS]  # no other is enabled
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    print(json.dumps({"resources": built.total, "kinds": len(built.by_kind), "failed": dict(built.failed)}), flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads what the emulator says
    threading.Event().wait()


@contextmanager
def emulated(resources: int, memory: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The proxy's URL, and what stands behind it: nothing but its memory, where that was kept by an earlier run."""
    upstream, front = _free(), _free()
    command = [sys.executable, str(ROOT / "bench" / "latency_proxy.py"), "--listen", str(front), "--upstream", f"127.0.0.1:{upstream}", "--replay"]
    command += ["--memory", str(memory)] if memory else []
    if memory and memory.exists():
        replaying = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert replaying.stdout
            replaying.stdout.readline()
            yield f"http://127.0.0.1:{front}", json.loads(memory.with_suffix(".json").read_text(encoding="utf-8"))
        finally:
            replaying.kill()
            replaying.wait()
        return
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(upstream), "--resources", str(resources)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    proxy: subprocess.Popen[str] | None = None
    try:
        assert server.stdout
        built = json.loads(server.stdout.readline())
        proxy = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert proxy.stdout
        proxy.stdout.readline()
        yield f"http://127.0.0.1:{front}", built
        if memory:
            control(f"http://127.0.0.1:{front}", {"save": True})
            memory.with_suffix(".json").write_text(json.dumps(built), encoding="utf-8")
    finally:
        for process in (proxy, server):
            if process is not None:
                process.kill()
                process.wait()


def _free() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def measured(command: list[str], url: str, folder: str) -> dict[str, Any]:
    """Wall and CPU seconds, peak memory of one process, and what it asked."""
    control(url, {})
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env={**_plain(), **KEYS, "AWS_ENDPOINT_URL": url, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak, done = [0], threading.Event()
    threading.Thread(target=_watch, args=(process.pid, peak, done), daemon=True).start()
    output = process.communicate()[0]
    done.set()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    asked = control(url)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": time.perf_counter() - start, "cpu": cpu, "memory": peak[0] / 1024, "code": process.returncode, "output": output, **asked}


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    """Peak memory of the process in KiB (VmHWM), read until it ends."""
    while not done.wait(0.05):
        try:
            text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return
        peak[0] = max([peak[0], *(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM"))])


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def control(url: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Zero (and set) the proxy, or read its counts."""
    body = None if given is None else json.dumps(given).encode()
    with urlopen(Request(f"{url}/__proxy", data=body, method="POST" if body is not None else "GET"), timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def houvast(folder: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "scanner.cli.main",
        "scan",
        "aws",
        "--format",
        "json",
        "-o",
        f"{folder}/houvast.json",
        "--snapshot",
        f"{folder}/houvast.jsonl",
        "-q",
        "--timeout",
        "3600",
        "--call-timeout",
        "60",
    ]


def prowler(program: str, folder: str) -> list[str]:
    return [program, "aws", "--checks", *CHECKS, "--output-formats", "csv", "--output-directory", folder, "--no-banner", "--ignore-exit-code-3"]


def main() -> None:
    """Prints a row a program: medians over the runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=5000)
    parser.add_argument("--latency-ms", type=float, default=30.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--prowler", metavar="PATH", help="executable of Prowler, in an environment of its own")
    parser.add_argument("--operations", action="store_true", help="what was asked most")
    parser.add_argument("--memory", metavar="FILE", type=Path, help="keep the proxy's memory here; a later run needs no emulator then")
    parser.add_argument("--keep", metavar="DIR", help="leave reports and snapshot here")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.resources, given.serve)
        return
    with tempfile.TemporaryDirectory() as folder, emulated(given.resources, given.memory) as (url, built):
        print(f"{built['resources']} resources of {built['kinds']} kinds in 17 regions; latency {given.latency_ms:g} ms", flush=True)
        commands = {"houvast": houvast(folder)} | ({"prowler": prowler(given.prowler, folder)} if given.prowler else {})
        taken: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
        for turn in range(given.runs + 1):
            control(url, {"latency_ms": given.latency_ms if turn else 0})
            for name, command in commands.items():
                once = measured(command, url, folder)
                if turn:
                    taken[name].append(once)
                print(f"  {turn or 'warming'} {name}: {_row(once)}", flush=True)
        print(f"\n{'program':<10} {'wall s':>8} {'CPU s':>8} {'MB':>8} {'requests':>9} {'peak in flight':>15}")
        middle: dict[str, dict[str, float]] = {}
        for name, runs in taken.items():
            middle[name] = {key: statistics.median(run[key] for run in runs) for key in ("wall", "cpu", "memory", "requests", "peak")}
            one = middle[name]
            print(f"{name:<10} {one['wall']:>8.1f} {one['cpu']:>8.1f} {one['memory']:>8.0f} {one['requests']:>9.0f} {one['peak']:>15.0f}")
        if "prowler" in middle:
            ratios = ", ".join(f"{key} {middle['prowler'][key] / middle['houvast'][key]:.1f}" for key in ("wall", "cpu", "memory", "requests"))
            print(f"Prowler / Houvast: {ratios}")
        _told(folder)
        if given.operations:
            for name, number in list(taken["houvast"][-1]["operations"].items())[:40]:
                print(f"  {number:>6} {name}")
        if given.keep:
            shutil.copytree(folder, given.keep, dirs_exist_ok=True)


def _row(once: dict[str, Any]) -> str:
    return f"{once['wall']:.1f} s wall, {once['cpu']:.1f} s CPU, {once['memory']:.0f} MB, {once['requests']} requests ({once['twice']} asked twice), exit {once['code']}"


def _told(folder: str) -> None:
    """What the scan judged."""
    report = Path(folder, "houvast.json")
    if report.is_file():
        found = json.loads(report.read_text(encoding="utf-8"))
        by: dict[str, int] = {}
        for verdict in found.get("verdicts", []):
            by[verdict["status"]] = by.get(verdict["status"], 0) + 1
        where = sum(1 for verdict in found.get("verdicts", []) if verdict["check"] == "residency" and verdict["status"] == "fail")
        print(f"Houvast's verdicts: {by}; residency broken by {where}")


if __name__ == "__main__":
    main()
