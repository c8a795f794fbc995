"""Is the certificate renewed in time?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner.sdk import Certificate, Now, Outcome, Reason, Renewal, Resource, Said, SecondCertificate, Severity, bad, check, fails, good, passes, say, term, unsure, unsure_of

#: (part of the lifetime that is left, days at most, severity): the first that applies counts. Automatic renewal starts
#: at a third (certbot, cert-manager, Go autocert); the days keep long certificates from alarms months ahead.
_LEVELS: tuple[tuple[float, float, Severity], ...] = ((1 / 6, 21, Severity.HIGH), (1 / 4, 60, Severity.MEDIUM), (1 / 3, 60, Severity.LOW))
_SHORT = timedelta(days=10)
_LONGEST = timedelta(days=max(days for _, days, _ in _LEVELS))
"""With more than this left no certificate is late, however long it lives."""


@check(
    id="certificate-renewal", needs=(Certificate, SecondCertificate, Renewal), severity=Severity.MEDIUM, since="0.1",
    cites=("CA/Browser Forum TLS BR 2.2.6, 6.3.2", "RFC 9773", "ISO/IEC 27001:2022 A.8.24"),
)  # fmt: skip
def certificate_renewal(res: Resource, fact: Certificate | Renewal, now: Now) -> Outcome:
    """The certificate is renewed well before it expires.

    Why: from 2029 public certificates live 47 days. A fixed alarm ("30 days before") then fires on every healthy renewal
    or far too late. What counts is the part of the lifetime that is left: below a third a renewal is due, below a
    quarter one was missed, below a sixth somebody has to act.

    Remedy: find out why it was not renewed (an ACME client that stopped, a changed DNS record, an imported certificate that
    nothing renews), renew it by hand, and make sure that the renewed certificate is served.
    """
    if isinstance(fact, Renewal):
        if fact.ok:
            return passes(say("{name}: {detail}", name=res.ref.label, detail=term(fact.detail) if fact.detail else say("renewal works")))
        return fails(say("the renewal of {name} fails: {detail}", name=res.ref.label, detail=fact.detail), Severity.HIGH)
    left, name = fact.not_after - now.at, res.ref.label
    life = fact.not_after - fact.not_before if fact.not_before is not None else None
    rest = say("{left} of {life} are left", left=_span(left), life=_span(life)) if life is not None else say("{left} are left", left=_span(left))
    if left <= timedelta(0):
        return fails(say("the certificate of {name} expired on {day:%Y-%m-%d} and was not renewed", name=name, day=fact.not_after), Severity.CRITICAL)
    if left < (timedelta(hours=12) if life is None or life <= _SHORT else timedelta(hours=24)):
        return fails(say("the certificate of {name} ends within hours: {left}", name=name, left=rest), Severity.CRITICAL)
    if life is None:
        if left >= _LONGEST:
            return passes(say("the certificate of {name} has time: {left}", name=name, left=rest))
        return unsure(Reason.UNSUPPORTED, say("the certificate of {name}: {left}; since when it is valid is not shown, so whether it is late is not known", name=name, left=rest))
    for part, days, severity in _LEVELS:
        if left < min(life * part, timedelta(days=days)):
            return _late(name, fact, severity, rest)
    return passes(say("the certificate of {name} has time: {left}", name=name, left=rest))


def _late(name: str, cert: Certificate, severity: Severity, left: str) -> Outcome:
    """A platform that renews by itself starts later than at a third; what nothing renews is one level more urgent."""
    if cert.managed and severity is not Severity.HIGH:
        return passes(say("the certificate of {name} is renewed by the platform, whose time has come: {left}", name=name, left=left))
    if cert.managed is False:
        severity = list(Severity)[max(severity.rank - 1, 0)]
        return fails(say("the certificate of {name} is due, and nothing renews it by itself: {left}", name=name, left=left), severity)
    return fails(say("the certificate of {name} should have been renewed: {left}", name=name, left=left), severity)


def _span(span: timedelta) -> Said:
    if span >= timedelta(days=3):
        return say("{n:.0f} days", n=span.total_seconds() / 86400)
    return say("{n:.0f} hours", n=span.total_seconds() / 3600)


_START = datetime(2026, 10, 1, tzinfo=UTC)
_CERT = Certificate(("example.org",), "CN=Example CA", _START, _START + timedelta(days=90), "ECDSA-secp256r1", "sha256", "00")
_WEEK = replace(_CERT, not_after=_START + timedelta(days=6.5))
EXAMPLES = (
    good(_CERT, now=_START + timedelta(days=59)),
    bad(_CERT, now=_START + timedelta(days=61)),
    bad(_CERT, now=_START + timedelta(days=89, hours=12)),
    bad(_CERT, now=_START + timedelta(days=91)),
    good(_WEEK, now=_START + timedelta(days=4)),
    bad(_WEEK, now=_START + timedelta(days=6)),
    good(replace(_CERT, managed=True), now=_START + timedelta(days=70)),
    bad(replace(_CERT, managed=False), now=_START + timedelta(days=70)),
    bad(SecondCertificate(("example.org",), "CN=Example CA", _START, _CERT.not_after, "RSA-2048", "sha256", "00"), now=_START + timedelta(days=61)),
    good(replace(_CERT, not_before=None), now=_START, name="only its end is shown, and that is far"),
    bad(replace(_CERT, not_before=None), now=_START + timedelta(days=91), name="only its end is shown, and that is past"),
    unsure_of(replace(_CERT, not_before=None), now=_START + timedelta(days=61), name="only its end is shown"),
    good(Renewal(True, "issued"), now=_START),
    bad(Renewal(False, "DNS validation is pending"), now=_START),
    unsure_of(Reason.DENIED, now=_START),
)
