"""What an enumeration found, and what it could not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from scanner.sdk import Json, Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard a host may be asked."""

    per_host: int = 5
    """Connections to one address at once."""
    connect: float = 5.0
    """Seconds for a TCP connection."""
    answer: float = 5.0
    """Seconds for an answer."""
    deadline: float = 90.0
    """Seconds for everything about one endpoint; what was not asked by then is unseen."""
    tries: int = 3
    """How often an unanswered question is asked."""
    pause: float = 0.1
    """Seconds between two connections once a host has left a question unanswered; doubles while it keeps doing so."""
    longest_pause: float = 1.0


@dataclass(frozen=True, slots=True)
class Unseen:
    """A question that stayed without an answer: neither accepted nor refused."""

    part: str
    """`endpoint`, `version`, `suites`, `groups`, `signatures`, `order` or `features`."""
    version: str | None
    reason: Reason
    detail: str
    """What happened instead of an answer."""
    asked: int = 1
    """How often it was asked."""
    control: bool | None = None
    """True where the server answered another question right after: it is this question that it does not answer, not the load."""


@dataclass(frozen=True, slots=True)
class Features:
    """What was agreed beside the suite; `None` where no answer could show it."""

    compression: bool | None = None
    secure_renegotiation: bool | None = None
    extended_master_secret: bool | None = None
    session_tickets: bool | None = None
    encrypt_then_mac: bool | None = None
    ocsp_stapling: bool | None = None
    heartbeat: bool | None = None
    fallback_scsv: bool | None = None
    """The server refuses a retry with a lower version (RFC 7507); `None` where it has only one version."""
    early_data: bool | None = None
    """Only a ticket after a whole handshake says it: never seen here."""
    asks_certificate: bool | None = None
    alpn: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    """What the server could not stand: `large hello`, `extensions`, `empty key share`, `alpn`."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """All that an endpoint answered."""

    host: str
    port: int
    address: str | None = None
    """The address that was connected to."""
    versions: tuple[str, ...] = ()
    """Accepted, oldest first."""
    suites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By version, in the server's order where it has one, best first otherwise."""
    groups: tuple[str, ...] = ()
    """Of all versions, TLS 1.3 first, each as the server showed them."""
    groups_by_version: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    server_preference: bool | None = None
    """True where the server chooses the suite, False where the client's order decides, `None` with nothing to choose."""
    dh_bits: tuple[int, ...] = ()
    """Sizes of the finite fields used before TLS 1.3, in bits."""
    export_rsa_bits: tuple[int, ...] = ()
    signature_algorithms: tuple[str, ...] = ()
    """Schemes that sign the key exchange under TLS 1.2."""
    features: Features = Features()
    unseen: tuple[Unseen, ...] = ()
    connections: int = 0
    seconds: float = 0.0

    @property
    def unseen_versions(self) -> tuple[str, ...]:
        """Versions of which nothing can be said."""
        return tuple(sorted(item.version for item in self.unseen if item.part == "version" and item.version))

    def as_json(self) -> dict[str, Json]:
        """Plain JSON: `versions`, `suites`, `groups`, `server_preference` as pinned by the contract, and the rest."""
        return {
            "versions": list(self.versions),
            "suites": {version: list(names) for version, names in self.suites.items()},
            "groups": list(self.groups),
            "server_preference": self.server_preference,
            "groups_by_version": {version: list(names) for version, names in self.groups_by_version.items()},
            "dh_bits": list(self.dh_bits),
            "export_rsa_bits": list(self.export_rsa_bits),
            "signature_algorithms": list(self.signature_algorithms),
            "features": {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self.features).items()},
            "unseen_versions": list(self.unseen_versions),
            "unseen": [{**asdict(item), "reason": item.reason.value} for item in self.unseen],
            "address": self.address,
            "connections": self.connections,
        }
