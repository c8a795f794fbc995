"""A certificate in PEM form, as services hand it out and templates hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.sdk import Certificate, Ref

if TYPE_CHECKING:
    from cryptography import x509


def from_pem(_: Ref, bodies: tuple[Any, ...]) -> Certificate:
    """The leaf, the first of them. Raises ValueError for what is no certificate."""
    from cryptography import x509  # costs start-up time: only when one is read
    from cryptography.hazmat.primitives import hashes

    if not bodies:
        raise ValueError("the certificate is absent")
    cert = x509.load_pem_x509_certificate(str(bodies[0]).encode())
    return Certificate(
        names=_names(cert), issuer=cert.issuer.rfc4514_string(), not_before=cert.not_valid_before_utc, not_after=cert.not_valid_after_utc, key=_key(cert.public_key()),
        signature=cert.signature_hash_algorithm.name if cert.signature_hash_algorithm else "", fingerprint=cert.fingerprint(hashes.SHA256()).hex(), managed=False,
        serial=f"{cert.serial_number:x}",
    )  # fmt: skip


def _names(cert: x509.Certificate) -> tuple[str, ...]:
    """Subject alternative names; a certificate without them is named by its subject, which browsers do not look at."""
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
