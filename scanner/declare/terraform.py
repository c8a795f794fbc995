"""Terraform's types in the words of ours: which attribute stands for which property, and what its absence means.

A declaration says once how `storage_encrypted` is called elsewhere (`StorageEncrypted`). A Terraform resource is then
put into the shape in which CloudFormation or ARM describe the same thing, and every path, every `derive` function and
every check that works for them works for it. What a declaration does not map is not absent: it is not read, and a fact
that would read it is unknown. Evidence shows Terraform's own names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cache, cached_property
from typing import Any

from scanner.declare.path import REFERENCE, UNRESOLVED, prefixes, unresolved
from scanner.model.known import Json
from scanner.model.record import dataclass

UNSET = "unset"
"""Beside `$unresolved`: the configuration does not set it. The provider sends nothing, and the service decides, as it does
where a template is silent."""
INNER = "inner"
"""As value of `unset`: the block stands in the configuration, and does not set it."""
KIND = "$terraform"
"""In a shaped body: the Terraform type it was read from."""
PARENT = "$parent"
"""In a shaped body: the resource that it is a child of."""
NAMES = "$names"
"""In a shaped body: names by which others may mean it, besides its address."""
REGION = "$region"
ACTION = "$action"
"""In a raw body: the region of the resource, and what the plan does with it (`create`, `update`, …)."""
SHOWN = "$shown"
"""Beside `$unresolved`: what stands in the file of a resource of which it is not known whether it is made."""
VERSION = "$version"
"""In a raw body: the constraint on the version of the provider."""
Version = tuple[int, ...]
_ITEM = re.compile(r"\[\+\w*\]")
"""`policy[+].PolicyDocument`: an item of its own in a list, from each resource that says so; a name tells items of one resource apart."""
_STEPS = re.compile(r"\[\+?\w*\]")


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = _Nothing()
"""As `absent=`: absence is absence, and means what it means in a template."""


@dataclass(frozen=True)
class Since:
    """A default that changed with a version of the provider: `Since("3.0", "TLS1_2", before="TLS1_0")`."""

    version: str
    value: Json
    before: Json


@dataclass(frozen=True)
class Row:
    """One property, and the attributes that give it."""

    sources: tuple[str, ...]
    """The first that is set counts: later ones are what older providers call it."""
    absent: Any = NOTHING
    then: Callable[..., Json] | None = None
    together: bool = False
    """`then` takes all sources, absent ones as None."""
    computed: bool = False
    """A block that the provider fills in: unset, it is what the service decides."""
    steady: bool = False
    """Taken as unset where a plan shows no more of a resource than that others refer to it."""
    beside: Mapping[str, Json] = field(default_factory=dict)
    """For an item of a list: what else stands in it (`{"Key": "deletion_protection.enabled"}`)."""
    cite: str = ""

    @cached_property
    def heads(self) -> tuple[str, ...] | None:
        """The attributes without which it says nothing; None where it may have something to say without any."""
        if self.together or self.absent is not NOTHING:
            return None
        heads = tuple(_STEPS.sub("", source.partition(".")[0]) for source in self.sources)
        return None if "" in heads else heads


def attr(*names: str, absent: Any = NOTHING, words: Mapping[Any, Json] | None = None, negate: bool = False, then: Callable[[Any], Json] | None = None,
         computed: bool = False, steady: bool = False, beside: Mapping[str, Json] | None = None, cite: str = "") -> Row:  # fmt: skip
    """An attribute (`storage_encrypted`), perhaps in blocks (`encrypt_at_rest.enabled`, `rule[].status`), under each of its names."""
    table = dict(words or {})
    function = then

    def spoken(value: Any) -> Json:
        if value not in table:
            raise ValueError(f"{value!r} is none of {', '.join(map(str, table))}")
        found: Json = table[value]
        return found

    def turned(value: Any) -> Json:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is neither true nor false")
        return not value

    if table:
        function = spoken
    elif negate:
        function = turned
    return Row(names, absent, function, False, computed, steady, beside or {}, cite)


def made(function: Callable[..., Json], *sources: str, computed: bool = False, beside: Mapping[str, Json] | None = None, cite: str = "") -> Row:
    """A property worked out from several attributes; absent ones come as None, and None means that there is no such property."""
    return Row(sources, NOTHING, function, True, computed, False, beside or {}, cite)


def const(value: Json, cite: str = "") -> Row:
    """What the Terraform type says by its name alone."""
    return Row((), value, None, False, False, True, {}, cite)


def nothing(why: str) -> Row:
    """Terraform knows no such property: it is absent, for the reason given."""
    return Row((), NOTHING, None, False, False, True, {}, why)


def from_json(value: Any) -> Json:
    """A policy, which Terraform holds as JSON text."""
    if not isinstance(value, str):
        rendered: Json = value  # an object already: a rendered document with references in it
        return rendered
    loaded: Json = json.loads(value)
    return loaded


def last_part(value: Any) -> Json:
    """The last part of an id: what a name stands for where Terraform gives an id."""
    given: Json = value.rstrip("/").rsplit("/", 1)[-1] if isinstance(value, str) else value
    return given


@dataclass(frozen=True)
class Tf:
    """A Terraform type that is read as one of ours, or that says something about one of ours."""

    name: str
    rows: Mapping[str, Row]
    on: str = ""
    """For a satellite: the attribute that names its owner."""
    known_by: tuple[str, ...] = ()
    """Attributes of an owner by whose value satellites may name it."""
    parent: str = ""
    """Attribute that names the resource which this one is a child of."""
    inherits: tuple[str, ...] = ()
    """Properties that are those of the parent (the location of a database)."""
    arn: str = ""
    """How others may name it besides: `arn:aws:s3:::{bucket}`."""
    when: Callable[[Mapping[str, Json]], bool] | None = None
    """Whether this very resource is meant (`server_configuration` of one name); unresolved values are not seen."""

    @cached_property
    def roots(self) -> frozenset[str]:
        return frozenset(re.split(r"[.\[]", target, maxsplit=1)[0] for target in self.rows)

    @cached_property
    def targets(self) -> tuple[tuple[str, ...], ...]:
        beside = tuple((*keys(_ITEM.split(target)[0]), key) for target, row in self.rows.items() for key in row.beside)
        return (*(keys(target) for target in self.rows), *beside)


def tf(name: str, rows: Mapping[str, Row | str], *, known_by: tuple[str, ...] = (), parent: str = "", inherits: tuple[str, ...] = (), arn: str = "") -> Tf:
    """`tf("aws_db_instance", {"StorageEncrypted": "storage_encrypted", "BackupRetentionPeriod": attr(…, absent=0)})`."""
    return Tf(name, _rows(rows), "", known_by, parent, inherits, arn)


def satellite(name: str, on: str, rows: Mapping[str, Row | str], *, when: Callable[[Mapping[str, Json]], bool] | None = None) -> Tf:
    """A resource of its own that says something about this one: `satellite("aws_s3_bucket_versioning", "bucket", {…})`."""
    return Tf(name, _rows(rows), on, when=when)


def _rows(rows: Mapping[str, Row | str]) -> dict[str, Row]:
    return {target: attr(row) if isinstance(row, str) else row for target, row in rows.items()}


@cache
def keys(path: str) -> tuple[str, ...]:
    """The key path of a target, without its list steps."""
    return tuple(part for part in _STEPS.sub("", path).split(".") if part)


@dataclass(frozen=True)
class Shape:
    """All that Terraform can say about one of our types, seen from one Terraform type."""

    main: Tf
    satellites: tuple[Tf, ...]

    @cached_property
    def targets(self) -> frozenset[tuple[str, ...]]:
        own = {target for one in (self.main, *self.satellites) for target in one.targets}
        return frozenset({*own, *((name,) for name in self.main.inherits)})

    @cached_property
    def slots(self) -> frozenset[str]:
        return frozenset(target[0] for target in self.targets)

    @cached_property
    def _reads(self) -> dict[str, bool]:
        return {}

    def reads(self, path: str) -> bool:
        """Whether every key that a path reads is given by some row: what is not mapped is not absent."""
        known = self._reads.get(path)
        if known is None:
            known = self._reads[path] = all(self._covers(prefix) for prefix in prefixes(path))
        return known

    def _covers(self, prefix: tuple[str, ...]) -> bool:
        return any(target[: len(prefix)] == prefix or prefix[: len(target)] == target for target in self.targets)

    @cached_property
    def _written(self) -> dict[str, str]:
        return {}

    def written(self, path: str) -> str:
        """Terraform's own name for a concrete path of the shape: what evidence shows."""
        known = self._written.get(path)
        if known is None:
            known = self._write(path)
            if len(self._written) < 10_000:
                self._written[path] = known
        return known

    def _write(self, path: str) -> str:
        wanted = tuple(part for part in re.sub(r"\[[^\]]*\]", "", path).split(".") if part)
        best: tuple[int, str] = (-1, path)
        for one in (self.main, *self.satellites):
            for target, row in one.rows.items():
                own = keys(target)
                common = len(own) if wanted[: len(own)] == own else len(wanted) if own[: len(wanted)] == wanted else -1
                if common > best[0] and row.sources:
                    best = (common, f"{one.name}.{row.sources[0]}" if one.on else row.sources[0])
        return best[1]


# -- reading ---------------------------------------------------------------------------------------------------
_ABSENT: Any = object()


def mark(why: str) -> Json:
    """A value that cannot be known before the plan is applied."""
    return {UNRESOLVED: why}


def value_at(body: Json, path: str) -> Any:
    """The value of an attribute; a block that stands once is walked into. `_ABSENT` where nothing is."""
    if type(body) is dict and "." not in path:  # as most are; what a mark in the body means is asked below
        found = body.get(path, _ABSENT)
        if found is None or found is _ABSENT:
            return body if UNRESOLVED in body else _ABSENT
        if UNRESOLVED not in body and REFERENCE not in body:
            return found
    at: Any = body
    for name in path.split("."):
        if isinstance(at, list):
            if not at:
                return _ABSENT
            if len(at) > 1:
                return mark(f"{path} stands {len(at)} times, and once was expected")
            at = at[0]
        if isinstance(at, dict):
            if UNRESOLVED in at:
                return at
            if REFERENCE in at:
                return mark(f"{path}: {at[REFERENCE]} is known after it is applied")
            at = at.get(name, _ABSENT)
        elif at is not None:
            return mark(f"{path} is not of the known shape")
        if at is _ABSENT or at is None:
            return _ABSENT
    return at


def _given(row: Row, source: str, body: Json) -> Any:
    found = value_at(body, source)
    if isinstance(found, dict) and UNRESOLVED in found:
        unset = found.get(UNSET)
        if unset == INNER or (unset and (row.computed or "." not in source)):
            return _ABSENT
        return mark(str(found[UNRESOLVED]))
    if found in ("true", "false", ""):  # a text that is empty is one that is not set: the providers do not tell them apart
        return found == "true" if found else _ABSENT
    return found


def _row_value(row: Row, sources: tuple[str, ...], body: Json, version: tuple[Version, Version | None] | None) -> Any:
    """What a row gives: a value, a mark, or `_ABSENT`."""
    try:
        if row.together:
            found = [_given(row, source, body) for source in sources]
            for one in found:
                lost = next(_marks(one), None)
                if lost is not None:
                    return lost
            made_of = row.then(*(None if one is _ABSENT else one for one in found)) if row.then else None
            return _ABSENT if made_of is None else made_of
        value = _ABSENT
        for source in sources:
            value = _given(row, source, body)
            if value is not _ABSENT:
                break
        if value is _ABSENT:
            return _default(row.absent, version)
        if unresolved(value) is not None or row.then is None:
            return value
        if isinstance(value, dict) and REFERENCE in value and row.then is not from_json:
            return value
        given = row.then(value)
        return _ABSENT if given is None else given
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        return mark(f"{row.sources[0] if row.sources else ''}: {error}")


def _marks(value: Any) -> Iterator[Json]:
    """What is not known as a whole: the value itself, or a block among others. A function would take its absence for an answer."""
    if unresolved(value) is not None:
        yield value
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                if UNRESOLVED in one:
                    yield one
                else:
                    yield from (mark for inner in one.values() if isinstance(inner, list) for mark in _marks(inner))


def _default(absent: Any, version: tuple[Version, Version | None] | None) -> Any:
    if absent is NOTHING:
        return _ABSENT
    if not isinstance(absent, Since):
        return absent
    edge = version_of(absent.version)
    low, high = version if version is not None else ((9999,), None)  # without a word about it Terraform takes the newest
    if low >= edge:
        return absent.value
    if high is not None and high <= edge:
        return absent.before
    return mark(f"its default changed with version {absent.version} of the provider, and which version is used is not pinned")


def version_of(text: str) -> Version:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


@cache
def allowed(constraint: str) -> tuple[Version, Version | None] | None:
    """Lowest version that a constraint allows, and the first that it does not; None where nothing is said."""
    low: Version = (0,)
    high: Version | None = None
    said = False
    for part in constraint.split(","):
        match = re.match(r"\s*(=|>=|<=|>|<|~>|!=)?\s*v?(\d+(?:\.\d+){0,2})", part)
        if match is None or match[1] == "!=":
            continue
        said = True
        version = version_of(match[2])
        ceiling: Version | None = None
        if match[1] in (None, "="):
            low, ceiling = max(low, version), (*version, 0, 0, 1)
        elif match[1] in (">=", ">"):
            low = max(low, version)
        elif match[1] == "~>":
            low = max(low, version)
            ceiling = (*version[:-2], version[-2] + 1) if len(version) > 1 else None
        else:
            ceiling = version if match[1] == "<" else (*version, 1)
        if ceiling is not None:
            high = ceiling if high is None else min(high, ceiling)
    return (low, high) if said else None


def fill(into: dict[str, Json], one: Tf, body: Json, version: tuple[Version, Version | None] | None) -> None:
    """Put what a Terraform body says into a shape."""
    ordinary = isinstance(body, dict) and UNRESOLVED not in body and REFERENCE not in body
    for target, row in one.rows.items():
        if ordinary and isinstance(body, dict) and (heads := row.heads) is not None:
            for head in heads:
                if body.get(head) is not None:
                    break
            else:
                continue  # nothing is said, as of most properties
        _fill(into, target, row, row.sources, body, version)


def _fill(into: dict[str, Json], target: str, row: Row, sources: tuple[str, ...], body: Json, version: tuple[Version, Version | None] | None) -> None:
    head, star, rest = target.partition("[]")
    if star and sources and "[]" in sources[0]:
        for source in sources:
            before, _, after = source.partition("[]")
            items = value_at(body, before) if before else body
            if items is _ABSENT:
                continue
            if isinstance(items, dict) and UNRESOLVED in items:
                if not (items.get(UNSET) and row.computed):
                    place(into, head, mark(str(items[UNRESOLVED])))
                return
            listed = items if isinstance(items, list) else [items]
            held = _list_at(into, head, len(listed))
            if held is None:
                return
            for n, one in enumerate(listed):
                if isinstance(one, dict) and UNRESOLVED in one:
                    held[n] = mark(str(one[UNRESOLVED]))
                    continue
                slot = held[n]
                if isinstance(slot, dict) and UNRESOLVED not in slot:
                    _fill(slot, rest.lstrip("."), row, (after.lstrip("."),), one, version)
            return
        return
    value = _row_value(row, sources, body, version)
    if value is _ABSENT:
        return
    if "[" not in target:
        place(into, target, value)
        return
    item = _ITEM.search(target)
    if item is not None:
        head, rest = target[: item.start()], target[item.end() :]
        items = _list_at(into, head, 0)
        if items is not None:
            entry: dict[str, Json] = dict(row.beside)
            if rest:
                place(entry, rest.lstrip("."), value)
            items.append(entry if rest else value)
        return
    place(into, target, value)


def place(into: dict[str, Json], path: str, value: Json) -> None:
    """Put a value at a key path. Two different values for one property make it unresolved; a mark stays a mark."""
    at, end = into, path
    if "." in path:
        *way, end = path.split(".")
        for name in way:
            inner = at.setdefault(name, {})
            if not isinstance(inner, dict) or UNRESOLVED in inner:
                return
            at = inner
    before = at.get(end, _ABSENT)
    if before is _ABSENT or (isinstance(before, dict) and UNRESOLVED not in before and not before) or unresolved(value) is not None:
        at[end] = value
    elif unresolved(before) is None and before != value:
        at[end] = mark(f"{end} is said twice, and differently")


def _list_at(into: dict[str, Json], path: str, length: int) -> list[Json] | None:
    at = into
    *way, end = path.split(".")
    for name in way:
        inner = at.setdefault(name, {})
        if not isinstance(inner, dict) or UNRESOLVED in inner:
            return None
        at = inner
    held = at.setdefault(end, [])
    if not isinstance(held, list):
        return None
    while len(held) < length:
        held.append({})
    return held


__all__ = [
    "ACTION", "INNER", "KIND", "NAMES", "NOTHING", "PARENT", "REGION", "SHOWN", "UNSET", "VERSION", "Row", "Shape", "Since", "Tf", "allowed", "attr", "const", "fill", "from_json", "keys", "last_part", "made", "mark", "nothing", "place",
    "satellite", "tf", "value_at", "version_of",
]  # fmt: skip
