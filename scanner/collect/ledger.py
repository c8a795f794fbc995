"""The ledger: every call and every document of a run, thread-safe, never forgetting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from scanner.collect.plan import Answer, Part
from scanner.model.known import Json, Reason
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Document, Run, Snapshot, worse


class Ledger:
    """Takes answers as they come; gives a snapshot at any moment."""

    def __init__(self, told: Callable[[Answer], None] | None = None) -> None:
        """`told` is given every answer as it is entered, one at a time: for who keeps them elsewhere too."""
        self._told = told
        self._lock = threading.Lock()
        self._calls: dict[str, Call] = {}
        self._documents: dict[tuple[str, str], Document] = {}
        self._parts: list[tuple[Part, Call]] = []
        self._excluded: set[str] = set()

    def take(self, answer: Answer) -> None:
        """Enter everything that a job brought."""
        with self._lock:
            for call in (answer.call, *answer.more_calls):
                self._calls[call.id] = worse(self._calls.get(call.id, call), call)
            for doc in answer.documents:
                before = self._documents.get(doc.key)
                if before is None or before.reference or not doc.reference:  # a mere reference never takes a subject's place
                    self._documents[doc.key] = doc
            self._parts.extend((part, answer.call) for part in answer.parts)
            self._excluded.update(answer.excluded)
            if self._told is not None:
                self._told(answer)

    def exclude(self, entries: Iterable[str]) -> None:
        """Enter what was left out by choice, as `Run.excluded` has it."""
        with self._lock:
            self._excluded.update(entries)

    def documents(self) -> tuple[Document, ...]:
        """All documents with their parts, sorted."""
        with self._lock:
            by_ref: dict[Ref, list[tuple[Part, Call]]] = {}
            for part, call in sorted(self._parts, key=lambda p: (not p[1].ok, p[1].id)):  # a failed look stands, whoever came first
                by_ref.setdefault(part.ref, []).append((part, call))
            return tuple(_with_parts(doc, by_ref.get(doc.ref, ())) for _, doc in sorted(self._documents.items()))

    def snapshot(self, run: Run) -> Snapshot:
        """What is known at this moment."""
        documents = self.documents()
        with self._lock:
            excluded = tuple(sorted({*run.excluded, *self._excluded}))
            return Snapshot.of(replace(run, excluded=excluded), self._calls.values(), documents)

    def counts(self) -> tuple[int, int]:
        """Calls asked and calls that were not answered."""
        with self._lock:
            return len(self._calls), sum(1 for c in self._calls.values() if not c.ok and c.outcome is not Reason.NOT_COLLECTED)


def _with_parts(doc: Document, parts: Collection[tuple[Part, Call]]) -> Document:
    if not parts:
        return doc
    body: dict[str, Json] = dict(doc.body)
    calls = dict(doc.calls)
    for part, call in parts:
        calls[part.put] = call.id
        if call.ok:
            body[part.put] = part.body
    return replace(doc, body=body, calls=calls)
