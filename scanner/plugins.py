"""Finds checks, type declarations, providers and readers; the only place where `scanner` meets them.

Ours are the packages `checks` and `providers` that stand beside `scanner`: if Python finds others first (the
folder that is scanned may hold a `checks/` of its own), Houvast refuses to start, because it never runs code
from what it scans. Those of others come by entry points (`houvast.checks`, `houvast.types`).
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from scanner import outlines
from scanner.collect.plan import Answer, Options, Worker
from scanner.declare.catalogue import Catalogue, Outline
from scanner.declare.decl import TypeDecl
from scanner.errors import HouvastError
from scanner.judge.registry import Check, CheckError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ROOT = Path(__file__).resolve().parent.parent

#: Modules that look at live things, by the word a target starts with.
LIVE = {"aws": "providers.aws.live", "azure": "providers.azure.live", "tls": "providers.tls.live"}
#: Modules that read files; the first that recognises a file's content reads it.
READERS = ("providers.terraform.plan", "providers.cloudformation.cdk", "providers.cloudformation.reader", "providers.arm.reader", "providers.arm.bicep")
_OF_OBJECTS = {"providers.terraform.plan", "providers.cloudformation.cdk"}
#: The module that reads folders: files of Terraform that are one configuration together.
FOLDERS = "providers.terraform.folder"
#: Packages whose modules hold type declarations.
TYPES = ("providers.aws.types", "providers.azure.types", "providers.tls.types")


class LiveProvider(Protocol):
    """What a module in LIVE offers."""

    def open(self, targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:
        """A worker for these targets (without the provider's word). Raises MissingCredentials, UsageError."""
        ...


class FileReader(Protocol):
    """What a module in READERS offers."""

    def recognise(self, text: str) -> bool:
        """Whether a file with this content is of its kind; reads no further than it must, runs nothing."""
        ...

    def read(self, path: Path, name: str, options: Options) -> Answer:
        """The documents of a file; `name` is how the user called it. Raises InvalidFile with line and remedy."""
        ...


class LineFinder(Protocol):
    """What a module in READERS may offer as `lines`."""

    def __call__(self, text: str, wanted: Mapping[str, Collection[str]]) -> Mapping[tuple[str, str], int]:
        """The 1-based line of each wanted path by address; of the resource itself under the empty path."""
        ...


class FolderReader(Protocol):
    """What the module in FOLDERS offers."""

    def find(self, path: Path) -> list[Path]:
        """The folders at or below a path that are deployed as one, in sorted order; those that others use as a part are left out."""
        ...

    def read(self, path: Path, name: str, options: Options) -> Answer:
        """The documents of a folder. Raises InvalidFile, MissingExtra."""
        ...


def _beside(package: str) -> Path:
    """The folder of one of our packages. Raises HouvastError when Python would import another one."""
    spec = PathFinder.find_spec(package)
    found = Path(spec.origin).resolve().parent if spec and spec.origin else None
    if found != ROOT / package:
        raise HouvastError(
            f"the package {package!r} would be loaded from {found or 'nowhere'} instead of {ROOT / package}",
            "start houvast by its installed command, and take the scanned folder off PYTHONPATH: Houvast runs no code from what it scans",
        )
    return found


def _modules(package: str) -> Iterator[ModuleType]:
    """Every module of a package in sorted order, or the module itself."""
    top = package.split(".")[0]
    folder = _beside(top).joinpath(*package.split(".")[1:])
    if not folder.is_dir():
        yield importlib.import_module(package)
        return
    for file in sorted(folder.glob("*.py")):
        if file.stem != "__init__":
            yield importlib.import_module(f"{package}.{file.stem}")


def _entry_points(group: str) -> Iterator[EntryPoint]:
    """Plugins of others. importlib.metadata costs 30 ms and reads every installed package: it is asked only if some
    package has a word for us in its entry_points.txt, which is far cheaper to find out."""
    if not any(f"[{group}]" in text for text in _entry_point_files()):
        return
    from importlib.metadata import entry_points

    yield from entry_points(group=group)


@cache
def _entry_point_files() -> tuple[str, ...]:
    """The text of every installed package's entry_points.txt, in the order of sys.path."""
    folders = (Path(folder) for folder in sys.path if folder and os.path.isdir(folder))
    found = (info / "entry_points.txt" for folder in folders for info in sorted(folder.glob("*.*-info")))
    return tuple(file.read_text(encoding="utf-8", errors="replace") for file in found if file.is_file())


@cache
def load_checks() -> Mapping[str, Check[Any]]:
    """Every check by its id. A check whose file does not bear its name is an error."""
    found: dict[str, Check[Any]] = {}
    for module in _modules("checks"):
        name = module.__name__.rsplit(".", 1)[1]
        loaded = getattr(module, name, None)
        if not isinstance(loaded, Check) or loaded.id != name.replace("_", "-"):
            raise CheckError(f"checks/{name}.py must define the check {name.replace('_', '-')!r} as {name}")
        found[loaded.id] = loaded
    for entry in _entry_points("houvast.checks"):
        loaded = entry.load()
        if not isinstance(loaded, Check) or loaded.id in found:
            raise CheckError(f"the plugin {entry.value} is no new check")
        found[loaded.id] = loaded
    return MappingProxyType(dict(sorted(found.items())))


@cache
def load_types(*packages: str) -> Mapping[str, TypeDecl]:
    """Type declarations by name, each loaded when it is asked for; of all providers, or of the given packages only."""
    own = {name: outline for package in packages or TYPES for name, outline in _outlines(package).items()}
    loaded: dict[str, TypeDecl] = {}
    for entry in _entry_points("houvast.types"):
        decl = entry.load()
        if not packages or f"providers.{decl.provider}.types" in packages:
            loaded.setdefault(decl.type, decl)
    every = {**{name: Outline.of(decl) for name, decl in loaded.items()}, **own}
    return Catalogue(dict(sorted(every.items())), lambda module, name: _declared(importlib.import_module(module))[name] if module else loaded[name])


@cache
def _outlines(package: str) -> Mapping[str, Outline]:
    """What the declarations of a package are about. Every module of it is only loaded when one changed."""
    folder = _beside(package.split(".")[0]).joinpath(*package.split(".")[1:-1])
    stamped = outlines.stamp((folder, ROOT / "scanner" / "declare", ROOT / "scanner" / "model"))
    found = outlines.kept(folder, stamped)
    if found is None:
        found = {}
        for module in _modules(package):
            for name, decl in _declared(module).items():
                outline = Outline.of(decl, module.__name__)
                if name in found and _declared(sys.modules[found[name].module])[name] is not decl:
                    raise CheckError(f"{name} is declared twice")
                found.setdefault(name, outline)
        outlines.keep(folder, stamped, found)
    return found


@cache
def _declared(module: ModuleType) -> dict[str, TypeDecl]:
    """The declarations of a module by the names of their types. Two for one type are an error."""
    found: dict[str, TypeDecl] = {}
    for name in sorted(vars(module)):
        decl = vars(module)[name]
        if isinstance(decl, TypeDecl) and found.setdefault(decl.type, decl) is not decl:
            raise CheckError(f"{decl.type} is declared twice")
    return found


def live(word: str) -> LiveProvider:
    """The provider module for a target's first word; its cloud SDK is imported only now."""
    _beside("providers")
    module: Any = importlib.import_module(LIVE[word])
    provider: LiveProvider = module
    return provider


def permissions(word: str, decls: Mapping[str, TypeDecl], facts: frozenset[type]) -> tuple[str, ...]:
    """The actions that a scan of these types for these facts needs."""
    _beside("providers")
    module: Any = importlib.import_module(f"providers.{word}.permissions")
    actions: tuple[str, ...] = module.actions(decls, facts)
    return actions


def folder_reader() -> FolderReader:
    """The reader of folders; nothing native is loaded before a folder is read."""
    _beside("providers")
    module: Any = importlib.import_module(FOLDERS)
    reader: FolderReader = module
    return reader


def line_finder(text: str) -> LineFinder | None:
    """How lines are found in a file with this content, where its reader does not note them while it reads."""
    return getattr(reader_of(text), "lines", None)


def organization_permissions() -> tuple[tuple[str, ...], str]:
    """What lists the accounts of an AWS organisation, and what assumes a role in one."""
    _beside("providers")
    module: Any = importlib.import_module("providers.aws.permissions")
    return tuple(module.ORGANIZATION), str(module.ASSUME)


def reader_of(text: str) -> FileReader | None:
    """The reader that recognises a file's content: the first in order. One of JSON objects is not even loaded for other text."""
    _beside("providers")
    begins = text.lstrip("\ufeff \t\r\n")[:1]
    for name in READERS:
        if begins == "{" or name not in _OF_OBJECTS:
            module: Any = importlib.import_module(name)
            reader: FileReader = module
            if reader.recognise(text):
                return reader
    return None
