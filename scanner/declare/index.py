"""A snapshot made ready for reading: documents by name, calls by id, and why something is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import TypeVar

from scanner.declare.path import REFERENCE
from scanner.declare.terraform import NAMES
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
            if doc.dialect is Dialect.ARM and isinstance(doc.body.get("id"), str):  # by which the template itself refers to it
                by_id[kind, str(doc.body["id"]).lower()].append(doc)
            by_name[kind, doc.ref.name.lower()].append(doc)
            by_type[kind].append(doc)
            if doc.dialect is Dialect.TERRAFORM:
                names = doc.body.get(NAMES)
                for name in names if isinstance(names, list) else ():
                    by_name[kind, str(name).lower()].append(doc)
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
            found = tuple(
                d
                for d in close
                if d.ref.provider == near.ref.provider and (_beside(d, near) or _unique(d) or (d.dialect in (Dialect.TERRAFORM, Dialect.ARM) and d.bundle == near.bundle))
            )
        if near.dialect is Dialect.LIVE:
            found = tuple(d for d in found if d.dialect is Dialect.LIVE)
        elif near.dialect is Dialect.ARM:  # what open ids mean is the same within one template only
            found = tuple(d for d in found if d.bundle == near.bundle) or tuple(d for d in found if d.dialect is not Dialect.ARM)
        if len({d.ref.id.lower() for d in found}) > 1:
            return Unknown(Reason.UNRESOLVED, f"{name} may be any of {', '.join(sorted({d.ref.id for d in found}))}")
        return found[0] if found else self.why_missing(kind, name)

    def beside(self, logical: str, near: Document) -> Document | None:
        """The resource of whatever type that a template's reference means."""
        return self._in_bundle.get((near.bundle, logical))

    def in_bundle(self, bundle: str, kind: str) -> tuple[Document, ...]:
        """Documents of a type in one template (or what is deployed with it)."""
        return self._of_bundle.get((bundle, kind.lower()), ())

    def children(self, bundle: str, kind: str, parent: str) -> tuple[Document, ...]:
        """Documents of an ARM template that are named after a parent: `server/database` after `server`."""
        return self._children.get((bundle, kind.lower(), parent.lower()), ())

    def extending(self, bundle: str, kind: str, scope: str) -> tuple[Document, ...]:
        """Documents of an ARM template that extend the resource with an id."""
        return self._extending.get((bundle, kind.lower(), scope.lower()), ())

    def named(self, bundle: str, kind: str, name: str) -> bool:
        """Whether a template holds a resource of that type and name."""
        return any(doc.bundle == bundle for doc in self._by_name.get((kind.lower(), name.lower()), ()))

    def orphans(self, bundle: str, kind: str, parent: str, depth: int) -> tuple[tuple[str, Document], ...]:
        """Documents of a type that are named after no resource of the type `parent` in their template, with the name of it."""
        key = (bundle, kind.lower(), parent.lower(), depth)
        if key not in self._orphans:
            told = ((above, doc) for doc in self.in_bundle(bundle, kind) if not self.named(bundle, parent, above := "/".join(doc.ref.name.lower().split("/")[:depth])))
            self._orphans[key] = tuple(told)
        return self._orphans[key]

    @cached_property
    def _orphans(self) -> dict[tuple[str, str, str, int], tuple[tuple[str, Document], ...]]:
        return {}

    def with_id(self, bundle: str, id: str) -> bool:
        """Whether a template makes the resource with an ARM id."""
        return (bundle, id.lower()) in self._own_ids

    @cached_property
    def _of_bundle(self) -> Mapping[tuple[str, str], tuple[Document, ...]]:
        found: dict[tuple[str, str], list[Document]] = defaultdict(list)
        for doc in self.documents:
            if doc.file:
                found[doc.bundle, doc.ref.type.lower()].append(doc)
        return _frozen(found)

    @cached_property
    def _children(self) -> Mapping[tuple[str, str, str], tuple[Document, ...]]:
        found: dict[tuple[str, str, str], list[Document]] = defaultdict(list)
        for doc in self.documents:
            if doc.dialect is Dialect.ARM:
                found[doc.bundle, doc.ref.type.lower(), doc.ref.name.lower().rpartition("/")[0]].append(doc)
        return _frozen(found)

    @cached_property
    def _extending(self) -> Mapping[tuple[str, str, str], tuple[Document, ...]]:
        found: dict[tuple[str, str, str], list[Document]] = defaultdict(list)
        for doc in self.documents:
            if doc.dialect is Dialect.ARM:
                found[doc.bundle, doc.ref.type.lower(), str(doc.body.get("id", "")).lower().rpartition("/providers/")[0]].append(doc)
        return _frozen(found)

    @cached_property
    def _own_ids(self) -> frozenset[tuple[str, str]]:
        return frozenset((doc.bundle, str(doc.body.get("id", "")).lower()) for doc in self.documents if doc.dialect is Dialect.ARM)

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
HOSTS = frozenset({
    "microsoft.storage/storageaccounts", "microsoft.servicebus/namespaces", "microsoft.eventhub/namespaces", "microsoft.keyvault/vaults", "microsoft.keyvault/managedhsms",
    "microsoft.sql/servers", "microsoft.documentdb/databaseaccounts", "microsoft.containerregistry/registries", "microsoft.apimanagement/service", "microsoft.cache/redis",
    "microsoft.search/searchservices", "microsoft.synapse/workspaces", "microsoft.dbforpostgresql/flexibleservers", "microsoft.dbformysql/flexibleservers",
})  # fmt: skip


def _unique(doc: Document) -> bool:
    """The name is the only one of its kind: an ARN without region and account (`arn:aws:s3:::bucket`), a storage account."""
    if doc.ref.type.lower() in HOSTS:
        return True
    return doc.ref.id.startswith("arn:") and doc.ref.id.split(":")[3:5] == ["", ""]


def _frozen(groups: Mapping[K, Iterable[V]]) -> dict[K, tuple[V, ...]]:
    return {key: tuple(group) for key, group in groups.items()}
