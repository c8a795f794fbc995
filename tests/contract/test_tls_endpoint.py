"""Real endpoints on this machine, looked at through the whole provider."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dh
from cryptography.hazmat.primitives.serialization import Encoding, ParameterFormat

from providers.tls.live import TlsWorker
from scanner.demo.tls_servers import Authority, DemoServers, demo_servers, https, save, server_context
from scanner.errors import InvalidFile, UsageError
from scanner.judge.engine import Question, judge
from scanner.model.facts import OFF, ON, Attacks, Certificate, Chain, ClientAuth, Handshake, ServedNames
from scanner.model.known import Known, Reason, Unknown
from scanner.model.verdict import Status
from scanner.plugins import load_checks
from tests.support.tls import DAY, NOW, Pki, Seen, alert_to_all, imap, scan, serving, smtp


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.make(tmp_path_factory.mktemp("pki"))


def fact(demo: tuple[DemoServers, Seen], name: str, kind: type) -> object:
    servers, seen = demo
    resource = next(r for r in seen.estate.resources if r.ref.id == f"localhost:{servers.ports[name]}")
    known = resource.facts[kind]
    assert isinstance(known, Known), known
    return known.value


def test_the_four_demo_endpoints(tmp_path: Path) -> None:
    """One scan, looked at in three ways."""
    with demo_servers(tmp_path / "demo") as servers:
        demo = servers, scan(*servers.targets, ca_file=servers.ca_file, call_timeout=10.0)
    facts_of_the_demo(demo)
    verdicts_on_the_demo(demo)
    assert not [known for resource in demo[1].estate.resources for known in resource.facts.values() if isinstance(known, Unknown)]


def facts_of_the_demo(demo: tuple[DemoServers, Seen]) -> None:
    servers, seen = demo
    good, old = fact(demo, "good", Handshake), fact(demo, "old", Handshake)
    assert isinstance(good, Handshake)
    assert isinstance(old, Handshake)
    assert good.versions == ("TLSv1.2", "TLSv1.3")
    assert set(good.suites["TLSv1.2"]) == {
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    }  # fmt: skip
    assert good.groups == ("secp256r1",)
    assert {"x25519", "secp256r1"} <= set(old.groups)
    assert good.server_preference is True
    assert old.versions == ("TLSv1.0", "TLSv1.1", "TLSv1.2"), "OpenSSL 3 really negotiates TLS 1.0 here"
    assert "TLS_RSA_WITH_AES_128_CBC_SHA" in old.suites["TLSv1.0"]
    assert good.unseen == old.unseen == ()
    attacks = fact(demo, "old", Attacks)
    assert isinstance(attacks, Attacks)
    assert "beast" in attacks.vulnerable
    assert {"heartbleed", "robot", "crime"} <= set(attacks.tested)
    for name in servers.ports:
        chain = fact(demo, name, Chain)
        assert isinstance(chain, Chain)
        assert chain.trusted, chain.detail
    assert [(call.id, call.detail) for call in seen.snapshot.calls if not call.ok] == []
    assert len(seen.snapshot.calls) == 4 * 10, "the connection and nine parts each"


def verdicts_on_the_demo(demo: tuple[DemoServers, Seen]) -> None:
    servers, seen = demo
    names = {f"localhost:{port}": name for name, port in servers.ports.items()}
    asked = [Question(check) for check in load_checks().values() if not check.estate]
    failing = {(names[v.subject.id], v.check) for v in judge(seen.estate, asked, NOW) if v.status is Status.FAIL}
    certificate = {("expiring", "certificate-renewal"), ("expired", "certificate-renewal"), ("expired", "certificate-validity")}
    old = {("old", check) for check in ("tls-versions", "tls-ciphers", "tls-key-exchange", "tls-attacks")}
    assert failing == certificate | old | {(name, "tls-post-quantum") for name in servers.ports}, "Python's OpenSSL has no ML-KEM to offer"


def test_servers_stop_and_leave_nothing_behind(pki: Pki) -> None:
    before = threading.active_count()
    with serving(https(server_context(pki.chain()))) as port:
        assert scan(f"localhost:{port}", facts=(Certificate,)).fact(Certificate)
    assert threading.active_count() <= before + 4  # the loop's threads may still be on their way out


def test_only_what_is_asked_for_is_looked_at(pki: Pki) -> None:
    with serving(https(server_context(pki.chain()))) as port:
        seen = scan(f"localhost:{port}", facts=(ServedNames,), ca_file=pki.ca_file)
    assert {call.operation for call in seen.snapshot.calls} == {"connect", "certificate"}
    assert seen.lost(Handshake).reason is Reason.NOT_COLLECTED


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("mode", "expected"), [(ssl.CERT_NONE, OFF), (ssl.CERT_OPTIONAL, ON), (ssl.CERT_REQUIRED, ON)])
def test_a_request_for_a_client_certificate_is_seen(pki: Pki, mode: ssl.VerifyMode, expected: object, highest: ssl.TLSVersion) -> None:
    context = server_context(pki.chain(), highest=highest)
    context.verify_mode = mode
    context.load_verify_locations(pki.ca_file)
    with serving(https(context)) as port:
        seen = scan(f"localhost:{port}", facts=(ClientAuth, Certificate))
    assert seen.fact(ClientAuth).state is expected
    assert seen.fact(Certificate).names == ("localhost", "127.0.0.1"), "shown even to a client that is then turned away"


def test_the_wrong_name_an_unknown_authority_and_an_rsa_key(pki: Pki) -> None:
    with serving(https(server_context(pki.chain("other.example.test", rsa_bits=2048)))) as port:
        seen = scan(f"www.example.test:{port}", facts=(ServedNames, Chain, Certificate))
    assert seen.endpoint.ref.name == "www.example.test"
    assert not seen.fact(ServedNames).matches
    assert not seen.fact(Chain).trusted
    assert "--ca-file" in seen.fact(Chain).detail
    assert seen.fact(Certificate).key == "RSA-2048"


def test_a_server_with_two_certificates_is_as_good_as_the_worse_one(pki: Pki) -> None:
    """ECDSA for current clients, renewed; RSA for the others, expired and forgotten, from an authority that nobody knows."""
    context = server_context(pki.chain())
    stranger = Authority.make("Somebody else")
    key, cert = stranger.issue("old.example.test", starts=NOW - 90 * DAY, ends=NOW - DAY, rsa_bits=2048)
    context.load_cert_chain(save(pki.folder, "forgotten", key, cert))
    with serving(https(context)) as port:
        seen = scan(f"localhost:{port}", facts=(Certificate, Chain, ServedNames), ca_file=pki.ca_file)
    assert seen.fact(Certificate).key == "RSA-2048"
    assert seen.fact(ServedNames).names == ("old.example.test",)
    assert not seen.fact(Chain).trusted
    assert {id for id, verdict in seen.verdicts().items() if verdict.status is Status.FAIL} >= {"certificate-validity", "certificate-chain", "certificate-names"}


def test_an_ipv6_endpoint(pki: Pki) -> None:
    try:
        with serving(https(server_context(pki.chain("::1"))), "::1") as port:
            seen = scan(f"[::1]:{port}", facts=(ServedNames,), at="")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    assert seen.endpoint.ref.id == f"[::1]:{port}"
    assert seen.fact(ServedNames).matches


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_starttls(pki: Pki, protocol: str) -> None:
    context = server_context(pki.chain())
    with serving(smtp(context) if protocol == "smtp" else imap(context)) as port:
        seen = scan(f"{protocol}://localhost:{port}", facts=(Handshake, Certificate, Chain), ca_file=pki.ca_file)
    assert seen.fact(Handshake).versions == ("TLSv1.2", "TLSv1.3")
    assert seen.fact(Certificate).names == ("localhost", "127.0.0.1")
    assert seen.fact(Chain).trusted


def test_a_server_that_turns_first_contact_away_is_still_seen(pki: Pki) -> None:
    """An alert to our own hello says only that this hello was not liked: the examination goes on, and brings the certificate."""
    real, met = https(server_context(pki.chain(rsa_bits=2048))), []

    def picky(sock: socket.socket) -> None:
        met.append(sock)
        (real if len(met) > 1 else alert_to_all)(sock)

    with serving(picky) as port:
        seen = scan(f"localhost:{port}", facts=(Handshake, Certificate, Chain, ClientAuth), ca_file=pki.ca_file)
    assert seen.fact(Handshake).versions == ("TLSv1.2", "TLSv1.3")
    assert seen.fact(Certificate).key == "RSA-2048"
    assert seen.fact(Chain).trusted
    assert seen.fact(ClientAuth).state is OFF


def test_a_small_finite_field_is_seen_and_fails(pki: Pki) -> None:
    """RFC 2409's 1024-bit group (Oakley 2): well known, none of IANA's, and within reach of precomputation."""
    prime = int(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
        "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
        16,
    )
    params = pki.folder / "dh1024.pem"
    params.write_bytes(dh.DHParameterNumbers(prime, 2).parameters().parameter_bytes(Encoding.PEM, ParameterFormat.PKCS3))
    context = server_context(pki.chain(rsa_bits=2048), highest=ssl.TLSVersion.TLSv1_2, ciphers="DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    context.load_dh_params(str(params))
    with serving(https(context)) as port:
        seen = scan(f"localhost:{port}", facts=(Handshake,))
    assert seen.fact(Handshake).groups == ("custom-dh-1024",)
    verdict = seen.verdicts()["tls-key-exchange"]
    assert verdict.status is Status.FAIL
    assert "custom-dh-1024" in verdict.why


def test_settings_that_are_wrong_are_said_before_anything_is_scanned(pki: Pki) -> None:
    from providers.tls import live
    from scanner.collect.plan import Options
    from tests.support.tls import TYPES

    with pytest.raises(InvalidFile):
        live.open(("localhost",), Options(settings={"tls.ca_file": "/no/such/file.pem"}), TYPES)
    with pytest.raises(UsageError):
        live.open(("localhost",), Options(settings={"tls.connect": "localhost"}), TYPES)
    for targets in ((), ("a b",), ("localhost", "http://x")):
        with pytest.raises(UsageError):
            live.open(targets, Options(), TYPES)
    worker = live.open(("localhost", "localhost:443", "tls://LOCALHOST"), Options(), TYPES)
    assert isinstance(worker, TlsWorker)
    assert len(worker.start()) == 1, "one endpoint by three names is one look"
    assert live.open(("localhost",), Options(types=frozenset({"AWS::EC2::Volume"})), TYPES).start() == ()
