"""Reasons why facts do not apply, for whole groups of types; and the two looks that many types share."""

from __future__ import annotations

from providers.azure.reading import lock_guard, logging_on
from scanner.sdk import (
    Access,
    Apart,
    AtRestDefault,
    Attacks,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    Chain,
    Child,
    ClientAuth,
    Deletion,
    Exposure,
    Handshake,
    KeyGuard,
    KeyRotation,
    LogPlaces,
    Logs,
    PasswordLogin,
    Renewal,
    RootAccess,
    ServedNames,
    SignIn,
    TlsFloor,
    Transit,
    azure_ids,
    derive,
    fact,
    never,
)

APART = Apart("in a template this is a resource of its own, and this template holds none for it")

PROBED = never(Handshake, Attacks, Chain, ServedNames, why="seen on the wire only: scan the endpoint")
NO_PEOPLE = never(SignIn, Access, RootAccess, why="no identity of a person")
NO_LOGIN = never(PasswordLogin, why="no machine that somebody logs in to")
NO_SWITCH = never(AtRestDefault, why="Azure has no such switch: what is made is encrypted by the platform")
KEYS_APART = never(KeyRotation, KeyGuard, why="keys are judged at the vault that holds them")
PLATFORM_CERTIFICATE = never(Certificate, Renewal, ClientAuth, why="clients meet the platform's own certificate, and sign in by token or key")
NO_ENDPOINT = never(Transit, TlsFloor, Exposure, Certificate, Renewal, ClientAuth, why="has no endpoint of its own")
NO_LOGS = never(Logs, LogPlaces, why="writes no log of its own")
NO_BACKUPS = never(Backups, BackupPlaces, BackupEncryption, why="holds no data that would be backed up")
#: What nearly every type has to say.
COMMON = {**PROBED, **NO_PEOPLE, **NO_SWITCH}

#: Locks of the whole subscription, read once; each resource gets those that stand at it or above it.
LOCKS = Child("/providers/Microsoft.Authorization/locks", put="locks", api="2020-05-01", many=True, shared=True)
GUARDED = fact(Deletion, derive(lock_guard, live="locks[].properties.level", arm=APART))


def diagnostics(at: str = "") -> Child:
    """Where the platform sends the logs of a resource (or of the service of it at `at`)."""
    return Child(f"{at}/providers/Microsoft.Insights/diagnosticSettings", put="diagnostics", api="2021-05-01-preview", many=True)


#: Every kind of target that a diagnostic setting may have; each is an id.
TARGETS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "serviceBusRuleId", "marketplacePartnerId")

#: For types with `diagnostics` among their details.
LOGGED = (
    fact(Logs, derive(logging_on, live="diagnostics[].properties.logs[].enabled", arm=APART)),
    fact(
        LogPlaces,
        places=azure_ids(
            live=tuple(f"diagnostics[].properties.{target}" for target in TARGETS),
            arm=APART,
        ),
    ),
)
