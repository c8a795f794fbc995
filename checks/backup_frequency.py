"""How much work can be lost?"""

from datetime import UTC, datetime, timedelta

from scanner.sdk import Backups, Now, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, term, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """The longest time, in hours, between two backups."""

    max_hours: float = 24

    def __post_init__(self) -> None:
        if not 0 < self.max_hours < float("inf"):
            raise ValueError(f"max_hours = {self.max_hours} is no number of hours")

    @property
    def oldest(self) -> timedelta:
        """How old the newest backup may be: a quarter (and at least an hour) is added, because a backup window moves."""
        return timedelta(hours=self.max_hours + max(self.max_hours / 4, 1))


@check(
    id="backup-frequency",
    needs=Backups,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(c)", "ISO/IEC 27001:2022 A.8.13", "NIS2 Art. 21(2)(c)", "DORA Art. 12", "BSI C5:2026 OPS-06"),
    params=Params,
)
def backup_frequency(res: Resource, backups: Backups, params: Params, now: Now) -> Outcome:
    """Backups are made as often as promised.

    Why: what was written since the last backup is lost with the original. The schedule says how much that may be; the
    newest moment that can be restored says whether the schedule really runs.

    Remedy: shorten the schedule, or use point-in-time restore. If the schedule is right and the newest backup is old,
    look at the job: it fails, or it was switched off.
    """
    name = res.ref.name
    if not backups.enabled:
        return fails(say("{name} is not backed up at all", name=name))
    if backups.last is not None and now.at - backups.last > params.oldest:
        return fails(say("{name}: last restorable is {last:%Y-%m-%d %H:%M} UTC, more than {hours:g} hours ago", name=name, last=backups.last, hours=params.max_hours))
    if backups.every_hours is None:
        return unsure(Reason.UNSUPPORTED, say("{name} is backed up ({kind}), but how often is not shown here", name=name, kind=term(backups.kind)))
    if backups.every_hours > params.max_hours:
        return fails(say("{name} is backed up every {hours:g} hours, promised is {promised:g}", name=name, hours=backups.every_hours, promised=params.max_hours))
    if backups.every_hours:
        return passes(say("{name} is backed up every {hours:g} hours", name=name, hours=backups.every_hours))
    return passes(say("{name} is backed up continuously", name=name))


_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

EXAMPLES = (
    good(Backups(True, "snapshots", 24, 7)),
    good(Backups(True, "continuous", 0, 7, _NOON - timedelta(minutes=5)), now=_NOON),
    good(Backups(True, "snapshots", 24, 7, _NOON - timedelta(hours=29)), now=_NOON, name="within the window's tolerance"),
    good(Backups(True, "snapshots", 168), max_hours=168),
    bad(Backups(False, "snapshots")),
    bad(Backups(True, "snapshots", 168)),
    bad(Backups(True, "snapshots", 24, 7, _NOON - timedelta(hours=31)), now=_NOON),
    bad(Backups(True, "continuous", 0, 7, _NOON - timedelta(hours=3)), now=_NOON, max_hours=1),
    bad(Backups(True, "snapshots", None, None, _NOON - timedelta(days=9)), now=_NOON, name="schedule not shown, but the newest is too old"),
    unsure_of(Backups(True, "versions")),
    unsure_of(Backups(True, "snapshots", None, 7, _NOON - timedelta(hours=1)), now=_NOON, name="one fresh backup is no schedule"),
    unsure_of(Reason.DENIED),
)
