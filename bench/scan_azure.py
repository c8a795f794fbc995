"""Azure at scale: requests, wall time, CPU and memory of a scan, and how they grow; Prowler beside it if asked for.

    python bench/scan_azure.py                                  2,000 and 10,000 resources, 50 ms before every answer
    python bench/scan_azure.py --sizes 500 --prowler ~/prowler/bin/prowler

The estate is that of the tests (a ground truth stands beside it), over 10 subscriptions, served by the replay in a process of
its own with Azure's limits: 250 reads and 25 more a second for each subscription, 15 queries of Resource Graph in 5 seconds.
Houvast runs as a user does: `houvast scan azure --snapshot …`, judging and a report included. Server and tool share the cores: trust CPU and counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SERVER = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from scanner.demo.arm import ArmReplay
from scanner.demo.arm.core import Settings
from tests.support.azure_directory import directory
from tests.support.azure_large import Large
settings = Settings(latency=float(sys.argv[3]) / 1000, bucket=250, refill=25.0, graph_quota=15, graph_window=5.0)
with ArmReplay({**Large(int(sys.argv[2])).document(), "directory": directory()}, tls_dir=sys.argv[4], settings=settings, proxy=True) as arm:
    print(json.dumps({"environment": arm.environment(), "url": arm.url, "ca": arm.ca_file}), flush=True)
    time.sleep(86400)
"""


def run(command: list[str], environment: dict[str, str], folder: str) -> dict[str, Any]:
    """Wall and CPU seconds and peak memory of a command with the children that it waited for."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        tail = said.read().decode(errors="replace")[-300:]
    return {"wall": time.monotonic() - start, "code": process.returncode, "said": tail, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}


def control(server: dict[str, Any], path: str) -> dict[str, Any]:
    import ssl

    context = ssl.create_default_context(cafile=server["ca"])
    with urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)).open(server["url"] + path, timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[2000, 10000])
    arguments.add_argument("--latency", type=float, default=50.0, help="milliseconds before every answer")
    arguments.add_argument("--workers", type=int, default=16)
    arguments.add_argument("--bodies", choices=("graph", "lists", "single"), default="graph")
    arguments.add_argument("--prowler", metavar="PATH", help="Prowler's command, to run beside it")
    given = arguments.parse_args()
    print(f"{'resources':>9} {'tool':>8} {'requests':>8} {'each':>6} {'reads':>7} {'wall s':>7} {'CPU s':>6} {'MB':>5}  exit")
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen([sys.executable, "-c", SERVER, str(ROOT), str(size), str(given.latency), folder], stdout=subprocess.PIPE, text=True)
            try:
                assert process.stdout is not None
                server = json.loads(process.stdout.readline())
                environment = {
                    **{key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")},
                    **server["environment"],
                }
                tools = {
                    "houvast": [
                        str(Path(sys.executable).with_name("houvast")),
                        "scan",
                        "azure",
                        "--azure-bodies",
                        given.bodies,
                        "--quiet",
                        "--no-history",
                        "--workers",
                        str(given.workers),
                    ]
                }
                if given.prowler:
                    tools["prowler"] = [given.prowler, "azure", "--sp-env-auth", "--no-banner", "-M", "json-ocsf", "-o", folder]
                # Prowler has fixed host names: it finds the server by the proxy alone.
                theirs = {key: value for key, value in environment.items() if key not in ("AZURE_AUTHORITY_HOST", "HOUVAST_AZURE_RESOURCE_MANAGER", "NO_PROXY")}
                for name, command in tools.items():
                    control(server, "/__reset")
                    took = run(command, {**theirs, "SSL_CERT_FILE": server["ca"]} if name == "prowler" else environment, folder)
                    stats = control(server, "/__stats")
                    print(
                        f"{size:>9} {name:>8} {stats['requests']:>8} {stats['requests'] / size:>6.3f} {stats['reads']:>7} {took['wall']:>7.1f} {took['cpu']:>6.1f} {took['peak']:>5.0f}  {took['code']}"
                        f"{'' if took['code'] in (0, 3, 10, 11) else ' ' + took['said']}"
                    )
            finally:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
