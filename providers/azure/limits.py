"""How fast may be asked: what Resource Manager, Resource Graph and Microsoft Graph say of their limits is obeyed before they refuse.

Resource Manager gives each principal a bucket of 250 reads in each subscription, filled again by 25 a second (Microsoft Learn,
Understand how Azure Resource Manager throttles requests); every answer says how many are left. Resource Graph takes 15
queries in 5 seconds from a user and says how many are left and when the window ends.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

REFILL = 25.0
"""Reads a second that come back."""
RESERVE = 12
"""Reads that are left to others, and to what is under way."""
#: Refusals that are about all that one asks there, not about one kind of resource.
FOR_ALL = frozenset({"SubscriptionRequestsThrottled", "TenantRequestsThrottled", "RateLimiting"})
_WINDOW = re.compile(r"(\d+):(\d+):(\d+)")


def scope_of(url: str) -> str:
    """What a limit is counted for: a subscription, Resource Graph, or all else of a host."""
    where = urlsplit(url)
    found = re.match(r"/subscriptions/([^/?]+)", where.path, re.IGNORECASE)
    if found:
        return found[1].lower()
    return "resource graph" if where.path.lower().startswith("/providers/microsoft.resourcegraph/") else f"tenant {where.hostname or ''}"


class Limits:
    """When the next question may be asked. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}

    def wait(self, scope: str) -> float:
        """Seconds until the scope may be asked again."""
        with self._lock:
            return max(0.0, self._free.get(scope, 0.0) - time.monotonic())

    def answered(self, scope: str, headers: Mapping[str, str]) -> None:
        """Take note of what an answer says is left."""
        left = headers.get("x-ms-ratelimit-remaining-subscription-reads") or headers.get("x-ms-ratelimit-remaining-tenant-reads") or ""
        if left.isdigit() and int(left) < RESERVE:
            self.rest(scope, (RESERVE - int(left)) / REFILL)
        if headers.get("x-ms-user-quota-remaining") == "0" and (window := _WINDOW.match(headers.get("x-ms-user-quota-resets-after", ""))):
            hours, minutes, seconds = map(int, window.groups())
            self.rest(scope, float(hours * 3600 + minutes * 60 + seconds))

    def rest(self, scope: str, seconds: float) -> None:
        """Ask nothing more there for so long."""
        with self._lock:
            self._free[scope] = max(self._free.get(scope, 0.0), time.monotonic() + seconds)
