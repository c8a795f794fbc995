"""What is served is compared with what the cloud holds; whatever was not seen on either side is unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.certificate_served import certificate_served
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.facts import Certificate, Endpoint, Endpoints, SecondCertificate
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Verdict

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ARN = "arn:aws:acm:eu-west-1:111122223333:certificate/1"


def leaf(serial: str = "0a:0b", days: int = 60, fingerprint: str = "") -> Certificate:
    return Certificate(("www.example.org",), "CA", NOW, NOW + timedelta(days=days), "RSA-2048", "sha256", fingerprint, serial=serial)


def listener(*endpoints: Endpoint, dialect: str = "live", fact: Any = None) -> Resource:
    ref = Ref("aws", "AWS::ElasticLoadBalancingV2::Listener", "111122223333", "eu-west-1", "arn:listener", "portal HTTPS:443")
    return Resource(ref, {Endpoints: fact or Known(Endpoints(endpoints))}, {}, dialect)


def held(fact: Any, id: str = ARN) -> Resource:
    return Resource(Ref("aws", "AWS::CertificateManager::Certificate", "111122223333", "eu-west-1", id, id.rsplit("/", 1)[-1]), {Certificate: fact})


def probe(fact: Any, second: Any = None, host: str = "www.example.org", at: str = "") -> Resource:
    facts: dict[type, Any] = {Certificate: fact} | ({SecondCertificate: second} if second else {})
    return Resource(Ref("tls", "TLS::Endpoint", "", "", f"{host}:443{at}", host), facts, {}, "probe")


PORTAL = Endpoint("WWW.example.org.", certificates=(ARN,))


def ask(*resources: Resource) -> tuple[Verdict, ...]:
    return judge(Estate(resources, (), {}), [Question(certificate_served)], NOW)


def test_the_one_that_is_held_passes() -> None:
    (verdict,) = ask(listener(PORTAL), held(Known(leaf())), probe(Known(leaf("0A0B"))))
    assert verdict.status == "pass"
    assert verdict.subject.name == "portal HTTPS:443"


def test_an_older_one_fails_and_says_until_when() -> None:
    (verdict,) = ask(listener(PORTAL), held(Known(leaf("ff", 300))), probe(Known(leaf("0a", 5))))
    assert verdict.status == "fail"
    assert "serves an older one than is held" in verdict.why
    assert "2026-11-26" in verdict.why


def test_fingerprints_go_before_serials() -> None:
    one, other = leaf("1", fingerprint="aa"), leaf("1", fingerprint="bb")
    assert [v.status for v in ask(listener(PORTAL), held(Known(one)), probe(Known(other)))] == ["fail"]
    assert [v.status for v in ask(listener(PORTAL), held(Known(one)), probe(Known(one)))] == ["pass"]


def test_one_machine_of_several_that_was_forgotten_fails() -> None:
    (verdict,) = ask(listener(PORTAL), held(Known(leaf("1"))), probe(Known(leaf("1")), at="@192.0.2.1"), probe(Known(leaf("2")), at="@192.0.2.2"))
    assert verdict.status == "fail"


def test_both_leaves_of_a_server_have_to_be_held() -> None:
    both = listener(Endpoint("www.example.org", certificates=(ARN, f"{ARN}2")))
    known = held(Known(leaf("1"))), held(Known(leaf("2")), f"{ARN}2")
    assert ask(both, *known, probe(Known(leaf("1")), Known(leaf("2"))))[0].status == "pass"
    assert ask(both, *known, probe(Known(leaf("1")), Known(leaf("3"))))[0].status == "fail"


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ([held(Known(leaf())), probe(Known(leaf()), host="other.example.org")], Reason.NOT_COLLECTED),
        ([held(Unknown(Reason.DENIED, "acm:DescribeCertificate denied")), probe(Known(leaf()))], Reason.DENIED),
        ([probe(Known(leaf()))], Reason.NOT_COLLECTED),
        ([held(Known(leaf())), probe(Unknown(Reason.TIMEOUT, "no answer"))], Reason.TIMEOUT),
        ([held(Known(leaf(""))), probe(Known(leaf()))], Reason.UNSUPPORTED),
        ([held(Known(leaf())), probe(Known(leaf()), Unknown(Reason.TIMEOUT, "no answer"))], Reason.TIMEOUT),
    ],
    ids=["not-probed", "held-refused", "held-not-read", "probe-silent", "nothing-to-compare", "second-unknown"],
)
def test_what_was_not_seen_is_not_kept(resources: list[Resource], reason: Reason) -> None:
    (verdict,) = ask(listener(PORTAL), *resources)
    assert (verdict.status, verdict.reason) == ("unknown", reason)


def test_nothing_is_said_where_nothing_was_probed_or_only_planned() -> None:
    assert ask(listener(PORTAL), held(Known(leaf()))) == ()
    assert ask(listener(PORTAL, dialect="cloudformation"), probe(Known(leaf()))) == ()
    private = Endpoint("www.example.org", public=False, certificates=(ARN,))
    assert ask(listener(private), probe(Known(leaf()))) == ()


def test_an_unread_endpoint_is_unknown() -> None:
    (verdict,) = ask(listener(fact=Unknown(Reason.DENIED, "refused")), probe(Known(leaf())))
    assert (verdict.status, verdict.reason) == ("unknown", Reason.DENIED)
