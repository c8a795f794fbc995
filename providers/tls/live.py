"""TLS endpoints as a live provider: one job a host, one ledger entry a part."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from providers.tls.certificates import anchors
from providers.tls.chain import Judge
from providers.tls.probe import CONNECT, PARTS, ProbeOptions, probe
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
        return tuple(Job(_call(target, "connect", gap=True), "probe", target) for target in self.targets)

    def work(self, job: Job) -> Answer:
        """One endpoint. Whatever fails, its document is there: its facts are unknown with the reason, never missing."""
        if not isinstance(job.payload, Target):
            raise TypeError(f"not an endpoint: {job.payload!r}")
        target, began = job.payload, _now()
        found = probe(target, self.probing)
        connected = found.pop(CONNECT)
        main = _answered(_call(target, "connect", began), connected)
        calls: dict[str, Call] = {}
        body: dict[str, Json] = dict(connected) if not isinstance(connected, Failure) else {}
        for part, outcome in found.items():
            calls[part] = _answered(_call(target, part, began), outcome)
            if not isinstance(outcome, Failure):
                body[part] = outcome
        behind = {part: call.id for part, call in calls.items()}
        if isinstance(connected, Failure):
            behind = dict.fromkeys(PARTS, main.id)
        document = Document(Ref("tls", TYPE, "", "", target.id, target.host), Dialect.PROBE, body, {"": main.id, **behind})
        return Answer(main, (document,), more_calls=tuple(calls.values()))

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        self.probing.judge.close()
        return ()


def _call(target: Target, operation: str, at: str = "", gap: bool = False) -> Call:
    """`gap`: a job that is never run has no document, and stands for the endpoint as a gap."""
    return Call("tls", "", "", "tls", operation, target.id, types=(TYPE,) if gap else (), at=at)


def _answered(call: Call, outcome: object) -> Call:
    if isinstance(outcome, Failure):
        return replace(call, outcome=outcome.reason, code=outcome.code, detail=outcome.detail)
    return replace(call, pages=1, items=1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
