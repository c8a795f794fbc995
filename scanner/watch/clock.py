"""Cron expressions: when a job was due last, and when it is due next. Pure; the moment is an argument.

Five fields as cron(8) of Debian reads them: with day of month *and* day of week given, either is enough; 0 and 7 are
Sunday; a time that the change to summer time skips runs once, right after it, one that is repeated in autumn runs once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from scanner.errors import MissingExtra, UsageError


def next_due(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The first time after now. Raises UsageError for an expression that cannot be read or never comes."""
    return _tick(cron, zone, now, False)


def last_due(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The last time up to now."""
    at = next_due(cron, zone, _tick(cron, zone, now, True))
    return at if at <= now else _tick(cron, zone, now, True)


def _tick(cron: str, zone: ZoneInfo, now: datetime, reverse: bool) -> datetime:
    simulator, wrong = _cronsim()
    try:
        found: datetime = next(simulator(cron, now.astimezone(zone).replace(microsecond=0), reverse))
    except (wrong, StopIteration) as error:
        raise UsageError(
            f"the cron expression {cron!r} cannot be used: {error or 'it never comes'}", 'write minute, hour, day of month, month, day of week: "0 6 * * *"'
        ) from error
    return found.astimezone(UTC)


def _cronsim() -> tuple[Any, type[Exception]]:
    try:
        from cronsim import CronSim, CronSimError
    except ImportError as error:
        raise MissingExtra("houvast watch needs the package cronsim", "pip install 'houvast[watch]'") from error
    return CronSim, CronSimError
