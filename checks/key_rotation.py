"""Are keys replaced from time to time?"""

from scanner.sdk import OFF, ON, KeyRotation, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """The longest period between two rotations, where one was promised."""

    max_days: int | None = None

    def __post_init__(self) -> None:
        if self.max_days is not None and not 0 < self.max_days < float("inf"):
            raise ValueError(f"max_days = {self.max_days} is no number of days")


@check(
    id="key-rotation",
    needs=KeyRotation,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "NIS2 Art. 21(2)(h)", "DORA RTS 2024/1774 Art. 7", "BSI C5:2026 CRY-07"),
    params=Params,
)
def key_rotation(res: Resource, rotation: KeyRotation, params: Params) -> Outcome:
    """Keys are rotated by themselves.

    Why: a key that is never replaced protects ever more data, and whoever got hold of it once reads all of it for ever.
    Rotation by hand is the task that is put off.

    Remedy: switch automatic rotation on (KMS: yearly by default; Key Vault: a rotation policy). Old versions of the
    key stay available for what they encrypted, so nothing has to be encrypted again.
    """
    name = res.ref.name
    if rotation.state is OFF:
        return fails(say("{name} is not rotated automatically", name=name))
    if params.max_days is None:
        if rotation.days:
            return passes(say("{name} is rotated automatically every {days} days", name=name, days=rotation.days))
        return passes(say("{name} is rotated automatically", name=name))
    if rotation.days is None:
        return unsure(Reason.UNSUPPORTED, say("{name} is rotated, but how often is not shown here (asked: {promised} days)", name=name, promised=params.max_days))
    if rotation.days > params.max_days:
        return fails(say("{name} is rotated every {days} days, promised is {promised}", name=name, days=rotation.days, promised=params.max_days))
    return passes(say("{name} is rotated every {days} days", name=name, days=rotation.days))


EXAMPLES = (
    good(KeyRotation(ON)),
    good(KeyRotation(ON, 90), max_days=90),
    bad(KeyRotation(OFF)),
    bad(KeyRotation(ON, 365), max_days=90),
    unsure_of(KeyRotation(ON), max_days=90),
    unsure_of(Reason.DENIED),
)
