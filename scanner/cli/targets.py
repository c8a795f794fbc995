"""From what was typed to what is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner.errors import InvalidFile, UsageError
from scanner.model.record import dataclass

MAX_FILE = 64 * 1024 * 1024
"""Bytes; a larger file is no template that anybody deploys."""


@dataclass(frozen=True)
class Targets:
    """Targets by provider, and files, in the order given."""

    live: dict[str, tuple[str, ...]]
    """Provider word → what follows it."""
    files: tuple[Path, ...]
    words: tuple[str, ...]
    """As typed, for the snapshot."""
    named: frozenset[Path] = frozenset()
    """Files that were named one by one rather than found in a folder: one that cannot be read is an error."""


def words_of(typed: Iterable[str], groups: Iterable[str]) -> tuple[str, ...]:
    """What was typed, and each management group as the target that it is."""
    return (*typed, *(f"azure:mg/{name}" for name in groups))


def parse_targets(words: Iterable[str], profile: str | None = None) -> Targets:
    """Sort targets by kind. Raises UsageError for what is neither, InvalidFile for an unreadable @file."""
    live: dict[str, list[str]] = {}
    files: list[Path] = []
    named: set[Path] = set()
    typed = list(_expand(words))
    if not typed:
        raise UsageError("no target given", "name what to look at (houvast scan --help lists the kinds), or put targets in houvast.toml; `houvast demo` needs none")
    for word in typed:
        kind, _, rest = word.partition(":")
        if kind in ("aws", "azure") and not Path(word).exists():
            live.setdefault(kind, []).append(rest or (profile or "" if kind == "aws" else ""))
        elif Path(word).exists():
            found = list(_files(Path(word)))
            files.extend(found)
            named.update({Path(word)} if not Path(word).is_dir() or found == [Path(word)] else ())
        elif _looks_like_file(word):
            raise UsageError(f"{word}: no such file or folder", "check the spelling; an endpoint is given as HOST:PORT or https://HOST")
        else:
            live.setdefault("tls", []).append(word)
    return Targets({kind: tuple(dict.fromkeys(rests)) for kind, rests in live.items()}, tuple(dict.fromkeys(files)), tuple(dict.fromkeys(typed)), frozenset(named))


def _expand(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if not word.startswith("@"):
            yield word
            continue
        try:
            lines = Path(word[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidFile(word[1:], f"cannot be read: {getattr(error, 'strerror', None) or error}", "give a text file with one target a line") from error
        for line in lines:
            target = line.split("#", 1)[0].strip()
            if target:
                yield target


def _looks_like_file(word: str) -> bool:
    if "://" in word:
        return False
    return word.startswith((".", "/", "~")) or Path(word).suffix.lower() in (".yaml", ".yml", ".json", ".template", ".tf", ".bicep", ".toml", ".jsonl", ".txt")


def _folders(path: Path) -> list[Path]:
    """Folders that are deployed as one. The reader is only asked where one of its files is."""
    if not any(path.rglob("*.tf")) and not any(path.rglob("*.tf.json")):
        return []
    from scanner import plugins

    return plugins.folder_reader().find(path)


_SKIPPED = {".git", ".venv", "node_modules", ".terraform", "__pycache__"}


def _files(path: Path) -> Iterator[Path]:
    """The file, or the files below a folder that might be templates; links are not followed out of it."""
    if not path.is_dir():
        yield path
        return
    yield from _folders(path)
    assemblies = _assemblies(path)
    for entry in sorted(path.rglob("*")):
        inside = entry.relative_to(path).parts
        if any(entry != at / "manifest.json" and entry.is_relative_to(at) for at in assemblies):
            continue  # what the CDK made is read by its manifest: assets are no templates
        if entry.suffix.lower() in (".yaml", ".yml", ".json", ".template", ".bicep") and not _SKIPPED & set(inside) and entry.is_file() and not entry.is_symlink():
            yield entry


def _assemblies(path: Path) -> tuple[Path, ...]:
    """The outermost folders that the CDK made: each holds a file `cdk.out` and a manifest."""
    found: list[Path] = []
    for mark in sorted(path.rglob("cdk.out"), key=lambda entry: len(entry.parts)):
        at = mark.parent
        if mark.is_file() and (at / "manifest.json").is_file() and not _SKIPPED & set(mark.relative_to(path).parts) and not any(at.is_relative_to(outer) for outer in found):
            found.append(at)
    return tuple(found)


def read_text(path: Path) -> str:
    """The text of a file, within bounds. Raises InvalidFile."""
    try:
        if not path.is_file():
            raise InvalidFile(str(path), "is no ordinary file", "give a template or snapshot")
        if path.stat().st_size > MAX_FILE:
            raise InvalidFile(str(path), f"is larger than {MAX_FILE // 1024 // 1024} MiB", "split the template, or leave the file out")
        text = path.read_bytes().decode("utf-8-sig")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    except OSError as error:
        raise InvalidFile(str(path), f"cannot be read: {error.strerror}", "check the path and its permissions") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InvalidFile(str(path), f"is not UTF-8 text (byte {error.start})", "save it as UTF-8", line) from error
