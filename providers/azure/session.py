"""The way to Azure: single reads with a deadline, under the limits that the services set.

Nothing is written. Two kinds of request are no GET and named here: a query of Resource Graph, and a batch, into which only
GETs are put. The pipeline is that of the SDK's management client without three of its policies: retries (ours know the
deadline), redirects (a token goes to no other host), and the one that registers resource providers by itself when an
answer is 409 — that would be a write.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from azure.core import PipelineClient
from azure.core.exceptions import AzureError, ServiceRequestError, ServiceRequestTimeoutError, ServiceResponseTimeoutError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, ProxyPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.resource.resources import ResourceManagementClient
from requests.adapters import HTTPAdapter

from providers.azure.batch import Batch
from providers.azure.clouds import METADATA, Cloud, cloud_of, described, stands_alone
from providers.azure.limits import FOR_ALL, Limits, scope_of
from providers.azure.outcome import Refusal, refusal
from providers.azure.tokens import BACKOFF, Tokens
from scanner.sdk import Failure, Json, Options, Reason, UsageError

QUERY = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"
BATCH = "/batch?api-version=2020-06-01"
Got = dict[str, Json] | Refusal
Said = tuple[Got, Mapping[str, str]]
"""An answer, and its headers (none where there was no answer)."""
#: Batches that may fail for passing reasons before all reads go alone.
PATIENCE = 3


class Session:
    """Reads of one cloud. Safe for many threads."""

    def __init__(self, options: Options, environment: Mapping[str, str] | None = None, crowd: Callable[[], int] = lambda: 1) -> None:
        given = os.environ if environment is None else environment
        self.cloud = cloud_of(options.settings, given)
        self.retries, self.deadline = options.retries, time.monotonic() + options.timeout
        http = requests.Session()
        http.mount("https://", HTTPAdapter(pool_maxsize=max(10, min(4 * options.workers, 64), options.workers)))
        transport = RequestsTransport(session=http, session_owner=False, connection_timeout=options.call_timeout, read_timeout=options.call_timeout)
        if stands_alone(self.cloud, given):
            self.cloud = described(self.cloud, _metadata(self.cloud, http, options.call_timeout))
        self.tokens = Tokens(self.cloud, options)
        common = [RequestIdPolicy(), HeadersPolicy(), UserAgentPolicy("houvast"), ProxyPolicy()]
        self._client = ResourceManagementClient(
            self.tokens, "", base_url=self.cloud.resource_manager, credential_scopes=[self.cloud.scope], transport=transport,
            policies=[*common, ARMChallengeAuthenticationPolicy(self.tokens, self.cloud.scope)],
        )  # fmt: skip

        def pipeline(address: str) -> PipelineClient[Any, Any]:
            return PipelineClient(address, policies=[*common, BearerTokenCredentialPolicy(self.tokens, f"{address}/.default")], transport=transport)

        self._vaults, self._graph = pipeline(f"https://{self.cloud.vaults}"), pipeline(self.cloud.graph)
        self._limits = Limits()
        self._batch: Batch[Said] = Batch(self._together, crowd, self.deadline)
        self._batches_left = 0 if options.settings.get("azure.batch") == "off" else PATIENCE
        self._lock = threading.Lock()

    # -- the face --------------------------------------------------------------------------------------------
    def get(self, path: str, *, small: bool = False) -> dict[str, Json]:
        """The JSON object at a path (or a nextLink). Waits as the service asks, within the deadline. Raises Failure.

        `small`: its answer may travel with others.
        """
        url = path if "://" in path else self.cloud.resource_manager + path
        if not (_origin(url) in (_origin(self.cloud.resource_manager), _origin(self.cloud.graph)) or self._is_vault(url)):
            where = urlsplit(url).hostname
            raise Failure(Reason.UNPARSABLE, "ForeignLink", f"what follows is at {where}: a token is sent to {self.cloud.resource_manager}, Microsoft Graph and Key Vaults only")
        if small and url.startswith(f"{self.cloud.resource_manager}/subscriptions/"):
            return self._asked(url, lambda: self._batched(url))
        return self._asked(url, lambda: self._once(HttpRequest("GET", url)))

    def query(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """One page of a Resource Graph query: reads, although it is a POST. Raises Failure."""
        url = self.cloud.resource_manager + QUERY
        return self._asked(url, lambda: self._once(HttpRequest("POST", url, json=dict(body))))

    def pages(self, path: str, *, small: bool = False) -> Iterator[list[dict[str, Json]]]:
        """The items of each page. Raises Failure, also for pages that lead back to one that was read.

        A link may come twice: some services answer an empty page and the same link while they have nothing yet.
        `small`: the first page may travel with others.
        """
        url, seen = path, Counter[str]()
        while url:
            if seen[url] >= 3:
                raise Failure(Reason.UNPARSABLE, "PagingLoop", "the next page is one that was read already")
            if time.monotonic() > self.deadline:
                raise Failure(Reason.TIMEOUT, "", "the time for the whole scan was over before the last page")
            seen[url] += 1
            body = self.get(url, small=small and url == path)
            items, following = body.get("value"), body.get("nextLink") or body.get("@odata.nextLink") or ""
            if not isinstance(items, list) or not isinstance(following, str):
                raise Failure(Reason.UNPARSABLE, "", f"a list was expected, found members {', '.join(sorted(body))[:100]}")
            origin = urlsplit(path if "://" in path else self.cloud.resource_manager)
            if following and urlsplit(following)[:2] != origin[:2]:
                raise Failure(Reason.UNPARSABLE, "ForeignLink", f"the next page is at {urlsplit(following).hostname}: a token for {origin.hostname} is sent there only")
            yield [item for item in items if isinstance(item, dict)]
            if not all(isinstance(item, dict) for item in items):
                raise Failure(Reason.UNPARSABLE, "", "an item of the list is no object")
            url = following

    def width(self, scope: str) -> int:
        """How many questions may be under way in a subscription now."""
        return self._limits.width(scope)

    # -- waiting and trying again ----------------------------------------------------------------------------
    def _asked(self, url: str, ask: Callable[[], Said]) -> dict[str, Json]:
        scope, attempt = scope_of(url), 0
        while True:
            while (seconds := self._limits.take(scope)) > 0:
                self._wait(seconds)
            got, headers = ask()
            self._limits.answered(scope, headers)
            if not isinstance(got, Refusal):
                return got
            pause = got.wait if got.wait is not None else BACKOFF * 2**attempt
            tries = min(self.retries, 1) if got.reason is Reason.UNSUPPORTED else self.retries
            if not got.passing or attempt >= tries:
                raise Failure(got.reason, got.code, got.detail)
            if time.monotonic() + pause > self.deadline:
                raise Failure(got.reason, got.code, f"{got.detail} (asked to wait {pause:.0f} s, which is longer than the scan may take)")
            if got.code in FOR_ALL:
                self._limits.rest(scope, pause)
            else:
                time.sleep(pause)
            attempt += 1

    def _wait(self, seconds: float) -> None:
        if time.monotonic() + seconds > self.deadline:
            raise Failure(Reason.THROTTLED, "", f"the limit of requests is used up; it is given back in {seconds:.0f} s, which is longer than the scan may take")
        time.sleep(seconds)

    # -- requests --------------------------------------------------------------------------------------------
    def _is_vault(self, url: str) -> bool:
        """Whether it is the address of a Key Vault of this cloud."""
        where = urlsplit(url)
        return where.scheme == "https" and where.port in (None, 443) and (where.hostname or "").endswith(f".{self.cloud.vaults}")

    def _once(self, request: HttpRequest) -> Said:
        url = request.url
        client: Any = self._vaults if self._is_vault(url) else self._graph if _origin(url) == _origin(self.cloud.graph) else self._client
        try:
            response = client.send_request(request)
            text = response.text()
        except (ServiceRequestTimeoutError, ServiceResponseTimeoutError) as error:
            return Refusal(Reason.TIMEOUT, type(error).__name__, " ".join(str(error).split())[:300]), {}
        except ServiceRequestError as error:
            return Refusal(Reason.UNAVAILABLE, type(error).__name__, " ".join(str(error).split())[:300], "certificate" not in str(error).lower()), {}
        except (AzureError, UnicodeDecodeError) as error:  # cut short, reset, not decodable
            return Refusal(Reason.UNAVAILABLE, type(error).__name__, " ".join(str(error).split())[:300], True), {}
        headers: Mapping[str, str] = response.headers
        if response.status_code != 200:
            return refusal(response.status_code, text, headers.get("Retry-After")), headers
        try:
            body = json.loads(text)
        except ValueError:
            return Refusal(Reason.UNAVAILABLE, "NotJson", f"the answer is {headers.get('Content-Type', 'of no stated type')}, not JSON", True), headers
        return body if isinstance(body, dict) else Refusal(Reason.UNPARSABLE, "", "the answer is no JSON object"), headers

    def _batched(self, url: str) -> Said:
        got = self._batch.get(url) if self._batches_left > 0 else None
        return self._once(HttpRequest("GET", url)) if got is None else got

    def _together(self, urls: Sequence[str]) -> Sequence[Said | None] | None:
        """The answers to several reads by one request; None where each has to be asked alone."""
        start = len(self.cloud.resource_manager)
        asked: Json = {"requests": [{"httpMethod": "GET", "name": str(at), "url": url[start:]} for at, url in enumerate(urls)]}
        got, _ = self._once(HttpRequest("POST", self.cloud.resource_manager + BATCH, json=asked))
        answers = got.get("responses") if not isinstance(got, Refusal) else None
        if not isinstance(answers, list):
            passing = isinstance(got, Refusal) and (got.passing or got.reason is Reason.TIMEOUT)
            with self._lock:  # not served here at all, or not just now
                self._batches_left = self._batches_left - 1 if passing else 0
            return None
        by_name = {str(one.get("name")): one for one in answers if isinstance(one, Mapping)}
        return [_of_batch(by_name.get(str(at))) for at in range(len(urls))]


def _of_batch(one: Mapping[str, Json] | None) -> Said | None:
    if one is None or not isinstance(status := one.get("httpStatusCode"), int):
        return None
    given = one.get("headers")
    headers = {str(key).lower(): str(value) for key, value in given.items()} if isinstance(given, Mapping) else {}
    content = one.get("content")
    if status != 200:
        return refusal(status, json.dumps(content), headers.get("retry-after")), headers
    if isinstance(content, str):  # a web page of some gateway, for one
        return Refusal(Reason.UNAVAILABLE, "NotJson", "the answer is text, not JSON", True), headers
    return content if isinstance(content, dict) else Refusal(Reason.UNPARSABLE, "", "the answer is no JSON object"), headers


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url)[:2]


def _metadata(cloud: Cloud, http: requests.Session, timeout: float) -> Json:
    """What a Resource Manager of one's own says of itself. Raises UsageError."""
    try:
        answer = http.get(cloud.resource_manager + METADATA, timeout=timeout, allow_redirects=False)
        answer.raise_for_status()
        said: Json = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise UsageError(
            f"{cloud.resource_manager} does not say of which cloud it is: {' '.join(str(error).split())[:200]}", "correct the address, or set AZURE_AUTHORITY_HOST"
        ) from error
    return said
