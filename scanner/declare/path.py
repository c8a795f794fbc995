"""JMESPath over documents that may hold unresolved values.

JMESPath itself answers `null` alike for absent, wrong, misspelt and not-yet-known, and a filter silently drops
what it cannot compare: in a scanner each of these would end in green. So expressions are parsed by jmespath, and
evaluated here: an unresolved value on the way makes the whole answer `Unresolved`, and what was read keeps the
concrete path that it was read from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from scanner.model.known import Json, Reason
from scanner.model.record import dataclass, packed

UNRESOLVED = "$unresolved"
"""A template value that cannot be known before deployment: `{"$unresolved": "why"}`."""
REFERENCE = "$ref"
"""A template value that names a resource of the same file: `{"$ref": "LogicalId", "att": "Arn"}`."""
ZONE_OF = "$zone"
"""A zone of a region, whichever: `{"$zone": "eu-central-1"}`."""


@packed(frozen=True, slots=True)
class Seen:
    """A value and the concrete path it was read from."""

    path: str
    value: Json


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What was met on the way is no value: not resolvable yet, or not of the shape that was declared."""

    path: str
    why: str
    reason: Reason = Reason.UNRESOLVED


ANY_KEY = "*"
"""In `prefixes`: every key of an object is kept."""


class PathError(ValueError):
    """The expression uses a part of JMESPath that declarations do not allow."""


_Out = list[Seen]
_Run = Callable[[str, Json, _Out], None]
"""Reads a value at its path and hands on what it finds to the step behind it, at last into the list."""


class _Stop(Exception):
    def __init__(self, at: Unresolved) -> None:
        self.at = at


@dataclass(frozen=True)
class Path:
    """A compiled expression."""

    text: str
    run: _Run
    many: bool
    """The expression projects: it may give several values."""
    names: tuple[str, ...] | None = None
    """The keys, where it is nothing but keys, as most are."""

    def read(self, body: Json) -> tuple[Seen, ...] | Unresolved:
        """Every value that the expression leads to; none when it is absent (or null)."""
        at = body
        for name in self.names or ("",):
            if type(at) is not dict or self.names is None or UNRESOLVED in at or REFERENCE in at:
                break  # no ordinary object: the steps say what it is
            at = at.get(name)
            if at is None:
                return ()
        else:
            if type(at) is not dict or UNRESOLVED not in at:
                return (Seen(self.text, at),)
        out: _Out = []
        try:
            self.run("", body, out)
        except _Stop as stop:
            return stop.at
        return tuple(out)


def unresolved(value: Json) -> str | None:
    """Why a value is unresolved, or None for an ordinary one."""
    if isinstance(value, dict) and UNRESOLVED in value:
        return str(value[UNRESOLVED])
    return None


_KEYS = re.compile(r"[A-Za-z_]\w*(\[\])?(\.[A-Za-z_]\w*(\[\])?)*", re.ASCII)
"""Keys and lists of them: read here, so that few expressions need a parser."""


@cache
def compile_path(text: str) -> Path:
    """Parse `text`. Raises PathError for syntax or features that a declaration may not use."""
    if _KEYS.fullmatch(text):
        parts = text.split(".")
        run: _Run = _emit
        for part in reversed(parts):
            run = _field(part.removesuffix("[]"), _items(run) if part.endswith("[]") else run)
        many = "[]" in text
        return Path(text, run, many, None if many else tuple(parts))
    run, many = _build(_parsed(text), text, _emit)
    return Path(text, run, many)


def _parsed(text: str) -> dict[str, Any]:
    import jmespath  # costs 15 ms: only when a path is really read
    from jmespath.exceptions import JMESPathError

    try:
        return dict(jmespath.compile(text).parsed)
    except JMESPathError as error:
        raise PathError(f"{text!r}: {error}") from error


def within(value: Json) -> str | None:
    """Why something inside a value is unresolved: for readers that look into whole objects."""
    why = unresolved(value)
    if why is not None:
        return why
    inner: Iterable[Json] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for item in inner if (found := within(item)) is not None), None)


@cache
def roots(text: str) -> frozenset[str]:
    """First keys that the expression reads: which parts of a document it needs."""
    return frozenset(prefix[0] for prefix in prefixes(text) if prefix)


@cache
def prefixes(text: str) -> frozenset[tuple[str, ...]]:
    """Key paths (list steps left out) that have to be kept for the expression to be read."""
    if _KEYS.fullmatch(text):
        return frozenset({tuple(text.replace("[]", "").split("."))})
    import jmespath

    return frozenset(_prefixes(dict(jmespath.compile(text).parsed), ())) or frozenset({()})  # `@` reads the whole


def _stop_if_unresolved(path: str, value: Json) -> None:
    why = unresolved(value)
    if why is not None:
        raise _Stop(Unresolved(path, why))


def _not_a(what: str, path: str, value: Json) -> _Stop:
    """A shape that is not the declared one is no absence: it must not become a default."""
    return _Stop(Unresolved(path, f"expected {what}, found {type(value).__name__}", Reason.UNPARSABLE))


def _emit(path: str, value: Json, out: _Out) -> None:
    if value is not None:
        out.append(Seen(path, value))


def _field(name: str, then: _Run) -> _Run:
    def run(path: str, value: Json, out: _Out) -> None:
        if isinstance(value, Mapping):
            _stop_if_unresolved(path, value)
            if REFERENCE in value:  # what it refers to has members; here they are not seen
                raise _Stop(Unresolved(path, f"{value[REFERENCE]} is known after deployment"))
            if name in value:
                at, found = f"{path}.{name}" if path else name, value[name]
                _stop_if_unresolved(at, found)
                then(at, found, out)
        elif value is not None:
            raise _not_a("an object", path, value)

    return run


def _index(at: int, then: _Run) -> _Run:
    def run(path: str, value: Json, out: _Out) -> None:
        _stop_if_unresolved(path, value)
        if isinstance(value, list) and -len(value) <= at < len(value):
            found = f"{path}[{at % len(value)}]"
            _stop_if_unresolved(found, value[at])
            then(found, value[at], out)
        elif value is not None and not isinstance(value, list):
            raise _not_a("a list", path, value)

    return run


def _items(then: _Run) -> _Run:
    """Elements of a list; a single object stands for a list of one, as templates allow."""

    def run(path: str, value: Json, out: _Out) -> None:
        _stop_if_unresolved(path, value)
        if isinstance(value, list):
            for n, item in enumerate(value):
                found = f"{path}[{n}]"
                _stop_if_unresolved(found, item)
                then(found, item, out)
        elif isinstance(value, Mapping):
            then(path, value, out)
        elif value is not None:
            raise _not_a("a list", path, value)

    return run


def _values(then: _Run) -> _Run:
    def run(path: str, value: Json, out: _Out) -> None:
        _stop_if_unresolved(path, value)
        if isinstance(value, Mapping):
            for key in sorted(value):
                found = f"{path}.{key}" if path else key
                _stop_if_unresolved(found, value[key])
                then(found, value[key], out)
        elif value is not None:
            raise _not_a("an object", path, value)

    return run


def _build(node: dict[str, Any], text: str, then: _Run) -> tuple[_Run, bool]:
    """The steps of an expression, from the last to the first, and whether they project."""
    kind, children, value = node["type"], node.get("children", []), node.get("value")
    match kind:
        case "field":
            return _field(str(value), then), False
        case "identity" | "current":
            return then, False
        case "index":
            return _index(int(value or 0), then), False
        case "subexpression" | "index_expression" | "pipe":
            projects = False
            for child in reversed(children):
                then, many = _build(child, text, then)
                projects = projects or many
            return then, projects
        case "flatten":
            return _build(children[0], text, then)[0], True
        case "projection":
            right, _ = _build(children[1], text, then)
            return _build(children[0], text, _items(right))[0], True
        case "value_projection":
            right, _ = _build(children[1], text, then)
            return _build(children[0], text, _values(right))[0], True
        case "filter_projection":
            right, _ = _build(children[1], text, then)
            return _build(children[0], text, _items(_filter(_condition(children[2], text), right)))[0], True
        case "or_expression":
            first, one = _build(children[0], text, _emit)
            second, other = _build(children[1], text, then)
            return _either(first, second, then), one or other
        case _:
            raise PathError(f"{text!r}: {kind} is not allowed in a declared path; use derive=")


def _either(first: _Run, second: _Run, then: _Run) -> _Run:
    def run(path: str, value: Json, out: _Out) -> None:
        found: _Out = []
        first(path, value, found)
        for seen in found:
            then(seen.path, seen.value, out)
        if not found:
            second(path, value, out)

    return run


_Test = Callable[[str, Json], bool]


def _filter(test: _Test, then: _Run) -> _Run:
    def run(path: str, value: Json, out: _Out) -> None:
        if test(path, value):
            then(path, value, out)

    return run


def _condition(node: dict[str, Any], text: str) -> _Test:
    kind, children = node["type"], node.get("children", [])
    if kind == "comparator":
        sides = [_operand(child, text) for child in children]
        equal = {"eq": True, "ne": False}.get(str(node["value"]))
        if equal is None:
            raise PathError(f"{text!r}: only == and != are allowed in a filter")
        return lambda path, value: _same(sides[0](path, value), sides[1](path, value), path) is equal
    if kind in ("and_expression", "or_expression"):
        tests = [_condition(child, text) for child in children]
        # A list, not a generator: every operand is looked at, so an unresolved one is never skipped.
        every = kind == "and_expression"

        def both(path: str, value: Json) -> bool:
            answers = [test(path, value) for test in tests]
            return all(answers) if every else any(answers)

        return both
    if kind == "not_expression":
        inner = _condition(children[0], text)
        return lambda path, value: not inner(path, value)
    present = _operand(node, text)
    return lambda path, value: _boolean(present(path, value)) not in (None, False, "", [], {})


def _same(left: Json, right: Json, path: str) -> bool:
    """Equality as a declaration means it. Values of two kinds (true and 1, text and number) are no plain "different": a
    filter would drop the item in silence. Templates write `"true"` for true; that much is understood."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) != isinstance(right, bool):
        left, right = (_boolean(left), _boolean(right))
    kinds = [float if isinstance(v, (int, float)) and not isinstance(v, bool) else type(v) for v in (left, right)]
    if kinds[0] is not kinds[1]:
        raise _Stop(Unresolved(path, f"cannot compare {left!r} with {right!r}", Reason.UNPARSABLE))
    return left == right


def _boolean(value: Json) -> Json:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _operand(node: dict[str, Any], text: str) -> Callable[[str, Json], Json]:
    if node["type"] == "literal":
        literal: Json = node["value"]
        return lambda _path, _value: literal
    run, many = _build(node, text, _emit)
    if many:
        raise PathError(f"{text!r}: a list cannot be compared or tested in a filter; use derive=")

    def read(path: str, value: Json) -> Json:
        out: _Out = []
        run(path, value, out)
        return out[0].value if out else None

    return read


def _prefixes(node: dict[str, Any], base: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Walk in reading order, carrying the key path; yields the full path of every leaf read."""
    yield from _ends(node, base)[0]


def _ends(node: dict[str, Any], base: tuple[str, ...]) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    kind, children = node["type"], node.get("children", [])
    match kind:
        case "field":
            here = (*base, str(node["value"]))
            return [here], here
        case "subexpression" | "index_expression" | "pipe" | "projection" | "value_projection" | "flatten":
            kept: list[tuple[str, ...]] = []
            at = base
            for child in children:
                found, at = _ends(child, at)
                if kind == "value_projection" and child is children[0]:
                    at = (*at, ANY_KEY)
                kept = [*kept[:-1], *found] if kept and found and found[0][: len(kept[-1])] == kept[-1] else [*kept, *found]
            return kept, at
        case "filter_projection":
            left, at = _ends(children[0], base)
            right, end = _ends(children[1], at)
            tests, _ = _ends(children[2], at)
            return [*(path for path in left if path != at or not right), *right, *tests], end  # the tests of a filter inside of this one too
        case "comparator" | "and_expression" | "or_expression" | "not_expression":
            kept = [path for child in children for path in _ends(child, base)[0]]
            return kept, base
        case _:
            return [], base
