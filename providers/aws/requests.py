"""Requests made from templates: botocore writes each kind of question once, with marks for its names; a question is then a
few replacements.

`Form` is what an operation asks with parameters of these names: path, query, headers, body. `Frame` is a form below an
endpoint's path: the bytes that are sent and the text that is signed, but for host, names, time and signature. A value
that would have to be written another way in an address than as it is (an ARN) makes a request of its own by `written`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from providers.aws.addresses import ANY_BUCKET, ordinary
from providers.aws.signing import Canon, canon, signature
from providers.aws.strict import own_host

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Values that stand in an address as they are, whoever writes them; `.` and `..` are none of them."""
_MARK = "any-name-of-houvast-{number}-that-is-long-enough"
_LENGTH = "\0length\0"
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a parameter stands."""

    name: str
    listed: bool
    """The only item of a list."""
    mark: str
    least: int
    """Characters that the model asks for at least; a shorter value is refused by botocore, in its words."""
    fits: Callable[[Any], object] | None
    """For one that stands in the address or a header."""
    write: Callable[[str], str] | None
    """For one that stands in the body."""


@dataclass(frozen=True, slots=True)
class Form:
    """A request without its endpoint."""

    request: dict[str, Any]
    """As botocore's serialiser gives it, hooks applied, with marks for names."""
    body: str
    slots: tuple[Slot, ...]

    def fits(self, params: Params) -> bool:
        """Whether these values can simply be put in."""
        for slot in self.slots:
            value = params[slot.name]
            if slot.listed:
                value = value[0]
            if len(value) < slot.least or (slot.fits is not None and not slot.fits(value)):
                return False
        return True


def kind_of(params: Params) -> tuple[Any, ...]:
    """Equal for parameters that differ only in texts."""
    return tuple((name, "\0") if isinstance(value, str) else (name, _shape(value)) for name, value in params.items())


def _shape(value: Any) -> Any:
    return "\0\0" if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else repr(value)


def form(params: Params, members: Mapping[str, Any], write: Callable[[Params], dict[str, Any]], *, s3: bool) -> Form | None:
    """The form of such parameters; None where a name stands somewhere that cannot be told. `write` makes botocore's request."""
    marked, marks = {}, {}
    for number, (name, value) in enumerate(params.items()):
        listed = _shape(value) == "\0\0"
        if not isinstance(value, str) and not listed:
            marked[name] = value
            continue
        mark = ANY_BUCKET if s3 and name == "Bucket" else _MARK.format(number=number)
        marked[name], marks[name] = [mark] if listed else mark, (mark, listed)
    try:
        request = write(marked)
    except Exception:  # a mark is not what the model asks for there (a time): the question itself is written whole, and says what is wrong
        return None
    if request.get("host_prefix"):
        return None
    if not isinstance(request["body"], dict) and request["body"] and not _body(request["body"]).startswith("{"):
        return None
    body, address, headers = _body(request["body"]), request["url"], "".join(f"{name}{value}" for name, value in request["headers"].items())
    slots = []
    for name, (mark, listed) in marks.items():
        inside, outside = body.count(mark), address.count(mark) + headers.count(mark)
        # a bucket that stands in no path will stand in the endpoint's host
        if inside + outside != 1 and not (mark == ANY_BUCKET and inside + outside == 0):
            return None
        shape = members[name].member if listed else members[name]
        fits: Any = ordinary if mark == ANY_BUCKET else _SAFE.fullmatch if outside else None
        slots.append(Slot(name, listed, mark, int(shape.metadata.get("min", 0) or 0), fits, _writer(request["body"]) if inside else None))
    return Form(request, body, tuple(slots))


def _body(body: Any) -> str:
    if isinstance(body, dict):
        return urlencode(list(body.items()), doseq=True)
    return bytes(body or b"").decode() if not isinstance(body, str) else body


def _writer(body: Any) -> Callable[[str], str]:
    """How a text stands in a form, or in JSON."""
    return quote_plus if isinstance(body, dict) else lambda text: json.dumps(text)[1:-1]


HOST = "host-of-houvast.invalid"


class Frame:
    """A form below the path of an endpoint: of every region, and of every account."""

    __slots__ = ("body", "canon", "head", "slots", "text")

    def __init__(self, made: Form, url: str, headers: Iterable[tuple[str, str]], service: str, *, token: bool) -> None:
        """`url` with `HOST` for its host."""
        own = _headers({**made.request["headers"], **dict(headers)})
        method = made.request["method"]
        self.slots, self.body = made.slots, made.body
        self.canon: Canon = canon(method, url, own, service, token=token)
        self.text = self.canon.text
        self.head = head(method, url, own, _LENGTH if made.body or method not in ("GET", "HEAD") else "")

    def filled(self, params: Params, host: str, region: str, credentials: Any) -> tuple[str, bytes]:
        """Host and bytes of a request."""
        text, lines, content = self.text.replace(HOST, host), self.head.replace(HOST, host), self.body
        for slot in self.slots:
            value = params[slot.name][0] if slot.listed else params[slot.name]
            if slot.write is not None:
                content = content.replace(slot.mark, slot.write(value))
            else:
                text, lines, host = text.replace(slot.mark, value), lines.replace(slot.mark, value), host.replace(slot.mark, value)
        body = content.encode()
        lines = lines.replace(_LENGTH, str(len(body)))
        return host, f"{lines}{signature(self.canon, text, region, credentials, body)}\r\n".encode() + body


def head(method: str, url: str, headers: Mapping[str, str], length: str) -> str:
    """Request line and headers. Raises what botocore would for a header that is none."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Accept-Encoding: identity"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() not in ("host", "accept-encoding", "content-length", "expect")]
    lines += [f"Content-Length: {length}"] if length else []
    if any("\n" in line or "\r" in line for line in lines):
        from botocore.exceptions import InvalidEndpointConfigurationError

        raise InvalidEndpointConfigurationError(msg="a header holds a line break")
    return "\r\n".join(lines) + "\r\n"


def written(request: Mapping[str, Any], credentials: Any, region: str, service: str) -> tuple[str, str, bytes]:
    """Scheme, host and bytes of a request that botocore has written whole."""
    headers = _headers(request["headers"])
    url = own_host(request["url"], headers.get("x-amz-account-id", ""))
    body = _body(request["body"]).encode() if isinstance(request["body"], (dict, str)) else bytes(request["body"] or b"")
    method = request["method"]
    made = canon(method, url, headers, service, token=bool(credentials.token))
    lines = head(method, url, headers, str(len(body)) if body or method not in ("GET", "HEAD") else "")
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, f"{lines}{signature(made, made.text, region, credentials, body)}\r\n".encode() + body


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}
