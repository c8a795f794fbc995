"""Signature Version 4: canonical request, string to sign, derived key. The parts that are the same for many requests are made once."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

_EMPTY = hashlib.sha256(b"").hexdigest()
#: What intermediaries may change, or that is no part of the request (botocore's own list).
_UNSIGNED = frozenset({"expect", "transfer-encoding", "user-agent", "x-amzn-trace-id", "connection", "authorization", "content-length"})
STAMP, TOKEN, DIGEST = "\0stamp\0", "\0token\0", "\0digest\0"
"""Stand in a canonical request for what each request has of its own."""


@dataclass(frozen=True, slots=True)
class Canon:
    """A request as it is signed, but for its time, its body and who signs."""

    text: str
    """The canonical request with `STAMP`, `TOKEN` and `DIGEST` in it."""
    signed: str
    """Names of the signed headers."""
    service: str
    s3: bool


def canon(method: str, url: str, headers: dict[str, str], service: str, *, token: bool) -> Canon:
    """Of a request with these headers; the date, the token and S3's digest are added."""
    s3 = service in ("s3", "s3-outposts")
    parts = urlsplit(url)
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items() if name.lower() not in _UNSIGNED}
    signed |= {"host": parts.netloc, "x-amz-date": STAMP} | ({"x-amz-security-token": TOKEN} if token else {}) | ({"x-amz-content-sha256": DIGEST} if s3 else {})
    path = (parts.path or "/") if s3 else quote(_normal(parts.path), safe="/~")
    query = "&".join(f"{key}={value}" for key, value in sorted(_pair(pair) for pair in parts.query.split("&") if pair))
    names = sorted(signed)
    listed = ";".join(names)
    text = "\n".join((method, path, query, *(f"{name}:{signed[name]}" for name in names), "", listed, DIGEST))
    return Canon(text, listed, service, s3)


def signature(made: Canon, text: str, region: str, credentials: Any, body: bytes, now: str = "") -> str:
    """Headers that prove who asks, each with its line end. `text` is the canonical request of `made`, perhaps with names filled in."""
    stamp = now or stamped()
    digest = hashlib.sha256(body).hexdigest() if body else _EMPTY
    token = credentials.token
    text = text.replace(STAMP, stamp).replace(DIGEST, digest)
    if token:
        text = text.replace(TOKEN, token)
    day = stamp[:8]
    scope = f"{day}/{region}/{made.service}/aws4_request"
    key = _key(credentials.secret_key, day, region, made.service)
    found = hmac.digest(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(text.encode()).hexdigest()}".encode(), "sha256").hex()
    lines = f"X-Amz-Date: {stamp}\r\n"
    if token:
        lines += f"X-Amz-Security-Token: {token}\r\n"
    if made.s3:
        lines += f"X-Amz-Content-SHA256: {digest}\r\n"
    return f"{lines}Authorization: AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, SignedHeaders={made.signed}, Signature={found}\r\n"


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


_last: tuple[int, str] = (0, "")


def stamped() -> str:
    """The time as signatures write it, in UTC."""
    global _last
    second = int(time.time())
    last = _last
    if last[0] != second:
        last = _last = (second, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second)))
    return last[1]


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
            found = hmac.digest(found, part.encode(), "sha256")
        with _guard:
            if len(_keys) >= _MOST:
                _keys.clear()
            _keys[asked] = found
    return found
