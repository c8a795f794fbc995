"""Does the certificate stand for names that nobody listed?"""

from datetime import UTC, datetime

from scanner.sdk import Certificate, CertificateRequest, Outcome, Reason, Resource, SecondCertificate, Severity, bad, check, dataclass, fails, good, passes, say, several, unsure_of


@dataclass(frozen=True)
class Wildcards:
    """Whether certificates may stand for every name below a domain."""

    allowed: bool = True
    """False: a certificate with `*.example.org` fails."""


@check(
    id="certificate-wildcards", needs=(Certificate, SecondCertificate, CertificateRequest), severity=Severity.LOW, since="0.1", params=Wildcards,
    cites=("RFC 9525, 6.3", "NSA, Avoid Dangers of Wildcard TLS Certificates (2021)", "ISO/IEC 27001:2022 A.8.24"),
)  # fmt: skip
def certificate_wildcards(res: Resource, cert: Certificate | CertificateRequest, wildcards: Wildcards) -> Outcome:
    """Where it is promised, certificates name each host instead of standing for a whole domain.

    Why: whoever gets hold of one key with `*.example.org` is every host below it, also those that are far better guarded
    (and may answer for them by another protocol). Many use wildcards on purpose: set `allowed` to false where they are not meant.

    Remedy: order a certificate a service, with the names that it serves; renewal by itself (ACME, the cloud's certificate
    manager) makes many certificates no more work than one.
    """
    found = [name for name in cert.names if name.startswith("*.")]
    if not found:
        return passes(say("the certificate of {name} names each host", name=res.ref.label))
    if wildcards.allowed:
        return passes(say("the certificate of {name} stands for {names}, which is allowed here", name=res.ref.label, names=several(found)))
    return fails(say("the certificate of {name} stands for {names}", name=res.ref.label, names=several(found)))


_FROM, _TO = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)
EXAMPLES = (
    good(Certificate(("example.org",), "CN=Example CA", _FROM, _TO, "ECDSA-secp256r1", "sha256", "00"), allowed=False),
    good(Certificate(("*.example.org",), "CN=Example CA", _FROM, _TO, "ECDSA-secp256r1", "sha256", "00")),
    bad(Certificate(("*.example.org", "example.org"), "CN=Example CA", _FROM, _TO, "ECDSA-secp256r1", "sha256", "00"), allowed=False),
    bad(SecondCertificate(("*.example.org",), "CN=Example CA", _FROM, _TO, "RSA-2048", "sha256", "00"), allowed=False),
    bad(CertificateRequest(("*.example.org",), "RSA-2048"), allowed=False),
    good(CertificateRequest(("example.org",), "RSA-2048"), allowed=False),
    unsure_of(Reason.DENIED),
)
