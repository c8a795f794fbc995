"""Written documents served over HTTP as AWS would: any service, in its own protocol, to the unmodified SDK.

Where moto lacks a service, this takes its place: what `fixtures/aws/*.json` says of a resource comes back from the very
operations that its declaration names, written by moto's serialisers after botocore's models. An operation may be broken.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

from providers.aws.documents import holds, values
from scanner import plugins
from scanner.declare.decl import TypeDecl
from scanner.declare.live import Each, Get, List, Scope
from scanner.demo.aws_estate import moto_environment
from tests.support.aws import TYPES, environment
from tests.support.aws_bodies import ACCOUNT
from tests.support.aws_faults import Asked, Reply, Replying, error
from tests.support.aws_shapes import methods, model

DECLS = plugins.load_types(TYPES)
Row = Mapping[str, Any]
Key = tuple[str, str, str]
"""Service as boto3 calls it, operation as the API does, region."""


@dataclass
class Answer:
    """What an operation says to who asks with these words."""

    words: tuple[str, ...]
    body: dict[str, Any]


@dataclass
class Cloud:
    """Answers by operation, and what is broken."""

    answers: dict[Key, list[Answer]] = field(default_factory=dict)
    buckets: dict[str, str] = field(default_factory=dict)
    broken: str = ""
    fault: str = ""
    asked: Counter[str] = field(default_factory=Counter)

    def services(self) -> set[str]:
        return {service for service, _, _ in self.answers}

    def say(self, service: str, method: str, region: str, words: tuple[str, ...], path: str, value: Any, *, many: bool = False) -> None:
        """`value` stands at `path` of the answer; of `many` each is one item of the list there."""
        answers = self.answers.setdefault((service, methods(service)[method], region), [])
        for answer in answers:
            if answer.words == words and many:
                at: Any = answer.body
                for key in path.split("."):
                    at = at[key]
                at += [item for item in value if item not in at]
                return
        answers.append(Answer(words, _nested(path, list(value) if many else value)))


def _nested(path: str, value: Any) -> dict[str, Any]:
    for key in reversed(path.split(".") if path else ()):
        value = {key: value}
    return dict(value)


def cloud_of(rows: list[dict[str, Any]], regions: tuple[str, ...]) -> Cloud:
    """Everything that the declarations of these rows would ask."""
    cloud = Cloud()
    cloud.say("sts", "get_caller_identity", "", (), "", {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/x", "UserId": "x"})
    cloud.say("ec2", "describe_regions", "", (), "Regions", [{"RegionName": region} for region in regions])
    cloud.say("kms", "list_keys", "", (), "Keys", [])
    for row in rows:
        decl = DECLS[row["type"]]
        if row["type"] == "AWS::S3::Bucket":
            cloud.buckets[row["name"]] = row["region"]
        elif row.get("reference") and not row.get("gone"):
            assert decl.resolve is not None
            held = row["body"][decl.resolve.put] if decl.resolve.put else row["body"]
            asked = {key: form.format(id=row["id"], name=row["name"], region=row["region"]) for key, form in decl.resolve.params.items()}
            cloud.say(decl.resolve.service, decl.resolve.operation, row["region"], _words(asked), decl.resolve.take, held)
        else:
            _listed(cloud, decl, row)
            for get in decl.details:
                if isinstance(get, Get):
                    _detailed(cloud, decl, get, row)
    for decl in {row["type"]: DECLS[row["type"]] for row in rows if row["type"] != "AWS::S3::Bucket"}.values():
        if decl.live is not None:
            _empty(cloud, decl, regions)
    return cloud


def _listing(decl: TypeDecl) -> List:
    listing = decl.live.listing if isinstance(decl.live, Each) else decl.live
    assert isinstance(listing, List), decl.type
    return listing


def _listed(cloud: Cloud, decl: TypeDecl, row: Row) -> None:
    listing = _listing(decl)
    puts = {get.put for get in decl.details}
    own = {key: value for key, value in row["body"].items() if key not in puts}
    item = own["Name"] if set(own) == {"Name"} and _of_text(listing) else own
    region = _asked_at(listing, row["region"])
    if isinstance(decl.live, Each):
        _below(cloud, decl.live, row, region)
    elif listing.each:
        cloud.say(listing.service, listing.operation, region, _words(listing.params), listing.each, [item], many=True)
    else:
        cloud.say(listing.service, listing.operation, region, _words(listing.params), "", item)


def _asked_at(listing: List, region: str) -> str:
    """Where the question is answered; empty: wherever it is asked."""
    return listing.at or ("" if listing.spans or listing.scope is Scope.GLOBAL else region)


def _below(cloud: Cloud, each: Each, row: Row, region: str) -> None:
    """The parent in its listing, and the child in that of its parent."""
    asked = {name: row["body"][name] for name in each.params}
    along = {name: row["body"][name] for name in each.along if name in row["body"]}
    parent = {path: asked[name] for name, path in each.params.items()} | {each.along[name]: value for name, value in along.items()}
    for path in (each.parent.id, each.parent.name):
        if path and "{" not in path and path not in parent:
            parent[path] = f"arn:aws:x:{region}:{ACCOUNT}:parent/{next(iter(asked.values()))}"
    own = {key: value for key, value in row["body"].items() if key not in asked and key not in along and key not in {get.put for get in DECLS[row["type"]].details}}
    held = [item for answer in cloud.answers.get((each.parent.service, methods(each.parent.service)[each.parent.operation], region), []) for item in answer.body[each.parent.each]]
    if not any(all(item.get(path) == asked[name] for name, path in each.params.items()) for item in held):
        cloud.say(each.parent.service, each.parent.operation, region, _words(each.parent.params), each.parent.each, [parent], many=True)
    cloud.say(each.listing.service, each.listing.operation, region, _words({**each.listing.params, **asked}), each.listing.each, [own], many=True)


def _of_text(listing: List) -> bool:
    shape = model(listing.service).operation_model(methods(listing.service)[listing.operation]).output_shape
    for key in listing.each.split(".") if listing.each else ():
        shape = shape.members[key]
    return bool(shape.type_name == "list" and shape.member.type_name == "string")


def _detailed(cloud: Cloud, decl: TypeDecl, get: Get, row: Row) -> None:
    if get.put not in row["body"] or (get.when and not holds(get.when, row["body"])):
        return
    body = row["body"][get.put]
    value = json.dumps(body) if get.json else [body] if get.one else body
    service = get.service or _listing(decl).service
    asked = {name: path[1:].replace("{account}", ACCOUNT) if path.startswith("=") else str(values(path, row["body"])[0]) for name, path in get.params.items()}
    if get.match:
        cloud.say(service, get.operation, row["region"], _words(asked), get.take, value, many=True)
    else:
        cloud.say(service, get.operation, row["region"], _words(asked), get.take, value)


def _empty(cloud: Cloud, decl: TypeDecl, regions: tuple[str, ...]) -> None:
    """Where nothing is there, the service says so."""
    listing = decl.live.parent if isinstance(decl.live, Each) else _listing(decl)
    for region in dict.fromkeys(_asked_at(listing, region) for region in regions):
        if listing.each:
            cloud.say(listing.service, listing.operation, region, _words(listing.params), listing.each, [], many=True)
        elif not cloud.answers.get((listing.service, methods(listing.service)[listing.operation], region)):
            cloud.say(listing.service, listing.operation, region, _words(listing.params), "", {})
        if isinstance(decl.live, Each):
            _childless(cloud, decl.live, region)
        for get in decl.details:
            if isinstance(get, Get) and get.match:
                words = _words({name: path[1:] for name, path in get.params.items()})
                cloud.say(get.service or listing.service, get.operation, region, words, get.take, [], many=True)


def _childless(cloud: Cloud, each: Each, region: str) -> None:
    """Parents without children say that they have none."""
    for answer in list(cloud.answers.get((each.parent.service, methods(each.parent.service)[each.parent.operation], region), [])):
        for item in answer.body[each.parent.each]:
            asked = {name: item[path] for name, path in each.params.items() if path in item}
            cloud.say(each.listing.service, each.listing.operation, region, _words({**each.listing.params, **asked}), each.listing.each, [], many=True)


def _words(params: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells one question from another: texts that were asked with it."""
    return tuple(sorted(value.replace("{account}", ACCOUNT) for value in params.values() if isinstance(value, str)))


# -- the wire ----------------------------------------------------------------------------------------------------
def _route(service: str, method: str, target: str) -> str:
    """The operation of a REST service that a request means."""
    parts = urlsplit(target)
    found = [
        (len(asked), len(path.pattern), name)
        for name, verb, path, asked in _routes(service)
        if verb == method and path.fullmatch(parts.path) and asked <= set(parse_qs(parts.query, keep_blank_values=True))
    ]
    return max(found)[2] if found else ""


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str], frozenset[str]], ...]:
    routes = []
    for name in model(service).operation_names:
        http = model(service).operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = "".join(".+" if part.endswith("+}") else "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path))
        routes.append((name, http["method"], re.compile(pattern.rstrip("/") + "/?"), frozenset(part.split("=")[0] for part in query.split("&") if part)))
    return tuple(routes)


def _meant(cloud: Cloud, signed: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """Service and operation of a request, among those that the cloud knows."""
    named = headers.get("x-amz-target", "").rsplit(".", 1)[-1] or parse_qs(body.decode("latin1")).get("Action", [""])[0]
    for service in sorted(cloud.services()):
        if model(service).signing_name == signed:
            operation = named or _route(service, method, target)
            if any((service, operation) == key[:2] for key in cloud.answers):
                return service, operation
    return "", named


class _Handler(Replying):
    cloud: Cloud

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        credential = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
        region, signed = (credential[1], credential[2]) if credential else ("", "")
        service, operation = _meant(self.cloud, signed, self.command, self.path, headers, body)
        bucket = urlsplit(self.path).path.strip("/")
        if self.command == "HEAD" and not operation:
            operation = "HeadBucket"
        self.cloud.asked[operation] += 1
        asked = Asked(signed, region, operation, body)
        if operation == self.cloud.broken and self.cloud.fault in ("denied", "throttled"):
            status, code, words = {"denied": (403, "AccessDenied", "is not authorized to perform this"), "throttled": (400, "Throttling", "Rate exceeded")}[self.cloud.fault]
            self.send(_refused(service, asked, status, code, words))
        elif operation == "HeadBucket":
            found = self.cloud.buckets.get(bucket)
            self.send(Reply(200 if found else 404, (("x-amz-bucket-region", found or ""),), b""))
        else:
            self.send(self._answer(service, operation, region, body, headers.get("x-amz-account-id", "")), cut=operation == self.cloud.broken and self.cloud.fault == "cut")

    do_GET = do_POST = do_PUT = do_HEAD = handle_any

    def _answer(self, service: str, operation: str, region: str, body: bytes, account: str) -> Reply:
        known = [answer for place in dict.fromkeys((region, "")) for answer in self.cloud.answers.get((service, operation, place), [])]
        heard = f"{account} {unquote(unquote(self.path))} {unquote_plus(body.decode('latin1'))}"
        fitting = [answer for answer in known if all(word in heard for word in answer.words)]
        if not fitting:
            return _refused(service or "sts", Asked("", region, operation, body), 404, "ResourceNotFoundException", f"nothing here knows {operation} in {region}")
        best = max(fitting, key=lambda answer: sum(map(len, answer.words)))
        return written(service, operation, best.body)


def _refused(service: str, asked: Asked, status: int, code: str, words: str) -> Reply:
    protocol = model(service).resolved_protocol if service else "json"
    kind = {"query": "sts", "ec2": "ec2", "rest-xml": "s3"}.get(protocol, "json")
    return error(Asked(kind, asked.region, asked.operation, asked.body), "", status, code, words)


def written(service: str, operation: str, body: dict[str, Any]) -> Reply:
    """A body in the protocol of its service."""
    from moto.core.serialize import get_serializer_class

    shape = _moto_model(service).operation_model(operation)
    made = get_serializer_class(service, shape.service_model.resolved_protocol)(shape).serialize(_typed(body, shape.output_shape))
    text = made["body"]
    return Reply(made["status_code"], tuple(made["headers"].items()), text.encode() if isinstance(text, str) else text)


@cache
def _moto_model(service: str) -> Any:
    from moto.core.utils import get_service_model

    return get_service_model(service)


def _typed(value: Any, shape: Any) -> Any:
    """Timestamps as the serialiser wants them."""
    match shape.type_name if shape is not None else "":
        case "structure" if shape.is_document_type:
            return value
        case "structure":
            return {key: _typed(inner, shape.members[key]) for key, inner in value.items()}
        case "list":
            return [_typed(inner, shape.member) for inner in value]
        case "map":
            return {key: _typed(inner, shape.value) for key, inner in value.items()}
        case "timestamp":
            return datetime.fromisoformat(value)
    return value


@contextmanager
def served(cloud: Cloud) -> Iterator[str]:
    """Its URL, on a free port."""
    with environment(moto_environment()):  # moto reads its settings when it is first imported, for whoever uses it after
        import moto.core.serialize
        import moto.core.utils  # noqa: F401
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cloud": cloud}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


__all__ = ["Cloud", "cloud_of", "served", "written"]
