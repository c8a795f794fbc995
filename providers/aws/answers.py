"""Answers read by the shapes of botocore's models: one function a shape, made once, called for every answer.

What comes out is what botocore's parsers give, for the same bytes: members by their names, in the model's order, nothing
that the model does not know. botocore looks each shape's traits up again for every value, and parses JSON after it has been
checked to be JSON. What is rare (streams, unions of one member, CBOR, errors) stays with botocore's own parser.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from providers.aws.faults import BadBody
from providers.aws.strict import check_json, check_xml

Read = Callable[[Any], Any]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)?")
_BRACED = re.compile("{.*}")
_HEADERS = ("header", "headers", "statusCode")
_LOCAL: dict[str, str] = {}
"""Tags without their namespace: a few thousand, the same in every answer."""


def moment(value: Any) -> datetime:
    """A timestamp as botocore reads it. The form in which nearly all of them come needs no guessing."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    from botocore.utils import parse_timestamp

    found: datetime = parse_timestamp(value)
    return found


class Odd(Exception):
    """A shape that is left to botocore's parser."""


def body_reader(protocol: str, operation: str, shape: Any) -> Callable[[bytes], dict[str, Any]] | None:
    """What reads the body of a good answer into the members of its output shape; None where botocore has to.

    The function raises BadBody for a body that cannot be the service's, and what botocore's parser raises for any other fault."""
    make = {"json": _Json, "rest-json": _RestJson, "query": _Xml, "ec2": _Xml, "rest-xml": _Xml}.get(protocol)
    if make is None or shape is None:
        return None
    payload = shape.serialization.get("payload")
    inner = shape.members[payload] if payload else shape
    if payload and inner.type_name in ("string", "blob"):
        return None
    try:
        read = make().of(inner)
    except Odd:
        return None
    if protocol in ("json", "rest-json"):
        return _json_body(read, payload)
    wrapper = shape.serialization.get("resultWrapper") if protocol in ("query", "ec2") else None
    return _xml_body(read, payload, wrapper, operation if protocol != "rest-xml" else "")


def _json_body(read: Read | None, payload: str | None) -> Callable[[bytes], dict[str, Any]]:
    def body(content: bytes) -> dict[str, Any]:
        value = check_json(content)
        found = read(value) if read is not None else value
        return {payload: found} if payload else found

    return body


def _xml_body(read: Read | None, payload: str | None, wrapper: str | None, operation: str) -> Callable[[bytes], dict[str, Any]]:
    def body(content: bytes) -> dict[str, Any]:
        check_xml(content, operation)
        node = _document(content)
        if wrapper:
            node = _children(node)[wrapper]
        found = read(node) if read is not None else node
        return {payload: found} if payload else found

    return body


def _document(content: bytes) -> Any:
    try:
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(), encoding="utf-8")  # noqa: S314 (expat of today; botocore reads them with the same)
        parser.feed(content)
        return parser.close()
    except ElementTree.ParseError as error:
        from botocore.parsers import ResponseParserError

        raise ResponseParserError(f"Unable to parse response ({error}), invalid XML received") from error


class _Json:
    """Functions for shapes as JSON holds them. None: the value as it is."""

    scalars: Mapping[str, Read] = {"timestamp": moment, "blob": base64.b64decode}

    def __init__(self) -> None:
        self._made: dict[str, Read | None] = {}
        self._making: set[str] = set()

    def of(self, shape: Any) -> Read | None:
        kind = shape.type_name
        if kind not in ("structure", "list", "map"):
            return self.scalars.get(kind)
        if kind == "structure" and (getattr(shape, "is_tagged_union", False) or shape.metadata.get("exception") or shape.serialization.get("eventstream")):
            raise Odd
        key = f"{shape.name} {sorted(shape.serialization.items())}"
        if key in self._making:  # a shape that holds itself
            return lambda value: value if (read := self._made[key]) is None else read(value)
        if key not in self._made:
            self._making.add(key)
            self._made[key] = self._structure(shape) if kind == "structure" else self._list(shape) if kind == "list" else self._map(shape)
            self._making.discard(key)
        return self._made[key]

    def _structure(self, shape: Any) -> Read | None:
        if getattr(shape, "is_document_type", False):
            return None
        members = tuple((member.serialization.get("name", name), name, self.of(member)) for name, member in shape.members.items())

        def read(value: Any) -> Any:
            if value is None:
                return None
            found, get = {}, value.get
            for key, name, inner in members:
                held = get(key)
                if held is not None:
                    found[name] = held if inner is None else inner(held)
            return found

        return read

    def _list(self, shape: Any) -> Read:
        inner = self.of(shape.member)
        if inner is None:
            return list
        return lambda value: [None if item is None else inner(item) for item in value]

    def _map(self, shape: Any) -> Read:
        first, second = self.of(shape.key), self.of(shape.value)
        return lambda value: {key if first is None else first(key): held if second is None else second(held) for key, held in value.items()}


def _truth(value: Any) -> bool:
    from botocore.utils import ensure_boolean

    return value if isinstance(value, bool) else bool(ensure_boolean(value))


class _RestJson(_Json):
    """REST services may write numbers and truth as text."""

    scalars: Mapping[str, Read] = {**_Json.scalars, "boolean": _truth, "integer": int, "long": int, "float": float, "double": float}


def _text(node: Any) -> Any:
    """Of an element its text, nothing as an empty one; several elements stand for themselves."""
    return (node.text or "") if hasattr(node, "text") else node


def _local(tag: str) -> str:
    found = _LOCAL.get(tag)
    if found is None:
        found = _BRACED.sub("", tag)
        if len(_LOCAL) < 20_000:
            _LOCAL[tag] = found
    return found


def _children(node: Any) -> dict[str, Any]:
    """Children by name; repeated ones as a list. Of several parents the first."""
    while isinstance(node, list):
        node = node[0]
    found: dict[str, Any] = {}
    for child in node:
        tag = _LOCAL.get(child.tag) or _local(child.tag)
        if tag in found:
            before = found[tag]
            if isinstance(before, list):
                before.append(child)
            else:
                found[tag] = [before, child]
        else:
            found[tag] = child
    return found


class _Xml(_Json):
    """Functions for shapes as elements hold them."""

    scalars: Mapping[str, Read] = {
        "timestamp": lambda node: moment(_text(node)),
        "blob": lambda node: base64.b64decode(_text(node)),
        "boolean": lambda node: _text(node) == "true",
        "integer": lambda node: int(_text(node)),
        "long": lambda node: int(_text(node)),
        "float": lambda node: float(_text(node)),
        "double": lambda node: float(_text(node)),
        "string": _text,
        "character": _text,
    }

    def _structure(self, shape: Any) -> Read:
        members = []
        for name, member in shape.members.items():
            if member.serialization.get("location") in _HEADERS:
                continue
            members.append((_element(member, name), name, self.of(member), member.serialization["name"] if member.serialization.get("xmlAttribute") else ""))

        def read(node: Any) -> dict[str, Any]:
            children = _children(node)
            found: dict[str, Any] = {}
            for key, name, inner, attribute in members:
                held = children.get(key)
                if held is not None:
                    found[name] = held if inner is None else inner(held)
                elif attribute:
                    given = {_BRACED.sub(attribute.split(":")[0] + ":", own): value for own, value in node.attrib.items()}
                    if attribute in given:
                        found[name] = given[attribute]
            return found

        return read

    def _list(self, shape: Any) -> Read:
        inner, flat = self.of(shape.member), bool(shape.serialization.get("flattened"))

        def read(node: Any) -> list[Any]:
            if flat and not isinstance(node, list):
                node = [node]
            return [None if item is None else item if inner is None else inner(item) for item in node]

        return read

    def _map(self, shape: Any) -> Read:
        raise Odd


def _element(member: Any, name: str) -> str:
    """The element of a member: a flattened list is known by what its items are called."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        own = member.member.serialization.get("name")
        if own is not None:
            return str(own)
    return str(member.serialization.get("name", name))


def header_members(shape: Any) -> bool:
    """Whether an answer has members that stand in its headers or its status."""
    return shape is not None and any(member.serialization.get("location") for member in shape.members.values())


__all__ = ["BadBody", "Odd", "body_reader", "header_members", "moment"]
