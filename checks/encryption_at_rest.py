"""Is stored data encrypted?"""

from scanner.sdk import OFF, ON, AtRest, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, unsure_of


@check(id="encryption-at-rest", needs=AtRest, severity=Severity.HIGH, since="0.1", cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "NIS2 Art. 21(2)(h)"))
def encryption_at_rest(res: Resource, rest: AtRest) -> Outcome:
    """Data at rest is encrypted.

    Why: a lost disk, a copied snapshot or a stolen backup must not be readable. Without encryption whoever
    gets hold of the medium has the data, and a breach has to be reported to every person concerned.

    Remedy: switch encryption on. Where it cannot be switched on afterwards (EBS volumes, RDS instances), make an
    encrypted copy of a snapshot and restore from that; then delete the unencrypted original and its snapshots.
    """
    if rest.state is OFF:
        return fails(f"{res.ref.name} stores data unencrypted")
    return passes(f"{res.ref.name} is encrypted at rest" + (f" ({rest.algorithm})" if rest.algorithm else ""))


EXAMPLES = (good(AtRest(ON, "AES256")), bad(AtRest(OFF)), unsure_of(Reason.DENIED))
