"""What is worth telling of a scan. Pure: the recorded changes in, events out. Keys make each of them happen once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from scanner.judge.diff import Change, Kind
from scanner.model.promise import Settled
from scanner.model.verdict import Gap
from scanner.model.waiver import WaiverState
from scanner.report.text import plural
from scanner.store.entry import Entry, Event, Recorded, SeenCertificate, moment
from scanner.store.settings import THRESHOLDS

FEW = 20
"""Subjects that an event names one by one."""

_FINDINGS = {
    Kind.NEW: ("new finding", True),
    Kind.REOPENED: ("finding came back", True),
    Kind.WAIVER_ENDED: ("finding is no longer waived", True),
    Kind.RESOLVED: ("finding is mended", False),
    Kind.REMOVED: ("finding is gone with its subject", False),
}


def decide(certificates: Iterable[int] = THRESHOLDS) -> Callable[[Entry, Recorded], Iterable[Event]]:
    """The rule by which scans become events; `certificates` are days before the end of one."""
    thresholds = tuple(sorted(set(certificates)))

    def events(entry: Entry, recorded: Recorded) -> Iterator[Event]:
        now = moment(entry.assessment.judged_at)
        yield from _promises(entry, recorded)
        yield from _findings(recorded)
        yield from _gaps(recorded)
        yield from _certificates(recorded.certificates, thresholds, now)
        yield from _waivers(entry)
        yield from _attestations(entry, now)

    return events


def _promises(entry: Entry, recorded: Recorded) -> Iterator[Event]:
    why = {v.fingerprint: v.why for v in entry.assessment.verdicts}
    settled = {s.promise: s for s in entry.assessment.settlements}
    for change in recorded.promises:
        key = f"promise|{entry.series}|{change.promise}|{change.after}|{recorded.scan}"
        settlement = settled[change.promise]
        words = f"“{change.text}”"
        match change.after:
            case Settled.BROKEN if change.known is Settled.BROKEN:
                yield Event(key, "promise", "info", f"promise seen to be broken still: {change.promise}", words)
            case Settled.BROKEN:
                body = "\n".join(dict.fromkeys([words, *(why[f] for f in settlement.fails if f in why)]))
                yield Event(key, "promise", settlement.severity or "critical", f"promise newly broken: {change.promise}", body)
            case Settled.UNPROVEN if change.before in (Settled.KEPT, Settled.ATTESTED):
                yield Event(key, "promise", "medium", f"promise no longer proven: {change.promise}", "\n".join([words, *settlement.missing]))
            case Settled.UNPROVEN if change.before is Settled.BROKEN:
                yield Event(key, "promise", "medium", f"promise not seen to be broken, not proven either: {change.promise}", "\n".join([words, *settlement.missing]))
            case Settled.KEPT | Settled.ATTESTED if change.before is not None:
                yield Event(key, "promise", "info", f"promise {change.after} again: {change.promise}", words)
            case _:
                continue


def _findings(recorded: Recorded) -> Iterator[Event]:
    groups: dict[tuple[str, Kind], list[Change]] = defaultdict(list)
    for change in recorded.changes:
        if change.kind in _FINDINGS:
            groups[change.after.check, change.kind].append(change)
    for (check, kind), changes in groups.items():
        words, bad = _FINDINGS[kind]
        severity = min((c.after.severity for c in changes), key=lambda s: s.rank).value if bad else "info"
        title = f"{check}: {words}" if len(changes) == 1 else f"{check}: {len(changes)} × {words}"
        lines = list(dict.fromkeys(c.after.why if bad else f"{c.after.subject.name}: {c.after.why}" for c in changes))
        more = [f"… and {len(lines) - FEW} more: houvast history --check {check}"] if len(lines) > FEW else []
        yield Event(f"finding|{check}|{kind}|{recorded.scan}", "finding", severity, title, "\n".join([*lines[:FEW], *more]))


def _gaps(recorded: Recorded) -> Iterator[Event]:
    groups: dict[tuple[str, str, str], list[Gap]] = defaultdict(list)
    for gap in recorded.opened:
        groups[gap.provider, gap.account or "", gap.reason.value].append(gap)
    for (provider, account, reason), gaps in groups.items():
        place = f"{provider} {account}".strip()
        lines = list(dict.fromkeys(f"{gap.permission or ':'.join(p for p in (gap.service, gap.operation) if p)} {gap.subject or gap.region or ''}".strip() for gap in gaps))
        more = [f"… and {len(lines) - FEW} more"] if len(lines) > FEW else []
        advice = list(dict.fromkeys(f"→ {gap.advice}" for gap in gaps if gap.advice))[:3]
        title = f"{plural(len(gaps), 'look')} newly not answered: {place}: {reason}"
        yield Event(f"gap|{provider}|{account}|{reason}|{recorded.scan}", "gap", "medium", title, "\n".join([*lines[:FEW], *more, *advice]))
    if recorded.closed:
        names = list(dict.fromkeys(recorded.closed))
        title = f"{plural(len(recorded.closed), 'look')} answered again"
        yield Event(f"gap|closed|{recorded.scan}", "gap", "info", title, "\n".join(names[:FEW]))


def crossed(certificate: SeenCertificate, thresholds: Iterable[int], now: datetime) -> int | None:
    """The tightest threshold that a certificate has passed; None while it has time.

    Thresholds beyond a third of its own lifetime are not for it: of a 47-day certificate that is renewed in time nobody
    wants to hear each month. Its end (0) always is."""
    left = certificate.not_after - now
    third = (certificate.not_after - certificate.not_before) / 3 if certificate.not_before is not None else None
    fitting = (days for days in sorted(thresholds) if days == 0 or third is None or timedelta(days=days) <= third)
    return next((days for days in fitting if left <= timedelta(days=days)), None)


def _certificates(certificates: Iterable[SeenCertificate], thresholds: Iterable[int], now: datetime) -> Iterator[Event]:
    places: dict[str, list[SeenCertificate]] = defaultdict(list)
    for certificate in certificates:
        places[certificate.key].append(certificate)
    for key, seen in sorted(places.items()):
        one = seen[0]
        days = crossed(one, thresholds, now)
        if days is None:
            continue
        name = one.names[0] if one.names else one.subject.name
        left = (one.not_after - now).total_seconds() / 86_400
        ends = f"{one.not_after:%Y-%m-%d %H:%M} UTC"
        title = (
            f"certificate of {name} expired on {ends}" if left <= 0 else f"certificate of {name} ends on {ends}, in {plural(int(left), 'day') if left >= 1 else 'less than a day'}"
        )
        severity = "critical" if days <= 1 else "high" if days <= 7 else "medium"
        body = [f"seen at {', '.join(sorted({c.subject.id for c in seen})[:FEW])}", f"issued by {one.issuer}; warned at {days} days"]
        yield Event(f"certificate|{key}|{days}", "certificate", severity, title, "\n".join(body))


def _waivers(entry: Entry) -> Iterator[Event]:
    for note in entry.assessment.waivers:
        waiver = note.waiver
        key = f"waiver|{waiver.check}|{waiver.subject}|{waiver.owner}|{waiver.until}|{note.state}"
        count = plural(len(note.matched), "finding")
        body = f"{waiver.owner}: {waiver.reason}\nit names {count}"
        if note.state is WaiverState.ENDING:
            yield Event(key, "waiver", "medium", f"waiver of {waiver.check} for {waiver.subject} ends on {waiver.until}", body)
        elif note.state is WaiverState.EXPIRED:
            yield Event(key, "waiver", "high", f"waiver of {waiver.check} for {waiver.subject} ended on {waiver.until}", body)


def _attestations(entry: Entry, now: datetime) -> Iterator[Event]:
    for settlement in entry.assessment.settlements:
        word = settlement.attested
        if word is None:
            continue
        left = (word.until - now.date()).days
        state = "ended" if left < 0 else "ending" if word.due(now.date()) else ""
        if state:
            title = f"attestation of {settlement.promise} {'ended' if left < 0 else 'ends'} on {word.until}"
            key = f"attestation|{settlement.promise}|{word.by}|{word.until}|{state}"
            yield Event(key, "attestation", "high" if left < 0 else "medium", title, f"“{settlement.text}”\nby {word.by} in {word.document}")
