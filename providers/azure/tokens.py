"""Tokens: the default credential chain, with a deadline, and what it means when it gives none."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestTimeoutError, ServiceResponseTimeoutError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import CredentialUnavailableError, DefaultAzureCredential

from providers.azure.clouds import Cloud
from providers.azure.outcome import refusal
from scanner.sdk import Failure, MissingCredentials, Options, Reason

BACKOFF = 0.5
"""Seconds before the first further try where the service gives no time; doubled each time."""
logging.getLogger("azure").addHandler(logging.NullHandler())  # what goes wrong is said in the report, once, and not on stderr
NEXT_STEP = (
    "sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application "
    "that has the role Reader on the subscriptions (`houvast permissions azure` prints a smaller one)"
)


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
