"""Does the web server keep its clients on HTTPS?"""

from scanner.sdk import Hsts, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, listed, passes, say, unsure_of

_DAY = 86_400


@dataclass(frozen=True)
class Wanted:
    """How strict the header has to be."""

    min_days: int = 365
    """Days that clients have to remember it at least."""
    subdomains: bool = False
    """True: it has to cover the subdomains."""
    preload: bool = False
    """True: it has to allow browsers to build the host in; that takes a year and the subdomains too."""


@check(
    id="tls-hsts", needs=Hsts, severity=Severity.LOW, since="0.1", params=Wanted,
    cites=("RFC 6797", "NCSC-NL TLS 2025-05, 4.2", "BSI TR-03116-4", "OWASP ASVS 5.0, 3.4.1"),
)  # fmt: skip
def tls_hsts(res: Resource, seen: Hsts, wanted: Wanted) -> Outcome:
    """The web server tells its clients to come back by HTTPS only.

    Why: a person types a name, not a protocol. Without HSTS the first request goes out in the clear, and whoever sits in
    between can answer it. With it the browser asks by HTTPS alone, and lets nobody click a certificate error away.

    Remedy: send `Strict-Transport-Security: max-age=31536000; includeSubDomains` with every answer, first with a short
    max-age to see that every host below really serves HTTPS. Endpoints that speak something else than HTTP are not asked.
    """
    name = res.ref.label
    if seen.max_age is None:
        return fails(say("{name} sends no Strict-Transport-Security that can be read", name=name))
    if seen.max_age == 0:
        return fails(say("{name} tells clients to forget HSTS (max-age=0)", name=name))
    if seen.max_age < wanted.min_days * _DAY:
        return fails(say("{name} lets clients remember HSTS for {days:.0f} days; {wanted} are wanted", name=name, days=seen.max_age / _DAY, wanted=wanted.min_days))
    if (wanted.subdomains or wanted.preload) and not seen.subdomains:
        return fails(say("{name} leaves its subdomains out of HSTS", name=name))
    if wanted.preload and not seen.preload:
        return fails(say("{name} does not allow browsers to build HSTS in (preload)", name=name))
    more = listed(["", *([say("with subdomains")] if seen.subdomains else []), *([say("for preloading")] if seen.preload else [])])
    return passes(say("{name} sends HSTS for {days:.0f} days{more}", name=name, days=seen.max_age / _DAY, more=more))


EXAMPLES = (
    good(Hsts(365 * _DAY)),
    good(Hsts(730 * _DAY, True, True), preload=True, subdomains=True),
    bad(Hsts(None)),
    bad(Hsts(0)),
    bad(Hsts(30 * _DAY, True)),
    bad(Hsts(365 * _DAY), subdomains=True),
    bad(Hsts(365 * _DAY, True), preload=True),
    unsure_of(Reason.TIMEOUT),
)
