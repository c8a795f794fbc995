"""Runs the real command in a process of its own, as a user would.

A process that starts from nothing spends half a second on imports. Here it is forked off one that has them: `fork_server` runs once a
test process, and each command still has its own arguments, folder, environment, output, limits and exit code. `fresh=True` starts an
interpreter instead; so does whatever it would have to know from its first moment on (another copy of Houvast, `PYTHON…`).
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
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


def houvast(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None, root: Path = ROOT, timeout: float = 90, fresh: bool = False) -> Ran:
    """`houvast ARGUMENTS` in a scrubbed environment; never with the user's credentials."""
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8", "PYTHONPATH": str(root), "COLUMNS": "110", "AWS_EC2_METADATA_DISABLED": "true"}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        clean[name] = os.environ.get(name, os.devnull)
    words = [str(word) for word in arguments]
    if fresh or root != ROOT or any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env or {}):
        ran = _started(words, cwd, clean | (env or {}), timeout)
    else:
        ran = _forked(words, cwd, clean | (env or {}), timeout)
    assert "Traceback" not in ran.err, ran.err
    return ran


def _started(words: list[str], cwd: Path, env: dict[str, str], timeout: float) -> Ran:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "scanner.cli.main", *words], cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def _forked(words: list[str], cwd: Path, env: dict[str, str], timeout: float) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps({"words": words, "cwd": str(cwd), "env": env, "out": str(out), "err": str(err), "seconds": timeout}) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return Ran(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


@cache
def _server() -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "HOME": os.devnull, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("fork_server.py"))], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )  # fmt: skip
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    """It ends when nobody asks it any more."""
    assert server.stdin is not None
    server.stdin.close()
    server.wait(10)
