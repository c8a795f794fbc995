"""What the user may call an endpoint, and what is meant by it.

`HOST[:PORT]`, `tls://`, `https://`; with STARTTLS `smtp:// submission:// imap:// pop3:// ftp:// ldap:// postgres://
xmpp:// rdp:// mysql:// nntp:// lmtp:// sieve://`; with TLS from the first byte `smtps:// imaps:// pop3s:// ftps:// ldaps:// xmpps://`.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from scanner.sdk import UsageError

#: scheme -> (STARTTLS protocol, or empty; default port)
SCHEMES: dict[str, tuple[str, int]] = {
    "tls": ("", 443), "https": ("", 443), "smtps": ("", 465), "imaps": ("", 993), "pop3s": ("", 995), "ftps": ("", 990),
    "ldaps": ("", 636), "xmpps": ("", 5223), "smtp": ("smtp", 25), "submission": ("smtp", 587), "imap": ("imap", 143),
    "pop3": ("pop3", 110), "ftp": ("ftp", 21), "ldap": ("ldap", 389), "postgres": ("postgres", 5432),
    "postgresql": ("postgres", 5432), "xmpp": ("xmpp", 5222), "xmpp-server": ("xmpp-server", 5269), "rdp": ("rdp", 3389),
    "mysql": ("mysql", 3306), "nntp": ("nntp", 119), "nntps": ("", 563), "lmtp": ("lmtp", 24), "sieve": ("sieve", 4190),
}  # fmt: skip

_LABEL = re.compile(r"^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$")
_NUMERIC = re.compile(r"^(?:\d+|0[xX][0-9A-Fa-f]*)$")
_DEVIANT = re.compile("[ßς\u200c\u200d]")
"""Characters that IDNA 2003 and 2008 turn into different names."""


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint."""

    host: str
    """Name in its ASCII form, or an IP address without brackets."""
    port: int
    starttls: str = ""
    """Protocol in which TLS has to be asked for; empty: TLS from the first byte."""
    address: str = ""
    """The one of several addresses of the host that is meant."""
    swept: str = ""
    """The range that it is one of: where nobody listens, there is no endpoint."""
    public: bool = False
    """Somebody else named it, in public: it is not asked within private networks."""

    @property
    def id(self) -> str:
        """`host:port`, an IPv6 address in brackets; `host:port@address` for one of several addresses."""
        place = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        return f"{place}@{self.address}" if self.address else place

    @property
    def is_ip(self) -> bool:
        return is_ip(self.host)


@lru_cache(maxsize=4096)
def is_ip(host: str) -> bool:
    """Whether it is an IP address; one with a zone (`%eth0`) is none that a scan could be repeated with."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _wrong(text: str, why: str) -> UsageError:
    if "@" in text:  # what stands before it may be a password
        text = "…@" + text.rpartition("@")[2]
    return UsageError(f"{text!r} is no endpoint: {why}", "write HOST, HOST:PORT, [IPV6]:PORT, or a URL such as smtp://mx.example.org")


def parse(text: str) -> Target:
    """The endpoint that `text` names. Raises UsageError for anything that is not plainly one."""
    if not text or any(ord(c) < 33 or ord(c) == 127 for c in text) or len(text) > 300:
        raise _wrong(text[:80], "it is empty, too long, or holds blanks or control characters")
    scheme, sep, rest = text.partition("://")
    if not sep:
        scheme, rest = "tls", text
    if scheme.lower() not in SCHEMES:
        raise _wrong(text, f"{scheme}:// is none of {', '.join(sorted(SCHEMES))}")
    starttls, default = SCHEMES[scheme.lower()]
    if not sep and is_ip(rest):  # an IPv6 address without brackets and port
        return Target(ipaddress.ip_address(rest).compressed, default, starttls)
    try:
        url = urlsplit(f"//{rest}")
        port = url.port
    except ValueError as error:
        raise _wrong(text, str(error)) from error
    _only_host(text, url, bool(sep))
    if port is None:
        port = default
    if not 1 <= port <= 65535 or url.netloc.endswith(":"):
        raise _wrong(text, "the port must be between 1 and 65535")
    return Target(_host(text, url.hostname or "", url.netloc.startswith("[")), port, starttls)


def _only_host(text: str, url: SplitResult, is_url: bool) -> None:
    if "@" in url.netloc or "%" in url.netloc or "\\" in text:
        raise _wrong(text, "user names, zones and escapes have no place in it")
    if (url.path not in ("", "/") and not is_url) or url.query or url.fragment:
        raise _wrong(text, "only the host and port of a URL are looked at")


def _host(text: str, host: str, bracketed: bool) -> str:
    if bracketed or is_ip(host):
        if not is_ip(host) or (bracketed and ":" not in host):
            raise _wrong(text, f"{host!r} is no IP address")
        return ipaddress.ip_address(host).compressed
    name = host.removesuffix(".").lower()
    if not name.isascii():
        if _DEVIANT.search(name):
            raise _wrong(text, "IDNA 2003 and 2008 read this name differently: give its xn-- form")
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise _wrong(text, f"it has no internationalised form ({error})") from error
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise _wrong(text, f"{host!r} is no host name")
    if _NUMERIC.match(labels[-1]):
        raise _wrong(text, f"{host!r} looks like an IP address and is none")
    return name


def address(text: str) -> str:
    """The value of `--connect`: an IP address. Raises UsageError."""
    if not is_ip(text.strip("[]")):
        raise UsageError(f"--connect {text!r} is no IP address", "give the address at which the host is to be scanned, for instance 192.0.2.10")
    return ipaddress.ip_address(text.strip("[]")).compressed
