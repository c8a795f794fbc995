"""When a warning may be sent: digest, quiet hours, and the pause after a failure. Pure; the moment is an argument."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from scanner.store.settings import LEVELS, NotifySettings

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def due_at(severity: str, settings: NotifySettings, now: datetime) -> datetime:
    """When an event that comes about now is sent: at once where it is urgent, else with the digest and outside the quiet hours."""
    if settings.urgent != "never" and LEVELS.index(severity) <= LEVELS.index(settings.urgent):
        return now
    at = _next(settings.digest, settings, now) if settings.digest else now
    return after_quiet(settings, at)


def after_quiet(settings: NotifySettings, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    if settings.quiet is None:
        return moment
    start, end = settings.quiet
    clock = moment.astimezone(settings.zone).time()
    inside = start <= clock < end if start <= end else clock >= start or clock < end
    return _next(end, settings, moment) if inside else moment


def _next(clock: time, settings: NotifySettings, moment: datetime) -> datetime:
    """The next time that clocks of the zone show this time, the moment itself included."""
    local = moment.astimezone(settings.zone)
    for day in range(3):
        candidate = datetime.combine(local.date() + timedelta(days=day), clock, settings.zone).astimezone(UTC)
        if candidate >= moment:
            return candidate
    return moment


def again_at(tries: int, now: datetime) -> datetime:
    """When to try again after the given number of attempts: twice the pause each time, at most six hours."""
    doublings: int = min(max(tries - 1, 0), 20)
    return now + min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
