"""The parts of `houvast.toml` about what happens after a scan: `[history]`, `[notify]`, `[watch]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scanner.store.toml_file import TomlFile, Where, nearest

KINDS = ("promise", "finding", "gap", "certificate", "waiver", "attestation", "operation")
"""Kinds of events that a channel can choose."""
LEVELS = ("critical", "high", "medium", "low", "info")
"""Severities of events, worst first; `info` is news that asks for nothing."""

THRESHOLDS = (30, 14, 7, 1, 0)
"""Days before the end of a certificate."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\Z")
_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[0-9.]+|localhost):([0-9]{1,5})\Z")


@dataclass(frozen=True, slots=True)
class Channel:
    """One place to which warnings go."""

    name: str
    url: str = ""
    """An Apprise URL; `${NAME}` stands for an environment variable. Never printed."""
    url_file: str | None = None
    """A file that holds the URL: a mounted secret."""
    events: tuple[str, ...] = KINDS
    severity: str = "info"
    """Events below this are not sent here."""


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """Who is told what, and when."""

    channels: tuple[Channel, ...] = ()
    certificates: tuple[int, ...] = THRESHOLDS
    """Days before the end of a certificate at which it is told, once each."""
    timezone: str = "UTC"
    quiet: tuple[time, time] | None = None
    """Nothing is sent between these times, unless it is urgent."""
    digest: time | None = None
    """Everything that is not urgent is gathered and sent at this time of the day."""
    urgent: str = "critical"
    """Events of this severity and above wait for nothing; `never` for none."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Job:
    """A scan that is run by the clock."""

    name: str
    cron: str
    targets: tuple[str, ...] = ()
    """Empty: the targets of the file."""
    options: tuple[str, ...] = ()
    """Further options of `houvast scan`, as they would be typed."""


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """When scans are run, and where their results can be read."""

    jobs: tuple[Job, ...] = ()
    timezone: str = "UTC"
    host: str = "127.0.0.1"
    port: int = 9464
    names: tuple[str, ...] = ()
    """Further host names under which the page may be asked for."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def history_file(file: TomlFile, folder: Path) -> str | None:
    """`[history]`: the file that scans are recorded in; None: they are not; empty: the user's own."""
    table = _table(file, "history", ("enabled", "file"))
    enabled, path = table.get("enabled", bool(table)), table.get("file")
    if not isinstance(enabled, bool):
        file.wrong(("history", "enabled"), "enabled is neither true nor false", "write enabled = true")
    if path is not None and (not isinstance(path, str) or not path.strip()):
        file.wrong(("history", "file"), "file is empty or no text", 'write file = "history.sqlite3", or leave it out for your own history')
    if not enabled:
        return None
    return str(folder / path) if path else ""


def notify_settings(file: TomlFile, folder: Path) -> NotifySettings | None:
    """`[notify]`; None where the file has none."""
    if "notify" not in file.values:
        return None
    table = _table(file, "notify", ("certificates", "channel", "digest", "quiet", "timezone", "urgent"))
    at: Where = ("notify",)
    days = table.get("certificates", list(THRESHOLDS))
    if not isinstance(days, list) or any(not isinstance(day, int) or isinstance(day, bool) or not 0 <= day <= 400 for day in days):
        file.wrong((*at, "certificates"), "certificates is no list of days", "write certificates = [30, 14, 7, 1, 0]")
    urgent = table.get("urgent", "critical")
    if urgent not in (*LEVELS, "never"):
        file.wrong((*at, "urgent"), f"urgent = {urgent!r} is no severity", f"use {', '.join((*LEVELS, 'never'))}")
    channels = table.get("channel", [])
    if not isinstance(channels, list) or not channels or not all(isinstance(item, dict) for item in channels):
        file.wrong((*at, "channel") if "channel" in table else at, "names no channel", 'write [[notify.channel]] with name = "…" and url = "${NAME}"')
    found = tuple(_channel(file, (*at, "channel", n), item, folder) for n, item in enumerate(channels))
    _once(file, (*at, "channel"), [channel.name for channel in found])
    digest = _clock(file, (*at, "digest"), table["digest"]) if "digest" in table else None
    return NotifySettings(found, tuple(sorted(set(days), reverse=True)), _zone(file, at, table), _quiet(file, at, table), digest, urgent)


def _channel(file: TomlFile, at: Where, item: Mapping[str, Any], folder: Path) -> Channel:
    file.only(at, item, ("events", "name", "severity", "url", "url_file"), "a channel")
    name, url, url_file = _name(file, at, item), item.get("url"), item.get("url_file")
    if (url is None) == (url_file is None):
        file.wrong(at, f"the channel {name} needs a url or a url_file", 'write url = "${HOUVAST_OPS_URL}" and put the Apprise URL into that environment variable')
    if url is not None and (not isinstance(url, str) or (not _SECRET.search(url) and not _plain_webhook(url))):
        file.wrong((*at, "url"), f"the url of {name} holds its secret", 'put it into an environment variable and write url = "${NAME}", or into a file and write url_file')
    if url_file is not None and (not isinstance(url_file, str) or not url_file.strip()):
        file.wrong((*at, "url_file"), "url_file is empty or no text", 'write url_file = "/run/secrets/ops-url"')
    events = item.get("events", list(KINDS))
    if not isinstance(events, list) or not events or any(event not in KINDS for event in events):
        file.wrong((*at, "events"), "events is no list of kinds", f"use {', '.join(KINDS)}")
    severity = item.get("severity", "info")
    if severity not in LEVELS:
        file.wrong((*at, "severity"), f"severity = {severity!r} is none", f"use {', '.join(LEVELS)}")
    return Channel(name, url or "", str(folder / url_file) if url_file else None, tuple(events), severity)


def _plain_webhook(url: str) -> bool:
    """A webhook of this machine without user, password or query: there is nothing secret in it."""
    return re.match(r"(json|xml|form)://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[\w./-]*)?\Z", url) is not None


def watch_settings(file: TomlFile) -> WatchSettings | None:
    """`[watch]`; None where the file has none."""
    if "watch" not in file.values:
        return None
    table = _table(file, "watch", ("job", "listen", "names", "timezone"))
    at: Where = ("watch",)
    jobs = table.get("job", [])
    if not isinstance(jobs, list) or not jobs or not all(isinstance(item, dict) for item in jobs):
        file.wrong((*at, "job") if "job" in table else at, "names no job", 'write [[watch.job]] with name = "daily" and cron = "0 6 * * *"')
    found = tuple(_job(file, (*at, "job", n), item) for n, item in enumerate(jobs))
    _once(file, (*at, "job"), [job.name for job in found])
    listen = table.get("listen", "127.0.0.1:9464")
    match = _LISTEN.match(listen) if isinstance(listen, str) else None
    if not match or int(match[2]) > 65_535:
        file.wrong((*at, "listen"), f"listen = {listen!r} is no address", 'write listen = "127.0.0.1:9464"')
    return WatchSettings(found, _zone(file, at, table), match[1].strip("[]"), int(match[2]), _words(file, (*at, "names"), table.get("names", [])))


def _job(file: TomlFile, at: Where, item: Mapping[str, Any]) -> Job:
    file.only(at, item, ("cron", "name", "options", "targets"), "a job")
    name, cron = _name(file, at, item), item.get("cron")
    if not isinstance(cron, str) or len(cron.split()) != 5:
        file.wrong(
            (*at, "cron") if "cron" in item else at,
            f"the job {name} needs a cron expression of five fields",
            'write cron = "0 6 * * *": minute, hour, day of month, month, day of week',
        )
    return Job(name, cron, _words(file, (*at, "targets"), item.get("targets", [])), _words(file, (*at, "options"), item.get("options", [])))


def _table(file: TomlFile, name: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    value = file.values.get(name, {})
    if not isinstance(value, dict):
        file.wrong((name,), f"{name} is no table", f"write [{name}] and its keys below: {', '.join(known)}")
    file.only((name,), value, known, f"[{name}]")
    return value


def _name(file: TomlFile, at: Where, item: Mapping[str, Any]) -> str:
    name = item.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        file.wrong((*at, "name") if "name" in item else at, "it needs a name of small letters, digits and dashes", 'write name = "ops"')
    return name


def _once(file: TomlFile, at: Where, names: list[str]) -> None:
    for n, name in enumerate(names):
        if name in names[:n]:
            file.wrong((*at, n, "name"), f"the name {name!r} is used twice", "give each a name of its own")


def _words(file: TomlFile, where: Where, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        file.wrong(where, f"{where[-1]} is no list of words", f'write {where[-1]} = ["…"]')
    return tuple(value)


def _zone(file: TomlFile, at: Where, table: Mapping[str, Any]) -> str:
    name = table.get("timezone", "UTC")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        file.wrong(
            (*at, "timezone"),
            f"there is no time zone {name!r}",
            nearest(str(name), ("Europe/Amsterdam", "Europe/Berlin", "Europe/Brussels", "Europe/Paris", "UTC")) or 'write timezone = "Europe/Amsterdam"',
        )
    return str(name)


def _quiet(file: TomlFile, at: Where, table: Mapping[str, Any]) -> tuple[time, time] | None:
    value = table.get("quiet")
    if value is None:
        return None
    start, dash, end = str(value).partition("-")
    if not dash:
        file.wrong((*at, "quiet"), f"quiet = {value!r} is no span of time", 'write quiet = "22:00-07:00"')
    return _clock(file, (*at, "quiet"), start.strip()), _clock(file, (*at, "quiet"), end.strip())


def _clock(file: TomlFile, where: Where, value: object) -> time:
    match = _TIME.match(str(value))
    if not match:
        file.wrong(where, f"{value!r} is no time of the day", 'write "08:00"')
    return time(int(match[1]), int(match[2]))
