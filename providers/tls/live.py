"""TLS endpoints as a live provider: a few looks a host, one ledger entry a part, thousands of hosts in one event loop.

All first contacts come before all examinations, which take a hundred times longer: when the time of a scan is over,
the certificates of every host are known, and what is missing stands in the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from providers.tls.addresses import MOST, machines
from providers.tls.offered import declared
from providers.tls.opening import probing
from providers.tls.probe import CONNECT, PARTS, WEB, Greeting, Outcome, further, greet, look, places_of
from providers.tls.ranges import targets_of
from providers.tls.spread import NOBODY, Named, Swept
from providers.tls.sslyze_probe import dismiss
from providers.tls.targets import Target
from scanner.sdk import (
    Answer,
    Attacks,
    Call,
    Certificate,
    Chain,
    ClientAuth,
    Dialect,
    Document,
    Failure,
    Handshake,
    Hsts,
    HttpsRedirect,
    Job,
    Json,
    Options,
    Part,
    Reason,
    Ref,
    Revocation,
    SecondCertificate,
    ServedNames,
    TypeDecl,
    UsageError,
    Worker,
)

TYPE = "TLS::Endpoint"
_AT_ONCE = 16
"""Endpoints under way for each of `--workers`: they wait for the network nearly all the time."""
#: The part of a document behind each fact.
_NEEDS: Mapping[type, str] = {
    Handshake: "handshake", Attacks: "attacks", Certificate: "certificate", ServedNames: "certificate", SecondCertificate: "second", Chain: "chain",
    ClientAuth: "client_auth", Revocation: "revocation", Hsts: "hsts", HttpsRedirect: "redirect",
}  # fmt: skip


def open(targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:  # noqa: ARG001 - every live provider is opened alike
    """A worker for these endpoints. Raises UsageError for what is no endpoint, InvalidFile for a wrong `tls.ca_file`."""
    if not targets:
        raise UsageError("no endpoint is named", "write a host: houvast scan example.org")
    found = dict.fromkeys(one for target in targets for one in targets_of(target))
    return TlsWorker(tuple(declared(found, options)), options)


class TlsWorker:
    """Looks at endpoints in one event loop. The first look answers with the endpoint's document; others add their parts."""

    def __init__(self, targets: tuple[Target, ...], options: Options) -> None:
        self.targets = targets if not options.types or TYPE in options.types else ()
        self.at_once = _AT_ONCE * max(1, options.workers)
        wanted = {_NEEDS[fact] for fact in options.facts if fact in _NEEDS} if options.facts else set(PARTS)
        self.probing = probing(options, frozenset(wanted))
        self.first_only = options.settings.get("tls.addresses", "") == "first"
        self.named = Named(self.targets) if options.settings.get("tls.certificate_names", "") else None
        self.swept = Swept()
        self.own_names = frozenset(options.settings.get("tls.own_names", "").split())

    def start(self) -> tuple[Job, ...]:
        if "chain" in self.probing.wanted and self.targets:
            self.probing.judge.warm()
        return tuple(map(_greeting, self.targets))

    def work(self, job: Job) -> Answer:
        """One look from a thread, for who has no event loop."""
        return asyncio.run(self.look(job))

    async def look(self, job: Job) -> Answer:
        """One look. Whatever fails, the endpoint's document is there: its facts are unknown with the reason, never missing."""
        match job.kind, job.payload:
            case "greet", Target() as target:
                return await self._greet(target)
            case "examine", Greeting() as greeting:
                return await self._examine(greeting, job.call)
            case "web", (str(part), Greeting() as greeting):
                return await self._web(part, greeting, job.call)
            case "said", Failure() as said:
                return Answer(_answered(replace(job.call, at=_now()), said))
        raise TypeError(f"not an endpoint: {job.payload!r}")

    async def _greet(self, target: Target) -> Answer:
        main = _call(target, "connect", _now())
        try:
            places = await places_of(target, self.probing)
            each = machines(target, places)
            if each and not self.first_only:
                return _each(target, main, each)
            greeting = await greet(target, places, self.probing)
        except Failure as failure:
            main = _answered(main, failure)
            if target.swept and failure.code in NOBODY:
                return Answer(self.swept.nobody(target, main, failure))
            return Answer(main, (_document(target, main, {}, dict.fromkeys(self.probing.wanted, main.id)),))
        calls, body = _parts(target, main.at, greeting.found)
        body["address"] = greeting.contact.address
        if self.named is not None:
            self.named.notice(target, greeting.contact.address, body.get("certificate"))
        first = next((part for part in ("handshake", *PARTS) if part in self.probing.wanted and part not in greeting.found and part not in WEB), "")
        jobs = [Job(_call(target, first), "examine", greeting)] if greeting.examine else []
        early = [part for part in WEB if part in self.probing.wanted and (part != "revocation" or greeting.chains)]
        jobs += [Job(_call(target, part), "web", (part, greeting)) for part in early]
        others = tuple(f"tls:{replace(target, address=other).id}" for other in each if other != greeting.contact.address)
        return Answer(_answered(main, None), (self._whole(target, main, body),), more_calls=tuple(calls.values()), jobs=tuple(jobs), excluded=others)

    async def _examine(self, greeting: Greeting, call: Call) -> Answer:
        target, began = greeting.target, _now()
        found, greeting = await further(greeting, self.probing)
        connected = found.pop(CONNECT)
        main = _answered(_call(target, "connect", began), connected)
        if isinstance(connected, Failure):
            missing = {part: main.id for part in self.probing.wanted if part not in ("hsts", "redirect")}
            whole = self._whole(target, main, {}, missing)
            return Answer(_answered(replace(call, at=began), connected), (whole,), more_calls=(main,))
        calls, body = _parts(target, began, found)
        body["address"] = greeting.contact.address
        own = calls.pop(call.operation, None) or _answered(replace(call, at=began), None)
        late = "revocation" in self.probing.wanted
        jobs = (Job(_call(target, "revocation"), "web", ("revocation", greeting)),) if late else ()  # the same look is never made twice
        return Answer(own, (self._whole(target, main, body),), more_calls=tuple(calls.values()), jobs=jobs)

    async def _web(self, part: str, greeting: Greeting, call: Call) -> Answer:
        call = replace(call, at=_now())
        ref = _ref(greeting.target)
        try:
            body = await look(part, greeting, self.probing)
        except Failure as failure:
            return Answer(_answered(call, failure), parts=(Part(ref, part, None),))
        return Answer(_answered(call, None), parts=(Part(ref, part, body),))

    def _whole(self, target: Target, main: Call, body: Mapping[str, Json], otherwise: Mapping[str, str] | None = None) -> Document:
        """The document with every part that is wanted hanging on the look of its name, made or still to be made."""
        if replace(target, address="").id in self.own_names:
            body = {**body, "own_name": True}
        return _document(target, main, body, {part: _call(target, part).id for part in self.probing.wanted} | dict(otherwise or {}))

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        more = tuple(map(_greeting, self.named.more())) if self.named else ()
        if round == 0:
            more += tuple(Job(_gap("sweep", swept), "said", failure) for swept, failure in self.swept.silent())
        if not more and self.named and (beyond := self.named.beyond()):
            more = (Job(_gap("names", "certificate names"), "said", beyond),)
        if not more:
            self.probing.judging.close()
            self.probing.judge.close()
            dismiss()
        return more


def _greeting(target: Target) -> Job:
    return Job(_call(target, "connect", gap=True), "greet", target)


def _each(target: Target, main: Call, addresses: list[str]) -> Answer:
    """A look at every address of a name, and a gap for those beyond measure."""
    jobs = [_greeting(replace(target, address=address)) for address in addresses[:MOST]]
    if left := len(addresses) - MOST:
        why = f"{target.id} has {len(addresses)} addresses: {left} of them were not looked at; name them with --connect"
        jobs.append(Job(_gap("addresses", target.id), "said", Failure(Reason.NOT_COLLECTED, "addresses", why)))
    return Answer(replace(main, operation="resolve", pages=1, items=len(addresses)), jobs=tuple(jobs))


def _gap(operation: str, subject: str) -> Call:
    """What stands in the ledger for endpoints that were not looked at."""
    return Call("tls", "", "", "tls", operation, subject, types=(TYPE,))


def _call(target: Target, operation: str, at: str = "", gap: bool = False, answered: int = 0) -> Call:
    """`gap`: a job that is never run has no document, and stands for the endpoint as a gap."""
    return Call("tls", "", "", "tls", operation, target.id, types=(TYPE,) if gap else (), at=at, pages=answered, items=answered)


def _parts(target: Target, began: str, found: Mapping[str, Outcome]) -> tuple[dict[str, Call], dict[str, Json]]:
    """The ledger entry of each part, and the bodies of those that were answered."""
    calls = {
        part: _answered(_call(target, part, began), outcome) if isinstance(outcome, Failure) else _call(target, part, began, answered=1) for part, outcome in found.items()
    }  # fmt: skip
    return calls, {part: outcome for part, outcome in found.items() if not isinstance(outcome, Failure)}


def _ref(target: Target) -> Ref:
    return Ref("tls", TYPE, "", "", target.id, target.host)


def _document(target: Target, main: Call, body: Mapping[str, Json], behind: Mapping[str, str]) -> Document:
    """The endpoint as far as it is known."""
    return Document(_ref(target), Dialect.PROBE, body, {"": main.id, **behind})


def _answered(call: Call, outcome: object) -> Call:
    if isinstance(outcome, Failure):
        return replace(call, outcome=outcome.reason, code=outcome.code, detail=outcome.detail)
    return replace(call, pages=1, items=1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
