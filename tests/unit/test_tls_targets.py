"""Targets: what names an endpoint, and what must not."""

from __future__ import annotations

import pytest

from providers.tls.starttls import DIALOGS
from providers.tls.targets import SCHEMES, Target, address, parse
from scanner.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected", "id"),
    [
        ("example.org", Target("example.org", 443), "example.org:443"),
        ("example.org:8443", Target("example.org", 8443), "example.org:8443"),
        ("Example.ORG.:44", Target("example.org", 44), "example.org:44"),
        ("https://example.org/a/path", Target("example.org", 443), "example.org:443"),
        ("tls://example.org:1", Target("example.org", 1), "example.org:1"),
        ("smtp://mx.example.org", Target("mx.example.org", 25, "smtp"), "mx.example.org:25"),
        ("SMTP://mx.example.org:587", Target("mx.example.org", 587, "smtp"), "mx.example.org:587"),
        ("smtps://mx.example.org", Target("mx.example.org", 465), "mx.example.org:465"),
        ("rdp://pc", Target("pc", 3389, "rdp"), "pc:3389"),
        ("192.0.2.1", Target("192.0.2.1", 443), "192.0.2.1:443"),
        ("2001:DB8::1", Target("2001:db8::1", 443), "[2001:db8::1]:443"),
        ("[2001:db8:0:0::1]:8443", Target("2001:db8::1", 8443), "[2001:db8::1]:8443"),
        ("imap://[::1]", Target("::1", 143, "imap"), "[::1]:143"),
        ("münchen.example", Target("xn--mnchen-3ya.example", 443), "xn--mnchen-3ya.example:443"),
        ("_sip.example.org:5061", Target("_sip.example.org", 5061), "_sip.example.org:5061"),
    ],
)
def test_an_endpoint_by_any_of_its_names(text: str, expected: Target, id: str) -> None:
    assert parse(text) == expected
    assert parse(text).id == id


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a b", "x\ny", "x\x00y", "-x", "x-", "a..b", ".", "a" * 64, "a." * 150, "*.example.org", "$(id)", "`id`", "';--", "<b>", "a@b", "user:secret@host",
        "http://x", "file:///etc/passwd", "javascript://x", "x:0", "x:65536", "x:-1", "x:", "x:abc", "x:443:443", "x/y", "x?y", "https://x?y", "https://x#y", "a%25b",
        "fe80::1%eth0", "[::1", "[1.2.3.4]", "[x]", "1.2.3", "1.2.3.4.5", "0x7f.1", "2130706433", "127.1", "straße.example", "x\\y", "://x", "https://",
    ],
)  # fmt: skip
def test_what_is_not_plainly_an_endpoint_is_refused_with_advice(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert "HOST" in refused.value.advice
    assert "secret" not in refused.value.message, "a password never reaches a log"


def test_every_starttls_scheme_has_a_dialog() -> None:
    assert {protocol for protocol, _ in SCHEMES.values() if protocol} <= set(DIALOGS)


def test_connect_takes_an_address_and_nothing_else() -> None:
    assert address("127.0.0.1") == "127.0.0.1"
    assert address("[::1]") == "::1"
    with pytest.raises(UsageError, match="no IP address"):
        address("localhost")
