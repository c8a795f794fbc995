"""Many endpoints in one event loop: none lost, hanging ones say so, few connections to one host at a time."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

from providers.tls import live
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.run import Loop
from scanner.demo.tls_servers import https, server_context
from scanner.judge.estate import Estate
from scanner.model.facts import Certificate, Chain, SecondCertificate, ServedNames
from scanner.model.known import Known, Reason
from scanner.model.snapshot import Run
from tests.support.tls import TYPES, Pki, hang, serving

FACTS = frozenset({Certificate, SecondCertificate, Chain, ServedNames})


def test_certificates_of_a_fleet_with_hanging_endpoints(tmp_path: Path) -> None:
    """60 endpoints, each at an address of its own; 3 of them hang."""
    pki = Pki.make(tmp_path)
    with serving(https(server_context(pki.chain("*.example.test"))), "0.0.0.0") as port, serving(hang, "0.0.0.0") as dead:
        targets = tuple(f"127.0.9.{n}:{port if n % 20 else dead}" for n in range(1, 61))
        options = Options(facts=FACTS, call_timeout=1.5, settings={"tls.ca_file": str(pki.ca_file)})
        ledger, before = Ledger(), threading.active_count()
        assert Loop(live.open(targets, options, TYPES), ledger, threads=4, deadline=100).run()
        assert threading.active_count() - before < 40, "no thread for each endpoint"
    estate = Estate.of(ledger.snapshot(Run("2026-11-21T10:00:00Z", "0")), TYPES)
    assert len(estate.resources) == 60
    whole = [r for r in estate.resources if isinstance(r.facts[Certificate], Known)]
    lost = [r.facts[Certificate] for r in estate.resources if not isinstance(r.facts[Certificate], Known)]
    assert (len(whole), len(lost)) == (57, 3)
    assert {fact.reason for fact in lost if not isinstance(fact, Known)} == {Reason.TIMEOUT}
    assert all(isinstance(chain := r.facts[Chain], Known) and chain.value.trusted for r in whole)


def test_names_at_one_address_share_its_connections(tmp_path: Path) -> None:
    pki = Pki.make(tmp_path)
    busy, most, lock = [0], [0], threading.Lock()
    real = https(server_context(pki.chain("*.example.test")))

    def counted(sock: socket.socket) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.02)
        with lock:
            busy[0] -= 1
        real(sock)

    with serving(counted) as port:
        names = tuple(f"host-{n}.example.test:{port}" for n in range(30))
        ledger = Ledger()
        assert Loop(live.open(names, Options(facts=FACTS, call_timeout=5.0, settings={"tls.connect": "127.0.0.1"}), TYPES), ledger, threads=4, deadline=60).run()
    assert len(ledger.documents()) == 30
    assert 2 <= most[0] <= 5


def test_a_scan_that_is_over_leaves_a_gap_for_each_endpoint_that_was_not_looked_at() -> None:
    with serving(hang) as port:
        names = tuple(f"host-{n}.example.test:{port}" for n in range(40))
        ledger = Ledger()
        worker = live.open(names, Options(call_timeout=5.0, workers=1, settings={"tls.connect": "127.0.0.1"}), TYPES)
        assert not Loop(worker, ledger, threads=1, deadline=0.5).run()
    calls = ledger.snapshot(Run("2026-11-21T10:00:00Z", "0")).calls
    assert len(calls) == 40
    assert {call.outcome for call in calls} == {Reason.TIMEOUT}
