"""Runs the enumeration from a test."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from providers.tls.enumerate import enumerate_endpoint
from providers.tls.enumeration import Enumeration, Limits

#: Short waits: the servers are a few microseconds away.
QUICK = Limits(connect=2.0, answer=2.0, deadline=40.0, pause=0.01, longest_pause=0.1)


def ask(port: int, *, starttls: str | None = None, sni: str | None = None, host: str = "localhost", **changes: float) -> Enumeration:
    """Enumerate a server on loopback."""
    limits = replace(QUICK, **changes)  # type: ignore[arg-type]
    return asyncio.run(enumerate_endpoint(host, port, sni=sni, connect_ip="127.0.0.1", starttls=starttls, limits=limits))
