"""Does the served chain lead to a trusted root?"""

from scanner.sdk import Chain, Outcome, Reason, Resource, Severity, bad, check, fails, good, passes, say, term, unsure_of


@check(
    id="certificate-chain", needs=Chain, severity=Severity.HIGH, since="0.1",
    cites=("RFC 5280, 6", "RFC 8446, 4.4.2", "PCI DSS 4.0.1, 4.2.1"),
)  # fmt: skip
def certificate_chain(res: Resource, chain: Chain) -> Outcome:
    """The certificates that are sent lead to a trusted root.

    Why: a client can only tell the server from an impostor along an unbroken chain of signatures. Some browsers fill in
    a missing intermediate from their cache; programs, phones and other servers fail.

    Remedy: serve the leaf with all intermediates (`fullchain.pem`), in order, without the root. For an authority of your
    own give its root with `--ca-file`.
    """
    if chain.trusted:
        by = chain.detail
        return passes(say("{name} is trusted by {root}", name=res.ref.label, root=by) if by else say("{name} is trusted", name=res.ref.label))
    return fails(say("{name} is not trusted: {why}", name=res.ref.label, why=term(chain.detail) if chain.detail else say("its chain leads to no known root")))


EXAMPLES = (
    good(Chain(True, "CN=Example Root", 2)),
    bad(Chain(False, "the certificate is signed by itself", 1)),
    bad(Chain(False)),
    unsure_of(Reason.TIMEOUT),
)
