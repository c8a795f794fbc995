"""Are new things encrypted without asking?"""

from scanner.sdk import OFF, ON, AtRestDefault, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="encryption-default",
    needs=AtRestDefault,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 25", "GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "NIS2 Art. 21(2)(h)"),
)
def encryption_default(res: Resource, default: AtRestDefault) -> Outcome:
    """New volumes are encrypted without anybody asking for it.

    Why: encryption that has to be remembered is forgotten once. With the default on, the volume that somebody makes
    in a hurry tomorrow is protected as well; today's volumes say nothing about it.

    Remedy: switch the default on in every region that is in use (EC2 settings, EBS encryption). It holds for new
    volumes only: encrypt the existing ones through a copy of a snapshot.
    """
    if default.state is OFF:
        return fails(say("{name}: new volumes are not encrypted unless asked for", name=res.ref.name))
    return passes(say("{name}: new volumes are encrypted by default", name=res.ref.name))


EXAMPLES = (good(AtRestDefault(ON)), bad(AtRestDefault(OFF)), unsure_of(Reason.DENIED))
