"""Has a folder evaluated: variables, locals, functions, count, for_each, dynamic blocks and local modules, by tfparse.

tfparse is native code, and the folder may be hostile: copies of the files that we read ourselves are given to a process
of its own, which has little time, little memory, no network and an empty environment. No module is ever downloaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner.sdk import InvalidFile, MissingExtra

SECONDS = 60
MAX_OUTPUT = 256 * 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")
_REMEDY = "scan a plan instead: terraform show -json tfplan > plan.json"


def evaluated(files: Mapping[str, str], root: str, given: list[str], name: str, workspace: str = "default", seconds: int = SECONDS) -> dict[str, list[dict[str, Any]]]:
    """What tfparse makes of the folder `root` among `files` (text by relative path). Raises InvalidFile, MissingExtra."""
    with tempfile.TemporaryDirectory(prefix="houvast-") as stage:
        for relative, text in files.items():
            path = Path(stage, relative)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
        variables = []
        for n, text in enumerate(given):
            variables.append(f"houvast-{n}.tfvars")  # tfparse looks for them inside the folder
            Path(stage, root, variables[-1]).write_text(text, encoding="utf-8", errors="surrogatepass")
        answer = _run([sys.executable, "-I", str(_CHILD), str(Path(stage, root)), workspace, str(seconds), *variables], name, seconds)
    if "missing" in answer:
        raise MissingExtra("Terraform files need packages that are not installed", f"pip install 'houvast[hcl]', or {_REMEDY}")
    if "error" in answer:
        raise InvalidFile(name, f"cannot be evaluated: {str(answer['error'])[:300]}", _REMEDY)
    value = answer.get("value")
    if not isinstance(value, dict):
        raise InvalidFile(name, "was evaluated to nothing that can be read", _REMEDY)
    return {kind: [one for one in many if isinstance(one, dict)] for kind, many in value.items() if isinstance(many, list)}


def _run(command: list[str], name: str, seconds: int) -> dict[str, Any]:
    environment = {"PATH": os.defpath, "GOMAXPROCS": "2", "GOMEMLIMIT": "1500MiB", "LANG": "C.UTF-8"}
    with tempfile.TemporaryFile() as complaints, subprocess.Popen(  # noqa: S603 - our own program, by path
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, env=environment, start_new_session=True
    ) as process:  # fmt: skip
        try:
            output = _bounded(process, seconds)
        finally:
            process.kill()
    if output is None:
        raise InvalidFile(name, f"cannot be evaluated within {seconds} seconds and {MAX_OUTPUT // 1024 // 1024} MiB", f"look for loops of modules and huge counts, or {_REMEDY}")
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise InvalidFile(name, "ended its evaluation without an answer: it asks for more memory or time than a configuration needs", _REMEDY)
    return answer


def _bounded(process: subprocess.Popen[bytes], seconds: int) -> bytes | None:
    """Everything that it writes; None when that is too much or takes too long."""
    import threading

    assert process.stdout is not None
    late = threading.Timer(seconds, process.kill)
    late.daemon = True
    late.start()
    try:
        found = process.stdout.read(MAX_OUTPUT + 1)
        process.kill() if len(found) > MAX_OUTPUT else process.wait()
    finally:
        late.cancel()
    return None if len(found) > MAX_OUTPUT or process.returncode == -9 else found


__all__ = ["evaluated"]
