"""Resource Manager without sockets: from a request to an answer."""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from scanner.data.regions import azure_name
from scanner.data.tables import rows
from scanner.demo.arm.directory import directory_answer
from scanner.demo.arm.estate import Estate, group_of, public, slim
from scanner.demo.arm.faults import Faults
from scanner.demo.arm.graph import Graph
from scanner.demo.arm.hosts import is_graph, vault_name
from scanner.demo.arm.identity import OBJECT_ID, Identity
from scanner.demo.arm.query import FilterError, compile_filter
from scanner.demo.arm.reply import Body, Reply, Sent, encode, error
from scanner.demo.arm.vault import vault_answer
from scanner.demo.arm.versions import Versions
from scanner.model.record import dataclass

_WRITES = {"POST": "action", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


@dataclass(frozen=True)
class Settings:
    """How the replay behaves."""

    page_size: int = 1000
    latency: float = 0.0
    """Seconds before every answer."""
    bucket: int = 0
    """Reads that a principal may make at once in a subscription (Azure: 250); 0: not limited."""
    refill: float = 25.0
    """Reads a second that fill the bucket again."""
    graph_quota: int = 0
    """Resource Graph queries in a window (Azure: 15 in 5 s); 0: not limited."""
    graph_window: float = 5.0
    graph_page: int = 1000
    batches: bool = True
    """Whether `POST /batch` is served; a Resource Manager of one's own may not."""
    empty_page_every: int = 0
    """An empty page with a nextLink before every k-th page, as Resource Manager may send."""
    strict_versions: bool = True
    gzip: bool = False
    secret: str | None = None
    """The only client secret that is right; None: any."""
    token_lifetime: int = 3599
    seed: int = 0


@dataclass(frozen=True)
class Request:
    """One request, taken apart."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def low(self) -> str:
        return self.path.lower().rstrip("/")

    @property
    def subscription(self) -> str | None:
        match = re.match(r"/subscriptions/([^/]+)", self.low)
        return match[1] if match else None

    @property
    def version(self) -> str:
        return self.query.get("api-version", "")


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
        self._buckets: dict[str, tuple[float, float]] = {}
        self._emptied: set[tuple[str, int]] = set()

    # -- control ---------------------------------------------------------------------------------------------
    def set_rules(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Replace the rules."""
        self.faults = Faults(rules, self.settings.seed)

    def reset(self) -> None:
        """Forget what was asked, fill the buckets, start the rules anew."""
        self.tally = Tally()
        self._buckets.clear()
        self._emptied.clear()
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
        split = urllib.parse.urlsplit(target)
        path = re.sub(r"/{2,}", "/", urllib.parse.unquote(split.path)) or "/"
        query = {_parameter(key): value for key, value in urllib.parse.parse_qsl(split.query, keep_blank_values=True)}
        if path.startswith("/__"):
            return self._control(method, path, body)
        self.tally.requests += 1
        self.tally.paths.append((method, target))
        self.tally.hosts[host] += 1
        request = Request(method, host, path, query, headers, body, f"https://{host}{target}")
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
            waited = self.faults.meet(request.method, request.path, self._denied(request), request.url)
        if "/oauth2/" in request.low or "/.well-known/" in request.low:
            self.tally.operations["token"] += 1
            waited = self.faults.meet(request.method, request.path, self._denied(request), request.url)
        answer = self.identity.route(request.method, request.host, request.path, request.query, request.headers, request.body)
        if answer is not None:
            return Sent(200, {"Cache-Control": "no-store, no-cache"}, encode(answer), waited)
        name = request.host.split(":")[0].lower()
        if vault := vault_name(name):
            self.tally.operations["vault"] += 1
            delay = self.faults.meet(request.method, request.path, self._denied(request), request.url)
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
        waited = self.faults.meet(request.method, request.path, self._denied(request), request.url)
        asked = json.loads(request.body or b"{}").get("requests")
        if not self.settings.batches or not isinstance(asked, list):
            raise error(404, "InvalidResource", "The requested resource was not found in this replay.")
        if len(asked) > 20:
            return Sent(202, {"Location": f"https://{request.host}/batch/later"}, b"", waited)
        answers: list[bytes] = []
        for one in asked:
            split = urllib.parse.urlsplit(one["url"])
            path = re.sub(r"/{2,}", "/", urllib.parse.unquote(split.path))
            query = {_parameter(key): value for key, value in urllib.parse.parse_qsl(split.query, keep_blank_values=True)}
            inner = Request(one["httpMethod"], request.host, path, query, request.headers, b"", f"https://{request.host}{split.path}?{split.query}")
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
        self.tally.operations[f"{request.method} {kind[0] + ' ' + kind[1] if kind else _shape(request.path)}"] += 1
        if request.method == "GET":
            self.tally.reads.append(request.path)
        remaining = self._spend(request.subscription)
        delay = self.faults.meet(request.method, request.path, self._denied(request), request.url)
        headers = self._headers(request.subscription, remaining)
        if request.low == "/providers/microsoft.resourcegraph/resources" and request.method == "POST":
            self.versions.check("Microsoft.ResourceGraph/resources", request.version)
            body, quota = self.graph.answer(json.loads(request.body or b"{}"), who)
            return Sent(200, {**headers, **quota}, encode(body), delay)
        if request.method in _WRITES and kind and request.subscription in self.estate.subscriptions:
            raise self._denied(request, _WRITES[request.method])  # the principal is a Reader
        if request.method not in ("GET", "HEAD"):
            raise error(405, "HttpMethodNotSupported", f"The HTTP method '{request.method}' is not supported by this replay: it is read-only.")
        self.versions.check(kind[0] if kind else "", request.version)
        return Sent(200, headers, self._scopes(request) or self._typed(request, kind), delay)

    # -- tenants, subscriptions, groups, the generic list ----------------------------------------------------
    def _scopes(self, request: Request) -> bytes | None:
        low, subscription = request.low, request.subscription
        if low == "/tenants":
            return encode({"value": [{"id": f"/tenants/{tenant['tenantId']}", **tenant} for tenant in self.estate.tenants]})
        if low == "/subscriptions":
            seen = [encode(public(s)) for id, s in self.estate.subscriptions.items() if not self.faults.hidden(f"/subscriptions/{id}")]
            return self._page(seen, request)
        if low == "/providers":
            return self._page([encode(provider) for provider in self._providers(None)], request)
        if low == "/providers/microsoft.management/managementgroups":
            return encode({"value": [public(group) for group in self.estate.document.get("managementGroups", [])], "@nextLink": None})
        if group := re.fullmatch(r"/providers/microsoft\.management/managementgroups/([^/]+)/descendants", low):
            return self._descendants(request, group[1])
        if subscription is None:
            return None
        found = self.estate.subscriptions.get(subscription)
        if found is None and not re.fullmatch(r"[0-9a-f-]{36}", subscription):
            raise error(400, "InvalidSubscriptionId", f"The provided subscription identifier '{subscription}' is malformed or invalid.")
        if found is None:
            raise error(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
        if self.faults.hidden(f"/subscriptions/{subscription}"):
            raise self._denied(request)
        return self._below(request, subscription, found, low.removeprefix(f"/subscriptions/{subscription}"))

    def _below(self, request: Request, subscription: str, found: Body, rest: str) -> bytes | None:
        groups = self.estate.groups.get(subscription, {})
        if rest == "":
            return encode(public(found))
        if rest == "/locations":
            return encode({"value": _locations(subscription)})
        if rest == "/resourcegroups":
            return self._page([encode(public(group)) for group in groups.values() if not self.faults.hidden(group["id"])], request)
        if match := re.fullmatch(r"/resourcegroups/([^/]+)", rest):
            return encode(public(self._group(groups, match[1])))
        if match := re.fullmatch(r"(?:/resourcegroups/([^/]+))?/resources", rest):
            return self._generic_list(request, subscription, self._group(groups, match[1])["name"] if match[1] else None)
        if rest == "/providers":
            return encode({"value": self._providers(subscription)})
        return None

    def _group(self, groups: Mapping[str, Body], name: str) -> Body:
        if name not in groups:
            raise error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
        return groups[name]

    def _generic_list(self, request: Request, subscription: str, group: str | None) -> bytes:
        items = [r for r in self.estate.tracked.get(subscription, []) if not self.faults.hidden(r["id"])]
        if group:
            items = [r for r in items if group_of(r).lower() == group.lower()]
        if request.query.get("$filter"):
            try:
                items = [r for r in items if compile_filter(request.query["$filter"])(r)]
            except FilterError as wrong:
                raise error(400, "InvalidFilterInQueryString", f"Invalid $filter '{request.query['$filter']}' specified in the query string.") from wrong
        expand = frozenset(word.strip().lower() for word in request.query.get("$expand", "").split(",") if word.strip())
        return self._page([encode(slim(r, expand)) for r in items], request)

    def _descendants(self, request: Request, name: str) -> bytes:
        """Groups and subscriptions below a management group; `_parent` of a group and of a subscription says where each stands."""
        groups = {group["name"].lower(): group for group in self.estate.document.get("managementGroups", [])}
        if name not in groups:
            raise error(404, "NotFound", f"The management group '{name}' could not be found.")
        inside, found = {name}, list[Body]()
        while more := [group for key, group in groups.items() if key not in inside and str(group.get("_parent", "")).lower() in inside]:
            inside |= {group["name"].lower() for group in more}
        for key in sorted(inside - {name}):
            found.append(
                _descendant(groups[key]["id"], "Microsoft.Management/managementGroups", groups[key]["name"], groups[key]["properties"].get("displayName"), groups[key]["_parent"])
            )
        for id, subscription in self.estate.subscriptions.items():
            if str(subscription.get("_parent", "")).lower() in inside and not self.faults.hidden(f"/subscriptions/{id}"):
                found.append(
                    _descendant(f"/subscriptions/{id}", "Microsoft.Management/managementGroups/subscriptions", id, subscription.get("displayName"), subscription["_parent"])
                )
        return self._page([encode(one) for one in found], request)

    def _providers(self, subscription: str | None) -> list[Body]:
        found: dict[str, list[Body]] = {}
        for kind, versions in sorted(self.versions.known.items()):
            namespace, _, rest = kind.partition("/")
            found.setdefault(namespace, []).append({"resourceType": rest, "apiVersions": list(versions)})
        return [
            {"id": f"{f'/subscriptions/{subscription}' if subscription else ''}/providers/{name}", "namespace": name, "resourceTypes": kinds, "registrationState": "Registered"}
            for name, kinds in found.items()
        ]  # fmt: skip

    # -- typed lists and GET by id ---------------------------------------------------------------------------
    def _typed(self, request: Request, kind: tuple[str, str] | None) -> bytes:
        if kind is None:
            raise error(404, "InvalidResource", "The requested resource was not found in this replay.")
        if kind[1] == "get":
            found = self.estate.by_id.get(request.low)
            if found is None:
                raise self._not_found(request, kind[0])
            if self.faults.hidden(found["id"]):
                raise self._denied(request)
            return self.estate.encoded(found)
        return self._page([self.estate.encoded(r) for r in self._collection(request, kind[0]) if not self.faults.hidden(r["id"])], request)

    def _collection(self, request: Request, kind: str) -> list[Body]:
        scope, _, below = request.low.rpartition("/providers/")
        if re.fullmatch(r"/subscriptions/[^/]+", scope) and below.count("/") == 1 and below != "microsoft.insights/diagnosticsettings":  # those of the subscription itself
            return self.estate.by_type.get((request.subscription or "", kind.lower()), [])
        parent = request.low.rsplit("/", 1)[0] if below.count("/") > 1 else scope if "/providers/" in scope else ""
        if parent and parent not in self.estate.by_id and not re.search(r"/locations/[^/]+$", parent):  # a location is no resource, and always there
            raise self._no_parent(request, kind)
        return self.estate.by_collection.get(request.low, [])

    def _not_found(self, request: Request, kind: str) -> Reply:
        group = re.search(r"/resourcegroups/([^/]+)", request.path, re.IGNORECASE)
        if group and group[1].lower() not in self.estate.groups.get(request.subscription or "", {}):
            return error(404, "ResourceGroupNotFound", f"Resource group '{group[1]}' could not be found.")
        parts = re.split(r"/providers/", request.path, flags=re.IGNORECASE)[-1].split("/")
        top = request.low.split("/providers/")[0] + "/providers/" + "/".join(parts[:3]).lower()
        if len(parts) > 3 and top not in self.estate.by_id:
            return self._no_parent(request, kind)
        message = f"The Resource '{'/'.join(parts)}' under resource group '{group[1] if group else '<null>'}' was not found."
        return error(404, "ResourceNotFound", f"{message} For more details please go to https://aka.ms/ARMResourceNotFoundFix", {"x-ms-failure-cause": "gateway"})

    def _no_parent(self, request: Request, kind: str) -> Reply:
        parent = "/".join(request.path.split("/")[:9])
        message = f"Failed to perform 'read' on resource(s) of type '{kind.split('/', 1)[1]}', because the parent resource '{parent}' could not be found."
        return error(404, "ParentResourceNotFound", message)

    # -- shared ----------------------------------------------------------------------------------------------
    def _denied(self, request: Request, verb: str = "read") -> Reply:
        kind = type_of(request.path)
        action = f"{kind[0]}/{verb}" if kind else "Microsoft.Resources/subscriptions/" + ("resources/read" if request.low.endswith("/resources") else "read")
        message = (
            f"The client '{OBJECT_ID}' with object id '{OBJECT_ID}' does not have authorization to perform action '{action}' over scope '{request.path}' "
            "or the scope is invalid. If access was recently granted, please refresh your credentials."
        )
        return error(403, "AuthorizationFailed", message, {"x-ms-failure-cause": "gateway"})

    def _spend(self, subscription: str | None) -> int:
        """Take a token of Resource Manager's bucket; how many are left."""
        if not self.settings.bucket:
            return 249
        scope, now, size = subscription or "tenant", time.monotonic(), float(self.settings.bucket)
        left, at = self._buckets.get(scope, (size, now))
        left = min(size, left + (now - at) * self.settings.refill)
        if left < 1:
            self._buckets[scope] = (left, now)
            wait = max(1, int((1 - left) / self.settings.refill + 0.999))
            message = (
                f"Number of 'read' requests for subscription actor '{scope}:{OBJECT_ID}' exceeded. Please try again after '{wait}' seconds after additional tokens are available."
            )
            raise error(429, "SubscriptionRequestsThrottled" if subscription else "TenantRequestsThrottled", message, {"Retry-After": str(wait)})
        self._buckets[scope] = (left - 1, now)
        return int(left - 1)

    def _headers(self, subscription: str | None, remaining: int | None = None) -> dict[str, str]:
        id = str(uuid.UUID(int=self.faults.rng.getrandbits(128)))
        headers = {"Cache-Control": "no-cache", "Pragma": "no-cache", "x-ms-request-id": id, "x-ms-correlation-request-id": id, "X-Content-Type-Options": "nosniff"}
        if remaining is not None:
            headers[f"x-ms-ratelimit-remaining-{'subscription' if subscription else 'tenant'}-reads"] = str(remaining)
        return headers

    def _page(self, items: list[bytes], request: Request) -> bytes:
        top = request.query.get("$top", "")
        if top and (not top.isdigit() or int(top) < 1):
            raise error(400, "InvalidTopInQueryString", f"Invalid $top '{top}' specified in the query string.")
        size = min(self.settings.page_size, int(top or self.settings.page_size))
        token = request.query.get("$skiptoken", "")
        start = _offset(token) if token else 0
        chunk, after = items[start : start + size], start + size
        every = self.settings.empty_page_every
        if every and token and (request.low, start) not in self._emptied and (start // size) % every == 0:
            self._emptied.add((request.low, start))
            chunk, after = [], start
        body = b'{"value":[' + b",".join(chunk) + b"]"
        if after < len(items):
            kept = {key: value for key, value in request.query.items() if key != "$skiptoken"}
            kept["$skiptoken"] = base64.urlsafe_b64encode(encode({"o": after, "n": start})).rstrip(b"=").decode()
            body += b',"nextLink":' + encode(f"https://{request.host}{request.path}?{urllib.parse.urlencode(kept)}")
        return body + b"}"


def _descendant(id: str, kind: str, name: str, shown: str | None, parent: str) -> Body:
    return {"id": id, "type": kind, "name": name, "properties": {"displayName": shown, "parent": {"id": f"/providers/Microsoft.Management/managementGroups/{parent}"}}}


def type_of(path: str) -> tuple[str, str] | None:
    """(type, `get` or `list`) of a resource path, extension resources included; None for other paths."""
    parts = re.split(r"/providers/", path, flags=re.IGNORECASE)
    segments = [segment for segment in parts[-1].split("/") if segment]
    if len(parts) < 2 or len(segments) < 2:
        return None
    return "/".join([segments[0], *segments[1::2]]), "list" if len(segments) % 2 == 0 else "get"


def _parameter(key: str) -> str:
    return key.lower() if key.startswith("$") or key.lower() == "api-version" else key


def _shape(path: str) -> str:
    return re.sub(r"/resourcegroups/[^/]+", "/resourceGroups/{}", re.sub(r"/subscriptions/[^/]+", "/subscriptions/{}", path, flags=re.IGNORECASE), flags=re.IGNORECASE)


def _offset(token: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(token + "==="))["o"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise error(400, "InvalidSkipToken", "The provided skip token is invalid.") from wrong


def _locations(subscription: str) -> list[Body]:
    return [
        {
            "id": f"/subscriptions/{subscription}/locations/{name}", "name": name, "displayName": row["display"], "regionalDisplayName": row["display"],
            "metadata": {"regionType": "Physical" if row["kind"].startswith("physical") else "Logical", "pairedRegion": [{"name": azure_name(row["pair"])}] if row["pair"] else []},
        }
        for name, row in rows("azure_regions").items()
    ]  # fmt: skip
