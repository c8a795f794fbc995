"""Can the endpoint agree keys that a quantum computer cannot break?"""

from scanner.sdk import Handshake, Outcome, Reason, Resource, Severity, TlsPolicy, bad, check, fails, good, listed, passes, say, several, unsure, unsure_of

#: RFC 10024 and draft-ietf-tls-mlkem. The Kyber drafts that came before are obsolete and do not count.
_SAFE = ("X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "MLKEM512", "MLKEM768", "MLKEM1024")


@check(
    id="tls-post-quantum", needs=(Handshake, TlsPolicy), severity=Severity.LOW, since="0.1",
    cites=("NCSC-NL TLS 2025-05, 3.3.3", "RFC 10024", "BSI TR-02102-2, 3.4"),
)  # fmt: skip
def tls_post_quantum(res: Resource, seen: Handshake | TlsPolicy) -> Outcome:
    """The endpoint offers a post-quantum key exchange.

    Why: traffic that is recorded today can be decrypted once quantum computers are large enough. Data that has to
    stay secret for ten years and more needs a hybrid key exchange now.

    Remedy: enable TLS 1.3 with X25519MLKEM768 (OpenSSL 3.5, Go 1.24, current load balancer policies). Clients that do
    not know it go on as before.
    """
    name = res.ref.label
    if isinstance(seen, TlsPolicy):
        if seen.post_quantum is None:
            return unsure(Reason.UNSUPPORTED, say("whether the policy {policy} permits post-quantum groups is not documented", policy=seen.name))
        if seen.post_quantum:
            return passes(say("the policy {policy} of {name} permits post-quantum groups", policy=seen.name, name=name))
        return fails(say("the policy {policy} of {name} permits no post-quantum group", policy=seen.name, name=name))
    found = [group for group in _SAFE if group in seen.groups]
    if found:
        return passes(say("{name} agrees keys with {groups}", name=name, groups=listed(found)))
    if "TLSv1.3" in seen.unseen:
        return unsure(Reason.UNAVAILABLE, say("whether {name} accepts TLS 1.3 could not be told: the connection broke without an alert", name=name))
    if "TLSv1.3" not in seen.versions:
        return fails(say("{name} does not accept TLS 1.3, and only there a post-quantum key exchange exists", name=name))
    untried = [group for group in _SAFE if group in seen.untried]
    if untried:
        return unsure(Reason.UNSUPPORTED, say("{groups} could not be offered to {name}: this prober does not know them", groups=several(untried, 3), name=name))
    return fails(say("{name} accepts TLS 1.3, but none of its post-quantum groups", name=name))


_SUITES = {"TLSv1.3": ("TLS_AES_256_GCM_SHA384",)}
EXAMPLES = (
    good(Handshake(("TLSv1.3",), _SUITES, ("x25519", "X25519MLKEM768"))),
    bad(Handshake(("TLSv1.3",), _SUITES, ("x25519", "X25519Kyber768Draft00"))),
    bad(Handshake(("TLSv1.2",), {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",)}, ("x25519",))),
    unsure_of(Handshake(("TLSv1.3",), _SUITES, ("x25519",), untried=("X25519MLKEM768",))),
    good(TlsPolicy("ELBSecurityPolicy-TLS13-1-2-PQ-2025-09", post_quantum=True)),
    bad(TlsPolicy("ELBSecurityPolicy-2016-08", post_quantum=False)),
    unsure_of(TlsPolicy("unlisted")),
    unsure_of(Handshake((), {}, (), unseen=("TLSv1.3",))),
    unsure_of(Reason.UNAVAILABLE),
)
