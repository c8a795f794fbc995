"""How fast may be asked: what Resource Manager, Resource Graph and Microsoft Graph say of their limits is obeyed before they refuse.

Resource Manager gives each principal a bucket of 250 reads in each subscription, filled again by 25 a second (Microsoft Learn,
Understand how Azure Resource Manager throttles requests); every answer says how many are left. Resource Graph takes 15
queries in 5 seconds from a user and says how many are left and when the window ends.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

REFILL = 25.0
"""Reads a second that come back."""
SIZE = 250.0
"""Reads in a full bucket."""
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


@dataclass
class _Bucket:
    """What is left of a limit, as far as is known."""

    left: float
    at: float
    """When that was so."""


class Limits:
    """When the next question may be asked. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._asking: Counter[str] = Counter()

    def take(self, scope: str) -> float:
        """0: ask now (and say `answered` afterwards); otherwise the seconds after which to try again."""
        with self._lock:
            now = time.monotonic()
            rest = self._free.get(scope, 0.0) - now
            if rest > 0:
                return rest
            bucket = self._buckets.get(scope)
            if bucket is not None:
                bucket.left, bucket.at = min(SIZE, bucket.left + (now - bucket.at) * REFILL), now
                if bucket.left < 1:
                    return (1 - bucket.left) / REFILL
                bucket.left -= 1
            self._asking[scope] += 1
            return 0.0

    def width(self, scope: str) -> int:
        """How many questions may be under way there now: those that are, and as many as are left."""
        with self._lock:
            now, bucket = time.monotonic(), self._buckets.get(scope)
            if self._free.get(scope, 0.0) > now:
                return 1
            return self._asking[scope] + int(min(SIZE, bucket.left + (now - bucket.at) * REFILL) if bucket else SIZE)

    def answered(self, scope: str, headers: Mapping[str, str]) -> None:
        """Take note of what an answer says is left (nothing is said where there was no answer)."""
        left = headers.get("x-ms-ratelimit-remaining-subscription-reads") or headers.get("x-ms-ratelimit-remaining-tenant-reads") or ""
        with self._lock:
            self._asking[scope] -= 1
            if left.isdigit():  # those under way are not counted yet
                self._buckets[scope] = _Bucket(float(left) - self._asking[scope], time.monotonic())
        if headers.get("x-ms-user-quota-remaining") == "0" and (window := _WINDOW.match(headers.get("x-ms-user-quota-resets-after", ""))):
            hours, minutes, seconds = map(int, window.groups())
            self.rest(scope, float(hours * 3600 + minutes * 60 + seconds))

    def rest(self, scope: str, seconds: float) -> None:
        """Ask nothing more there for so long."""
        with self._lock:
            self._free[scope] = max(self._free.get(scope, 0.0), time.monotonic() + seconds)
