"""What a resource of Terraform says, put into the shape in which templates describe the same thing. Pure.

A value that is not known is a mark, and a mark stays a mark: an absence follows only from what the configuration leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from scanner.declare.path import REFERENCE, UNRESOLVED, unresolved
from scanner.declare.terraform import INNER, ITEM, NOTHING, UNSET, Row, Since, Tf, Version, from_json
from scanner.model.known import Json

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
    item = ITEM.search(target)
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


__all__ = ["allowed", "fill", "mark", "place", "value_at", "version_of"]
