"""JMESPath over documents that may hold unresolved values.

JMESPath itself answers `null` alike for absent, wrong, misspelt and not-yet-known, and a filter silently drops
what it cannot compare: in a scanner each of these would end in green. So expressions are parsed by jmespath, and
evaluated here: an unresolved value on the way makes the whole answer `Unresolved`, and what was read keeps the
concrete path that it was read from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from scanner.model.known import Json, Reason
from scanner.model.record import dataclass

UNRESOLVED = "$unresolved"
"""A template value that cannot be known before deployment: `{"$unresolved": "why"}`."""
REFERENCE = "$ref"
"""A template value that names a resource of the same file: `{"$ref": "LogicalId", "att": "Arn"}`."""


@dataclass(frozen=True, slots=True)
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


_Step = Callable[[Seen], "Iterator[Seen]"]


class _Stop(Exception):
    def __init__(self, at: Unresolved) -> None:
        self.at = at


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled expression."""

    text: str
    step: _Step
    many: bool
    """The expression projects: it may give several values."""

    def read(self, body: Json) -> tuple[Seen, ...] | Unresolved:
        """Every value that the expression leads to; none when it is absent (or null)."""
        try:
            return tuple(s for s in self.step(Seen("", body)) if s.value is not None)
        except _Stop as stop:
            return stop.at


def unresolved(value: Json) -> str | None:
    """Why a value is unresolved, or None for an ordinary one."""
    if isinstance(value, dict) and UNRESOLVED in value:
        return str(value[UNRESOLVED])
    return None


@cache
def compile_path(text: str) -> Path:
    """Parse `text`. Raises PathError for syntax or features that a declaration may not use."""
    import jmespath  # costs 15 ms: only when a path is really read
    from jmespath.exceptions import JMESPathError

    try:
        tree = jmespath.compile(text).parsed
    except JMESPathError as error:
        raise PathError(f"{text!r}: {error}") from error
    step, many = _build(dict(tree), text)
    return Path(text, step, many)


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
    import jmespath

    return frozenset(_prefixes(dict(jmespath.compile(text).parsed), ())) or frozenset({()})  # `@` reads the whole


def _stop_if_unresolved(seen: Seen) -> None:
    why = unresolved(seen.value)
    if why is not None:
        raise _Stop(Unresolved(seen.path, why))


def _not_a(what: str, seen: Seen) -> _Stop:
    """A shape that is not the declared one is no absence: it must not become a default."""
    return _Stop(Unresolved(seen.path, f"expected {what}, found {type(seen.value).__name__}", Reason.UNPARSABLE))


def _field(name: str) -> _Step:
    def step(seen: Seen) -> Iterator[Seen]:
        _stop_if_unresolved(seen)
        if isinstance(seen.value, Mapping) and REFERENCE in seen.value:  # what it refers to has members; here they are not seen
            raise _Stop(Unresolved(seen.path, f"{seen.value[REFERENCE]} is known after deployment"))
        if isinstance(seen.value, Mapping) and name in seen.value:
            found = Seen(f"{seen.path}.{name}" if seen.path else name, seen.value[name])
            _stop_if_unresolved(found)
            yield found
        elif seen.value is not None and not isinstance(seen.value, Mapping):
            raise _not_a("an object", seen)

    return step


def _index(at: int) -> _Step:
    def step(seen: Seen) -> Iterator[Seen]:
        _stop_if_unresolved(seen)
        if isinstance(seen.value, list) and -len(seen.value) <= at < len(seen.value):
            found = Seen(f"{seen.path}[{at % len(seen.value)}]", seen.value[at])
            _stop_if_unresolved(found)
            yield found
        elif seen.value is not None and not isinstance(seen.value, list):
            raise _not_a("a list", seen)

    return step


def _items(seen: Seen) -> Iterator[Seen]:
    """Elements of a list; a single object stands for a list of one, as templates allow."""
    _stop_if_unresolved(seen)
    if isinstance(seen.value, list):
        for n, item in enumerate(seen.value):
            found = Seen(f"{seen.path}[{n}]", item)
            _stop_if_unresolved(found)
            yield found
    elif isinstance(seen.value, Mapping):
        yield seen
    elif seen.value is not None:
        raise _not_a("a list", seen)


def _values(seen: Seen) -> Iterator[Seen]:
    _stop_if_unresolved(seen)
    if isinstance(seen.value, Mapping):
        for key in sorted(seen.value):
            found = Seen(f"{seen.path}.{key}" if seen.path else key, seen.value[key])
            _stop_if_unresolved(found)
            yield found
    elif seen.value is not None:
        raise _not_a("an object", seen)


def _chain(*steps: _Step) -> _Step:
    def step(seen: Seen) -> Iterator[Seen]:
        def go(at: Seen, rest: tuple[_Step, ...]) -> Iterator[Seen]:
            if not rest:
                yield at
                return
            for found in rest[0](at):
                yield from go(found, rest[1:])

        return go(seen, steps)

    return step


def _identity(seen: Seen) -> Iterator[Seen]:
    yield seen


def _build(node: dict[str, Any], text: str) -> tuple[_Step, bool]:
    kind, children, value = node["type"], node.get("children", []), node.get("value")
    match kind:
        case "field":
            return _field(str(value)), False
        case "identity" | "current":
            return _identity, False
        case "index":
            return _index(int(value or 0)), False
        case "subexpression" | "index_expression" | "pipe":
            built = [_build(child, text) for child in children]
            return _chain(*(step for step, _ in built)), any(many for _, many in built)
        case "flatten":
            inner, _ = _build(children[0], text)
            return inner, True
        case "projection":
            left, _ = _build(children[0], text)
            right, _ = _build(children[1], text)
            return _chain(left, _items, right), True
        case "value_projection":
            left, _ = _build(children[0], text)
            right, _ = _build(children[1], text)
            return _chain(left, _values, right), True
        case "filter_projection":
            left, _ = _build(children[0], text)
            right, _ = _build(children[1], text)
            return _chain(left, _items, _filter(_condition(children[2], text)), right), True
        case "or_expression":
            return _either(*(_build(child, text)[0] for child in children)), any(_build(c, text)[1] for c in children)
        case _:
            raise PathError(f"{text!r}: {kind} is not allowed in a declared path; use derive=")


def _either(first: _Step, second: _Step) -> _Step:
    def step(seen: Seen) -> Iterator[Seen]:
        found = [s for s in first(seen) if s.value is not None]
        return iter(found) if found else second(seen)

    return step


_Test = Callable[[Seen], bool]


def _filter(test: _Test) -> _Step:
    def step(seen: Seen) -> Iterator[Seen]:
        if test(seen):
            yield seen

    return step


def _condition(node: dict[str, Any], text: str) -> _Test:
    kind, children = node["type"], node.get("children", [])
    if kind == "comparator":
        sides = [_operand(child, text) for child in children]
        equal = {"eq": True, "ne": False}.get(str(node["value"]))
        if equal is None:
            raise PathError(f"{text!r}: only == and != are allowed in a filter")
        return lambda seen: _same(sides[0](seen), sides[1](seen), seen) is equal
    if kind in ("and_expression", "or_expression"):
        tests = [_condition(child, text) for child in children]
        # A list, not a generator: every operand is looked at, so an unresolved one is never skipped.
        every = kind == "and_expression"

        def both(seen: Seen) -> bool:
            answers = [test(seen) for test in tests]
            return all(answers) if every else any(answers)

        return both
    if kind == "not_expression":
        inner = _condition(children[0], text)
        return lambda seen: not inner(seen)
    present = _operand(node, text)
    return lambda seen: _boolean(present(seen)) not in (None, False, "", [], {})


def _same(left: Json, right: Json, seen: Seen) -> bool:
    """Equality as a declaration means it. Values of two kinds (true and 1, text and number) are no plain "different": a
    filter would drop the item in silence. Templates write `"true"` for true; that much is understood."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) != isinstance(right, bool):
        left, right = (_boolean(left), _boolean(right))
    kinds = [float if isinstance(v, (int, float)) and not isinstance(v, bool) else type(v) for v in (left, right)]
    if kinds[0] is not kinds[1]:
        raise _Stop(Unresolved(seen.path, f"cannot compare {left!r} with {right!r}", Reason.UNPARSABLE))
    return left == right


def _boolean(value: Json) -> Json:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _operand(node: dict[str, Any], text: str) -> Callable[[Seen], Json]:
    if node["type"] == "literal":
        literal: Json = node["value"]
        return lambda _seen: literal
    step, many = _build(node, text)
    if many:
        raise PathError(f"{text!r}: a list cannot be compared or tested in a filter; use derive=")

    def value(seen: Seen) -> Json:
        return next((s.value for s in step(seen)), None)

    return value


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
