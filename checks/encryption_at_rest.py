"""Is stored data encrypted?"""

from scanner.sdk import OFF, ON, AtRest, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, is_cipher, passes, say, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """The cipher, where one was promised: `AES-256`."""

    algorithm: str | None = None

    def __post_init__(self) -> None:
        if self.algorithm is not None and not any(c.isalnum() for c in self.algorithm):
            raise ValueError(f"algorithm = {self.algorithm!r} names no cipher")


@check(
    id="encryption-at-rest",
    needs=AtRest,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "NIS2 Art. 21(2)(h)", "DORA RTS 2024/1774 Art. 6", "BSI C5:2026 CRY-05"),
    params=Params,
)
def encryption_at_rest(res: Resource, rest: AtRest, params: Params) -> Outcome:
    """Data at rest is encrypted.

    Why: a lost disk, a copied snapshot or a stolen backup must not be readable. Without encryption whoever
    gets hold of the medium has the data, and a breach has to be reported to every person concerned.

    Remedy: switch encryption on. Where it cannot be switched on afterwards (EBS volumes, RDS instances), make an
    encrypted copy of a snapshot and restore from that; then delete the unencrypted original and its snapshots.
    """
    name = res.ref.name
    if rest.state is OFF:
        if rest.detail:  # of a machine: only what lies on its host
            return fails(say("{name} stores data unencrypted: {detail}", name=name, detail=rest.detail), Severity.MEDIUM)
        return fails(say("{name} stores data unencrypted", name=name))
    if params.algorithm is None:
        return passes(say("{name} is encrypted at rest{by}", name=name, by=f" ({rest.algorithm})" if rest.algorithm else ""))
    met = is_cipher(rest.algorithm, params.algorithm) if rest.algorithm else None
    if met is None:
        return unsure(Reason.UNSUPPORTED, say("{name} is encrypted at rest, but by which cipher is not shown here (promised: {promised})", name=name, promised=params.algorithm))
    if not met:
        return fails(say("{name} is encrypted by {algorithm}, promised is {promised}", name=name, algorithm=rest.algorithm, promised=params.algorithm))
    return passes(say("{name} is encrypted at rest{by}", name=name, by=f" ({rest.algorithm})"))


EXAMPLES = (
    good(AtRest(ON, "AES256")),
    good(AtRest(ON)),
    good(AtRest(ON, "aws:kms"), algorithm="AES-256"),
    bad(AtRest(OFF)),
    bad(AtRest(OFF, detail="its disks are encrypted, the caches of its host are not")),
    bad(AtRest(ON, "AES128"), algorithm="AES-256"),
    unsure_of(AtRest(ON), algorithm="AES-256"),
    unsure_of(AtRest(ON, "AES"), algorithm="AES-256"),
    unsure_of(Reason.DENIED),
)
