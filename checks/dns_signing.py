"""Can the answers of a DNS zone be forged?"""

from scanner.sdk import OFF, ON, DnsSigning, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, unsure_of


@check(
    id="dns-signing", needs=DnsSigning, severity=Severity.MEDIUM, since="0.1",
    cites=("RFC 9364", "RFC 4033", "ISO/IEC 27001:2022 A.8.21", "NIS2 Art. 21(2)(e)"),
)  # fmt: skip
def dns_signing(res: Resource, zone: DnsSigning) -> Outcome:
    """The answers of public DNS zones are signed.

    Why: whoever can forge an answer sends visitors and mail to a host of his own, and may even be given a certificate
    for the name. DNSSEC signs answers, so that a resolver notices.

    Remedy: switch signing on in the zone, then give the DS record to the registrar: signed answers are looked at only
    when the parent zone vouches for the key. Watch the zone for a day before the DS record is published.
    """
    detail = f" ({zone.detail})" if zone.detail else ""
    if zone.state is OFF:
        return fails(say("the answers of {name} are not signed{detail}", name=res.ref.name, detail=detail))
    return passes(say("the answers of {name} are signed{detail}", name=res.ref.name, detail=detail))


EXAMPLES = (good(DnsSigning(ON)), bad(DnsSigning(OFF)), bad(DnsSigning(OFF, "INTERNAL_FAILURE")), unsure_of(Reason.DENIED))
