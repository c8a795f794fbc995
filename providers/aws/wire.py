"""One request of a client on the wire: signed here (Signature Version 4), sent over pooled connections, read without copies.

botocore makes the request and reads the answer; in between it spends more on preparing, signing and sending than on all
the rest. Plain requests (Signature Version 4, no proxy, no client certificate) go this way, whatever else goes botocore's
own. Faults come as the exceptions that botocore raises, so that whoever classifies them sees no difference.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import re
import threading
import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from providers.aws.http import Answered, Pool
from providers.aws.strict import check_body, own_host

_EMPTY = hashlib.sha256(b"").hexdigest()
_PLAIN = frozenset({"v4", "s3v4", "v4-s3"})


class Headers(dict[str, str]):
    """Headers of an answer, by lower-case name whatever case is asked for."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Response:
    """What botocore wants to know of an HTTP answer."""

    def __init__(self, url: str, answered: Answered) -> None:
        self.url, self.status_code, self.content = url, answered.status, answered.body
        self.headers = Headers(answered.headers)


class Wire:
    """Takes the place of a client's `Endpoint`."""

    def __init__(self, client: Any, pool: Pool) -> None:
        self._client, self._inner, self._pool = client, client._endpoint, pool
        self._handler = client._request_signer.handler
        self.host = self._inner.host

    def pointed(self, client: Any) -> Wire:
        """The same for the same client in another region."""
        made = copy.copy(self)
        made._client = client
        return made

    def _by_botocore(self, operation: Any, request: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Its own way, with hooks of its own: they sign, and those of the first client sign for another region."""
        service, signer = self._client.meta.service_model.service_id.hyphenize(), self._client._request_signer
        inner, events = copy.copy(self._inner), copy.copy(self._inner._event_emitter)
        events.unregister(f"request-created.{service}", self._handler)
        own = copy.copy(signer)
        own._event_emitter = inner._event_emitter = events
        events.register(f"request-created.{service}", own.handler)
        answer: tuple[Any, dict[str, Any]] = inner.make_request(operation, request)
        return answer

    def close(self) -> None:
        self._inner.close()

    def make_request(self, operation: Any, request: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The answer, parsed. Raises what botocore raises."""
        signer, context = self._client._request_signer, request["context"]
        version = context.get("auth_type") or signer.signature_version
        if version not in _PLAIN or operation.has_streaming_output or operation.has_event_stream_output or not self._pool.plain(request["url"]):
            return self._by_botocore(operation, request)
        url, headers, body = _prepared(request)
        signing = context.get("signing") or {}
        name, region = signing.get("signing_name") or signer.signing_name, signing.get("region") or signer.region_name
        _sign(signer._credentials.get_frozen_credentials(), request["method"], url, headers, body, region, name, s3=name in ("s3", "s3-outposts"))
        response = Response(url, self._pool.ask(request["method"], url, headers, body))
        return response, self._parsed(operation, response)

    def _parsed(self, operation: Any, response: Response) -> dict[str, Any]:
        plain = {"headers": response.headers, "status_code": response.status_code, "body": response.content, "context": {"operation_name": operation.name}}
        check_body(operation, plain)
        parser = self._inner._response_parser_factory.create_parser(operation.service_model.resolved_protocol)
        parsed: dict[str, Any] = parser.parse(plain, operation.output_shape)
        if response.status_code >= 300:
            self._inner._add_modeled_error_fields(plain, parsed, operation, parser)
        return parsed


def quicken(client: Any, pool: Pool) -> None:
    """Let a client's requests go by `Wire`, and its name of itself (the same for every call) be made once."""
    client._endpoint = Wire(client, pool)
    if client._ruleset_resolver is not None:
        client._ruleset_resolver = Endpoints(client._ruleset_resolver)
    client._user_agent_creator = _Agent(client._user_agent_creator.to_string())


class Endpoints:
    """A client's endpoint rules, evaluated once for what they depend on: the operation, and the members of its parameters that
    it names (a bucket). The rules of S3 alone take longer than all the rest of a call."""

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver
        self._known: dict[tuple[Any, ...], Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resolver, name)

    def pointed(self, region: str) -> Endpoints:
        """The same rules for another region."""
        inner = copy.copy(self._resolver)
        inner._builtins = {**inner._builtins, "AWS::Region": region}
        return Endpoints(inner)

    def construct_endpoint(self, operation_model: Any, call_args: Any, request_context: Any) -> Any:
        """As botocore's."""
        given = tuple((call_args or {}).get(one.member_name) for one in operation_model.context_parameters)
        if operation_model.operation_context_parameters or any(value is not None and not isinstance(value, (str, bool)) for value in given):
            return self._resolver.construct_endpoint(operation_model, call_args, request_context)
        bucket = (call_args or {}).get("Bucket", "") if self._resolver._service_model.service_name == "s3" else ""
        ordinary = bool(bucket) and _ORDINARY.fullmatch(bucket) is not None and "--" not in bucket and not bucket.endswith("-s3alias")
        if ordinary:  # its name stands in the address, and decides about nothing
            given = tuple(_ANY if value == bucket else value for value in given)
            call_args = {**call_args, "Bucket": _ANY}
        key = (*((one.name, one.value) for one in operation_model.static_context_parameters), *given)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolver.construct_endpoint(operation_model, call_args, request_context)
        return found._replace(url=found.url.replace(_ANY, bucket)) if ordinary else found


_ORDINARY = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
"""Bucket names that can be part of a host name whatever the endpoint; those with dots, of access points and of directory buckets
(`--x-s3`) go other ways."""
_ANY = "any-ordinary-bucket-of-houvast"


class _Agent:
    """The User-Agent header."""

    def __init__(self, text: str) -> None:
        self._text = text

    def to_string(self) -> str:
        return self._text


def _prepared(request: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """URL with its query, headers, and the body as bytes (a dict is a form)."""
    headers = {str(name): value.decode() if isinstance(value, bytes) else str(value) for name, value in request["headers"].items()}
    url = own_host(request["url"], headers.get("x-amz-account-id", ""))
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode([(key, value) for key, value in body.items()], doseq=True)
    return url, headers, body.encode() if isinstance(body, str) else bytes(body or b"")


def _sign(credentials: Any, method: str, url: str, headers: dict[str, str], body: bytes, region: str, service: str, *, s3: bool) -> None:
    """Add the Authorization header (AWS Signature Version 4: canonical request, string to sign, derived key)."""
    parts = urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    digest = hashlib.sha256(body).hexdigest() if body else _EMPTY
    headers["X-Amz-Date"] = stamp
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    if s3:
        headers["X-Amz-Content-SHA256"] = digest
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items() if name.lower() not in _UNSIGNED}
    signed["host"] = parts.netloc
    names = sorted(signed)
    path = (parts.path or "/") if s3 else quote(_normal(parts.path), safe="/~")
    query = "&".join(f"{key}={value}" for key, value in sorted(_pair(pair) for pair in parts.query.split("&") if pair))
    listed = ";".join(names)
    canonical = "\n".join((method, path, query, *(f"{name}:{signed[name]}" for name in names), "", listed, headers.get("X-Amz-Content-SHA256", digest)))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_key(credentials.secret_key, stamp[:8], region, service), text.encode(), "sha256").hexdigest()
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, SignedHeaders={listed}, Signature={signature}"


#: What intermediaries may change, or that is no part of the request (botocore's own list).
_UNSIGNED = frozenset({"expect", "transfer-encoding", "user-agent", "x-amzn-trace-id", "connection", "authorization", "content-length"})


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _normal(path: str) -> str:
    """The path without empty, `.` and `..` parts (RFC 3986, 5.2.4), as every service but S3 signs it."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    inner = "/".join(parts)
    return f"/{inner}/" if inner and path.endswith("/") else f"/{inner}"


_keys: dict[tuple[str, str, str, str], bytes] = {}
_guard = threading.Lock()
_MOST = 4096


def _key(secret: str, day: str, region: str, service: str) -> bytes:
    """The signing key of a day, region and service, derived once."""
    asked = (secret, day, region, service)
    found = _keys.get(asked)
    if found is None:
        found = f"AWS4{secret}".encode()
        for part in (day, region, service, "aws4_request"):
            found = hmac.new(found, part.encode(), "sha256").digest()
        with _guard:
            if len(_keys) >= _MOST:
                _keys.clear()
            _keys[asked] = found
    return found
