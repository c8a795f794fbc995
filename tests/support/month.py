"""A month of an estate: the demo's snapshot, day by day, with what happens in such a month."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from scanner.model.known import Reason
from scanner.model.snapshot import Document, Snapshot
from scanner.store.snapshot_file import load
from tests.support.silence import without

DEMO = Path(__file__).parents[2] / "fixtures" / "estates" / "demo.jsonl"
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


@cache
def demo() -> Snapshot:
    """The recorded estate, with the names of its targets as an operator would write them."""
    snapshot = load(DEMO)
    return replace(snapshot, run=replace(snapshot.run, targets=("aws", "azure", "endpoints")))


def first_day() -> datetime:
    """So that the demo's certificates pass all their thresholds within the thirty days that follow."""
    taken = datetime.fromisoformat(demo().run.taken_at)
    return (taken - timedelta(days=19)).replace(hour=21, minute=0, second=0)


def day(number: int) -> datetime:
    """The moment of a day's scan."""
    return first_day() + timedelta(days=number)


def taken(snapshot: Snapshot, at: datetime) -> Snapshot:
    """The same estate, seen at another moment. Certificates keep their dates: they age."""
    text = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return replace(snapshot, run=replace(snapshot.run, taken_at=text), calls=tuple(replace(c, at=text) for c in snapshot.calls))


def changed(snapshot: Snapshot, which: Callable[[Document], bool], body: Mapping[str, Any]) -> Snapshot:
    """The documents that are meant, with parts of their bodies replaced. At least one must be meant."""
    assert any(which(doc) for doc in snapshot.documents)
    return replace(snapshot, documents=tuple(replace(d, body={**d.body, **body}) if which(d) else d for d in snapshot.documents))


def named(name: str) -> Callable[[Document], bool]:
    return lambda doc: doc.ref.name == name and doc.ref.type == "AWS::S3::Bucket"


def public(snapshot: Snapshot, name: str) -> Snapshot:
    """A bucket that the whole world may read."""
    return changed(snapshot, named(name), {"acl": [{"Grantee": {"URI": EVERYBODY}}], "block": {}, "account_block": {}})


def denied(snapshot: Snapshot, provider: str = "aws") -> Snapshot:
    """A day on which the credential may do nothing."""
    return without(snapshot, [call.id for call in snapshot.calls if call.provider == provider], Reason.DENIED)


def removed(snapshot: Snapshot, name: str) -> Snapshot:
    """A bucket that is deleted: no document, no call about it, and the listing is answered without it."""
    gone = [doc for doc in snapshot.documents if named(name)(doc)]
    assert gone
    own = {call for doc in gone for call in doc.calls.values() if doc.ref.id in call}
    return replace(snapshot, documents=tuple(d for d in snapshot.documents if d not in gone), calls=tuple(c for c in snapshot.calls if c.id not in own))


def endpoints() -> list[Document]:
    """The demo's endpoints, the one whose certificate ends first coming first."""
    return sorted((d for d in demo().documents if d.ref.type == "TLS::Endpoint"), key=lambda d: d.body["certificate"]["not_after"])  # type: ignore[index, call-overload, return-value, arg-type]


@dataclass
class Hook:
    """A webhook: what it took, and whether it is up."""

    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    hold: threading.Event | None = None
    """Set: a request waits for it before it is answered."""
    asked: threading.Event = field(default_factory=threading.Event)
    """Set by the server when a request has come in."""

    @property
    def text(self) -> str:
        return "\n".join(message["message"] for message in self.taken)

    @property
    def marks(self) -> list[str]:
        """The mark of every event that was told, in order."""
        import re

        return re.findall(r"\[(#[0-9a-f]{12})\]", self.text)


@contextmanager
def webhook() -> Iterator[Hook]:
    """A real HTTP server on loopback. Only what it answered with 2xx counts as taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hold = hook.hold
            hook.asked.set()
            if hold is not None:
                hold.wait(30)
                self.close_connection = True
                return  # the sender was killed while it waited: it never heard a yes
            self.send_response(hook.status)
            self.end_headers()
            if 200 <= hook.status < 300:
                hook.taken.append(json.loads(body))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Hook(f"json://127.0.0.1:{server.server_address[1]}/warnings")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
