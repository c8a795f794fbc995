"""Requests that go botocore's own way: behind a proxy, with a client certificate, signed in another way than most.

One client serves all regions there too: hooks that sign are exchanged for those of the client that asks.
"""

from __future__ import annotations

import copy
from typing import Any

from providers.aws.addresses import Endpoints
from providers.aws.http import Answered


class Headers(dict[str, str]):
    """Headers of an answer, by lower-case name whatever case is asked for."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Response:
    """What hooks of botocore want to know of an HTTP answer."""

    def __init__(self, answered: Answered) -> None:
        self.status_code, self.content = answered.status, answered.body
        self.headers = Headers(answered.headers)
        self.raw = self
        """Some hooks ask whether there was anything to read."""


class Wire:
    """Takes the place of a client's `Endpoint`."""

    def __init__(self, client: Any) -> None:
        self._client, self._inner = client, client._endpoint
        self._handler = client._request_signer.handler
        self.host = self._inner.host

    def pointed(self, client: Any) -> Wire:
        """The same for the same client in another region."""
        made = copy.copy(self)
        made._client = client
        return made

    def close(self) -> None:
        self._inner.close()

    def make_request(self, operation: Any, request: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The answer, parsed. Hooks of the first client sign for another region: those of this one take their place."""
        service, signer = self._client.meta.service_model.service_id.hyphenize(), self._client._request_signer
        inner, events = copy.copy(self._inner), copy.copy(self._inner._event_emitter)
        events.unregister(f"request-created.{service}", self._handler)
        own = copy.copy(signer)
        own._event_emitter = inner._event_emitter = events
        events.register(f"request-created.{service}", own.handler)
        answer: tuple[Any, dict[str, Any]] = inner.make_request(operation, request)
        return answer


def quicken(client: Any) -> None:
    """Let a client's requests go by `Wire`, and its name of itself (the same for every call) be made once."""
    client._endpoint = Wire(client)
    if client._ruleset_resolver is not None:
        client._ruleset_resolver = Endpoints(client._ruleset_resolver)
    client._user_agent_creator = _Agent(client._user_agent_creator.to_string())


class _Agent:
    """The User-Agent header."""

    def __init__(self, text: str) -> None:
        self._text = text

    def to_string(self) -> str:
        return self._text

    def rebuild_and_replace_user_agent_handler(self, **_: Any) -> None:
        """botocore's hook; the name stays."""
