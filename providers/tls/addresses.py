"""Where a host is: the addresses of its name, and which of them are looked at.

Every address is a machine of its own, with a certificate and settings of its own: one that was forgotten at the last renewal is
behind the same name as those that were not.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from providers.tls.fetch import is_local
from providers.tls.proxy import Proxy, family_of
from providers.tls.targets import Target
from scanner.sdk import Failure, Reason

MOST = 16
"""Addresses of one name that are looked at; the others are said to be missing."""
Place = tuple[int, str]
"""Socket family and address."""


async def resolve(target: Target, at: str, limit: float, *, family: int = 0, proxy: Proxy | None = None) -> list[Place]:
    """Every address of the host, or what stands for it: the one that is given, or through a proxy the name. Raises Failure.

    `family` 4 or 6: addresses of the other kind are left out.
    """
    given = target.address or at
    if given:
        return [(family_of(given), given)]
    if proxy is not None:
        return [(socket.AF_UNSPEC, target.host)]
    found = await _looked_up(target, limit)
    if target.public and not (found := [place for place in found if not is_local(place[1])]):
        raise Failure(Reason.NOT_COLLECTED, "private", f"{target.host} leads into a private network, and a certificate in public named it: it is not asked; name it yourself")
    chosen = [place for place in found if family in (0, 6 if place[0] == socket.AF_INET6 else 4)]
    if not chosen:
        raise Failure(Reason.UNAVAILABLE, "dns", f"{target.host} has no IPv{family} address: leave --ipv{family} out")
    return chosen


async def _looked_up(target: Target, limit: float) -> list[Place]:
    try:
        async with asyncio.timeout(limit):
            infos = await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST if target.is_ip else 0)
    except TimeoutError:
        raise Failure(Reason.TIMEOUT, "dns", f"no name server answered for {target.host} in time: check the network, or give the address with --connect IP") from None
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise Failure(Reason.UNAVAILABLE, "dns", f"{target.host} does not resolve ({why}): check the name, or give its address with --connect IP") from error
    found = list(dict.fromkeys((int(info[0]), str(info[4][0])) for info in infos))
    if not found:
        raise Failure(Reason.UNAVAILABLE, "dns", f"{target.host} has no address: check the name, or give one with --connect IP")
    return found


def machines(target: Target, places: list[Place]) -> list[str]:
    """The addresses that are to be looked at one by one, in an order that stays; empty: they lead to one machine.

    Those of `localhost` do, whatever their number (RFC 6761, 6.3).
    """
    found = {address for _, address in places}
    if len(found) < 2 or f".{target.host}".endswith(".localhost"):
        return []
    return sorted(found, key=lambda address: (":" in address, ipaddress.ip_address(address.partition("%")[0])))
