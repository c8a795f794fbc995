"""Certificates that something uses: the facts of the certificate itself, read through the reference to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from providers.aws.referred import ACM_CERTIFICATE, IAM_CERTIFICATE, certificate
from scanner.sdk import Certificate, FactDecl, NotApplicable, Ref, Renewal, derive, fact, per_dialect, through

_NONE = NotApplicable("it serves no certificate")


def used_certificates(*, live: str | tuple[str, ...], cfn: str | tuple[str, ...]) -> tuple[FactDecl, FactDecl]:
    """Certificate (of several the one that ends first) and, for templates, Renewal: in the live cloud that is asked of the certificate."""
    kinds = (ACM_CERTIFICATE, IAM_CERTIFICATE)
    return (
        fact(Certificate, through(certificate, *kinds, fact=Certificate, worst=_first_to_end, absent=_NONE, live=live, cfn=cfn)),
        fact(Renewal, per_dialect(derive(_asked_there, live=live), through(certificate, ACM_CERTIFICATE, fact=Renewal, worst=_worst_renewal, absent=_NONE, cfn=cfn))),
    )


def _first_to_end(found: Sequence[Certificate]) -> Certificate:
    return min(found, key=lambda one: one.not_after)


def _worst_renewal(found: Sequence[Renewal]) -> Renewal:
    return min(found, key=lambda one: one.ok)


def _asked_there(_: Ref, *__: tuple[Any, ...]) -> Renewal:
    raise NotApplicable("asked of the certificate itself")
