"""A snapshot: every call that was made, and the trimmed documents that came back.

It is the file between collecting and judging, the fixture of the tests, and the proof of what was looked
at. It merges: shards taken by several runs or machines give the same snapshot in any order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter

from scanner.model.known import Json, Origin, Reason
from scanner.model.record import dataclass, packed
from scanner.model.resource import Ref
from scanner.model.said import Said, say, term
from scanner.model.waiver import InlineWaiver

SCHEMA = "houvast/snapshot/1"
EVERY_TYPE = "*"
"""In `Call.types`: the look would have shown resources of any type of its provider."""
FOUND = "$found"
"""In `Document.calls`: the listing that found the resource, where another call reads it in full."""


class Dialect(StrEnum):
    """The shape in which a document describes a resource."""

    LIVE = "live"
    CLOUDFORMATION = "cloudformation"
    ARM = "arm"
    TERRAFORM = "terraform"
    PROBE = "probe"

    @property
    def origin(self) -> Origin:
        return Origin.LIVE if self is Dialect.LIVE else Origin.PROBE if self is Dialect.PROBE else Origin.TEMPLATE


@packed(frozen=True, slots=True)
class Call:
    """One look: a whole paged listing, one GET, one probe, or one file that was read."""

    provider: str
    account: str
    region: str
    service: str
    operation: str
    """As the provider's API writes it: `DescribeVolumes`, `Microsoft.Storage/storageAccounts/read`."""
    subject: str = ""
    """Id of the resource it was about; empty for a listing."""
    outcome: Reason | None = None
    """None: answered (perhaps with nothing). Otherwise why not."""
    code: str = ""
    """The provider's own error code."""
    detail: str = ""
    permission: str = ""
    """What has to be granted for it to succeed."""
    types: tuple[str, ...] = ()
    """For a listing: the types of resources that it would show."""
    pages: int = 0
    items: int = 0
    at: str = ""
    """Start, RFC 3339 UTC."""
    took: float = 0.0
    """Seconds."""

    __beside__ = ("_id",)

    @property
    def id(self) -> str:
        """Names the look, whatever came of it. Documents name their calls by it: it is one text, made once."""
        made: str | None = getattr(self, "_id", None)
        if made is None:
            made = "|".join((self.provider, self.account, self.region, self.service, self.operation, self.subject))
            object.__setattr__(self, "_id", made)
        return made

    @property
    def name(self) -> str:
        """As evidence shows it: `ec2:DescribeVolumes`."""
        return self.permission or (f"{self.service}:{self.operation}" if self.service else self.operation)

    @property
    def ok(self) -> bool:
        return self.outcome is None


def refused(call: Call) -> Said:
    """Why a look was not answered, in one line: `ec2:DescribeVolumes denied (UnauthorizedOperation): …`."""
    why = term(str(call.outcome), f"reason.{call.outcome}")
    code, detail = f" ({call.code})" if call.code else "", f": {call.detail}" if call.detail else ""
    return say("{call} {outcome}{code}{detail}", call=call.name, outcome=why, code=code, detail=detail)


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of one resource, trimmed to what declarations read."""

    ref: Ref
    dialect: Dialect
    body: Mapping[str, Json]
    """The main body; the answer of each detail call stands under the key it was put at."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """Id of the call behind each part; the main body's is under the empty key."""
    tags: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    """For templates: 1-based line by path; the resource itself is under the empty key."""
    reference: bool = False
    """Read only because another document points to it: resolves references, is no subject."""
    waivers: tuple[InlineWaiver, ...] = ()
    """Those that stand beside it in a template."""
    names: tuple[str, ...] = ()
    """For templates: what the thing will be called in the cloud, as far as the template says so: names, ids, ARNs."""

    @property
    def key(self) -> tuple[str, str]:
        return (str(self.ref), self.dialect)

    @property
    def bundle(self) -> str:
        """For templates: what was deployed together, within which names are unique: a file, or a folder of Terraform files."""
        stem = self.ref.id.removesuffix(f"#{self.ref.name}")
        return stem if stem != self.ref.id or not self.file else stem.partition("#")[0]


@dataclass(frozen=True, slots=True)
class Run:
    """Who looked, when, at what."""

    taken_at: str
    version: str
    targets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    """What was left out by choice: `aws:111122223333/eu-west-3`, `types:all but AWS::S3::Bucket`, `facts:all but Home, Replicas`."""
    complete: bool = True
    """False when the run was stopped before its end."""


def all_but(what: str, chosen: Iterable[str]) -> str:
    """An entry of `Run.excluded`: every type (or fact) that was not chosen."""
    return f"{what}:all but {', '.join(sorted(chosen))}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Calls and documents, sorted; two equal runs are equal."""

    run: Run
    calls: tuple[Call, ...] = ()
    documents: tuple[Document, ...] = ()

    @classmethod
    def of(cls, run: Run, calls: Iterable[Call], documents: Iterable[Document]) -> Snapshot:
        """Sorted and without doubles. A look made twice counts as failed if one of them failed."""
        by_id: dict[str, Call] = {}
        for call in calls:
            by_id[call.id] = worse(by_id.get(call.id, call), call)
        by_key: dict[tuple[str, str], Document] = {}
        for doc in documents:
            key = doc.key
            by_key[key] = _fuller(by_key.get(key, doc), doc)
        return cls(run, tuple(by_id[k] for k in sorted(by_id)), tuple(by_key[k] for k in sorted(by_key)))

    def merge(self, other: Snapshot) -> Snapshot:
        """Associative and commutative. The earlier time stands: nothing is claimed fresher than its oldest part."""
        run = Run(
            taken_at=min(self.run.taken_at, other.run.taken_at),
            version=max(self.run.version, other.run.version),
            targets=tuple(sorted({*self.run.targets, *other.run.targets})),
            excluded=tuple(sorted({*self.run.excluded, *other.run.excluded})),
            complete=self.run.complete and other.run.complete,
        )
        return Snapshot.of(run, (*self.calls, *other.calls), (*self.documents, *other.documents))

    def digest(self) -> str:
        """SHA-256 over everything but how long the calls took: of one JSON text, which is never in memory as a whole."""
        import hashlib  # loads OpenSSL, 4 ms: only where one is asked for

        found = hashlib.sha256()
        for part in self._text():
            found.update(part.encode())
        return found.hexdigest()

    def _text(self) -> Iterator[str]:
        """`[run, [call, …], [document, …]]` in pieces."""
        encode = json.JSONEncoder(default=_plain, sort_keys=True).encode
        yield f"[{encode(self.run)}, ["
        for at in range(0, len(self.calls), _AT_ONCE):
            some = [dict(zip(_TIMELESS, _timeless(call), strict=True)) | {"took": 0.0} for call in self.calls[at : at + _AT_ONCE]]
            yield f"{', ' if at else ''}{encode(some)[1:-1]}"
        yield "], ["
        for at in range(0, len(self.documents), _AT_ONCE):
            some = [_plain_document(document) for document in self.documents[at : at + _AT_ONCE]]
            yield f"{', ' if at else ''}{encode(some)[1:-1]}"
        yield "]]"


_AT_ONCE = 64
"""Calls or documents that are turned into text at once."""
_TIMELESS = tuple(f.name for f in fields(Call) if f.name != "took")
_timeless = attrgetter(*_TIMELESS)
_MEMBERS = tuple(f.name for f in fields(Document) if f.name != "ref")
_members = attrgetter(*_MEMBERS)


def _plain_document(doc: Document) -> dict[str, object]:
    return dict(zip(_MEMBERS, _members(doc), strict=True)) | {"ref": str(doc.ref)}


def worse(one: Call, other: Call) -> Call:
    """Of two reports of one look the failed one; of equals the later."""
    return one if one is other else max(one, other, key=_call_order)


def _fuller(one: Document, other: Document) -> Document:
    """Of two readings of one thing the fuller one: a subject over a mere reference, never the last that came."""
    return one if one is other else max(one, other, key=_document_order)


def _call_order(call: Call) -> tuple[object, ...]:
    return (call.outcome is not None, call.outcome or "", call.at, call.code, call.detail, call.pages, call.items, call.took, call.types, call.permission)


def _document_order(doc: Document) -> tuple[object, ...]:
    """A subject over a mere reference, then by parts, then by content."""
    return (not doc.reference, len(doc.calls), json.dumps([doc.body, doc.calls, doc.tags, doc.file, doc.lines, doc.waivers, doc.names], default=_plain, sort_keys=True))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Ref | date):
        return str(value)
    if not is_dataclass(value):
        raise TypeError(f"{value!r} has no plain form")  # leaving it out would make two snapshots look equal
    return {f.name: getattr(value, f.name) for f in fields(value)}
