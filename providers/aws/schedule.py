"""Schedules as AWS writes them: `cron(0 5 ? * * *)` and `rate(12 hours)`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_UNITS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_YEAR, _MONTH = 8784.0, 744.0
"""The longest year and month, in hours."""


def hours_between(expression: str) -> float:
    """The longest time between two runs, in hours. Raises ValueError for what is no schedule of AWS."""
    rate = re.fullmatch(r"\s*rate\(\s*(\d+)\s+(minute|hour|day|week)s?\s*\)\s*", expression)
    if rate:
        return float(rate[1]) * _UNITS[rate[2]]
    cron = re.fullmatch(r"\s*cron\((.*)\)\s*", expression)
    fields = cron[1].lower().split() if cron else []
    if len(fields) != 6:
        raise ValueError(f"{expression!r} is neither rate(…) nor cron(…) with six fields")
    minutes, hours, days, months, weekdays, years = fields
    if years not in ("*", "?"):
        raise ValueError(f"{expression!r} ends in some year")
    if months not in ("*", "?", "1/1"):
        return _YEAR
    if days not in ("*", "?", "1/1"):
        return _MONTH if re.search(r"[lw#]", days) else _days_of_month(days)
    if weekdays not in ("*", "?"):
        return 24 * _gap(_numbers(weekdays, 1, 7, _DAYS), 7) if not re.search(r"[#]|\dl", weekdays) else 5 * 168.0
    return _within_a_day(minutes, hours)


def _days_of_month(days: str) -> float:
    """The turn of a month is 31 days away at most."""
    return 24.0 * _gap(_numbers(days, 1, 31), 31)


def _within_a_day(minutes: str, hours: str) -> float:
    within = _gap(_numbers(minutes, 0, 59), 60) / 60
    return within if hours == "*" else _gap(_numbers(hours, 0, 23), 24)


def _gap(numbers: Iterable[int], round_: int) -> float:
    """The longest way from one number to the next, round the end."""
    found = sorted(set(numbers))
    return float(max((after - before for before, after in zip(found, [*found[1:], found[0] + round_], strict=True)), default=round_))


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> list[int]:
    """`1,5-7`, `*/6`, `0/12`, `mon-fri`. Raises ValueError."""
    for number, name in enumerate(names, low):
        field = field.replace(name, str(number))
    found: list[int] = []
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?", part)
        if not match:
            raise ValueError(f"{part!r} is no part of a schedule")
        first = low if match[1] == "*" else int(match[1])
        last = int(match[2]) if match[2] else high if match[1] == "*" or match[3] else first
        if not (low <= first <= high and low <= last <= high):
            raise ValueError(f"{part!r} is out of range")
        if last < first:  # fri-mon
            last += high - low + 1
        found += [(n - low) % (high - low + 1) + low for n in range(first, last + 1, int(match[3] or 1) or 1)]
    return found
