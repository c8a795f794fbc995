"""The way to Azure: which cloud, which credential, and single reads with a deadline.

Only GET requests are made. The pipeline is that of the SDK's management client without three of its policies: retries
(ours know the deadline), redirects (a token goes to no other host), and the one that registers resource providers by
itself when an answer is 409 — that would be a write.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from azure.core import PipelineClient
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, ProxyPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.identity import CredentialUnavailableError, DefaultAzureCredential
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.resource.resources import ResourceManagementClient
from requests.adapters import HTTPAdapter

from providers.azure.outcome import Refusal, refusal
from scanner.sdk import Failure, Json, MissingCredentials, Options, Reason, UsageError

#: Microsoft's own clouds: Resource Manager and the authority that issues its tokens.
CLOUDS = {
    "public": ("https://management.azure.com", "https://login.microsoftonline.com"),
    "china": ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    "usgovernment": ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
}
#: Key Vaults of the same clouds, by their authority: each vault is a host below this domain, which is also the audience of its tokens.
VAULTS = {"https://login.chinacloudapi.cn": "vault.azure.cn", "https://login.microsoftonline.us": "vault.usgovcloudapi.net"}
BACKOFF = 0.5
"""Seconds before the first further try where the service gives no time; doubled each time."""
logging.getLogger("azure").addHandler(logging.NullHandler())  # what goes wrong is said in the report, once, and not on stderr
NEXT_STEP = (
    "sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application "
    "that has the role Reader on the subscriptions (`houvast permissions azure` prints a smaller one)"
)


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where to ask."""

    resource_manager: str
    authority: str

    @property
    def discovery(self) -> bool:
        """Whether the public login host may be asked about the authority: only within Microsoft's public clouds."""
        return self.resource_manager in {rm for rm, _ in CLOUDS.values()} and self.authority in {authority for _, authority in CLOUDS.values()}

    @property
    def scope(self) -> str:
        return f"{self.resource_manager}/.default"

    @property
    def vaults(self) -> str:
        """Domain of the Key Vaults."""
        return VAULTS.get(self.authority, "vault.azure.net")


def cloud_of(settings: Mapping[str, str], environment: Mapping[str, str]) -> Cloud:
    """The cloud that the settings and the environment mean. Raises UsageError."""
    named = settings.get("azure.cloud", "")
    manager = settings.get("azure.resource_manager") or (named if named.startswith("http") else "") or environment.get("HOUVAST_AZURE_RESOURCE_MANAGER", "")
    if named and not named.startswith("http") and named.lower() not in CLOUDS:
        raise UsageError(f"{named!r} is no Azure cloud", f"use one of {', '.join(CLOUDS)}, or the URL of a Resource Manager")
    default = CLOUDS[named.lower() if named and not named.startswith("http") else "public"]
    authority = environment.get("AZURE_AUTHORITY_HOST", "") or default[1]
    found = Cloud((manager or default[0]).rstrip("/"), (authority if "://" in authority else f"https://{authority}").rstrip("/"))
    for url in (found.resource_manager, found.authority):
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise UsageError(f"{url!r} is no https URL", "a token is never sent without TLS")
    return found


class _Recorder:
    """Stands for one credential of the chain and remembers why it failed: the chain itself keeps only text."""

    def __init__(self, credential: Any, failures: list[Exception]) -> None:
        self._credential, self._failures = credential, failures

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        try:
            token: AccessToken = self._credential.get_token(*scopes, **options)
        except CredentialUnavailableError:
            raise
        except Exception as error:
            self._failures.append(error)
            raise
        return token


class Tokens:
    """The default credential chain, asked by one thread at a time, with a deadline; failures are said, not logged."""

    def __init__(self, cloud: Cloud, options: Options) -> None:
        self._cloud, self._lock, self._failures = cloud, threading.Lock(), list[Exception]()
        self._tokens: dict[str, AccessToken] = {}
        self._patience = min(options.timeout, 3 * options.call_timeout + 5)
        self._status = 0  # of the last answer: an error of the identity library does not always carry it
        http = requests.Session()
        http.hooks["response"].append(self._saw)
        try:
            self._chain = DefaultAzureCredential(
                authority=cloud.authority,
                disable_instance_discovery=not cloud.discovery,
                exclude_interactive_browser_credential=True,
                exclude_broker_credential=True,
                exclude_visual_studio_code_credential=True,
                process_timeout=max(1, int(min(options.call_timeout, 10))),
                transport=RequestsTransport(session=http, session_owner=False, connection_timeout=options.call_timeout, read_timeout=options.call_timeout),
                retry_total=min(options.retries, 2),
                retry_backoff_factor=BACKOFF,
            )
        except ValueError as error:  # some of the variables of one credential are set, others are empty
            raise MissingCredentials(f"the credential for Azure in the environment is incomplete: {error}", NEXT_STEP) from error
        self._chain.credentials = tuple(_Recorder(credential, self._failures) for credential in self._chain.credentials)

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token for Resource Manager, or for the given audience. Raises Failure; MissingCredentials when no credential is configured at all."""
        scope = scopes[0] if scopes else self._cloud.scope
        with self._lock:
            token = self._tokens.get(scope)
            if token is None or token.expires_on - time.time() < 300 or options.get("claims"):
                token = self._tokens[scope] = self._ask(scope, options.get("claims"))
            return token

    def _ask(self, scope: str, claims: str | None) -> AccessToken:
        """In a thread of its own: a link-local metadata service that swallows packets must not hold up the run."""
        got: list[AccessToken | Exception] = []
        self._failures.clear()
        self._status = 0

        def ask() -> None:
            try:
                got.append(self._chain.get_token(scope, claims=claims))
            except Exception as error:  # handed over to the thread that waits
                got.append(error)

        thread = threading.Thread(target=ask, daemon=True, name="token")
        thread.start()
        thread.join(self._patience)
        if not got:
            raise Failure(Reason.TIMEOUT, "", f"{self._cloud.authority} gave no token in {self._patience:.0f} s")
        if isinstance(got[0], AccessToken):
            return got[0]
        if not self._failures:
            raise MissingCredentials("no credential for Azure was found", NEXT_STEP)
        raise self._failure(self._failures[-1])

    def _saw(self, response: requests.Response, *_args: object, **_options: object) -> None:
        self._status = response.status_code

    def _failure(self, error: Exception) -> Failure:
        text = " ".join(str(error).split())[:300]
        code = next((word.strip(":") for word in text.split() if word.startswith("AADSTS")), "")
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, (ServiceRequestTimeoutError, ServiceResponseTimeoutError)):
                return Failure(Reason.TIMEOUT, code, text)
            cause = cause.__cause__
        if self._status in (429, 500, 502, 503, 504):
            found = refusal(self._status, "")
            return Failure(found.reason, code or found.code, text)
        if isinstance(error, ClientAuthenticationError) and 400 <= self._status < 500:
            return Failure(Reason.DENIED, code, text)
        return Failure(Reason.UNAVAILABLE, code, text)


class Session:
    """Reads of one Resource Manager. Safe for many threads."""

    def __init__(self, options: Options, environment: Mapping[str, str] | None = None) -> None:
        self.cloud = cloud_of(options.settings, os.environ if environment is None else environment)
        self.retries, self.deadline = options.retries, time.monotonic() + options.timeout
        self.tokens = Tokens(self.cloud, options)
        http = requests.Session()
        http.mount("https://", HTTPAdapter(pool_maxsize=max(10, options.workers)))
        transport = RequestsTransport(session=http, session_owner=False, connection_timeout=options.call_timeout, read_timeout=options.call_timeout)
        common = [RequestIdPolicy(), HeadersPolicy(), UserAgentPolicy("houvast"), ProxyPolicy()]
        self._client = ResourceManagementClient(
            self.tokens,
            "",
            base_url=self.cloud.resource_manager,
            credential_scopes=[self.cloud.scope],
            transport=transport,
            policies=[*common, ARMChallengeAuthenticationPolicy(self.tokens, self.cloud.scope)],
        )
        scope = f"https://{self.cloud.vaults}/.default"
        self._vaults: PipelineClient[Any, Any] = PipelineClient(
            f"https://{self.cloud.vaults}", policies=[*common, BearerTokenCredentialPolicy(self.tokens, scope)], transport=transport
        )

    def get(self, path: str) -> dict[str, Json]:
        """The JSON object at a path (or a nextLink). Waits as the service asks, within the deadline. Raises Failure."""
        url = path if "://" in path else self.cloud.resource_manager + path
        if urlsplit(url)[:2] != urlsplit(self.cloud.resource_manager)[:2] and not self._is_vault(url):
            raise Failure(Reason.UNPARSABLE, "ForeignLink", f"what follows is at {urlsplit(url).hostname}: a token is sent to {self.cloud.resource_manager} and Key Vaults only")
        attempt = 0
        while True:
            got = self._once(url)
            if not isinstance(got, Refusal):
                return got
            pause = got.wait if got.wait is not None else BACKOFF * 2**attempt
            tries = min(self.retries, 1) if got.reason is Reason.UNSUPPORTED else self.retries
            if not got.passing or attempt >= tries:
                raise Failure(got.reason, got.code, got.detail)
            if time.monotonic() + pause > self.deadline:
                raise Failure(got.reason, got.code, f"{got.detail} (asked to wait {pause:.0f} s, which is longer than the scan may take)")
            time.sleep(pause)
            attempt += 1

    def pages(self, path: str) -> Iterator[list[dict[str, Json]]]:
        """The items of each page. Raises Failure, also for pages that lead back to one that was read.

        A link may come twice: some services answer an empty page and the same link while they have nothing yet.
        """
        url, seen = path, Counter[str]()
        while url:
            if seen[url] >= 3:
                raise Failure(Reason.UNPARSABLE, "PagingLoop", "the next page is one that was read already")
            if time.monotonic() > self.deadline:
                raise Failure(Reason.TIMEOUT, "", "the time for the whole scan was over before the last page")
            seen[url] += 1
            body = self.get(url)
            items, following = body.get("value"), body.get("nextLink") or ""
            if not isinstance(items, list) or not isinstance(following, str):
                raise Failure(Reason.UNPARSABLE, "", f"a list was expected, found members {', '.join(sorted(body))[:100]}")
            origin = urlsplit(path if "://" in path else self.cloud.resource_manager)
            if following and urlsplit(following)[:2] != origin[:2]:
                raise Failure(Reason.UNPARSABLE, "ForeignLink", f"the next page is at {urlsplit(following).hostname}: a token for {origin.hostname} is sent there only")
            yield [item for item in items if isinstance(item, dict)]
            if not all(isinstance(item, dict) for item in items):
                raise Failure(Reason.UNPARSABLE, "", "an item of the list is no object")
            url = following

    def _is_vault(self, url: str) -> bool:
        """Whether it is the address of a Key Vault of this cloud."""
        where = urlsplit(url)
        return where.scheme == "https" and where.port in (None, 443) and (where.hostname or "").endswith(f".{self.cloud.vaults}")

    def _once(self, url: str) -> dict[str, Json] | Refusal:
        client: Any = self._vaults if self._is_vault(url) else self._client
        try:
            response = client.send_request(HttpRequest("GET", url))
            text = response.text()
        except (ServiceRequestTimeoutError, ServiceResponseTimeoutError) as error:
            return Refusal(Reason.TIMEOUT, type(error).__name__, " ".join(str(error).split())[:300])
        except ServiceRequestError as error:
            return Refusal(Reason.UNAVAILABLE, type(error).__name__, " ".join(str(error).split())[:300], "certificate" not in str(error).lower())
        except (AzureError, UnicodeDecodeError) as error:  # cut short, reset, not decodable
            return Refusal(Reason.UNAVAILABLE, type(error).__name__, " ".join(str(error).split())[:300], True)
        if response.status_code != 200:
            return refusal(response.status_code, text, response.headers.get("Retry-After"))
        try:
            body = json.loads(text)
        except ValueError:
            return Refusal(Reason.UNAVAILABLE, "NotJson", f"the answer is {response.headers.get('Content-Type', 'of no stated type')}, not JSON", True)
        return body if isinstance(body, dict) else Refusal(Reason.UNPARSABLE, "", "the answer is no JSON object")
