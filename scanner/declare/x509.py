"""An X.509 certificate as a fact: what services hand out whole, whoever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.model.facts import Certificate

if TYPE_CHECKING:
    from cryptography import x509


def certificate_of(cert: x509.Certificate, *, managed: bool | None = None) -> Certificate:
    """The fact that a certificate is; `managed` as `Certificate.managed`. Raises ValueError for one that cannot be read."""
    from cryptography.exceptions import UnsupportedAlgorithm  # costs start-up time: only when a certificate is read
    from cryptography.hazmat.primitives import hashes

    try:
        key, hashed = _key(cert.public_key()), cert.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise ValueError(f"its key or signature is of a kind that cannot be read here: {error}") from error
    return Certificate(
        names=_names(cert), issuer=cert.issuer.rfc4514_string(), not_before=cert.not_valid_before_utc, not_after=cert.not_valid_after_utc, key=key,
        signature=hashed.name if hashed else "", fingerprint=cert.fingerprint(hashes.SHA256()).hex(), managed=managed, serial=f"{cert.serial_number:x}",
    )  # fmt: skip


def _names(cert: x509.Certificate) -> tuple[str, ...]:
    """Subject alternative names; the common name of a certificate without any (a root, a client's), at which browsers do not look."""
    from cryptography import x509

    try:
        found = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(str(name.value) for name in cert.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
    return (*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress)))


def _key(key: Any) -> str:
    """As `Certificate.key`; empty for a kind that no TLS server uses."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    match key:
        case rsa.RSAPublicKey():
            return f"RSA-{key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"ECDSA-{key.curve.name}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
    return ""
