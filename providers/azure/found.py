"""What a scan of Azure carries from look to look, and the pure functions over ids and bodies that all looks share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from scanner.sdk import Answer, Below, Call, Child, Dialect, Document, Failure, Job, Json, Part, Reason, Ref, TypeDecl, azure_name, compile_path, trim


@dataclass(frozen=True, slots=True)
class Found:
    """A resource that the list named."""

    ref: Ref
    decl: TypeDecl
    document: Document
    subject: bool = True
    """False: read only for what lies below it."""


@dataclass(frozen=True, slots=True)
class Under:
    """A collection whose items are subjects of a type that the generic list lacks."""

    decl: TypeDecl
    path: str
    account: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A child to read for one resource, or for all of a subscription."""

    child: Child
    found: tuple[Found, ...]
    paths: tuple[str, ...]
    """One, or one below each resource in which the items of many are kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """A body as Resource Graph has it."""

    api: str
    """api-version by which Resource Graph read it; empty where it does not say."""
    body: dict[str, Json]
    call: str
    """Id of the look that brought it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The generic list of a subscription, and what Resource Graph has of it, by id in lower case."""

    subscription: str
    rows: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """Resources of one type in one subscription, read by the type's own list."""

    decl: TypeDecl
    found: tuple[Found, ...]


@dataclass
class Heap:
    """What comes together while bodies are read."""

    documents: list[Document] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def answer(self, call: Call) -> Answer:
        return Answer(call, tuple(self.documents), jobs=tuple(self.jobs), more_calls=tuple(self.calls))


def ref_of(item: Mapping[str, Json], kind: str, account: str) -> Ref:
    """The name of a resource: its names joined (`server/database`), its region normalised, its id as it is spelt."""
    id = str(item["id"])
    parts = re.split(r"/providers/", id, flags=re.IGNORECASE)[-1].split("/")
    return Ref("azure", kind, account, azure_name(str(item.get("location") or "")), id, "/".join(parts[2::2]) or str(item.get("name") or id))


def look(account: str, region: str, service: str, operation: str, *, subject: str = "", types: tuple[str, ...] = ()) -> Call:
    """The ledger's entry of a look."""
    permission = operation if "/read" in operation else ""
    return Call("azure", account, region, service, operation, subject, permission=permission, types=types)


def read_call(ref: Ref, kind: str, inside: tuple[str, ...] = ()) -> Call:
    return look(ref.account, ref.region, kind.split("/")[0], f"{kind}/read", subject=ref.id, types=inside)


def below_of(decl: TypeDecl) -> Below:
    if not isinstance(decl.live, Below):
        raise TypeError(f"{decl.type} is no type that is found below another")
    return decl.live


def listed(decl: TypeDecl) -> bool:
    """Found by a collection of Resource Manager, whose path follows from the id alone."""
    below = below_of(decl)
    return not below.each and not below.host


def spared(decl: TypeDecl, parent: Found) -> bool:
    """Whether the list showed that the parent can have none of the type."""
    unless = below_of(decl).unless
    return bool(unless) and is_true(unless, parent.document.body)


def plain_name(id: str) -> str:
    """`rg-data` of a resource group, `vault/certificate` of what a vault holds."""
    where = urlsplit(id)
    return f"{(where.hostname or '').split('.')[0]}/{where.path.rstrip('/').rsplit('/', 1)[-1]}" if where.scheme else id.rstrip("/").rsplit("/", 1)[-1]


def kept(body: dict[str, Json], id: str) -> dict[str, Json]:
    """What a vault answers about the item that was asked for; its id goes on with the version. Raises Failure."""
    named = body.get("id")
    if not isinstance(named, str) or not isinstance(body.get("attributes"), Mapping):
        raise Failure(Reason.UNPARSABLE, "", f"an item of a vault was expected, found members {', '.join(sorted(body))[:100]}")
    if not f"{named.lower()}/".startswith(f"{id.rstrip('/').lower()}/"):
        raise Failure(Reason.UNPARSABLE, "", f"the answer is about {named}")
    return body


_SECRET = re.compile(r"((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|sig)=)[^;&\s]+", re.IGNORECASE)


def secretless(body: dict[str, Json]) -> dict[str, Json]:
    """A body whose connection strings have lost their keys: what they lead to is asked, not how to get in."""
    return {key: _without_secret(value) for key, value in body.items()}


def _without_secret(value: Json) -> Json:
    if isinstance(value, str):
        account = re.search(r"AccountName=[^;]+", value) if "AccountKey=" in value else None
        return account[0] if account else _SECRET.sub(r"\1(hidden)", value) if "=" in value else value
    if isinstance(value, list):
        return [_without_secret(item) for item in value]
    return {key: _without_secret(item) for key, item in value.items()} if isinstance(value, dict) else value


def with_answer(failure: Failure, read: Answer) -> Failure:
    """The failure, with what was read before it."""
    return Failure(failure.reason, failure.code, failure.detail, read)


def parts_of(piece: Piece, body: Json) -> tuple[Part, ...]:
    """The answer for each resource that the child was read for, trimmed to what its declaration reads."""
    put = piece.child.put
    found: list[Part] = []
    named = _by_name(piece.child, body) if piece.child.names and isinstance(body, list) else None
    for one in piece.found:
        mine: Json = body
        if named is not None:
            mine = named.get(one.ref.id.lower(), [])
        elif piece.child.shared and isinstance(body, list):
            mine = [item for item in body if covers(item, one.ref.id)]
        found.append(Part(one.ref, put, trim({put: mine}, one.decl.keep(Dialect.LIVE)).get(put)))
    return tuple(found)


def _by_name(child: Child, items: list[Json]) -> dict[str, list[Json]]:
    """Items by the id (in lower case) of the resource that they name."""
    found: dict[str, list[Json]] = {}
    for item in items:
        got = compile_path(child.names).read(item)
        for seen in got if isinstance(got, tuple) else ():
            found.setdefault(str(seen.value).lower(), []).append(item)
    return found


def covers(item: Json, id: str) -> bool:
    """Whether an extension resource (a lock) stands at the resource, its group, its subscription, or a parent of it."""
    if not isinstance(item, Mapping):
        return False
    scope = str(item.get("id", "")).lower().rpartition("/providers/")[0]
    return bool(scope) and f"{id}/".lower().startswith(f"{scope}/".lower())


def resource(body: dict[str, Json], id: str = "") -> dict[str, Json]:
    """A body that is a resource (the one that was asked for): in any other every property would count as absent. Raises Failure."""
    named = body.get("id")
    if not isinstance(named, str) or not isinstance(body.get("properties"), Mapping):
        raise Failure(Reason.UNPARSABLE, "", f"a resource with id and properties was expected, found members {', '.join(sorted(body))[:100]}")
    if id and named.rstrip("/").lower() != id.rstrip("/").lower():
        raise Failure(Reason.UNPARSABLE, "", f"the answer is about {named}")
    return body


def is_named(item: Mapping[str, Json]) -> bool:
    return isinstance(item.get("id"), str) and isinstance(item.get("type"), str) and "/providers/" in str(item["id"]).lower()


def is_true(path: str, body: Mapping[str, Json]) -> bool:
    """Whether a path yields a true value."""
    got = compile_path(path).read(dict(body))
    return isinstance(got, tuple) and any(seen.value for seen in got)


def tags_of(item: Mapping[str, Json]) -> dict[str, str]:
    tags = item.get("tags")
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}


def quoted(id: str) -> str:
    return quote(id, safe="/()-_.~!$&'*,;=:@")
