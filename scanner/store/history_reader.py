"""Questions to the history: courses of promises and checks, findings, gaps, certificates, recovery points."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from scanner.model.resource import Ref
from scanner.store.history import History


@dataclass(frozen=True, slots=True)
class Scan:
    """One recorded scan."""

    number: int
    series: str
    taken_at: str
    judged_at: str
    version: str
    snapshot_digest: str
    resources: int
    asked: int
    answered: int
    counts: dict[str, int]
    """Verdicts: pass, fail, unknown, waived."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A question that failed at least once."""

    fingerprint: str
    check: str
    fact: str
    subject: Ref
    severity: str
    state: str
    first_seen: str
    since: str
    changes: tuple[dict[str, Any], ...]
    """Every change of its state: at, state, kind, why."""


_COUNTS = ("pass", "fail", "unknown", "waived")

_SCANS = """
SELECT s.id, w.text, s.taken_at, s.judged_at, s.version, s.snapshot_digest, s.resources, s.asked, s.answered, s.pass, s.fail, s.unknown, s.waived
FROM scan s JOIN word w ON w.id = s.series WHERE s.taken_at >= ? ORDER BY s.taken_at, s.judged_at, s.id
"""
_PROMISES = """
SELECT p.text, t.text, s.id, s.taken_at, x.status, x.pass, x.fail, x.unknown, x.waived
FROM settlement x JOIN scan s ON s.id = x.scan JOIN word w ON w.id = s.series JOIN word p ON p.id = x.promise JOIN word t ON t.id = x.text
WHERE w.text = ? AND s.taken_at >= ? ORDER BY p.text, s.taken_at, s.judged_at, s.id
"""
_CHECKS = """
SELECT c.text, s.taken_at, t.pass, t.fail, t.unknown, t.waived FROM tally t JOIN scan s ON s.id = t.scan JOIN word w ON w.id = s.series JOIN word c ON c.id = t.check_id
WHERE w.text = ? AND s.taken_at >= ? ORDER BY c.text, s.taken_at, s.judged_at, s.id
"""
_FINDINGS = """
SELECT hex(q.fingerprint), c.text, f.text, o.text, q.severity, q.state, a.taken_at, b.taken_at, s.taken_at, x.state, x.kind, y.text
FROM question q JOIN word c ON c.id = q.check_id JOIN word f ON f.id = q.fact JOIN word o ON o.id = q.subject JOIN scan a ON a.id = q.first_scan JOIN scan b ON b.id = q.since
JOIN change x ON x.question = q.id JOIN scan s ON s.id = x.scan JOIN word y ON y.id = x.why
WHERE q.failed_before AND (?1 = '' OR c.text = ?1) ORDER BY c.text, o.text, f.text, q.id, s.taken_at, s.id
"""
_CHANGES = """
SELECT hex(q.fingerprint), c.text, f.text, o.text, q.severity, x.state, x.kind, y.text FROM change x JOIN question q ON q.id = x.question JOIN word c ON c.id = q.check_id
JOIN word f ON f.id = q.fact JOIN word o ON o.id = q.subject JOIN word y ON y.id = x.why WHERE x.scan = ? AND x.kind IS NOT NULL ORDER BY c.text, o.text, f.text
"""
_GAPS = """
SELECT g.name, g.provider, g.account, g.reason, o.taken_at, c.taken_at, w.text FROM gap g JOIN scan o ON o.id = g.opened LEFT JOIN scan c ON c.id = g.closed
JOIN word w ON w.id = g.look WHERE g.closed IS NULL OR c.taken_at >= ? ORDER BY o.taken_at, w.text
"""
_CERTIFICATES = """
SELECT o.text, c.key, c.names, c.issuer, c.not_before, c.not_after, a.taken_at, b.taken_at FROM certificate c JOIN word o ON o.id = c.subject
JOIN scan a ON a.id = c.first_scan JOIN scan b ON b.id = c.last_scan ORDER BY o.text, a.taken_at
"""
_EVENTS = """
SELECT e.id, e.at, e.kind, e.severity, e.title, e.body, d.channel, d.state, d.sent_at, d.tries, d.error FROM event e LEFT JOIN delivery d ON d.event = e.id
WHERE e.at >= ? ORDER BY e.id, d.channel
"""


def scans(history: History, since: str = "", series: str | None = None) -> tuple[Scan, ...]:
    """Scans taken since a moment, oldest first."""
    found = []
    for number, name, taken, judged, version, digest, resources, asked, answered, *counts in history.rows(_SCANS, since):
        found.append(Scan(number, name, taken, judged, version, digest, resources, asked, answered, dict(zip(_COUNTS, counts, strict=True))))
    return tuple(scan for scan in found if series is None or scan.series == series)


def promises(history: History, series: str, since: str = "") -> dict[str, list[dict[str, Any]]]:
    """How each promise came out, scan by scan."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, text, number, at, status, *counts in history.rows(_PROMISES, series, since):
        found[name].append({"scan": number, "at": at, "status": status, "text": text, **dict(zip(_COUNTS, counts, strict=True))})
    return dict(found)


def checks(history: History, series: str, since: str = "") -> dict[str, list[dict[str, Any]]]:
    """Answers of each check, scan by scan."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, at, *counts in history.rows(_CHECKS, series, since):
        found[name].append({"at": at, **dict(zip(_COUNTS, counts, strict=True))})
    return dict(found)


def findings(history: History, check: str = "") -> tuple[Finding, ...]:
    """Everything that ever failed, with its course."""
    courses: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in history.rows(_FINDINGS, check):
        courses[row[:8]].append({"at": row[8], "state": row[9], "kind": row[10], "why": row[11]})
    return tuple(
        Finding(print_.lower(), name, fact, Ref.parse(subject), severity, state, first, since, tuple(course))
        for (print_, name, fact, subject, severity, state, first, since), course in courses.items()
    )


def changes(history: History, scan: int) -> list[dict[str, Any]]:
    """What changed with one scan, as far as anybody needs to hear of it."""
    return [
        {"check": check, "fact": fact, "severity": severity, "status": state, "subject": Ref.parse(subject), "why": why, "fingerprint": print_.lower(), "kind": kind}
        for print_, check, fact, subject, severity, state, kind, why in history.rows(_CHANGES, scan)
    ]


def gaps(history: History, since: str = "") -> list[dict[str, Any]]:
    """Looks that are not answered, and those that were closed since a moment."""
    names = ("look", "provider", "account", "reason", "opened", "closed", "id")
    return [dict(zip(names, row, strict=True)) for row in history.rows(_GAPS, since)]


def certificates(history: History) -> dict[Ref, list[dict[str, Any]]]:
    """Certificates by the place that showed them, in the order in which they were seen."""
    found: dict[Ref, list[dict[str, Any]]] = defaultdict(list)
    names = ("key", "names", "issuer", "not_before", "not_after", "first_seen", "last_seen")
    for subject, *row in history.rows(_CERTIFICATES):
        found[Ref.parse(subject)].append(dict(zip(names, row, strict=True)))
    return dict(found)


def recovery_points(history: History) -> dict[Ref, list[tuple[str, str]]]:
    """Moments that could be restored, each with the last scan that saw it as the newest one, by subject."""
    found: dict[Ref, list[tuple[str, str]]] = defaultdict(list)
    for subject, at, seen in history.rows("SELECT w.text, r.at, r.last_seen FROM recovery r JOIN word w ON w.id = r.subject ORDER BY w.text, r.at"):
        found[Ref.parse(subject)].append((at, seen))
    return dict(found)


def events(history: History, since: str = "") -> list[dict[str, Any]]:
    """What was told or waits to be told: an event, with the state of each channel's delivery."""
    found: dict[int, dict[str, Any]] = {}
    for number, at, kind, severity, title, body, channel, state, sent, tries, error in history.rows(_EVENTS, since):
        event = found.setdefault(number, {"at": at, "kind": kind, "severity": severity, "title": title, "body": body, "channels": []})
        if channel:
            event["channels"].append({"channel": channel, "state": state, "sent_at": sent, "tries": tries, "error": error})
    return list(found.values())
