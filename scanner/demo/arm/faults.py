"""Rules that make the replay misbehave: a list of objects, the first that fires wins.

    {"match": "/providers/Microsoft.KeyVault/vaults/", "action": 403}
    {"match": "/resources$", "action": 429, "retry_after": 2, "times": 3}
    {"match": "databases", "action": "hang", "seconds": 60}
    {"hide": "/resourceGroups/secret-rg/"}

`match`: regular expression on the path, without case; `method`, `after`, `times`, `every`, `probability` limit it. `action`: a
status, or `delay`, `reset`, `hang`, `truncate` (half of the body), `html` (200 with a web page), `loop` (a nextLink that leads to
itself), `version` (the api-version is gone). `body`, `code`, `message` replace the default error. `hide`: regular expression on ids:
left out of every list and 403 on GET, as RBAC does it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

from scanner.demo.arm.reply import Reply, error
from scanner.model.record import dataclass

_DEFAULT = {
    401: ("InvalidAuthenticationToken", "The access token is invalid."),
    404: ("ResourceNotFound", "The resource was not found."),
    409: ("MissingSubscriptionRegistration", "The subscription is not registered to use namespace 'Microsoft.Example'."),
    429: ("TooManyRequests", "The request is being throttled as the limit has been reached for operation type - Read_ObservationWindow_00:05:00."),
    500: ("InternalServerError", "Encountered internal server error."),
    502: ("BadGateway", "Bad gateway."),
    503: ("ServerTimeout", "The request timed out."),
    504: ("GatewayTimeout", "The gateway did not receive a response from the resource provider within the specified time period."),
}


@dataclass
class Rule:
    """One rule and how often it was met."""

    given: Mapping[str, Any]
    seen: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self.match = re.compile(self.given["match"], re.IGNORECASE) if "match" in self.given else None
        self.hide = re.compile(self.given["hide"], re.IGNORECASE) if "hide" in self.given else None

    def fires(self, method: str, path: str, rng: random.Random) -> bool:
        """Whether this request is the rule's; counts it."""
        given = self.given
        if self.match is None or given.get("method", method) != method or not self.match.search(path):
            return False
        self.seen += 1
        if self.seen <= given.get("after", 0) or self.done >= given.get("times", self.done + 1):
            return False
        if self.seen % given.get("every", 1) or rng.random() >= given.get("probability", 1.1):
            return False
        self.done += 1
        return True


class Faults:
    """The rules in force."""

    def __init__(self, rules: Iterable[Mapping[str, Any]] = (), seed: int = 0) -> None:
        self.rng = random.Random(seed)
        self.rules = [Rule(dict(rule)) for rule in rules]

    def hidden(self, id: str) -> bool:
        """Whether the principal may not see a resource."""
        return any(rule.hide.search(id) for rule in self.rules if rule.hide)

    def meet(self, method: str, path: str, denied: Reply, url: str) -> float:
        """Seconds to wait before the proper answer. Raises Reply for another one; `denied` is the fitting 403."""
        rule = next((rule for rule in self.rules if rule.fires(method, path, self.rng)), None)
        return _act(rule.given, denied, url) if rule else 0.0


def _act(given: Mapping[str, Any], denied: Reply, url: str) -> float:
    action = given["action"]
    headers = {"Retry-After": str(given["retry_after"])} if "retry_after" in given else {}
    match action:
        case "delay":
            return float(given.get("ms", 0)) / 1000
        case "reset" | "truncate":
            raise Reply(200, {"value": [{"id": "/half"}]}, mode=action)
        case "hang":
            raise Reply(200, {}, mode="hang", delay=float(given.get("seconds", 3600)))
        case "html":
            raise Reply(200, raw=b"<html><body>Service unavailable</body></html>", headers={"Content-Type": "text/html"})
        case "loop":
            raise Reply(200, {"value": [], "nextLink": url})
        case "version":
            raise error(
                400,
                "NoRegisteredProviderFound",
                "No registered resource provider found for location 'westeurope' and this API version. The supported api-versions are '2099-01-01'.",
            )
        case 200:
            raise Reply(200, given.get("body", {"value": []}))
        case 403 if "body" not in given:
            raise denied
    if "body" in given:
        raise Reply(int(action), given["body"], headers)
    code, message = _DEFAULT.get(int(action), ("Error", "error"))
    if action == 401:
        headers["WWW-Authenticate"] = 'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token"'
    raise error(int(action), given.get("code", code), given.get("message", message), headers)
