"""Looks at AWS accounts: who am I, which regions, what is there, its details, and what it refers to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from providers.aws import report
from providers.aws.accounts import Accounts
from providers.aws.calls import Calls
from providers.aws.clients import Clients
from providers.aws.details import Details
from providers.aws.documents import Site, document, holds, identify, items, shape_of, text_at, values
from providers.aws.faults import NO_ENDPOINT
from providers.aws.pace import lane_of
from providers.aws.plan import Look, Methods, details
from providers.aws.references import Wanted, place_bucket, reference_jobs, resolved
from providers.aws.session import account_of
from scanner.sdk import EVERY_TYPE, Answer, Call, Document, Each, Failure, Job, Json, List, Options, Part, Report, TypeDecl, Worker, meaning


def open(targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:
    """A worker for these profiles (`""`: the default chain). Raises MissingCredentials."""
    deadline = time.monotonic() + options.timeout

    def who(clients: Clients, region: str) -> dict[str, Any]:
        return Calls(clients, options, deadline).once("sts", region, "get_caller_identity", {})

    methods = Methods(decls)
    accounts = [account_of(profile, options, who, methods) for profile in dict.fromkeys(targets or ("",))]
    return AwsWorker(tuple(accounts), options, decls, deadline)


@dataclass(frozen=True)
class _Child:
    """Payload: the children of one parent."""

    site: Site
    decl: TypeDecl
    each: Each
    params: Mapping[str, Json]
    parent: str
    """Name of the parent."""
    along: Mapping[str, Json]
    """What else is known of it."""


@dataclass(frozen=True)
class _Locate:
    """Payload: an item whose region its listing does not say."""

    site: Site
    decl: TypeDecl
    listing: List
    item: Mapping[str, Any]


class AwsWorker(Accounts, Details):
    """The live half of AWS; see `scanner.collect.plan.Worker`."""

    def lane(self, job: Job) -> str:
        """A service in a region has its own limits. A global one is asked in one region."""
        return lane_of(job.call.account, job.call.service, job.call.region or self._homes.get(job.call.account, ""))

    def width(self, lane: str) -> int:
        return self._pace.width(lane)

    # -- rounds ------------------------------------------------------------------------------------------------
    def start(self) -> tuple[Job, ...]:
        """Who the accounts are stands in the ledger as well; the rest follows from it."""
        jobs = []
        for account in self.accounts:
            site = Site(account, account.home, "")
            call = self._call(site, "sts", "get_caller_identity", types=(EVERY_TYPE,) if account.fault else (), subject=account.profile)
            jobs.append(Job(call, "identity", site))
        return tuple(jobs)

    def work(self, job: Job) -> Answer:
        """Make one look."""
        payload: Any = job.payload
        match job.kind:
            case "identity":
                return self._identity(job.call, payload)
            case "organization":
                return self._members(job.call, payload)
            case "guard":
                return self._guard(job.call, *payload)
            case "member":
                return self._member(job.call, *payload)
            case "regions":
                return self._enabled_regions(job.call, payload)
            case "list":
                return self._list(job.call, *payload)
            case "child":
                return self._children(job.call, payload)
            case "locate":
                return self._locate(job.call, payload)
            case "detail":
                return self._detail(job.call, payload)
            case "shared":
                return self._shared(job.call, payload)
            case "report":
                return self._report(job.call, *payload)
            case _:
                return self._resolve(job.call, payload)

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        """References that nothing held answers. Three rounds are enough: a bucket, its key, the key's own."""
        if round >= 3:
            return ()
        by_id = {account.id: account for account in self.accounts if account.id}
        found = reference_jobs(documents, self._decls, self._options, by_id)
        return (*self._shared_jobs(documents), *(Job(self._resolve_call(want), "resolve", want) for want in found))

    # -- listings ----------------------------------------------------------------------------------------------
    def _list_job(self, site: Site, look: Look) -> Job:
        asked = look.listing
        words = [f"{name} {value}" for name, value in sorted(asked.params.items())] if self._alike[asked.service, asked.operation] > 1 else []
        call = self._call(site, asked.service, asked.operation, asked.permission, types=look.types, subject=", ".join(words))
        return Job(call, "list", (site, look))

    def _list(self, call: Call, site: Site, look: Look) -> Answer:
        return self._read(call, site, look.listing, _params(look.listing, site), look.readers, look.children)

    def _children(self, call: Call, child: _Child) -> Answer:
        listing = child.each.listing
        return self._read(
            call, child.site, listing, {**_params(listing, child.site), **child.params}, ((child.decl, listing),), parent=child.parent, given={**child.along, **child.params}
        )

    def _read(
        self, call: Call, site: Site, listing: List, params: Mapping[str, Json],
        readers: tuple[tuple[TypeDecl, List], ...], children: tuple[tuple[TypeDecl, Each], ...] = (), parent: str = "",
        given: Mapping[str, Json] = MappingProxyType({}),
    ) -> Answer:  # fmt: skip
        """A whole listing. What was read before a page failed is kept, as a look of its own that was answered."""
        found = _Found()
        fault: Failure | None = None
        try:
            for page in self._of(site.account).pages(listing.service, site.region, listing.operation, params):
                rows = [(decl, own, {**given, **item}) for decl, own in readers for item in items(own, page)]
                parents = [(decl, each, item) for decl, each in children for item in items(each.parent, page)]
                self._take(found, call, site, rows, parent)
                found.jobs += [self._child_job(site, decl, each, item) for decl, each, item in parents]
                found.pages += 1
                found.items += len(items(listing, page))
        except Failure as error:
            if meaning(listing.on_error, error.code, error.detail) is not None:
                return Answer(replace(call, code=error.code, detail="means: none here"))
            if not found.pages and self._not_offered(error, site, listing.service):
                return Answer(replace(call, code=error.code, detail="means: none here, the service is not offered in this region"))
            fault = error
        done = replace(call, pages=found.pages, items=found.items)
        if fault is None:
            return self._answer(done, site, found)
        if found.pages:
            part = replace(done, types=(), subject=f"{call.subject} (pages read before it failed)".strip())
            fault.read = replace(self._answer(part, site, found), call=done, more_calls=(part,))
        raise fault

    def _not_offered(self, error: Failure, site: Site, service: str) -> bool:
        """Two witnesses are asked: DNS knows that there is no such endpoint, and AWS's list has the service in other regions only."""
        listed = site.account.clients.listed(service, site.account.partition) if error.code == NO_ENDPOINT else frozenset()
        return bool(listed) and site.region not in listed

    def _take(self, found: _Found, call: Call, site: Site, rows: Iterable[tuple[TypeDecl, List, Mapping[str, Any]]], parent: str) -> None:
        for decl, listing, item in rows:
            if listing.home_only and text_at(listing.home_only, item) not in ("", site.region):
                continue
            region = text_at(listing.region, item) if listing.region else "" if listing.spans else site.shown
            if listing.region and not region and decl.resolve is not None:
                found.jobs.append(self._locate_job(site, decl, listing, item))
                continue
            shape = shape_of(site.account.clients.output(listing.service, site.region, listing.operation), listing.each)
            found.documents.append((decl, document(decl, listing, item, site, call, shape, region, parent)))

    def _answer(self, call: Call, site: Site, found: _Found) -> Answer:
        """Documents with the calls that follow from them. Parts that need no call hang on the listing."""
        documents, parts = [], []
        jobs = list(found.jobs)
        by_decl: dict[str, tuple[TypeDecl, list[Document]]] = {}
        for decl, doc in found.documents:
            ready = self._here(doc if doc.calls[""] == call.id else replace(doc, calls={"": call.id}), site)
            documents.append(ready)
            if not ready.reference:
                by_decl.setdefault(decl.type, (decl, []))[1].append(ready)
        for decl, docs in by_decl.values():
            more, empty = self._detail_jobs(decl, docs, site)
            jobs += more
            parts += empty
        return Answer(call, tuple(documents), tuple(parts), tuple(jobs))

    def _here(self, doc: Document, site: Site) -> Document:
        """A document of a region that was left out by choice is kept as a mere reference: its place is known."""
        decl = self._decls[doc.ref.type]
        outside = self._options.regions and doc.ref.region and doc.ref.region not in self._options.regions
        return replace(doc, reference=True) if outside or (decl.skip and holds(decl.skip, doc.body)) else doc

    def _child_job(self, site: Site, decl: TypeDecl, each: Each, item: Mapping[str, Any]) -> Job:
        parent = identify(each.parent, item, site, site.shown)
        params: dict[str, Json] = {name: next(iter(values(path, item)), None) for name, path in each.params.items()}
        call = self._call(site, each.listing.service, each.listing.operation, each.listing.permission, types=(decl.type,), subject=parent)
        along: dict[str, Json] = {name: found[0] for name, path in each.along.items() if (found := values(path, item))}
        return Job(call, "child", _Child(site, decl, each, params, text_at(each.parent.name, item), along))

    # -- what a listing does not say ---------------------------------------------------------------------------
    def _locate_job(self, site: Site, decl: TypeDecl, listing: List, item: Mapping[str, Any]) -> Job:
        how = decl.resolve
        assert how is not None
        call = self._call(site, how.service, how.operation, how.permission, subject=identify(listing, item, site, ""))
        return Job(call, "locate", _Locate(site, decl, listing, item))

    def _locate(self, call: Call, look: _Locate) -> Answer:
        """Ask where a bucket is, then go on with it; where nobody says, it stays a subject whose place is not known."""
        shape = shape_of(look.site.account.clients.output(look.listing.service, look.site.region, look.listing.operation), look.listing.each)
        try:
            region = place_bucket(self._of(look.site.account), look.site.region, str(look.item.get("Name", "")))
        except Failure as error:
            doc = document(look.decl, look.listing, look.item, look.site, call, shape, "")
            error.read = Answer(call, (doc,), tuple(Part(doc.ref, get.put, None) for get in details(look.decl, self._options)))
            raise
        found = _Found([(look.decl, document(look.decl, look.listing, look.item, look.site, call, shape, region))])
        return self._answer(replace(call, pages=1, items=1), look.site, found)

    def _report(self, call: Call, site: Site, decl: TypeDecl, rep: Report) -> Answer:
        start = self._call(site, rep.service, rep.start)
        return report.read(self._of(site.account), site, decl, rep, call, start)

    def _resolve_call(self, want: Wanted) -> Call:
        how = want.decl.resolve
        assert how is not None
        return self._call(Site(want.account, want.region, want.region), how.service, how.operation, how.permission, subject=want.name)

    def _resolve(self, call: Call, want: Wanted) -> Answer:
        return resolved(self._of(want.account), call, want)


class _Found:
    """What the pages of a listing showed so far."""

    def __init__(self, documents: list[tuple[TypeDecl, Document]] | None = None) -> None:
        self.documents = documents or []
        self.jobs: list[Job] = []
        self.pages = self.items = 0


def _params(listing: List, site: Site) -> dict[str, Json]:
    """What a listing asks, the account's number put in."""
    return {name: value.replace("{account}", site.account.id) if isinstance(value, str) else value for name, value in listing.params.items()}
