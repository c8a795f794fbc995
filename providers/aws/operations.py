"""Operations of a service, made ready once: how they are written, where they go, how their answers are read.

botocore does all of that for each call anew: it copies and calls hooks, validates, serialises, evaluates rules and looks up
shapes, ten times as long as signing and asking take. Here its own parts make the template of a request and the reader of an
answer when an operation is first asked. Hooks of botocore that could say something to an answer are called for every one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from providers.aws.addresses import ANY_BUCKET, Address, Endpoints, ordinary
from providers.aws.answers import body_reader, header_members
from providers.aws.http import Answered, Pool
from providers.aws.requests import HOST, Form, Frame, form, kind_of, written
from providers.aws.strict import check_body, own_host
from providers.aws.wire import Headers, Response

PLAIN = frozenset({"v4", "s3v4", "v4-s3"})
"""Ways of signing that are done here."""
#: Hooks of botocore that do nothing to an answer: its own count of retries, of which there are none.
_INERT = frozenset({"RetryQuotaChecker.release_retry_quota"})
_NONE: Any = object()


class NotPlain(Exception):
    """The operation has to go botocore's own way."""


class Operation:
    """One operation of a service, for every region and account."""

    def __init__(self, family: Family, method: str) -> None:
        client = family.client
        self._family, self.name = family, client.meta.method_to_api_mapping[method]
        self.model = client.meta.service_model.operation_model(self.name)
        model = self.model
        self.plain = not (model.has_streaming_output or model.has_event_stream_output or model.has_streaming_input or model.idempotent_members)
        self._summed = bool(model.http_checksum or model.http_checksum_required)
        self.shape = self.model.output_shape
        self._http = self.model.http["method"]
        self._read: Callable[[bytes], dict[str, Any]] | None = None
        if self._http != "HEAD":
            self._read = body_reader(self.model.service_model.resolved_protocol, self.name, self.shape)
        self._headed = header_members(self.shape)
        self._after = family.hooks("after-call", self.name)
        self._forms: dict[tuple[Any, ...], Form | None] = {}
        self._frames: dict[tuple[Any, ...], Frame] = {}
        self._lock = threading.Lock()

    # -- asking ------------------------------------------------------------------------------------------------
    def ask(self, endpoints: Endpoints, params: Mapping[str, Any], credentials: Any, pool: Pool) -> dict[str, Any]:
        """The answer. Raises what botocore raises, and NotPlain before anything was sent."""
        signer = self._family.client._request_signer
        address = endpoints.address(self.model, params, signer, lambda given: self._family.context(self.model, given))
        if not self.plain or address.version not in PLAIN or not pool.plain(address.scheme, address.host):
            raise NotPlain
        frozen = credentials.get_frozen_credentials()
        kind = kind_of(params)
        made = self._forms.get(kind, _NONE)
        if made is _NONE:
            made = self._formed(kind, params)
        if made is not None and made.fits(params):
            key = (kind, address.path, address.headers, address.service, bool(frozen.token))
            frame = self._frames.get(key)
            if frame is None:
                frame = self._frames[key] = self._framed(made, address, token=bool(frozen.token))
            host = own_host(f"//{address.host}", params["AccountId"])[2:] if "x-amz-account-id" in made.request["headers"] else address.host
            host, sent = frame.filled(params, host, address.region, frozen)
            scheme = address.scheme
        else:
            scheme, host, sent = written(self._whole(params, address), frozen, address.region, address.service)
        return self._answer(pool.send(scheme, host, sent, self._http))

    def _formed(self, kind: tuple[Any, ...], params: Mapping[str, Any]) -> Form | None:
        shape = self.model.input_shape
        s3 = self._family.client.meta.service_model.service_name == "s3"
        with self._lock:
            if kind not in self._forms:
                known = shape is not None and all(name in shape.members for name in params)
                writable = known or not params
                self._forms[kind] = form(params, shape.members if shape else {}, self._serialised, s3=s3) if writable and not self._summed else None
            return self._forms[kind]

    def _serialised(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """botocore's request for these parameters, at no endpoint."""
        given, context = self._family.prepared(self.model, dict(params))
        return self._family.request(self.model, given, context, f"https://{HOST}", {})

    def _framed(self, made: Form, address: Address, *, token: bool) -> Frame:
        from botocore.awsrequest import prepare_request_dict

        request = dict(made.request)
        prepare_request_dict(request, endpoint_url=f"{address.scheme}://{HOST}{address.path}", context={})
        return Frame(made, request["url"], address.headers, address.service, token=token)

    def _whole(self, params: Mapping[str, Any], address: Address) -> dict[str, Any]:
        given, context = self._family.prepared(self.model, dict(params))
        bucket = params.get("Bucket")
        url = address.url.replace(ANY_BUCKET, bucket) if isinstance(bucket, str) and ordinary(bucket) else address.url
        return self._family.request(self.model, given, context, url, dict(address.headers))

    # -- answers -----------------------------------------------------------------------------------------------
    def _answer(self, answered: Answered) -> dict[str, Any]:
        status, headers, content = answered.status, answered.headers, answered.body
        if self._read is not None and 200 <= status < 300:
            parsed = self._read(content)
            if self._headed:
                beside: dict[str, Any] = {}
                self._family.parser._parse_non_payload_attrs({"headers": Headers(headers), "status_code": status}, self.shape, self.shape.members, beside)
                parsed = {**beside, **parsed}
            parsed["ResponseMetadata"] = {"HTTPStatusCode": status, "HTTPHeaders": headers}
        else:
            plain = {"headers": Headers(headers), "status_code": status, "body": content, "context": {"operation_name": self.name}}
            check_body(self.model, plain)
            parsed = self._family.parser.parse(plain, self.shape)
        for hook in self._after:
            hook(http_response=Response(answered), parsed=parsed, model=self.model, context={})
        if status >= 300:
            from botocore.exceptions import ClientError

            error: Any = ClientError
            raise error(parsed, self.name)
        return parsed


class Family:
    """What one client of botocore knows, for all regions whose clients would know the same."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.parser = client._response_parser
        self._service = client.meta.service_model.service_id.hyphenize()
        self._lock = threading.Lock()
        self._operations: dict[str, Operation] = {}
        self.region = client.meta.region_name
        self.regions: dict[str, Endpoints] = {}
        self._asked_first = bool(self.hooks("before-endpoint-resolution", ""))

    def operation(self, method: str) -> Operation:
        found = self._operations.get(method)
        if found is None:
            with self._lock:
                found = self._operations.get(method) or self._operations.setdefault(method, Operation(self, method))
        return found

    def endpoints(self, region: str) -> Endpoints | None:
        """The rules for a region; None for a service that has none."""
        found = self.regions.get(region)
        if found is None and self.client._ruleset_resolver is not None:
            rules = self.client._ruleset_resolver
            found = self.regions.setdefault(region, rules if region == self.region else rules.pointed(region))
        return found

    def hooks(self, event: str, operation: str) -> tuple[Callable[..., Any], ...]:
        """What botocore would call at an event, without what says nothing there."""
        emitter = self.client.meta.events
        found = getattr(emitter, "_emitter", emitter)._handlers.prefix_search(f"{event}.{self._service}.{operation}")
        return tuple(hook for hook in found if getattr(hook, "__qualname__", "") not in _INERT)

    def context(self, model: Any, params: Mapping[str, Any]) -> dict[str, Any]:
        """What hooks read of a question before its endpoint is chosen; only those of S3 do."""
        return self.prepared(model, dict(params))[1] if self._asked_first else {}

    def prepared(self, model: Any, params: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Parameters as botocore's hooks leave them, and the context that they fill."""
        client = self.client
        context = {
            "client_region": client.meta.region_name, "client_config": client.meta.config, "has_streaming_input": model.has_streaming_input,
            "auth_type": model.resolved_auth_type, "unsigned_payload": model.unsigned_payload, "auth_options": client.meta.service_model.metadata.get("auth"),
        }  # fmt: skip
        return client._emit_api_params(api_params=params, operation_model=model, context=context), context

    def request(self, model: Any, params: Any, context: dict[str, Any], url: str, headers: dict[str, str]) -> dict[str, Any]:
        """A request as botocore writes it, but unsigned. Raises what botocore raises for parameters that are none."""
        from botocore.httpchecksum import apply_request_checksum, resolve_checksum_context

        client = self.client
        made: dict[str, Any] = client._convert_to_request_dict(api_params=params, operation_model=model, endpoint_url=url, context=context, headers=headers)
        resolve_checksum_context(made, model, params)
        client.meta.events.emit(f"before-call.{self._service}.{model.name}", model=model, params=made, request_signer=client._request_signer, context=context)
        apply_request_checksum(made)
        return made
