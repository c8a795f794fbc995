"""Resource Manager's limit on reads: a bucket of tokens for each subscription, filled again with time."""

from __future__ import annotations

import time

from scanner.demo.arm.identity import OBJECT_ID
from scanner.demo.arm.reply import error
from scanner.demo.arm.request import Settings


class Buckets:
    """One for each subscription, and one for the tenant."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._buckets: dict[str, tuple[float, float]] = {}

    def fill(self) -> None:
        """All are full again."""
        self._buckets.clear()

    def spend(self, subscription: str | None) -> int:
        """Take a token; how many are left. Raises the 429 of an empty bucket."""
        if not self.settings.bucket:
            return 249
        scope, now, size = subscription or "tenant", time.monotonic(), float(self.settings.bucket)
        left, at = self._buckets.get(scope, (size, now))
        left = min(size, left + (now - at) * self.settings.refill)
        if left < 1:
            self._buckets[scope] = (left, now)
            wait = max(1, int((1 - left) / self.settings.refill + 0.999))
            message = (
                f"Number of 'read' requests for subscription actor '{scope}:{OBJECT_ID}' exceeded. Please try again after '{wait}' seconds after additional tokens are available."
            )
            raise error(429, "SubscriptionRequestsThrottled" if subscription else "TenantRequestsThrottled", message, {"Retry-After": str(wait)})
        self._buckets[scope] = (left - 1, now)
        return int(left - 1)
