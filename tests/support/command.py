"""Runs the real command in a process of its own, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def houvast(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None, root: Path = ROOT, timeout: float = 90) -> Ran:
    """`houvast ARGUMENTS` in a scrubbed environment; never with the user's credentials."""
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8", "PYTHONPATH": str(root), "COLUMNS": "110", "AWS_EC2_METADATA_DISABLED": "true"}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        clean[name] = os.environ.get(name, os.devnull)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "scanner.cli.main", *map(str, arguments)], cwd=cwd, env=clean | (env or {}), capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)
