"""Managed domains (Entra Domain Services), registered names and ordered certificates. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from providers.azure.certificates import encoded
from scanner.sdk import Certificate, Exposure, NotApplicable, Reason, Ref, Renewal, Transit, Unresolvable

Values = tuple[Any, ...]


def _is(value: Values, word: str) -> bool:
    return bool(value) and str(value[0]).lower() == word


def ldap_transit(_ref: Ref, ldaps: Values, signing: Values) -> Transit:
    """LDAP in the clear stays open beside secure LDAP unless signing is required (Microsoft Learn, Harden a Domain Services managed domain)."""
    if not _is(ldaps, "enabled"):
        return Transit(True, "secure LDAP is off")
    if not _is(signing, "enabled"):
        return Transit(True, "LDAP without TLS and without signing is accepted beside secure LDAP")
    return Transit(False, "secure LDAP is on, and LDAP has to be signed")


def ldap_certificate(ref: Ref, ldaps: Values, certificate: Values, end: Values) -> Certificate:
    """The certificate of secure LDAP: whole, or at least its end."""
    if not _is(ldaps, "enabled"):
        raise NotApplicable("secure LDAP is off")
    if certificate:
        return encoded(ref, certificate)
    return _ending(end)


def ldap_exposure(_ref: Ref, ldaps: Values, external: Values) -> Exposure:
    """Secure LDAP over the internet is a switch of its own; all else is reached within the network only."""
    public = _is(ldaps, "enabled") and _is(external, "enabled")
    return Exposure(public, "secure LDAP is reached from the internet" if public else "reached within its network only")


def ordered(ref: Ref, raw: Values, subject: Values, issuer: Values, begin: Values, end: Values, until: Values, renews: Values) -> Certificate:
    """An App Service certificate: as it was issued, or as far as the order describes it. It renews itself unless told not to (REST reference, autoRenew)."""
    managed = not _is(renews, "false")
    if raw:
        return replace(encoded(ref, raw), managed=managed)
    found = _ending(end or until)
    names = tuple(str(name).removeprefix("CN=") for name in subject)
    return replace(found, names=names, issuer=str(issuer[0]) if issuer else "", not_before=_moment(begin[0]) if begin else None, managed=managed)


def order_renewal(_ref: Ref, renews: Values, status: Values = ()) -> Renewal:
    """Whether an order renews itself; `autoRenew` is true by default (REST reference)."""
    if status and str(status[0]).lower() in ("expired", "denied", "revoked", "canceled", "unused"):
        return Renewal(False, f"the order is {str(status[0]).lower()}")
    return Renewal(False, "it does not renew itself") if _is(renews, "false") else Renewal(True, "it renews itself")


def name_renewal(_ref: Ref, renews: Values, status: Values = (), end: Values = ()) -> Renewal:
    """Whether a registered name is renewed; `autoRenew` is true by default (REST reference). A name that lapses takes all certificates for it along."""
    until = f", until {str(end[0])[:10]}" if end else ""
    if status and str(status[0]).lower() not in ("active", "pending", "awaiting", "jsonconverterfailed"):
        return Renewal(False, f"the registration is {str(status[0]).lower()}{until}")
    return Renewal(False, f"the registration does not renew itself{until}") if _is(renews, "false") else Renewal(True, f"the registration renews itself{until}")


def _ending(end: Values) -> Certificate:
    if not end:
        raise Unresolvable(Reason.UNPARSABLE, "until when the certificate is valid is not in the answer")
    return Certificate((), "", None, _moment(end[0]), key="", signature="", fingerprint="")


def _moment(value: Any) -> datetime:
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)
