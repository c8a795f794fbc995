"""Is the certificate valid now, and issued for no longer than allowed?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil

from scanner.sdk import Certificate, Now, Outcome, Reason, Resource, Said, SecondCertificate, Severity, bad, check, dataclass, fails, good, passes, say, unsure, unsure_of

#: (issued from, days at most, where it stands); the last row that has begun counts.
_LIFETIMES: tuple[tuple[datetime, int, str], ...] = (
    (datetime(2020, 9, 1, tzinfo=UTC), 398, "CA/Browser Forum TLS BR 2.2.6, 6.3.2"),
    (datetime(2026, 3, 15, tzinfo=UTC), 200, "CA/Browser Forum TLS BR 2.2.6, 6.3.2"),
    (datetime(2027, 3, 15, tzinfo=UTC), 100, "CA/Browser Forum TLS BR 2.2.6, 6.3.2"),
    (datetime(2029, 3, 15, tzinfo=UTC), 47, "CA/Browser Forum TLS BR 2.2.6, 6.3.2"),
)


@dataclass(frozen=True)
class Lifetime:
    """How long a certificate may live."""

    max_days: int = 0
    """Days at most; 0: by the date of issue, as the CA/Browser Forum rules for public certificates."""
    private_ca: bool = False
    """True: the rules for public certificates do not apply."""


@check(
    id="certificate-validity", needs=(Certificate, SecondCertificate), severity=Severity.CRITICAL, since="0.1", params=Lifetime,
    cites=("RFC 5280, 4.1.2.5", "CA/Browser Forum TLS BR 2.2.6, 6.3.2", "PCI DSS 4.0.1, 4.2.1"),
)  # fmt: skip
def certificate_validity(res: Resource, cert: Certificate, lifetime: Lifetime, now: Now) -> Outcome:
    """The certificate is valid today, and no longer than its date of issue allows.

    Why: clients refuse an expired certificate, and people who learn to click the warning away are open to everyone. A
    long life means that a stolen key stays useful for long; browsers refuse public certificates that exceed the limit.

    Remedy: renew it, and let it be renewed by itself (ACME, the cloud's certificate manager). For an internal authority
    that issues longer certificates on purpose set `private_ca`.
    """
    name = res.ref.label
    if now.at > cert.not_after:
        return fails(say("the certificate of {name} expired on {day:%Y-%m-%d} ({ago} ago)", name=name, day=cert.not_after, ago=_days(now.at - cert.not_after)))
    days, cite = _allowed(cert, lifetime)
    if cert.not_before is None:
        return _without_start(name, cert, days, now)
    if now.at < cert.not_before:
        return fails(say("the certificate of {name} is not valid before {day:%Y-%m-%d %H:%M} UTC", name=name, day=cert.not_before), Severity.HIGH)
    # Both ends belong to the validity, and any excess over whole days counts as a day.
    lives = ceil((cert.not_after - cert.not_before + timedelta(seconds=1)) / timedelta(days=1))
    if days and lives > days:
        return fails(say("the certificate of {name} is issued for {days} days, {allowed} are allowed ({cite})", name=name, days=lives, allowed=days, cite=cite), Severity.LOW)
    return passes(say("the certificate of {name} is valid until {day:%Y-%m-%d} ({left} left)", name=name, day=cert.not_after, left=_days(cert.not_after - now.at)))


def _allowed(cert: Certificate, lifetime: Lifetime) -> tuple[int, str]:
    """Days and source; 0 days: no limit."""
    if cert.anchor:
        return 0, ""
    if lifetime.max_days:
        return lifetime.max_days, "as required here"
    begun = [(days, cite) for since, days, cite in _LIFETIMES if cert.not_before is None or cert.not_before >= since]
    return begun[-1] if begun and not lifetime.private_ca else (0, "")


def _without_start(name: str, cert: Certificate, days: int, now: Now) -> Outcome:
    """A source that shows the end only: what is left is known, how long it was issued for is not."""
    left = _days(cert.not_after - now.at)
    if days:
        why = say("the certificate of {name} is valid until {day:%Y-%m-%d} ({left} left); since when is not shown, so for how long it was issued is not known",
                  name=name, day=cert.not_after, left=left)  # fmt: skip
        return unsure(Reason.UNSUPPORTED, why)
    return passes(say("the certificate of {name} is valid until {day:%Y-%m-%d} ({left} left)", name=name, day=cert.not_after, left=left))


def _days(span: timedelta) -> Said:
    return say("{n} days", n=span.days) if span.days != 1 else say("1 day")


_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_CERT = Certificate(("example.org",), "CN=Example CA", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC), "ECDSA-secp256r1", "sha256", "00")
EXAMPLES = (
    good(_CERT, now=_NOW),
    bad(_CERT, now=datetime(2027, 1, 1, tzinfo=UTC)),
    bad(_CERT, now=datetime(2026, 9, 1, tzinfo=UTC)),
    bad(replace(_CERT, not_after=datetime(2027, 10, 1, tzinfo=UTC)), now=_NOW),
    good(replace(_CERT, not_after=datetime(2027, 10, 1, tzinfo=UTC)), now=_NOW, private_ca=True),
    good(replace(_CERT, not_before=datetime(2026, 1, 1, tzinfo=UTC)), now=_NOW),
    bad(_CERT, now=_NOW, max_days=47),
    bad(SecondCertificate(("example.org",), "CN=Example CA", datetime(2026, 10, 1, tzinfo=UTC), _CERT.not_after, "RSA-2048", "sha256", "00"), now=datetime(2027, 1, 1, tzinfo=UTC)),
    good(replace(_CERT, not_after=datetime(2036, 10, 1, tzinfo=UTC), anchor=True), now=_NOW, name="the root of an authority"),
    bad(replace(_CERT, anchor=True), now=datetime(2027, 1, 1, tzinfo=UTC), name="a root that has ended"),
    bad(replace(_CERT, not_before=None), now=datetime(2027, 1, 1, tzinfo=UTC), name="only its end is shown, and that is past"),
    good(replace(_CERT, not_before=None), now=_NOW, private_ca=True, name="only its end is shown, and no rule says for how long"),
    unsure_of(replace(_CERT, not_before=None), now=_NOW, name="only its end is shown"),
    unsure_of(Reason.TIMEOUT, now=_NOW),
)
