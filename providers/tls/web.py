"""HTTP as far as it belongs to TLS: is plain HTTP sent on to HTTPS, and does HSTS keep clients there?"""

from __future__ import annotations

import re
import ssl
import time
from urllib.parse import urlsplit

from providers.tls.contact import Contact
from providers.tls.credential import Credential
from providers.tls.fetch import NotHttp, Reply, Request, fetch
from providers.tls.targets import Target
from scanner.sdk import Failure, Json, Reason

_HTTPS = 443


async def hsts(target: Target, met: Contact, limit: float, until: float, credential: Credential | None = None) -> dict[str, Json]:
    """`{"http": false, "why"}` for an endpoint that speaks something else, or `{"http": true, "max_age", …}`. Raises Failure."""
    if target.starttls:
        return {"http": False, "why": f"it speaks {target.starttls}"}
    try:
        request = Request(met.address, target.port, target.host)
        reply = await fetch(request, _left(limit, until), context(credential), None if target.is_ip else target.host, met.peer.gate.proxy)
    except NotHttp as other:
        return {"http": False, "why": f"it speaks something else than HTTP: {other}"}
    return {"http": True, "status": reply.status, **policy(reply)}


def policy(reply: Reply) -> dict[str, Json]:
    """The first Strict-Transport-Security header counts (RFC 6797, 8.1); one that cannot be read is none."""
    given = reply.all("strict-transport-security")
    none: dict[str, Json] = {"max_age": None, "subdomains": False, "preload": False}
    if not given:
        return none
    found: dict[str, str] = {}
    for part in given[0][:1000].split(";"):
        name, _, value = part.strip().partition("=")
        name = name.strip().lower()
        if name and name in found:
            return {**none, "broken": given[0][:200]}  # no directive may stand twice (6.1)
        found[name] = value.strip().strip('"')
    if not re.fullmatch(r"[0-9]{1,12}", found.get("max-age", "")):
        return {**none, "broken": given[0][:200]}
    return {"max_age": int(found["max-age"]), "subdomains": "includesubdomains" in found, "preload": "preload" in found}


async def redirect(target: Target, met: Contact, limit: float, until: float, port: int) -> dict[str, Json]:
    """`{"asked": false}` where there is no port of plain HTTP to ask, or `{"asked": true, "secure", "detail"}`. Raises Failure."""
    port = port or (80 if target.port == _HTTPS and not target.starttls else 0)
    if not port:
        return {"asked": False}
    try:
        reply = await fetch(Request(met.address, port, target.host), _left(limit, until), proxy=met.peer.gate.proxy)
    except NotHttp as other:
        return {"asked": True, "secure": True, "detail": f"port {port} speaks something else than HTTP: {other}"}
    except Failure as failure:
        if failure.code != "refused":
            raise
        return {"asked": True, "secure": True, "detail": f"nobody listens on port {port}"}
    return {"asked": True, **judged(target, port, reply)}


def judged(target: Target, port: int, reply: Reply) -> dict[str, Json]:
    """Whether an answer in plain HTTP leads to HTTPS at once. Raises Failure for a server in trouble."""
    to = (reply.all("location") or [""])[0][:500]
    if 300 <= reply.status < 400 and to:
        try:
            parts = urlsplit(to)
            scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        except ValueError:
            scheme = host = ""
        if scheme == "https" and host:
            aside = "" if host == target.host.lower() else f", to another host ({host}), so that HSTS never covers {target.host}"
            return {"secure": True, "detail": f"port {port} redirects to HTTPS ({reply.status}){aside}"}
        return {"secure": False, "detail": f"port {port} redirects to {to or 'nowhere'} in plain HTTP ({reply.status})"}
    if reply.status >= 500:
        raise Failure(Reason.UNAVAILABLE, str(reply.status), f"port {port} answers {reply.status}: whether it redirects cannot be told")
    if reply.status in (410, 421, 426):
        return {"secure": True, "detail": f"port {port} serves nothing in plain HTTP ({reply.status})"}
    return {"secure": False, "detail": f"port {port} answers in plain HTTP with {reply.status} instead of a redirect"}


def context(credential: Credential | None = None) -> ssl.SSLContext:
    """A client that accepts what its OpenSSL can: it is here to look, not to trust, and sends nothing but `GET /`."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: to look at a server without RFC 5746
    if credential is not None:
        credential.into(made)
    return made


def _left(limit: float, until: float) -> float:
    left = min(limit, until - time.monotonic())
    if left <= 0:
        raise Failure(Reason.TIMEOUT, "deadline", "the time was over before it was asked in HTTP")
    return left
