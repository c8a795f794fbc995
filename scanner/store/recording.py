"""One scan written into the history: the work inside its transaction."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanner.judge.diff import Change, Standing, State, compare, standings
from scanner.model.known import Reason
from scanner.model.promise import Settled
from scanner.model.resource import Ref
from scanner.model.verdict import Gap, Severity
from scanner.store.entry import Entry, Event, PromiseChange, Recorded, SeenCertificate, moment, stamp


def add_event(db: sqlite3.Connection, event: Event, at: str, scan: int | None) -> bool:
    """Store an event once; False when its key is there already."""
    values = (event.key, event.kind, event.severity, event.title, event.body, at, scan)
    return db.execute("INSERT OR IGNORE INTO event (key, kind, severity, title, body, at, scan) VALUES (?, ?, ?, ?, ?, ?, ?)", values).rowcount > 0


_QUESTIONS = """
SELECT q.id, lower(hex(q.fingerprint)), c.text, f.text, s.text, q.severity, q.state, p.text, l.text, q.gap, q.known, q.failed_before
FROM question q JOIN word c ON c.id = q.check_id JOIN word f ON f.id = q.fact JOIN word s ON s.id = q.subject JOIN word p ON p.id = q.params JOIN word l ON l.id = q.look
"""


def load_standings(db: sqlite3.Connection, new: Mapping[str, Standing], same: set[str]) -> Iterator[tuple[int, Standing]]:
    """Every question with its number. Those that stand as in `new` are only put into `same`: they are nearly all."""
    refs: dict[str, Ref] = {}
    for number, print_, check, fact, subject, severity, state, params, look, gap, known, failed in db.execute(_QUESTIONS):
        now = new.get(print_)
        if now is not None and now.state.value == state and now.look == look:
            same.add(print_)
            continue
        if subject not in refs:
            refs[subject] = Ref.parse(subject)
        yield (
            number,
            Standing(print_, check, fact, refs[subject], Severity(severity), State(state), "", None, params, look, bool(gap), State(known) if known else None, bool(failed)),
        )


_LAST_KNOWN = """
SELECT w.text, x.status FROM settlement x JOIN scan s ON s.id = x.scan JOIN word w ON w.id = x.promise
WHERE s.series = ? AND s.taken_at < ? AND x.status <> 'unproven' ORDER BY s.taken_at, s.judged_at, s.id
"""


def _settled(status: str | None) -> Settled | None:
    return Settled(status) if status else None


@dataclass
class Recording:
    """One transaction's work."""

    db: sqlite3.Connection
    entry: Entry
    words: dict[str, int] = field(default_factory=dict)

    def run(self) -> Recorded:
        """Write all of it; gives what is new."""
        a = self.entry.assessment
        series = self.word(self.entry.series)
        newest = self.db.execute("SELECT id, taken_at FROM scan WHERE series = ? ORDER BY taken_at DESC, judged_at DESC, id DESC LIMIT 1", (series,)).fetchone()
        late = newest is not None and newest[1] > a.taken_at
        scan = self._scan(series)
        changes = self._questions(scan, late)
        promises = self._promises(scan, newest[0] if newest else None)
        opened, closed = self._gaps(scan, series, late)
        certificates = self._certificates(scan)
        self._recovery()
        self._looks()
        return Recorded(scan, newest is None, changes, () if late else promises, opened, closed, certificates, late)

    def word(self, text: str) -> int:
        """The number that stands for a text."""
        if text not in self.words:
            added = self.db.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", (text,))
            number = added.lastrowid if added.rowcount > 0 else self.db.execute("SELECT id FROM word WHERE text = ?", (text,)).fetchone()[0]
            self.words[text] = int(number or 0)
        return self.words[text]

    def _scan(self, series: int) -> int:
        a = self.entry.assessment
        counts = Counter("waived" if v.waiver else v.status.value for v in a.verdicts)
        values = (self.entry.key, series, a.taken_at, a.judged_at, a.version, a.snapshot_digest, a.declarations_digest, a.resources, a.coverage.asked, a.coverage.answered)
        row = self.db.execute(
            "INSERT INTO scan (key, series, taken_at, judged_at, version, snapshot_digest, declarations_digest, resources, asked, answered, pass, fail, unknown, waived)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, *(counts[name] for name in ("pass", "fail", "unknown", "waived"))),
        )
        assert row.lastrowid is not None
        by_check: dict[str, Counter[str]] = defaultdict(Counter)
        for verdict in a.verdicts:
            by_check[verdict.check]["waived" if verdict.waiver else verdict.status.value] += 1
        tallies = [(row.lastrowid, self.word(check), *(n[name] for name in ("pass", "fail", "unknown", "waived"))) for check, n in by_check.items()]
        self.db.executemany("INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?)", tallies)
        return row.lastrowid

    def _questions(self, scan: int, late: bool) -> tuple[Change, ...]:
        """Compare with what is known, and keep what changed. What a newer scan saw already stays as that one saw it."""
        new = standings(self.entry.assessment.verdicts, self.entry.snapshot)
        old: dict[str, Standing] = {}
        ids: dict[str, int] = {}
        same: set[str] = set()
        for number, standing in load_standings(self.db, new, same):
            old[standing.fingerprint] = standing
            ids[standing.fingerprint] = number
        newer = {row[0] for row in self.db.execute("SELECT w.text FROM look l JOIN word w ON w.id = l.id WHERE l.taken_at > ?", (self.entry.assessment.taken_at,))}
        newer |= {""} if late else set()
        changes = tuple(c for c in compare(old, new, self.entry.seen, same) if not {c.after.look, (c.before or c.after).look} & newer)
        for change in changes:
            if change.after.fingerprint in ids:
                self._update(ids[change.after.fingerprint], change.after, scan)
            else:
                ids[change.after.fingerprint] = self._insert(change.after, scan)
            values = (ids[change.after.fingerprint], scan, change.after.state.value, change.kind.value if change.kind else None, change.after.reason, self.word(change.after.why))
            self.db.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", values)
        moved = [(self.word(s.look), ids[f]) for f, s in new.items() if f in old and s.look != old[f].look]
        self.db.executemany("UPDATE question SET look = ? WHERE id = ?", moved)
        return changes

    def _update(self, number: int, after: Standing, scan: int) -> None:
        values = (after.severity.value, after.state.value, after.known.value if after.known else None, after.failed_before, scan, number)
        self.db.execute("UPDATE question SET severity = ?, state = ?, known = ?, failed_before = ?, since = ? WHERE id = ?", values)

    def _insert(self, after: Standing, scan: int) -> int:
        words = (self.word(after.check), self.word(after.fact), self.word(after.params), self.word(str(after.subject)), self.word(after.look))
        values = (bytes.fromhex(after.fingerprint), *words, after.severity.value, after.gap, after.state.value, after.known.value if after.known else None, after.failed_before)
        row = self.db.execute(
            "INSERT INTO question (fingerprint, check_id, fact, params, subject, look, severity, gap, state, known, failed_before, first_scan, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, scan, scan),
        )
        assert row.lastrowid is not None
        return row.lastrowid

    def _promises(self, scan: int, newest: int | None) -> tuple[PromiseChange, ...]:
        before = dict(self.db.execute("SELECT w.text, s.status FROM settlement s JOIN word w ON w.id = s.promise WHERE s.scan = ?", (newest,))) if newest else {}
        known = dict(self.db.execute(_LAST_KNOWN, (self.word(self.entry.series), self.entry.assessment.taken_at)))
        changes: list[PromiseChange] = []
        for s in self.entry.assessment.settlements:
            counts = [s.counts.get(name, 0) for name in ("pass", "fail", "unknown", "waived")]
            self.db.execute("INSERT INTO settlement VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (scan, self.word(s.promise), self.word(s.text), s.status.value, *counts))
            if before.get(s.promise) != s.status.value:
                changes.append(PromiseChange(s.promise, s.text, _settled(before.get(s.promise)), s.status, _settled(known.get(s.promise))))
        return tuple(changes)

    def _gaps(self, scan: int, series: int, late: bool) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
        """Gaps that open and close. A look that was not tried closes its gap only where nothing around it was refused."""
        if late:
            return (), ()
        calls = {call.id: call for call in self.entry.snapshot.calls}
        refused = {(c.provider, c.account) for c in calls.values() if not c.ok and c.types} | {(c.provider, "") for c in calls.values() if not c.ok and c.types and not c.account}
        held = {row[0]: row[1:] for row in self.db.execute("SELECT w.text, g.series, g.name, g.provider, g.account FROM gap g JOIN word w ON w.id = g.look WHERE g.closed IS NULL")}
        closed: list[str] = []
        for look, (of_series, name, provider, account) in held.items():
            call = calls.get(look)
            shut = refused & {(provider, account), (provider, "")}
            if (call is not None and call.ok) or (call is None and of_series == series and not shut):
                self.db.execute("UPDATE gap SET closed = ? WHERE look = ? AND closed IS NULL", (scan, self.word(look)))
                closed.append(name)
        opened: list[Gap] = []
        missed = [c for c in self.entry.snapshot.calls if c.outcome not in (None, Reason.NOT_COLLECTED)]
        by_name = {(g.provider, g.account or "", g.region or "", g.service, g.operation, g.subject or ""): g for g in self.entry.assessment.coverage.gaps}
        for call in missed:
            gap = by_name.get((call.provider, call.account, call.region, call.service, call.operation, call.subject))
            if gap is None or call.id in held:
                continue
            values = (self.word(call.id), scan, None, series, gap.reason.value, call.name, call.provider, call.account)
            self.db.execute("INSERT INTO gap (look, opened, closed, series, reason, name, provider, account) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            opened.append(gap)
        return tuple(opened), tuple(closed)

    def _certificates(self, scan: int) -> tuple[SeenCertificate, ...]:
        """Keep what was seen, and give the newest certificate of every place that this scan looked at or tried to look at."""
        for c in self.entry.certificates:
            begun = stamp(c.not_before) if c.not_before is not None else ""
            values = (self.word(str(c.subject)), c.key, json.dumps(c.names), c.issuer, begun, stamp(c.not_after), self.word(c.look), scan, scan)
            self.db.execute(
                "INSERT INTO certificate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subject, key) DO UPDATE SET last_scan = excluded.last_scan, look = excluded.look", values
            )
        shown = {c.subject: c for c in self.entry.certificates}
        now_seen = frozenset(shown)
        failed = {look for look, answered in self.entry.seen.calls.items() if not answered}
        refused = {(c.provider, c.account) for c in self.entry.snapshot.calls if not c.ok and c.types}
        for subject, key, names, issuer, before, after, look in self.db.execute(
            "SELECT s.text, c.key, c.names, c.issuer, c.not_before, c.not_after, l.text FROM certificate c JOIN word s ON s.id = c.subject JOIN word l ON l.id = c.look"
            " ORDER BY c.last_scan, c.not_after"
        ).fetchall():
            ref = Ref.parse(subject)
            unseen = look in failed or (look not in self.entry.seen.calls and ((ref.provider, ref.account) in refused or (ref.provider, "") in refused))
            if ref not in now_seen and unseen:
                shown[ref] = SeenCertificate(ref, key, tuple(json.loads(names)), issuer, moment(before) if before else None, moment(after), look)
        return tuple(shown[ref] for ref in sorted(shown))

    def _recovery(self) -> None:
        """Recovery points, each with the last scan that saw it as the newest one."""
        taken = self.entry.assessment.taken_at
        rows = [(self.word(str(ref)), stamp(at), kind, taken) for ref, at, kind in self.entry.recovery_points]
        self.db.executemany("INSERT INTO recovery VALUES (?, ?, ?, ?) ON CONFLICT (subject, at) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)", rows)

    def _looks(self) -> None:
        at = self.entry.assessment.taken_at
        rows = [(self.word(look), at, answered) for look, answered in self.entry.seen.calls.items()]
        self.db.executemany(
            "INSERT INTO look VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET taken_at = excluded.taken_at, answered = excluded.answered WHERE excluded.taken_at >= taken_at", rows
        )
