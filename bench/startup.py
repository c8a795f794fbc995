"""How long `houvast --help` and `houvast scan template.yaml` take as whole processes, and `houvast scan aws`
until its first request arrives.

    python bench/startup.py [--runs 9]

Runs take turns with an empty Python process, so that the ratio holds when the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = """\
Resources:
  Data:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: eu-central-1a, Encrypted: true, Size: 8}
"""


def timed(command: list[str], folder: str) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    before = os.times()
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - start
    after = os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def first_call() -> tuple[float, float]:
    """Wall and CPU seconds of `houvast scan aws` until its first request arrives."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.getsockname()[1]}"}
        start = time.perf_counter()
        command = [sys.executable, "-m", "scanner.cli.main", "scan", "aws", "-q"]
        process = subprocess.Popen(command, cwd=tempfile.gettempdir(), env={**os.environ, **keys}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection, _ = server.accept()
        wall = time.perf_counter() - start
        spent = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        process.kill()
        process.wait()
        connection.close()
    return wall, (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Prints a row a command: median and minimum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    houvast = [sys.executable, "-m", "scanner.cli.main"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "template.yaml").write_text(TEMPLATE, encoding="utf-8")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "houvast --help": [*houvast, "--help"],
            "houvast scan template.yaml": [*houvast, "scan", "template.yaml"],
            "houvast scan aws, first call": [],
        }
        os.environ["PYTHONPATH"] = str(ROOT)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for turn in range(runs + 1):
            for name, command in commands.items():
                once = timed(command, folder) if command else first_call()
                if turn:  # the first turn warms the disk and writes bytecode
                    taken[name].append(once)
    print(f"{'command':<30} {'wall median':>12} {'wall min':>9} {'CPU median':>11}  (seconds, {runs} runs)")
    for name, times in taken.items():
        wall, cpu = [t[0] for t in times], [t[1] for t in times]
        print(f"{name:<30} {statistics.median(wall):>12.3f} {min(wall):>9.3f} {statistics.median(cpu):>11.3f}")


if __name__ == "__main__":
    main()
