"""Is the certificate entered in public logs?"""

from scanner.sdk import OFF, ON, Outcome, Reason, Resource, Severity, Transparency, bad, check, fails, good, passes, say, unsure_of


@check(
    id="certificate-transparency", needs=Transparency, severity=Severity.MEDIUM, since="0.1",
    cites=("RFC 6962", "CA/Browser Forum TLS BR 2.2.6, 4.2", "ISO/IEC 27001:2022 A.8.24"),
)  # fmt: skip
def certificate_transparency(res: Resource, logs: Transparency) -> Outcome:
    """The certificate is entered in the public logs of certificates.

    Why: browsers refuse certificates that stand in no log (Chrome and Safari), and without the logs nobody notices a
    certificate that was issued for one's name by mistake or malice. For a name that has to stay secret an authority of
    one's own is the way, not an unlogged public certificate.

    Remedy: switch the logging on (ACM: `CertificateTransparencyLoggingPreference: ENABLED`), order the certificate again, and
    watch the logs for your own names.
    """
    if logs.state is OFF:
        return fails(say("the certificate of {name} is kept out of the public logs, so browsers refuse it", name=res.ref.label))
    return passes(say("the certificate of {name} is entered in the public logs", name=res.ref.label))


EXAMPLES = (good(Transparency(ON)), bad(Transparency(OFF)), unsure_of(Reason.DENIED))
