"""Handlers inside botocore that keep it from taking a broken answer for an empty one.

botocore's parsers turn an empty or foreign body of a 200 answer into `{}`: "no replication", "no rules", "no items". In
a scanner that ends in green, so such a body is refused before it is parsed.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from providers.aws.faults import BadBody

_ROOT = re.compile(rb"<(?![?!])([^\s/>]+)")


def check_body(operation_model: Any = None, response_dict: Any = None, **_: Any) -> None:
    """Raises BadBody for an answer whose body is cut, or cannot be the service's. Registered for `before-parse`."""
    if response_dict is None or operation_model is None or operation_model.http.get("method") == "HEAD":
        return
    body, protocol = response_dict.get("body"), operation_model.service_model.resolved_protocol
    if not isinstance(body, bytes):  # a stream
        return
    headers = response_dict["headers"]
    length = str(headers.get("content-length", ""))
    if length.isdigit() and "content-encoding" not in headers and int(length) != len(body):
        raise BadBody(f"the answer was cut short: {len(body)} of {length} bytes came")
    if operation_model.output_shape is None or not 200 <= response_dict["status_code"] < 300 or _is_text(operation_model):
        return
    if not body.strip():
        raise BadBody("the answer was empty")
    if protocol in ("json", "rest-json"):
        check_json(body)
    elif protocol in ("query", "ec2", "rest-xml"):
        check_xml(body, operation_model.name if protocol != "rest-xml" else "")


def _is_text(operation_model: Any) -> bool:
    """The body is the payload itself (a bucket policy): no envelope to check; who takes it parses it."""
    payload = operation_model.output_shape.serialization.get("payload")
    return payload is not None and operation_model.output_shape.members[payload].type_name in ("blob", "string")


def check_json(body: bytes) -> dict[str, Any]:
    """The object that a body holds. Raises BadBody where it holds none."""
    if not body.strip():
        raise BadBody("the answer was empty")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise BadBody("the answer is not JSON") from error
    if not isinstance(found, dict):
        raise BadBody("the answer is not a JSON object")
    return found


def check_xml(body: bytes, operation: str) -> None:
    """Raises BadBody for what does not begin as the answer to an operation does (of REST: as XML does)."""
    if not body.strip():
        raise BadBody("the answer was empty")
    found = _ROOT.search(body[:2000])
    root = found[1].decode("latin1").rsplit(":", 1)[-1] if found else ""
    if not root or root.lower() == "html" or (operation and root != f"{operation}Response"):
        raise BadBody(f"the answer is not that of the service: it starts with {root[:40]!r}")


def keep_host(request: Any = None, **_: Any) -> None:
    """Take an account id off the front of an IP address: S3 Control puts it there even for AWS_ENDPOINT_URL (an emulator,
    a private endpoint), where no such name can exist. The account stands in a header as well. Registered for `before-sign`."""
    account = request.headers.get("x-amz-account-id", "")
    request.url = own_host(request.url, account.decode() if isinstance(account, bytes) else account)


def own_host(url: str, account: str) -> str:
    """The URL that is meant; see `keep_host`."""
    if not account:
        return url
    parts = urlsplit(url)
    host = parts.netloc.removeprefix(f"{account}.")
    if host != parts.netloc and re.match(r"(\d+\.){3}\d+(:\d+)?$|localhost(:\d+)?$|\[", host):
        return urlunsplit(parts._replace(netloc=host))
    return url
