"""Does the endpoint refuse outdated TLS versions?"""

from scanner.sdk import Handshake, Level, Norm, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, rate, say, several, unsure, unsure_of

_ORDER = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


@dataclass(frozen=True)
class Versions(Norm):
    """Which versions are good enough."""

    min_version: str = ""
    """Lowest version that may be accepted, `TLSv1.2`; empty: as the guideline says."""

    def __post_init__(self) -> None:
        Norm.__post_init__(self)
        if self.min_version and self.min_version not in _ORDER:
            raise ValueError(f"min_version = {self.min_version!r} is none of {', '.join(_ORDER)}")

    def level(self, version: str) -> Level:
        if self.min_version:
            return Level.GOOD if _ORDER.index(version) >= _ORDER.index(self.min_version) else Level.INSUFFICIENT
        return self.rules.level("versions", version)


@check(
    id="tls-versions", needs=Handshake, severity=Severity.HIGH, since="0.1", params=Versions,
    cites=("NCSC-NL TLS 2025-05, 3.3.1", "RFC 8996", "BSI TR-02102-2, 3.2", "PCI DSS 4.0.1, 4.2.1"),
)  # fmt: skip
def tls_versions(res: Resource, seen: Handshake, norm: Versions) -> Outcome:
    """The endpoint accepts current TLS versions only.

    Why: SSL, TLS 1.0 and TLS 1.1 rest on MD5 and SHA-1, know no authenticated encryption, and are open to attacks
    that newer versions closed. A server that still accepts them can be talked down to them.

    Remedy: accept TLS 1.2 and 1.3 only: `ssl_protocols TLSv1.2 TLSv1.3;` (nginx), `SSLProtocol -all +TLSv1.2
    +TLSv1.3` (Apache), a current security policy on a load balancer. Look in the logs first for who would be cut off.
    """
    name = res.ref.label
    levels = [(version, norm.level(version)) for version in seen.versions]
    if norm.min_version:
        low = [version for version, level in levels if level is Level.INSUFFICIENT]
        outcome = (
            fails(say("{name} accepts {versions}, lower than {least}", name=name, versions=several(low), least=norm.min_version))
            if low
            else passes(say("{name} accepts {versions}", name=name, versions=several(list(seen.versions))))
        )
    else:
        outcome = rate(say("{name} accepts", name=name), "versions", levels, norm)
    open_ = [version for version in seen.unseen if norm.level(version).rank >= Level.PHASE_OUT.rank]
    if outcome.status == "pass" and (open_ or not seen.versions):
        return unsure(
            Reason.UNAVAILABLE, say("{name} neither accepts nor refuses {versions}: the connection broke without an alert", name=name, versions=several(open_ or list(seen.unseen)))
        )
    return outcome


_NEW = {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",), "TLSv1.3": ("TLS_AES_256_GCM_SHA384",)}
EXAMPLES = (
    good(Handshake(("TLSv1.2", "TLSv1.3"), _NEW, ("x25519",))),
    bad(Handshake(("TLSv1.0", "TLSv1.2"), _NEW, ("x25519",))),
    good(Handshake(("TLSv1.1", "TLSv1.2"), _NEW, ("x25519",)), guideline="ncsc-nl-2.1"),
    bad(Handshake(("TLSv1.1", "TLSv1.2"), _NEW, ("x25519",)), guideline="ncsc-nl-2.1", allow_phase_out=False),
    bad(Handshake(("TLSv1.2", "TLSv1.3"), _NEW, ("x25519",)), guideline="mozilla-6.0-modern"),
    bad(Handshake(("TLSv1.2", "TLSv1.3"), _NEW, ("x25519",)), min_version="TLSv1.3"),
    unsure_of(Handshake(("TLSv1.2",), _NEW, ("x25519",), unseen=("TLSv1.0",))),
    unsure_of(Reason.TIMEOUT),
)
