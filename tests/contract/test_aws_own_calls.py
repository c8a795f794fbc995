"""What is made without botocore's client is what botocore's client makes: requests byte for byte, answers value for value.

Every operation that a declaration names, in every protocol. When botocore changes how it writes or reads, this fails
before a scan does (docs/adr/007).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from providers.aws import answers, signing
from providers.aws.clients import Clients
from providers.aws.http import Answered, Pool
from providers.aws.models import by_need
from providers.aws.plan import operations
from providers.aws.strict import check_body
from scanner import plugins
from scanner.collect.plan import Options
from scanner.collect.trim import jsonable
from tests.support import botocore_files  # noqa: F401  # for its effect
from tests.support.aws import TYPES
from tests.support.aws_wild import body

OPERATIONS = operations(plugins.load_types(TYPES))
STAMP = "20261122T010203Z"
NAMES = ("plain-name-of-a-thing-1", "arn:aws:ec2:eu-west-1:123456789012:thing/näme with+all%sorts&of=\"'\\n", "other.name_2-of-enough-length")


class Sent(Exception):
    """Instead of an answer: what would have been sent."""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token/+="}.items():
        monkeypatch.setenv(name, value)


@cache
def own() -> Clients:
    """One for all services: it costs more than what is asked of it."""
    return Clients(botocore.session.Session(), Options(), OPERATIONS)


@cache
def plain() -> Any:
    """A session of botocore's with the models that ours have."""
    session = botocore.session.Session()
    session.register_component("data_loader", by_need(session, OPERATIONS.get))
    return session


def sample(shape: Any, text: str, deep: int = 0) -> Any:
    """A value that a shape allows."""
    match shape.type_name:
        case "structure":
            return {name: sample(member, text, deep + 1) for name, member in shape.members.items() if name in shape.required_members}
        case "list":
            return [sample(shape.member, text, deep + 1)]
        case "map":
            return {"key": sample(shape.value, text, deep + 1)}
        case "boolean":
            return True
        case "integer" | "long" | "float" | "double":
            return max(5, int(shape.metadata.get("min", 0)))
        case "timestamp":
            return "2026-11-22T01:02:03Z"
        case "blob":
            return b"x"
        case _:
            return "123456789012" if shape.name in ("AccountId", "accountId") else text


def questions(model: Any) -> Iterator[dict[str, Any]]:
    """Parameters: those that are required, and each other one beside them, with names of all kinds."""
    shape = model.input_shape
    for text in NAMES if shape is not None else ():
        required = sample(shape, text)
        yield required
        for name, member in list(shape.members.items())[:6]:
            if name not in required and name != "Bucket":
                yield {**required, name: sample(member, text)}
    if shape is None:
        yield {}


def asked(clients: Clients, service: str, region: str, method: str, params: dict[str, Any]) -> tuple[str, str, dict[str, str], bytes] | str:
    """Method, URL, headers and body of our request."""
    try:
        clients.ask(service, region, method, params)
    except Sent as sent:
        scheme, host, whole = sent.args
        lines, _, content = whole.partition(b"\r\n\r\n")
        first, *rest = lines.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        verb, target, _ = first.split(" ")
        assert headers.pop("host") == host
        assert headers.pop("accept-encoding") == "identity"
        assert int(headers.pop("content-length", "0")) == len(content)
        return verb, f"{scheme}://{host}{target}", headers, content
    except Exception as error:
        return type(error).__name__
    raise AssertionError("nothing was sent")


def theirs(client: Any, method: str, params: dict[str, Any]) -> tuple[str, str, dict[str, str], bytes] | str:
    """The same of botocore's."""
    caught: list[Any] = []

    def grab(request: Any, **_: Any) -> None:
        caught.append(request)
        raise Sent

    client.meta.events.register_last("before-send", grab)
    try:
        getattr(client, method)(**params)
    except Sent:
        pass
    except Exception as error:
        return type(error).__name__
    finally:
        client.meta.events.unregister("before-send", grab)
    found = caught[0]
    content = found.body.encode() if isinstance(found.body, str) else bytes(found.body or b"")
    return found.method, found.url, {name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in found.headers.items()}, content


_OWN = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}
_LEFT = {"user-agent", "content-length", "amz-sdk-invocation-id", "amz-sdk-request", "expect", *_OWN}


def plainly(request: tuple[str, str, dict[str, str], bytes] | str) -> Any:
    """A request without what the two sides say of themselves; a form as its pairs."""
    if isinstance(request, str):
        return request
    verb, url, headers, content = request
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return verb, url, {name: value for name, value in headers.items() if name not in _LEFT}, parse_qsl(content.decode(), keep_blank_values=True) if form else content


def proved(request: tuple[str, str, dict[str, str], bytes], service: str, region: str) -> None:
    """The signature is the one that botocore makes for the same bytes at the same time."""
    verb, url, headers, content = request
    given = AWSRequest(verb, url, {name: value for name, value in headers.items() if name not in _OWN}, content)
    signer: Any = (S3SigV4Auth if service.startswith("s3") else SigV4Auth)(Credentials("AKIDEXAMPLE", "secret", "token/+="), service, region)
    given.context["timestamp"] = STAMP
    signer._modify_request_before_signing(given)
    if service.startswith("s3"):
        del given.headers["X-Amz-Content-SHA256"]
        given.headers["X-Amz-Content-SHA256"] = headers["x-amz-content-sha256"]
    del given.headers["X-Amz-Date"]
    given.headers["X-Amz-Date"] = STAMP
    signature = signer.signature(signer.string_to_sign(given, signer.canonical_request(given)), given)
    assert headers["authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_requests_are_those_of_botocore(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(_: Pool, scheme: str, host: str, request: bytes, method: str) -> Answered:
        raise Sent(scheme, host, request)

    monkeypatch.setattr(Pool, "send", send)
    monkeypatch.setattr(signing, "stamped", lambda: STAMP)
    compared = 0
    for region in ("eu-central-1", "us-east-1") if service in ("s3", "s3control", "sts", "ec2") else ("eu-central-1",):
        client = plain().create_client(service, region_name=region, config=own()._config)
        for method in sorted(OPERATIONS[service]):
            for params in questions(client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])):
                ours, other = asked(own(), service, region, method, params), theirs(client, method, params)
                assert plainly(ours) == plainly(other), (method, params)
                if not isinstance(ours, str):
                    scope = ours[2]["authorization"].split("Credential=")[1].split(",")[0].split("/")
                    assert not isinstance(other, str)
                    assert other[2]["authorization"].split("Credential=")[1].split(",")[0].split("/")[2:] == scope[2:]
                    proved(ours, scope[3], scope[2])
                    compared += 1
    assert compared


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_answers_are_read_as_botocore_reads_them(service: str) -> None:
    client = own().get(service, "eu-central-1")
    parser = client._response_parser
    for method in sorted(OPERATIONS[service]):
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
        read = answers.body_reader(model.service_model.resolved_protocol, model.name, model.output_shape) if model.http["method"] != "HEAD" else None
        if read is None:
            continue

        def ours(case: bytes, read: Any = read, model: Any = model) -> dict[str, Any]:
            return inside(read(case), model)

        for seed in range(25):
            content = body(model, random.Random(f"{service} {method} {seed}"))
            cases = [content] if seed else [content, content[: len(content) // 2], b"", b" ", b"[]", b"<html></html>", b"null", b"\xff"]
            for case in cases:
                assert outcome(ours, case) == outcome(strictly, parser, model, case), (method, seed, case)


def strictly(parser: Any, model: Any, content: bytes) -> Any:
    """botocore's own way, behind the check that its own answers need."""
    plain = {"headers": {}, "status_code": 200, "body": content, "context": {}}
    check_body(model, plain)
    found = parser.parse(plain, model.output_shape)
    return inside(found, model)


def inside(found: dict[str, Any], model: Any) -> dict[str, Any]:
    """Members that stand in the body."""
    outside = {name for name, member in model.output_shape.members.items() if member.serialization.get("location")}
    return {name: value for name, value in found.items() if name not in {"ResponseMetadata", *outside}}


def outcome(read: Any, *given: Any) -> Any:
    try:
        return True, repr(jsonable(read(*given)))  # two objects may stand for one time zone
    except Exception as error:
        return False, type(error).__name__


def test_a_moment_is_the_same_whichever_way_it_is_written() -> None:
    from botocore.utils import parse_timestamp

    for text in ("2026-11-22T01:02:03Z", "2026-11-22T01:02:03.5Z", "2026-11-22 01:02:03", "2026-11-22T01:02:03+00:00", "20261122T010203Z", "2026-11-22T25:02:03Z"):
        assert outcome(answers.moment, text) == outcome(parse_timestamp, text)
