"""`houvast history`: how promises and checks came out over time, with first seen, mended, reopened."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.choosing import chosen_config
from scanner.cli.collecting import now
from scanner.cli.recording import own_history
from scanner.errors import Exit, UsageError
from scanner.judge.trend import Stretch, backups_over, renewals, stretches
from scanner.report.text import plural, safe
from scanner.store import history_reader as read
from scanner.store.config import Config
from scanner.store.entry import stamp
from scanner.store.history import History

if TYPE_CHECKING:
    from scanner.model.promise import Promise

SCHEMA = "houvast/history/1"
_DAILY = 24.0
"""Hours between two backups that "daily" means."""


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when the file is damaged."""
    config = chosen_config(arguments.config)
    path = Path(arguments.history) if arguments.history else Path(config.history) if config.history else own_history()
    with History(path, create=False) as history:
        if arguments.verify:
            return _verify(history)
        moment = now()
        shown = course(history, config, moment, arguments.days, arguments.series, arguments.promise, arguments.check, arguments.events)
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n" if arguments.format == "json" else _text(shown, path))
    return int(Exit.OK)


def _verify(history: History) -> int:
    damage = history.damage()
    print(f"houvast: {history.path} is damaged: {damage}" if damage else f"{history.path}: sound", file=sys.stderr if damage else sys.stdout)
    return int(Exit.TOOL_ERROR if damage else Exit.OK)


def course(
    history: History, config: Config, moment: datetime, days: int, series: str | None = None, promise: str | None = None, check: str | None = None, events: bool = False
) -> dict[str, Any]:
    """Everything that is asked for, as plain data."""
    since = stamp(moment - timedelta(days=days))
    found = read.scans(history, since, series)
    names = list(dict.fromkeys(scan.series for scan in found))
    shown: dict[str, Any] = {"schema": SCHEMA, "since": since, "until": stamp(moment), "series": {}}
    for name in names:
        settled = {key: rows for key, rows in read.promises(history, name, since).items() if promise in (None, key)}
        tallies = {key: rows for key, rows in read.checks(history, name, since).items() if check in (None, key)}
        shown["series"][name] = {
            "scans": [asdict(scan) for scan in found if scan.series == name],
            "promises": {
                key: {"text": rows[-1]["text"], "course": [asdict(s) for s in stretches((r["at"], r["status"]) for r in rows)], "scans": rows} for key, rows in settled.items()
            },
            "checks": {} if promise else tallies,
        }
    if promise and not any(s["promises"] for s in shown["series"].values()):
        raise UsageError(f"the history knows no promise {promise!r}", "houvast history without --promise lists them")
    if promise is None:
        shown["findings"] = [_finding(f) for f in read.findings(history, check or "") if check or f.state in ("fail", "waived") or f.since >= since]
        shown["gaps"] = read.gaps(history, since)
    shown["over_time"] = _over_time(history, config, moment, days, promise)
    if events:
        shown["events"] = read.events(history, since)
    return shown


def _finding(finding: read.Finding) -> dict[str, Any]:
    from scanner.report.json import ref_object

    return {**asdict(finding), "subject": ref_object(finding.subject)}


def _over_time(history: History, config: Config, moment: datetime, days: int, promise: str | None) -> dict[str, Any]:
    """What only time can show: backups at their rhythm, certificates renewed before their end."""
    from scanner.judge.scope import in_scope

    bound = _bound(config, promise)
    scope = bound.scope if bound else ()
    hours = _DAILY
    for bind in bound.binds if bound else ():
        given = bind.params.get("max_hours") if bind.check == "backup-frequency" else None
        hours = float(given) if isinstance(given, (int, float)) else hours
    points = read.recovery_points(history)
    backups = [backups_over(ref.id, at, moment, days, hours) for ref, at in points.items() if in_scope(scope, ref)]
    renewed = [renewals(ref.id, [(c["first_seen"], c["not_before"], c["not_after"]) for c in held]) for ref, held in read.certificates(history).items() if in_scope(scope, ref)]
    checks = {bind.check for bind in bound.binds} if bound else {"backup", "certificate"}
    return {
        "days": days,
        "backups": [{**asdict(b), "every_hours": hours} for b in backups] if any(c.startswith("backup") for c in checks) else [],
        "certificates": [asdict(r) for r in renewed] if any(c.startswith("certificate") for c in checks) else [],
    }


def _bound(config: Config, promise: str | None) -> Promise | None:
    """The promise as its file has it now, for its scope and binds."""
    file = config.promises or ("promises.toml" if Path("promises.toml").is_file() else None)
    if promise is None or file is None:
        return None
    from scanner import plugins
    from scanner.store.promise_file import load_promises

    return next((p for p in load_promises(Path(file), plugins.load_checks(), config.environments) if p.id == promise), None)


_BARS = "▁▂▃▄▅▆▇█"


def _bar(values: list[int], width: int = 30) -> str:
    """Numbers as a line of bars, the last ones that fit."""
    recent = values[-width:]
    top = max(recent, default=0)
    return "".join(_BARS[0] if not top else _BARS[min(round(v / top * (len(_BARS) - 1)), len(_BARS) - 1)] for v in recent)


def _text(shown: dict[str, Any], path: Path) -> str:
    lines = [f"Houvast history · {path} · since {_day(shown['since'])}"]
    if not shown["series"]:
        lines.append("no scan in this time")
    for name, series in shown["series"].items():
        scans = series["scans"]
        lines += ["", f"{safe(name) or '(no targets)'}: {plural(len(scans), 'scan')}, {_day(scans[0]['taken_at'])} to {_day(scans[-1]['taken_at'])}"]
        if series["promises"]:
            lines += ["", "PROMISES"]
        for key, promise in series["promises"].items():
            stretch = [Stretch(**s) for s in promise["course"]]
            lines.append(f"  {stretch[-1].status.upper():<9} {safe(key)}  since {_day(stretch[-1].since)} ({plural(stretch[-1].scans, 'scan')})")
            lines += [f"            {s.status} from {_day(s.since)} to {_day(s.until)} ({plural(s.scans, 'scan')})" for s in reversed(stretch[-5:-1])]
        if series["checks"]:
            lines += ["", "CHECKS", f"  {'check':<24} {'fail':>10} {'unknown':>12}  fails over time"]
        for key, rows in series["checks"].items():
            first, last = rows[0], rows[-1]
            lines.append(f"  {safe(key):<24} {_change(first['fail'], last['fail']):>10} {_change(first['unknown'], last['unknown']):>12}  {_bar([r['fail'] for r in rows])}")
    lines += _findings(shown) + _gaps(shown) + _time(shown) + _events(shown)
    return "\n".join(lines) + "\n"


def _change(first: int, last: int) -> str:
    return str(last) if first == last else f"{first} → {last}"


def _findings(shown: dict[str, Any]) -> list[str]:
    found = shown.get("findings", [])
    lines = ["", f"FINDINGS  {sum(f['state'] == 'fail' for f in found)} open"] if found else []
    for f in found:
        opened = sum(c["state"] == "fail" and c["kind"] in ("new", "reopened") for c in f["changes"])
        again = f", came back {opened - 1} ×" if opened > 1 else ""
        lines.append(f"  {f['state']:<8} {f['check']}  {safe(f['subject']['name'])}  first seen {_day(f['first_seen'])}, {f['state']} since {_day(f['since'])}{again}")
    return lines


def _gaps(shown: dict[str, Any]) -> list[str]:
    found = [g for g in shown.get("gaps", []) if not g["closed"]]
    lines = ["", f"GAPS  {plural(len(found), 'look')} not answered"] if found else []
    return lines + [f"  {g['reason']:<12} {safe(g['look'])}  {safe(g['account'])}  since {_day(g['opened'])}" for g in found[:40]]


def _time(shown: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    over = shown["over_time"]
    if over["backups"]:
        lines += ["", f"BACKUPS  at least every {over['backups'][0]['every_hours']:g} hours, over {over['days']} days"]
        for b in over["backups"]:
            longest = f"longest pause {b['longest_hours']:.0f} h" if b["longest_hours"] is not None else "no recovery point seen"
            lines.append(f"  {b['rhythm']:<9} {safe(b['subject'])}  {plural(len(b['points']), 'recovery point')}, {longest}")
    if over["certificates"]:
        lines += ["", "CERTIFICATES"]
        for r in over["certificates"]:
            margin = f", {r['shortest_margin_days']:.0f} days before the end at the least" if r["renewed"] else ""
            lines.append(f"  {safe(r['subject'])}  ends {_day(r['certificates'][-1][2])}, renewed {r['renewed']} ×{margin}")
    return lines


def _events(shown: dict[str, Any]) -> list[str]:
    if "events" not in shown:
        return []
    lines = ["", "EVENTS"]
    for event in shown["events"]:
        told = ", ".join(f"{c['channel']}: {c['state']}" + (f" {c['sent_at']}" if c["sent_at"] else "") for c in event["channels"]) or "no channel"
        lines.append(f"  {event['at'][:16]}  {event['severity']:<8} {safe(event['title'])}  ({told})")
        lines += [f"      {safe(line)}" for line in event["body"].splitlines()]
    return lines


def _day(moment: str) -> str:
    return moment[:10]
