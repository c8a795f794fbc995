"""Has the authority revoked the certificate?"""

from scanner.sdk import Outcome, Reason, Resource, Revocation, Severity, bad, check, dataclass, fails, good, passes, say, term, unsure, unsure_of


@dataclass(frozen=True)
class Asked:
    """What a certificate has to offer."""

    private_ca: bool = False
    """True: a certificate that names no place where revocation could be asked is accepted (internal authorities)."""


@check(
    id="certificate-revocation", needs=Revocation, severity=Severity.CRITICAL, since="0.1", params=Asked,
    cites=("RFC 5280, 3.3", "RFC 6960", "RFC 7633", "CA/Browser Forum TLS BR 2.2.6, 4.9", "NCSC-NL TLS 2025-05, 3.3.5"),
)  # fmt: skip
def certificate_revocation(res: Resource, seen: Revocation, asked: Asked) -> Outcome:
    """The certificate has not been revoked by its authority.

    Why: a certificate is revoked when its key was stolen, when the host changed hands, or when it should never have been
    issued. Browsers refuse it sooner or later, and until then whoever has the key can be the server. A certificate that
    demands a staple is refused by clients that get none.

    Remedy: replace the certificate and its key at once, find out who asked for the revocation and why, and make sure that
    the new one is served everywhere. Where a staple is demanded switch on OCSP stapling, or order without must-staple.
    """
    name = res.ref.label
    if seen.revoked:
        return fails(say("the certificate of {name} is {revoked}", name=name, revoked=term(seen.detail) if seen.detail else say("revoked")))
    if seen.must_staple and not seen.stapled:
        return fails(say("the certificate of {name} demands an OCSP staple, and none is sent", name=name), Severity.MEDIUM)
    if seen.revoked is None and not asked.private_ca:
        return unsure(Reason.UNSUPPORTED, say("whether the certificate of {name} is revoked cannot be asked: {why}", name=name, why=term(seen.detail)))
    return passes(say("the certificate of {name} is not revoked: {seen}", name=name, seen=term(seen.detail)))


EXAMPLES = (
    good(Revocation(False, "OCSP", "good, says the authority by OCSP")),
    good(Revocation(False, "staple", "good, says the authority by staple", stapled=True, must_staple=True)),
    good(Revocation(None, detail="the certificate names neither an OCSP responder nor a CRL"), private_ca=True),
    bad(Revocation(True, "CRL", "revoked since 2026-11-01 (keyCompromise), says the authority by CRL")),
    bad(Revocation(False, "OCSP", "good, says the authority by OCSP", must_staple=True)),
    unsure_of(Revocation(None, detail="the certificate names neither an OCSP responder nor a CRL")),
    unsure_of(Reason.UNAVAILABLE),
)
