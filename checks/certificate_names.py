"""Does the served certificate name the host?"""

from scanner.sdk import Outcome, Reason, Resource, ServedNames, Severity, bad, check, fails, good, passes, say, several, unsure_of


@check(
    id="certificate-names", needs=ServedNames, severity=Severity.HIGH, since="0.1",
    cites=("RFC 9525, 6", "CA/Browser Forum TLS BR 2.2.6, 7.1.2.7.12"),
)  # fmt: skip
def certificate_names(res: Resource, served: ServedNames) -> Outcome:
    """The certificate that is served names the host that was asked for.

    Why: a certificate proves nothing about a host that it does not name; clients refuse it. Often it is the default
    certificate of a server that does not know the host any more, or not yet.

    Remedy: order a certificate with the host in its subject alternative names, and check that the server picks it for
    this name (SNI). The common name is not looked at any more.
    """
    if served.matches:
        return passes(say("the certificate of {name} names {host}", name=res.ref.label, host=served.host))
    named = several(list(served.names)) or say("no host at all")
    return fails(say("{name} serves a certificate for {named}, not for {host}", name=res.ref.label, named=named, host=served.host))


EXAMPLES = (
    good(ServedNames("example.org", ("example.org",), True)),
    bad(ServedNames("www.example.org", ("example.org",), False)),
    bad(ServedNames("example.org", (), False)),
    unsure_of(Reason.UNAVAILABLE),
)
