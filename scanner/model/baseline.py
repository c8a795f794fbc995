"""A baseline: what an earlier report found, so that a pipeline stops for what is new and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from scanner.model.promise import Settlement
from scanner.model.record import dataclass
from scanner.model.verdict import Gap, Status, Verdict

GapKey = tuple[str, str, str, str, str, str, str]


def gap_key(gap: Gap) -> GapKey:
    """What makes two gaps the same: the look and its reason."""
    return (gap.provider, gap.account or "", gap.region or "", gap.service, gap.operation, gap.subject or "", gap.reason.value)


@dataclass(frozen=True, slots=True)
class Baseline:
    """How things stood. It hides nothing: a finding of the baseline fails in every report, and breaks its promise; only the exit code passes over it."""

    source: str
    """Its file."""
    judged_at: str
    fails: frozenset[str] = frozenset()
    """Fingerprints that failed and that nobody had waived."""
    unknowns: frozenset[str] = frozenset()
    settled: Mapping[str, str] = field(default_factory=dict)
    """Status by promise."""
    gaps: frozenset[GapKey] = frozenset()
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What would have proved a promise, by promise."""

    def knows(self, verdict: Verdict) -> bool:
        """Whether it stood like this already. What was unknown and fails now is new, and the other way round."""
        if verdict.status is Status.FAIL:
            return not verdict.waiver and bool(self.fails) and verdict.fingerprint in self.fails
        return verdict.status is Status.UNKNOWN and bool(self.unknowns) and verdict.fingerprint in self.unknowns

    def knows_gap(self, gap: Gap) -> bool:
        """Whether the same look was not answered for the same reason."""
        return gap_key(gap) in self.gaps

    def knows_settlement(self, settlement: Settlement) -> bool:
        """Whether a promise stood like this already, by nothing but what was known."""
        same = self.settled.get(settlement.promise) == settlement.status.value and self.fails.issuperset(settlement.fails)
        return same and self.missing.get(settlement.promise, frozenset()).issuperset(settlement.missing)

    def tally(self, verdicts: Iterable[Verdict]) -> dict[str, int]:
        """Failures by how they stand to it: `new`, `known`, and `gone` for those that fail no longer."""
        failing = [verdict for verdict in verdicts if verdict.status is Status.FAIL]
        known = {verdict.fingerprint for verdict in failing if self.knows(verdict)}
        new = sum(1 for verdict in failing if not verdict.waiver and verdict.fingerprint not in known)
        return {"new": new, "known": len(known), "gone": len(self.fails - {verdict.fingerprint for verdict in failing})}
