"""How far back can one go?"""

from scanner.sdk import Backups, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, term, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """How many days backups have to be kept at least, and (where promised) at most."""

    min_days: float = 7
    max_days: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.min_days < float("inf"):
            raise ValueError(f"min_days = {self.min_days} is no number of days")
        if self.max_days is not None and not self.min_days <= self.max_days < float("inf"):
            raise ValueError(f"max_days = {self.max_days} is less than min_days = {self.min_days}, or no number of days")


@check(
    id="backup-retention",
    needs=Backups,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(c)", "GDPR Art. 5(1)(e)", "ISO/IEC 27001:2022 A.8.13", "NIS2 Art. 21(2)(c)", "DORA Art. 12", "BSI C5:2026 OPS-06"),
    params=Params,
)
def backup_retention(res: Resource, backups: Backups, params: Params) -> Outcome:
    """Backups are kept as long as promised.

    Why: damage is often found days later. A backup that is kept for one day then holds the damage only. And what was promised
    to be gone after some time must be gone from the backups as well.

    Remedy: set the retention period of the backup, the versions or the soft delete; where a service allows less than was
    promised, add a backup plan.
    """
    name, days = res.ref.name, backups.keep_days
    if not backups.enabled:
        return fails(say("{name} is not backed up at all", name=name))
    if days is None:
        return unsure(Reason.UNSUPPORTED, say("{name} is backed up ({kind}), but for how long is not shown here", name=name, kind=term(backups.kind)))
    if days < params.min_days:
        return fails(say("{name} keeps backups for {days:g} days, promised is {promised:g}", name=name, days=days, promised=params.min_days))
    if params.max_days is not None and days > params.max_days:
        return fails(say("{name} keeps backups for {days:g} days, promised is at most {promised:g}", name=name, days=days, promised=params.max_days))
    return passes(say("{name} keeps backups for {days:g} days", name=name, days=days))


EXAMPLES = (
    good(Backups(True, "snapshots", 24, 7)),
    good(Backups(True, "continuous", 0, 35), min_days=30),
    bad(Backups(True, "snapshots", 24, 1)),
    bad(Backups(True, "soft-delete", None, 0.5)),
    bad(Backups(True, "snapshots", 24, 365), max_days=90),
    bad(Backups(False, "snapshots", None, 30), name="a period alone makes no backup"),
    unsure_of(Backups(True, "versions")),
    unsure_of(Reason.DENIED),
)
