"""A certificate in PEM form, as services hand it out and templates hold it."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Certificate, Ref, certificate_of


def from_pem(_: Ref, bodies: tuple[Any, ...]) -> Certificate:
    """The leaf, the first of them. Raises ValueError for what is no certificate."""
    from cryptography import x509  # costs start-up time: only when one is read

    if not bodies:
        raise ValueError("the certificate is absent")
    return certificate_of(x509.load_pem_x509_certificate(str(bodies[0]).encode()), managed=False)
