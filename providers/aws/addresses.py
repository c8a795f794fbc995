"""Where an operation is asked: botocore's endpoint rules, evaluated once for what they depend on."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANY_BUCKET = "any-ordinary-bucket-of-houvast"
_ORDINARY = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def ordinary(bucket: Any) -> bool:
    """Whether a bucket's name can be part of a host name whatever the endpoint, and decides about nothing; names with dots, of
    access points and of directory buckets (`--x-s3`) go other ways."""
    return isinstance(bucket, str) and _ORDINARY.fullmatch(bucket) is not None and "--" not in bucket and not bucket.endswith("-s3alias")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an operation is asked, and how it is signed there."""

    url: str
    scheme: str
    host: str
    path: str
    headers: tuple[tuple[str, str], ...]
    service: str
    """As the signature names it."""
    region: str
    """The same."""
    version: str
    """The way of signing; `v4` nearly always."""


class Endpoints:
    """A client's endpoint rules, evaluated once for what they depend on: the operation, and the members of its parameters that
    it names (a bucket). The rules of S3 alone take longer than all the rest of a call."""

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver
        self._s3 = resolver._service_model.service_name == "s3"
        self._known: dict[tuple[Any, ...], Any] = {}
        self._addresses: dict[tuple[Any, ...] | None, Address] = {}
        self.region = ""
        """The region that is signed for where the rules name none; empty: that of the client."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resolver, name)

    def pointed(self, region: str) -> Endpoints:
        """The same rules for another region."""
        inner = copy.copy(self._resolver)
        inner._builtins = {**inner._builtins, "AWS::Region": region}
        made = Endpoints(inner)
        made.region = region
        return made

    def construct_endpoint(self, operation_model: Any, call_args: Any, request_context: Any) -> Any:
        """As botocore's."""
        bucket = (call_args or {}).get("Bucket", "") if self._s3 else ""
        key, asked = self._key(operation_model, call_args or {}, bucket)
        if key is None:
            return self._resolver.construct_endpoint(operation_model, call_args, request_context)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolver.construct_endpoint(operation_model, asked, request_context)
        return found._replace(url=found.url.replace(ANY_BUCKET, bucket)) if asked is not call_args and bucket else found

    def _key(self, operation_model: Any, call_args: Mapping[str, Any], bucket: Any) -> tuple[tuple[Any, ...] | None, Mapping[str, Any]]:
        """What the answer depends on, and the parameters to ask with; None where nobody can tell."""
        given = tuple([call_args.get(one.member_name) for one in operation_model.context_parameters])
        if operation_model.operation_context_parameters or any(value is not None and not isinstance(value, (str, bool)) for value in given):
            return None, call_args
        if bucket and ordinary(bucket):  # its name stands in the address, and decides about nothing
            given = tuple([ANY_BUCKET if value == bucket else value for value in given])
            call_args = {**call_args, "Bucket": ANY_BUCKET}
        # a hook of S3 decides by the operation's own name, too (GetBucketLocation)
        return (operation_model.name if self._s3 else "", *((one.name, one.value) for one in operation_model.static_context_parameters), *given), call_args

    def address(self, operation_model: Any, params: Mapping[str, Any], signer: Any, context: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Address:
        """Where these parameters lead, a bucket's name left as `ANY_BUCKET`. `context(params)` gives what botocore's hooks add."""
        key, asked = self._key(operation_model, params, params.get("Bucket", "") if self._s3 else "")
        found = self._addresses.get(key) if key is not None else None
        if found is None:
            found = self._addressed(self._resolver.construct_endpoint(operation_model, asked, context(asked)), operation_model, signer)
            if key is not None:
                self._addresses[key] = found
        return found

    def _addressed(self, endpoint: Any, operation_model: Any, signer: Any) -> Address:
        schemes = endpoint.properties.get("authSchemes")
        version, signing = self._resolver.auth_schemes_to_signing_ctx(schemes) if schemes is not None else (operation_model.resolved_auth_type, {})
        parts = urlsplit(endpoint.url)
        return Address(
            endpoint.url, parts.scheme, parts.netloc, parts.path, tuple(sorted(endpoint.headers.items())), signing.get("signing_name") or signer.signing_name,
            signing.get("region") or self.region or signer.region_name, version or signer.signature_version,
        )  # fmt: skip
