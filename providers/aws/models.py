"""Models of services, read by need: of a file of megabytes the few operations that are asked, and the shapes they lead to.

botocore parses each file whole, keeps it, and has its objects made by a function of Python's. Here a file is searched for
the beginnings of its parts, and only those that are needed are parsed. What is laid out in another way than botocore's own
files (one's own models in ~/.aws/models) is parsed whole, and cut then; the outcome is the same.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from typing import Any, ClassVar
from weakref import WeakValueDictionary

Wanted = Callable[[str], frozenset[str] | None]
"""Methods of a service as boto3 calls them; None where all are kept."""
_MODEL, _PAGERS, _RULES = "service-2", "paginators-1", "endpoint-rule-set-1"
_OPEN: Mapping[str, Callable[[str, str], Any]] = {".json": open, ".json.gz": gzip.open}
_PART = re.compile(rb'\n  "(\w+)" ?: ?')
"""A member of the whole; no text holds a line break, so that a line that begins so is one."""
_ENTRY = re.compile(rb'\n    "([^"\\]+)" ?: ?(?=\{)')
"""A member of a member."""
_LARGE = frozenset({"operations", "shapes", "documentation", "examples"})
_DECODER = json.JSONDecoder()
_BLANK = str.maketrans("", "", " \n\r\t")


class _Read(dict[str, Any]):
    """What a file says."""

    __slots__ = ("__weakref__",)


class Files:
    """Takes the place of a loader's `JSONFileLoader`. What was read is shared by all sessions, and kept as long as one of them is."""

    kept: ClassVar[MutableMapping[tuple[str, frozenset[str] | None], _Read]] = WeakValueDictionary()

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def exists(self, file_path: str) -> bool:
        """Whether there is such a file, without the end of its name."""
        return any(os.path.isfile(file_path + end) for end in _OPEN)

    def load_file(self, file_path: str) -> Any:
        """What stands in a file (its name without its end), of a model what is wanted; None where there is none."""
        *_, service, _, kind = ("", "", *file_path.replace("\\", "/").split("/"))
        key = (file_path, self._wanted(service) if kind in (_MODEL, _PAGERS) else None)
        found = self.kept.get(key)
        if found is not None:
            return found
        for end, opened in _OPEN.items():
            if os.path.isfile(file_path + end):
                with opened(file_path + end, "rb") as file:
                    found = _Read(_read(file.read(), kind, key[1]))
                return found if kind == _RULES else self.kept.setdefault(key, found)
        return None


def _read(content: bytes, kind: str, wanted: frozenset[str] | None) -> Any:
    if wanted is None:
        return json.loads(content)
    return cut(content, wanted) if kind == _MODEL else {"pagination": _asked(json.loads(content)["pagination"], wanted)}


def by_need(session: Any, wanted: Wanted) -> Any:
    """The session's loader, made to read so."""
    loader = session.get_component("data_loader")
    listed, load = loader.list_available_services, loader.load_service_model
    loader.file_loader = Files(wanted)
    loader.list_available_services = lambda type_name: _Known(loader, type_name, listed)
    made: dict[tuple[str, str], Any] = {}
    parts: dict[Any, Any] = {}

    def anew(files: Files, *asked: Any) -> Any:
        other = copy.copy(loader)
        other._cache, other.file_loader = {}, files
        return type(loader).load_service_model(other, *asked)

    def load_service_model(service_name: str, type_name: str, api_version: str | None = None) -> Any:
        asked, methods = (service_name, type_name, api_version), wanted(service_name)
        if asked[:2] in made:
            return made[asked[:2]]
        if type_name == _RULES:
            made[asked[:2]] = alike(anew(loader.file_loader, *asked), parts)
        elif type_name == _MODEL and methods is not None:
            try:
                made[asked[:2]] = _own(load(*asked))
            except LookupError:  # what botocore adds to a model leads to a shape that nothing else leads to
                made[asked[:2]] = _own(_of_whole(anew(Files(lambda _: None), *asked), methods))
        else:
            return load(*asked)
        return made[asked[:2]]

    loader.load_service_model = load_service_model
    return loader


def _own(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model for one session: hooks of S3 write into its operations. Additions to shapes that were left out are left out, too."""
    return {**model, "operations": copy.deepcopy(model["operations"]), "shapes": reached(model["shapes"], model["operations"])}


class _Known(Collection[str]):
    """Services of which there is a file of a kind: of one it can be told without looking for those of all."""

    def __init__(self, loader: Any, kind: str, every: Callable[[str], list[str]]) -> None:
        self._loader, self._kind, self._every = loader, kind, every

    def __contains__(self, service: object) -> bool:
        from botocore.exceptions import DataNotFoundError

        try:
            return bool(self._loader.list_api_versions(service, self._kind))
        except DataNotFoundError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._every(self._kind))

    def __len__(self) -> int:
        return len(self._every(self._kind))


def cut(content: bytes, wanted: frozenset[str]) -> dict[str, Any]:
    """A model of the wanted operations only."""
    try:
        return _found(content, wanted)
    except (LookupError, ValueError):
        return _of_whole(json.loads(content), wanted)


def _of_whole(model: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    operations = _asked(model["operations"], wanted)
    return {**{name: value for name, value in model.items() if name not in _LARGE}, "operations": operations, "shapes": lean(reached(model["shapes"], operations))}


def _asked(operations: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    from botocore import xform_name

    return {name: lean(operations[name]) for name in operations if xform_name(name) in wanted}


def _found(content: bytes, wanted: frozenset[str]) -> dict[str, Any]:
    """The same from the text. Raises LookupError or ValueError for a file that is laid out in another way."""
    parts = [(match[1].decode(), match.start(), match.end()) for match in _PART.finditer(content)]
    places = {name: (begin, until) for (name, _, begin), until in zip(parts, [start for _, start, _ in parts[1:]] + [len(content)], strict=True)}
    operations, shapes = (_Entries(content, *places[name]) for name in ("operations", "shapes"))
    about = {name: _value(content, *place) for name, place in places.items() if name not in _LARGE}
    return {**about, "operations": (asked := _asked(operations, wanted)), "shapes": reached(shapes, asked)}


def _value(content: bytes, begin: int, until: int) -> Any:
    """What stands between the beginnings of two members. Raises ValueError where that is not one value."""
    text = content[begin:until].decode()
    value, length = _DECODER.raw_decode(text)
    if text[length:].translate(_BLANK) not in (",", "", "}", "},", "}}"):
        raise ValueError(f"more than a value: {text[length:][:40]}")
    return value


class _Entries(Mapping[str, Any]):
    """The members of a part of a model, each parsed when it is asked for."""

    def __init__(self, content: bytes, start: int, end: int) -> None:
        self._content = content
        found = [(match[1].decode(), match.start(), match.end()) for match in _ENTRY.finditer(content, start, end)]
        after = [start for _, start, _ in found[1:]] + [end]
        self._places = {name: (begin, until) for (name, _, begin), until in zip(found, after, strict=True)}

    def __getitem__(self, name: str) -> Any:
        return lean(_value(self._content, *self._places[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def reached(shapes: Mapping[str, Any], operations: Mapping[str, Any]) -> dict[str, Any]:
    """Shapes that the operations lead to, and every error, by whose code an answer is read. Raises LookupError where one is missing."""
    todo = [one["shape"] for model in operations.values() for one in (model.get("input"), model.get("output"), *model.get("errors", ())) if one]
    found: dict[str, Any] = {}
    while todo:
        name = todo.pop()
        if name in found:
            continue
        shape = found[name] = shapes[name]
        todo += [part["shape"] for part in (*shape.get("members", {}).values(), shape.get("member"), shape.get("key"), shape.get("value")) if part]
    return found


def lean(value: Any) -> Any:
    """A copy of a part of a model without what is only written for people; words that return a thousand times are kept once."""
    if isinstance(value, dict):
        return {sys.intern(name): lean(inner) for name, inner in value.items() if name != "documentation" or isinstance(inner, dict)}
    if isinstance(value, list):
        return [lean(inner) for inner in value]
    return sys.intern(value) if type(value) is str else value


def alike(value: Any, known: dict[Any, Any]) -> Any:
    """A lean copy of rules whose parts that are equal, in all rules that share `known`, are one: most of the rules of any service are."""
    if isinstance(value, dict):
        made = {sys.intern(name): alike(inner, known) for name, inner in value.items() if name != "documentation"}
        return known.setdefault(("{", *made, *map(id, made.values())), made)
    if isinstance(value, list):
        listed = [alike(inner, known) for inner in value]
        return known.setdefault(("[", *map(id, listed)), listed)
    return sys.intern(value) if type(value) is str else value
