"""TLS endpoints as a live provider: two looks a host, one ledger entry a part.

All first contacts come before all examinations, which take a thousand times longer: when the time of a scan is over,
the certificates of every host are known, and what is missing stands in the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from providers.tls.certificates import anchors
from providers.tls.chain import Judge
from providers.tls.probe import CONNECT, PARTS, Greeting, Outcome, ProbeOptions, further, greet
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
    Job,
    Json,
    Options,
    Ref,
    ServedNames,
    TypeDecl,
    UsageError,
    Worker,
)

TYPE = "TLS::Endpoint"
#: The part of a document behind each fact.
_NEEDS: Mapping[type, str] = {Handshake: "handshake", Attacks: "attacks", Certificate: "certificate", ServedNames: "certificate", Chain: "chain", ClientAuth: "client_auth"}


def open(targets: tuple[str, ...], options: Options, decls: Mapping[str, TypeDecl]) -> Worker:  # noqa: ARG001 - every live provider is opened alike
    """A worker for these endpoints. Raises UsageError for what is no endpoint, InvalidFile for a wrong `tls.ca_file`."""
    if not targets:
        raise UsageError("no endpoint is named", "write a host: houvast scan example.org")
    parsed = tuple(dict.fromkeys(parse(target) for target in targets))
    at = options.settings.get("tls.connect", "")
    file = options.settings.get("tls.ca_file", "")
    return TlsWorker(parsed, options, at=address(at) if at else "", added=anchors(file) if file else ())


class TlsWorker:
    """Looks at endpoints; each is one job that answers with one document."""

    def __init__(self, targets: tuple[Target, ...], options: Options, *, at: str = "", added: tuple[bytes, ...] = ()) -> None:
        self.targets = targets if not options.types or TYPE in options.types else ()
        wanted = {_NEEDS[fact] for fact in options.facts if fact in _NEEDS} if options.facts else set(PARTS)
        self.probing = ProbeOptions(Judge(added), frozenset(wanted), at, options.call_timeout, time.monotonic() + options.timeout, 6 * options.call_timeout)

    def start(self) -> tuple[Job, ...]:
        return tuple(Job(_call(target, "connect", gap=True), "greet", target) for target in self.targets)

    def work(self, job: Job) -> Answer:
        """One look. Whatever fails, the endpoint's document is there: its facts are unknown with the reason, never missing."""
        match job.payload:
            case Target() as target:
                return self._greet(target)
            case Greeting() as greeting:
                return self._examine(greeting, job.call)
        raise TypeError(f"not an endpoint: {job.payload!r}")

    def _greet(self, target: Target) -> Answer:
        main = _call(target, "connect", _now())
        try:
            greeting = greet(target, self.probing)
        except Failure as failure:
            main = _answered(main, failure)
            return Answer(main, (_document(target, main, {}, {}, dict.fromkeys(PARTS, main.id)),))
        calls, body = _parts(target, main.at, greeting.found)
        later = next((part for part in ("handshake", *PARTS) if part in self.probing.wanted and part not in greeting.found), "")
        job = Job(_call(target, later), "examine", greeting)
        body["address"] = greeting.contact.address
        document = _document(target, main, calls, body, dict.fromkeys(self.probing.wanted, job.call.id))
        return Answer(_answered(main, None), (document,), more_calls=tuple(calls.values()), jobs=(job,) if greeting.ask else ())

    def _examine(self, greeting: Greeting, call: Call) -> Answer:
        target, began = greeting.target, _now()
        found = further(greeting, self.probing)
        connected = found.pop(CONNECT)
        main = _answered(_call(target, "connect", began), connected)
        if isinstance(connected, Failure):
            return Answer(_answered(replace(call, at=began), connected), (_document(target, main, {}, {}, dict.fromkeys(PARTS, main.id)),), more_calls=(main,))
        calls, body = _parts(target, began, found)
        body["address"] = greeting.contact.address
        document = _document(target, main, calls, body, {})
        return Answer(calls.pop(call.operation), (document,), more_calls=tuple(calls.values()))

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        self.probing.judge.close()
        return ()


def _call(target: Target, operation: str, at: str = "", gap: bool = False) -> Call:
    """`gap`: a job that is never run has no document, and stands for the endpoint as a gap."""
    return Call("tls", "", "", "tls", operation, target.id, types=(TYPE,) if gap else (), at=at)


def _parts(target: Target, began: str, found: Mapping[str, Outcome]) -> tuple[dict[str, Call], dict[str, Json]]:
    """The ledger entry of each part, and the bodies of those that were answered."""
    calls = {part: _answered(_call(target, part, began), outcome) for part, outcome in found.items()}
    return calls, {part: outcome for part, outcome in found.items() if not isinstance(outcome, Failure)}


def _document(target: Target, main: Call, calls: Mapping[str, Call], body: Mapping[str, Json], otherwise: Mapping[str, str]) -> Document:
    """The endpoint as far as it is known; `otherwise` names the call on which a part without one of its own hangs."""
    behind = {**otherwise, **{part: call.id for part, call in calls.items()}}
    return Document(Ref("tls", TYPE, "", "", target.id, target.host), Dialect.PROBE, body, {"": main.id, **behind})


def _answered(call: Call, outcome: object) -> Call:
    if isinstance(outcome, Failure):
        return replace(call, outcome=outcome.reason, code=outcome.code, detail=outcome.detail)
    return replace(call, pages=1, items=1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
