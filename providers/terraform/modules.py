"""Folders of Terraform files as modules: what is declared in each, which call which, and what could not be read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from providers.terraform.json_syntax import as_hcl, relined
from providers.terraform.names import join
from providers.terraform.syntax import Block, Broken, Expr, TooDeep, parse
from scanner.sdk import InvalidFile

MAX_FILE, MAX_TOTAL, MAX_FILES, MAX_CALLS = 4 * 1024 * 1024, 64 * 1024 * 1024, 5_000, 2_000
_SKIPPED = frozenset({".git", ".venv", "node_modules", ".terraform", ".terragrunt-cache", "__pycache__", "cdk.out"})
_TESTS = frozenset({"test", "tests"})
"""Below a module: configurations that tests set up (Terraform documentation, "Tests")."""
_SOURCE = re.compile(r"""(?m)(?:^\s*source\s*=|"source"\s*:)\s*"(\.\.?(?:/[^"]*)?)\"""")


@dataclass
class Module:
    """One folder."""

    path: str
    resources: dict[tuple[str, str, str], tuple[Block, str]] = field(default_factory=dict)
    """By mode (`resource`, `data`), type and name: the block and its file."""
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Expr] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    calls: dict[str, tuple[Block, str]] = field(default_factory=dict)
    providers: list[tuple[Block, str]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    """By name of the provider: the constraint on its version."""
    torn: bool = False
    """A file of it could not be read: what it declares is not known."""


@dataclass
class Folder:
    """A root module with all local modules that it calls."""

    root: Path
    """The folder itself."""
    base: Path
    """What holds all modules: paths are relative to it."""
    modules: dict[str, Module] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Files that were read, by path."""
    troubles: list[tuple[str, str, int | None]] = field(default_factory=list)
    """(file, what is wrong with it, line)."""


def load(root: Path) -> Folder:
    """Read a root module and what it calls. Raises MissingExtra."""
    top = Path(os.path.abspath(root))
    found = Folder(root, top)
    todo = [top]
    seen: dict[Path, Module] = {}
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen[path] = module = Module(str(path))
        _read(path, module, found)
        for call, _ in module.calls.values():
            source = literal(call, "source")
            if source is not None and _local(source):
                below = Path(os.path.normpath(path / source))
                if below.is_dir():
                    todo.append(below)
    found.base = Path(os.path.commonpath([str(path) for path in seen]))
    found.modules = {_relative(path, found.base): module for path, module in seen.items()}
    for relative, module in found.modules.items():
        module.path = relative
    found.texts = {_relative(Path(path), found.base): text for path, text in found.texts.items()}
    return found


def _relative(path: Path, base: Path) -> str:
    return os.path.relpath(path, base)


def _local(source: str) -> bool:
    return source.startswith(("./", "../")) or source in (".", "..")


def literal(block: Block, name: str) -> str | None:
    """The value of an attribute that is plain text."""
    expr = block.attributes.get(name, (None, 0))[0]
    return expr.value if expr is not None and expr.kind == "literal" and isinstance(expr.value, str) else None


def _read(path: Path, module: Module, folder: Folder) -> None:
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        folder.troubles.append((str(path), f"cannot be read: {error.strerror}", None))
        module.torn = True
        return
    for entry in entries:
        if not entry.name.endswith((".tf", ".tf.json")):
            continue
        try:
            text = _text(entry, folder)
            if entry.name.endswith(".json"):
                text, origins = as_hcl(text)
                block = parse(text)
                relined(block, origins)
            else:
                block = parse(text)
        except InvalidFile as error:
            folder.troubles.append((entry.path, str(error.message).partition(": ")[2] or error.message, error.line))
            module.torn = True
            continue
        except Broken as error:
            folder.troubles.append((entry.path, f"is no valid {'configuration in JSON' if entry.name.endswith('.json') else 'HCL'}", error.line))
            module.torn = True
            continue
        except (TooDeep, RecursionError):
            folder.troubles.append((entry.path, "is nested deeper than anybody writes", None))
            module.torn = True
            continue
        folder.texts[entry.path if entry.name.endswith(".tf") else f"{entry.path}.tf"] = text
        _declare(block, entry.path, module)


def _text(entry: os.DirEntry[str], folder: Folder) -> str:
    if entry.name.removesuffix(".json") == "override.tf" or entry.name.removesuffix(".json").endswith("_override.tf"):
        raise InvalidFile(entry.path, "overrides what other files declare, which is not read: scan a plan", "")
    if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
        raise InvalidFile(entry.path, "is a link or no ordinary file: it is not followed", "")
    if entry.stat().st_size > MAX_FILE or len(folder.texts) >= MAX_FILES or sum(map(len, folder.texts.values())) > MAX_TOTAL:
        raise InvalidFile(entry.path, "is larger than a configuration is", "")
    try:
        data = Path(entry.path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidFile(entry.path, f"cannot be read: {error.strerror}", "") from error
    except UnicodeDecodeError as error:
        raise InvalidFile(entry.path, "is not UTF-8 text", "", data.count(b"\n", 0, error.start) + 1) from error


def _declare(top: Block, file: str, module: Module) -> None:
    for block in top.blocks:
        name = block.labels[0] if block.labels else ""
        match block.kind:
            case "resource" | "data" if len(block.labels) == 2:
                module.resources[block.kind, block.labels[0], block.labels[1]] = (block, file)
            case "variable":
                module.variables[name] = block
            case "output":
                module.outputs[name] = block
            case "module":
                module.calls[name] = (block, file)
            case "locals":
                module.locals.update({key: expr for key, (expr, _) in block.attributes.items()})
            case "provider":
                module.providers.append((block, file))
            case "terraform":
                for inner in block.blocks:
                    if inner.kind == "required_providers":
                        module.versions.update(dict(_versions(inner)))
            case _:
                pass


def _versions(block: Block) -> Iterator[tuple[str, str]]:
    for name, (expr, _) in block.attributes.items():
        said = expr.value.get("version") if expr.kind == "object" else expr
        if said is not None and said.kind == "literal" and isinstance(said.value, str):
            yield name, said.value


def locked(root: Path) -> dict[str, str]:
    """Versions of providers that `.terraform.lock.hcl` pins, by the last part of the provider's name."""
    path = root / ".terraform.lock.hcl"
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_FILE:
            return {}
        top = parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, Broken, TooDeep):
        return {}
    found = ((block.labels[0].rsplit("/", 1)[-1], literal(block, "version")) for block in top.blocks if block.kind == "provider" and block.labels)
    return {name: version for name, version in found if version is not None}


def find(path: Path) -> list[Path]:
    """Folders at or below a path that hold a configuration of their own: those that others call as a module are parts of them."""
    holding: list[Path] = []
    called: set[str] = set()
    for folder, below, files in os.walk(path):
        configured = sorted(name for name in files if name.endswith((".tf", ".tf.json")))
        below[:] = sorted(name for name in below if name not in _SKIPPED and not name.startswith(".") and not (configured and name in _TESTS))
        if len(holding) > MAX_CALLS:
            break
        if configured:
            holding.append(Path(folder))
            for name in configured:
                called |= {os.path.normpath(os.path.join(os.path.abspath(folder), source)) for source in _sources(Path(folder, name))}
    return [one for one in holding if os.path.abspath(one) not in called]


def _sources(file: Path) -> Iterator[str]:
    try:
        if not file.is_symlink() and file.is_file() and file.stat().st_size <= MAX_FILE:
            yield from _SOURCE.findall(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return


__all__ = ["Folder", "Module", "find", "join", "literal", "load", "locked"]
