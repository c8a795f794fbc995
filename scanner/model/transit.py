"""The vocabulary of facts, continued: what is in transit. TLS, certificates, and where a thing is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from scanner.model.record import dataclass


class State(StrEnum):
    """A protection that is on or off."""

    ON = "on"
    OFF = "off"


ON, OFF = State.ON, State.OFF


@dataclass(frozen=True, slots=True)
class Transit:
    """Whether the thing is configured to accept connections without TLS."""

    plaintext_allowed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TlsFloor:
    """The lowest TLS version that the thing is configured to accept."""

    min_version: str
    """One of `SSLv3`, `TLSv1.0`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`."""
    policy: str | None = None
    suites: tuple[str, ...] | None = None
    """IANA names of the suites that the policy allows, where known."""


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """What the security policy of an endpoint permits, as its service describes it; what is really agreed only a probe shows."""

    name: str
    suites: tuple[str, ...] = ()
    """IANA names; empty where the service does not list them."""
    post_quantum: bool | None = None
    """Whether keys may be agreed that a quantum computer cannot break; None where the service does not say."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What an endpoint really negotiates."""

    versions: tuple[str, ...]
    """Accepted: `SSLv2, SSLv3, TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3`, in this order."""
    suites: Mapping[str, tuple[str, ...]]
    """Accepted suites by version, IANA names."""
    groups: tuple[str, ...]
    """Key-exchange groups seen, IANA names."""
    server_preference: bool | None = None
    unseen: tuple[str, ...] = ()
    """Versions that could not be tried, or not with every suite: what is not listed there is neither accepted nor refused."""
    untried: tuple[str, ...] = ()
    """Groups that the prober cannot offer; they are neither accepted nor refused."""


@dataclass(frozen=True, slots=True)
class Attacks:
    """Known attacks: what was tried, and what succeeded."""

    tested: tuple[str, ...]
    vulnerable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A leaf certificate: served by an endpoint or held in a cloud."""

    names: tuple[str, ...]
    """DNS names and IP addresses it is valid for."""
    issuer: str
    not_before: datetime | None
    """None: the source shows only until when it is valid."""
    not_after: datetime
    key: str
    """`RSA-2048`, `ECDSA-secp256r1`, `Ed25519`."""
    signature: str
    """Hash of the issuer's signature: `sha256`; empty where the source does not say."""
    fingerprint: str
    """SHA-256 of the DER form in lower-case hex; empty where the source does not say."""
    managed: bool | None = None
    """Renewed by the platform by itself; None where nobody can tell."""
    serial: str = ""
    anchor: bool = False
    """Trusted rather than served (the root of an authority, of clients): how long it lives is no matter of the rules for servers."""
    scts: int | None = None
    """Signed certificate timestamps, in the certificate and beside it; None where the source does not show them."""
    must_staple: bool | None = None
    """Demands an OCSP staple (RFC 7633); None where the source does not show it."""


@dataclass(frozen=True, slots=True)
class SecondCertificate(Certificate):
    """The other leaf of an endpoint that holds an RSA and an ECDSA certificate: the one that ends later."""


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """What an authority is asked for: all that a template shows of a certificate."""

    names: tuple[str, ...]
    key: str
    """As `Certificate.key`."""


@dataclass(frozen=True, slots=True)
class Transparency:
    """Whether who issues the certificate enters it in the public logs (RFC 6962), as it was asked to."""

    state: State


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whether the authority has revoked the certificate that an endpoint serves."""

    revoked: bool | None
    """None: the certificate names no place where it could be asked."""
    via: str = ""
    """`staple`, `OCSP` or `CRL`: by which the authority said so."""
    detail: str = ""
    stapled: bool = False
    """The endpoint sends an OCSP response along."""
    must_staple: bool = False
    """The certificate demands one (RFC 7633)."""
    at: datetime | None = None
    """When the authority said so."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """How the renewal of a managed certificate stands."""

    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """Whether the served chain leads to a trusted root."""

    trusted: bool
    detail: str = ""
    length: int = 0
    """Certificates sent."""


@dataclass(frozen=True, slots=True)
class ServedNames:
    """Whether the certificate that is served names the host that was asked for."""

    host: str
    names: tuple[str, ...]
    matches: bool
    without_sni: tuple[str, ...] | None = None
    """Names on the certificate for a client that names no host; empty: it is shown none; None: not seen."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One name and port under which a thing of a cloud is reached by TLS."""

    host: str
    port: int = 443
    scheme: str = "tls"
    """As targets are written: `tls`, or the STARTTLS dialogue that comes first (`postgres`)."""
    public: bool = True
    """False: reached within private networks only, so it is not probed."""
    own_name: bool = False
    """The host is the provider's own name for it; clients use another one, so the certificate need not name it."""
    certificates: tuple[str, ...] = ()
    """Ids of the certificates that it was told to serve; empty where it was told none."""
    named_in: str = ""
    """What merely names the host (a DNS zone): where nobody listens, there is no endpoint."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the thing is reached by TLS, as the cloud itself declares it; empty when nowhere."""

    at: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Hsts:
    """Whether a web server tells clients to come back by HTTPS only (RFC 6797)."""

    max_age: int | None
    """Seconds; None: no such header, or one that cannot be read."""
    subdomains: bool = False
    preload: bool = False


@dataclass(frozen=True, slots=True)
class HttpsRedirect:
    """Whether plain HTTP beside the endpoint leads to HTTPS, or serves nothing."""

    secure: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DnsSigning:
    """Whether the answers of a DNS zone are signed (DNSSEC), so that nobody can forge them on the way."""

    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ClientAuth:
    """Whether the endpoint asks the client for a certificate."""

    state: State
