"""When a certificate lives too long, and when its renewal is late: the tables, day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.facts import Certificate
from scanner.model.known import Json, Known
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Severity, Status, Verdict
from scanner.plugins import load_checks

REF = Ref("tls", "TLS::Endpoint", "", "", "example.org:443", "example.org")
START = datetime(2026, 10, 1, tzinfo=UTC)


def ask(check: str, start: datetime, lives: timedelta, now: datetime, managed: bool | None = None, **params: Json) -> Verdict:
    cert = Certificate(("example.org",), "CN=CA", start, start + lives, "ECDSA-secp256r1", "sha256", "00", managed)
    (verdict,) = judge(Estate((Resource(REF, {Certificate: Known(cert)}),), (), {}), [Question(load_checks()[check], params)], now)
    return verdict


@pytest.mark.parametrize(
    ("issued", "most"),
    [
        (datetime(2020, 9, 1, tzinfo=UTC), 398),
        (datetime(2026, 3, 14, 23, 59, 59, tzinfo=UTC), 398),
        (datetime(2026, 3, 15, tzinfo=UTC), 200),
        (datetime(2027, 3, 14, tzinfo=UTC), 200),
        (datetime(2027, 3, 15, tzinfo=UTC), 100),
        (datetime(2029, 3, 15, tzinfo=UTC), 47),
    ],
)
def test_the_longest_life_by_date_of_issue(issued: datetime, most: int) -> None:
    second = timedelta(seconds=1)
    assert ask("certificate-validity", issued, timedelta(days=most) - second, issued + timedelta(days=1)).status is Status.PASS
    over = ask("certificate-validity", issued, timedelta(days=most), issued + timedelta(days=1))
    assert (over.status, over.severity) == (Status.FAIL, Severity.LOW), "both ends count: one second more is a day more"
    assert f"{most} are allowed" in over.why


def test_before_the_rules_began_and_for_private_authorities_there_is_no_limit() -> None:
    old = datetime(2019, 1, 1, tzinfo=UTC)
    assert ask("certificate-validity", old, timedelta(days=3650), datetime(2026, 1, 1, tzinfo=UTC)).status is Status.PASS
    assert ask("certificate-validity", START, timedelta(days=825), START + timedelta(days=1), private_ca=True).status is Status.PASS


def test_the_moments_of_validity() -> None:
    for offset, expected in ((-1, Status.FAIL), (0, Status.PASS), (90 * 86400, Status.PASS), (90 * 86400 + 1, Status.FAIL)):
        assert ask("certificate-validity", START, timedelta(days=90), START + timedelta(seconds=offset)).status is expected


@pytest.mark.parametrize(
    ("lives", "low", "medium", "high"),
    [(398, 60, 60, 21), (198, 60, 49.5, 21), (90, 30, 22.5, 15), (64, 21.33, 16, 10.66), (47, 15.66, 11.75, 7.83), (6.67, 2.22, 1.66, 1.11)],
)
def test_thresholds_follow_the_lifetime(lives: float, low: float, medium: float, high: float) -> None:
    life = timedelta(days=lives)

    def severity(left: float) -> Severity | None:
        verdict = ask("certificate-renewal", START, life, START + life - timedelta(days=left))
        return verdict.severity if verdict.status is Status.FAIL else None

    assert severity(low + 0.02) is None
    assert severity(medium + 0.02) is (Severity.LOW if low > medium else None)
    assert severity(high + 0.02) is Severity.MEDIUM
    assert severity(high - 0.02) is Severity.HIGH
    assert severity(0.4) is Severity.CRITICAL
    assert severity(-1) is Severity.CRITICAL


@pytest.mark.parametrize(("lives", "renews"), [(90, 30), (47, 15.67), (6.67, 2.23)])
def test_a_renewal_at_a_third_never_raises_an_alarm(lives: float, renews: float) -> None:
    life = timedelta(days=lives)
    assert ask("certificate-renewal", START, life, START + life - timedelta(days=renews)).status is Status.PASS


def test_who_renews_it_matters() -> None:
    life = timedelta(days=198)
    at_45 = START + life - timedelta(days=45)  # when ACM starts
    assert ask("certificate-renewal", START, life, at_45, managed=True).status is Status.PASS
    assert ask("certificate-renewal", START, life, START + life - timedelta(days=15), managed=True).severity is Severity.HIGH
    assert ask("certificate-renewal", START, life, at_45, managed=None).severity is Severity.MEDIUM
    assert ask("certificate-renewal", START, life, at_45, managed=False).severity is Severity.HIGH
