"""Facts that whole groups of AWS types never have, each group with its one reason."""

from scanner.sdk import (
    Access,
    AtRestDefault,
    Attacks,
    Certificate,
    Chain,
    ClientAuth,
    Handshake,
    KeyGuard,
    KeyRotation,
    PasswordLogin,
    Renewal,
    RootAccess,
    ServedNames,
    SignIn,
    TlsFloor,
    Transit,
    never,
)

PROBED = never(Handshake, Attacks, Chain, ServedNames, why="seen by probing an endpoint, not in a description of the resource")
PEOPLE = never(SignIn, Access, RootAccess, PasswordLogin, why="nobody signs in to it")
CERTIFICATES = never(Certificate, Renewal, why="holds no certificate; those of ACM are resources of their own")
KEYS = never(KeyRotation, KeyGuard, why="uses keys and is none; keys are resources of their own")
SETTINGS = never(AtRestDefault, why="a thing, not a default for things to come")
API_ONLY = never(Transit, TlsFloor, ClientAuth, why="reached through the provider's API only; its endpoints are not the customer's to configure")
