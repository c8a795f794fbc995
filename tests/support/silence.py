"""Take knowledge away from a snapshot: what must never make anything better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scanner.model.known import Reason
from scanner.model.promise import Settled
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Assessment, Status


def without(snapshot: Snapshot, failed: Iterable[str], reason: Reason) -> Snapshot:
    """The snapshot as it had been if these calls had not been answered."""
    ids = frozenset(failed)
    calls = [replace(c, outcome=reason, code="Injected", items=0, pages=0) if c.id in ids else c for c in snapshot.calls]
    listings = {c.id for c in snapshot.calls if c.id in ids and c.types}
    documents = []
    for doc in snapshot.documents:
        if doc.calls.get("") in listings:
            continue  # a listing that was not answered shows nothing
        lost = [put for put, call in doc.calls.items() if put and call in ids]
        if doc.reference and doc.calls.get("") in ids:
            continue
        documents.append(replace(doc, body={key: value for key, value in doc.body.items() if key not in lost}))
    return Snapshot.of(snapshot.run, calls, documents)


def passes(assessment: Assessment) -> set[str]:
    """Fingerprints of what passes."""
    return {v.fingerprint for v in assessment.verdicts if v.status is Status.PASS}


def kept(assessment: Assessment) -> set[str]:
    """Promises that came out well."""
    return {s.promise for s in assessment.settlements if s.status in (Settled.KEPT, Settled.ATTESTED)}
