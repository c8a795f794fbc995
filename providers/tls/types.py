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
    Hsts,
    HttpsRedirect,
    Json,
    NotApplicable,
    Probe,
    Reason,
    Ref,
    Revocation,
    SecondCertificate,
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


def _served(ref: Ref, names: tuple[Json, ...], whole: tuple[Json, ...], nameless: tuple[Json, ...], own_name: tuple[Json, ...]) -> ServedNames:
    if own_name:
        raise NotApplicable("the host is the cloud provider's own name, by which no client asks: the certificate need not name it")
    given = _texts(ref, names, whole)
    shown = nameless[0] if nameless else None
    return ServedNames(ref.name, given, matches(ref.name, given), tuple(str(name) for name in shown) if isinstance(shown, list) else None)


def _moment(value: Json) -> datetime:
    return datetime.fromisoformat(str(value).replace("Z", "+00:00"))


def _second(_ref: Ref, served: tuple[Json, ...], whole: tuple[Json, ...]) -> SecondCertificate:
    """A server that was seen to hold one certificate only has no second one."""
    if not served or not isinstance(whole[0], dict):
        raise Unresolvable(Reason.UNPARSABLE, "whether there is a second certificate was not read")
    if served[0] is not True:
        raise NotApplicable("the endpoint holds one certificate")
    body = whole[0]
    names, scts = body["names"], body.get("scts")
    return SecondCertificate(
        tuple(str(name) for name in names) if isinstance(names, list) else (), str(body["issuer"]), _moment(body["not_before"]), _moment(body["not_after"]),
        str(body["key"]), str(body["signature"]), str(body["fingerprint"]), serial=str(body["serial"]),
        scts=scts if isinstance(scts, int) else None, must_staple=body.get("must_staple") is True,
    )  # fmt: skip


def _revocation(_ref: Ref, _detail: tuple[Json, ...], whole: tuple[Json, ...]) -> Revocation:
    body = whole[0] if whole else None
    if not isinstance(body, dict) or "revoked" not in body:
        raise Unresolvable(Reason.UNPARSABLE, "whether the certificate is revoked was not read")
    revoked, at = body["revoked"], body.get("at")
    return Revocation(
        revoked if isinstance(revoked, bool) else None, str(body.get("via", "")), str(body.get("detail", "")),
        body.get("stapled") is True, body.get("must_staple") is True, _moment(at) if at else None,
    )  # fmt: skip


def _hsts(_ref: Ref, http: tuple[Json, ...], whole: tuple[Json, ...]) -> Hsts:
    if not http or not isinstance(whole[0], dict):
        raise Unresolvable(Reason.UNPARSABLE, "whether it speaks HTTP was not read")
    if http[0] is not True:
        raise NotApplicable("the endpoint was seen to speak something else than HTTP")
    age = whole[0].get("max_age")
    return Hsts(age if isinstance(age, int) else None, whole[0].get("subdomains") is True, whole[0].get("preload") is True)


def _redirect(_ref: Ref, asked: tuple[Json, ...], secure: tuple[Json, ...], detail: tuple[Json, ...]) -> HttpsRedirect:
    if asked and asked[0] is not True:
        raise NotApplicable("no plain HTTP belongs to this port")
    if not secure or not isinstance(secure[0], bool):
        raise Unresolvable(Reason.UNPARSABLE, "the answer of plain HTTP was not read")
    return HttpsRedirect(secure[0], str(detail[0]) if detail else "")


def _attacks(_ref: Ref, vulnerable: tuple[Json, ...], tested: tuple[Json, ...]) -> Attacks:
    return Attacks(tuple(str(name) for name in tested), tuple(str(name) for name in vulnerable))


_NO_PLACE = "an endpoint is a door, not a place: an IP address is no proof of a country; ask the cloud what stands behind it"

ENDPOINT = TypeDecl(
    "TLS::Endpoint",
    live=Probe(parts=("certificate", "second", "chain", "client_auth", "handshake", "attacks", "revocation", "hsts", "redirect")),
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
            scts=number(live="certificate.scts", absent=None, then=int),
            must_staple=boolean(live="certificate.must_staple", absent=None),
        ),
        fact(SecondCertificate, derive(_second, live=("second.served", "second"))),
        fact(Revocation, derive(_revocation, live=("revocation.detail", "revocation"))),
        fact(Hsts, derive(_hsts, live=("hsts.http", "hsts"))),
        fact(HttpsRedirect, derive(_redirect, live=("redirect.asked", "redirect.secure", "redirect.detail"))),
        fact(Chain, trusted=boolean(live="chain.trusted"), detail=text(live="chain.detail"), length=number(live="chain.length", then=int)),
        fact(ServedNames, derive(_served, live=("certificate.served[]", "certificate.served", "certificate.without_sni", "own_name"))),
        fact(Attacks, derive(_attacks, live=("attacks.vulnerable[]", "attacks.tested[]"))),
        fact(ClientAuth, state=flag(live="client_auth.asks")),
    ),
    never={
        **never_others(
            Home, Handshake, Certificate, SecondCertificate, Revocation, Chain, ServedNames, Attacks, ClientAuth, Hsts, HttpsRedirect,
            why="an endpoint is looked at from outside: this is asked of the cloud resource behind it",
        ),
        **never(Home, why=_NO_PLACE),
    },
)  # fmt: skip
