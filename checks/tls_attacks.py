"""Is the endpoint open to a known attack on TLS?"""

from scanner.sdk import Attacks, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, listed, passes, say, several, unsure, unsure_of

#: How bad each is, and what it is in a few words.
_ATTACKS: dict[str, tuple[Severity, str]] = {
    "heartbleed": (Severity.CRITICAL, say("Heartbleed: memory of the server can be read (CVE-2014-0160)")),
    "ccs-injection": (Severity.CRITICAL, say("CCS injection: weak keys can be forced (CVE-2014-0224)")),
    "robot": (Severity.HIGH, say("ROBOT: an oracle for RSA decryption")),
    "insecure-renegotiation": (Severity.HIGH, say("insecure renegotiation (CVE-2009-3555)")),
    "client-renegotiation": (Severity.MEDIUM, say("renegotiation at the client's will, without a limit: denial of service")),
    "crime": (Severity.HIGH, say("CRIME: TLS compression leaks secrets (CVE-2012-4929)")),
    "fallback-scsv": (Severity.LOW, say("no TLS_FALLBACK_SCSV (RFC 7507): a connection can be talked down")),
    "drown": (Severity.CRITICAL, say("DROWN: SSLv2 breaks the other versions too (CVE-2016-0800)")),
    "poodle": (Severity.HIGH, say("POODLE: CBC in SSLv3 (CVE-2014-3566)")),
    "freak": (Severity.HIGH, say("FREAK: RSA export suites (CVE-2015-0204)")),
    "logjam": (Severity.HIGH, say("Logjam: DH groups of less than 1024 bits or export suites (CVE-2015-4000)")),
    "sweet32": (Severity.MEDIUM, say("SWEET32: 64-bit blocks (CVE-2016-2183)")),
    "beast": (Severity.LOW, say("BEAST: CBC in TLS 1.0 and below (CVE-2011-3389)")),
    "rc4": (Severity.HIGH, say("RC4, prohibited by RFC 7465")),
    "raccoon": (Severity.MEDIUM, say("RACCOON: the server uses a DH key again (CVE-2020-1968)")),
    "lucky13": (Severity.LOW, say("LUCKY13: CBC suites, whose padding can be timed unless the library hides it (CVE-2013-0169)")),
}


@dataclass(frozen=True)
class Ignored:
    """Attacks that are accepted."""

    ignore: tuple[str, ...] = ("lucky13",)
    """Every library hides the timing of LUCKY13 since 2013, and nobody can tell from outside: name others to have it count."""

    def __post_init__(self) -> None:
        wrong = sorted(set(self.ignore) - set(_ATTACKS))
        if wrong:
            raise ValueError(f"there is no attack {', '.join(wrong)}; there are {', '.join(_ATTACKS)}")


@check(
    id="tls-attacks", needs=Attacks, severity=Severity.HIGH, since="0.1", params=Ignored,
    cites=("NCSC-NL TLS 2025-05, 3.4", "RFC 7457", "RFC 9325, 3"),
)  # fmt: skip
def tls_attacks(res: Resource, seen: Attacks, ignored: Ignored) -> Outcome:
    """No known attack on TLS works against the endpoint.

    Why: these attacks are public, and tools for them are free. Each leads to keys, contents or sessions, or lets an
    attacker choose a version in which one of the others works.

    Remedy: update the TLS library, switch off old versions, compression, renegotiation by the client, and RC4, 3DES and
    export suites. The text of the finding names what was found.
    """
    open_to = [name for name in _ATTACKS if name in seen.vulnerable and name not in ignored.ignore]
    if open_to:
        worst = min((_ATTACKS[name][0] for name in open_to), key=lambda severity: severity.rank)
        return fails(say("{name}: {found}", name=res.ref.label, found=listed((_ATTACKS[name][1] for name in open_to), "; ")), worst)
    untested = [name for name in _ATTACKS if name not in seen.tested and name not in ignored.ignore]
    if untested:
        return unsure(Reason.UNAVAILABLE, say("{name} gave no clear answer when these were tried: {names}", name=res.ref.label, names=several(untested, 16)))
    return passes(say("{name} withstands {names}", name=res.ref.label, names=several([name for name in seen.tested if name not in seen.vulnerable], 16)))


_ALL = tuple(_ATTACKS)
EXAMPLES = (
    good(Attacks(_ALL, ())),
    bad(Attacks(_ALL, ("heartbleed",))),
    bad(Attacks(("beast",), ("beast",))),
    bad(Attacks(_ALL, ("raccoon",))),
    good(Attacks(_ALL, ("lucky13",))),
    bad(Attacks(_ALL, ("lucky13",)), ignore=[]),
    good(Attacks(_ALL, ("beast",)), ignore=["beast"]),
    unsure_of(Attacks(("heartbleed",), ())),
    unsure_of(Reason.TIMEOUT),
)
