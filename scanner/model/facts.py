"""The vocabulary of facts: small, frozen, the same for both clouds, templates and probes.

A fact is as small as the calls behind it: what one refused call would hide stands in a fact of its own, so
that a proven failure survives a refusal elsewhere (docs/adr/001). A field of type `… | None` is `None` when
its source cannot say; a check must then answer unsure, and mypy makes it look.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from scanner.model.place import Place
from scanner.model.record import dataclass
from scanner.model.transit import (
    OFF,
    ON,
    Attacks,
    Certificate,
    CertificateRequest,
    Chain,
    ClientAuth,
    DnsSigning,
    Endpoint,
    Endpoints,
    Handshake,
    Hsts,
    HttpsRedirect,
    Renewal,
    Revocation,
    SecondCertificate,
    ServedNames,
    State,
    TlsFloor,
    TlsPolicy,
    Transit,
    Transparency,
)  # fmt: skip


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

__all__ = [
    "CREDENTIALS", "FACTS", "GUARDRAILS", "OFF", "ON", "ORDERED", "OUTFLOWS", "POLICIES", "PROBED", "REACHED", "ZONES", "Access", "AccessKey", "AllowedRegions", "AtRest",
    "AtRestDefault", "Attacks", "BackupEncryption", "BackupPlaces", "Backups", "Certificate", "CertificateRequest", "Chain", "ClientAuth", "Credential", "Deletion",
    "DnsSigning", "Endpoint", "Endpoints", "Exposure", "Handshake", "Holder", "Home", "Hsts", "HttpsRedirect", "KeyCustody", "KeyGuard", "KeyRotation", "LogPlaces",
    "Logs", "Outflow", "PasswordLogin", "Renewal", "Replicas", "Revocation", "RootAccess", "SecondCertificate", "ServedNames", "SignIn", "State", "TlsFloor", "TlsPolicy",
    "Transit", "Transparency",
]  # fmt: skip
