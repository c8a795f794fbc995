"""Files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from scanner.errors import InvalidFile


def write_atomic(path: Path, text: str) -> None:
    """Write text as UTF-8; see `write_atomic_bytes`."""
    write_atomic_bytes(path, text.encode())


def write_atomic_bytes(path: Path, body: bytes) -> None:
    """Write beside the target and rename, so that a reader never sees half a file. Raises InvalidFile."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InvalidFile(str(path), f"cannot be written: {error.strerror}", "give a folder that exists and that you may write to") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InvalidFile(str(path), f"cannot be written: {error.strerror}", "check the place and the free space") from error
