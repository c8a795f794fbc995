"""Are keys agreed in a way that keeps recorded traffic safe?"""

from scanner.sdk import Handshake, Level, Norm, Outcome, Reason, Resource, Severity, bad, check, good, rate, say, several, suite, unsure, unsure_of


@check(
    id="tls-key-exchange", needs=Handshake, severity=Severity.MEDIUM, since="0.1", params=Norm,
    cites=("NCSC-NL TLS 2025-05, 3.3.3", "RFC 9325, 4.1", "RFC 10015", "RFC 7919"),
)  # fmt: skip
def tls_key_exchange(res: Resource, seen: Handshake, norm: Norm) -> Outcome:
    """Keys are agreed anew for each connection, in strong groups.

    Why: without forward secrecy (RSA key transport, static DH) whoever gets the server's key can read everything that
    was ever recorded. Small or self-made finite-field groups fall to precomputation (Logjam).

    Remedy: accept ECDHE suites only, with x25519, secp256r1 or secp384r1; where DHE has to stay, use ffdhe3072 or larger.
    """
    levels: dict[str, Level] = {}
    for name in (name for names in seen.suites.values() for name in names):
        kind = str((suite(name) or {}).get("kx", ""))
        if kind and kind != "any":  # TLS 1.3 suites leave it to the group
            levels[say("{kind} key exchange", kind=kind)] = norm.rules.level("key_exchange", kind)
    levels |= {say("group {name}", name=name): norm.rules.group(name) for name in seen.groups}
    outcome = rate(say("{name} accepts", name=res.ref.label), "groups", levels.items(), norm)
    if outcome.status == "pass" and seen.unseen:
        return unsure(Reason.UNAVAILABLE, say("the key exchanges of {versions} could not be tried: the connection broke without an alert", versions=several(list(seen.unseen))))
    if outcome.status == "pass" and not seen.groups:
        return unsure(Reason.UNAVAILABLE, say("no group was seen in which {name} agrees keys", name=res.ref.label))
    return outcome


_GOOD = {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",), "TLSv1.3": ("TLS_AES_256_GCM_SHA384",)}
EXAMPLES = (
    good(Handshake(("TLSv1.2", "TLSv1.3"), _GOOD, ("secp256r1", "x25519", "X25519MLKEM768"))),
    bad(Handshake(("TLSv1.2",), {"TLSv1.2": ("TLS_RSA_WITH_AES_128_GCM_SHA256",)}, ())),
    bad(Handshake(("TLSv1.2",), {"TLSv1.2": ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",)}, ("custom-dh-1024",))),
    good(Handshake(("TLSv1.2",), {"TLSv1.2": ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",)}, ("ffdhe3072",))),
    bad(Handshake(("TLSv1.2",), {"TLSv1.2": ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",)}, ("ffdhe3072",)), allow_phase_out=False),
    unsure_of(Handshake(("TLSv1.3",), _GOOD, ())),
    unsure_of(Handshake(("TLSv1.3",), _GOOD, ("x25519",), unseen=("TLSv1.1",))),
    unsure_of(Reason.TIMEOUT),
)
