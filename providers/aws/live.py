"""Looks at AWS accounts: who am I, which regions, what is there, its details, and what it refers to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from providers.aws import organization, report
from providers.aws.calls import CallFailed, Calls, api_name, permission
from providers.aws.clients import Clients
from providers.aws.documents import Site, document, holds, identify, items, kept_part, shape_of, text_at, values
from providers.aws.faults import NO_ENDPOINT
from providers.aws.organization import Member
from providers.aws.pace import Pace, lane_of
from providers.aws.plan import Look, Plan, details, is_shared, needs, operations, plan, wanted
from providers.aws.references import Wanted, place_bucket, reference_jobs, resolved
from providers.aws.session import Account, account_of
from scanner.sdk import EVERY_TYPE, Answer, Call, Dialect, Document, Each, Failure, Get, Job, Json, List, Options, Part, Reason, Ref, Report, Scope, TypeDecl, Worker, meaning


def open(targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:
    """A worker for these profiles (`""`: the default chain). Raises MissingCredentials."""
    deadline = time.monotonic() + options.timeout

    def who(clients: Clients, region: str) -> dict[str, Any]:
        return Calls(clients, options, deadline).once("sts", region, "get_caller_identity", {})

    accounts = [account_of(profile, options, who, operations(decls)) for profile in dict.fromkeys(targets or ("",))]
    return AwsWorker(tuple(accounts), options, decls, deadline)


_AT_ONCE = 4
"""Calls under way for each of `--workers`: they wait for the network nearly all the time."""


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


@dataclass(frozen=True)
class _Locate:
    """Payload: an item whose region its listing does not say."""

    site: Site
    decl: TypeDecl
    listing: List
    item: Mapping[str, Any]


class AwsWorker:
    """The live half of AWS; see `scanner.collect.plan.Worker`."""

    def __init__(self, accounts: tuple[Account, ...], options: Options, decls: Mapping[str, TypeDecl], deadline: float) -> None:
        self._roots, self._joining = accounts, threading.Lock()
        self.accounts, self._options, self._decls = accounts, options, decls
        self._chosen = wanted(decls, options)
        self._plan: Plan = plan(self._chosen)
        self._alike = Counter((look.listing.service, look.listing.operation) for look in self._plan.looks)
        self._pace = Pace()
        self._homes = {account.id: account.home for account in accounts}
        self.threads = _AT_ONCE * options.workers
        self._deadline = deadline
        self._organization = organization.chosen(options)
        self._calls = {_key(account): Calls(account.clients, options, deadline, self._pace, account.id) for account in accounts}
        self._regions: dict[str, frozenset[str]] = {}

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

    def _of(self, account: Account) -> Calls:
        return self._calls[_key(account)]

    # -- accounts and regions ----------------------------------------------------------------------------------
    def _identity(self, call: Call, site: Site) -> Answer:
        if site.account.fault is not None:
            raise CallFailed(site.account.fault)
        jobs: list[Job] = [self._list_job(_pinned(site, look.listing), look) for look in self._plan.looks if look.everywhere]
        jobs += [
            Job(self._call(site, rep.service, rep.fetch, types=(decl.type,)), "report", (site, decl, rep))
            for decl, rep in self._plan.reports
        ]  # fmt: skip
        if any(not look.everywhere for look in self._plan.looks):
            jobs.append(Job(self._call(site, "ec2", "describe_regions", types=(EVERY_TYPE,)), "regions", site))
        if self._organization is not None and site.account in self._roots:
            first = self._organization.units[:1]
            listing = self._call(site, "organizations", "list_accounts_for_parent" if first else "list_accounts", types=(EVERY_TYPE,), subject="".join(first), account="")
            jobs.append(Job(listing, "organization", site))
        return Answer(replace(call, pages=1, items=1), jobs=tuple(jobs))

    def _members(self, call: Call, site: Site) -> Answer:
        """The accounts of the organisation: one look each. A list that was refused, even in part, hides accounts of which nobody knows."""
        choice = self._organization
        assert choice is not None
        found = organization.members(self._of(site.account), site.account.home, choice)
        jobs, calls = [], []
        guards = organization.Guards(self._of(site.account), site.account.home)
        for member in found.members.values():
            if member.id in {account.id for account in self.accounts}:
                jobs += [self._guard_job(site, member, guards)] if self._asks_guards else []
                continue
            look = self._call(site, "sts", "assume_role", types=(EVERY_TYPE,), subject=f"{member.id} ({choice.role})", account=member.id)
            if member.active and self._asks_guards:
                jobs.append(self._guard_job(site, member, guards))
            if member.active:
                jobs.append(Job(look, "member", (site, member)))
            else:
                calls.append(replace(look, outcome=Reason.UNAVAILABLE, code=member.state, detail=f"the account is {member.state.lower()}: nothing can be asked of it"))
        lost = {(operation, about): error for operation, about, error in found.faults}
        for operation, about in dict.fromkeys(found.asked):
            entry = self._call(site, "organizations", operation, subject=about, account="")
            error = lost.get((operation, about))
            calls.append(replace(entry, pages=1) if error is None else replace(entry, outcome=error.reason, code=error.code, detail=error.detail, types=(EVERY_TYPE,)))
        unknown = choice.accounts - found.members.keys() - found.left_out
        calls += [
            replace(self._call(site, "organizations", "list_accounts", types=(EVERY_TYPE,), subject=name, account=name), outcome=Reason.UNRESOLVED, detail=f"{name} is no account of the organisation")
            for name in sorted(unknown) if not lost
        ]  # fmt: skip
        main = next((one for one in calls if one.id == call.id), replace(call, pages=found.pages))
        rest = tuple(one for one in calls if one.id != call.id)
        excluded = tuple(f"aws:{name}" for name in sorted(found.left_out - {account.id for account in self._roots}))
        answer = Answer(replace(main, items=len(found.members)), jobs=tuple(jobs), more_calls=rest, excluded=excluded)
        if main.outcome is not None:
            raise Failure(main.outcome, main.code, main.detail, answer)
        return answer

    @property
    def _asks_guards(self) -> bool:
        decl = self._decls.get(organization.ACCOUNT)
        chosen = not self._options.types or organization.ACCOUNT in self._options.types
        return decl is not None and chosen and (not self._options.facts or any(decl.given(kind) for kind in self._options.facts))

    def _guard_job(self, site: Site, member: Member, guards: organization.Guards) -> Job:
        return Job(self._call(site, "organizations", "list_policies_for_target", subject=member.id, account=member.id), "guard", (site, member, guards))

    def _guard(self, call: Call, site: Site, member: Member, guards: organization.Guards) -> Answer:
        """The policies that an account inherits; where they were refused, the account stays a subject of which that is not known."""
        ref = Ref("aws", organization.ACCOUNT, member.id, "", f"arn:{site.account.partition}:organizations:::account/{member.id}", member.name or member.id)
        try:
            body: dict[str, Json] = {"management": member.id == guards.management(), "levels": guards.levels(member.id)}
        except Failure as error:
            error.read = Answer(call, (Document(ref, Dialect.LIVE, {}, {"": call.id}),))
            raise
        return Answer(replace(call, pages=1, items=1), (Document(ref, Dialect.LIVE, body, {"": call.id}),))

    def _member(self, call: Call, site: Site, member: Member) -> Answer:
        """Assume the role in an account, and look at it as at every other."""
        choice = self._organization
        assert choice is not None
        account = organization.assumed(site.account, self._of(site.account), member, choice)
        with self._joining:
            self.accounts = (*self.accounts, account)
            self._calls[_key(account)] = Calls(account.clients, self._options, self._deadline, self._pace, account.id)
            self._homes[account.id] = account.home
        answer = self._identity(call, Site(account, account.home, ""))
        return replace(answer, call=replace(answer.call, pages=1, items=1))

    def _enabled_regions(self, call: Call, site: Site) -> Answer:
        """Ask EC2, then the account service. When nobody says, only the regions that the user named are looked at."""
        calls = self._of(site.account)
        try:
            page = calls.once("ec2", site.region, "describe_regions", {})
            enabled = {str(row["RegionName"]) for row in page["Regions"]}
            if not enabled:
                raise Failure(Reason.UNPARSABLE, "", "no region is enabled: that cannot be")
            return self._in_regions(replace(call, pages=1, items=len(enabled)), site, enabled)
        except (KeyError, TypeError) as error:
            first = Failure(Reason.UNPARSABLE, "", f"the answer holds no regions: {error}")
        except Failure as error:
            first = error
        lost = replace(call, outcome=first.reason, code=first.code, detail=first.detail, types=())
        second = self._call(site, "account", "list_regions")
        try:
            status: Json = ["ENABLED", "ENABLED_BY_DEFAULT"]
            pages = list(calls.pages("account", site.region, "list_regions", {"RegionOptStatusContains": status}))
            enabled = {str(row["RegionName"]) for page in pages for row in page["Regions"]}
            if enabled:
                return replace(self._in_regions(replace(second, pages=len(pages), items=len(enabled)), site, enabled), more_calls=(lost,))
            raise Failure(Reason.UNPARSABLE, "", "no region is enabled: that cannot be")
        except (Failure, KeyError, TypeError) as error:
            reason = error.reason if isinstance(error, Failure) else Reason.UNPARSABLE
            failed = replace(second, outcome=reason, code=getattr(error, "code", ""), detail=str(error))
        named = self._in_regions(call, site, set(self._options.regions))
        first.read = replace(named, more_calls=(failed, *named.more_calls))
        first.detail = f"{first.detail}: which regions are enabled is not known" + (", only those named by --regions are looked at" if self._options.regions else "")
        raise first

    def _in_regions(self, call: Call, site: Site, enabled: set[str]) -> Answer:
        account, chosen = site.account, self._options.regions
        use = sorted(enabled.intersection(chosen) if chosen else enabled)
        self._regions[account.id] = frozenset(use)
        jobs = [self._list_job(Site(account, region, region), look) for region in use for look in self._plan.looks if not look.everywhere]
        absent = tuple(
            replace(self._call(Site(account, region, region), "ec2", "describe_regions", types=(EVERY_TYPE,)), outcome=Reason.UNAVAILABLE, detail=f"{region} is not enabled for the account")
            for region in sorted(set(chosen) - enabled)
        )  # fmt: skip
        left_out = tuple(f"aws:{account.id}/{region}" for region in sorted(enabled.difference(use)))
        return Answer(call, jobs=tuple(jobs), more_calls=absent, excluded=left_out)

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
            shape = shape_of(site.account.clients.get(listing.service, site.region), listing.operation, listing.each)
            found.documents.append((decl, document(decl, listing, item, site, call, shape, region, parent)))

    def _answer(self, call: Call, site: Site, found: _Found) -> Answer:
        """Documents with the calls that follow from them. Parts that need no call hang on the listing."""
        documents, parts = [], []
        jobs = list(found.jobs)
        by_decl: dict[str, tuple[TypeDecl, list[Document]]] = {}
        for decl, doc in found.documents:
            ready = self._here(replace(doc, calls={"": call.id}), site)
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

    # -- details -----------------------------------------------------------------------------------------------
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
        call = self._call(at, get.service or _service(decl), get.operation, get.permission, subject=doc.ref.id)
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
        doc = replace(look.doc, body={**look.doc.body, look.get.put: body}, calls={**look.doc.calls, look.get.put: call.id})
        parts, jobs = [Part(doc.ref, look.get.put, body)], []
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
        service = get.service or _service(decl)
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

        shape = shape_of(site.account.clients.get(get.service or _service(decl), site.region), get.operation, get.take)
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
                    asked = (doc.ref.account, "" if everywhere and not get.regional else doc.ref.region, get.service or _service(decl), get.operation, _same(get))
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
        shape = shape_of(look.site.account.clients.get(look.listing.service, look.site.region), look.listing.operation, look.listing.each)
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

    def _call(self, site: Site, service: str, operation: str, granted: str | None = None, types: tuple[str, ...] = (), subject: str = "", account: str | None = None) -> Call:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Call(
            "aws", site.account.id if account is None else account, site.shown, service, api_name(operation), subject, permission=permission(service, operation, granted), types=types, at=now
        )  # fmt: skip


class _Found:
    """What the pages of a listing showed so far."""

    def __init__(self, documents: list[tuple[TypeDecl, Document]] | None = None) -> None:
        self.documents = documents or []
        self.jobs: list[Job] = []
        self.pages = self.items = 0


def _key(account: Account) -> tuple[str, str]:
    """Two profiles may lead to one account, and one profile to many."""
    return account.profile, account.id


def _pinned(site: Site, listing: List) -> Site:
    """Where a global listing is asked."""
    return replace(site, region=listing.at) if listing.at and site.account.partition == "aws" else site


def _params(listing: List, site: Site) -> dict[str, Json]:
    """What a listing asks, the account's number put in."""
    return {name: value.replace("{account}", site.account.id) if isinstance(value, str) else value for name, value in listing.params.items()}


def _service(decl: TypeDecl) -> str:
    match decl.live:
        case List() as listing:
            return listing.service
        case Each() as each:
            return each.listing.service
        case Report() as rep:
            return rep.service
        case _:
            raise TypeError(f"{decl.type} is not read from AWS")


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
    at: Any = {key: value for key, value in page.items() if key != "ResponseMetadata"}
    for key in path.split(".") if path else ():
        if not isinstance(at, Mapping) or key not in at:
            raise Failure(Reason.UNPARSABLE, "", f"the answer holds no {path}")
        at = at[key]
    return at
