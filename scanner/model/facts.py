"""The vocabulary of facts: small, frozen, the same for both clouds, templates and probes.

A fact is as small as the calls behind it: what one refused call would hide stands in a fact of its own, so
that a proven failure survives a refusal elsewhere (docs/adr/001). A field of type `… | None` is `None` when
its source cannot say; a check must then answer unsure, and mypy makes it look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from scanner.model.place import Place
from scanner.model.record import dataclass


class State(StrEnum):
    """A protection that is on or off."""

    ON = "on"
    OFF = "off"


ON, OFF = State.ON, State.OFF


class Holder(StrEnum):
    """Who holds the key."""

    PROVIDER = "provider"
    """Owned and managed by the cloud provider; the customer can neither see nor revoke it."""
    PROVIDER_FOR_CUSTOMER = "provider-for-customer"
    """In the customer's account, managed by the provider (`aws/ebs`)."""
    CUSTOMER = "customer"
    """The customer's own key in the provider's key service."""
    EXTERNAL = "external"
    """Held outside the provider (external key store, double key)."""


# -- where -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Home:
    """Where the thing itself is."""

    place: Place


@dataclass(frozen=True, slots=True)
class Replicas:
    """Where live copies of the data are kept up to date; empty when there are none."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class BackupPlaces:
    """Where backups of the data are kept, beyond the home region; empty when there are none elsewhere."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class LogPlaces:
    """Where logs about the thing are sent; empty when none are."""

    places: tuple[Place, ...]


# -- encryption and keys -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AtRest:
    """Whether stored data is encrypted."""

    state: State
    algorithm: str | None = None
    """Name of the algorithm where the source gives one: `AES256`, `aws:kms`."""
    detail: str = ""
    """What of it, where not all is meant alike: the disks of a machine, the caches of its host."""


@dataclass(frozen=True, slots=True)
class AtRestDefault:
    """Whether things made from now on are encrypted without asking (a default of an account and region)."""

    state: State


@dataclass(frozen=True, slots=True)
class KeyCustody:
    """Who holds the key that protects the data."""

    holder: Holder
    key: str | None = None
    """Id of the key, where there is one to name."""


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """Whether a key is rotated by itself."""

    state: State
    days: int | None = None
    """Period in days, where stated."""


@dataclass(frozen=True, slots=True)
class KeyGuard:
    """Whether a key (or vault of keys) is guarded against deletion."""

    state: State
    detail: str = ""


# -- in transit --------------------------------------------------------------------------------------------
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


# -- backups, deletion -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Backups:
    """Whether the data is backed up, how often and for how long."""

    enabled: bool
    kind: str
    """`snapshots`, `continuous` (point in time), `versions`, `soft-delete`."""
    every_hours: float | None = None
    """Longest time between two backups; 0 for continuous; None where the source does not say."""
    keep_days: float | None = None
    last: datetime | None = None
    """The newest moment that can be restored, where the source says."""


@dataclass(frozen=True, slots=True)
class BackupEncryption:
    """Whether the backups themselves are encrypted."""

    state: State
    algorithm: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """Whether the thing is guarded against deletion by mistake or malice."""

    guard: State
    detail: str = ""


# -- people and reach --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SignIn:
    """How a person signs in."""

    password_login: bool
    mfa: bool


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A long-lived key of a user. Never its secret; the id is shortened by the provider's reader."""

    id: str
    active: bool
    created: datetime
    last_used: datetime | None = None
    """None: never used."""


@dataclass(frozen=True, slots=True)
class Access:
    """When the credentials of a user were made and last used."""

    created: datetime
    password_last_used: datetime | None = None
    """None: never, or no password."""
    keys: tuple[AccessKey, ...] = field(default=())
    has_password: bool | None = None
    """Whether there is a password at all; None where the source does not say."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a program signs in with: a secret or a certificate of an application. Never the secret itself."""

    kind: str
    """`secret` or `certificate`."""
    not_before: datetime
    not_after: datetime | None
    """None: it never ends."""


@dataclass(frozen=True, slots=True)
class RootAccess:
    """The account's root user: the one credential that no policy can bind."""

    mfa: bool
    keys: int
    """Active access keys; should be 0."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether the thing can be reached from the whole internet."""

    public: bool
    via: str = ""


@dataclass(frozen=True, slots=True)
class Outflow:
    """Whether the platform itself stops data from being taken out: copied to accounts of others, exported, sent to hosts of one's choice."""

    guard: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AllowedRegions:
    """Where a policy of the account lets new resources be made (Azure Policy, a service control policy); or an exemption from one."""

    places: tuple[Place, ...]
    enforced: bool
    """False: others are reported rather than refused, or an exemption lets them pass."""
    detail: str = ""
    exempt: tuple[str, ...] = ()
    """Scopes below its own that it does not bind."""
    until: datetime | None = None
    """When an exemption ends, or has ended; None: never, or it is none."""


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """Whether a machine accepts a password for login instead of keys only."""

    allowed: bool


@dataclass(frozen=True, slots=True)
class Logs:
    """Whether an audit log is written."""

    enabled: bool
    keep_days: float | None = None
    tamper_evident: bool | None = None
    detail: str = ""


#: Every fact there is, in the order of reports. `declare` and the meta tests walk it.
FACTS: tuple[type, ...] = (
    Home, Replicas, BackupPlaces, LogPlaces, AtRest, AtRestDefault, KeyCustody, KeyRotation, KeyGuard, Transit,
    TlsFloor, TlsPolicy, Handshake, Attacks, Certificate, SecondCertificate, CertificateRequest, Transparency, Revocation, Renewal, Chain, ServedNames, ClientAuth, Endpoints, Hsts, HttpsRedirect, DnsSigning,
    Backups, BackupEncryption, Deletion, SignIn, Access, Credential, RootAccess, Exposure, Outflow, AllowedRegions, PasswordLogin, Logs,
)  # fmt: skip
#: Facts that only a probe of an endpoint shows; types of clouds need not excuse them one by one.
PROBED: tuple[type, ...] = (SecondCertificate, Revocation, Hsts, HttpsRedirect)
#: Facts of what orders certificates, and of what names a security policy; no other type need excuse them.
ORDERED: tuple[type, ...] = (CertificateRequest, Transparency)
POLICIES: tuple[type, ...] = (TlsPolicy,)
#: Facts of DNS zones; no other type need excuse them.
ZONES: tuple[type, ...] = (DnsSigning,)
#: Switches of single services against taking data out; no other type need excuse them.
OUTFLOWS: tuple[type, ...] = (Outflow,)
#: Of policies about regions; no other type need excuse them.
GUARDRAILS: tuple[type, ...] = (AllowedRegions,)
#: Where a thing is reached; types of clouds that name no endpoint of their own need not excuse it.
REACHED: tuple[type, ...] = (Endpoints,)
#: What programs sign in with; no other type need excuse it.
CREDENTIALS: tuple[type, ...] = (Credential,)
