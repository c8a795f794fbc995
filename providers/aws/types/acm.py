"""Certificates of ACM: issued by Amazon, imported, or of a private authority."""

import re
from datetime import datetime
from typing import Any

from providers.aws.excuses import KEYS, PEOPLE, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    AtRest,
    Attacks,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    CertificateRequest,
    Chain,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Handshake,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Renewal,
    Replicas,
    Resolve,
    ServedNames,
    TlsFloor,
    Transit,
    Transparency,
    TypeDecl,
    derive,
    fact,
    here,
    never,
    per_dialect,
)

_KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
_CURVES = {"prime256v1": "secp256r1"}
#: Members of a described certificate that make the fact.
_SHOWN = ("Status", "Type", "DomainName", "SubjectAlternativeNames[]", "Issuer", "NotBefore", "NotAfter", "KeyAlgorithm", "SignatureAlgorithm", "Serial")
_STANDING = ("Status", "Type", "RenewalSummary.RenewalStatus", "RenewalEligibility", "InUseBy[]")
_NOT_ISSUED = ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED")


def key_of(name: str) -> str:
    """`RSA_2048` and `RSA-2048`, `EC_prime256v1` and `EC-prime256v1`: ACM writes both."""
    kind, _, rest = name.replace("-", "_").partition("_")
    if kind == "RSA" and rest.isdigit():
        return f"RSA-{rest}"
    if kind == "EC" and rest:
        return f"ECDSA-{_CURVES.get(rest, rest)}"
    raise ValueError(f"unknown key algorithm {name!r}")


def _certificate(_: Ref, *found: tuple[Any, ...]) -> Certificate:
    """What DescribeCertificate shows. A certificate that was asked for and not issued is none yet."""
    body = dict(zip(_SHOWN, found, strict=True))
    if body["Status"][0] in _NOT_ISSUED:
        raise NotApplicable(f"not issued ({body['Status'][0]})")
    signature = re.match(r"SHA\d+", _text(body["SignatureAlgorithm"]).upper().replace("SHA-", "SHA"))
    return Certificate(
        names=tuple(dict.fromkeys(map(str, body["SubjectAlternativeNames[]"] or body["DomainName"]))),
        issuer=_text(body["Issuer"]),
        not_before=datetime.fromisoformat(_text(body["NotBefore"])),
        not_after=datetime.fromisoformat(_text(body["NotAfter"])),
        key=key_of(_text(body["KeyAlgorithm"])),
        signature=signature[0].lower() if signature else "",
        fingerprint="",
        managed=_text(body["Type"]) != "IMPORTED",
        serial=_text(body["Serial"]).replace(":", "").lower(),
    )


def _text(found: tuple[Any, ...]) -> str:
    return str(found[0]) if found else ""


def _renewal(ref: Ref, *found: tuple[Any, ...]) -> Renewal:
    return _live_renewal(*found) if ref.id.startswith("arn:") else _planned_renewal(found[0])


def _live_renewal(status: tuple[Any, ...], kind: tuple[Any, ...], renewal: tuple[Any, ...], eligible: tuple[Any, ...], users: tuple[Any, ...]) -> Renewal:
    """ACM renews what it issued while it is in use and its domains are still proven (ACM User Guide, "Managed renewal")."""
    if not status or not kind:
        raise ValueError("Status or Type is absent")
    if kind[0] == "IMPORTED":
        raise NotApplicable("imported: renewed by who imported it")
    if status[0] != "ISSUED":
        return Renewal(False, f"its status is {status[0]}")
    if _text(renewal) in ("FAILED", "PENDING_VALIDATION"):
        return Renewal(False, f"renewal {'failed' if _text(renewal) == 'FAILED' else 'waits for a proof of the domain'}")
    if _text(eligible) == "INELIGIBLE":
        return Renewal(not users, "in use, but not eligible for renewal" if users else "not in use, so ACM will let it expire")
    return Renewal(True, "renewed by ACM")


def _planned_renewal(methods: tuple[Any, ...]) -> Renewal:
    """Proof by DNS renews by itself; by e-mail, which is what an absent method means, a person has to click each time."""
    if str(methods[0] if methods else "EMAIL").upper() == "DNS":
        return Renewal(True, "proven by DNS, renewed by ACM")
    return Renewal(False, "proven by e-mail: each renewal waits for a person")


def _ordered(_: Ref, name: tuple[Any, ...], others: tuple[Any, ...], keys: tuple[Any, ...]) -> CertificateRequest:
    """In a template; RSA with 2048 bits unless another key is asked for (CloudFormation reference, KeyAlgorithm)."""
    if not name:
        raise ValueError("DomainName is absent")
    return CertificateRequest(tuple(dict.fromkeys(map(str, (*name, *others)))), key_of(str(keys[0]) if keys else "RSA_2048"))


def _read_itself(_: Ref, __: tuple[Any, ...]) -> CertificateRequest:
    raise NotApplicable("the certificate itself is read")


def _logged(ref: Ref, preference: tuple[Any, ...], told: tuple[Any, ...]) -> Transparency:
    """ACM logs what it issues unless it is told not to; certificates of a private authority, and those that were imported, are not its to log."""
    if told and (not ref.id.startswith("arn:") or str(told[0]) in ("PRIVATE", "IMPORTED")):  # a template names the private authority
        raise NotApplicable("of a private authority, or imported: ACM logs neither")
    if preference and str(preference[0]) not in ("ENABLED", "DISABLED"):
        raise ValueError(f"unknown preference {preference[0]!r}")
    return Transparency(OFF if preference and str(preference[0]) == "DISABLED" else ON)


_PREFERENCE = "Options.CertificateTransparencyLoggingPreference"
CERTIFICATE = TypeDecl(
    "AWS::CertificateManager::Certificate",
    live=List(
        "acm", "list_certificates", each="CertificateSummaryList", id="CertificateArn", name="DomainName",
        params={"Includes": {"keyTypes": list(_KEY_TYPES)}},  # without it only RSA keys of up to 2048 bits are listed
    ),
    details=(Get("describe_certificate", put="certificate", params={"CertificateArn": "CertificateArn"}, take="Certificate"),),
    resolve=Resolve("acm", "describe_certificate", {"CertificateArn": "{id}"}, take="Certificate", put="certificate"),
    terraform=shapes("AWS::CertificateManager::Certificate"),
    facts=(
        fact(Home, place=here()),
        fact(Certificate, derive(_certificate, live=tuple(f"certificate.{name}" for name in _SHOWN), cfn=NOT_SHOWN("a certificate is issued after deployment"))),
        fact(CertificateRequest, per_dialect(derive(_read_itself, live="CertificateArn"), derive(_ordered, cfn=("DomainName", "SubjectAlternativeNames[]", "KeyAlgorithm")))),
        fact(Transparency, per_dialect(
            derive(_logged, live=(f"certificate.{_PREFERENCE}", "certificate.Type")),
            derive(_logged, cfn=("CertificateTransparencyLoggingPreference", "CertificateAuthorityArn")),
        )),
        fact(Renewal, derive(_renewal, live=tuple(f"certificate.{name}" for name in _STANDING), cfn="ValidationMethod")),
    ),
    never={
        **PEOPLE, **KEYS, **SETTINGS,
        **never(Handshake, Attacks, Chain, ServedNames, why="seen by probing the endpoint that serves it"),
        **never(Transit, TlsFloor, ClientAuth, Exposure, why="a certificate accepts no connections; what uses it does"),
        **never(AtRest, KeyCustody, why="ACM keeps private keys encrypted under a key of its own, by design"),
        **never(Replicas, Backups, BackupPlaces, BackupEncryption, Deletion, why="can be issued again at any time"),
        **never(LogPlaces, Logs, why="writes no log of its own"),
    },
)  # fmt: skip
