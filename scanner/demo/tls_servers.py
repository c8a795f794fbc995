"""Four real TLS endpoints on this machine: a good one, one about to expire, an expired one, and an old one.

Nothing has to be installed: Python's own ssl serves, `cryptography` makes the authority and the certificates when
they are needed. The keys never leave the folder that was given.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from scanner.model.record import dataclass

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Handle = Callable[[socket.socket], None]

HOST = "localhost"


@dataclass(frozen=True)
class Authority:
    """A certificate authority of this run."""

    key: Key
    cert: x509.Certificate

    @classmethod
    def make(cls, name: str = "Houvast demo authority", *, now: datetime | None = None) -> Authority:
        """A new one, valid for a year either way."""
        now, key = now or datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, name, now - timedelta(days=365), now + timedelta(days=365)).public_key(key.public_key())
        ski = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True).add_extension(usage, critical=True).add_extension(ski, critical=False)
        return cls(key, builder.sign(key, hashes.SHA256()))

    def issue(
        self, *names: str, starts: datetime, ends: datetime, rsa_bits: int = 0, usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    ) -> tuple[Key, x509.Certificate]:
        """A certificate for DNS names and addresses: a server's, with a key of P-256, unless the last two say otherwise."""
        key: Key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        issuer = self.cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        builder = _builder(names[0], str(issuer), starts, ends).public_key(key.public_key())
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        return key, builder.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.cert.public_bytes(Encoding.PEM)


def _builder(subject: str, issuer: str, starts: datetime, ends: datetime) -> x509.CertificateBuilder:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    numbered = x509.CertificateBuilder().serial_number(x509.random_serial_number())
    return numbered.subject_name(name(subject)).issuer_name(name(issuer)).not_valid_before(starts).not_valid_after(ends)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def save(folder: Path, name: str, key: Key, *certs: x509.Certificate) -> Path:
    """A PEM file with key and chain, readable by its owner only."""
    file = folder / f"{name}.pem"
    file.touch(mode=0o600)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + b"".join(cert.public_bytes(Encoding.PEM) for cert in certs))
    return file


def server_context(chain: Path, *, lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, ciphers: str = "") -> ssl.SSLContext:
    """A server's context. TLS 1.0 and weak suites need `@SECLEVEL=0` in `ciphers` with OpenSSL 3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if ciphers:
        context.set_ciphers(ciphers)
    context.minimum_version, context.maximum_version = lowest, highest
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(chain)
    return context


class Server:
    """Accepts on a port of the loopback address, a free one by default, and hands each connection to a thread of its own."""

    def __init__(self, handle: Handle, address: str = "127.0.0.1", port: int = 0) -> None:
        self._handle = handle
        self._listener = socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=256)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True, name=f"serve-{self.port}")
        self._thread.start()

    def close(self) -> None:
        """Stop accepting and break what is open."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(2.0)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def _one(self, sock: socket.socket) -> None:
        with self._lock:
            self._open.add(sock)
        try:
            with contextlib.suppress(OSError):  # clients of a scanner break off; ssl.SSLError is an OSError
                self._handle(sock)
        finally:
            with self._lock:
                self._open.discard(sock)
            with contextlib.suppress(OSError):
                sock.close()


def https(context: ssl.SSLContext) -> Handle:
    """Shake hands, and answer each request with one line."""

    def handle(sock: socket.socket) -> None:
        sock.settimeout(10.0)
        with context.wrap_socket(sock, server_side=True) as tls:
            while request := tls.recv(4096):
                if b"\r\n\r\n" in request:
                    tls.sendall(b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
                    return

    return handle


@dataclass(frozen=True)
class DemoServers:
    """Where the endpoints are, and who signed for them."""

    ports: Mapping[str, int]
    """By name: good, expiring, expired, old."""
    ca_file: Path

    @property
    def targets(self) -> tuple[str, ...]:
        """As `houvast scan` takes them; give `ca_file` with `--ca-file`."""
        return tuple(f"{HOST}:{port}" for port in self.ports.values())


@contextlib.contextmanager
def demo_servers(folder: Path, *, now: datetime | None = None) -> Iterator[DemoServers]:
    """The four endpoints, until the block ends."""
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    authority = Authority.make(now=now)
    ca_file = folder / "demo-ca.pem"
    ca_file.write_bytes(authority.pem)
    day = timedelta(days=1)
    spans = {"good": (-10 * day, 80 * day), "expiring": (-80 * day, 10 * day), "expired": (-93 * day, -3 * day), "old": (-10 * day, 80 * day)}
    with contextlib.ExitStack() as stack:
        ports: dict[str, int] = {}
        for name, (start, end) in spans.items():
            old = name == "old"
            key, cert = authority.issue(HOST, "127.0.0.1", starts=now + start, ends=now + end, rsa_bits=2048 if old else 0)
            chain = save(folder, name, key, cert)
            lowest = ssl.TLSVersion.MINIMUM_SUPPORTED if old else ssl.TLSVersion.TLSv1_2
            highest = ssl.TLSVersion.TLSv1_2 if old else ssl.TLSVersion.TLSv1_3
            context = server_context(chain, lowest=lowest, highest=highest, ciphers="ALL:!aNULL:@SECLEVEL=0" if old else _MODERN)
            if not old:
                context.set_ecdh_curve("prime256v1")  # OpenSSL's own list holds ffdhe2048, which guidelines rule out
            server = Server(https(context))
            stack.callback(server.close)
            ports[name] = server.port
        yield DemoServers(ports, ca_file)


_MODERN = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"
