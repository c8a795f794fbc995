"""Are the backups encrypted as well?"""

from scanner.sdk import OFF, ON, BackupEncryption, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, is_cipher, passes, say, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """The cipher, where one was promised: `AES-256`."""

    algorithm: str | None = None

    def __post_init__(self) -> None:
        if self.algorithm is not None and not any(c.isalnum() for c in self.algorithm):
            raise ValueError(f"algorithm = {self.algorithm!r} names no cipher")


@check(
    id="backup-encryption",
    needs=BackupEncryption,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.13", "ISO/IEC 27001:2022 A.8.24", "NIS2 Art. 21(2)(h)", "BSI C5:2026 OPS-09"),
    params=Params,
)
def backup_encryption(res: Resource, backup: BackupEncryption, params: Params) -> Outcome:
    """Backups are encrypted.

    Why: a backup holds everything the original does, is copied to more places and is watched by fewer people.

    Remedy: encrypt the original, whose backups then are encrypted too, or the vault that they are kept in. Existing backups
    stay as they are: copy them with a key and delete the old ones.
    """
    name = res.ref.name
    if backup.state is OFF:
        return fails(say("backups of {name} are not encrypted", name=name))
    if params.algorithm is None:
        return passes(say("backups of {name} are encrypted{by}", name=name, by=f" ({backup.algorithm})" if backup.algorithm else ""))
    met = is_cipher(backup.algorithm, params.algorithm) if backup.algorithm else None
    if met is None:
        return unsure(
            Reason.UNSUPPORTED, say("backups of {name} are encrypted, but by which cipher is not shown here (promised: {promised})", name=name, promised=params.algorithm)
        )
    if not met:
        return fails(say("backups of {name} are encrypted by {algorithm}, promised is {promised}", name=name, algorithm=backup.algorithm, promised=params.algorithm))
    return passes(say("backups of {name} are encrypted{by}", name=name, by=f" ({backup.algorithm})"))


EXAMPLES = (
    good(BackupEncryption(ON)),
    good(BackupEncryption(ON, "AES256"), algorithm="AES 256 bits"),
    good(BackupEncryption(ON, "aws:kms"), algorithm="AES-256"),
    bad(BackupEncryption(OFF)),
    bad(BackupEncryption(ON, "AES128"), algorithm="AES-256"),
    unsure_of(BackupEncryption(ON), algorithm="AES-256"),
    unsure_of(BackupEncryption(ON, "by the service"), algorithm="AES-256"),
    unsure_of(Reason.UNRESOLVED),
)
