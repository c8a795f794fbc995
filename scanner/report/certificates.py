"""Certificates as reports show them: one a row, soonest end first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scanner.model.facts import Certificate
from scanner.model.known import Known
from scanner.model.record import dataclass
from scanner.model.resource import Ref, Resource


@dataclass(frozen=True)
class Held:
    """A certificate and where it was seen: served by an endpoint or held in a cloud."""

    ref: Ref
    certificate: Certificate

    def days_left(self, at: datetime) -> int:
        """Whole days until it ends; negative once it has."""
        return (self.certificate.not_after - at).days


def held(resources: Iterable[Resource]) -> list[Held]:
    """Every certificate that could be read."""
    found = [(r.ref, r.facts.get(Certificate)) for r in resources]
    known = [Held(ref, fact.value) for ref, fact in found if isinstance(fact, Known) and isinstance(fact.value, Certificate)]
    return sorted(known, key=lambda h: (h.certificate.not_after, h.ref))
