"""Terraform's types in the words of ours: which attribute stands for which property, and what its absence means.

A declaration says once how `storage_encrypted` is called elsewhere (`StorageEncrypted`). A Terraform resource is then
put into the shape in which CloudFormation or ARM describe the same thing, and every path, every `derive` function and
every check that works for them works for it. What a declaration does not map is not absent: it is not read, and a fact
that would read it is unknown. Evidence shows Terraform's own names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache, cached_property
from typing import Any

from scanner.declare.path import prefixes
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
ITEM = re.compile(r"\[\+\w*\]")
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
        beside = tuple((*keys(ITEM.split(target)[0]), key) for target, row in self.rows.items() for key in row.beside)
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


__all__ = [
    "ACTION", "INNER", "ITEM", "KIND", "NAMES", "NOTHING", "PARENT", "REGION", "SHOWN", "UNSET", "VERSION", "Row", "Shape", "Since", "Tf", "attr", "const", "from_json", "keys", "last_part", "made", "nothing", "satellite", "tf",
]  # fmt: skip
