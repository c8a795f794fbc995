"""Private authorities (AWS Private CA)."""

import re
from datetime import datetime
from typing import Any

from providers.aws.types.acm import key_of
from scanner.sdk import NOT_SHOWN, ON, AtRest, Certificate, CertificateRequest, Home, List, NotApplicable, Ref, TypeDecl, always, derive, fact, here, never_others, per_dialect

_WITHOUT = ("CREATING", "PENDING_CERTIFICATE", "FAILED")
_CONFIG = "CertificateAuthorityConfiguration"
_SHOWN = ("Status", f"{_CONFIG}.Subject.CommonName", "NotBefore", "NotAfter", f"{_CONFIG}.KeyAlgorithm", f"{_CONFIG}.SigningAlgorithm", "Serial")


def _certificate(_: Ref, *found: tuple[Any, ...]) -> Certificate:
    """The authority's own certificate; its issuer is not shown, nor is who renews it: a person has to."""
    status, name, begins, ends, key, signing, serial = (str(values[0]) if values else "" for values in found)
    if status in _WITHOUT:
        raise NotApplicable(f"it has no certificate yet ({status})")
    signature = re.match(r"SHA\d+", signing)
    return Certificate(
        names=(name,) if name else (), issuer="", not_before=datetime.fromisoformat(begins), not_after=datetime.fromisoformat(ends), key=key_of(key),
        signature=signature[0].lower() if signature else "", fingerprint="", managed=False, serial=serial.replace(":", "").lower(), anchor=True,
    )  # fmt: skip


def _ordered(_: Ref, names: tuple[Any, ...], keys: tuple[Any, ...]) -> CertificateRequest:
    return CertificateRequest(tuple(map(str, names)), key_of(str(keys[0])))


def _read_itself(_: Ref, __: tuple[Any, ...]) -> CertificateRequest:
    raise NotApplicable("its certificate is read itself")


CERTIFICATE_AUTHORITY = TypeDecl(
    "AWS::ACMPCA::CertificateAuthority",
    live=List("acm-pca", "list_certificate_authorities", each="CertificateAuthorities", id="Arn"),
    skip="[?Status=='DELETED'].Arn",
    facts=(
        fact(Home, place=here()),
        fact(Certificate, derive(_certificate, live=_SHOWN, cfn=NOT_SHOWN("its certificate is issued after deployment"))),
        fact(CertificateRequest, per_dialect(derive(_read_itself, live="Arn"), derive(_ordered, cfn=("Subject.CommonName", "KeyAlgorithm")))),
        fact(AtRest, state=always(ON, cite="AWS Private CA User Guide, data protection: private keys are kept in hardware security modules (FIPS 140-2 level 3)")),
    ),
    never=never_others(Home, Certificate, CertificateRequest, AtRest, why="an authority: it signs, and holds no data but its key"),
)
