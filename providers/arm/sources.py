"""Templates that a template names: read beside it, in JSON or Bicep, and never fetched."""

from __future__ import annotations

from dataclasses import replace

from providers.arm.deployment import Deployment
from providers.arm.jsonc import Obj
from scanner.sdk import HouvastError, OutOfReach, local_file

MAX_FILES = 200
MAX_CHAIN = 10


def load(at: Deployment, relative: str) -> Deployment | str:
    """The deployment of a file beside the template `at`, or why it is not read."""
    if relative.startswith(("br:", "br/", "ts:", "ts/")):
        return f"{relative[:100]} is a module of a registry: nothing is downloaded"
    try:
        path = local_file(at.path, relative)
    except OutOfReach as error:
        return str(error)
    real = str(path.resolve())
    if real in at.chain:
        return f"{relative} leads back to itself"
    if len(at.chain) >= MAX_CHAIN:
        return f"templates lead to one another more than {MAX_CHAIN} levels deep"
    reading = at.reading
    if len(reading.files) >= MAX_FILES and path not in reading.files:
        return f"more than {MAX_FILES} templates are named"
    reading.files.add(path)
    name = _name(at, relative)
    try:
        raw = _raw(at, path, name)
    except HouvastError as error:
        return error.message
    return replace(at, raw=raw, file=name, path=path, outer=None, chain=(*at.chain, real))


def _name(at: Deployment, relative: str) -> str:
    """How the user would call it: beside the name of the file that leads to it."""
    import posixpath

    return posixpath.normpath(posixpath.join(posixpath.dirname(at.file), relative))


def _raw(at: Deployment, path: object, name: str) -> Obj:
    from pathlib import Path

    from providers.arm import bicep, reader

    file = Path(str(path))
    cache = at.reading.parsed
    if file not in cache:
        raw, values = bicep.template(file, name) if file.suffix.lower() == ".bicep" else reader.template(file, name)
        at.reading.budget.spend(values // 4)
        cache[file] = raw
    return cache[file]
