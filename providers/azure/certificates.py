"""Certificates as Azure services hand them out: base64 of a certificate, or of a PKCS #7 bundle; and dates and names without one."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scanner.sdk import Certificate, NotApplicable, Reason, Ref, Renewal, Unresolvable, certificate_of

if TYPE_CHECKING:
    from cryptography import x509

Values = tuple[Any, ...]


def encoded(_ref: Ref, data: Values, vaulted: Values = ()) -> Certificate:
    """The leaf of what is encoded. Raises ValueError for what is no certificate."""
    if not data and vaulted:
        raise Unresolvable(Reason.UNRESOLVED, f"it lies at {vaulted[0]}, and the gateway does not show it")
    if not data:
        raise Unresolvable(Reason.UNPARSABLE, "the certificate is not in the answer")
    return certificate_of(_leaf(_parse(str(data[0]))), managed=None)


def anchor(_ref: Ref, data: Values) -> Certificate:
    """A root that is trusted (of backends, of clients): as `encoded`."""
    return replace(encoded(_ref, data), anchor=True)


def held(_ref: Ref, data: Values, issuer: Values) -> Certificate:
    """A certificate that a vault holds. An issuer that the vault knows renews it; `Self` and `Unknown` are one's own affair."""
    if not data:
        raise Unresolvable(Reason.UNPARSABLE, "the certificate is not in the answer (is it still being issued?)")
    return certificate_of(_leaf(_parse(str(data[0]))), managed=bool(issuer) and str(issuer[0]).lower() not in ("self", "unknown"))


def held_renewal(_ref: Ref, actions: Values, issuer: Values) -> Renewal:
    """Renewed by itself only if the policy says so and the vault knows the issuer (Microsoft Learn, About Azure Key Vault certificate renewal)."""
    if not issuer:
        raise Unresolvable(Reason.UNPARSABLE, "the policy of the certificate names no issuer")
    if "autorenew" not in {str(action).lower() for action in actions}:
        return Renewal(False, "its policy renews nothing, it only tells the contacts" if actions else "its policy says nothing about what happens before it ends")
    if str(issuer[0]).lower() == "unknown":
        return Renewal(False, "its issuer is not known to the vault, which therefore cannot renew it")
    return Renewal(True, "the vault renews it by itself")


def taken_over(_ref: Ref, vaulted: Values) -> Renewal:
    """What a vault renews reaches the gateway within hours, unless its reference names one version (Microsoft Learn, TLS termination with Key Vault certificates)."""
    if not vaulted:
        raise NotApplicable("uploaded by hand: renewed by hand")
    fixed = sorted(str(id) for id in vaulted if len(str(id).rstrip("/").split("/secrets/")[-1].split("/")) > 1)
    return Renewal(not fixed, f"{fixed[0]} names one version, which no renewal replaces" if fixed else "the newest version in the vault is taken over by itself")


def stated(_ref: Ref, names: Values, subject: Values, issuer: Values, begin: Values, end: Values) -> Certificate:
    """A certificate of which only what the service says about it is shown: neither key nor signature."""
    if not begin or not end:
        raise Unresolvable(Reason.UNPARSABLE, "from when until when the certificate is valid is not in the answer")
    given = tuple(str(name).removeprefix("CN=") for name in names or subject)
    return Certificate(given, str(issuer[0]) if issuer else "", when(begin[0]), when(end[0]), key="", signature="", fingerprint="")


def when(value: Any) -> datetime:
    """A moment as Azure writes it; without an offset it is UTC. Raises ValueError."""
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _parse(text: str) -> list[x509.Certificate]:
    """Services differ: base64 of DER, of PEM text, of PKCS #7, or PEM as it is."""
    from cryptography import x509  # costs start-up time: only when one is read
    from cryptography.hazmat.primitives.serialization import pkcs7

    raw = text.encode() if "-----BEGIN" in text else base64.b64decode("".join(text.split()), validate=True)
    if b"-----BEGIN CERTIFICATE" in raw:
        return list(x509.load_pem_x509_certificates(raw))
    if b"-----BEGIN" in raw:
        return list(pkcs7.load_pem_pkcs7_certificates(raw))
    try:
        return [x509.load_der_x509_certificate(raw)]
    except ValueError:
        return list(pkcs7.load_der_pkcs7_certificates(raw))


def _leaf(found: Iterable[x509.Certificate]) -> x509.Certificate:
    """The one that issued none of the others. Raises ValueError where that is not one."""
    given = list(found)
    leaves = [one for one in given if not any(other is not one and other.issuer == one.subject for other in given)]
    if len(leaves) != 1:
        raise ValueError(f"{len(leaves)} of {len(given)} certificates may be the leaf")
    return leaves[0]
