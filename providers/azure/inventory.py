"""What stands in a subscription: the generic list names it, and its bodies come from Resource Graph, from the types' own lists, or one by one.

The list of Resource Manager decides what is there: what Resource Graph does not have (yet), and what it has by an api-version older
than the one that Houvast reads, is read from Resource Manager. Resources that only Resource Graph shows are taken too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from providers.azure import graph
from providers.azure.asked import UNDECLARED, Asked
from providers.azure.below import Lower
from providers.azure.found import (
    Found,
    Heap,
    Listing,
    Row,
    Typed,
    is_named,
    is_true,
    kept,
    listed,
    look,
    quoted,
    read_call,
    ref_of,
    resource,
    secretless,
    spared,
    tags_of,
    with_answer,
)  # fmt: skip
from providers.azure.served import Served
from providers.azure.session import Session
from scanner.sdk import FOUND, Answer, Arm, Below, Call, Dialect, Document, Failure, Job, Json, Reason, trim

RESOURCES_API = "2021-04-01"
#: Answers after which a resource is taken to be gone: its children are not asked for.
GONE = ("ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound")


@dataclass(frozen=True)
class Inventory:
    """Makes and runs the looks at resources."""

    session: Session
    asked: Asked
    served: Served
    lower: Lower
    bodies: str = "graph"
    """Where bodies are read: `graph`, `lists` (Resource Manager alone), `single` (each resource by itself)."""

    # -- all subscriptions -----------------------------------------------------------------------------------
    def jobs(self, subscriptions: Iterable[str]) -> tuple[Job, ...]:
        """The looks at subscriptions: by way of Resource Graph, unless it is not to be asked."""
        chosen = tuple(sorted(subscriptions))
        if not chosen:
            return ()
        if self.bodies != "graph" or not self._types():
            return tuple(job for one in chosen for job in self._subscription(one, {}))
        call = look("", "", "Microsoft.ResourceGraph", graph.OPERATION, subject=_all_of(chosen))
        return (Job(call, "graph", chosen),)

    def _types(self) -> tuple[str, ...]:
        """Types whose bodies Resource Graph is asked for."""
        return tuple(
            decl.type for decl in self.asked.types.values() if isinstance(decl.live, Arm) and decl.live.graph and (self.asked.is_asked(decl) or self.asked.lower(decl.type))
        )

    def query(self, call: Call, subscriptions: tuple[str, ...]) -> Answer:
        """Ask Resource Graph. Whatever comes of it, the lists follow: what it did not bring they read themselves."""
        found: dict[str, dict[str, Row]] = {one: {} for one in subscriptions}
        pages: list[int] = []
        try:
            for given in graph.rows(self.session, subscriptions, self._types(), pages):
                one = graph.row_of(given, call.id)
                subscription = one[0].split("/")[2] if one and one[0].startswith("/subscriptions/") else ""
                if one is not None and subscription in found:
                    found[subscription][one[0]] = self._trimmed(one[1])
        except Failure as failure:
            # Half of an answer is none: every body is then read from Resource Manager.
            jobs = tuple(job for one in subscriptions for job in self._subscription(one, {}))
            raise with_answer(failure, Answer(replace(call, pages=len(pages), items=sum(pages)), jobs=jobs)) from failure
        jobs = tuple(job for one in subscriptions for job in self._subscription(one, found[one]))
        return Answer(replace(call, pages=len(pages), items=sum(pages)), jobs=jobs)

    def _trimmed(self, row: Row) -> Row:
        """A row with no more than what is read of it: thousands of them wait for the lists."""
        decl = self.asked.types.get(str(row.body["type"]).lower())
        if decl is None or self.asked.lower(decl.type):
            return replace(row, body=secretless(row.body))
        cut = trim(row.body, decl.keep(Dialect.LIVE) | {(key,) for key in ("id", "name", "type", "location", "tags")})
        return replace(row, body=secretless({"properties": {}, **cut}))

    # -- one subscription ------------------------------------------------------------------------------------
    def _subscription(self, subscription: str, rows: Mapping[str, Row]) -> tuple[Job, ...]:
        """The generic list of a subscription, and the lists of what stands below it and is not in there."""
        call = look(subscription, "", "Microsoft.Resources", "Microsoft.Resources/subscriptions/resources/read", types=self.asked.hidden())
        return (Job(call, "resources", Listing(subscription, rows)), *(self.lower.under(decl, f"/subscriptions/{subscription}", subscription, "") for decl in self.asked.lower("")))

    def resources(self, call: Call, listing: Listing) -> Answer:
        items: list[dict[str, Json]] = []
        pages = 0
        try:
            for page in self.session.pages(f"/subscriptions/{call.account}/resources?api-version={RESOURCES_API}"):
                pages += 1
                items += page
        except Failure as failure:
            raise with_answer(failure, self._taken(replace(call, pages=pages, items=len(items)), items, listing, complete=False)) from failure
        answer = self._taken(replace(call, pages=pages, items=len(items)), items, listing)
        nameless = sum(not is_named(item) for item in items)
        if nameless:
            raise Failure(Reason.UNPARSABLE, "", f"{nameless} resources of the list have no id or type", answer)
        return answer

    def _taken(self, call: Call, items: list[dict[str, Json]], listing: Listing, *, complete: bool = True) -> Answer:
        """Documents of what the list says, and the looks that read the declared types in full."""
        seen: dict[str, Found] = {}
        for item in items:
            found = self._found(call, item) if is_named(item) else None
            if found is not None:
                seen.setdefault(found.ref.id.lower(), found)
        for id, row in listing.rows.items():
            if id not in seen and (found := self._found(call, row.body)) is not None:
                seen[id] = replace(found, document=replace(found.document, calls={**found.document.calls, FOUND: row.call}))
        heap, groups = Heap(), dict[str, list[Found]]()
        for id, found in seen.items():
            carried = listing.rows.get(id)
            if not isinstance(found.decl.live, Arm) or not (found.subject or any(not listed(decl) for decl in self.asked.lower(found.decl.type))):
                heap.documents += [found.document] if found.subject else []
            elif carried is not None and graph.carries(carried, found.decl):
                self._joined(heap, call, found, carried.body, carried.call)
            else:
                groups.setdefault(found.decl.type, []).append(found)
        holders: dict[str, tuple[str, ...]] = {}
        for item in filter(is_named, items):
            kind = str(item["type"]).lower()
            holders[kind] = (*holders.get(kind, ()), str(item["id"])) if kind in self.asked.holding else ()
        full = [found for found in seen.values() if isinstance(found.decl.live, Arm)]
        self._rest(heap, call.account, groups, full)
        # What is kept in resources that a list cut short may hide is not asked for: the rest of it would look like all.
        heap.jobs += self.lower.shared(call.account, [found for found in full if found.subject], holders if complete else None)
        return heap.answer(call)

    def _rest(self, heap: Heap, subscription: str, groups: Mapping[str, list[Found]], full: list[Found]) -> None:
        """The looks at what no body has come for, at collections below, and at what is read once for all."""
        for members in groups.values():
            heap.documents += [found.document for found in members if found.subject]
            if self.bodies != "single" and len(members) > 1 and _has_list(members[0]):
                call = look(subscription, "", members[0].decl.type.split("/")[0], f"{members[0].decl.type}/read")
                heap.jobs.append(Job(call, "typed", Typed(members[0].decl, tuple(members))))
            else:
                heap.jobs += [self.get_job(found) for found in members]
        heap.jobs += [
            self.lower.under(decl, found.ref.id, found.ref.account, found.ref.region)
            for found in full
            for decl in self.asked.lower(found.decl.type)
            if listed(decl) and not spared(decl, found)
        ]

    def _found(self, call: Call, item: Mapping[str, Json]) -> Found | None:
        kind = str(item["type"])
        decl = self.asked.types.get(kind.lower()) or self.asked.decls.get(UNDECLARED)
        if decl is None or not (self.asked.is_asked(decl) or self.asked.lower(decl.type)):
            return None
        ref = ref_of(item, decl.type if decl.type != UNDECLARED else kind, call.account)
        if decl.skip and is_true(decl.skip, {**item, "name": ref.name.rsplit("/", 1)[-1]}):
            return None
        main = read_call(ref, decl.type).id if isinstance(decl.live, Arm) else call.id
        body = trim(item, decl.keep(Dialect.LIVE))
        return Found(ref, decl, Document(ref, Dialect.LIVE, body, {"": main, FOUND: call.id}, tags_of(item)), self.asked.is_asked(decl))

    # -- bodies ----------------------------------------------------------------------------------------------
    def get_job(self, found: Found) -> Job:
        """The look at a whole body; it hides what is found inside of it when it fails."""
        inside = tuple(decl.type for decl in self.asked.lower(found.decl.type) if not listed(decl))
        return Job(read_call(found.ref, found.decl.type, inside), "get", found)

    def get(self, call: Call, found: Found) -> Answer:
        live = found.decl.live
        path = f"{quoted(found.ref.id)}?api-version={live.api if isinstance(live, (Arm, Below)) else ''}"
        try:
            if isinstance(live, Arm):
                self.served.check(found.decl.type, live.api)
                body = resource(secretless(self.session.get(path, small=True)), found.ref.id)
            else:
                body = kept(self.session.get(path), found.ref.id)
        except Failure as failure:
            # The children are asked all the same (unless the resource is gone): what they prove does not depend on this look.
            gone = failure.code in GONE
            raise with_answer(failure, Answer(call, jobs=() if gone or not found.subject else self.lower.child_jobs(found, None))) from failure
        heap = Heap()
        self._joined(heap, call, found, body, call.id)
        return heap.answer(replace(call, pages=1, items=1))

    def typed(self, call: Call, typed: Typed) -> Answer:
        """Bodies of many by the type's own list; those that it does not bring, and all of them where it is refused, are read one by one."""
        live = typed.decl.live
        api = live.api if isinstance(live, Arm) else ""
        bodies: dict[str, dict[str, Json]] = {}
        pages = 0
        try:
            self.served.check(typed.decl.type, api)
            for page in self.session.pages(f"/subscriptions/{call.account}/providers/{typed.decl.type}?api-version={api}"):
                pages += 1
                bodies |= {str(item.get("id")).rstrip("/").lower(): item for item in page if isinstance(item.get("properties"), Mapping)}
        except Failure as failure:
            jobs = tuple(self.get_job(found) for found in typed.found)
            raise with_answer(failure, Answer(replace(call, pages=pages, items=len(bodies)), jobs=jobs)) from failure
        heap = Heap()
        for found in typed.found:
            body = bodies.get(found.ref.id.rstrip("/").lower())
            if body is None:
                heap.jobs.append(self.get_job(found))
            else:
                self._joined(heap, call, found, secretless(body), call.id)
        return heap.answer(replace(call, pages=pages, items=len(bodies)))

    def _joined(self, heap: Heap, call: Call, found: Found, body: Mapping[str, Json], by: str) -> None:
        """The document of a resource with its whole body, which the call `by` brought, and the looks that follow from it."""
        # What the SKU or the location is the list said too; the full body wins.
        document = replace(found.document, body=trim(body, found.decl.keep(Dialect.LIVE)), tags=tags_of(body) or found.document.tags)
        skipped = {c.put: by for c in self.asked.children(found.decl) if c.when and not is_true(c.when, body)}
        document = replace(document, body={**document.body, **dict.fromkeys(skipped)}, calls={**document.calls, "": by, **skipped})
        if found.subject:
            heap.documents.append(document)
            heap.jobs += self.lower.child_jobs(found, body)
        if self.asked.lower(found.decl.type):
            self.lower.inside(heap, call.at, found, body, by)


def _all_of(subscriptions: tuple[str, ...]) -> str:
    """A name for many; two different choices never share one."""
    digest = hashlib.sha256(" ".join(subscriptions).encode()).hexdigest()[:8]
    return subscriptions[0] if len(subscriptions) == 1 else f"{len(subscriptions)} subscriptions ({digest})"


def _has_list(found: Found) -> bool:
    """Types of the first rank can be listed in a whole subscription; others only below their parent."""
    return found.decl.type.count("/") == 1
