"""Whether a certificate's names stand for a host. Pure: read wherever facts are."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


def matches(host: str, given: Iterable[str]) -> bool:
    """Whether one of the names stands for `host` (RFC 9525): a `*` stands for exactly the leftmost label."""
    try:
        address: object = ipaddress.ip_address(host)
    except ValueError:
        address = None
    return any(_same_address(address, name) if address else _same_name(host, name) for name in given)


def _same_address(address: object, name: str) -> bool:
    try:
        return ipaddress.ip_address(name) == address
    except ValueError:
        return False


def _same_name(host: str, name: str) -> bool:
    host, name = host.lower().rstrip("."), name.lower().rstrip(".")
    if not name.startswith("*."):
        return "*" not in name and host == name
    first, _, rest = host.partition(".")
    return bool(first) and "." in name[2:] and rest == name[2:]
