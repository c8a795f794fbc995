"""Which api-versions the resource providers serve, by their own list: what is gone is not asked for, and said to be gone."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from scanner.sdk import Failure, Json, Reason

PROVIDERS = "/providers?api-version=2021-04-01"
OPERATION = "Microsoft.Resources/providers/read"


class Served:
    """Takes the list; knows before a look whether its api-version is served. Without the list everything is asked for."""

    def __init__(self) -> None:
        self._versions: dict[str, tuple[str, ...]] = {}
        self._ready = threading.Event()

    def learn(self, providers: Iterable[Mapping[str, Json]]) -> int:
        """Take one page of the list; how many types it names."""
        number = 0
        for provider in providers:
            kinds = provider.get("resourceTypes")
            for kind in kinds if isinstance(kinds, list) else ():
                versions = kind.get("apiVersions") if isinstance(kind, dict) else None
                if isinstance(kind, dict) and isinstance(versions, list) and versions:
                    number += 1
                    self._versions[f"{provider.get('namespace')}/{kind.get('resourceType')}".lower()] = tuple(str(version).lower() for version in versions)
        return number

    def settle(self) -> None:
        """Nothing more is coming."""
        self._ready.set()

    def wait(self, seconds: float) -> None:
        """Until the list is there, or will not come."""
        self._ready.wait(seconds)

    def check(self, kind: str, api: str) -> None:
        """Raises Failure where the type is served, and not in this version. A type that the list does not name says nothing."""
        versions = self._versions.get(kind.lower(), ())
        if versions and api.lower() not in versions:
            newest = ", ".join(sorted(versions, reverse=True)[:3])
            raise Failure(
                Reason.UNSUPPORTED, "NoRegisteredProviderFound", f"{kind} is no longer served in the api-version {api}, by which Houvast reads it; served are {newest}, …"
            )
