"""What a listing does not say of its items: one more call for each, or one that is the same for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from providers.aws.documents import Site, holds, kept_part, shape_of, text_at, values
from providers.aws.looks import Looks
from providers.aws.plan import details, is_shared, needs, service_of
from scanner.sdk import Answer, Call, Document, Failure, Get, Job, Json, List, Part, Reason, Scope, TypeDecl, meaning


@dataclass(frozen=True)
class _Detail:
    """Payload: one further call for a document."""

    site: Site
    decl: TypeDecl
    doc: Document
    get: Get
    params: Mapping[str, Json]
    dependents: tuple[Get, ...] = ()


@dataclass(frozen=True)
class _Shared:
    """Payload: a further call that is the same for all documents of a listing, and for other types that ask it too."""

    site: Site
    service: str
    askers: tuple[tuple[TypeDecl, Get, tuple[Document, ...]], ...]
    params: Mapping[str, Json]


class Details(Looks):
    """Looks at single things that a listing showed."""

    def _detail_jobs(self, decl: TypeDecl, docs: list[Document], site: Site) -> tuple[list[Job], list[Part]]:
        """First detail calls of documents; those that build on another's answer wait for it."""
        gets = details(decl, self._options)
        puts = [get.put for get in gets]
        jobs: list[Job] = []
        parts: list[Part] = []
        for get in gets:
            behind = tuple(other for other in gets if needs(other, puts) == get.put)
            if is_shared(get) and get.when:  # not for these: their part is empty, the others wait for the answer
                parts += [Part(doc.ref, get.put, {}) for doc in docs if not holds(get.when, doc.body)]
            if needs(get, puts) or is_shared(get):
                continue
            for doc in docs:
                job = self._detail_job(decl, doc, get, behind, site)
                if job is None:
                    parts += [Part(doc.ref, one.put, {}) for one in (get, *behind)]
                else:
                    jobs.append(job)
        return jobs, parts

    def _detail_job(self, decl: TypeDecl, doc: Document, get: Get, behind: tuple[Get, ...], site: Site) -> Job | None:
        """None when the declaration says that the call is not to be made for this document."""
        if get.when and not holds(get.when, doc.body):
            return None
        at = Site(site.account, doc.ref.region or site.region, doc.ref.region)
        params: dict[str, Json] = {}
        for name, path in get.params.items():
            found = (path[1:].format(account=site.account.id),) if path.startswith("=") else values(path, doc.body)
            value = found[0] if found else None
            params[name] = [value] if name in get.lists and value is not None else value
        call = self._call(at, get.service or service_of(decl), get.operation, get.permission, subject=doc.ref.id)
        return Job(call, "detail", _Detail(at, decl, doc, get, params, behind))

    def _detail(self, call: Call, look: _Detail) -> Answer:
        lost = tuple(Part(look.doc.ref, get.put, None) for get in (look.get, *look.dependents))
        try:
            absent = sorted(name for name, value in look.params.items() if value is None)
            if absent:
                raise Failure(Reason.UNPARSABLE, "", f"what was listed does not say {', '.join(absent)}")
            body = self._get(look.site, look.decl, look.get, look.params)
        except Failure as error:
            error.read = Answer(call, parts=lost)
            raise
        parts, jobs = [Part(look.doc.ref, look.get.put, body)], []
        if not look.dependents and not look.decl.skip:
            return Answer(replace(call, pages=1, items=1), (), tuple(parts))
        doc = replace(look.doc, body={**look.doc.body, look.get.put: body}, calls={**look.doc.calls, look.get.put: call.id})
        for get in look.dependents:
            job = self._detail_job(look.decl, doc, get, (), look.site)
            if job is None:
                parts.append(Part(doc.ref, get.put, {}))
            else:
                jobs.append(job)
        passing = bool(look.decl.skip) and holds(look.decl.skip, doc.body)
        # The ledger joins parts by itself: only what the main body was comes again, now marked as a mere reference.
        again = (replace(look.doc, reference=True),) if passing else ()
        return Answer(replace(call, pages=1, items=1), again, tuple(parts), () if passing else tuple(jobs))

    def _get(self, site: Site, decl: TypeDecl, get: Get, params: Mapping[str, Json]) -> Json:
        """The answer of a detail call, every page of it where what is taken is a list."""
        service = get.service or service_of(decl)
        try:
            return self._trimmed(site, decl, get, self._taken(site, service, get, params))
        except Failure as error:
            meant = meaning(get.on_error, error.code, error.detail)
            if meant is not None:
                return get.on_error[meant]
            raise

    def _taken(self, site: Site, service: str, get: Get, params: Mapping[str, Json]) -> list[Any]:
        """What the declaration takes of each page."""
        pages = self._of(site.account).pages(service, site.region, get.operation, {**get.fixed, **params})
        return [[] if get.left_out and get.take not in page else _take(page, get.take) for page in pages]

    def _trimmed(self, site: Site, decl: TypeDecl, get: Get, taken: list[Any]) -> Json:
        """What was taken, with what the declaration reads of it."""
        import json

        shape = shape_of(site.account.clients.output(get.service or service_of(decl), site.region, get.operation), get.take)
        if get.json:
            try:
                return kept_part(decl, get.put, json.loads(str(taken[0])), None)
            except ValueError as error:
                raise Failure(Reason.UNPARSABLE, "", f"{get.take} is not JSON") from error
        if isinstance(taken[0], list):
            every = [item for part in taken for item in part]
            if get.one and len(every) != 1:
                raise Failure(Reason.UNPARSABLE, "", f"{get.take} holds {len(every)} items instead of one")
            return kept_part(decl, get.put, every[0] if get.one else every, shape)
        if len(taken) > 1:
            raise Failure(Reason.UNSUPPORTED, "", f"{get.operation} answered in {len(taken)} pages, and what is taken of them is no list")
        return kept_part(decl, get.put, taken[0], shape)

    def _shared_jobs(self, documents: Iterable[Document]) -> list[Job]:
        """Further calls that are the same for all documents of a type, or of several: made once when all of them are known."""
        accounts = {account.id: account for account in self.accounts}
        groups: dict[tuple[str, str, str, str, str], dict[tuple[str, str], tuple[TypeDecl, Get, list[Document]]]] = {}
        for doc in documents:
            decl = self._decls.get(doc.ref.type)
            if doc.reference or doc.ref.account not in accounts or decl not in self._chosen:
                continue
            everywhere = isinstance(decl.live, List) and decl.live.scope is Scope.GLOBAL
            for get in details(decl, self._options):
                if is_shared(get) and get.put not in doc.calls:
                    asked = (doc.ref.account, "" if everywhere and not get.regional else doc.ref.region, get.service or service_of(decl), get.operation, _same(get))
                    groups.setdefault(asked, {}).setdefault((decl.type, get.put), (decl, get, []))[2].append(doc)
        jobs = []
        for (account, region, service, operation, _), askers in sorted(groups.items(), key=lambda group: group[0]):
            site = Site(accounts[account], region or accounts[account].home, region)
            first = next(iter(askers.values()))[1]
            params: dict[str, Json] = {name: path[1:].format(account=account) for name, path in first.params.items()}
            call = self._call(site, service, operation, first.permission, subject=f"every {', '.join(sorted({kind for kind, _ in askers}))}{_with(first)}")
            jobs.append(Job(call, "shared", _Shared(site, service, tuple((decl, get, tuple(docs)) for decl, get, docs in askers.values()), params)))
        return jobs

    def _shared(self, call: Call, look: _Shared) -> Answer:
        parts: list[Part] = []
        try:
            taken = self._taken(look.site, look.service, look.askers[0][1], look.params)
        except Failure as error:
            meant = [meaning(get.on_error, error.code, error.detail) for _, get, _ in look.askers]
            if None in meant:
                error.read = Answer(call, parts=tuple(Part(doc.ref, get.put, None) for _, get, docs in look.askers for doc in docs))
                raise
            bodies = [(get, get.on_error[key or ""], docs) for (_, get, docs), key in zip(look.askers, meant, strict=True)]
            return Answer(replace(call, code=error.code), parts=tuple(Part(doc.ref, get.put, body) for get, body, docs in bodies for doc in docs))
        for decl, get, docs in look.askers:
            body = self._trimmed(look.site, decl, get, taken)
            parts += matched(get, body, docs) if get.match else (Part(doc.ref, get.put, body) for doc in docs)
        return Answer(replace(call, pages=len(taken), items=1), parts=tuple(parts))


def matched(get: Get, body: Json, docs: Iterable[Document]) -> list[Part]:
    """Each document's own items of a shared answer. A document that does not say what they are known by gets no part: not read."""
    assert get.match is not None
    theirs, own = get.match
    if not isinstance(body, list):
        raise Failure(Reason.UNPARSABLE, "", f"{get.take} is no list")
    groups: dict[str, list[Json]] = {}
    for item in body:
        for value in values(theirs, item) if isinstance(item, dict) else ():
            groups.setdefault(_known_by(str(value)), []).append(item)
    keys = ((doc, text_at(own, doc.body) if own else doc.ref.id) for doc in docs)
    return [Part(doc.ref, get.put, groups.get(_known_by(key), [])) for doc, key in keys if key]


def _known_by(name: str) -> str:
    """Some services write their ids with and without a path: `/hostedzone/Z1` and `Z1`."""
    return name.rsplit("/", 1)[-1] if name.startswith("/") else name


def _with(get: Get) -> str:
    """What tells two calls of one operation apart: the words that they are made with."""
    words = [f"{name} {path[1:]}" for name, path in sorted(get.params.items()) if "{" not in path]
    return f" ({', '.join(words)})" if words else ""


def _same(get: Get) -> str:
    """Equal for calls that ask the same."""
    import json

    return json.dumps([dict(get.params), dict(get.fixed), get.take], sort_keys=True)


def _take(page: Mapping[str, Any], path: str) -> Any:
    """The declared part of an answer. Raises Failure when it is not there: that is no absence."""
    if not path:
        return {key: value for key, value in page.items() if key != "ResponseMetadata"}
    at: Any = page
    for key in path.split("."):
        if not isinstance(at, Mapping) or key not in at:
            raise Failure(Reason.UNPARSABLE, "", f"the answer holds no {path}")
        at = at[key]
    return at
