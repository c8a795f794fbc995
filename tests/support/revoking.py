"""An authority that revokes, and the responder that says so: plain HTTP on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from scanner.demo.tls_servers import Authority, Key, Server
from tests.support.tls import DAY, NOW


def leaf(
    authority: Authority, responder: str = "", crl: str = "", *, must_staple: bool = False, lives: timedelta = 90 * DAY, names: tuple[str, ...] = ("localhost", "127.0.0.1")
) -> tuple[Key, x509.Certificate]:
    """A certificate that names these places."""
    key, plain = authority.issue(*names, starts=NOW - DAY, ends=NOW - DAY + lives)
    builder = x509.CertificateBuilder(plain.issuer, plain.subject, key.public_key(), plain.serial_number, NOW - DAY, NOW - DAY + lives, list(plain.extensions))
    if responder:
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if must_staple:
        builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False)
    return key, builder.sign(authority.key, hashes.SHA256())


def answer(authority: Authority, cert: x509.Certificate, *, revoked: bool = False, at: datetime = NOW, signer: Authority | None = None) -> bytes:
    """A signed OCSP response."""
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    by = signer or authority
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert, authority.cert, hashes.SHA1(), status, at - timedelta(hours=1), at + timedelta(days=3),
        at - 5 * DAY if revoked else None, x509.ReasonFlags.key_compromise if revoked else None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.cert)
    if signer is not None:
        builder = builder.certificates([signer.cert])
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def delegate(authority: Authority, *, may: bool = True) -> Authority:
    """A responder with a certificate of its own; `may`: it is one for this purpose."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "responder")])
    usage = ExtendedKeyUsageOID.OCSP_SIGNING if may else ExtendedKeyUsageOID.SERVER_AUTH
    builder = x509.CertificateBuilder(authority.cert.subject, name, key.public_key(), 77, NOW - DAY, NOW + DAY)
    return Authority(key, builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False).sign(authority.key, hashes.SHA256()))


def revoked_list(authority: Authority, *certs: x509.Certificate, at: datetime = NOW, signer: Authority | None = None) -> bytes:
    """A CRL."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.cert.subject).last_update(at - timedelta(hours=1)).next_update(at + DAY)
    for cert in certs:
        entry = x509.RevokedCertificateBuilder().serial_number(cert.serial_number).revocation_date(at - 2 * DAY)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(x509.ReasonFlags.superseded), critical=False).build())
    return builder.sign((signer or authority).key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass
class Responder:
    """A web server whose answers can still be chosen once its port is known."""

    port: int = 0
    bodies: dict[str, bytes | Callable[[], bytes]] = field(default_factory=dict)
    """By path; what is not here is 404."""
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"


@contextmanager
def responding() -> Iterator[Responder]:
    """A responder for the time of the block."""
    made = Responder()

    def handle(sock: socket.socket) -> None:
        sock.settimeout(5.0)
        head = b""
        while b"\r\n\r\n" not in head:
            head += sock.recv(4096)
        path = head.split()[1].decode()
        made.asked.append(path)
        body = made.bodies.get(path)
        if callable(body):
            body = body()
        status = b"404 Not Found" if body is None else b"200 OK"
        body = body or b""
        sock.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\nConnection: close\r\n\r\n" + body)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass

    server = Server(handle)
    made.port = server.port
    try:
        yield made
    finally:
        server.close()
