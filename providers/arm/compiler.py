"""The Bicep compiler, where the user has one: it knows the language best. It is told to restore nothing, so that no module is fetched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from scanner.sdk import Answer, OutOfReach, local_file

MAX_BYTES = 16 * 1024 * 1024
_MODULE = re.compile(r"^[ \t]*module[ \t]+\w+[ \t]+'([^'\n]+)'", re.M)


def compiled(path: Path, deadline: float) -> str | None:
    """What `bicep build` makes of a file; None where there is no compiler or it gives nothing (a module of a registry that was
    not restored): the file is then read by its syntax."""
    program = shutil.which("bicep")
    if program is None or not os.path.isabs(program) or Path(program).resolve().is_relative_to(path.resolve().parent):
        return None  # nothing that is scanned is ever started
    try:
        done = subprocess.run(  # noqa: S603 - the user's own compiler, by its whole path
            [program, "build", "--no-restore", "--stdout", str(path.resolve())], stdin=subprocess.DEVNULL, capture_output=True, timeout=deadline, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0 or not done.stdout or len(done.stdout) > MAX_BYTES:
        return None
    return done.stdout.decode("utf-8-sig", "replace")


def _environment() -> dict[str, str]:
    """What the compiler needs, and no credentials."""
    kept = ("PATH", "HOME", "USERPROFILE", "TEMP", "TMP", "TMPDIR", "SYSTEMROOT", "LANG", "DOTNET_ROOT", "DOTNET_BUNDLE_EXTRACT_BASE_DIR")
    return {**{key: os.environ[key] for key in kept if key in os.environ}, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "BICEP_TRACING_ENABLED": "false"}


def without_lines(answer: Answer, path: Path, name: str) -> Answer:
    """Lines of the compiled text say nothing about the file; the local modules in it were read with it."""
    documents = tuple(replace(doc, file=name, lines={}) for doc in answer.documents)
    return replace(answer, documents=documents, reads=frozenset({*answer.reads, *_modules(path)}))


def _modules(path: Path, limit: int = 200) -> set[Path]:
    """Local modules that a file leads to."""
    found: set[Path] = set()
    todo = [path]
    while todo and len(found) < limit:
        at = todo.pop()
        try:
            text = at.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for named in _MODULE.findall(text):
            try:
                module = local_file(at, named)
            except OutOfReach:
                continue
            if module not in found:
                found.add(module)
                todo.append(module)
    return found
