"""Which names of a certificate stand for a host (RFC 9525)."""

from __future__ import annotations

import pytest

from providers.tls.names import matches


@pytest.mark.parametrize(
    ("host", "names", "expected"),
    [
        ("example.org", ("example.org",), True),
        ("EXAMPLE.org", ("Example.Org.",), True),
        ("www.example.org", ("example.org",), False),
        ("www.example.org", ("*.example.org",), True),
        ("a.b.example.org", ("*.example.org",), False),
        ("example.org", ("*.example.org",), False),
        ("org", ("*",), False),
        ("example.org", ("*.org",), False),
        ("www.example.org", ("w*.example.org",), False),
        ("www.example.org", ("www.*.org",), False),
        ("192.0.2.1", ("192.0.2.1",), True),
        ("192.0.2.1", ("*.0.2.1",), False),
        ("2001:db8::1", ("2001:db8:0::1",), True),
        ("192.0.2.1", ("example.org",), False),
        ("example.org", (), False),
        ("xn--mnchen-3ya.example", ("xn--mnchen-3ya.example",), True),
    ],
)
def test_a_name_stands_for_a_host(host: str, names: tuple[str, ...], expected: bool) -> None:
    assert matches(host, names) is expected
