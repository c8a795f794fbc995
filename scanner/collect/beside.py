"""Files that readers open, within bounds: the text of one, and those that it names, in the tree that is scanned and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

from scanner.errors import InvalidFile


class OutOfReach(Exception):
    """The file is not one that is read; the text says why."""


def local_file(named_in: Path, relative: str) -> Path:
    """The file that `relative` names, as seen from the file `named_in`. Raises OutOfReach for a URL, for what is not there, and for
    what lies outside of the tree, by `..` or by a link: what is scanned does not choose what else is read.

    The tree is the repository (the nearest folder above with a `.git`), else the working directory, else the file's own folder."""
    if "://" in relative or "\0" in relative or "\\" in relative or len(relative) > 1000 or not relative.strip():
        raise OutOfReach(f"{relative[:200]} is no path of a file here: nothing is downloaded")
    folder = Path(os.path.normpath(named_in.absolute().parent))
    if relative.startswith(("/", "~")):
        raise OutOfReach(f"{relative[:200]} is an absolute path: only files of the tree are read")
    wanted = Path(os.path.normpath(folder / relative))
    tree = _tree(folder)
    if not wanted.is_relative_to(tree):
        raise OutOfReach(f"{relative[:200]} lies outside of {tree.name or tree}, the folder that is scanned")
    real = wanted.resolve()
    if not real.is_relative_to(tree.resolve()):
        raise OutOfReach(f"{relative[:200]} is a link that leads out of the folder that is scanned")
    if not real.is_file():
        raise OutOfReach(f"{relative[:200]} is not there")
    return wanted


def file_text(path: Path, name: str, most: int, larger: str) -> str:
    """The text of a file of at most so many bytes; `larger` says what to do with a larger one. Raises InvalidFile when it cannot be
    read, is too large, or is not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InvalidFile(name, f"cannot be read: {error.strerror}", "give a file that exists and that you may read") from error
    if len(data) > most:
        raise InvalidFile(name, f"is larger than {most // 1024 // 1024} MiB", larger)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFile(name, "is not UTF-8 text", "save it as UTF-8", data.count(b"\n", 0, error.start) + 1) from error


def _tree(folder: Path) -> Path:
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return above
    here = Path(os.path.normpath(Path.cwd()))
    return here if folder.is_relative_to(here) else folder
