"""STARTTLS: every protocol leads to the same enumeration, and a server without TLS is told from one that is broken."""

from __future__ import annotations

import pytest

from providers.tls.starttls import DIALOGS
from providers.tls.suites import suite_name
from scanner.sdk import Reason
from tests.support.tls_bed.asking import ask
from tests.support.tls_bed.paper import TLS12, TLS13, Paper, Suite, handler
from tests.support.tls_bed.plain import UNWILLING, WILLING, then
from tests.support.tls_bed.serve import serve

PAPER = Paper({TLS12: (Suite(0xC02F, "ecdhe"), Suite(0x009C)), TLS13: (Suite(0x1301, "tls13"),)}, groups=(29, 23))


def test_every_dialog_has_a_server_here() -> None:
    assert set(WILLING) == set(DIALOGS)


@pytest.mark.parametrize("protocol", sorted(DIALOGS))
def test_a_willing_server(protocol: str) -> None:
    with serve(then(WILLING[protocol], handler(PAPER))) as server:
        found = ask(server.port, starttls=protocol)
    assert found.suites == {"TLSv1.2": (suite_name(0xC02F), suite_name(0x009C)), "TLSv1.3": (suite_name(0x1301),)}
    assert set(found.groups) == {"x25519", "secp256r1"}
    assert found.unseen == ()


@pytest.mark.parametrize("protocol", sorted(UNWILLING))
def test_a_server_without_tls(protocol: str) -> None:
    """It said so: that is final, and asked once."""
    with serve(then(UNWILLING[protocol], handler(PAPER))) as server:
        found = ask(server.port, starttls=protocol)
    assert found.versions == ()
    assert found.unseen[0].part == "endpoint"
    assert found.unseen[0].reason is Reason.UNSUPPORTED, found.unseen[0].detail
    assert len(found.unseen_versions) == 6
    assert server.connections == 1
