"""Four recorded endpoints, judged on a fixed day: from the document to facts and verdicts, without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.declare.live import Probe
from scanner.declare.path import compile_path
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.facts import Attacks, Certificate, Chain, ClientAuth, Handshake, Hsts, HttpsRedirect, Revocation, SecondCertificate, ServedNames
from scanner.model.known import Known, Reason, Unknown
from scanner.model.snapshot import Dialect
from scanner.model.verdict import Severity, Status
from scanner.plugins import load_checks
from scanner.store.snapshot_file import load
from tests.support.tls import TYPES

SNAPSHOT = load(Path(__file__).parents[2] / "fixtures" / "tls" / "endpoints.jsonl")
DAY = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
CHECKS = {id: check for id, check in load_checks().items() if id.startswith(("tls-", "certificate-"))}
GOOD, EXPIRING, EXPIRED, OLD = (f"localhost:{port}" for port in (8441, 8442, 8443, 8444))
ENDPOINT = TYPES["TLS::Endpoint"]


def verdicts(now: datetime = DAY) -> dict[tuple[str, str], tuple[Status, Severity]]:
    found = judge(Estate.of(SNAPSHOT, TYPES), [Question(check) for check in CHECKS.values() if not check.estate], now)
    return {(v.subject.id, v.check): (v.status, v.severity) for v in found}


def test_each_endpoint_fails_what_it_should_and_nothing_else() -> None:
    failing = {key: severity for key, (status, severity) in verdicts().items() if status is Status.FAIL}
    assert failing == {
        (EXPIRING, "certificate-renewal"): Severity.HIGH,
        (EXPIRED, "certificate-renewal"): Severity.CRITICAL,
        (EXPIRED, "certificate-validity"): Severity.CRITICAL,
        (OLD, "tls-versions"): Severity.HIGH,
        (OLD, "tls-ciphers"): Severity.MEDIUM,
        (OLD, "tls-key-exchange"): Severity.MEDIUM,
        (OLD, "tls-attacks"): Severity.LOW,
        **{(endpoint, "tls-post-quantum"): Severity.LOW for endpoint in (GOOD, EXPIRING, EXPIRED, OLD)},
    }


def test_the_same_snapshot_judged_later_is_judged_by_the_later_day() -> None:
    later = verdicts(datetime(2027, 3, 1, tzinfo=UTC))
    assert later[GOOD, "certificate-validity"][0] is Status.FAIL
    assert later[GOOD, "tls-versions"][0] is Status.PASS


def test_facts_of_the_good_one() -> None:
    resource = next(r for r in Estate.of(SNAPSHOT, TYPES).resources if r.ref.id == GOOD)
    values = {kind: known.value for kind, known in resource.facts.items() if isinstance(known, Known)}
    assert set(values) == {Handshake, Certificate, Chain, ServedNames, Attacks, ClientAuth, Revocation, Hsts, HttpsRedirect}, "it holds one certificate"
    seen = values[Handshake]
    assert (seen.versions, seen.server_preference, seen.unseen) == (("TLSv1.2", "TLSv1.3"), True, ())
    assert set(seen.suites["TLSv1.3"]) == {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
    assert values[ServedNames].matches
    assert values[Certificate].not_after.tzinfo is not None
    assert {source.call for known in resource.facts.values() for source in known.sources} == {f"tls:{part}" for part in ENDPOINT.parts} - {"tls:second"}


@pytest.mark.parametrize("path", sorted({path for declared in ENDPOINT.facts for path in declared.paths(Dialect.PROBE)}))
def test_every_path_yields_a_value_in_the_recording(path: str) -> None:
    if path == "own_name":
        return  # told by a cloud of an endpoint of its own, never seen on the wire: tests/e2e/test_endpoints.py
    # no endpoint of the recording broke a connection off, and an empty list is what that looks like
    if path in ("handshake.unseen[]", "handshake.untried[]"):
        assert all(compile_path(path.removesuffix("[]")).read(dict(doc.body)) for doc in SNAPSHOT.documents)
        return
    assert any(compile_path(path).read(dict(doc.body)) for doc in SNAPSHOT.documents)


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("part", ENDPOINT.live.parts if isinstance(ENDPOINT.live, Probe) else ())
def test_a_failed_part_hides_its_own_facts_and_no_other(part: str, reason: Reason) -> None:
    calls = [replace(call, outcome=reason) if call.operation == part else call for call in SNAPSHOT.calls]
    documents = [replace(doc, body={key: value for key, value in doc.body.items() if key != part}) for doc in SNAPSHOT.documents]
    estate = Estate.of(replace(SNAPSHOT, calls=tuple(calls), documents=tuple(documents)), TYPES)
    hidden = {kind for resource in estate.resources for kind, known in resource.facts.items() if isinstance(known, Unknown)}
    expected = {
        "certificate": {Certificate, ServedNames}, "second": {SecondCertificate}, "chain": {Chain}, "client_auth": {ClientAuth}, "handshake": {Handshake},
        "attacks": {Attacks}, "revocation": {Revocation}, "hsts": {Hsts}, "redirect": {HttpsRedirect},
    }  # fmt: skip
    assert hidden == expected[part]
    for resource in estate.resources:
        for kind in hidden:
            known = resource.facts[kind]
            assert isinstance(known, Unknown)
            assert known.reason is reason
            assert f"tls:{part}" in known.detail


def test_a_part_without_the_declared_shape_is_unparsable() -> None:
    documents = tuple(replace(doc, body={**doc.body, "handshake": {"versions": "TLSv1.2"}, "certificate": {}, "chain": []}) for doc in SNAPSHOT.documents)
    for resource in Estate.of(replace(SNAPSHOT, documents=documents), TYPES).resources:
        for kind in (Handshake, Certificate, Chain, ServedNames):
            known = resource.facts[kind]
            assert isinstance(known, Unknown)
            assert known.reason is Reason.UNPARSABLE
