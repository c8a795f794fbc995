"""Looks at Azure: subscriptions and management groups, every resource of each, what completes them and lies below them, and
the tenant's directory.

What a scan cannot see by design: a principal with rights on one resource group gets a list of just that group, without
an error; a short list proves nothing about the rest of the subscription.

A resource that the list names and that then answers 404 stays a subject: what the list said is kept, the rest is unknown.
It may be deleted in between (scan again), but it may as well be hidden.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from providers.azure import served
from providers.azure.asked import Asked
from providers.azure.below import Lower
from providers.azure.directory import Directories
from providers.azure.found import Found, Listing, Piece, Typed, Under, look, quoted, with_answer
from providers.azure.inventory import Inventory
from providers.azure.served import Served
from providers.azure.session import Session
from scanner.sdk import EVERY_TYPE, Answer, Call, Document, Failure, Job, MissingCredentials, Options, Reason, TypeDecl, UsageError, Worker

SUBSCRIPTIONS_API = "2022-12-01"
GROUPS_API = "2020-05-01"
DESCENDANTS = "Microsoft.Management/managementGroups/descendants/read"
DIRECTORY = "entra"
"""The target that stands for the tenant's directory alone."""
_GROUP = "mg/"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BODIES = ("graph", "lists", "single")


def open(targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:
    """A worker for these subscriptions (ids or names), management groups (`mg/NAME`) or the directory (`entra`); "" for all
    that the credential sees.

    Asks for a token at once: raises MissingCredentials when nothing is configured, UsageError for a wrong cloud. A credential
    that is configured and refused is no error but a gap: it is entered in the ledger as the look that it is.
    """
    bodies = options.settings.get("azure.bodies", "graph")
    if bodies not in _BODIES:
        raise UsageError(f"bodies of Azure resources cannot be read by {bodies!r}", f"use one of {', '.join(_BODIES)}")
    crowd = Crowd()
    session = Session(options, crowd=crowd.size)
    refused: Failure | None = None
    try:
        session.tokens.get_token()
    except Failure as failure:
        refused = failure
    return AzureWorker(session, targets or ("",), options, decls, refused, crowd)


class Crowd:
    """How many looks are under way at this moment."""

    def __init__(self) -> None:
        self._lock, self._number = threading.Lock(), 0

    def size(self) -> int:
        return self._number

    @contextmanager
    def joined(self) -> Iterator[None]:
        with self._lock:
            self._number += 1
        try:
            yield
        finally:
            with self._lock:
                self._number -= 1


@dataclass
class AzureWorker:
    """Implements `scanner.sdk.Worker`."""

    session: Session
    targets: tuple[str, ...]
    options: Options
    decls: Mapping[str, TypeDecl]
    refused: Failure | None = None
    crowd: Crowd = field(default_factory=Crowd)
    asked: Asked = field(init=False)
    served: Served = field(init=False)
    lower: Lower = field(init=False)
    inventory: Inventory = field(init=False)
    directories: Directories = field(init=False)

    def __post_init__(self) -> None:
        self.asked, self.served = Asked(self.options, self.decls), Served()
        self.lower = Lower(self.session, self.asked, self.served)
        self.inventory = Inventory(self.session, self.asked, self.served, self.lower, self.options.settings.get("azure.bodies", "graph"))
        self.directories = Directories(self.session, self.asked)

    @property
    def threads(self) -> int:
        """Looks under way at once: many of them travel in one request."""
        return max(self.options.workers, min(4 * self.options.workers, 64))

    def lane(self, job: Job) -> str:
        """Each subscription has limits of its own: while one is used up the others go on."""
        return job.call.account.lower()

    def width(self, lane: str) -> int:
        return max(1, min(self.threads, self.session.width(lane)))

    # -- the worker's face -----------------------------------------------------------------------------------
    def start(self) -> tuple[Job, ...]:
        if self.options.types and not self.asked.wanted():
            return ()
        return (Job(look("", "", "Microsoft Entra ID", "oauth2/token", types=self._everything()), "token"),)

    def work(self, job: Job) -> Answer:
        started = replace(job.call, at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        with self.crowd.joined():
            return self._work(job, started)

    def _work(self, job: Job, call: Call) -> Answer:
        match job.kind, job.payload:
            case "token", _:
                return self._token(call)
            case "versions", _:
                return self._versions(call)
            case "subscriptions", _:
                return self._subscriptions(call)
            case "group", str() as name:
                return self._group(call, name)
            case "graph", tuple() as subscriptions:
                return self.inventory.query(call, subscriptions)
            case "resources", Listing() as listing:
                self.served.wait(self.options.call_timeout)
                return self.inventory.resources(call, listing)
            case "typed", Typed() as typed:
                return self.inventory.typed(call, typed)
            case "get", Found() as found:
                return self.inventory.get(call, found)
            case "child", Piece() as piece:
                return self.lower.child(call, piece)
            case "below", Under() as under:
                return self.lower.collection(call, under)
            case _:
                return self.directories.work(job, call)

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        """References lead to resources that the lists hold already; what they do not hold is out of sight."""
        return ()

    # -- what to look at -------------------------------------------------------------------------------------
    def _token(self, call: Call) -> Answer:
        if self.refused is not None:
            raise self.refused
        try:
            self.session.tokens.get_token()
        except MissingCredentials as error:
            raise Failure(Reason.DENIED, "", error.message) from error
        jobs: list[Job] = []
        if self.asked.directory and {"", DIRECTORY} & set(self.targets):
            jobs += self.directories.jobs()
        if self.asked.resources() and set(self.targets) != {DIRECTORY}:
            jobs += self._scopes()
            jobs.append(Job(look("", "", "Microsoft.Resources", served.OPERATION), "versions"))
        return Answer(replace(call, items=1), jobs=tuple(jobs))

    def _scopes(self) -> list[Job]:
        """Subscriptions by their ids need no list; names, and all that there are, do; management groups have one of their own."""
        rest = {target for target in self.targets if target != DIRECTORY}
        groups = {target for target in rest if target.lower().startswith(_GROUP)}
        ids = {target for target in rest if _GUID.fullmatch(target)}
        jobs = list(self.inventory.jobs({id.lower() for id in ids}))
        for group in sorted(groups):
            name = group[len(_GROUP) :]
            jobs.append(Job(look("", "", "Microsoft.Management", DESCENDANTS, subject=name, types=self.asked.hidden()), "group", name))
        if rest - ids - groups:
            operation = "Microsoft.Resources/subscriptions/read"
            jobs.append(Job(look("", "", "Microsoft.Resources", operation, types=self.asked.hidden()), "subscriptions"))
        return jobs

    def _subscriptions(self, call: Call) -> Answer:
        found: dict[str, str] = {}
        pages = 0
        try:
            for page in self.session.pages(f"/subscriptions?api-version={SUBSCRIPTIONS_API}"):
                pages += 1
                found.update({str(item["subscriptionId"]).lower(): str(item.get("displayName") or "") for item in page if item.get("subscriptionId")})
        except Failure as failure:
            raise with_answer(failure, self._chosen(replace(call, pages=pages, items=len(found)), found)) from failure
        answer = self._chosen(replace(call, pages=pages, items=len(found)), found)
        if not found:
            raise Failure(Reason.DENIED, "NoSubscriptions", "the credential sees no subscription at all: give it the role Reader on one", answer)
        return answer

    def _chosen(self, call: Call, found: Mapping[str, str]) -> Answer:
        """Listings for the subscriptions that were asked for; a name that nobody bears is a gap."""
        named = {target.lower() for target in self.targets if target and not _GUID.fullmatch(target) and target != DIRECTORY and not target.lower().startswith(_GROUP)}
        if "" in self.targets:
            chosen = set(found)
        else:
            chosen = {id for id, name in found.items() if {id, name.lower()} & named}
        names = {name.lower() for name in found.values()}
        missing = [target for target in self.targets if target.lower() in named and target.lower() not in names]
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
        return Answer(call, jobs=self.inventory.jobs(chosen), more_calls=calls)

    def _group(self, call: Call, name: str) -> Answer:
        """The subscriptions of a management group and of all groups below it."""
        found: set[str] = set()
        pages = 0
        try:
            for page in self.session.pages(f"/providers/Microsoft.Management/managementGroups/{quoted(name)}/descendants?api-version={GROUPS_API}"):
                pages += 1
                found |= {str(item.get("name")).lower() for item in page if str(item.get("type")).lower().endswith("/subscriptions")}
        except Failure as failure:
            raise with_answer(failure, Answer(replace(call, pages=pages, items=len(found)), jobs=self.inventory.jobs(found))) from failure
        answer = Answer(replace(call, pages=pages, items=len(found)), jobs=self.inventory.jobs(found))
        if not found:
            raise Failure(Reason.DENIED, "NoSubscriptions", f"the management group {name} shows no subscription: it is empty, or the credential may not see what is in it", answer)
        return answer

    def _versions(self, call: Call) -> Answer:
        """What the providers serve. Without it every look is made, and Resource Manager itself says what is gone."""
        number = pages = 0
        try:
            for page in self.session.pages(served.PROVIDERS):
                pages += 1
                number += self.served.learn(page)
        finally:
            self.served.settle()
        return Answer(replace(call, pages=pages, items=number))

    def _everything(self) -> tuple[str, ...]:
        """What stays hidden without a token."""
        hidden = self.asked.hidden() if self.asked.resources() else ()
        return hidden if EVERY_TYPE in hidden else (*hidden, *self.directories.hidden())
