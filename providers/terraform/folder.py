"""Reads a folder of Terraform files: a root module with the local modules that it calls.

tfparse evaluates it, aside; tree-sitter says where everything stands and what a value is made of; what is not known is
said so. Modules from a registry or a repository are not read, and never fetched: each is a gap.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from providers.terraform.evaluate import evaluated
from providers.terraform.modules import Folder, find, literal, load, locked
from providers.terraform.names import cloud, join, key_of, module_of, plain
from providers.terraform.syntax import Block, Broken, TooDeep, parse, renamed
from providers.terraform.values import PURE, Place, Values, clean
from scanner.sdk import EVERY_TYPE, SHOWN, UNRESOLVED, VERSION, Answer, Call, Dialect, Document, InvalidFile, Json, Options, Reason, Ref

_META = frozenset({"count", "for_each", "provider", "providers", "lifecycle", "depends_on", "provisioner", "connection", "timeouts", "source", "version"})
_REMEDY = "correct it, or scan a plan: terraform show -json tfplan > plan.json"
_MAX_PLACES = 10_000
_WORKSPACE = "default"


def read(path: Path, name: str, options: Options) -> Answer:
    """The resources of a configuration. Raises InvalidFile when nothing of it can be read, MissingExtra without the packages that it takes."""
    folder = load(path)
    if folder.troubles and not folder.texts:
        file, trouble, line = folder.troubles[0]
        raise InvalidFile(_shown(file, folder, name), trouble, _REMEDY, line)
    return _Reader(folder, name, options).read()


def _shown(file: str, folder: Folder, name: str) -> str:
    """A file as the user would call it: below the folder by the name that was given for it."""
    return os.path.normpath(os.path.join(name, os.path.relpath(file, os.path.abspath(folder.root))))


@dataclass(frozen=True)
class _Given:
    """Values of variables: files, and the names that they set."""

    texts: tuple[str, ...]
    names: frozenset[str]


def _given(folder: Folder, options: Options) -> _Given:
    """`terraform.tfvars`, `*.auto.tfvars`, then `--var-file`, in the order in which Terraform takes them."""
    own = sorted(entry.name for entry in os.scandir(folder.root) if entry.name == "terraform.tfvars" or entry.name.endswith(".auto.tfvars"))
    files = [folder.root / one for one in sorted(own, key=lambda n: (n != "terraform.tfvars", n))]
    files += [Path(one) for one in options.settings.get("terraform.var_files", "").split(os.pathsep) if one]
    texts: list[str] = []
    names: set[str] = set()
    for file in files:
        try:
            if file.is_symlink() or not file.is_file():
                raise InvalidFile(str(file), "is a link or no ordinary file", "give a file with one NAME = VALUE a line")
            text = file.read_text(encoding="utf-8-sig")
            names |= set(parse(text).attributes)
        except UnicodeDecodeError as error:
            raise InvalidFile(str(file), "is not UTF-8 text", "save it as UTF-8") from error
        except OSError as error:
            raise InvalidFile(str(file), f"cannot be read: {error.strerror}", "check the path and its permissions") from error
        except Broken as error:
            raise InvalidFile(str(file), "is no valid HCL", "write NAME = VALUE, one a line", error.line) from error
        except TooDeep as error:
            raise InvalidFile(str(file), "is nested deeper than anybody writes", "write it flatter") from error
        texts.append(text)
    return _Given(tuple(texts), frozenset(names))


class _Reader:
    def __init__(self, folder: Folder, name: str, options: Options) -> None:
        self.folder, self.name = folder, name
        self.account, self.region, self.at = options.settings.get("template.account", ""), options.settings.get("template.region", ""), options.taken_at
        self.workspace = options.settings.get("terraform.workspace", "")
        self.given = _given(folder, options)
        self.call = Call("terraform", self.account, "", "file", f"read {name}", at=self.at, pages=1)
        self.documents: dict[str, Document] = {}
        self.gaps: list[Call] = []

    def read(self) -> Answer:
        for file, trouble, line in self.folder.troubles:
            shown = _shown(file, self.folder, self.name)
            self._gap(shown, Reason.UNPARSABLE, f"{shown}{f':{line}' if line else ''}: {trouble}")
        root = os.path.relpath(os.path.abspath(self.folder.root), self.folder.base)
        places = list(self._places(Place("", self.folder.modules[root])))
        if places:
            self._believable(places)
            raw = evaluated(self.folder.texts, root, list(self.given.texts), self.name, self.workspace or _WORKSPACE)
            self.raw = {str(meta["path"]): one for many in raw.values() for one in many if isinstance(meta := one.get("__tfmeta"), dict) and "path" in meta}
            self.providers = raw.get("provider", [])
            self.values = Values(self.folder, self.given.names, self.workspace, self.raw)
            self.locked = locked(self.folder.root)
            self._modules(places)
            for place in places:
                self._module(place)
        return Answer(replace(self.call, items=len(self.documents)), tuple(self.documents.values()), more_calls=tuple(self.gaps))

    # -- modules -----------------------------------------------------------------------------------------------
    def _places(self, place: Place, within: tuple[str, ...] = ()) -> Iterator[Place]:
        """Every module by the way in which it is called (not yet by instance). A circle of calls is a gap, and not evaluated."""
        todo = [(place, within)]
        made = 0
        helper = Values(self.folder, frozenset(), "", {})
        circle = False
        found: list[Place] = []
        while todo:
            at, above = todo.pop()
            made += 1
            if made > _MAX_PLACES:
                raise InvalidFile(self.name, f"calls modules more than {_MAX_PLACES} times", _REMEDY)
            found.append(at)
            for name, (call, file) in at.module.calls.items():
                inner = helper.callee(call, at)
                if inner is None:
                    continue
                if inner.path in (*above, at.module.path):
                    shown = _shown(str(self.folder.base / file) if not os.path.isabs(file) else file, self.folder, self.name)
                    self._gap(f"module.{name}", Reason.UNPARSABLE, f"{shown}:{call.line}: modules call each other in a circle: nothing of them is evaluated")
                    circle = True
                    continue
                todo.append((Place(join(at.address, f"module.{name}"), inner, at, call), (*above, at.module.path)))
        if not circle:
            yield from found

    def _believable(self, places: list[Place]) -> None:
        """A number of instances that nobody deploys would only be an attack on the evaluator."""
        for place in places:
            for block, file in (*place.module.resources.values(), *place.module.calls.values()):
                expr, line = block.attributes.get("count", (None, 0))
                if expr is not None and expr.kind == "literal" and isinstance(expr.value, (int, float)) and expr.value > _MAX_PLACES:
                    raise InvalidFile(self._file(file), f"asks for {expr.value} instances of {'.'.join(block.labels)}", _REMEDY, line)

    def _modules(self, places: list[Place]) -> None:
        """Modules that are not read: nobody knows what they make."""
        for place in places:
            for name, (call, file) in place.module.calls.items():
                if self.values.callee(call, place) is None:
                    source = literal(call, "source") or "a source that is not plain text"
                    address = join(place.address, f"module.{name}")
                    why = "is not there" if source.startswith(".") else "is not downloaded, and Houvast downloads nothing"
                    self._gap(address, Reason.UNSUPPORTED, f"{self._file(file)}:{call.line}: {address} ({source}) {why}: what it makes is not read")

    def _instances(self, place: Place) -> tuple[list[Place], str | None]:
        """The instances of a module as tfparse found them, and why their number is not known."""
        if place.above is None or place.call is None:
            return [place], None
        above, why = self._instances(place.above)
        why = why or self.values.why_many(place.call, place.above)
        name = place.address.rsplit("module.", 1)[1]
        if not {"count", "for_each"} & set(place.call.attributes):
            return [replace(place, address=join(one.address, f"module.{name}"), above=one) for one in above], why
        found = [
            replace(place, address=address, above=one)
            for one in above
            for address in self.raw
            if address.startswith(join(one.address, f"module.{name}[")) and module_of(address)[1] == ""
        ]
        return found, why

    # -- resources ---------------------------------------------------------------------------------------------
    def _module(self, place: Place) -> None:
        instances, why = self._instances(place)
        for (mode, kind, name), (block, file) in place.module.resources.items():
            if mode != "resource":
                continue
            local = f"{kind}.{name}"
            if why is not None:
                self._put(join(place.address, local), kind, {UNRESOLVED: f"how many instances of the module there are is not known: {why}"}, place, block, file)
                continue
            for one in instances:
                self._resource(one, kind, local, block, file)

    def _resource(self, place: Place, kind: str, local: str, block: Block, file: str) -> None:
        address = join(place.address, local)
        many = self.values.why_many(block, place)
        if many is not None:
            shown = self.values.body(block, self.raw.get(address, {}), place, "", many, _META)
            self._put(address, kind, {UNRESOLVED: f"whether it is made, and how often, is not known: {many}", SHOWN: shown}, place, block, file)
            return
        counted = {"count", "for_each"} & set(block.attributes)
        found = self._made(address) if counted else [address] if address in self.raw else []
        chained = self.values.chained(block, place)
        if chained is not None:
            block = renamed(block, "each.value", f"{chained}[each.key]")
        if not found and (not counted or not self._none(block) or (chained is not None and self._made(join(place.address, chained)))):
            self._put(address, kind, {UNRESOLVED: "it could not be evaluated"}, place, block, file)
            self._gap(address, Reason.UNPARSABLE, f"{self._file(file)}:{block.line}: {address} could not be evaluated", kind)
            return
        for one in found:
            key = key_of(one)
            body = self.values.body(block, self.raw[one], place, key, None, _META)
            self._put(one, kind, body, place, block, file)

    def _made(self, address: str) -> list[str]:
        if not hasattr(self, "_by_plain"):
            self._by_plain: dict[str, list[str]] = {}
            for one in self.raw:
                module, local = module_of(one)
                self._by_plain.setdefault(join(module, plain(local)), []).append(one)
        return [one for one in self._by_plain.get(address, ()) if key_of(one)]

    def _none(self, block: Block) -> bool:
        """Whether no instance at all is a believable answer: the number is no literal above zero, and every function in it is known."""
        expr = next(block.attributes[name][0] for name in ("count", "for_each") if name in block.attributes)
        if expr.kind == "literal":
            return expr.value in (0, "0", None) or expr.value == ""
        return expr.value in ((), {}) if expr.kind in ("list", "object") else all(call in PURE for call in expr.calls)

    def _put(self, address: str, kind: str, body: dict[str, Json], place: Place, block: Block, file: str) -> None:
        provider = cloud(kind)
        word = kind.partition("_")[0]
        version = self.locked.get(word) or ", ".join(said for one in (place.module, *(up.module for up in _up(place))) if (said := one.versions.get(word)))
        if version and UNRESOLVED not in body:
            body[VERSION] = version
        region = self._region(body, block, place, word) if provider == "aws" else ""
        ref = Ref(provider, kind, self.account, region, f"{self.name}#{address}", address)
        self.documents[address] = Document(ref, Dialect.TERRAFORM, body, {"": self.call.id}, file=self._file(file), lines=_lines(block))

    # -- providers ---------------------------------------------------------------------------------------------
    def _region(self, body: dict[str, Json], block: Block, place: Place, word: str) -> str:
        own = body.get("region")
        if own is not None:
            return own if isinstance(own, str) else ""
        said = block.attributes.get("provider")
        name = str(said[0].value) if said is not None and said[0].kind == "ref" else word
        if said is not None and said[0].kind != "ref":
            return ""
        return self._provider(name, place)

    def _provider(self, name: str, place: Place) -> str:
        """The region of a provider as a module knows it: its own, the one that its call hands down, or that of its caller."""
        alias = name.partition(".")[2]
        word = name.partition(".")[0]
        for block, _ in place.module.providers:
            if block.labels == (word,) and (literal(block, "alias") or "") == alias:
                expr = block.attributes.get("region")
                if expr is None:
                    return self.region
                value = self.values.value(expr[0], self._provider_value(block), place)
                return value if isinstance(value, str) else ""
        if place.above is None or place.call is None:
            return "" if alias else self.region
        handed = place.call.attributes.get("providers")
        if handed is not None and handed[0].kind == "object" and name in handed[0].value:
            given = handed[0].value[name]
            return self._provider(str(given.value), place.above) if given.kind == "ref" else ""
        return "" if alias else self._provider(name, place.above)

    def _provider_value(self, block: Block) -> Any:
        """What tfparse made of the region of a provider block, found by its line."""
        for one in self.providers:
            meta = one.get("__tfmeta") or {}
            if meta.get("line_start") == block.line and meta.get("label") == block.labels[0] and (one.get("alias") or "") == (literal(block, "alias") or ""):
                return clean(one.get("region")) if one.get("region") is not None else None
        return None

    # -- words -------------------------------------------------------------------------------------------------
    def _file(self, file: str) -> str:
        return _shown(file if os.path.isabs(file) else str(self.folder.base / file), self.folder, self.name)

    def _gap(self, what: str, reason: Reason, detail: str, kind: str = EVERY_TYPE) -> None:
        provider = cloud(kind) if kind != EVERY_TYPE else "terraform"
        self.gaps.append(Call(provider, self.account, "", "file", f"read {self.name}", f"{self.name}#{what}", reason, "", detail, "", (kind,), at=self.at))


def _up(place: Place) -> Iterator[Place]:
    while place.above is not None:
        place = place.above
        yield place


def _lines(block: Block) -> dict[str, int]:
    """Lines by attribute; of blocks of one kind the first."""
    found = {"": block.line}
    todo = [("", block)]
    while todo:
        path, one = todo.pop()
        for name, (_, line) in one.attributes.items():
            found.setdefault(f"{path}{name}", line)
        for inner in one.blocks:
            kind = inner.labels[0] if inner.kind == "dynamic" and inner.labels else inner.kind
            found.setdefault(f"{path}{kind}", inner.line)
            todo.append((f"{path}{kind}.", next((c for c in inner.blocks if c.kind == "content"), inner) if inner.kind == "dynamic" else inner))
    return found


__all__ = ["find", "read"]
