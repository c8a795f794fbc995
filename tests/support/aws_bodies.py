"""Documents written by hand after the API's own shapes: every member is checked against botocore before it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from providers.cloudformation import reader
from scanner import plugins
from scanner.collect.plan import Options
from scanner.declare.live import Each, Get, List
from scanner.judge.estate import Estate
from scanner.model import facts as vocabulary
from scanner.model.known import Json, Known, Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Call, Dialect, Document, Run, Snapshot
from tests.support.aws import TYPES
from tests.support.aws_shapes import Shape, output

ACCOUNT = "111122223333"
DECLS = plugins.load_types(TYPES)


def entries(file: Path) -> list[dict[str, Any]]:
    """`type`, `name`, `region`, `body` and `facts`; `lost`: parts whose call was refused; `reference`: no subject."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def snapshot(rows: list[dict[str, Any]]) -> Snapshot:
    calls: dict[str, Call] = {}
    documents = []
    for row in rows:
        decl, region = DECLS[row["type"]], row.get("region", "eu-central-1")
        made: dict[str, str] = {}
        for put in ("", *(get.put for get in decl.details)):
            lost = put in row.get("lost", ())
            if put and not lost and put not in row["body"]:
                continue  # not asked: the declaration says when
            call = Call(
                "aws", ACCOUNT, region, "test", f"Get{put or 'List'}", row["id"] if put else decl.type, outcome=Reason.DENIED if lost else None,
                code="AccessDenied" if lost else "", permission=f"test:Get{put or 'List'}", pages=1, items=1, at="2026-11-21T10:00:00Z",
            )  # fmt: skip
            made[put] = call.id
            calls[call.id] = call
        ref = Ref("aws", row["type"], ACCOUNT, region, row["id"], row["name"])
        documents.append(Document(ref, Dialect.LIVE, row["body"], made, reference=row.get("reference", False)))
    return Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0", ("aws",)), calls.values(), documents)


def misfits(row: Mapping[str, Any]) -> Iterator[str]:
    """Members and values that the API does not answer with."""
    decl = DECLS[row["type"]]
    parts = {get.put: get for get in decl.details if isinstance(get, Get)}
    asked = {**decl.live.params, **decl.live.along} if isinstance(decl.live, Each) else {}
    own = {key: value for key, value in row["body"].items() if key not in parts and key not in asked}
    listing = decl.live.listing if isinstance(decl.live, Each) else decl.live
    if listing is None and decl.resolve is not None:  # read by reference alone
        held = output(decl.resolve.service, decl.resolve.operation, decl.resolve.take)
        assert isinstance(held, Shape)
        yield from _against(row["body"][decl.resolve.put], held.shape, row["name"])
        return
    assert isinstance(listing, List)
    shape = _item(listing)
    yield from _against(own.get("Name") if shape.type_name == "string" else own, shape, row["name"])
    for put, get in parts.items():
        if put in row["body"] and not get.json:
            part = output(get.service or listing.service, get.operation, get.take)
            assert isinstance(part, Shape)
            if row["body"][put] != {}:  # not asked, as `when` says
                yield from _against(row["body"][put], part.shape, f"{row['name']}.{put}")


def _item(listing: List) -> Any:
    at = output(listing.service, listing.operation, listing.each)
    assert isinstance(at, Shape)
    shape = at.shape
    while listing.each and shape.type_name == "list":
        shape = shape.member
    return shape


_KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "integer": (int,), "long": (int,), "double": (int, float), "float": (int, float), "timestamp": (str,)}


def _against(value: Json, shape: Any, where: str) -> Iterator[str]:
    match shape.type_name:
        case "structure" if shape.is_document_type:
            return
        case "structure" if isinstance(value, dict):
            for key, inner in value.items():
                if key not in shape.members:
                    yield f"{where} has no member {key}"
                else:
                    yield from _against(inner, shape.members[key], f"{where}.{key}")
        case "list" if isinstance(value, list):
            for item in value:
                yield from _against(item, shape.member, f"{where}[]")
        case "map" if isinstance(value, dict):
            for inner in value.values():
                yield from _against(inner, shape.value, f"{where}.*")
        case "string" if isinstance(value, str):
            if shape.enum and value not in shape.enum:
                yield f"{where} is {value!r}, which is none of {', '.join(shape.enum)}"
        case kind if isinstance(value, _KINDS.get(kind, ())) and isinstance(value, bool) is (kind == "boolean"):
            return
        case kind:
            yield f"{where} is a {type(value).__name__} and should be a {kind}"


def said(fact: Any) -> Any:
    """A fact as the fixture writes it."""
    if fact is None:
        return "none"
    if isinstance(fact, Unknown):
        return f"unknown {fact.reason}"
    assert isinstance(fact, Known)
    value = fact.value
    if isinstance(value, vocabulary.Home):
        return f"{value.place.region} {value.place.country}"
    if hasattr(value, "places"):
        return [place.region if place.country else "?" for place in value.places]
    return value


def shown(value: Any) -> Any:
    text = ", ".join(value) if isinstance(value, tuple) else value
    return text if isinstance(text, (bool, int, float)) else str(text)


def as_written(resource: Resource, fact: str, expected: Any) -> None:
    """A fact is what its fixture says: a word, places, or fields with their values."""
    got = resource.facts.get(getattr(vocabulary, fact))
    if isinstance(expected, dict):
        assert isinstance(got, Known), got
        fields: dict[str, Any] = {field: shown(getattr(got.value, field)) for field in expected}
        fields |= {field: fields[field][:10] for field in ("not_after",) if field in fields}
        assert fields == {field: shown(value) for field, value in expected.items()}
    else:
        assert said(got) == expected, got


@cache
def planned(file: Path, region: str = "eu-central-1") -> Mapping[str, Resource]:
    """What a template makes in a region (none: not said), by logical id."""
    answer = reader.read(file, file.name, Options(settings={"template.region": region} if region else {}))
    read = Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0"), (answer.call, *answer.more_calls), answer.documents)
    return {resource.ref.name: resource for resource in Estate.of(read, DECLS).resources}


__all__ = ["ACCOUNT", "DECLS", "as_written", "entries", "misfits", "planned", "said", "shown", "snapshot"]
