"""Whom a scan reaches: every address of a name, ranges, the names on certificates; each through the loop of the command."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from providers.tls import live
from providers.tls.ranges import targets_of
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.run import Loop
from scanner.demo.tls_servers import https, server_context
from scanner.errors import UsageError
from scanner.judge.estate import Estate
from scanner.judge.settle import settle
from scanner.model.facts import Certificate, SecondCertificate
from scanner.model.known import Known, Reason, Unknown
from scanner.model.promise import Bind, Promise
from scanner.model.snapshot import Run
from scanner.model.verdict import Status
from tests.support.tls import NOW, TYPES, Pki, Seen, closed_port, hang, serving


def scan(*targets: str, **settings: str) -> Seen:
    options = Options(facts=frozenset({Certificate, SecondCertificate}), call_timeout=0.6, timeout=30.0, settings={f"tls.{key}": value for key, value in settings.items()})
    ledger = Ledger()
    Loop(live.open(targets, options, TYPES), ledger, threads=4, deadline=30).run()
    snapshot = ledger.snapshot(Run("2026-11-21T10:00:00Z", "0", targets))
    return Seen(snapshot, Estate.of(snapshot, TYPES))


def serials(seen: Seen) -> dict[str, str]:
    """The certificate of every endpoint that showed one."""
    found = ((resource.ref.id, resource.facts[Certificate]) for resource in seen.estate.resources)
    return {id: fact.value.fingerprint for id, fact in found if isinstance(fact, Known)}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.make(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """A name server: what stands in it resolves to these addresses of the loopback network, and nothing else does."""
    known: dict[str, tuple[str, ...]] = {}
    resolve = socket.getaddrinfo

    def answer(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        if host not in known:
            return resolve(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        return [found for address in known[host] for found in resolve(address, port, family, type, proto, flags)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


@pytest.fixture(scope="module")
def two(pki: Pki) -> Iterator[int]:
    """Two machines on one port, each with a certificate of its own, and a third that hangs."""
    one, other = (https(server_context(pki.chain(*names))) for names in (("a.test", "b.test", "*.a.test", "inside.test"), ("a.test",)))
    with serving(one, "127.0.0.2") as port, serving(other, "127.0.0.3", port), serving(hang, "127.0.0.4", port):
        yield port


def test_every_address_of_a_name_is_looked_at(two: int, names: dict[str, tuple[str, ...]]) -> None:
    names["a.test"] = ("127.0.0.3", "127.0.0.2", "127.0.0.4")
    seen = scan(f"a.test:{two}")
    found = serials(seen)
    assert set(found) == {f"a.test:{two}@127.0.0.2", f"a.test:{two}@127.0.0.3"}
    assert len(set(found.values())) == 2
    hanging = next(resource for resource in seen.estate.resources if resource.ref.id.endswith("@127.0.0.4"))
    lost = hanging.facts[Certificate]
    assert isinstance(lost, Unknown)
    assert lost.reason is Reason.TIMEOUT


def test_the_first_address_alone_leaves_promises_unproven(two: int, names: dict[str, tuple[str, ...]]) -> None:
    names["a.test"] = ("127.0.0.2", "127.0.0.3")
    seen = scan(f"a.test:{two}", addresses="first")
    assert set(serials(seen)) == {f"a.test:{two}"}
    assert seen.snapshot.run.excluded == (f"tls:a.test:{two}@127.0.0.3",)
    for scope, settled in (((), "unproven"), (("tls:a.test",), "unproven"), ((f"tls:a.test:{two}",), "unproven"), (("tls:127.0.0.1", "tls:a.test"), "unproven")):
        promise = Promise("certificates", "Certificates are renewed regularly.", scope=scope, binds=(Bind("certificate-validity"),))
        verdicts = tuple(verdict for verdict in seen.verdicts().values() if verdict.check == "certificate-validity")
        assert [verdict.status for verdict in verdicts] == [Status.PASS]
        assert settle(promise, verdicts, seen.snapshot, NOW.date()).status.value == settled, scope


def test_one_family_only(two: int, names: dict[str, tuple[str, ...]]) -> None:
    names["a.test"] = ("127.0.0.2", "::1")
    assert set(serials(scan(f"a.test:{two}", family="4"))) == {f"a.test:{two}"}
    names["a.test"] = ("127.0.0.2",)
    lost = scan(f"a.test:{two}", family="6").lost(Certificate)
    assert "no IPv6 address" in lost.detail


def test_addresses_beyond_measure_are_said(two: int, names: dict[str, tuple[str, ...]]) -> None:
    names["a.test"] = tuple(f"127.0.1.{last}" for last in range(1, 21))
    seen = scan(f"a.test:{two}")
    said = [call for call in seen.snapshot.calls if call.operation == "addresses"]
    assert [(call.outcome, call.types) for call in said] == [(Reason.NOT_COLLECTED, ("TLS::Endpoint",))]
    assert "20 addresses: 4 of them" in said[0].detail


def test_a_range_is_swept(two: int) -> None:
    seen = scan(f"127.0.0.0/29:{two}")
    assert set(serials(seen)) == {f"127.0.0.2:{two}", f"127.0.0.3:{two}"}
    assert {resource.ref.id for resource in seen.estate.resources} == {f"127.0.0.{last}:{two}" for last in (2, 3, 4)}, "where somebody hangs there is an endpoint"
    swept = [call for call in seen.snapshot.calls if call.operation == "sweep"]
    assert {call.subject for call in swept} == {f"127.0.0.{last}:{two}" for last in (1, 5, 6)}
    assert all(call.ok and not call.items for call in swept), "a refused connection is an answer: nobody is there"


def test_silent_addresses_of_a_range_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener whose queue is full drops connections, as a firewall does."""
    monkeypatch.setattr("providers.tls.probe._SWEPT", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        held = [socket.socket() for _ in range(4)]
        for sock in held:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        seen = scan(f"127.0.0.1/32:{port}")
        for sock in held:
            sock.close()
    gap = next(call for call in seen.snapshot.calls if call.types)
    assert gap.outcome is Reason.TIMEOUT
    assert gap.detail.startswith(f"one address of 127.0.0.1/32:{port} gave no answer")
    assert not seen.estate.resources


def test_ranges_as_they_are_written() -> None:
    assert [target.id for target in targets_of("192.0.2.0/30")] == ["192.0.2.1:443", "192.0.2.2:443"]
    assert [target.id for target in targets_of("192.0.2.4/31:8443")] == ["192.0.2.4:8443", "192.0.2.5:8443"]
    assert [target.id for target in targets_of("[2001:db8::]/127:993")] == ["[2001:db8::]:993", "[2001:db8::1]:993"]
    assert [(target.id, target.starttls) for target in targets_of("smtp://192.0.2.8/32")] == [("192.0.2.8:25", "smtp")]
    assert len(list(targets_of("10.0.0.0/16"))) == 65_534
    for wrong, why in (("10.0.0.0/8", "more than 65,536"), ("192.0.2.1/24", "no range"), ("2001:db8::/64", "more than"), ("192.0.2.0/33", "no range"), ("192.0.2.0/24:0", "port")):
        with pytest.raises(UsageError, match=why):
            targets_of(wrong)


def test_names_on_certificates_are_followed(two: int, names: dict[str, tuple[str, ...]]) -> None:
    names["b.test"] = ("127.0.0.2",)
    seen = scan(f"127.0.0.2:{two}", certificate_names="yes")
    assert set(serials(seen)) == {f"127.0.0.2:{two}", f"b.test:{two}"}, "wildcards name nobody"
    lost = {resource.ref.id for resource in seen.estate.resources} - set(serials(seen))
    assert lost == {f"a.test:{two}", f"inside.test:{two}"}, "names that do not resolve are said"
    assert set(serials(scan(f"127.0.0.2:{two}"))) == {f"127.0.0.2:{two}"}, "only where that is asked for"


def test_a_public_certificate_leads_nobody_inside(names: dict[str, tuple[str, ...]]) -> None:
    from providers.tls.spread import Named

    named = Named(())
    (target,) = targets_of("198.51.100.7")
    named.notice(target, "8.8.8.8", {"names": ["inside.test"]})
    (inside,) = named.more()
    assert inside.public
    names["inside.test"] = ("127.0.0.1",)
    options = Options(facts=frozenset({Certificate}), call_timeout=1.0)
    ledger, worker = Ledger(), live.TlsWorker((inside,), options)
    Loop(worker, ledger, threads=2, deadline=10).run()
    (call,) = ledger.snapshot(Run("2026-11-21T10:00:00Z", "0")).calls
    assert (call.outcome, call.code) == (Reason.NOT_COLLECTED, "private")


def test_too_many_names_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from providers.tls import spread

    monkeypatch.setattr(spread, "MOST_NAMES", 3)
    named = spread.Named(())
    (target,) = targets_of("198.51.100.7")
    named.notice(target, "127.0.0.1", {"names": [f"h{number}.test" for number in range(5)]})
    assert len(named.more()) == 3
    beyond = named.beyond()
    assert beyond is not None
    assert beyond.detail.startswith("2 more names")
    assert named.beyond() is None


def test_a_refused_address_of_a_named_host_is_no_silence(names: dict[str, tuple[str, ...]]) -> None:
    port = closed_port()
    names["a.test"] = ("127.0.0.2", "127.0.0.3")
    seen = scan(f"a.test:{port}")
    assert {call.outcome for call in seen.snapshot.calls if call.operation == "connect"} == {Reason.UNAVAILABLE}
    assert len(seen.estate.resources) == 2
