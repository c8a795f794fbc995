"""Is there a backup at all?"""

from scanner.sdk import Backups, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, term, unsure_of


@check(
    id="backup-enabled",
    needs=Backups,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)-(c)", "ISO/IEC 27001:2022 A.8.13", "NIS2 Art. 21(2)(c)", "DORA Art. 12", "BSI C5:2026 OPS-06"),
)
def backup_enabled(res: Resource, backups: Backups) -> Outcome:
    """Data is backed up.

    Why: disks are redundant, mistakes are not: what a person or a program deletes, the provider deletes on every
    copy at once. Only a backup, a version or a soft delete brings it back.

    Remedy: switch on what the service offers: automated backups, point-in-time restore, versioning, soft delete, a
    backup plan. Then restore once, and write down how long it took.
    """
    if not backups.enabled:
        return fails(say("{name} is not backed up ({kind})", name=res.ref.name, kind=term(backups.kind)))
    return passes(say("{name} is backed up: {kind}", name=res.ref.name, kind=term(backups.kind)))


EXAMPLES = (good(Backups(True, "continuous", 0, 7)), good(Backups(True, "versions")), bad(Backups(False, "snapshots")), unsure_of(Reason.DENIED))
