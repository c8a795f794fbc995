"""The page for Prometheus: how the watcher fares, and what the scans wrote. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from scanner.watch.slots import Slot

_SAMPLE = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? ([-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|Inf|NaN))\Z")
Family = tuple[str, str]
"""Kind and help of a metric."""


def render(slots: Mapping[str, Slot | None], nexts: Mapping[str, datetime], running: str | None, outbox: Mapping[tuple[str, str], int], scans: Mapping[str, str]) -> str:
    """Text exposition format 0.0.4. `scans` are the files that the jobs' scans wrote; their samples get the job's name as a label,
    so that two jobs do not speak of the same series."""
    lines: dict[str, tuple[Family, list[str]]] = {}

    def put(name: str, help: str, samples: Iterable[tuple[Mapping[str, str], float]], kind: str = "gauge") -> None:
        lines.setdefault(name, ((kind, help), []))[1].extend(f"{name}{_labels(labels)} {value:.15g}" for labels, value in samples)

    put("houvast_watch_up", "1: the watcher runs.", [({}, 1)])
    put("houvast_watch_job_running", "1 while a job's scan is under way.", [({"job": job}, float(job == running)) for job in slots])
    put("houvast_watch_job_last_end_timestamp_seconds", "When the last scan of a job ended.", [({"job": j}, s.ended_at.timestamp()) for j, s in slots.items() if s and s.ended_at])
    put("houvast_watch_job_last_exit_code", "Exit code of the last scan of a job.", [({"job": j}, float(s.code)) for j, s in slots.items() if s and s.code is not None])
    put("houvast_watch_job_next_timestamp_seconds", "When a job is due next.", [({"job": job}, at.timestamp()) for job, at in nexts.items()])
    put("houvast_outbox_events", "Events by channel and state of their delivery.", [({"channel": c, "state": s}, n) for (c, s), n in sorted(outbox.items())])
    for job, text in sorted(scans.items()):
        _merge(lines, job, text)
    return "".join(f"# HELP {name} {help}\n# TYPE {name} {kind}\n" + "".join(f"{sample}\n" for sample in samples) for name, ((kind, help), samples) in lines.items() if samples)


def _merge(lines: dict[str, tuple[Family, list[str]]], job: str, text: str) -> None:
    """The samples of one scan's file; what is not in the format is left out."""
    helps: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            _, word, name, rest = [*line.split(" ", 3), ""][:4]
            (helps if word == "HELP" else kinds)[name] = rest
        elif match := _SAMPLE.match(line):
            name, labels, value = match.groups()
            inner = _labels({"job": job})[1:-1]
            sample = f"{name}{{{inner}{',' + labels if labels else ''}}} {value}"
            lines.setdefault(name, ((kinds.get(name, "gauge"), helps.get(name, "")), []))[1].append(sample)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    escaped = {key: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for key, value in labels.items()}
    return "{" + ",".join(f'{key}="{value}"' for key, value in escaped.items()) + "}"
