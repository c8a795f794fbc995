"""Does plain HTTP lead to HTTPS?"""

from scanner.sdk import HttpsRedirect, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, term, unsure_of


@check(
    id="tls-redirect", needs=HttpsRedirect, severity=Severity.MEDIUM, since="0.1",
    cites=("RFC 9110, 15.4", "NCSC-NL TLS 2025-05, 4.1", "OWASP ASVS 5.0, 12.2.1", "PCI DSS 4.0.1, 4.2.1"),
)  # fmt: skip
def tls_redirect(res: Resource, seen: HttpsRedirect) -> Outcome:
    """Plain HTTP beside the endpoint leads to HTTPS at once, or serves nothing.

    Why: what is served in the clear can be read and changed on its way, cookies and forms included. A redirect to plain
    HTTP, or to HTTPS only after some steps, leaves the same gap.

    Remedy: answer every request on port 80 with `301` and `Location: https://` on the same host (`return 301
    https://$host$request_uri;`), or close the port. Asked of endpoints on port 443, by one `GET /`.
    """
    if seen.secure:
        return passes(say("{name}: {detail}", name=res.ref.label, detail=term(seen.detail)))
    return fails(say("{name}: {detail}", name=res.ref.label, detail=term(seen.detail)))


EXAMPLES = (
    good(HttpsRedirect(True, "port 80 redirects to HTTPS (301)")),
    bad(HttpsRedirect(False, "port 80 answers in plain HTTP with 200 instead of a redirect")),
    unsure_of(Reason.TIMEOUT),
)
