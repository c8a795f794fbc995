"""Answers by the shapes of botocore's models, with all that services send and some that they should not: drawn, not written."""

from __future__ import annotations

import json
import random
from typing import Any
from xml.sax.saxutils import escape

_DEEP = 6
_TEXTS = ("a", "", "ä/ö", "arn:aws:s3:::x", "true", "12", "2026-11-22T00:00:00Z")
_MOMENTS = (
    "2026-11-22T01:02:03Z",
    "2026-11-22T01:02:03.456Z",
    "2026-11-22T01:02:03.4567891Z",
    "2026-11-22T01:02:03+01:00",
    "Sun, 22 Nov 2026 01:02:03 GMT",
    "1763773323",
    "2026-11-22",
)


def as_json(shape: Any, draw: random.Random, deep: int = 0) -> Any:
    """A value of a shape in JSON; now and then of another kind, or nothing."""
    if deep and draw.random() < 0.04:
        return draw.choice([None, [], {}, "x", 3, False])
    match shape.type_name:
        case "structure":
            if deep > _DEEP:
                return {}
            found = {m.serialization.get("name", n): as_json(m, draw, deep + 1) for n, m in shape.members.items() if draw.random() < 0.7}
            return {**found, "unknownToModels": [1]}
        case "list":
            return [as_json(shape.member, draw, deep + 1) for _ in range(draw.choice([0, 1, 2]) if deep < _DEEP else 0)]
        case "map":
            return {f"key{n}": as_json(shape.value, draw, deep + 1) for n in range(draw.choice([0, 2]) if deep < _DEEP else 0)}
        case "boolean":
            return draw.choice([True, False, "true"] if draw.random() < 0.1 else [True, False])
        case "integer" | "long" | "float" | "double":
            return draw.choice([0, 7, -1, 1.5])
        case "timestamp":
            return draw.choice([*_MOMENTS, 1763773323, 1763773323.25])
        case "blob":
            return "aG91dmFzdA=="
        case _:
            return draw.choice(_TEXTS)


def as_xml(shape: Any, name: str, draw: random.Random, deep: int = 0) -> str:
    """An element of a shape."""
    if deep and draw.random() < 0.03:
        return draw.choice(["", f"<{name}/>", f"<{name}>odd</{name}>", f"<{name}><x>1</x></{name}>"])
    match shape.type_name:
        case "structure":
            inner = "".join(_member(m, n, draw, deep) for n, m in shape.members.items() if draw.random() < 0.7) if deep <= _DEEP else ""
            attributes = "".join(
                f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {m.serialization["name"]}="Group"' for m in shape.members.values() if m.serialization.get("xmlAttribute")
            )
            return f"<{name}{attributes}>\n {inner}<unknownToModels>1</unknownToModels></{name}>"
        case "list":
            item = shape.member.serialization.get("name", "member")
            return f"<{name}>{''.join(as_xml(shape.member, item, draw, deep + 1) for _ in range(draw.choice([0, 1, 2]) if deep < _DEEP else 0))}</{name}>"
        case "boolean":
            text = draw.choice(["true", "false"])
        case "integer" | "long":
            text = draw.choice(["0", "7", "-1"])
        case "float" | "double":
            text = draw.choice(["1.5", "2"])
        case "timestamp":
            text = draw.choice(_MOMENTS)
        case "blob":
            text = "aG91dmFzdA=="
        case _:
            text = escape(draw.choice(_TEXTS))
    return f"<{name}>{text}</{name}>"


def _member(member: Any, name: str, draw: random.Random, deep: int) -> str:
    if member.serialization.get("xmlAttribute"):
        return ""
    own = member.serialization.get("name", name)
    if member.type_name == "list" and member.serialization.get("flattened"):
        item = member.member.serialization.get("name") or own
        return "".join(as_xml(member.member, item, draw, deep + 1) for _ in range(draw.choice([0, 1, 3])))
    return as_xml(member, own, draw, deep + 1)


def body(operation: Any, draw: random.Random) -> bytes:
    """The body of a good answer to an operation (botocore's OperationModel)."""
    shape, protocol = operation.output_shape, operation.service_model.resolved_protocol
    payload = shape.serialization.get("payload")
    inner = shape.members[payload] if payload else shape
    if protocol in ("json", "rest-json"):
        return json.dumps(as_json(inner, draw)).encode()
    name = payload or f"{operation.name}Result"
    if protocol == "rest-xml":
        text = as_xml(inner, inner.serialization.get("name", name), draw)
    else:
        wrapper = shape.serialization.get("resultWrapper")
        text = as_xml(inner, wrapper or "whole", draw)
        if not wrapper:
            text = text.removeprefix("<whole>").removesuffix("</whole>")
        text = f'<{operation.name}Response xmlns="http://service.amazonaws.com/doc/2026-11-22/">{text}<requestId>r</requestId></{operation.name}Response>'
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()
