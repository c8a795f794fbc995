"""TLS endpoints as a live provider: a few looks a host, one ledger entry a part, thousands of hosts in one event loop.

All first contacts come before all examinations, which take a hundred times longer: when the time of a scan is over,
the certificates of every host are known, and what is missing stands in the ledger.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from providers.tls.certificates import anchors
from providers.tls.chain import Judge
from providers.tls.probe import CONNECT, PARTS, WEB, Greeting, Outcome, ProbeOptions, further, greet, look
from providers.tls.sslyze_probe import dismiss
from providers.tls.targets import Target, address, parse
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
    parsed = tuple(dict.fromkeys(parse(target) for target in targets))
    at = options.settings.get("tls.connect", "")
    file = options.settings.get("tls.ca_file", "")
    port = options.settings.get("tls.http_port", "")
    return TlsWorker(parsed, options, at=address(at) if at else "", added=anchors(file) if file else (), http_port=int(port or 0))


class TlsWorker:
    """Looks at endpoints in one event loop. The first look answers with the endpoint's document; others add their parts."""

    def __init__(self, targets: tuple[Target, ...], options: Options, *, at: str = "", added: tuple[bytes, ...] = (), http_port: int = 0) -> None:
        self.targets = targets if not options.types or TYPE in options.types else ()
        self.at_once = _AT_ONCE * max(1, options.workers)
        wanted = {_NEEDS[fact] for fact in options.facts if fact in _NEEDS} if options.facts else set(PARTS)
        self.probing = ProbeOptions(
            Judge(added), frozenset(wanted), at, options.call_timeout, time.monotonic() + options.timeout, 6 * options.call_timeout, http_port, added
        )  # fmt: skip

    def start(self) -> tuple[Job, ...]:
        if "chain" in self.probing.wanted and self.targets:
            self.probing.judge.warm()
        return tuple(Job(_call(target, "connect", gap=True), "greet", target) for target in self.targets)

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
        raise TypeError(f"not an endpoint: {job.payload!r}")

    async def _greet(self, target: Target) -> Answer:
        main = _call(target, "connect", _now())
        try:
            greeting = await greet(target, self.probing)
        except Failure as failure:
            main = _answered(main, failure)
            return Answer(main, (_document(target, main, {}, dict.fromkeys(self.probing.wanted, main.id)),))
        calls, body = _parts(target, main.at, greeting.found)
        body["address"] = greeting.contact.address
        first = next((part for part in ("handshake", *PARTS) if part in self.probing.wanted and part not in greeting.found and part not in WEB), "")
        jobs = [Job(_call(target, first), "examine", greeting)] if greeting.examine else []
        early = [part for part in WEB if part in self.probing.wanted and (part != "revocation" or greeting.chains)]
        jobs += [Job(_call(target, part), "web", (part, greeting)) for part in early]
        return Answer(_answered(main, None), (self._whole(target, main, body),), more_calls=tuple(calls.values()), jobs=tuple(jobs))

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
        return _document(target, main, body, {part: _call(target, part).id for part in self.probing.wanted} | dict(otherwise or {}))

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        self.probing.judging.close()
        self.probing.judge.close()
        dismiss()
        return ()


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
