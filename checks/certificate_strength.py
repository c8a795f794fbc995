"""Are the key and the signature of the certificate strong enough?"""

from dataclasses import replace
from datetime import UTC, datetime

from scanner.sdk import Certificate, CertificateRequest, Level, Norm, Outcome, Reason, Resource, SecondCertificate, Severity, bad, check, good, rate, say, unsure, unsure_of


@check(
    id="certificate-strength", needs=(Certificate, SecondCertificate, CertificateRequest), severity=Severity.MEDIUM, since="0.1", params=Norm,
    cites=("NCSC-NL TLS 2025-05, 3.3.2.1 and 3.3.5", "CA/Browser Forum TLS BR 2.2.6, 6.1.5", "BSI TR-02102-2, 3.6", "RFC 9325, 4.5"),
)  # fmt: skip
def certificate_strength(res: Resource, cert: Certificate | CertificateRequest, norm: Norm) -> Outcome:
    """The key and the signature of the certificate are strong enough.

    Why: whoever can compute the key from the certificate, or forge the signature of the authority, is the server. RSA with
    1024 bits and signatures with SHA-1 or MD5 are within reach.

    Remedy: order a certificate with a P-256 or P-384 key, or RSA of at least 3072 bits, signed with SHA-256 or better.
    """
    if isinstance(cert, CertificateRequest):
        asked = [(say("a key {key}", key=cert.key), norm.rules.key(cert.key))]
        return rate(say("{name} orders a certificate with", name=res.ref.label), "rsa_bits" if cert.key.startswith("RSA") else "curves", asked, norm)
    levels: dict[str, Level] = {}
    if cert.key:
        levels[say("a key {key}", key=cert.key)] = norm.rules.key(cert.key)
    if cert.signature:
        levels[say("a signature with {hash}", hash=cert.signature)] = norm.rules.level("certificate_hash", cert.signature)
    outcome = rate(say("the certificate of {name} has", name=res.ref.label), "rsa_bits" if cert.key.startswith("RSA") else "curves", levels.items(), norm)
    if outcome.status == "pass" and not (cert.key and cert.signature):
        if cert.key:
            return unsure(Reason.UNSUPPORTED, say("the source does not say how the certificate of {name} is signed", name=res.ref.label))
        return unsure(Reason.UNSUPPORTED, say("the source does not say with which key, and how the certificate of {name} is signed", name=res.ref.label))
    return outcome


_CERT = Certificate(
    ("example.org",), "CN=Example CA", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC), "ECDSA-secp256r1", "sha256", "00"
)  # fmt: skip
EXAMPLES = (
    good(_CERT),
    good(replace(_CERT, key="RSA-2048")),
    bad(replace(_CERT, key="RSA-2048"), allow_phase_out=False),
    bad(replace(_CERT, key="RSA-2048"), guideline="bsi-tr-02102-2-2026-01"),
    bad(replace(_CERT, key="RSA-1024")),
    bad(replace(_CERT, signature="sha1")),
    bad(replace(_CERT, key="RSA-1024", signature="")),
    bad(SecondCertificate(("example.org",), "CN=Example CA", _CERT.not_before, _CERT.not_after, "RSA-1024", "sha256", "00")),
    good(CertificateRequest(("example.org",), "ECDSA-secp256r1")),
    bad(CertificateRequest(("example.org",), "RSA-1024")),
    unsure_of(replace(_CERT, signature="")),
    unsure_of(replace(_CERT, key="")),
    unsure_of(Reason.DENIED),
)
