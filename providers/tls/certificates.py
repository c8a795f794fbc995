"""What a certificate says, whom it names, and whether its chain leads to a trusted root."""

from __future__ import annotations

import ipaddress
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.general_name import DNSName, IPAddress
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from scanner.sdk import InvalidFile, Json

# Odd but readable certificates are what a scanner is for. Once for all: filters that come and go are no matter for threads.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)

MOST_INTERMEDIATES = 8
"""Real chains send one to three. The verifier tries every path: what a hostile server sends must not decide how long."""
MOST_ALIKE = 2
"""Intermediates with one subject and key that are kept: 2 cost 0.35 s, 3 cost 7.6 s, 4 over 40 s (measured)."""


UNREADABLE = (Exception,)
"""What `cryptography` raises for certificates, names and lists that are none: ValueError, but a TypeError for a name of the wrong kind,
a KeyError for an unknown tag, InvalidVersion … (found by `make fuzz`). What cannot be read is unknown, never good."""


def read(der: bytes) -> dict[str, Json]:
    """The facts of a leaf certificate as plain JSON. Raises ValueError when it cannot be parsed."""
    try:
        return _read(der)
    except UNREADABLE as error:
        raise ValueError(f"{error}") from error


def _read(der: bytes) -> dict[str, Json]:
    cert = x509.load_der_x509_certificate(der)
    return {
        "names": list(names(cert)),
        "issuer": cert.issuer.rfc4514_string(),
        "not_before": _time(cert.not_valid_before_utc),
        "not_after": _time(cert.not_valid_after_utc),
        "key": _key(cert),
        "signature": _hash(cert),
        "fingerprint": cert.fingerprint(hashes.SHA256()).hex(),
        "serial": f"{cert.serial_number:x}",
        "scts": _timestamps(cert),
        "must_staple": must_staple(cert),
    }


def _timestamps(cert: x509.Certificate) -> int:
    """How many signed certificate timestamps it carries (RFC 6962, 3.3)."""
    try:
        return len(list(cert.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value))
    except (x509.ExtensionNotFound, *UNREADABLE):
        return 0


def must_staple(cert: x509.Certificate) -> bool:
    """Whether clients have to refuse it without an OCSP staple (RFC 7633)."""
    try:
        return x509.TLSFeatureType.status_request in cert.extensions.get_extension_for_class(x509.TLSFeature).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False


def names(cert: x509.Certificate) -> tuple[str, ...]:
    """DNS names and addresses of the subject alternative name: the only place where clients still look."""
    try:
        found = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
    return (*found.get_values_for_type(x509.DNSName), *(str(ip) for ip in found.get_values_for_type(x509.IPAddress)))


def _time(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _key(cert: x509.Certificate) -> str:
    """`RSA-2048`, `ECDSA-secp256r1`, `Ed25519`; empty for a kind that cannot be read here."""
    try:
        key = cert.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return ""
    match key:
        case rsa.RSAPublicKey():
            return f"RSA-{key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"ECDSA-{key.curve.name}"
        case dsa.DSAPublicKey():
            return f"DSA-{key.key_size}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
        case _:
            return ""


def _hash(cert: x509.Certificate) -> str:
    """Hash of the issuer's signature; the EdDSA schemes name theirs by themselves. Empty where it cannot be read."""
    try:
        found = cert.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return ""
    if found is not None:
        return found.name
    return {"1.3.101.112": "sha512"}.get(cert.signature_algorithm_oid.dotted_string, "")


# -- chain -------------------------------------------------------------------------------------------------
def anchors(file: str) -> tuple[bytes, ...]:
    """Added trust anchors of a PEM file, as DER. Raises InvalidFile with line and remedy."""
    remedy = "give a PEM file with one or more CERTIFICATE blocks: --ca-file ca.pem"
    try:
        text = Path(file).read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise InvalidFile(file, error.strerror or str(error), remedy) from error
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    found: list[bytes] = []
    start: int | None = None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip() == begin:
            start = number
        elif line.strip() == end and start is not None:
            block = "\n".join(lines[start - 1 : number]) + "\n"
            try:
                found.append(x509.load_pem_x509_certificate(block.encode()).public_bytes(Encoding.DER))
            except ValueError as error:
                raise InvalidFile(file, "this block holds no readable certificate", remedy, start) from error
            start = None
    if start is not None:
        raise InvalidFile(file, "this certificate has no end", remedy, start)
    if not found:
        raise InvalidFile(file, "it holds no certificate", remedy, 1)
    return tuple(found)


def judge_chain(sent: Sequence[bytes], added: Sequence[bytes], roots: Sequence[x509.Certificate], now: datetime) -> dict[str, Json]:
    """Whether the certificates that were sent lead to a root: `{"trusted", "detail", "length"}`.

    Expiry and names of the leaf are questions of their own: the chain of an expired leaf is judged at its last
    moment. Call it only where it can be killed. Raises ValueError when a certificate cannot be parsed.
    """
    leaf = x509.load_der_x509_certificate(sent[0])
    own, _, _ = _stores(tuple(added), roots)
    body: dict[str, Json] = {"length": len(sent)}
    if leaf in own:
        return {**body, "trusted": True, "detail": "the certificate itself is an added trust anchor"}
    between = limited([x509.load_der_x509_certificate(der) for der in sent[1:]], leaf)
    at = min(max(now, leaf.not_valid_before_utc + timedelta(seconds=1)), leaf.not_valid_after_utc - timedelta(seconds=1))
    try:
        return {**body, "trusted": True, "detail": _leads_to(leaf, between, _stores(tuple(added), roots), at)}
    except (VerificationError, ValueError) as error:
        return {**body, "trusted": False, "detail": _why(leaf, between, {c.subject for c in (*roots, *own)}, str(error))}


def limited(certs: Iterable[x509.Certificate], leaf: x509.Certificate) -> list[x509.Certificate]:
    """The intermediates that are tried: no doubles, few alike, few in all."""
    kept: list[x509.Certificate] = []
    alike: Counter[bytes] = Counter()
    for cert in certs:
        try:
            key = cert.subject.public_bytes() + cert.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        except UNREADABLE:
            continue  # a key that cannot be read can sign nothing here
        if cert != leaf and cert not in kept and alike[key] < MOST_ALIKE and len(kept) < MOST_INTERMEDIATES:
            alike[key] += 1
            kept.append(cert)
    return kept


_Stores = tuple[list[x509.Certificate], Store | None, Store | None]
_kept: dict[tuple[tuple[bytes, ...], int], tuple[Sequence[x509.Certificate], _Stores]] = {}


def _stores(added: tuple[bytes, ...], roots: Sequence[x509.Certificate]) -> _Stores:
    """Added anchors, a store of all, and one of the added alone: the same for every chain of a scan, and slow to build."""
    key = (added, id(roots))
    if key not in _kept:
        own = [x509.load_der_x509_certificate(der) for der in added]
        _kept.clear()
        _kept[key] = (roots, (own, Store([*roots, *own]) if roots or own else None, Store(own) if own else None))
    return _kept[key][1]


def _leads_to(leaf: x509.Certificate, between: list[x509.Certificate], stores: _Stores, at: datetime) -> str:
    """The root's name. Raises VerificationError, or ValueError for a leaf that names nobody."""
    _, everyone, own = stores
    if everyone is None:
        raise ValueError("there is no trusted root at all")
    subject = _subject(leaf)
    builder = PolicyBuilder().time(at.astimezone(UTC).replace(tzinfo=None))
    try:
        return builder.store(everyone).build_server_verifier(subject).verify(leaf, between)[-1].subject.rfc4514_string()
    except VerificationError:
        if own is None:
            raise
    # A private authority need not follow every rule of the public web; path, signatures, times and CA flags still count.
    lax = builder.store(own).extension_policies(ca_policy=_private_ca(), ee_policy=_private_leaf())
    return lax.build_server_verifier(subject).verify(leaf, between)[-1].subject.rfc4514_string() + " (added trust anchor)"


def _subject(leaf: x509.Certificate) -> DNSName | IPAddress:
    """A name that the leaf itself bears, so that the verifier's name match says nothing about the chain."""
    for name in names(leaf):
        try:
            return IPAddress(ipaddress.ip_address(name))
        except ValueError:
            return DNSName(name.replace("*", "any", 1) if name.startswith("*.") else name)
    raise ValueError("the certificate has no subject alternative name: no current client accepts it")


def _private_ca() -> ExtensionPolicy:
    def is_ca(_policy: Policy, _cert: x509.Certificate, basic: x509.BasicConstraints) -> None:
        if not basic.ca:
            raise ValueError("an issuer is no certificate authority")

    return ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, is_ca)


def _private_leaf() -> ExtensionPolicy:
    def for_servers(_policy: Policy, _cert: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
        if usage is not None and not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usage):
            raise ValueError("the certificate is not meant for servers")

    def anything(_policy: Policy, _cert: x509.Certificate, _names: x509.SubjectAlternativeName) -> None:
        return None

    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, anything)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, for_servers)
    )


def _why(leaf: x509.Certificate, between: list[x509.Certificate], trusted: set[x509.Name], error: str) -> str:
    """The nearest thing to do, before the verifier's own words."""
    if leaf.issuer == leaf.subject:
        return "the certificate is signed by itself"
    issuer, on_the_way = leaf.issuer, {leaf.subject}
    by_name = {cert.subject: cert for cert in between}
    while issuer not in trusted and issuer in by_name and issuer not in on_the_way:
        on_the_way.add(issuer)
        issuer = by_name[issuer].issuer
    if issuer in trusted or "subject alternative name" in error:
        return error.removeprefix("validation failed: ").split(" (encountered processing", 1)[0]
    if issuer in by_name:  # sent, signed by itself, and nobody's root
        return f"its root ({issuer.rfc4514_string()}) is not trusted: give it with --ca-file if it is your own"
    return f"{issuer.rfc4514_string()} is neither sent nor a trusted root: an intermediate is missing, or the authority is private (--ca-file)"
