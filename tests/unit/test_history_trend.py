"""What only time can show: backups at their rhythm, renewals before the end, stretches of kept and broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner.judge.trend import Rhythm, backups_over, renewals, stretches

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat()


def daily(days: range) -> list[tuple[str, str]]:
    """A backup each day at 02:00, seen by a scan at 06:00."""
    return [(ago(days=n, hours=10), ago(days=n, hours=6)) for n in days]


@pytest.mark.parametrize(
    ("points", "rhythm"),
    [
        (daily(range(32)), Rhythm.SHOWN),
        ([], Rhythm.UNPROVEN),
        (daily(range(5)), Rhythm.UNPROVEN),  # the history does not reach back
        (daily(range(0, 32, 7)), Rhythm.UNPROVEN),  # weekly scans cannot show daily backups, nor deny them
        ([*daily(range(10, 32)), (ago(days=10, hours=10), ago(days=3)), *daily(range(3))], Rhythm.MISSED),
        ([(ago(days=40), ago(days=1))], Rhythm.MISSED),  # seen yesterday, and forty days old
        ([(ago(days=60), ago(days=55))], Rhythm.UNPROVEN),  # a hole before the time that is asked about
        ([(ago(days=-1), ago(days=-1))], Rhythm.UNPROVEN),  # tomorrow
    ],
)
def test_daily_backups(points: list[tuple[str, str]], rhythm: Rhythm) -> None:
    assert backups_over("db", points, NOW, 30, 24.5).rhythm is rhythm


def test_renewals_count_later_ends_only() -> None:
    first, second, third = (
        ("2026-01-01T00:00:00Z", "x", "2026-03-31T00:00:00Z"),
        ("2026-03-01T00:00:00Z", "y", "2026-05-30T00:00:00Z"),
        ("2026-04-01T00:00:00Z", "z", "2026-05-01T00:00:00Z"),
    )
    found = renewals("a", [third, first, second])
    assert found.renewed == 1
    assert found.shortest_margin_days == 30
    assert renewals("a", [first]).shortest_margin_days is None


def test_stretches_put_equal_days_together() -> None:
    days = [("3", "kept"), ("1", "kept"), ("2", "kept"), ("4", "broken"), ("5", "kept")]
    assert [(s.status, s.since, s.until, s.scans) for s in stretches(days)] == [("kept", "1", "3", 3), ("broken", "4", "4", 1), ("kept", "5", "5", 1)]
    assert stretches([]) == ()
