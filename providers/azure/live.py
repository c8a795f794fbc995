"""Looks at Azure: subscriptions, every resource of each by the generic list, then the full body and the children of each
resource whose type is declared.

What a scan cannot see by design: a principal with rights on one resource group gets a list of just that group, without
an error; a short list proves nothing about the rest of the subscription.

A resource that the list names and that then answers 404 stays a subject: what the list said is kept, the rest is unknown.
It may be deleted in between (scan again), but it may as well be hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from providers.azure.session import Session
from scanner.sdk import (
    EVERY_TYPE,
    FOUND,
    Answer,
    Arm,
    Below,
    Call,
    Child,
    Dialect,
    Document,
    Failure,
    Job,
    Json,
    MissingCredentials,
    Options,
    Part,
    Reason,
    Ref,
    TypeDecl,
    Worker,
    azure_name,
    compile_path,
    trim,
)

SUBSCRIPTIONS_API = "2022-12-01"
RESOURCES_API = "2021-04-01"
UNDECLARED = "*/*"
"""The declaration that stands for all types without one of their own."""
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def open(targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:
    """A worker for these subscriptions (ids or names; "" for all that the credential sees).

    Asks for a token at once: raises MissingCredentials when nothing is configured, UsageError for a wrong cloud. A credential
    that is configured and refused is no error but a gap: it is entered in the ledger as the look that it is.
    """
    session = Session(options)
    refused: Failure | None = None
    try:
        session.tokens.get_token()
    except Failure as failure:
        refused = failure
    return AzureWorker(session, targets or ("",), options, decls, refused)


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
    path: str


@dataclass
class AzureWorker:
    """Implements `scanner.sdk.Worker`."""

    session: Session
    targets: tuple[str, ...]
    options: Options
    decls: Mapping[str, TypeDecl]
    refused: Failure | None = None
    _types: dict[str, TypeDecl] = field(init=False)
    _below: dict[str, tuple[TypeDecl, ...]] = field(init=False)
    """What is looked for below the resources of a type (in lower case)."""

    def __post_init__(self) -> None:
        self._types = {decl.type.lower(): decl for decl in self.decls.values() if decl.provider == "azure" and decl.type != UNDECLARED}
        below = [decl for decl in self._types.values() if isinstance(decl.live, Below) and self._asked(decl)]
        while above := [decl for decl in self._types.values() if isinstance(decl.live, Below) and decl not in below and any(_below_of(d).parent == decl.type for d in below)]:
            below += above  # not asked for, but what is asked for lies below it
        parents = {decl.live.parent.lower() for decl in below if isinstance(decl.live, Below)}
        self._below = {parent: tuple(d for d in below if isinstance(d.live, Below) and d.live.parent.lower() == parent) for parent in parents}

    # -- the worker's face -----------------------------------------------------------------------------------
    def start(self) -> tuple[Job, ...]:
        if self.options.types and not self._wanted_types():
            return ()
        return (Job(_call("", "", "Microsoft Entra ID", "oauth2/token", types=self._hidden()), "token"),)

    def work(self, job: Job) -> Answer:
        started = replace(job.call, at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        match job.kind, job.payload:
            case "token", _:
                return self._token(started)
            case "subscriptions", _:
                return self._subscriptions(started)
            case "resources", _:
                return self._resources(started)
            case "get", Found() as found:
                return self._get(started, found)
            case "child", Piece() as piece:
                return self._child(started, piece)
            case "below", Under() as under:
                return self._collection(started, under)
        raise ValueError(f"no such job: {job.kind}")

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        """References lead to resources that the lists hold already; what they do not hold is out of sight."""
        return ()

    # -- the jobs --------------------------------------------------------------------------------------------
    def _token(self, call: Call) -> Answer:
        if self.refused is not None:
            raise self.refused
        try:
            self.session.tokens.get_token()
        except MissingCredentials as error:
            raise Failure(Reason.DENIED, "", error.message) from error
        ids = sorted({target.lower() for target in self.targets if _GUID.fullmatch(target)})
        jobs = [job for id in ids for job in self._subscription_jobs(id)]
        if len(ids) < len(set(self.targets)):
            operation = "Microsoft.Resources/subscriptions/read"
            jobs.append(Job(_call("", "", "Microsoft.Resources", operation, types=self._hidden()), "subscriptions"))
        return Answer(replace(call, items=1), jobs=tuple(jobs))

    def _subscriptions(self, call: Call) -> Answer:
        found: dict[str, str] = {}
        pages = 0
        try:
            for page in self.session.pages(f"/subscriptions?api-version={SUBSCRIPTIONS_API}"):
                pages += 1
                found.update({str(item["subscriptionId"]).lower(): str(item.get("displayName") or "") for item in page if item.get("subscriptionId")})
        except Failure as failure:
            raise _with(failure, self._chosen(replace(call, pages=pages, items=len(found)), found)) from failure
        answer = self._chosen(replace(call, pages=pages, items=len(found)), found)
        if not found:
            raise Failure(Reason.DENIED, "NoSubscriptions", "the credential sees no subscription at all: give it the role Reader on one", answer)
        return answer

    def _chosen(self, call: Call, found: Mapping[str, str]) -> Answer:
        """Listings for the subscriptions that were asked for; a name that nobody bears is a gap."""
        if "" in self.targets:
            chosen = set(found)
        else:
            chosen = {id for id, name in found.items() if {id, name.lower()} & {target.lower() for target in self.targets}}
        names = {name.lower() for name in found.values()}
        missing = [t for t in self.targets if t and not _GUID.fullmatch(t) and t.lower() not in names]
        calls = tuple(
            replace(
                call,
                account=name,
                subject=name,
                outcome=Reason.UNRESOLVED,
                code="SubscriptionNotFound",
                detail=f"no subscription is called {name!r} (or the credential does not see it)",
            )
            for name in missing
        )
        return Answer(call, jobs=tuple(job for id in sorted(chosen) for job in self._subscription_jobs(id)), more_calls=calls)

    def _subscription_jobs(self, subscription: str) -> tuple[Job, ...]:
        """The generic list of a subscription, and the lists of what stands below it and is not in there."""
        resources = Job(_call(subscription, "", "Microsoft.Resources", "Microsoft.Resources/subscriptions/resources/read", types=self._hidden()), "resources")
        return (resources, *(self._under(decl, f"/subscriptions/{subscription}", subscription, "") for decl in self._below.get("", ())))

    def _resources(self, call: Call) -> Answer:
        items: list[dict[str, Json]] = []
        pages = 0
        try:
            for page in self.session.pages(f"/subscriptions/{call.account}/resources?api-version={RESOURCES_API}"):
                pages += 1
                items += page
        except Failure as failure:
            raise _with(failure, self._taken(replace(call, pages=pages, items=len(items)), items)) from failure
        answer = self._taken(replace(call, pages=pages, items=len(items)), items)
        nameless = sum(not _named(item) for item in items)
        if nameless:
            raise Failure(Reason.UNPARSABLE, "", f"{nameless} resources of the list have no id or type", answer)
        return answer

    def _taken(self, call: Call, items: Iterable[Mapping[str, Json]]) -> Answer:
        """Documents of what the list says, and the looks that read the declared types in full."""
        seen: dict[str, Found] = {}
        for item in items:
            found = self._found(call, item) if _named(item) else None
            if found is not None:
                seen.setdefault(found.ref.id.lower(), found)
        full = [found for found in seen.values() if isinstance(found.decl.live, Arm)]
        jobs = [self._get_job(found) for found in full if found.subject or any(not _listed(decl) for decl in self._lower(found.decl))]
        jobs += [self._under(decl, found.ref.id, found.ref.account, found.ref.region) for found in full for decl in self._lower(found.decl) if _listed(decl)]
        subjects = tuple(found.document for found in seen.values() if found.subject)
        return Answer(call, documents=subjects, jobs=(*jobs, *self._shared(call.account, [found for found in full if found.subject])))

    def _found(self, call: Call, item: Mapping[str, Json]) -> Found | None:
        kind = str(item["type"])
        decl = self._types.get(kind.lower()) or self.decls.get(UNDECLARED)
        if decl is None or not (self._asked(decl) or self._lower(decl)):
            return None
        ref = ref_of(item, decl.type if decl.type != UNDECLARED else kind, call.account)
        if decl.skip and _true(decl.skip, {**item, "name": ref.name.rsplit("/", 1)[-1]}):
            return None
        main = _read_call(ref, decl.type).id if isinstance(decl.live, Arm) else call.id
        return Found(ref, decl, Document(ref, Dialect.LIVE, trim(item, decl.keep(Dialect.LIVE)), {"": main, FOUND: call.id}, _tags(item)), self._asked(decl))

    def _shared(self, subscription: str, full: Iterable[Found]) -> Iterable[Job]:
        """One look for all resources of a subscription that need it."""
        groups: dict[tuple[str, str, str], tuple[Child, list[Found]]] = {}
        for found in full:
            for child in self._children(found.decl):
                if child.shared:
                    groups.setdefault((child.suffix, child.put, child.api), (child, []))[1].append(found)
        for child, members in groups.values():
            kind = child.kind("")
            yield Job(_call(subscription, "", kind.split("/")[0], f"{kind}/read"), "child", Piece(child, tuple(members), f"/subscriptions/{subscription}{child.suffix}"))

    def _get_job(self, found: Found) -> Job:
        """The look at a whole body; it hides what is found inside of it when it fails."""
        inside = tuple(decl.type for decl in self._lower(found.decl) if not _listed(decl))
        return Job(_read_call(found.ref, found.decl.type, inside), "get", found)

    def _get(self, call: Call, found: Found) -> Answer:
        live = found.decl.live
        path = f"{_quoted(found.ref.id)}?api-version={live.api if isinstance(live, (Arm, Below)) else ''}"
        try:
            body = _resource(_secretless(self.session.get(path)), found.ref.id) if isinstance(live, Arm) else _kept(self.session.get(path), found.ref.id)
        except Failure as failure:
            # The children are asked all the same (unless the resource is gone): what they prove does not depend on this look.
            gone = failure.code in ("ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound")
            raise _with(failure, Answer(call, jobs=() if gone or not found.subject else self._child_jobs(found, None))) from failure
        # What the SKU or the location is the list said too; the full body wins.
        document = replace(found.document, body=trim(body, found.decl.keep(Dialect.LIVE)), tags=_tags(body) or found.document.tags)
        skipped = {c.put: call.id for c in self._children(found.decl) if c.when and not _true(c.when, body)}
        document = replace(document, body={**document.body, **dict.fromkeys(skipped)}, calls={**document.calls, **skipped})
        call = replace(call, pages=1, items=1)
        answer = Answer(call, (document,) if found.subject else (), jobs=self._child_jobs(found, body) if found.subject else ())
        return self._inside(answer, found, body) if self._lower(found.decl) else answer

    # -- what lies below a resource --------------------------------------------------------------------------
    def _asked(self, decl: TypeDecl) -> bool:
        """Whether resources of the type are subjects of this scan."""
        return (not self.options.types or decl.type in self.options.types) and not (
            isinstance(decl.live, Below) and self.options.facts and not any(given.fact in self.options.facts for given in decl.facts)
        )

    def _lower(self, decl: TypeDecl) -> tuple[TypeDecl, ...]:
        return self._below.get(decl.type.lower(), ())

    def _chain(self, decl: TypeDecl) -> tuple[TypeDecl, ...]:
        """A type and all that is found below it."""
        return (decl, *(one for lower in self._lower(decl) for one in self._chain(lower)))

    def _under(self, decl: TypeDecl, path: str, account: str, region: str) -> Job:
        """The look at a collection that hides its type when it fails."""
        below = _below_of(decl)
        operation = below.permission or f"{decl.type}/read"
        hidden = tuple(one.type for one in self._chain(decl) if self._asked(one))
        call = _call(account, region, decl.type.split("/")[0], operation, subject=f"{path}{below.suffix}" if below.parent else "", types=hidden)
        return Job(call, "below", Under(decl, f"{path}{below.suffix}", account, region))

    def _inside(self, answer: Answer, found: Found, body: Mapping[str, Json]) -> Answer:
        """The subjects that a body holds, and the looks at the collections that it leads to."""
        documents, jobs, lost = list(answer.documents), list(answer.jobs), list(answer.more_calls)
        for decl in self._lower(found.decl):
            below = _below_of(decl)
            if _listed(decl):
                continue
            got = compile_path(below.host or below.each).read(dict(body))
            items: list[Json] = [seen.value for seen in got] if isinstance(got, tuple) else [None]
            if below.host:
                hosts = [item.rstrip("/") for item in items if isinstance(item, str)]
                jobs += [self._under(decl, host, found.ref.account, found.ref.region) for host in hosts]
                complete = len(hosts) == 1
            else:
                inside = [self._lower_found(answer.call, Under(decl, "", found.ref.account, found.ref.region), item) for item in items if isinstance(item, Mapping)]
                documents += [one.document for one in inside if one is not None and one.subject]
                complete = len(items) == sum(one is not None for one in inside)
            if not complete:  # what the body does not name as declared stays hidden, and is said to be
                hidden = self._under(decl, found.ref.id, found.ref.account, found.ref.region).call
                lost.append(replace(hidden, at=answer.call.at, outcome=Reason.UNPARSABLE, detail=f"{found.ref.name} does not show {below.host or below.each} as declared"))
        return replace(answer, documents=tuple(documents), jobs=tuple(jobs), more_calls=tuple(lost))

    def _collection(self, call: Call, under: Under) -> Answer:
        below, found, pages = _below_of(under.decl), dict[str, Found](), 0
        try:
            for page in self.session.pages(f"{_quoted(under.path)}?api-version={below.api}"):
                pages += 1
                for item in page:
                    one = self._lower_found(call, under, item if below.host else _resource(_secretless(item)))
                    if one is None:
                        raise Failure(Reason.UNPARSABLE, "", "an item of the list has no id")
                    found.setdefault(one.ref.id.lower(), one)
        except Failure as failure:
            if failure.code in below.on_error:
                return Answer(replace(call, code=failure.code))
            raise _with(failure, self._gathered(replace(call, pages=pages, items=len(found)), found.values())) from failure
        return self._gathered(replace(call, pages=pages, items=len(found)), found.values())

    def _gathered(self, call: Call, found: Iterable[Found]) -> Answer:
        full = [one for one in found if _below_of(one.decl).host]
        jobs = [job for one in found if one not in full and one.subject for job in self._child_jobs(one, one.document.body)]
        jobs += [self._under(decl, one.ref.id, one.ref.account, one.ref.region) for one in found for decl in self._lower(one.decl) if _listed(decl)]
        return Answer(call, tuple(one.document for one in found if one.subject), jobs=(*(Job(_read_call(one.ref, one.decl.type), "get", one) for one in full), *jobs))

    def _lower_found(self, call: Call, under: Under, item: Mapping[str, Json]) -> Found | None:
        """A subject by its own body; where it says no place, it is where its parent is."""
        id = item.get("id")
        if not isinstance(id, str) or not id:
            return None
        ref = ref_of(item, under.decl.type, under.account)
        if "/providers/" not in id.lower():  # resource groups, and what a vault holds
            ref = replace(ref, name=_plain_name(id))
        ref = ref if ref.region else replace(ref, region=under.region)
        main = _read_call(ref, under.decl.type).id if _below_of(under.decl).host else call.id
        document = Document(ref, Dialect.LIVE, trim(item, under.decl.keep(Dialect.LIVE)), {"": main, FOUND: call.id}, _tags(item))
        return Found(ref, under.decl, document, self._asked(under.decl))

    def _children(self, decl: TypeDecl) -> tuple[Child, ...]:
        chosen = decl.details_for(self.options.facts) if self.options.facts else decl.details
        return tuple(detail for detail in chosen if isinstance(detail, Child))

    def _child_jobs(self, found: Found, body: Mapping[str, Json] | None) -> tuple[Job, ...]:
        jobs: list[Job] = []
        for child in self._children(found.decl):
            if child.shared or (child.when and (body is None or not _true(child.when, body))):
                continue
            kind, id = child.kind(found.decl.type), found.ref.id + child.suffix
            call = _call(found.ref.account, found.ref.region, kind.split("/")[0], f"{kind}/read", subject=id)
            jobs.append(Job(call, "child", Piece(child, (found,), id)))
        return tuple(jobs)

    def _child(self, call: Call, piece: Piece) -> Answer:
        child, path = piece.child, f"{_quoted(piece.path)}?api-version={piece.child.api}"
        try:
            if child.many:
                pages = list(self.session.pages(path))
                body: Json = [_resource(_secretless(item)) for page in pages for item in page]
                call = replace(call, pages=len(pages), items=sum(len(page) for page in pages))
            else:
                body = _resource(_secretless(self.session.get(path)))
                call = replace(call, pages=1, items=1)
        except Failure as failure:
            if failure.code in child.on_error:
                return Answer(replace(call, code=failure.code), parts=_parts(piece, child.on_error[failure.code]))
            raise _with(failure, Answer(call, parts=_parts(piece, None))) from failure
        return Answer(call, parts=_parts(piece, body))

    # -- types -----------------------------------------------------------------------------------------------
    def _wanted_types(self) -> tuple[str, ...]:
        known = {decl.type for decl in self._types.values()} | {UNDECLARED}
        return tuple(sorted(self.options.types & known))

    def _hidden(self) -> tuple[str, ...]:
        """What a listing that fails may hide."""
        return self._wanted_types() or (EVERY_TYPE,)


def ref_of(item: Mapping[str, Json], kind: str, account: str) -> Ref:
    """The name of a resource: its names joined (`server/database`), its region normalised, its id as it is spelt."""
    id = str(item["id"])
    parts = re.split(r"/providers/", id, flags=re.IGNORECASE)[-1].split("/")
    return Ref("azure", kind, account, azure_name(str(item.get("location") or "")), id, "/".join(parts[2::2]) or str(item.get("name") or id))


def _call(account: str, region: str, service: str, operation: str, *, subject: str = "", types: tuple[str, ...] = ()) -> Call:
    permission = operation if "/read" in operation else ""
    return Call("azure", account, region, service, operation, subject, permission=permission, types=types)


def _read_call(ref: Ref, kind: str, inside: tuple[str, ...] = ()) -> Call:
    return _call(ref.account, ref.region, kind.split("/")[0], f"{kind}/read", subject=ref.id, types=inside)


def _below_of(decl: TypeDecl) -> Below:
    if not isinstance(decl.live, Below):
        raise TypeError(f"{decl.type} is no type that is found below another")
    return decl.live


def _listed(decl: TypeDecl) -> bool:
    """Found by a collection of Resource Manager, whose path follows from the id alone."""
    below = _below_of(decl)
    return not below.each and not below.host


def _plain_name(id: str) -> str:
    """`rg-data` of a resource group, `vault/certificate` of what a vault holds."""
    where = urlsplit(id)
    return f"{(where.hostname or '').split('.')[0]}/{where.path.rstrip('/').rsplit('/', 1)[-1]}" if where.scheme else id.rstrip("/").rsplit("/", 1)[-1]


def _kept(body: dict[str, Json], id: str) -> dict[str, Json]:
    """What a vault answers about the item that was asked for; its id goes on with the version. Raises Failure."""
    named = body.get("id")
    if not isinstance(named, str) or not isinstance(body.get("attributes"), Mapping):
        raise Failure(Reason.UNPARSABLE, "", f"an item of a vault was expected, found members {', '.join(sorted(body))[:100]}")
    if not f"{named.lower()}/".startswith(f"{id.rstrip('/').lower()}/"):
        raise Failure(Reason.UNPARSABLE, "", f"the answer is about {named}")
    return body


_SECRET = re.compile(r"((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|sig)=)[^;&\s]+", re.IGNORECASE)


def _secretless(body: dict[str, Json]) -> dict[str, Json]:
    """A body whose connection strings have lost their keys: what they lead to is asked, not how to get in."""
    return {key: _without_secret(value) for key, value in body.items()}


def _without_secret(value: Json) -> Json:
    if isinstance(value, str):
        account = re.search(r"AccountName=[^;]+", value) if "AccountKey=" in value else None
        return account[0] if account else _SECRET.sub(r"\1(hidden)", value) if "=" in value else value
    if isinstance(value, list):
        return [_without_secret(item) for item in value]
    return {key: _without_secret(item) for key, item in value.items()} if isinstance(value, dict) else value


def _with(failure: Failure, read: Answer) -> Failure:
    """The failure, with what was read before it."""
    return Failure(failure.reason, failure.code, failure.detail, read)


def _parts(piece: Piece, body: Json) -> tuple[Part, ...]:
    """The answer for each resource that the child was read for, trimmed to what its declaration reads."""
    put = piece.child.put
    found: list[Part] = []
    for one in piece.found:
        mine: Json = [item for item in body if _covers(item, one.ref.id)] if piece.child.shared and isinstance(body, list) else body
        found.append(Part(one.ref, put, trim({put: mine}, one.decl.keep(Dialect.LIVE)).get(put)))
    return tuple(found)


def _covers(item: Json, id: str) -> bool:
    """Whether an extension resource (a lock) stands at the resource, its group, its subscription, or a parent of it."""
    if not isinstance(item, Mapping):
        return False
    scope = re.split(r"/providers/microsoft\.authorization/", str(item.get("id", "")), flags=re.IGNORECASE)[0]
    return bool(scope) and f"{id}/".lower().startswith(f"{scope}/".lower())


def _resource(body: dict[str, Json], id: str = "") -> dict[str, Json]:
    """A body that is a resource (the one that was asked for): in any other every property would count as absent. Raises Failure."""
    named = body.get("id")
    if not isinstance(named, str) or not isinstance(body.get("properties"), Mapping):
        raise Failure(Reason.UNPARSABLE, "", f"a resource with id and properties was expected, found members {', '.join(sorted(body))[:100]}")
    if id and named.rstrip("/").lower() != id.rstrip("/").lower():
        raise Failure(Reason.UNPARSABLE, "", f"the answer is about {named}")
    return body


def _named(item: Mapping[str, Json]) -> bool:
    return isinstance(item.get("id"), str) and isinstance(item.get("type"), str) and "/providers/" in str(item["id"]).lower()


def _true(path: str, body: Mapping[str, Json]) -> bool:
    """Whether a path yields a true value."""
    got = compile_path(path).read(dict(body))
    return isinstance(got, tuple) and any(seen.value for seen in got)


def _tags(item: Mapping[str, Json]) -> dict[str, str]:
    tags = item.get("tags")
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}


def _quoted(id: str) -> str:
    return quote(id, safe="/()-_.~!$&'*,;=:@")
