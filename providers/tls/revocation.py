"""Whether a certificate has been revoked: by the staple it came with, by its authority's OCSP responder, by its CRL.

What the authority signed counts, and nothing else: not reachable, not signed, stale or about another certificate is no
answer. Only plain HTTP is asked (RFC 5280, 4.2.1.13), never within private networks unless the endpoint itself is there.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from providers.tls.aside import aside
from providers.tls.certificates import UNREADABLE, must_staple, read
from providers.tls.fetch import MOST_BODY, NotHttp, Request, fetch, is_local, locate
from providers.tls.proxy import Proxy
from providers.tls.shown import Shown
from scanner.sdk import Failure, Json, Reason

_MOST_CRL = 20 * 1024 * 1024
_MOST_PLACES = 3
_SKEW = timedelta(minutes=5)
#: Certificates of at most this life need no revocation (CA/Browser Forum TLS BR 2.2.6, 1.6.1 and 4.9.10, from 2026-03-15).
SHORT = timedelta(days=7)
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source says."""

    revoked: bool
    via: str
    """`staple`, `OCSP` or `CRL`."""
    detail: str
    at: datetime
    """When the authority last said so."""


@dataclass
class Answers:
    """What was fetched in one scan: an authority is asked once for what many endpoints share."""

    proxy: Proxy | None = None
    _kept: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    async def get(self, url: str, asked: bytes, local: bool, limit: float) -> bytes:
        """The body of a URL; with `asked`, of an OCSP request. Raises Failure."""
        key = (url, asked)
        if key not in self._kept:
            body = await _fetched(url, asked, local, limit, self.proxy)
            if len(self._kept) >= _KEPT or len(body) > 1024 * 1024:
                self._kept.clear()  # memory stays bounded, whatever the authorities send
            self._kept[key] = body
        return self._kept[key]


async def look(shown: Shown, address: str, added: Sequence[bytes], answers: Answers, limit: float, until: float) -> dict[str, Json]:
    """`{"revoked": true, false or null, "via", "detail", "stapled", "must_staple", "at"}`. Raises Failure where a source was named and none answered."""
    try:
        read(shown.chain[0])  # so that nothing below meets a certificate that cannot be read
        leaf = x509.load_der_x509_certificate(shown.chain[0])
    except ValueError as error:
        raise Failure(Reason.UNPARSABLE, "certificate", f"the certificate cannot be parsed: {error}") from error
    body: dict[str, Json] = {"stapled": bool(shown.staple), "must_staple": must_staple(leaf)}
    issuer = issuer_of(leaf, shown.chain[1:], added)
    now = datetime.now(UTC)
    lost: list[Failure] = []
    if shown.staple:
        lost.append(Failure(Reason.UNPARSABLE, "staple", "the staple is not about this certificate, not signed by its authority, or stale"))
        if issuer and (found := by_ocsp(shown.staple, leaf, issuer, now, "staple")):
            return body | _body(found)
    if issuer is None:
        raise Failure(
            Reason.UNRESOLVED,
            "issuer",
            f"the certificate of the authority ({leaf.issuer.rfc4514_string()}) was neither sent nor is it a known root: nothing signed by it can be verified",
        )
    local = is_local(address)
    for via, url in places(leaf):
        left = min(limit, until - time.monotonic())
        if left <= 0:
            lost.append(Failure(Reason.TIMEOUT, "deadline", "the time was over before the authority was asked"))
            break
        try:
            if via == "OCSP":
                found = by_ocsp(await answers.get(url, question(leaf, issuer), local, left), leaf, issuer, now, via)
            else:
                found = await aside(by_crl, await answers.get(url, b"", local, left), leaf, issuer, now)
        except Failure as failure:
            lost.append(failure)
            continue
        if found:
            return body | _body(found)
        lost.append(Failure(Reason.UNPARSABLE, via, f"what {url} answers is not about this certificate, not signed by its authority, or stale"))
    if lost:
        raise Failure(lost[-1].reason, lost[-1].code, "; ".join(failure.detail for failure in lost)[:500])
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    if life <= SHORT:
        return {**body, "revoked": False, "via": "", "detail": f"it lives {life.days} days: too short to be revoked", "at": None}
    return {**body, "revoked": None, "via": "", "detail": "the certificate names neither an OCSP responder nor a CRL", "at": None}


def _body(found: Finding) -> dict[str, Json]:
    return {"revoked": found.revoked, "via": found.via, "detail": found.detail, "at": found.at.isoformat().replace("+00:00", "Z")}


def places(leaf: x509.Certificate) -> list[tuple[str, str]]:
    """Where the certificate says that its revocation can be asked: `OCSP` first, then `CRL`, few of each."""
    responders: list[str] = []
    lists: list[str] = []
    try:
        for access in leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value:
            if access.access_method == AuthorityInformationAccessOID.OCSP and isinstance(access.access_location, x509.UniformResourceIdentifier):
                responders.append(access.access_location.value)
    except (x509.ExtensionNotFound, *UNREADABLE):
        pass  # no responder is named
    try:
        for point in leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value:
            lists += [name.value for name in point.full_name or () if isinstance(name, x509.UniformResourceIdentifier) and not point.crl_issuer]
    except (x509.ExtensionNotFound, *UNREADABLE):
        pass
    asked = [("OCSP", url) for url in responders[:_MOST_PLACES]] + [("CRL", url) for url in lists[:_MOST_PLACES]]
    return [(via, url) for via, url in asked if not url.lower().startswith("ldap")]


def issuer_of(leaf: x509.Certificate, sent: Sequence[bytes], added: Sequence[bytes]) -> x509.Certificate | None:
    """The certificate whose key signed the leaf, among those sent, added and of the Mozilla store."""
    cert: x509.Certificate
    for cert in (*_loaded(sent[:8]), *_loaded(added), *_roots().get(leaf.issuer.public_bytes(), ())):
        try:
            leaf.verify_directly_issued_by(cert)
        except (InvalidSignature, *UNREADABLE):
            continue
        return cert
    return None


def _loaded(ders: Iterable[bytes]) -> Iterable[x509.Certificate]:
    for der in ders:
        try:
            yield x509.load_der_x509_certificate(der)
        except UNREADABLE:
            continue  # what cannot be read has signed nothing that could be verified


@cache
def _roots() -> dict[bytes, list[x509.Certificate]]:
    import certifi

    with open(certifi.where(), "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # one of the roots has the number 0
        roots = x509.load_pem_x509_certificates(file.read())
    by_name: dict[bytes, list[x509.Certificate]] = {}
    for root in roots:
        by_name.setdefault(root.subject.public_bytes(), []).append(root)
    return by_name


# -- what the authority signed -----------------------------------------------------------------------------
def question(leaf: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """An OCSP request, DER; SHA-1 because it is what every responder knows, and names nothing but the certificate (RFC 5019)."""
    return ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build().public_bytes(Encoding.DER)  # noqa: S303


def by_ocsp(der: bytes, leaf: x509.Certificate, issuer: x509.Certificate, now: datetime, via: str) -> Finding | None:
    """What a response says of the leaf; None where it says nothing that counts."""
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or not _signed(response, issuer, now):
            return None
        for single in response.responses:
            if not _about(single, leaf, issuer) or single.this_update_utc > now + _SKEW or (single.next_update_utc or now) < now - _SKEW:
                continue
            if single.next_update_utc is None and single.this_update_utc < now - timedelta(days=7):
                continue
            if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
                return Finding(False, via, f"good, says the authority by {via}", single.this_update_utc)
            if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
                return Finding(True, via, _since(single.revocation_time_utc, single.revocation_reason, via), single.this_update_utc)
    except UNREADABLE:
        return None
    return None


def _about(single: ocsp.OCSPSingleResponse, leaf: x509.Certificate, issuer: x509.Certificate) -> bool:
    if single.serial_number != leaf.serial_number:
        return False
    name, key = hashes.Hash(single.hash_algorithm), hashes.Hash(single.hash_algorithm)
    name.update(issuer.subject.public_bytes())
    key.update(_key_bits(issuer))
    return (single.issuer_name_hash, single.issuer_key_hash) == (name.finalize(), key.finalize())


def _key_bits(cert: x509.Certificate) -> bytes:
    """The public key without the algorithm: what OCSP hashes (RFC 6960, 4.1.1), taken out of SubjectPublicKeyInfo."""
    spki = cert.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    at = _content(spki, 0)  # SEQUENCE
    at = _content(spki, at) + _length(spki, at)  # past AlgorithmIdentifier
    return spki[_content(spki, at) + 1 :]  # BIT STRING without its count of unused bits


def _length(der: bytes, at: int) -> int:
    first = der[at + 1]
    return first if first < 128 else int.from_bytes(der[at + 2 : at + 2 + first - 128], "big")


def _content(der: bytes, at: int) -> int:
    return at + 2 + (der[at + 1] - 128 if der[at + 1] >= 128 else 0)


def _signed(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> bool:
    """By the authority itself, or by a responder that it certified for this (RFC 6960, 4.2.2.2)."""
    signers = [issuer]
    for cert in response.certificates[:4]:
        try:
            cert.verify_directly_issued_by(issuer)
            usage = cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (InvalidSignature, x509.ExtensionNotFound, *UNREADABLE):
            continue
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and cert.not_valid_before_utc <= now <= cert.not_valid_after_utc:
            signers.append(cert)
    return any(_verifies(signer, response) for signer in signers)


def _verifies(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    signature, data, algorithm = response.signature, response.tbs_response_bytes, response.signature_hash_algorithm
    try:
        match signer.public_key():
            case rsa.RSAPublicKey() as key if algorithm is not None:
                key.verify(signature, data, padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() as key if algorithm is not None:
                key.verify(signature, data, ec.ECDSA(algorithm))
            case (ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()) as key:
                key.verify(signature, data)
            case _:
                return False
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def by_crl(der: bytes, leaf: x509.Certificate, issuer: x509.Certificate, now: datetime) -> Finding | None:
    """What a list says of the leaf; None where it says nothing that counts."""
    try:
        crl = x509.load_pem_x509_crl(der) if der.startswith(b"-----BEGIN") else x509.load_der_x509_crl(der)
        key = issuer.public_key()
        if not isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            return None
        if crl.issuer != leaf.issuer or not crl.is_signature_valid(key) or crl.last_update_utc > now + _SKEW or (crl.next_update_utc or now) < now - _SKEW:
            return None
        if not _covers(crl, leaf):
            return None
        entry = crl.get_revoked_certificate_by_serial_number(leaf.serial_number)
        if entry is None:
            return Finding(False, "CRL", "not on the authority's list of revoked certificates", crl.last_update_utc)
        reason = None
        for extension in entry.extensions:
            if isinstance(extension.value, x509.CRLReason):
                reason = extension.value.reason
        return Finding(True, "CRL", _since(entry.revocation_date_utc, reason, "CRL"), crl.last_update_utc)
    except UNREADABLE:
        return None


def _covers(crl: x509.CertificateRevocationList, leaf: x509.Certificate) -> bool:
    """Whether a list that is only about some certificates is about this one (RFC 5280, 5.2.5); a delta says too little."""
    for extension in crl.extensions:
        if isinstance(extension.value, x509.DeltaCRLIndicator):
            return False
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            part = extension.value
            if part.only_contains_ca_certs or part.only_contains_attribute_certs or part.indirect_crl or part.only_some_reasons:
                return False
            named = {name.value for name in part.full_name or () if isinstance(name, x509.UniformResourceIdentifier)}
            if named and not named & {url for via, url in places(leaf) if via == "CRL"}:
                return False
    return True


def _since(when: datetime | None, reason: x509.ReasonFlags | None, via: str) -> str:
    why = f" ({reason.value})" if reason else ""
    return f"revoked since {when:%Y-%m-%d}{why}, says the authority by {via}" if when else f"revoked{why}, says the authority by {via}"


async def _fetched(url: str, asked: bytes, local: bool, limit: float, proxy: Proxy | None) -> bytes:
    place = await locate(url, local, limit, proxied=proxy is not None)
    request = Request(
        place.address, place.port, place.host, place.path, "POST" if asked else "GET", asked, "application/ocsp-request", MOST_BODY if asked else _MOST_CRL
    )  # fmt: skip
    try:
        reply = await fetch(request, limit, proxy=proxy)
    except NotHttp as error:
        raise Failure(Reason.UNPARSABLE, "http", f"{url} answers no HTTP: {error}") from error
    if reply.status != 200:
        raise Failure(Reason.UNAVAILABLE, str(reply.status), f"{url} answers with status {reply.status}")
    return reply.body
