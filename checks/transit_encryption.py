"""Does it accept connections without TLS?"""

from scanner.sdk import Outcome, Reason, Resource, Severity, Transit, bad, check, fails, good, passes, say, unsure_of


@check(
    id="transit-encryption",
    needs=Transit,
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "ISO/IEC 27001:2022 A.5.14", "NIS2 Art. 21(2)(h)", "DORA RTS 2024/1774 Art. 6", "BSI C5:2026 CRY-04"),
)
def transit_encryption(res: Resource, transit: Transit) -> Outcome:
    """Connections without encryption are refused.

    Why: what travels in the clear can be read and changed by everybody on the way. "TLS is offered" is not enough: as long as the
    plain way is open, one old client or one wrong setting uses it, and nobody notices.

    Remedy: refuse the plain way at the resource itself: a bucket policy that denies `aws:SecureTransport = false`,
    `rds.force_ssl`, HTTPS-only on storage accounts and web apps, a redirect or no listener at all on port 80.
    """
    detail = f": {transit.detail}" if transit.detail else ""
    if transit.plaintext_allowed:
        return fails(say("{name} accepts connections without TLS{detail}", name=res.ref.name, detail=detail))
    return passes(say("{name} accepts connections over TLS only{detail}", name=res.ref.name, detail=detail))


EXAMPLES = (good(Transit(False)), bad(Transit(True)), bad(Transit(True, "listener HTTP:80 forwards")), unsure_of(Reason.DENIED))
