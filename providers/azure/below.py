"""What lies below a resource: its children, which complete it, and resources of their own that the generic list lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from providers.azure.asked import Asked
from providers.azure.found import (
    Found,
    Heap,
    Piece,
    Under,
    below_of,
    is_true,
    listed,
    look,
    parts_of,
    plain_name,
    quoted,
    read_call,
    ref_of,
    resource,
    secretless,
    tags_of,
    with_answer,
)  # fmt: skip
from providers.azure.served import Served
from providers.azure.session import Session
from scanner.sdk import FOUND, Answer, Call, Child, Dialect, Document, Failure, Job, Json, Reason, Ref, TypeDecl, compile_path, trim


@dataclass(frozen=True)
class Lower:
    """Makes and runs the looks below resources."""

    session: Session
    asked: Asked
    served: Served

    # -- resources of their own ------------------------------------------------------------------------------
    def under(self, decl: TypeDecl, path: str, account: str, region: str) -> Job:
        """The look at a collection that hides its type when it fails."""
        below = below_of(decl)
        operation = below.permission or f"{decl.type}/read"
        hidden = tuple(one.type for one in self.asked.chain(decl) if self.asked.is_asked(one))
        call = look(account, region, decl.type.split("/")[0], operation, subject=f"{path}{below.suffix}" if below.parent else "", types=hidden)
        return Job(call, "below", Under(decl, f"{path}{below.suffix}", account, region))

    def inside(self, heap: Heap, at: str, found: Found, body: Mapping[str, Json], by: str) -> None:
        """The subjects that a body (brought by the call `by`) holds, and the looks at the collections that it leads to."""
        for decl in self.asked.lower(found.decl.type):
            below = below_of(decl)
            if listed(decl):
                continue
            got = compile_path(below.host or below.each).read(dict(body))
            items: list[Json] = [seen.value for seen in got] if isinstance(got, tuple) else [None]
            if below.host:
                hosts = [item.rstrip("/") for item in items if isinstance(item, str)]
                heap.jobs += [self.under(decl, host, found.ref.account, found.ref.region) for host in hosts]
                complete = len(hosts) == 1
            else:
                inside = [self._found(by, Under(decl, "", found.ref.account, found.ref.region), item) for item in items if isinstance(item, Mapping)]
                heap.documents += [one.document for one in inside if one is not None and one.subject]
                complete = len(items) == sum(one is not None for one in inside)
            if not complete:  # what the body does not name as declared stays hidden, and is said to be
                hidden = self.under(decl, found.ref.id, found.ref.account, found.ref.region).call
                heap.calls.append(replace(hidden, at=at, outcome=Reason.UNPARSABLE, detail=f"{found.ref.name} does not show {below.host or below.each} as declared"))

    def collection(self, call: Call, under: Under) -> Answer:
        below, found, pages = below_of(under.decl), dict[str, Found](), 0
        try:
            if not below.host:
                self.served.check(under.decl.type, below.api)
            for page in self.session.pages(f"{quoted(under.path)}?api-version={below.api}", small=True):
                pages += 1
                for item in page:
                    one = self._found(call.id, under, item if below.host else resource(secretless(item)))
                    if one is None:
                        raise Failure(Reason.UNPARSABLE, "", "an item of the list has no id")
                    found.setdefault(one.ref.id.lower(), one)
        except Failure as failure:
            if failure.code in below.on_error:
                return Answer(replace(call, code=failure.code))
            raise with_answer(failure, self._gathered(replace(call, pages=pages, items=len(found)), found.values())) from failure
        return self._gathered(replace(call, pages=pages, items=len(found)), found.values())

    def _gathered(self, call: Call, found: Iterable[Found]) -> Answer:
        full = [one for one in found if below_of(one.decl).host]
        jobs = [job for one in found if one not in full and one.subject for job in self.child_jobs(one, one.document.body)]
        jobs += [self.under(decl, one.ref.id, one.ref.account, one.ref.region) for one in found for decl in self.asked.lower(one.decl.type) if listed(decl)]
        return Answer(call, tuple(one.document for one in found if one.subject), jobs=(*(Job(read_call(one.ref, one.decl.type), "get", one) for one in full), *jobs))

    def _found(self, by: str, under: Under, item: Mapping[str, Json]) -> Found | None:
        """A subject by its own body; where it says no place, it is where its parent is."""
        id = item.get("id")
        if not isinstance(id, str) or not id:
            return None
        ref = ref_of(item, under.decl.type, under.account)
        if "/providers/" not in id.lower():  # resource groups, and what a vault holds
            ref = replace(ref, name=plain_name(id))
        ref = ref if ref.region else replace(ref, region=under.region)
        main = read_call(ref, under.decl.type).id if below_of(under.decl).host else by
        document = Document(ref, Dialect.LIVE, trim(item, under.decl.keep(Dialect.LIVE)), {"": main, FOUND: by}, tags_of(item))
        return Found(ref, under.decl, document, self.asked.is_asked(under.decl))

    # -- children --------------------------------------------------------------------------------------------
    def child_jobs(self, found: Found, body: Mapping[str, Json] | None) -> tuple[Job, ...]:
        """The reads that complete a resource; `body` is None where it could not be read itself."""
        jobs: list[Job] = []
        for child in self.asked.children(found.decl):
            if child.shared or child.group or (child.when and (body is None or not is_true(child.when, body))):
                continue
            kind, id = child.kind(found.decl.type), found.ref.id + child.suffix
            # named by the resource that it is for: several of a group ask for the same children of it
            call = look(found.ref.account, found.ref.region, kind.split("/")[0], f"{kind}/read", subject=found.ref.id + child.suffix if child.group else id)
            jobs.append(Job(call, "child", Piece(child, (found,), (id,))))
        return tuple(jobs)

    def shared(self, subscription: str, full: Iterable[Found], holders: Mapping[str, tuple[str, ...]] | None) -> Iterable[Job]:
        """One look for all resources of a subscription that need it; `holders` has the ids of its resources by type in lower case, None where they are not all known."""
        groups: dict[tuple[str, str, str, str], tuple[Child, list[Found]]] = {}
        for found in full:
            for child in self.asked.children(found.decl):
                if (child.shared or child.group) and not (child.within and holders is None):
                    near = _beside(child, found.ref) if child.group else child.within
                    groups.setdefault((child.suffix, child.put, child.api, near.lower()), (child, []))[1].append(found)
        for child, members in groups.values():
            kind = child.kind("")
            above = (holders or {}).get(child.within.lower(), ()) if child.within else (f"/subscriptions/{subscription}",)
            paths = (_beside(child, members[0].ref),) if child.group else tuple(f"{id}{child.suffix}" for id in above)
            call = look(subscription, "", kind.split("/")[0], f"{kind}/read", subject=paths[0] if child.group else "")
            yield Job(call, "child", Piece(child, tuple(members), paths))

    def child(self, call: Call, piece: Piece) -> Answer:
        child, paths = piece.child, [f"{quoted(path)}?api-version={piece.child.api}" for path in piece.paths]
        try:
            self.served.check(call.operation.removesuffix("/read"), child.api)
            if child.many:
                pages = [page for path in paths for page in self.session.pages(path, small=True)]
                body: Json = [resource(secretless(item)) for page in pages for item in page]
                call = replace(call, pages=len(pages), items=sum(len(page) for page in pages))
            else:
                body = resource(secretless(self.session.get(paths[0], small=True)))
                call = replace(call, pages=1, items=1)
        except Failure as failure:
            if failure.code in child.on_error:
                return Answer(replace(call, code=failure.code), parts=parts_of(piece, child.on_error[failure.code]))
            raise with_answer(failure, Answer(call, parts=parts_of(piece, None))) from failure
        return Answer(call, parts=parts_of(piece, body))


def _beside(child: Child, ref: Ref) -> str:
    """Path below the resource group of a resource."""
    return re.split(r"/providers/", ref.id, maxsplit=1, flags=re.IGNORECASE)[0] + child.suffix.replace("{location}", ref.region)
