"""How bad a failure is."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad a failure is; the order of the members is the order of reports."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is worst."""
        return _RANKS[self]


_RANKS = {severity: n for n, severity in enumerate(Severity)}
