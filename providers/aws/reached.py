"""Where APIs and the like are reached. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scanner.sdk import Endpoint, Endpoints, Ref

_SUFFIX = {"aws-cn": "amazonaws.com.cn"}


def api_domain(_: Ref, names: tuple[Any, ...], kinds: tuple[Any, ...], certificates: tuple[Any, ...]) -> Endpoints:
    """A domain name of its owner, with the certificate that it was given; a private one is reached from VPCs only."""
    held = tuple(str(value) for value in certificates if value)
    return Endpoints(tuple(Endpoint(str(name), public="PRIVATE" not in map(str, kinds), certificates=held) for name in names if "*" not in str(name)))


def default_host(ref: Ref, ids: tuple[Any, ...], kinds: tuple[Any, ...], disabled: tuple[Any, ...]) -> Endpoints:
    """What every API is called by itself, unless that is switched off (API Gateway Developer Guide, "Invoke a REST API")."""
    if True in disabled:
        return Endpoints(())
    suffix = _SUFFIX.get(ref.id.split(":")[1] if ref.id.startswith("arn:") else "", "amazonaws.com")
    return Endpoints((Endpoint(f"{ids[0]}.execute-api.{ref.region}.{suffix}", public="PRIVATE" not in map(str, kinds), own_name=True),))


def own_url(_: Ref, urls: tuple[Any, ...], disabled: tuple[Any, ...] = ()) -> Endpoints:
    """The address that the service gave it: a URL, or the host alone."""
    if True in disabled:
        return Endpoints(())
    hosts = [urlsplit(text if "//" in (text := str(url)) else f"//{text}").hostname or "" for url in urls]
    return Endpoints(tuple(Endpoint(host, own_name=True) for host in hosts if host))
