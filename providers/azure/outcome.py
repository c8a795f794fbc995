"""What an answer of Resource Manager that is no success means: pure, without the SDK."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.sdk import Json, Reason

#: The api-version (or the type) is not served there: another look at the same thing is needed, not another try.
VERSION_GONE = frozenset(
    {"NoRegisteredProviderFound", "InvalidApiVersionParameter", "InvalidApiVersion", "UnsupportedApiVersion", "InvalidResourceType", "InvalidResourceNamespace"}
)
_HINTS = {
    404: "it vanished between the listing and this look, or is hidden from the credential: scan again",
    409: "the resource provider is not registered in the subscription, and a scanner registers nothing",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success."""

    reason: Reason
    code: str
    detail: str
    passing: bool = False
    """Another try may succeed."""
    wait: float | None = None
    """Seconds after which the service wants to be asked again."""


def refusal(status: int, body: str, retry_after: str | None = None) -> Refusal:
    """The meaning of a status and an error body, in the shape of Resource Manager or of a service's own."""
    code, message = _said(body)
    detail = f"{status} {code}: {message}"[:400] if code or message else f"HTTP status {status}"
    if hint := _HINTS.get(status):
        detail = f"{detail} ({hint})"
    wait = _seconds(retry_after)
    if code in VERSION_GONE:
        # Reported to happen now and then for versions that are served: one more try is worth it.
        return Refusal(Reason.UNSUPPORTED, code, f"the api-version that Houvast reads is not served here: {detail}"[:400], passing=code == "NoRegisteredProviderFound", wait=0.0)
    if status in (401, 403):
        return Refusal(Reason.DENIED, code or str(status), detail)
    if status == 429:
        return Refusal(Reason.THROTTLED, code or "429", detail, True, wait)
    if status in (408, 504):
        return Refusal(Reason.TIMEOUT, code or str(status), detail, True, wait)
    return Refusal(Reason.UNAVAILABLE, code or str(status), detail, status >= 500, wait)


def _said(body: str) -> tuple[str, str]:
    """(code, message); empty where the body is not JSON (a web page of some gateway)."""
    try:
        read: Json = json.loads(body)
    except ValueError:
        return "", ""
    error = read.get("error", read) if isinstance(read, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    return str(error.get("code") or ""), re.sub(r"\s+", " ", str(error.get("message") or ""))


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; a date is not used by Resource Manager and counts as not given."""
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None
