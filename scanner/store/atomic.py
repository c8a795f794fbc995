"""Files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from scanner.errors import InvalidFile


def write_atomic(path: Path, text: str | Iterable[str]) -> None:
    """Write text, or pieces of it as they are made, as UTF-8; see `write_atomic_bytes`."""
    _write(path, (text.encode(),) if isinstance(text, str) else (piece.encode() for piece in text))


def write_atomic_bytes(path: Path, body: bytes) -> None:
    """Write beside the target and rename, so that a reader never sees half a file. Raises InvalidFile."""
    _write(path, (body,))


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    if path.exists() and (not path.is_file() or path.is_relative_to("/dev")):
        return _into(path, pieces)  # a device, a pipe, the descriptor of a shell: never to be replaced by a file
    path = path.resolve() if path.is_symlink() else path  # a link stays one
    import tempfile  # brings random numbers of all kinds; nothing is written by most runs

    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InvalidFile(str(path), f"cannot be written: {error.strerror}", "give a folder that exists and that you may write to") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except BaseException as error:  # a defect or an interrupt while pieces are made leaves nothing behind either
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise InvalidFile(str(path), f"cannot be written: {error.strerror}", "check the place and the free space") from error
        raise


def _into(path: Path, pieces: Iterable[bytes]) -> None:
    """Write to what is no file of its own."""
    try:
        with path.open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise InvalidFile(str(path), f"cannot be written: {error.strerror}", "check the place and the free space") from error
