"""The directory of a tenant, by Microsoft Graph: lists whose objects (or parts of them) are subjects, and reads that complete them all.

Everything is a GET. The tenant is the one that the token names.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from providers.azure.asked import Asked
from providers.azure.found import is_true, with_answer
from providers.azure.session import Session
from scanner.sdk import FOUND, Answer, Ask, Call, Dialect, Directory, Document, Failure, Job, Json, Part, Reason, Ref, TypeDecl, compile_path, roots, trim

SERVICE = "Microsoft Graph"
VERSION = "/v1.0"
#: Documented refusals of a tenant without the licence that a report needs (Microsoft Learn, Microsoft Graph: userRegistrationDetails, signInActivity).
NO_LICENCE = ("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Authentication_RequestFromUnsupportedUserRole", "AccessDenied_LicenseRequired")


@dataclass(frozen=True, slots=True)
class Object:
    """A subject, and what names it in reads that are about the whole tenant."""

    ref: Ref
    decl: TypeDecl
    id: str


@dataclass(frozen=True, slots=True)
class Question:
    """A read for a whole tenant."""

    ask: Ask
    objects: tuple[Object, ...]
    later: tuple[Ask, ...] = ()
    """Reads whose ids stand in the answer."""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directories:
    """Makes and runs the looks at a directory."""

    session: Session
    asked: Asked

    def hidden(self) -> tuple[str, ...]:
        return tuple(decl.type for decl in self.asked.directory)

    def jobs(self) -> tuple[Job, ...]:
        """One list for all types that are found in the same objects."""
        paths: dict[tuple[str, str], list[TypeDecl]] = {}
        for decl in self.asked.directory:
            if isinstance(decl.live, Directory):
                paths.setdefault((decl.live.path, decl.live.permission), []).append(decl)
        tenant = self._tenant()
        return tuple(Job(_look(tenant, path, permission, tuple(decl.type for decl in decls)), "directory", tuple(decls)) for (path, permission), decls in paths.items())

    def work(self, job: Job, call: Call) -> Answer:
        match job.kind, job.payload:
            case "directory", tuple() as decls:
                return self._list(call, decls)
            case "ask", Question() as question:
                return self._ask(call, question)
        raise ValueError(f"no such job: {job.kind}")

    # -- subjects --------------------------------------------------------------------------------------------
    def _list(self, call: Call, decls: tuple[TypeDecl, ...]) -> Answer:
        items: list[dict[str, Json]] = []
        pages = 0
        lost: Failure | None = None
        live = decls[0].live
        try:
            for page in self.session.pages(f"{self.session.cloud.graph}{VERSION}{live.path if isinstance(live, Directory) else ''}"):
                pages += 1
                items += page
        except Failure as failure:
            lost = _licence(failure)
        documents, jobs = list[Document](), list[Job]()
        call = replace(call, pages=pages, items=len(items))
        for decl in decls:
            found = [one for item in items for one in _subjects(decl, item, call)]
            documents += [document for document, _ in found]
            jobs += self._questions(call.account, decl, tuple(object for _, object in found))
        answer = Answer(call, tuple(documents), jobs=tuple(jobs))
        if lost is not None:
            raise with_answer(lost, answer)
        if not all(isinstance(item.get("id"), str) for item in items):
            raise Failure(Reason.UNPARSABLE, "", "an object of the directory has no id", answer)
        return answer

    def _questions(self, tenant: str, decl: TypeDecl, objects: tuple[Object, ...]) -> Iterator[Job]:
        chosen = decl.details_for(self.asked.options.facts) if self.asked.options.facts else decl.details
        asks = [detail for detail in chosen if isinstance(detail, Ask)]
        for ask in asks if objects else ():
            if not ask.each:
                later = tuple(other for other in asks if any(roots(path) & {ask.put} for path in other.each))
                yield Job(_look(tenant, ask.path, ask.permission), "ask", Question(ask, objects, later))

    # -- what completes them ---------------------------------------------------------------------------------
    def _ask(self, call: Call, question: Question) -> Answer:
        ask = question.ask
        call = replace(call, pages=1, items=1)
        try:
            body: Json
            if ask.each:
                body, call = self._listed_under(call, question)
            elif ask.many:
                pages = list(self.session.pages(f"{self.session.cloud.graph}{VERSION}{ask.path}"))
                if not all(isinstance(item.get("id"), str) for page in pages for item in page):
                    raise Failure(Reason.UNPARSABLE, "", "an object of the directory has no id")
                body = [item for page in pages for item in page if ask.only is None or ask.only(item)]
                call = replace(call, pages=len(pages), items=sum(map(len, pages)))
            else:
                got = self.session.get(f"{self.session.cloud.graph}{VERSION}{ask.path}")
                if not isinstance(got.get("id"), str):  # in any other answer every property would count as absent
                    raise Failure(Reason.UNPARSABLE, "", f"an object of the directory was expected, found members {', '.join(sorted(got))[:100]}")
                body = got
        except Failure as failure:
            raise with_answer(_licence(failure), Answer(call, parts=tuple(_parts(ask, question.objects, [] if ask.many else {})))) from failure
        parts, jobs = list(_parts(ask, question.objects, body)), list[Job]()
        for other in question.later:
            ids = tuple(sorted({str(seen.value) for path in other.each for seen in _seen(path, {ask.put: body})} - {"All", "None"}))
            if ids:
                jobs.append(Job(_look(call.account, other.path, other.permission), "ask", Question(other, question.objects, ids=ids)))
            else:
                parts += [Part(object.ref, other.put, []) for object in question.objects]
        return Answer(call, parts=tuple(parts), jobs=tuple(jobs))

    def _listed_under(self, call: Call, question: Question) -> tuple[dict[str, Json], Call]:
        """For each object (by its id) the ids under which it is listed."""
        found: dict[str, Json] = {object.id: [] for object in question.objects}
        pages = items = 0
        for id in question.ids:
            for page in self.session.pages(f"{self.session.cloud.graph}{VERSION}{question.ask.path.format(id=id)}"):
                pages, items = pages + 1, items + len(page)
                for item in page:
                    under = found.get(str(item.get("id")))
                    if isinstance(under, list):
                        under.append(id)
        return found, replace(call, pages=pages, items=items)

    def _tenant(self) -> str:
        """Id of the tenant that issued the token."""
        try:
            claims = self.session.tokens.get_token().token.split(".")[1]
            return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("tid") or "").lower()
        except (IndexError, ValueError, AttributeError):
            return ""


def _look(tenant: str, path: str, permission: str, types: tuple[str, ...] = ()) -> Call:
    """The operation is the path without its query; the permission is Microsoft Graph's."""
    return Call("azure", tenant, "", SERVICE, path.split("?")[0].lstrip("/"), permission=permission, types=types)


def _subjects(decl: TypeDecl, item: Mapping[str, Json], call: Call) -> Iterator[tuple[Document, Object]]:
    live, id = decl.live, item.get("id")
    if not isinstance(live, Directory) or not isinstance(id, str):
        return
    named = str(item.get("userPrincipalName") or item.get("displayName") or id)
    base = f"/tenants/{call.account}/{live.path.split('?')[0].lstrip('/')}/{id}"
    for part in _seen(live.each, item) if live.each else ():
        if isinstance(part.value, Mapping):
            key = str(part.value.get("keyId") or part.path)
            ref = Ref("azure", decl.type, call.account, "", f"{base}/{live.each.rstrip('[]')}/{key}", f"{named}/{part.value.get('displayName') or key}")
            yield from _document(decl, ref, {**part.value, "owner": {key: value for key, value in item.items() if not isinstance(value, list)}}, key, call)
    if not live.each:
        yield from _document(decl, Ref("azure", decl.type, call.account, "", base, named), item, id, call)


def _document(decl: TypeDecl, ref: Ref, body: Mapping[str, Json], id: str, call: Call) -> Iterator[tuple[Document, Object]]:
    if not (decl.skip and is_true(decl.skip, body)):
        yield Document(ref, Dialect.LIVE, trim(body, decl.keep(Dialect.LIVE)), {"": call.id, FOUND: call.id}), Object(ref, decl, id)


def _parts(ask: Ask, objects: Iterable[Object], body: Json) -> Iterator[Part]:
    """The part of each object; what all share is trimmed once and is the same object for all of them."""
    shared: dict[str, Json] = {}
    own: dict[str, list[Json]] = {}
    if ask.by and isinstance(body, list):
        for item in body:
            own.setdefault(str(item.get(ask.by)) if isinstance(item, Mapping) else "", []).append(item)
    for object in objects:
        keep = object.decl.keep(Dialect.LIVE)
        if ask.by:
            yield Part(object.ref, ask.put, trim({ask.put: own.get(object.id, [])}, keep).get(ask.put))
        elif ask.each and isinstance(body, Mapping):
            yield Part(object.ref, ask.put, body.get(object.id, []))
        else:
            if object.decl.type not in shared:
                shared[object.decl.type] = trim({ask.put: body}, keep).get(ask.put)
            yield Part(object.ref, ask.put, shared[object.decl.type])


def _seen(path: str, body: Mapping[str, Json]) -> tuple[Any, ...]:
    got = compile_path(path).read(dict(body))
    return got if isinstance(got, tuple) else ()


def _licence(failure: Failure) -> Failure:
    """A refusal for want of a licence is said as what it is: no permission mends it."""
    if failure.code in NO_LICENCE or "premium" in failure.detail.lower() or "license" in failure.detail.lower():
        return Failure(
            Reason.DENIED, failure.code, f"the tenant has no licence for this report (Microsoft Entra ID P1 or P2), which no permission replaces: {failure.detail}"[:500]
        )
    return failure
