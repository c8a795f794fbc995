"""`houvast doctor`: what is installed, configured and reachable, and the next step for what is not. Sends nothing."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from scanner import __version__, plugins
from scanner.errors import Exit, HouvastError
from scanner.report.text import Paint, safe

_PACKAGES = ("azure-identity", "azure-mgmt-resource", "boto3", "cryptography", "jmespath", "PyYAML", "sslyze", "tabulate")


def run(arguments: argparse.Namespace) -> int:
    """0 when a scan can run; 1 when the installation itself is broken. A missing credential is only told."""
    paint = Paint(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    broken = False
    for title, look in (
        ("installation", _installation),
        ("rules", _rules),
        ("configuration", lambda: _configuration(arguments.config)),
        ("AWS", _aws),
        ("Azure", _azure),
        ("demo", _demo),
    ):
        print(paint(title, "bold"))
        for good, text, step in _safely(look):
            mark = paint("✓", "green") if good else paint("✗" if step.startswith("!") else "·", "yellow")
            print(f"  {mark} {safe(text)}" + (f"\n      → {safe(step.lstrip('!'))}" if step else ""))
            broken = broken or step.startswith("!")
    return int(Exit.TOOL_ERROR if broken else Exit.OK)


#: good?, what was found, next step (with `!` in front when nothing works without it).
_Line = tuple[bool, str, str]


def _safely(look: Callable[[], Iterator[_Line]]) -> Iterator[_Line]:
    try:
        yield from look()
    except HouvastError as error:
        yield False, error.message, f"!{error.advice}"


def _installation() -> Iterator[_Line]:
    yield True, f"houvast {__version__} on Python {sys.version.split()[0]}, in {plugins.ROOT}", ""
    for name in _PACKAGES:
        try:
            yield True, f"{name} {importlib.metadata.version(name)}", ""
        except importlib.metadata.PackageNotFoundError:
            yield False, f"{name} is not installed", "!install Houvast again with pip, it brings its packages"


def _rules() -> Iterator[_Line]:
    yield True, f"{len(plugins.load_checks())} checks, {len(plugins.load_types())} resource types", ""


def _configuration(named: str | None) -> Iterator[_Line]:
    from scanner.cli.choosing import CONFIG, chosen_config
    from scanner.cli.judging import PROMISES

    config = chosen_config(named)
    file = Path(named) if named else CONFIG
    yield (
        file.is_file(),
        f"{file} {'is valid' if file.is_file() else 'is not there'}",
        "" if file.is_file() else "optional: it names targets, promises and parameters (docs/quickstart.md)",
    )
    promises = Path(config.promises) if config.promises else PROMISES
    if promises.is_file():
        from scanner.store.promise_file import load_promises

        yield True, f"{promises}: {len(load_promises(promises, plugins.load_checks(), config.environments))} promises", ""
    else:
        yield False, f"{promises} is not there", "optional: write down what you promised (docs/promises.md)"


def _aws() -> Iterator[_Line]:
    import botocore.session  # the same chain as a scan

    session = botocore.session.Session()
    try:
        credentials = session.get_credentials()
    except Exception as error:
        yield False, f"credentials cannot be read: {error}", "check AWS_PROFILE and ~/.aws/config"
        return
    if credentials is None:
        yield False, "no credentials found", "set AWS_PROFILE, or run `aws sso login` or `aws configure`; needed for the target aws"
    else:
        yield True, f"credentials by {credentials.method}", ""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        yield True, f"all calls go to AWS_ENDPOINT_URL = {endpoint}", ""


def _azure() -> Iterator[_Line]:
    names = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
    if all(os.environ.get(name) for name in names):
        how = "a secret" if os.environ.get("AZURE_CLIENT_SECRET") else "a certificate or federated token"
        yield True, f"service principal from the environment, with {how}", ""
    elif os.environ.get("IDENTITY_ENDPOINT") or os.environ.get("MSI_ENDPOINT"):
        yield True, "managed identity", ""
    else:
        yield False, "no service principal in the environment", "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run `az login`; needed for the target azure"


def _demo() -> Iterator[_Line]:
    there = importlib.util.find_spec("moto") is not None
    yield there, "servers for `houvast demo` are installed" if there else "servers for `houvast demo` are not installed", "" if there else "optional: pip install 'houvast[demo]'"
