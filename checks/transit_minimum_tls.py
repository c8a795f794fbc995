"""Which is the oldest TLS version that it is set to accept?"""

from scanner.sdk import Outcome, Reason, Resource, Severity, TlsFloor, bad, check, dataclass, fails, good, passes, say, unsure, unsure_of

_ORDER = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


@dataclass(frozen=True)
class Params:
    """The lowest version that may be accepted."""

    minimum: str = "TLSv1.2"

    def __post_init__(self) -> None:
        if self.minimum not in _ORDER:
            raise ValueError(f"minimum = {self.minimum!r} is none of {', '.join(_ORDER)}")


@check(
    id="transit-minimum-tls",
    needs=TlsFloor,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(a)", "ISO/IEC 27001:2022 A.8.24", "NIS2 Art. 21(2)(h)", "RFC 8996", "BSI C5:2026 CRY-04"),
    params=Params,
)
def transit_minimum_tls(res: Resource, floor: TlsFloor, params: Params) -> Outcome:
    """The lowest TLS version that is accepted is recent enough.

    Why: TLS 1.0 and 1.1 are deprecated (RFC 8996): they rest on MD5 and SHA-1, and a man in the middle may push
    connections down to the lowest version that both sides allow. This check reads the setting; what an endpoint really
    negotiates is asked by `tls-versions`.

    Remedy: choose a security policy or minimum version of TLS 1.2 or later. See in the access log first whether old
    clients still come.
    """
    name = res.ref.name
    if floor.min_version not in _ORDER:
        return unsure(Reason.UNPARSABLE, say("{name}: {version!r} is no known TLS version", name=name, version=floor.min_version))
    policy = say(" (policy {policy})", policy=floor.policy) if floor.policy else ""
    if _ORDER.index(floor.min_version) < _ORDER.index(params.minimum):
        broken = Severity.HIGH if floor.min_version.startswith("SSL") else None
        return fails(say("{name} accepts {version}{policy}, at least {asked} is asked", name=name, version=floor.min_version, policy=policy, asked=params.minimum), broken)
    return passes(say("{name} accepts {version} and later{policy}", name=name, version=floor.min_version, policy=policy))


EXAMPLES = (
    good(TlsFloor("TLSv1.2", "ELBSecurityPolicy-TLS13-1-2-2021-06")),
    good(TlsFloor("TLSv1.3")),
    good(TlsFloor("TLSv1.1"), minimum="TLSv1.1"),
    bad(TlsFloor("TLSv1.0")),
    bad(TlsFloor("SSLv3")),
    bad(TlsFloor("TLSv1.2"), minimum="TLSv1.3"),
    unsure_of(TlsFloor("TLS1_9")),
    unsure_of(Reason.UNRESOLVED),
)
