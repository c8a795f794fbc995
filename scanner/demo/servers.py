"""The demo's servers as one context: AWS by moto in a process of its own, Azure and TLS in threads of this one."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.errors import HouvastError, MissingExtra

_CODE = """
import sys
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend as Regions
from moto.server import ThreadedMotoServer
from scanner.demo.moto_supplement import serve_more

serve_more()
# An account in which nobody enabled a region that AWS leaves off by default.
Regions.regions = [region for region in Regions.regions if region.name in Regions.regions_opt_in_not_required]
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
_START = 60.0
"""Seconds that a server may take to answer its first request; a cold disk is slow."""


def require_extra() -> None:
    """Raises MissingExtra when the servers are not installed."""
    if importlib.util.find_spec("moto") is None:
        raise MissingExtra("the demo's servers are not installed", "install them with: pip install 'houvast[demo]' (in a clone, `make demo` does it)")


@contextmanager
def aws_server(environment: dict[str, str], log: Path) -> Iterator[str]:
    """moto's server in a process group of its own; gives its URL, and ends it whatever happens."""
    code = _CODE
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True, env=os.environ | environment, start_new_session=True
        )  # fmt: skip
        try:
            port = _first_line(process)
            url = f"http://127.0.0.1:{port}"
            _wait(lambda: urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=5).status == 200, log)
            yield url
        finally:
            _end(process)


def _first_line(process: subprocess.Popen[str]) -> str:
    """The port that the server printed; a server that dies prints none."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line.isdigit():
        raise HouvastError("the demo's AWS server did not start", "run it again; if it fails again, look at aws-server.log in the demo's folder")
    return line


def _wait(ready: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + _START
    while True:
        try:
            if ready():
                return
        except OSError as error:
            if time.monotonic() > end:
                raise HouvastError(f"the demo's AWS server does not answer: {error}", f"look at {log}") from error
        time.sleep(0.05)


def _end(process: subprocess.Popen[str]) -> None:
    """Stop it politely, then for certain; with all its children."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
    if process.stdout:
        process.stdout.close()
