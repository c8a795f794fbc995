"""Requests are signed as botocore signs them, and answers read as HTTP/1.1 says, whatever the other side does."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore import exceptions as boto
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.aws import signing, wire
from providers.aws.calls import CallFailed, Calls, asked
from providers.aws.clients import Clients
from providers.aws.http import Answered, Pool
from providers.aws.looks import Looks
from providers.aws.requests import head
from scanner import plugins
from scanner.collect.plan import Options
from scanner.model.known import Reason
from tests.support import botocore_files  # noqa: F401  # for its effect
from tests.support.aws import TYPES

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token")
PART = st.text(st.characters(codec="utf-8", exclude_characters="\r\n?#/ &=+%", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)


def ours(method: str, url: str, headers: dict[str, str], body: bytes, s3: bool) -> str:
    made = signing.canon(method, url, headers, "s3" if s3 else "ec2", token=True)
    lines = signing.signature(made, made.text, "eu-west-1", KEYS.get_frozen_credentials(), body).split("\r\n")
    signed = dict(line.split(": ", 1) for line in lines if line)
    return signed["Authorization"] + signed["X-Amz-Date"]


def theirs(method: str, url: str, headers: dict[str, str], body: bytes, s3: bool) -> str:
    request = AWSRequest(method, url, headers, body)
    (S3SigV4Auth if s3 else SigV4Auth)(KEYS, "s3" if s3 else "ec2", "eu-west-1").add_auth(request)
    return str(request.headers["Authorization"]) + str(request.headers["X-Amz-Date"])


@settings(deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "HEAD"]), parts=st.lists(PART, max_size=4), query=st.lists(st.tuples(PART, PART), max_size=3), body=st.binary(max_size=20),
    s3=st.booleans(), slash=st.booleans(),
)  # fmt: skip
def test_a_signature_is_the_one_of_botocore(method: str, parts: list[str], query: list[tuple[str, str]], body: bytes, s3: bool, slash: bool) -> None:
    path = "/".join(quote(part, safe="-._~") for part in parts) + ("/" if slash and parts else "")
    asked = "&".join(f"{quote(key, safe='-._~')}={quote(value, safe='-._~')}" for key, value in query)
    url = f"http://127.0.0.1:5000/{path}{f'?{asked}' if asked else ''}"
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "A.B", "User-Agent": "x", "Spaced": " a   b "}
    one = other = ""
    for _ in range(20):  # a second may end between the two
        one, other = ours(method, url, headers, body, s3), theirs(method, url, headers, body, s3)
        if one[-16:] == other[-16:]:
            break
    assert one == other


@contextmanager
def served(*turns: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each request with the next bytes; None closes the connection before, an empty one after reading."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    todo = list(turns)

    def one(connection: socket.socket) -> None:
        with connection:
            while todo:
                if todo[0] is None:
                    todo.pop(0)
                    return
                head = b""
                while b"\r\n\r\n" not in head:
                    more = connection.recv(65536)
                    if not more:
                        return
                    head += more
                asked.append(head)
                answer = todo.pop(0) or b""
                connection.sendall(answer)
                if not answer or b"connection: close" in answer.lower() or b"HTTP/1.0" in answer or b"CUT" in answer:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", asked
    finally:
        listener.close()


def ask(pool: Pool, method: str, url: str, headers: dict[str, str], body: bytes) -> Answered:
    """One request over a pool."""
    lines = head(method, url, headers, str(len(body)) if body else "")
    return pool.send("http", urlsplit(url).netloc, lines.encode() + b"\r\n" + body, method)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (OK, 200, b"ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n3\r\n!!!\r\n0\r\nTrailer: 1\r\n\r\n", 200, b"ok!!!"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nX-Amz-Bucket-Region: eu-west-1\r\n\r\n", 403, b""),
    ],
    ids=["length", "chunks", "continue", "until-closed", "no-content", "empty"],
)
def test_answers_of_every_kind(answer: bytes, status: int, body: bytes) -> None:
    with served(answer) as (url, asked):
        found = ask(Pool(5, None), "GET", url, {"A": "b"}, b"")
    assert (found.status, found.body) == (status, body)
    assert b"GET / HTTP/1.1\r\n" in asked[0]
    assert b"\r\nA: b\r\n" in asked[0]


def test_headers_are_found_in_any_case() -> None:
    with served(b"HTTP/1.1 301 X\r\nContent-Length: 0\r\nX-Amz-Bucket-Region: eu-west-1\r\n\r\n") as (url, _):
        response = wire.Response(ask(Pool(5, None), "HEAD", url, {}, b""))
    assert "x-AMZ-bucket-region" in response.headers
    assert response.headers["X-Amz-Bucket-Region"] == response.headers.get("x-amz-bucket-region") == "eu-west-1"


def test_a_connection_is_used_again_and_replaced_when_its_server_closed_it() -> None:
    with served(OK, OK, None, OK) as (url, asked):
        pool = Pool(5, None)
        assert [ask(pool, "POST", url, {}, b"x").body for _ in range(3)] == [b"ok"] * 3
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", boto.ConnectionClosedError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nCUT", boto.ConnectionClosedError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nCUT", boto.ConnectionClosedError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nCUT\r\n", boto.ConnectionClosedError),
        (b"SSH-2.0-OpenSSH CUT\r\n\r\n", boto.ConnectionClosedError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nCUT", boto.ConnectionClosedError),
    ],
    ids=["nothing", "short", "short-chunk", "no-chunk", "no-http", "endless"],
)
def test_what_is_no_whole_answer_is_none(answer: bytes, error: type[Exception]) -> None:
    with served(answer) as (url, _), pytest.raises(error):
        ask(Pool(5, None), "GET", url, {}, b"")


def test_silence_and_nobody_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(boto.ReadTimeoutError):
            ask(Pool(0.2, None), "GET", url, {}, b"")
    with pytest.raises(boto.EndpointConnectionError):
        ask(Pool(0.5, None), "GET", url, {}, b"")


def test_a_line_break_in_a_header_is_not_sent() -> None:
    with served(OK) as (url, asked), pytest.raises(boto.BotoCoreError):
        ask(Pool(5, None), "GET", url, {"A": "b\r\nC: d"}, b"")
    assert asked == []


def test_a_proxy_is_left_to_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("no_proxy", "near.example.org")
    pool = Pool(5, None)
    assert not pool.plain("https", "ec2.eu-west-1.amazonaws.com")
    assert pool.plain("https", "near.example.org")
    assert not Pool(5, None, verify=False).plain("https", "near.example.org")


@pytest.mark.parametrize("plain", [True, False], ids=["wire", "botocore"])
def test_a_client_of_another_region_signs_for_it(plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.session

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(Pool, "plain", lambda *_: plain)
    body = b'<?xml version="1.0"?><DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with served(*[answer] * 3) as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url.rstrip("/"))
        clients = Clients(botocore.session.Session(), Options(), {"ec2": frozenset({"describe_volumes"})})
        others = clients.of(SimpleNamespace(get_frozen_credentials=lambda: SimpleNamespace(access_key="OTHER", secret_key="s", token="t")))
        asking = [(clients, "eu-west-1"), (clients, "us-east-2"), (others, "eu-west-3")]
        assert [who.ask("ec2", region, "describe_volumes", {})["Volumes"] for who, region in asking] == [[]] * 3
    found = [re.search(rb"Credential=(\w+)/\d+/([\w-]+)/ec2", head) for head in asked]
    assert [(one[1], one[2]) for one in found if one] == [(b"AKID", b"eu-west-1"), (b"AKID", b"us-east-2"), (b"OTHER", b"eu-west-3")]
    first, second = clients.get("ec2", "eu-west-1"), clients.get("ec2", "us-east-2")
    assert [client.meta.region_name for client in (first, second)] == ["eu-west-1", "us-east-2"]
    assert first.meta.service_model is second.meta.service_model
    assert not hasattr(first, "describe_instances"), "the model holds what is called and no more"


@pytest.mark.parametrize(
    ("service", "method", "content", "whole"),
    [
        ("kinesis", "list_streams", '{"StreamNames": ["a"], "HasMoreStreams": true}', False),
        ("kinesis", "list_streams", '{"StreamNames": ["a"], "HasMoreStreams": false}', True),
        ("kms", "list_keys", '{"Keys": [], "Truncated": true}', False),
        ("iam", "list_users", "<ListUsersResponse><ListUsersResult><IsTruncated>true</IsTruncated></ListUsersResult></ListUsersResponse>", False),
        ("cloudfront", "list_distributions", "<DistributionList><IsTruncated>true</IsTruncated><Quantity>0</Quantity></DistributionList>", False),
        ("cloudfront", "list_distributions", "<DistributionList><IsTruncated>false</IsTruncated><Quantity>0</Quantity></DistributionList>", True),
    ],
)
def test_a_list_that_says_there_is_more_without_saying_where_is_not_whole(service: str, method: str, content: str, whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.session

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with served(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content.encode()) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url.rstrip("/"))
        calls = Calls(Clients(botocore.session.Session(), Options(), {service: frozenset({method})}), Options(retries=0), time.monotonic() + 20)
        with nullcontext() if whole else pytest.raises(CallFailed) as refused:
            assert len(list(calls.pages(service, "eu-west-1", method, {}))) == 1
    assert refused is None or (refused.value.reason, refused.value.code) == (Reason.UNSUPPORTED, "MorePages")


def test_what_is_asked_for_two_purposes_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.session

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    page = b'{"StreamNames": ["a"], "HasMoreStreams": false}'
    with served(*[b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page] * 5) as (url, sent):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url.rstrip("/"))
        clients = Clients(botocore.session.Session(), Options(), {"kinesis": frozenset({"list_streams"})})
        calls = Calls(clients, Options(), time.monotonic() + 20, twice=frozenset({asked("kinesis", "list_streams", {})}))
        asking = [("eu-west-1", 1), ("eu-west-1", 1), ("eu-west-2", 2), ("eu-west-1", 3), ("eu-west-2", 3)]
        for region, number in asking:
            assert [found["StreamNames"] for found in calls.pages("kinesis", region, "list_streams", {})] == [["a"]]
            assert len(sent) == number, region


def test_snapshots_of_volumes_are_asked_for_two_purposes() -> None:
    worker = Looks((), Options(), plugins.load_types(TYPES), time.monotonic())
    assert asked("ec2", "describe_snapshots", {"OwnerIds": ["self"]}) in worker._twice


BUCKETS = ("plain-bucket", "abc", "with.dots.in-it", "data--euc1-az1--x-s3", "alias-s3alias", "xn--bcher-kva", "Upper", "a_b", "any-ordinary-bucket-of-houvast")


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:5000"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-north-1"])
def test_addresses_of_buckets_are_those_of_botocore(endpoint: str, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any order: an address is made after the one of the bucket before."""
    import botocore.session

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    plain = botocore.session.Session().create_client("s3", region_name=region)
    wrong = []
    for bucket in BUCKETS:
        quick = Clients(botocore.session.Session(), Options()).get("s3", region)
        for operation in ("GetBucketPolicy", "HeadBucket", "GetBucketVersioning", "GetBucketLocation", "ListBuckets", "ListObjectsV2"):
            for name in ("first-bucket", bucket):
                found = [_address(client, operation, {} if operation == "ListBuckets" else {"Bucket": name}) for client in (plain, quick)]
                if found[0] != found[1]:
                    wrong.append((bucket, operation, name, *found))
    assert wrong == []


def _address(client: Any, operation: str, params: dict[str, str]) -> tuple[str, Any]:
    model, context = client.meta.service_model.operation_model(operation), {"client_region": client.meta.region_name, "client_config": client.meta.config}
    try:
        url, headers, properties = client._resolve_endpoint_ruleset(model, params, context)
        return url, (headers, properties, context.get("signing"), context.get("auth_type"))
    except boto.BotoCoreError as error:
        return str(error), type(error)
