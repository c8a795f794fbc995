"""`houvast diff`: new, resolved, still failing, newly unknown, between two scans."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scanner.cli.choosing import chosen_config
from scanner.cli.recording import own_history
from scanner.errors import Exit, InvalidFile, UsageError
from scanner.judge.diff import Change, Seen, Standing, State, compare, still_failing
from scanner.model.resource import Ref
from scanner.model.verdict import Severity
from scanner.report.text import plural, safe

SCHEMA = "houvast/diff/1"
_HEADINGS = {
    "new": "NEW", "reopened": "CAME BACK", "waiver-ended": "NO LONGER WAIVED", "newly-unknown": "NEWLY UNKNOWN", "still-failing": "STILL FAILING",
    "waived": "WAIVED", "resolved": "RESOLVED", "removed": "GONE WITH THEIR SUBJECT", "known-again": "KNOWN AGAIN",
}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One of the two scans."""

    name: str
    taken_at: str
    standings: dict[str, Standing]
    seen: Seen
    settled: dict[str, str]


def run(arguments: argparse.Namespace) -> int:
    """10 when something fails or is broken that was not before, 11 when something is newly unknown, else 0."""
    if bool(arguments.old) != bool(arguments.new):
        raise UsageError("one file is not enough", "name two snapshots or assessments, or none for the last two scans of the history")
    shown = _of_files(arguments) if arguments.old else _of_history(arguments)
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n" if arguments.format == "json" else _text(shown))
    changes = shown["changes"]
    if changes["new"] or changes["reopened"] or changes["waiver-ended"] or any(p["after"] == "broken" for p in shown["promises"]):
        return int(Exit.FAILED)
    return int(Exit.UNKNOWN if changes["newly-unknown"] else Exit.OK)


def _of_files(arguments: argparse.Namespace) -> dict[str, Any]:
    old, new = (_side(Path(name), arguments) for name in (arguments.old, arguments.new))
    changes = compare(old.standings, new.standings, new.seen)
    grouped: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _HEADINGS}
    for change in changes:
        if change.kind:
            grouped[change.kind].append(_change(change))
    grouped["still-failing"] = [_standing(s) for s in still_failing(old.standings, new.standings)]
    promises = [{"promise": name, "before": old.settled.get(name), "after": status} for name, status in new.settled.items() if old.settled.get(name) != status]
    return {"schema": SCHEMA, "old": {"name": old.name, "taken_at": old.taken_at}, "new": {"name": new.name, "taken_at": new.taken_at}, "changes": grouped, "promises": promises}


def _change(change: Change) -> dict[str, Any]:
    return {**_standing(change.after), "before": change.before.state.value if change.before else None}


def _standing(standing: Standing) -> dict[str, Any]:
    from scanner.report.json import ref_object

    return {
        "check": standing.check, "fact": standing.fact, "severity": standing.severity.value, "status": standing.state.value, "subject": ref_object(standing.subject),
        "why": standing.why, "fingerprint": standing.fingerprint,
    }  # fmt: skip


def _side(path: Path, arguments: argparse.Namespace) -> Side:
    """A snapshot is judged as of when it was taken, by the rules of today; an assessment is taken as it stands. Raises InvalidFile."""
    from scanner.cli.targets import read_text
    from scanner.store.snapshot_file import looks_like

    text = read_text(path)
    return _judged(path, text, arguments) if looks_like(text) else _assessed(path, text)


def _judged(path: Path, text: str, arguments: argparse.Namespace) -> Side:
    from scanner import plugins
    from scanner.cli import judging
    from scanner.judge.assess import assess
    from scanner.judge.diff import standings
    from scanner.store.snapshot_file import parse

    snapshot = parse(text, str(path))
    choice = judging.choose(arguments, chosen_config(arguments.config))
    moment = datetime.fromisoformat(snapshot.run.taken_at)
    assessment = assess(snapshot, plugins.load_types(), choice.checks, choice.promises, moment, choice.params, choice.waivers)
    seen = Seen.of(snapshot, choice.checks, choice.types)
    return Side(str(path), snapshot.run.taken_at, standings(assessment.verdicts, snapshot), seen, {s.promise: s.status.value for s in assessment.settlements})


def _assessed(path: Path, text: str) -> Side:
    """An assessment holds no calls but the failed ones: what is missing and not behind a gap counts as gone."""
    remedy = "give a snapshot, or what --format json writes"
    try:
        loaded = json.loads(text)
        if loaded["schema"] != "houvast/assessment/1":
            raise InvalidFile(str(path), f"has schema {loaded['schema']!r}", remedy)
        found = {verdict["fingerprint"]: _from_json(verdict) for verdict in loaded["verdicts"]}
        settled = {s["promise"]: s["status"] for s in loaded["settlements"]}
        places = frozenset((s.subject.provider, s.subject.account) for s in found.values() if not s.gap)
        return Side(str(path), loaded["taken_at"], found, Seen({}, places, frozenset(), frozenset(s.check for s in found.values())), settled)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidFile(str(path), f"is neither a snapshot nor an assessment: {type(error).__name__}: {error}", remedy) from error


def _from_json(verdict: dict[str, Any]) -> Standing:
    subject = verdict["subject"]
    ref = Ref(subject["provider"], subject["type"], subject["account"] or "", subject["region"] or "", subject["id"], subject["name"])
    state = State.WAIVED if verdict.get("waiver") else State(verdict["status"])
    return Standing(
        verdict["fingerprint"], verdict["check"], verdict["fact"], ref, Severity(verdict["severity"]), state, verdict["why"], verdict.get("reason"),
        json.dumps(verdict["params"], sort_keys=True), "", bool(verdict.get("gap")), None if state is State.UNKNOWN else state, state in (State.FAIL, State.WAIVED),
    )  # fmt: skip


def _of_history(arguments: argparse.Namespace) -> dict[str, Any]:
    """The last scan of a series against the one before, as the history recorded the changes."""
    from scanner.report.json import ref_object
    from scanner.store import history_reader as read
    from scanner.store.history import History

    config = chosen_config(arguments.config)
    path = Path(arguments.history) if arguments.history else Path(config.history) if config.history else own_history()
    with History(path, create=False) as history:
        every = read.scans(history)
        name = arguments.series or (every[-1].series if every else None)
        of_series = [scan for scan in every if scan.series == name]
        if len(of_series) < 2:
            raise UsageError(f"the history holds {plural(len(of_series), 'scan')} of {name or 'nothing'}", "two are needed; houvast history lists the series")
        old, new = of_series[-2:]
        grouped: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _HEADINGS}
        for finding in read.changes(history, new.number):
            grouped[finding["kind"]].append({**finding, "subject": ref_object(finding["subject"])})
        fresh = {f["fingerprint"] for kind in ("new", "reopened", "waiver-ended") for f in grouped[kind]}
        grouped["still-failing"] = [_found(f) for f in read.findings(history) if f.state == State.FAIL and f.fingerprint not in fresh]
        course = read.promises(history, new.series)
        before = {key: next((r["status"] for r in rows if r["scan"] == old.number), None) for key, rows in course.items()}
        after = {key: next((r["status"] for r in rows if r["scan"] == new.number), None) for key, rows in course.items()}
    promises = [{"promise": key, "before": before[key], "after": status} for key, status in after.items() if status and status != before[key]]
    sides = [{"name": f"{path} scan {scan.number}", "taken_at": scan.taken_at} for scan in (old, new)]
    return {"schema": SCHEMA, "old": sides[0], "new": sides[1], "changes": grouped, "promises": promises}


def _found(finding: Any) -> dict[str, Any]:
    from scanner.report.json import ref_object

    return {
        "check": finding.check, "fact": finding.fact, "severity": finding.severity, "status": finding.state, "subject": ref_object(finding.subject),
        "why": finding.changes[-1]["why"], "fingerprint": finding.fingerprint,
    }  # fmt: skip


def _text(shown: dict[str, Any]) -> str:
    changes = shown["changes"]
    counts = " · ".join(f"{len(changes[kind])} {kind.replace('-', ' ')}" for kind in _HEADINGS if changes[kind]) or "nothing changed"
    lines = [f"{shown['old']['taken_at'][:16]} → {shown['new']['taken_at'][:16]}: {counts}"]
    if shown["promises"]:
        lines += ["", "PROMISES", *(f"  {safe(p['promise'])}: {p['before'] or 'not asked'} → {p['after']}" for p in shown["promises"])]
    for kind, heading in _HEADINGS.items():
        if not changes[kind]:
            continue
        lines += ["", heading]
        by_check: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in changes[kind]:
            by_check[item["check"]].append(item)
        for check, items in sorted(by_check.items(), key=lambda pair: (Severity(pair[1][0]["severity"]).rank, pair[0])):
            lines.append(f"  {items[0]['severity']:<8} {check}")
            lines += [f"    {safe(item['subject']['name'])}: {safe(item['why'])}" for item in items[:20]]
            if len(items) > 20:
                lines.append(f"    … and {len(items) - 20} more (--format json has all)")
    return "\n".join(lines) + "\n"
