"""Does the endpoint accept good cipher suites only?"""

from scanner.sdk import Handshake, Level, Norm, Outcome, Reason, Resource, Severity, TlsPolicy, bad, check, fails, good, rate, say, several, unsure, unsure_of


@check(
    id="tls-ciphers", needs=(Handshake, TlsPolicy), severity=Severity.MEDIUM, since="0.1", params=Norm,
    cites=("NCSC-NL TLS 2025-05, 3.3.3 and 3.3.4", "RFC 9325, 4.2", "RFC 10015", "BSI TR-02102-2, 3.3"),
)  # fmt: skip
def tls_ciphers(res: Resource, seen: Handshake | TlsPolicy, norm: Norm) -> Outcome:
    """The endpoint accepts cipher suites of the guideline only.

    Why: a suite decides how keys are agreed and data is protected. One weak suite that is still accepted is enough
    for an attacker who can influence the negotiation, and whatever was recorded can be read later.

    Remedy: set the list of suites that the guideline names, and let the server choose by its own order where
    suites remain that should be phased out.
    """
    if isinstance(seen, TlsPolicy):
        if not seen.suites:
            return unsure(Reason.UNSUPPORTED, say("which suites the policy {policy} permits is not listed", policy=seen.name))
        permitted = {name: norm.rules.level("suites", name) for name in seen.suites}
        return rate(say("the policy {policy} of {name} permits", policy=seen.name, name=res.ref.label), "suites", permitted.items(), norm)
    levels = {name: norm.rules.level("suites", name) for names in seen.suites.values() for name in names}
    outcome = rate(say("{name} accepts", name=res.ref.label), "suites", levels.items(), norm)
    if outcome.status == "pass" and (seen.unseen or not levels):
        return unsure(
            Reason.UNAVAILABLE, say("the suites of {versions} could not be tried: the connection broke without an alert", versions=several(list(seen.unseen)) or res.ref.label)
        )
    late = [name for name, level in levels.items() if level is Level.PHASE_OUT]
    if outcome.status == "pass" and late and len(late) < len(levels) and seen.server_preference is False:
        return fails(say("{name} leaves the choice to the client, which may pick {names}: suites to be phased out", name=res.ref.label, names=several(late)), Severity.LOW)
    return outcome


_GOOD = {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",), "TLSv1.3": ("TLS_AES_256_GCM_SHA384",)}
_LATE = {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")}
EXAMPLES = (
    good(Handshake(("TLSv1.2", "TLSv1.3"), _GOOD, ("x25519",))),
    bad(Handshake(("TLSv1.2",), {"TLSv1.2": ("TLS_RSA_WITH_3DES_EDE_CBC_SHA",)}, ())),
    good(Handshake(("TLSv1.2",), _LATE, ("x25519",), True)),
    bad(Handshake(("TLSv1.2",), _LATE, ("x25519",), False)),
    bad(Handshake(("TLSv1.2",), _LATE, ("x25519",), True), allow_phase_out=False),
    bad(Handshake(("TLSv1.2",), _LATE, ("x25519",), True), guideline="mozilla-6.0-intermediate"),
    good(TlsPolicy("strict", ("TLS_AES_256_GCM_SHA384",))),
    bad(TlsPolicy("old", ("TLS_AES_256_GCM_SHA384", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"))),
    unsure_of(TlsPolicy("unlisted")),
    unsure_of(Handshake(("TLSv1.2",), _GOOD, ("x25519",), unseen=("TLSv1.0",))),
    unsure_of(Reason.UNAVAILABLE),
)
