"""How much of a service in a region is asked at once: less as soon as it throttles, slowly more while it answers.

Additive increase, multiplicative decrease, as TCP does it (RFC 5681): every scanner of an account that does so gets its
share. A service that throttled is left alone for a moment, by all threads and not only by the one that was told.
"""

from __future__ import annotations

import threading
import time

_FIRST, _MOST = 8.0, 24.0
"""Calls under way at once: at the beginning, and at most."""
_ONCE = 1.0
"""Seconds: what is refused within them was under way when the first refusal came, and narrows the lane no further."""


class Pace:
    """Lanes by name; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._width: dict[str, float] = {}
        self._narrowed: dict[str, float] = {}
        self._rest: dict[str, float] = {}

    def width(self, lane: str) -> int:
        """Calls that may be under way, at least one."""
        return max(1, int(self._width.get(lane, _FIRST)))

    def answered(self, lane: str) -> None:
        """A call was answered: a whole round of answers widens the lane by one."""
        with self._lock:
            width = self._width.get(lane, _FIRST)
            self._width[lane] = min(_MOST, width + 1 / width)

    def throttled(self, lane: str, pause: float) -> None:
        """A call was refused as one too many: half as many from now on, and none at all for a moment."""
        now = time.monotonic()
        with self._lock:
            self._rest[lane] = max(self._rest.get(lane, 0.0), now + pause)
            if now - self._narrowed.get(lane, -_ONCE) >= _ONCE:
                self._narrowed[lane] = now
                self._width[lane] = max(1.0, self._width.get(lane, _FIRST) / 2)

    def rest(self, lane: str) -> float:
        """Seconds until the lane may be asked again."""
        return max(0.0, self._rest.get(lane, 0.0) - time.monotonic())


def lane_of(account: str, service: str, region: str) -> str:
    """Limits are those of an account, a service and a region."""
    return f"{account}/{service}/{region}"
