"""Resource Manager without sockets: from a request to an answer."""

from __future__ import annotations

import gzip
import json
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from scanner.demo.arm.directory import directory_answer
from scanner.demo.arm.estate import Estate
from scanner.demo.arm.faults import Faults
from scanner.demo.arm.graph import Graph
from scanner.demo.arm.hosts import is_graph, vault_name
from scanner.demo.arm.identity import Identity
from scanner.demo.arm.limits import Buckets
from scanner.demo.arm.pages import Pages
from scanner.demo.arm.reads import Reads
from scanner.demo.arm.reply import Body, Reply, Sent, encode, error
from scanner.demo.arm.request import Request, Settings, denied, shape, type_of
from scanner.demo.arm.vault import vault_answer
from scanner.demo.arm.versions import Versions
from scanner.model.record import dataclass

_WRITES = {"POST": "action", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


@dataclass
class Tally:
    """What was asked so far."""

    requests: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    status: Counter[int] = field(default_factory=Counter)
    paths: list[tuple[str, str]] = field(default_factory=list)
    """(method, path with query) of every request, in order."""
    hosts: Counter[str] = field(default_factory=Counter)
    """Requests by the name under which they were asked."""
    reads: list[str] = field(default_factory=list)
    """Path with query of every read that Resource Manager counts against its limits, those inside of batches too."""


class Core:
    """Everything but the sockets."""

    def __init__(self, estate: Estate | Mapping[str, Any], rules: Iterable[Mapping[str, Any]] = (), settings: Settings | None = None) -> None:
        self.estate = estate if isinstance(estate, Estate) else Estate(estate)
        self.settings = settings or Settings()
        self.identity = Identity(self.estate.tenant, secret=self.settings.secret, lifetime=self.settings.token_lifetime)
        self.versions = Versions(self.estate.document.get("apiVersions") or {}, [kind for _, kind in self.estate.by_type], self.settings.strict_versions)
        self.faults = Faults(rules, self.settings.seed)
        self.graph = Graph(
            self.estate, lambda r: not self.faults.hidden(r["id"]),
            quota=self.settings.graph_quota, window=self.settings.graph_window, page=self.settings.graph_page,
        )  # fmt: skip
        self.tally = Tally()
        self.buckets, self.pages = Buckets(self.settings), Pages(self.settings)
        self.reads = Reads(self.estate, self.versions, self.pages, lambda id: self.faults.hidden(id))

    # -- control ---------------------------------------------------------------------------------------------
    def set_rules(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Replace the rules."""
        self.faults = Faults(rules, self.settings.seed)

    def reset(self) -> None:
        """Forget what was asked, fill the buckets, start the rules anew."""
        self.tally = Tally()
        self.buckets.fill()
        self.pages.reset()
        self.set_rules([rule.given for rule in self.faults.rules])

    def stats(self) -> Body:
        """Counts since the start or the last reset."""
        tally = self.tally
        return {
            "requests": tally.requests,
            "reads": len(tally.reads),
            "by_operation": dict(tally.operations.most_common()),
            "by_status": {str(k): v for k, v in sorted(tally.status.items())},
        }

    # -- a request -------------------------------------------------------------------------------------------
    def handle(self, method: str, host: str, target: str, headers: dict[str, str], body: bytes) -> Sent:
        """The answer to one request; never raises."""
        request = Request.of(method, host, target, headers, body)
        if request.path.startswith("/__"):
            return self._control(method, request.path, body)
        self.tally.requests += 1
        self.tally.paths.append((method, target))
        self.tally.hosts[host] += 1
        try:
            sent = self._route(request)
        except Reply as reply:
            raw = reply.raw if reply.raw is not None else encode(reply.body)
            sent = Sent(reply.status, {**self._headers(None), **reply.headers}, raw, reply.delay, reply.mode)
        self.tally.status[sent.status] += 1
        extra = {"Content-Type": "application/json; charset=utf-8"} if "Content-Type" not in sent.headers else {}
        content = sent.body
        if self.settings.gzip and len(content) > 1024 and "gzip" in headers.get("accept-encoding", ""):
            content, extra = gzip.compress(content, 1), {**extra, "Content-Encoding": "gzip"}
        return Sent(sent.status, {**sent.headers, **extra}, content, sent.delay + self.settings.latency, sent.mode)

    def _control(self, method: str, path: str, body: bytes) -> Sent:
        if path == "/__rules" and method in ("POST", "PUT"):
            self.set_rules(json.loads(body or b"[]"))
        elif path == "/__reset":
            self.reset()
        elif path not in ("/__stats", "/__health"):
            return Sent(404, {}, b"{}")
        return Sent(200, {"Content-Type": "application/json"}, encode({"ok": True, **self.stats()}))

    def _route(self, request: Request) -> Sent:
        waited = 0.0
        if request.low == "/metadata/endpoints":
            waited = self.faults.meet(request.method, request.path, denied(request), request.url)
        if "/oauth2/" in request.low or "/.well-known/" in request.low:
            self.tally.operations["token"] += 1
            waited = self.faults.meet(request.method, request.path, denied(request), request.url)
        answer = self.identity.route(request.method, request.host, request.path, request.query, request.headers, request.body)
        if answer is not None:
            return Sent(200, {"Cache-Control": "no-store, no-cache"}, encode(answer), waited)
        name = request.host.split(":")[0].lower()
        if vault := vault_name(name):
            self.tally.operations["vault"] += 1
            delay = self.faults.meet(request.method, request.path, denied(request), request.url)
            return Sent(200, {}, encode(vault_answer(self.estate, vault, request.path, request.host, "authorization" in request.headers)), delay)
        if is_graph(name):
            return self._directory(request)
        if request.low == "/batch" and request.method == "POST":
            return self._batch(request)
        return self._manage(request)

    def _directory(self, request: Request) -> Sent:
        """A request to Microsoft Graph."""
        self.identity.authenticate(request.headers)
        self.tally.operations[f"{request.method} {request.path}"] += 1
        denied = error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        delay = self.faults.meet(request.method, request.path, denied, request.url)
        if request.method != "GET":
            raise denied
        return Sent(200, {"Cache-Control": "no-cache"}, encode(directory_answer(self.estate.document.get("directory") or {}, request.path, request.query, request.host)), delay)

    def _batch(self, request: Request) -> Sent:
        """Several requests in one: each is answered as if it had come alone, with its own status. More than 20 are answered later (202)."""
        self.identity.authenticate(request.headers)
        self.tally.operations["POST batch"] += 1
        waited = self.faults.meet(request.method, request.path, denied(request), request.url)
        asked = json.loads(request.body or b"{}").get("requests")
        if not self.settings.batches or not isinstance(asked, list):
            raise error(404, "InvalidResource", "The requested resource was not found in this replay.")
        if len(asked) > 20:
            return Sent(202, {"Location": f"https://{request.host}/batch/later"}, b"", waited)
        answers: list[bytes] = []
        for one in asked:
            split = urllib.parse.urlsplit(one["url"])  # a whole URL, or a path
            inner = Request.of(one["httpMethod"], request.host, f"{split.path}?{split.query}", request.headers, b"")
            try:
                sent = self._manage(inner)
            except Reply as reply:
                if reply.mode:
                    raise
                sent = Sent(reply.status, reply.headers, reply.raw if reply.raw is not None else encode(reply.body), reply.delay)
            waited = max(waited, sent.delay)
            content = sent.body if sent.body[:1] in (b"{", b"[") or sent.body == b"null" else encode(sent.body.decode())
            head = encode({"name": one.get("name"), "httpStatusCode": sent.status, "headers": sent.headers, "contentLength": len(sent.body)})
            answers.append(head[:-1] + b',"content":' + content + b"}")
        return Sent(200, {"Cache-Control": "no-cache"}, b'{"responses":[' + b",".join(answers) + b"]}", waited)

    def _manage(self, request: Request) -> Sent:
        """A request to Resource Manager itself."""
        who = self.identity.authenticate(request.headers)
        kind = type_of(request.path)
        self.tally.operations[f"{request.method} {kind[0] + ' ' + kind[1] if kind else shape(request.path)}"] += 1
        if request.method == "GET":
            self.tally.reads.append(request.path)
        remaining = self.buckets.spend(request.subscription)
        delay = self.faults.meet(request.method, request.path, denied(request), request.url)
        headers = self._headers(request.subscription, remaining)
        if request.low == "/providers/microsoft.resourcegraph/resources" and request.method == "POST":
            self.versions.check("Microsoft.ResourceGraph/resources", request.version)
            body, quota = self.graph.answer(json.loads(request.body or b"{}"), who)
            return Sent(200, {**headers, **quota}, encode(body), delay)
        if request.method in _WRITES and kind and request.subscription in self.estate.subscriptions:
            raise denied(request, _WRITES[request.method])  # the principal is a Reader
        if request.method not in ("GET", "HEAD"):
            raise error(405, "HttpMethodNotSupported", f"The HTTP method '{request.method}' is not supported by this replay: it is read-only.")
        self.versions.check(kind[0] if kind else "", request.version)
        return Sent(200, headers, self.reads.scopes(request) or self.reads.typed(request, kind), delay)

    def _headers(self, subscription: str | None, remaining: int | None = None) -> dict[str, str]:
        id = str(uuid.UUID(int=self.faults.rng.getrandbits(128)))
        headers = {"Cache-Control": "no-cache", "Pragma": "no-cache", "x-ms-request-id": id, "x-ms-correlation-request-id": id, "X-Content-Type-Options": "nosniff"}
        if remaining is not None:
            headers[f"x-ms-ratelimit-remaining-{'subscription' if subscription else 'tenant'}-reads"] = str(remaining)
        return headers


__all__ = ["Core", "Settings", "Tally"]
