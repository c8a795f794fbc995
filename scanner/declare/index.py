"""A snapshot made ready for reading: documents by name, calls by id, and why something is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import TypeVar

from scanner.declare.path import REFERENCE
from scanner.model.known import Json, Reason, Unknown
from scanner.model.record import dataclass
from scanner.model.said import say
from scanner.model.snapshot import EVERY_TYPE, Call, Dialect, Document, Snapshot

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Index:
    """Answers the three questions that interpreting asks of a snapshot; changes nothing."""

    calls: Mapping[str, Call]
    documents: tuple[Document, ...]
    _by_id: Mapping[tuple[str, str], tuple[Document, ...]] = field(repr=False)
    _by_name: Mapping[tuple[str, str], tuple[Document, ...]] = field(repr=False)
    _by_type: Mapping[str, tuple[Document, ...]] = field(repr=False)
    _failed: Mapping[str, tuple[Call, ...]] = field(repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Index:
        by_id: dict[tuple[str, str], list[Document]] = defaultdict(list)
        by_name: dict[tuple[str, str], list[Document]] = defaultdict(list)
        by_type: dict[str, list[Document]] = defaultdict(list)
        for doc in snapshot.documents:
            kind = doc.ref.type.lower()
            by_id[kind, doc.ref.id.lower()].append(doc)
            by_name[kind, doc.ref.name.lower()].append(doc)
            by_type[kind].append(doc)
        failed: dict[str, list[Call]] = defaultdict(list)
        for call in snapshot.calls:
            if not call.ok and call.subject:
                failed[call.subject.lower()].append(call)
            for kind in call.types if not call.ok else ():
                failed[f"list {kind.lower()}"].append(call)
        return cls(
            {call.id: call for call in snapshot.calls},
            snapshot.documents,
            _frozen(by_id), _frozen(by_name), _frozen(by_type), _frozen(failed),
        )  # fmt: skip

    def of_type(self, kind: str) -> tuple[Document, ...]:
        """Documents of a type, subjects and references."""
        return self._by_type.get(kind.lower(), ())

    def find(self, kind: str, name: Json, near: Document) -> Document | Unknown:
        """The document that `name` (an id, a name, or a template's reference) means, seen from `near`."""
        if isinstance(name, Mapping) and REFERENCE in name:
            return self._in_file(kind, str(name[REFERENCE]), near)
        if not isinstance(name, str):
            return Unknown(Reason.UNPARSABLE, say("{name!r} does not name a {kind}", name=name, kind=kind))
        found = self._by_id.get((kind.lower(), name.lower()), ())
        if not found:
            close = self._by_name.get((kind.lower(), name.lower()), ())
            found = tuple(d for d in close if d.ref.provider == near.ref.provider and (_beside(d, near) or _unique(d)))
        if near.dialect is Dialect.LIVE:
            found = tuple(d for d in found if d.dialect is Dialect.LIVE)
        if len({d.ref.id.lower() for d in found}) > 1:
            return Unknown(Reason.UNRESOLVED, f"{name} may be any of {', '.join(sorted({d.ref.id for d in found}))}")
        return found[0] if found else self.why_missing(kind, name)

    def beside(self, logical: str, near: Document) -> Document | None:
        """The resource of whatever type that a template's reference means."""
        return self._in_bundle.get((near.bundle, logical))

    @cached_property
    def _in_bundle(self) -> Mapping[tuple[str, str], Document]:
        found: dict[tuple[str, str], Document] = {}
        for doc in self.documents:
            if doc.file:
                found.setdefault((doc.bundle, doc.ref.name), doc)
        return found

    def why_missing(self, kind: str, name: str) -> Unknown:
        """The failed look behind an absence; without one, the reference leads out of what was collected."""
        calls = self._failed.get(name.lower()) or self._failed.get(f"list {kind.lower()}") or self._failed.get(f"list {EVERY_TYPE}")
        if calls:
            call = calls[0]
            return Unknown(call.outcome or Reason.DEFECT, f"{name}: {call.name} {call.outcome}{f' ({call.code})' if call.code else ''}")
        return Unknown(Reason.UNRESOLVED, say("{name} was not among the {kind} that were read", name=name, kind=kind))

    def _in_file(self, kind: str, logical: str, near: Document) -> Document | Unknown:
        """A reference inside one template, by logical name."""
        for doc in self._by_name.get((kind.lower(), logical.lower()), ()):
            if doc.bundle == near.bundle and doc.ref.name == logical:
                return doc
        return Unknown(Reason.UNRESOLVED, say("{name} is not a {kind} of {file}", name=logical, kind=kind, file=near.file))


def _beside(doc: Document, near: Document) -> bool:
    return doc.ref.account == near.ref.account and (doc.ref.region == near.ref.region or not doc.ref.region or not near.ref.region)


#: Azure types whose names are parts of host names, so that there is only one of each name in a whole cloud.
HOSTS = frozenset({"microsoft.storage/storageaccounts", "microsoft.servicebus/namespaces", "microsoft.eventhub/namespaces"})


def _unique(doc: Document) -> bool:
    """The name is the only one of its kind: an ARN without region and account (`arn:aws:s3:::bucket`), a storage account."""
    if doc.ref.type.lower() in HOSTS:
        return True
    return doc.ref.id.startswith("arn:") and doc.ref.id.split(":")[3:5] == ["", ""]


def _frozen(groups: Mapping[K, Iterable[V]]) -> dict[K, tuple[V, ...]]:
    return {key: tuple(group) for key, group in groups.items()}
