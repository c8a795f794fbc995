"""The authorities of RDS, the certificates that they issue, and the one that new databases of a region get by default."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scanner.sdk import Certificate, List, Reason, Ref, TypeDecl, Unresolvable, derive, fact, never_others

_KEYS = {"rds-ca-2019": "RSA-2048", "rds-ca-rsa2048-g1": "RSA-2048", "rds-ca-rsa4096-g1": "RSA-4096", "rds-ca-ecc384-g1": "ECDSA-secp384r1"}
#: Until when the authorities are valid (RDS User Guide, "Certificate authorities"); the days differ by region, so the month's first stands.
_ENDS = {
    "rds-ca-2019": datetime(2024, 8, 22, tzinfo=UTC), "rds-ca-rsa2048-g1": datetime(2061, 5, 1, tzinfo=UTC),
    "rds-ca-rsa4096-g1": datetime(2121, 5, 1, tzinfo=UTC), "rds-ca-ecc384-g1": datetime(2121, 5, 1, tzinfo=UTC),
}  # fmt: skip


def served(_: Ref, ends: tuple[Any, ...], authorities: tuple[Any, ...], hosts: tuple[Any, ...]) -> Certificate:
    """The certificate that a database serves. RDS issues it by an authority of its own, whose certificates the rules for public
    ones do not bind, and renews it itself (RDS User Guide, "Server certificate rotation")."""
    if not ends:
        raise ValueError("CertificateDetails.ValidTill is absent")
    name = str(authorities[0]) if authorities else ""
    return Certificate(tuple(map(str, hosts)), name, None, _moment(ends[0]), _KEYS.get(name, ""), "", "", managed=True, anchor=True)


def authority(_: Ref, named: tuple[Any, ...]) -> Certificate:
    """What a template shows is the authority that the certificate will be of."""
    if not named:
        raise Unresolvable(Reason.UNRESOLVED, "the account's default authority in the region decides")
    name = str(named[0])
    if name not in _ENDS:
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of the authority {name}")
    return Certificate((name,), "Amazon RDS", None, _ENDS[name], _KEYS[name], "", "", managed=True, anchor=True)


def _default(_: Ref, named: tuple[Any, ...], listed: tuple[Any, ...]) -> Certificate:
    """The authority that the account, or else RDS, has chosen for what is made from now on."""
    if not named:
        raise ValueError("DefaultCertificateForNewLaunches is absent")
    name = str(named[0])
    one = next((one for one in listed if isinstance(one, Mapping) and one.get("CertificateIdentifier") == name), None)
    if one is None or not one.get("ValidTill"):
        raise ValueError(f"the authority {name} is not among those of the region")
    return Certificate((name,), "Amazon RDS", None, _moment(one["ValidTill"]), _KEYS.get(name, ""), "", "", managed=True, anchor=True)


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(str(text))


DEFAULT = TypeDecl(
    "AWS::RDS::DefaultCertificateAuthority",
    live=List("rds", "describe_certificates", each="", id="arn:{partition}:rds:{region}:{account}:default-certificate-authority"),
    cloudformation=False,
    facts=(fact(Certificate, derive(_default, live=("DefaultCertificateForNewLaunches", "Certificates[]"))),),
    never=never_others(Certificate, why="a setting of account and region: it holds no data"),
)
