"""From the settings of a scan to how endpoints are looked at."""

from __future__ import annotations

import os
import time

from providers.tls import revocation
from providers.tls.certificates import anchors
from providers.tls.chain import Judge
from providers.tls.credential import PASSWORD, credential
from providers.tls.enumeration import Limits
from providers.tls.probe import ProbeOptions
from providers.tls.proxy import parse_proxy
from providers.tls.targets import address
from providers.tls.wire import Gates
from scanner.sdk import Options, UsageError


def probing(options: Options, wanted: frozenset[str]) -> ProbeOptions:
    """How this scan looks at endpoints. Raises UsageError for settings that mean nothing, InvalidFile for files that cannot be used."""
    given = options.settings
    at, file, proxy = given.get("tls.connect", ""), given.get("tls.ca_file", ""), given.get("tls.proxy", "")
    through = parse_proxy(proxy) if proxy else None
    family = int(given.get("tls.family", "") or 0)
    if through and family:
        raise UsageError(f"--ipv{family} says nothing behind a proxy, which looks names up itself", "leave one of the two out")
    added = anchors(file) if file else ()
    return ProbeOptions(
        Judge(added),
        wanted,
        address(at) if at else "",
        options.call_timeout,
        time.monotonic() + options.timeout,
        6 * options.call_timeout,
        int(given.get("tls.http_port", "") or 0),
        added,
        family,
        credential(given.get("tls.client_cert", ""), given.get("tls.client_key", ""), os.environ.get(PASSWORD, "")),
        Gates(Limits(), through),
        answers=revocation.Answers(through),
    )
