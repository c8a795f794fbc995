"""What sslyze sees and what we see, over a bed of real servers, on everything that both can see. Every difference is named with its reason."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from sslyze import ScanCommand, Scanner, ServerNetworkConfiguration, ServerNetworkLocation, ServerScanRequest

from scanner.model.facts import Certificate, SecondCertificate
from scanner.model.known import Known
from tests.support.tls import scan
from tests.support.tls_bed import real
from tests.support.tls_bed.asking import ask
from tests.support.tls_bed.certs import pair

_VERSIONS = {
    "SSLv2": ScanCommand.SSL_2_0_CIPHER_SUITES, "SSLv3": ScanCommand.SSL_3_0_CIPHER_SUITES, "TLSv1.0": ScanCommand.TLS_1_0_CIPHER_SUITES,
    "TLSv1.1": ScanCommand.TLS_1_1_CIPHER_SUITES, "TLSv1.2": ScanCommand.TLS_1_2_CIPHER_SUITES, "TLSv1.3": ScanCommand.TLS_1_3_CIPHER_SUITES,
}  # fmt: skip
_ASKED = {
    *_VERSIONS.values(), ScanCommand.CERTIFICATE_INFO, ScanCommand.ELLIPTIC_CURVES, ScanCommand.TLS_COMPRESSION, ScanCommand.TLS_FALLBACK_SCSV,
    ScanCommand.SESSION_RENEGOTIATION, ScanCommand.TLS_EXTENDED_MASTER_SECRET,
}  # fmt: skip
_CURVES = {"prime256v1": "secp256r1", "prime192v1": "secp192r1", "X25519": "x25519", "X448": "x448"}
_COMPLETED = "COMPLETED"


def theirs(port: int) -> dict[str, Any]:
    """What sslyze's commands came to; one that came to no end is left out."""
    scanner = Scanner()
    scanner.queue_scans([ServerScanRequest(ServerNetworkLocation("localhost", port, "127.0.0.1"), ServerNetworkConfiguration("localhost"), scan_commands=_ASKED)])
    (result,) = list(scanner.get_results())
    seen: dict[str, Any] = {"certificates": frozenset()}
    if result.scan_result is None:
        return seen

    def of(command: ScanCommand) -> Any:
        attempt = getattr(result.scan_result, command.value)
        return attempt.result if attempt.status.value == _COMPLETED else None

    for version, command in _VERSIONS.items():
        seen[version] = frozenset(suite.cipher_suite.name for suite in of(command).accepted_cipher_suites)
    curves = of(ScanCommand.ELLIPTIC_CURVES)
    if curves is not None and curves.supported_curves is not None:
        seen["curves"] = frozenset(_CURVES.get(curve.name, curve.name) for curve in curves.supported_curves)
    if (found := of(ScanCommand.CERTIFICATE_INFO)) is not None:
        seen["certificates"] = frozenset(one.received_certificate_chain[0].fingerprint(SHA256()).hex() for one in found.certificate_deployments)
    for name, command, attribute in (
        ("compression", ScanCommand.TLS_COMPRESSION, "supports_compression"),
        ("fallback", ScanCommand.TLS_FALLBACK_SCSV, "supports_fallback_scsv"),
        ("secure renegotiation", ScanCommand.SESSION_RENEGOTIATION, "supports_secure_renegotiation"),
        ("extended master secret", ScanCommand.TLS_EXTENDED_MASTER_SECRET, "supports_ems_extension"),
    ):
        if (answer := of(command)) is not None:
            seen[name] = getattr(answer, attribute)
    return seen


def ours(port: int) -> dict[str, Any]:
    """The same questions to us."""
    found = ask(port)
    endpoint = scan(f"localhost:{port}", facts=(Certificate, SecondCertificate)).endpoint
    shown = (endpoint.facts[kind] for kind in (Certificate, SecondCertificate) if kind in endpoint.facts)
    before_13 = [name for version, names in found.groups_by_version.items() for name in names if not name.startswith("ffdhe") and "MLKEM" not in name]
    seen: dict[str, Any] = {version: frozenset(found.suites.get(version, ())) for version in _VERSIONS}
    seen["curves"] = frozenset(before_13)
    seen["certificates"] = frozenset(fact.value.fingerprint for fact in shown if isinstance(fact, Known))
    features = found.features
    seen |= {
        "compression": features.compression, "fallback": features.fallback_scsv, "secure renegotiation": features.secure_renegotiation,
        "extended master secret": features.extended_master_secret,
    }  # fmt: skip
    return seen


@dataclass(frozen=True)
class Bed:
    """A server, and where we and sslyze differ about it: what → (only we, only sslyze, why)."""

    serve: Callable[[Path], AbstractContextManager[int]]
    differs: dict[str, tuple[Any, Any, str]] = field(default_factory=dict)


@contextmanager
def _two_keys(folder: Path) -> Iterator[int]:
    other = pair("p256")
    with real.nginx(folder, f"ssl_certificate {other.certificate}; ssl_certificate_key {other.key}; ssl_protocols TLSv1.2 TLSv1.3;") as port:
        yield port


def _lowest(context: ssl.SSLContext) -> None:
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


_ONE_VERSION = "with one version there is nothing to fall back to: sslyze takes the refusal of a lower version for the signal"
_NOT_IN_13 = "TLS 1.3 has no such extension: sslyze says what it assumes of it, we say that nothing could show it"
_TLS13_ALONE = {
    "compression": (None, False, _NOT_IN_13), "extended master secret": (None, True, _NOT_IN_13), "secure renegotiation": (None, True, _NOT_IN_13),
    "fallback": (None, True, _ONE_VERSION),
}  # fmt: skip
_BLIND = "sslyze's OpenSSL knows no group of post-quantum cryptography, and cannot shake hands"
_UNSEEN = {"certificates": (1, 0, _BLIND)}

BED = {
    "nginx, modern": Bed(lambda folder: real.nginx(folder, "ssl_protocols TLSv1.3; ssl_ecdh_curve X25519:prime256v1:secp384r1;"), _TLS13_ALONE),
    "nginx, intermediate": Bed(lambda folder: real.nginx(folder, "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20; ssl_ecdh_curve X25519:prime256v1;")),
    "nginx, RSA and ECDSA": Bed(_two_keys),
    "openssl, from TLS 1.0": Bed(lambda _: real.openssl("-cipher", "ALL:!aNULL:!eNULL:@SECLEVEL=0", "-min_protocol", "TLSv1", "-serverpref")),
    "openssl, TLS 1.2 alone": Bed(lambda _: real.openssl("-tls1_2", "-no_ticket", "-curves", "P-256:P-521"), {"fallback": (None, True, _ONE_VERSION)}),
    "openssl, one curve and ECDSA": Bed(lambda _: real.openssl("-curves", "P-384", kind="p384")),
    "python, TLS 1.0 and 1.1": Bed(lambda _: real.python_ssl(_lowest)),
    "node, post-quantum beside": Bed(lambda _: real.node(groups="X25519MLKEM768:X25519:P-256", ciphers="TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256")),
    "node, post-quantum alone": Bed(lambda _: real.node(groups="X25519MLKEM768", ciphers="TLS_AES_128_GCM_SHA256", lowest="TLSv1.3"), _UNSEEN),
    "tlslite, SSLv3 and RC4": Bed(
        lambda _: real.tlslite(minVersion=(3, 0), maxVersion=(3, 1), versions=[(3, 1), (3, 0)], cipherNames=["aes128", "rc4"], macNames=["sha", "md5"], keyExchangeNames=["rsa"])
    ),
}


@pytest.mark.filterwarnings("ignore:The asyncore module:DeprecationWarning")
@pytest.mark.parametrize("name", BED)
def test_both_see_the_same(name: str, tmp_path: Path) -> None:
    bed = BED[name]
    with bed.serve(tmp_path) as port:
        we, they = ours(port), theirs(port)
    found: dict[str, Any] = {}
    for what in sorted({*we, *they}):
        mine, other = we.get(what), they.get(what)
        if what not in they or mine == other:
            continue
        found[what] = (mine - other, other - mine) if isinstance(mine, frozenset) and isinstance(other, frozenset) else (mine, other)
        if what == "certificates":  # their fingerprints are new in every run
            found[what] = tuple(map(len, found[what]))
    assert found == {what: difference[:2] for what, difference in bed.differs.items()}
