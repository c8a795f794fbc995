"""Can the whole internet reach it?"""

from scanner.sdk import Exposure, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="public-exposure",
    needs=Exposure,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 25(2)", "GDPR Art. 32(1)(b)", "ISO/IEC 27001:2022 A.8.20", "ISO/IEC 27001:2022 A.8.3", "NIS2 Art. 21(2)(e)", "BSI C5:2026 COS-01"),
)
def public_exposure(res: Resource, exposure: Exposure) -> Outcome:
    """What holds data cannot be reached from the whole internet.

    Why: an open bucket, a snapshot shared with everybody or a database with a public address is found by search engines for
    such things within hours. By default personal data must not be open to an indefinite number of people (GDPR Art. 25(2)).

    Remedy: block public access for the account, remove the public grant, the public address or the rule for 0.0.0.0/0,
    and use private endpoints. Where publishing is meant (a website), waive it with a reason.
    """
    via = f": {exposure.via}" if exposure.via else ""
    if exposure.public:
        return fails(say("{name} can be reached from the whole internet{via}", name=res.ref.name, via=via))
    return passes(say("{name} cannot be reached from the whole internet{via}", name=res.ref.name, via=via))


EXAMPLES = (good(Exposure(False)), bad(Exposure(True, "bucket policy")), unsure_of(Reason.DENIED))
