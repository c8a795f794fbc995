"""Ranges of addresses as targets: `192.0.2.0/28`, `192.0.2.0/24:8443`, `[2001:db8::]/120:443`, `smtp://192.0.2.0/28`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace

from providers.tls.targets import Target, parse
from scanner.sdk import UsageError

MOST = 65_536
"""Addresses of one range: a whole /16."""
_RANGE = re.compile(r"^(?P<scheme>[A-Za-z0-9+-]+://)?(?P<net>\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+)/(?P<bits>\d{1,3})(?P<port>:\d{1,5})?$")


def targets_of(text: str) -> Iterator[Target]:
    """The endpoints that `text` names: one, or every address of a range. Raises UsageError for what is no endpoint, at once."""
    found = _RANGE.match(text)
    if found is None or not _is_address(found["net"].strip("[]")):
        return iter((parse(text),))
    try:
        network = ipaddress.ip_network(f"{found['net'].strip('[]')}/{found['bits']}")
    except ValueError as error:
        raise UsageError(f"{text!r} is no range of addresses: {error}", "write the first address and the bits of its network: 192.0.2.0/28") from error
    if network.num_addresses > MOST:
        raise UsageError(f"{text!r} holds more than {MOST:,} addresses", f"name ranges of at most /{network.max_prefixlen - 16}, or the hosts one by one in a file: @hosts.txt")
    first = str(network[0])
    pattern = parse(f"{found['scheme'] or ''}{f'[{first}]' if ':' in first else first}{found['port'] or ''}")
    return (replace(pattern, host=address.compressed, swept=text) for address in _hosts(network))


def _hosts(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Without the addresses of the network itself and of all its hosts (RFC 919), where it has them."""
    return iter(network.hosts()) if network.num_addresses > 1 else iter(network)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
