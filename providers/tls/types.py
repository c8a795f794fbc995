"""The one type that is probed: an endpoint that speaks TLS."""

from __future__ import annotations

from datetime import datetime

from providers.tls.names import matches
from scanner.sdk import (
    Attacks,
    Certificate,
    Chain,
    ClientAuth,
    Handshake,
    Home,
    Json,
    Probe,
    Reason,
    Ref,
    ServedNames,
    TypeDecl,
    Unresolvable,
    boolean,
    derive,
    fact,
    flag,
    never,
    never_others,
    number,
    text,
)

_VERSIONS = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def _texts(_ref: Ref, values: tuple[Json, ...], whole: tuple[Json, ...]) -> tuple[str, ...]:
    """`whole` is the list itself: empty says "none", absent says nothing."""
    if not whole:
        raise Unresolvable(Reason.UNPARSABLE, "the list of names was not read")
    return tuple(str(value) for value in values)


def _time(_ref: Ref, values: tuple[Json, ...]) -> datetime:
    return datetime.fromisoformat(str(values[0]).replace("Z", "+00:00"))


def _handshake(
    _ref: Ref, versions: tuple[Json, ...], suites: tuple[Json, ...], groups: tuple[Json, ...], preference: tuple[Json, ...], unseen: tuple[Json, ...], untried: tuple[Json, ...]
) -> Handshake:
    """The suites must be there; every other list may be empty, and a preference that could not be told is None."""
    if not suites or not isinstance(suites[0], dict):
        raise Unresolvable(Reason.UNPARSABLE, "no suites by version were read")
    by_version = {version: tuple(str(name) for name in names) for version, names in sorted(suites[0].items()) if isinstance(names, list)}
    return Handshake(
        versions=tuple(sorted((str(version) for version in versions), key=_VERSIONS.index)),
        suites=by_version,
        groups=tuple(str(group) for group in groups),
        server_preference=bool(preference[0]) if preference else None,
        unseen=tuple(str(version) for version in unseen),
        untried=tuple(str(group) for group in untried),
    )


def _served(ref: Ref, names: tuple[Json, ...], whole: tuple[Json, ...]) -> ServedNames:
    given = _texts(ref, names, whole)
    return ServedNames(ref.name, given, matches(ref.name, given))


def _attacks(_ref: Ref, vulnerable: tuple[Json, ...], tested: tuple[Json, ...]) -> Attacks:
    return Attacks(tuple(str(name) for name in tested), tuple(str(name) for name in vulnerable))


_NO_PLACE = "an endpoint is a door, not a place: an IP address is no proof of a country; ask the cloud what stands behind it"

ENDPOINT = TypeDecl(
    "TLS::Endpoint",
    live=Probe(parts=("certificate", "chain", "client_auth", "handshake", "attacks")),
    cloudformation=False,
    facts=(
        fact(
            Handshake,
            derive(
                _handshake,
                live=("handshake.versions[]", "handshake.suites", "handshake.groups[]", "handshake.server_preference", "handshake.unseen[]", "handshake.untried[]"),
            ),
        ),
        fact(
            Certificate,
            not_after=derive(_time, live="certificate.not_after"),  # first: what is asked most stands first in the evidence
            not_before=derive(_time, live="certificate.not_before"),
            names=derive(_texts, live=("certificate.names[]", "certificate.names")),
            issuer=text(live="certificate.issuer"),
            key=text(live="certificate.key"),
            signature=text(live="certificate.signature"),
            fingerprint=text(live="certificate.fingerprint"),
            serial=text(live="certificate.serial"),
        ),
        fact(Chain, trusted=boolean(live="chain.trusted"), detail=text(live="chain.detail"), length=number(live="chain.length", then=int)),
        fact(ServedNames, derive(_served, live=("certificate.served[]", "certificate.served"))),
        fact(Attacks, derive(_attacks, live=("attacks.vulnerable[]", "attacks.tested[]"))),
        fact(ClientAuth, state=flag(live="client_auth.asks")),
    ),
    never={
        **never_others(
            Home, Handshake, Certificate, Chain, ServedNames, Attacks, ClientAuth,
            why="an endpoint is looked at from outside: this is asked of the cloud resource behind it",
        ),
        **never(Home, why=_NO_PLACE),
    },
)  # fmt: skip
