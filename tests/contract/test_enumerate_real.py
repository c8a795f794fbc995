"""Real servers: what the enumeration finds is what they were configured with, and what sslyze finds where both can look."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from sslyze import ScanCommand, ScanCommandAttemptStatusEnum, Scanner, ServerNetworkConfiguration, ServerNetworkLocation, ServerScanRequest

from providers.tls.enumeration import Enumeration
from tests.support.tls_bed import real
from tests.support.tls_bed.asking import ask

INTERMEDIATE = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES256-GCM-SHA384"
TLS13 = ("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256")
_COMMANDS = {
    "SSLv2": ScanCommand.SSL_2_0_CIPHER_SUITES,
    "SSLv3": ScanCommand.SSL_3_0_CIPHER_SUITES,
    "TLSv1.0": ScanCommand.TLS_1_0_CIPHER_SUITES,
    "TLSv1.1": ScanCommand.TLS_1_1_CIPHER_SUITES,
    "TLSv1.2": ScanCommand.TLS_1_2_CIPHER_SUITES,
    "TLSv1.3": ScanCommand.TLS_1_3_CIPHER_SUITES,
}


def sslyze_suites(port: int) -> dict[str, frozenset[str]]:
    """Accepted suites by version, as sslyze sees them."""
    scanner = Scanner()
    request = ServerScanRequest(ServerNetworkLocation("localhost", port, "127.0.0.1"), ServerNetworkConfiguration("localhost"), scan_commands=set(_COMMANDS.values()))
    scanner.queue_scans([request])
    (result,) = list(scanner.get_results())
    assert result.scan_result is not None
    found = {}
    for version, command in _COMMANDS.items():
        attempt = getattr(result.scan_result, command.value)
        assert attempt.status is ScanCommandAttemptStatusEnum.COMPLETED
        names = frozenset(suite.cipher_suite.name for suite in attempt.result.accepted_cipher_suites)
        if names:
            found[version] = names
    return found


def sets(found: Enumeration) -> dict[str, frozenset[str]]:
    return {version: frozenset(suites) for version, suites in found.suites.items()}


def test_openssl_with_everything_switched_on() -> None:
    """TLS 1.0 to 1.3 with NULL, anonymous, CCM, ARIA and Camellia suites; exact lists, in OpenSSL's order."""
    with real.openssl("-cipher", "ALL:COMPLEMENTOFALL:!PSK:!SRP:@SECLEVEL=0", "-min_protocol", "TLSv1", "-serverpref") as port:
        found = ask(port)
        theirs = sslyze_suites(port)
    usable = [
        name for name in real.openssl_suites("ALL:COMPLEMENTOFALL:!PSK:!SRP:!aECDSA:!aDSS:@SECLEVEL=0") if not name.startswith("TLS_AES") and name != "TLS_CHACHA20_POLY1305_SHA256"
    ]
    assert list(found.suites["TLSv1.2"]) == usable
    assert found.suites["TLSv1.3"] == TLS13
    assert found.suites["TLSv1.0"] == found.suites["TLSv1.1"]
    assert found.versions == ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
    assert found.server_preference is True
    assert found.unseen == ()
    assert found.groups_by_version["TLSv1.3"] == ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1", "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192")
    assert "rsa_pkcs1_sha1" in found.signature_algorithms
    # where sslyze sees less, the OpenSSL inside it does not offer the suite
    ours = sets(found)
    assert set(theirs) == set(ours)
    assert {version: ours[version] - names for version, names in theirs.items() if ours[version] != names} == {
        "TLSv1.2": {"TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256", "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"}
    }
    assert all(names <= ours[version] for version, names in theirs.items())


def test_nginx_intermediate(tmp_path: Path) -> None:
    directives = f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {INTERMEDIATE}; ssl_prefer_server_ciphers off; ssl_ecdh_curve X25519:prime256v1:secp384r1;"
    with real.nginx(tmp_path, directives) as port:
        found = ask(port)
        theirs = sslyze_suites(port)
    assert sets(found) == {
        "TLSv1.2": frozenset({"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"}),
        "TLSv1.3": frozenset(TLS13),
    }
    assert theirs == sets(found)
    assert set(found.groups) == {"x25519", "secp256r1", "secp384r1"}
    assert found.server_preference is False
    assert found.features.alpn == ("http/1.1",)
    assert found.features.fallback_scsv is True
    assert found.unseen == ()
    assert found.connections <= 34


def test_post_quantum_groups_of_node() -> None:
    with real.node(groups="X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024:X25519:P-256", ciphers="TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256") as port:
        found = ask(port)
    assert set(found.groups_by_version["TLSv1.3"]) == {"X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "x25519", "secp256r1"}
    assert set(found.groups_by_version["TLSv1.2"]) == {"x25519", "secp256r1"}
    assert found.suites == {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",), "TLSv1.3": ("TLS_AES_128_GCM_SHA256",)}
    assert found.unseen == ()


def test_a_post_quantum_group_alone() -> None:
    with real.node(groups="X25519MLKEM768", ciphers="TLS_AES_128_GCM_SHA256", lowest="TLSv1.3") as port:
        found = ask(port)
    assert found.versions == ("TLSv1.3",)
    assert found.groups == ("X25519MLKEM768",)
    assert found.unseen == ()


@pytest.mark.filterwarnings("ignore:The asyncore module:DeprecationWarning")
def test_tlslite_with_sslv3_rc4_and_null() -> None:
    with real.tlslite(
        minVersion=(3, 0), maxVersion=(3, 1), versions=[(3, 1), (3, 0)], cipherNames=["aes128", "rc4", "null"], macNames=["sha", "md5"], keyExchangeNames=["rsa"]
    ) as port:
        found = ask(port)
    # RFC 2246 has all of them in SSLv3 as in TLS 1.0
    expected = frozenset({"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_NULL_MD5"})
    assert sets(found) == {"SSLv3": expected, "TLSv1.0": expected}
    assert found.groups == ()
    assert found.server_preference is True
    assert found.unseen == ()


def test_python_with_an_ecdsa_certificate() -> None:
    def configure(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256")
        context.set_ecdh_curve("prime256v1")

    with real.python_ssl(configure, "p256") as port:
        found = ask(port)
        theirs = sslyze_suites(port)
    assert found.suites["TLSv1.2"] == ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    assert sets(found) == theirs
    assert found.groups == ("secp256r1",)
    assert set(found.signature_algorithms) >= {"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384"}
    assert found.unseen == ()


@pytest.mark.parametrize(("options", "bits"), [(("-cipher", "DHE:@SECLEVEL=0", "-dhparam", "{dh}"), 1024), (("-cipher", "DHE"), 2048)])
def test_the_size_of_the_finite_field(options: tuple[str, ...], bits: int, tmp_path: Path) -> None:
    file = tmp_path / "dh.pem"
    file.write_text(_DH1024)
    with real.openssl("-tls1_2", *(option.format(dh=file) for option in options)) as port:
        found = ask(port)
    assert found.dh_bits == (bits,)
    assert found.versions == ("TLSv1.2",)
    assert all("_DHE_" in name for name in found.suites["TLSv1.2"])


# The 1024-bit MODP group 2 of RFC 2409, 6.2: p as printed there, g = 2
_DH1024 = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""
