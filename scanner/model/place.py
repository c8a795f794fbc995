"""Places: where a thing is, by the exact name of its region, never by a prefix."""

from __future__ import annotations

from enum import StrEnum

from scanner.model.known import Reason
from scanner.model.record import dataclass


class Confidence(StrEnum):
    """How sure the country of a place is."""

    EXACT = "exact"
    """The region stands in the table with its country."""
    UNDETERMINED = "undetermined"
    """Global or edge service, unknown name, or a reference that could not be resolved."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A region and the country it stands in (ISO 3166-1 alpha-2), or why that is not determined."""

    region: str
    """Provider's name of the region or zone as seen; empty when not even that is known."""
    country: str | None = None
    confidence: Confidence = Confidence.UNDETERMINED
    what: str = ""
    """What is there, for a copy: `arn:aws:s3:::backup-us`."""
    reason: Reason | None = None
    """Set when the place is undetermined because a look failed."""
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.region} ({self.country})" if self.country else self.region or "an unknown place"
        return f"{self.what} in {where}" if self.what else where
