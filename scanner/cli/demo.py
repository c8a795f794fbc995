"""`houvast demo`: the main job on real servers of this machine, no account needed."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scanner.errors import Exit
from scanner.plugins import ROOT, load_types

_FOUND = (ROOT / "fixtures" / "promises" / "care-technology.toml", ROOT / "scanner" / "demo" / "promises" / "care-technology.toml")


def run(arguments: argparse.Namespace) -> int:
    """0 when the demo went as it should (its estate breaks promises on purpose), else the code of what went wrong."""
    from scanner.demo.servers import require_extra

    require_extra()
    folder = Path(arguments.folder)
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with ExitStack() as stack:
        say = _Steps(5)
        targets = _start(stack, folder, say)
        promises = arguments.promises or next(str(path) for path in _FOUND if path.exists())
        say("scan all of it and settle the promises")
        code = _scan(targets, folder, promises, arguments.verbose)
        say("stop the servers")
    if code not in (Exit.OK, Exit.FAILED, Exit.UNKNOWN):
        return code
    print(f"\n{folder}/ holds snapshot.jsonl, report.html, report.json and report.txt ({time.monotonic() - start:.0f} s). Try next:", file=sys.stderr)
    print(f"  houvast judge {folder}/snapshot.jsonl --check residency\n  houvast inventory {folder}/snapshot.jsonl\n  houvast explain residency", file=sys.stderr)
    return int(Exit.OK) if code == Exit.FAILED else code


class _Steps:
    """Numbers the steps on stderr."""

    def __init__(self, of: int) -> None:
        self.of, self.at = of, 0

    def __call__(self, text: str) -> None:
        self.at += 1
        print(f"[{self.at}/{self.of}] {text} …", file=sys.stderr, flush=True)


def _start(stack: ExitStack, folder: Path, say: _Steps) -> list[str]:
    from scanner.demo import aws_estate, azure_estate, tls_servers
    from scanner.demo.arm import ArmReplay
    from scanner.demo.servers import aws_server

    say("start an AWS server (moto) and build a small estate in it")
    stack.enter_context(_environment(_forgotten()))
    url = stack.enter_context(aws_server(aws_estate.moto_environment(), folder / "aws-server.log"))
    credentials = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-central-1"}
    stack.enter_context(_environment(credentials))
    aws_estate.seed(url)
    say("start an Azure Resource Manager and its estate")
    arm = stack.enter_context(ArmReplay(azure_estate.estate(), tls_dir=folder / "arm-tls", proxy=True))
    stack.enter_context(_environment(arm.environment()))
    say("start four TLS endpoints: good, expiring soon, expired, old")
    endpoints = stack.enter_context(tls_servers.demo_servers(folder / "tls"))
    known = (name for name, decl in load_types().items() if decl.provider != "aws" or name in aws_estate.TYPES)
    return ["aws", "azure", *endpoints.targets, f"--ca-file={endpoints.ca_file}", *(f"--type={name}" for name in known)]


def _forgotten() -> dict[str, str | None]:
    """The user's own accounts, profiles and proxies play no part in the demo."""
    own = (name for name in os.environ if name.startswith(("AWS_", "AZURE_", "HOUVAST_")) or name.lower().endswith("_proxy"))
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    return {**dict.fromkeys(own), **nothing}


@contextmanager
def _environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    """Environment variables for the time of the demo."""
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _scan(targets: list[str], folder: Path, promises: str, verbose: bool) -> int:
    """The scan in English, whatever language the promises are in; the page speaks theirs."""
    from scanner.cli.main import main

    snapshot, settle = str(folder / "snapshot.jsonl"), ["--promises", promises]
    outputs = ["--snapshot", snapshot, "-o", str(folder / "report.json"), "-o", str(folder / "report.txt"), "--language", "en"]
    code = main(["scan", *targets, *settle, *outputs, *(["--verbose"] if verbose else [])])
    if code in (Exit.OK, Exit.FAILED, Exit.UNKNOWN):
        with contextlib.redirect_stdout(io.StringIO()):
            main(["judge", snapshot, *settle, "-o", str(folder / "report.html")])
    return code
