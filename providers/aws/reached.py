"""Where APIs are reached. Pure."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Endpoint, Endpoints, Ref


def api_domain(_: Ref, names: tuple[Any, ...], kinds: tuple[Any, ...], certificates: tuple[Any, ...]) -> Endpoints:
    """A domain name of its owner, with the certificate that it was given; a private one is reached from VPCs only."""
    held = tuple(str(value) for value in certificates if value)
    return Endpoints(tuple(Endpoint(str(name), public="PRIVATE" not in map(str, kinds), certificates=held) for name in names if "*" not in str(name)))
