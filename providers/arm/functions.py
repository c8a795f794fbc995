"""Functions of templates that depend on their arguments alone: of texts, numbers, lists and objects.

Each takes values that are known at their top; parts inside of lists and objects may be open. What Azure would refuse
raises Misuse, and what this module cannot answer exactly raises it too: the value is then not known.
Reference: Microsoft Learn, ARM template functions.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote, urljoin

from providers.arm.values import Open, Value, first_open, text_of

MOST_ITEMS = 10_000


class Misuse(ValueError):
    """The function gives no value for these arguments."""


def whole(value: Value) -> Value:
    """A value none of whose parts is open. Raises Opened."""
    found = first_open(value)
    if found is not None:
        raise Opened(found)
    return value


class Opened(Exception):
    """The answer depends on a part that is not known."""

    def __init__(self, open: Open) -> None:
        super().__init__(open.why)
        self.open = open


def text(value: Value) -> str:
    if not isinstance(value, str):
        raise Misuse(f"expected a text, found {kind(value)}")
    return value


def integer(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misuse(f"expected a whole number, found {kind(value)}")
    if abs(value) >= 2**63:
        raise Misuse("a number that Azure does not take")
    return value


def items_of(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise Misuse(f"expected a list, found {kind(value)}")
    return value


def object_of(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise Misuse(f"expected an object, found {kind(value)}")
    return value


def kind(value: Value) -> str:
    return {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object", type(None): "null"}.get(type(value), "something else")


def key_of(value: Mapping[str, Value], name: str) -> str | None:
    """The key as the object spells it: Azure does not tell upper from lower case."""
    if name in value:
        return name
    lower = name.lower()
    return next((key for key in value if key.lower() == lower), None)


def to_string(value: Value) -> str:
    if value is None:
        return ""
    plain = text_of(value)
    return plain if plain is not None else json.dumps(whole(value), separators=(",", ":"), ensure_ascii=False)


def concat(*args: Value) -> Value:
    if args and isinstance(args[0], list):
        return [item for arg in args for item in items_of(arg)]
    texts = [text_of(arg) for arg in args]
    if any(one is None for one in texts):
        raise Misuse("takes texts or lists")
    return "".join(str(one) for one in texts)


_HOLE = re.compile(r"\{\{|\}\}|\{([0-9]{1,3})(?:,(-?[0-9]{1,3}))?(?::([^{}]*))?\}")


def pieces(shape: str, args: tuple[Value, ...]) -> list[Value]:
    """The parts of a format, texts and arguments in turn."""
    found: list[Value] = []
    at = 0
    for hole in _HOLE.finditer(shape):
        found.append(shape[at : hole.start()])
        at = hole.end()
        if hole[1] is None:
            found.append(hole[0][0])
            continue
        if int(hole[1]) >= len(args):
            raise Misuse(f"has no argument {hole[1]}")
        found.append(_formatted(args[int(hole[1])], hole[2], hole[3]))
    found.append(shape[at:])
    if any("{" in part or "}" in part for part in found[::2] if isinstance(part, str) and len(part) > 1):
        raise Misuse("holds a brace that belongs to no argument")
    return [part for part in found if part != ""]


def _formatted(value: Value, width: str | None, shape: str | None) -> Value:
    if isinstance(value, Open):
        return value
    if shape:
        digits = re.fullmatch(r"([dDxX])([0-9]{0,2})", shape)
        if digits is None or isinstance(value, bool) or not isinstance(value, int):
            raise Misuse(f"writes a value as {shape}, which is not worked out here")
        letter = digits[1] if digits[1] in "xX" else "d"
        value = f"{value:0{int(digits[2] or 0)}{letter}}" if digits[2] else f"{value:{letter}}"
    written = to_string(value)
    number = int(width or 0)
    return written.rjust(number) if number >= 0 else written.ljust(-number)


def join(items: Value, between: Value) -> str:
    return text(between).join(to_string(item) for item in whole(items_of(items)))


def _split(value: Value, by: Value) -> list[Value]:
    marks = [text(mark) for mark in by] if isinstance(by, list) else [text(by)]
    marks = [mark for mark in marks if mark]
    return list(re.split("|".join(re.escape(mark) for mark in marks), text(value))) if marks else [text(value)]


def _replace(value: Value, old: Value, new: Value) -> str:
    before, after = text(old), text(new)
    if not before:
        raise Misuse("replaces an empty text")
    if len(text(value)) * (1 + len(after)) > 10_000_000:
        raise Misuse("makes a text that is too long")
    return text(value).replace(before, after)


def _pad(value: Value, length: Value, mark: Value = " ") -> str:
    if not 0 <= integer(length) <= 100_000 or len(text(mark)) != 1:
        raise Misuse("pads to a length that is too long")
    return to_string(value).rjust(length, text(mark))


def _substring(value: Value, start: Value, length: Value = None) -> str:
    begin = integer(start)
    end = len(text(value)) if length is None else begin + integer(length)
    if not 0 <= begin <= end <= len(value):
        raise Misuse("leads out of its text")
    return text(value)[begin:end]


def _take(value: Value, number: Value) -> Value:
    return value[: max(integer(number), 0)] if isinstance(value, list) else text(value)[: max(integer(number), 0)]


def _skip(value: Value, number: Value) -> Value:
    return value[max(integer(number), 0) :] if isinstance(value, list) else text(value)[max(integer(number), 0) :]


def _first(value: Value) -> Value:
    return (value[0] if value else None) if isinstance(value, list) else text(value)[:1]


def _last(value: Value) -> Value:
    return (value[-1] if value else None) if isinstance(value, list) else text(value)[-1:]


def _index_of(value: Value, found: Value) -> int:
    if isinstance(value, list):
        return next((n for n, item in enumerate(whole(value)) if same(item, found)), -1)
    return text(value).lower().find(text(found).lower())


def _last_index_of(value: Value, found: Value) -> int:
    if isinstance(value, list):
        return next((n for n in range(len(value) - 1, -1, -1) if same(whole(value)[n], found)), -1)
    return text(value).lower().rfind(text(found).lower())


def _contains(holder: Value, wanted: Value) -> bool:
    if isinstance(holder, dict):
        return key_of(holder, str(text_of(wanted))) is not None
    if isinstance(holder, list):
        if any(same(item, wanted) for item in holder if first_open(item) is None):
            return True
        whole(holder)
        return False
    return to_string(wanted) in text(holder)


def same(one: Value, other: Value) -> bool:
    """Equal as Azure compares: true is not 1, and a text is compared letter by letter."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _less(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        raise Misuse("compares texts by an order that is not worked out here")
    return integer(one) < integer(other)


def _empty(value: Value) -> bool:
    if value is not None and not isinstance(value, (str, list, dict)):
        raise Misuse(f"asks whether {kind(value)} is empty")
    return not value


def _length(value: Value) -> int:
    if not isinstance(value, (str, list, dict)):
        raise Misuse(f"{kind(value)} has no length")
    return len(value)


def merge(one: Mapping[str, Value], other: Mapping[str, Value]) -> dict[str, Value]:
    """Objects united, the later winning, inner objects united too."""
    found = dict(one)
    for name, value in other.items():
        key = key_of(found, name) or name
        before = found.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            found[key] = merge(before, value)
        elif isinstance(before, (dict, Open)) and isinstance(value, (dict, Open)) and before is not value:
            found[key] = value if isinstance(value, Open) else next(v for v in (before, value) if isinstance(v, Open))
        else:
            found[key] = value
    return found


def _union(*args: Value) -> Value:
    if args and isinstance(args[0], dict):
        found: dict[str, Value] = {}
        for arg in args:
            found = merge(found, object_of(arg))
        return found
    items: list[Value] = []
    for item in (item for arg in args for item in whole(items_of(arg))):
        if len(items) > 2000:
            raise Misuse("unites lists that are too long")
        if not any(same(item, other) for other in items):
            items.append(item)
    return items


def _intersection(*args: Value) -> Value:
    first, *others = [whole(arg) for arg in args]
    if isinstance(first, dict):
        return {key: value for key, value in first.items() if all(key in object_of(o) and same(o[key], value) for o in others)}
    if any(len(items_of(arg)) > 2000 for arg in (first, *others)):
        raise Misuse("compares lists that are too long")
    return [item for n, item in enumerate(first) if all(any(same(item, i) for i in o) for o in others) and not any(same(item, i) for i in first[:n])]


def _shallow(objects: Value) -> dict[str, Value]:
    return {key: value for one in items_of(objects) for key, value in object_of(one).items()}


def _range(start: Value, count: Value) -> list[Value]:
    if not 0 <= integer(count) <= MOST_ITEMS:
        raise Misuse(f"counts to {count}: 0 to {MOST_ITEMS} are allowed")
    return list(range(integer(start), integer(start) + count))


def _numbers(args: tuple[Value, ...]) -> list[int]:
    found = [integer(arg) for arg in (whole(args[0]) if len(args) == 1 and isinstance(args[0], list) else args)]
    if not found:
        raise Misuse("has no number to choose from")
    return found


def _int(value: Value) -> int:
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value):
            raise Misuse(f"{value[:40]!r} is no number")
        return int(value)
    return int(value) if isinstance(value, float) else integer(value)


def _bool(value: Value) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    if not isinstance(value, (bool, int)):
        raise Misuse(f"{kind(value)} is neither true nor false")
    return bool(value)


def _div(one: Value, other: Value) -> int:
    if integer(other) == 0:
        raise Misuse("divides by zero")
    return int(abs(integer(one)) // abs(other)) * (1 if (one < 0) == (other < 0) else -1)


def _json(value: Value) -> Value:
    try:
        return json.loads(text(value))
    except (ValueError, RecursionError) as error:
        raise Misuse("reads a text that is no JSON") from error


def _from_base64(value: Value) -> str:
    try:
        return base64.b64decode(text(value), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Misuse("reads a text that is no base64") from error


def _items(value: Value) -> list[Value]:
    found = object_of(value)
    return [{"key": key, "value": found[key]} for key in sorted(found, key=str.lower)]


def _object(*args: Value) -> dict[str, Value]:
    if len(args) % 2:
        raise Misuse("has a key without a value")
    return {text(args[n]): args[n + 1] for n in range(0, len(args), 2)}


def _uri(base: Value, relative: Value) -> str:
    return urljoin(text(base), text(relative))


PURE: dict[str, Callable[..., Value]] = {
    "add": lambda a, b: integer(a) + integer(b),
    "array": lambda a: a if isinstance(a, list) else [a],
    "base64": lambda a: base64.b64encode(text(a).encode()).decode(),
    "base64tojson": lambda a: _json(_from_base64(a)),
    "base64tostring": _from_base64,
    "bool": _bool,
    "concat": concat,
    "contains": _contains,
    "createarray": lambda *a: list(a),
    "createobject": _object,
    "datauri": lambda a: "data:text/plain;charset=utf8;base64," + base64.b64encode(text(a).encode()).decode(),
    "div": _div,
    "empty": _empty,
    "endswith": lambda a, b: text(a).lower().endswith(text(b).lower()),
    "equals": lambda a, b: same(whole(a), whole(b)),
    "false": lambda: False,
    "first": _first,
    "flatten": lambda a: [item for inner in items_of(a) for item in items_of(whole(inner))],
    "float": lambda a: float(a) if isinstance(a, (int, float)) else float(text(a)[:40]),
    "greater": lambda a, b: _less(b, a),
    "greaterorequals": lambda a, b: not _less(a, b),
    "indexof": _index_of,
    "int": _int,
    "intersection": _intersection,
    "items": _items,
    "join": join,
    "json": _json,
    "last": _last,
    "lastindexof": _last_index_of,
    "length": _length,
    "less": _less,
    "lessorequals": lambda a, b: not _less(b, a),
    "max": lambda *a: max(_numbers(a)),
    "min": lambda *a: min(_numbers(a)),
    "mod": lambda a, b: integer(a) - integer(b) * _div(a, b),
    "mul": lambda a, b: integer(integer(a) * integer(b)),
    "null": lambda: None,
    "objectkeys": lambda a: sorted(object_of(a), key=str.lower),
    "padleft": _pad,
    "range": _range,
    "replace": _replace,
    "shallowmerge": _shallow,
    "skip": _skip,
    "split": _split,
    "startswith": lambda a, b: text(a).lower().startswith(text(b).lower()),
    "string": to_string,
    "sub": lambda a, b: integer(a) - integer(b),
    "substring": _substring,
    "take": _take,
    "tolower": lambda a: text(a).lower(),
    "toupper": lambda a: text(a).upper(),
    "trim": lambda a: text(a).strip(),
    "true": lambda: True,
    "union": _union,
    "uri": _uri,
    "uricomponent": lambda a: quote(text(a), safe=""),
    "uricomponenttostring": lambda a: unquote(text(a)),
}
