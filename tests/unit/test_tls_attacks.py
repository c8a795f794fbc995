"""Attacks that follow from versions and suites, and what is left open by what could not be tried."""

from __future__ import annotations

import pytest

from providers.tls.attacks import COMPARED, DERIVED, TRIED, body, derived, moot
from scanner.model.known import Json


def handshake(unseen: tuple[str, ...] = (), groups: tuple[str, ...] = (), **suites: str) -> dict[str, Json]:
    """`TLSv1_2="A B"` gives that version two suites."""
    by_version: dict[str, Json] = {version.replace("_", "."): [*names.split()] for version, names in suites.items()}
    return {"versions": [*by_version], "suites": by_version, "groups": [*groups], "unseen": [*unseen]}


MODERN = handshake(TLSv1_2="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", TLSv1_3="TLS_AES_128_GCM_SHA256")


@pytest.mark.parametrize(
    ("seen", "attack"),
    [
        (handshake(SSLv2="SSL_CK_RC4_128_WITH_MD5"), "drown"),
        (handshake(SSLv3="TLS_RSA_WITH_AES_128_CBC_SHA"), "poodle"),
        (handshake(TLSv1_0="TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"), "freak"),
        (handshake(TLSv1_0="TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"), "logjam"),
        (handshake(TLSv1_2="TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", groups=("custom-dh-512",)), "logjam"),
        (handshake(TLSv1_2="TLS_RSA_WITH_3DES_EDE_CBC_SHA"), "sweet32"),
        (handshake(TLSv1_1="TLS_RSA_WITH_IDEA_CBC_SHA"), "sweet32"),
        (handshake(TLSv1_0="TLS_RSA_WITH_AES_128_CBC_SHA"), "beast"),
        (handshake(TLSv1_2="TLS_RSA_WITH_RC4_128_SHA"), "rc4"),
    ],
)
def test_a_suite_opens_an_attack(seen: dict[str, Json], attack: str) -> None:
    tested, vulnerable = derived(seen)
    assert attack in vulnerable
    assert set(tested) == set(DERIVED)


def test_a_modern_server_is_open_to_none() -> None:
    assert derived(MODERN) == (DERIVED, ())
    assert derived(handshake(TLSv1_1="TLS_RSA_WITH_AES_128_CBC_SHA"))[1] == ("lucky13",)


def test_what_hangs_on_an_untried_version_is_not_tested() -> None:
    assert "poodle" not in derived(handshake(("SSLv3",)))[0]
    assert "drown" not in derived(handshake(("SSLv2",)))[0]
    assert {"rc4", "sweet32", "freak", "logjam"} & set(derived(handshake(("TLSv1.2",)))[0]) == set()
    assert "rc4" in derived(handshake(("TLSv1.1",), TLSv1_2="TLS_RSA_WITH_RC4_128_SHA"))[1], "what is proven stands"


def test_moot_is_only_what_no_accepted_or_untried_version_allows() -> None:
    only_13 = handshake(TLSv1_3="TLS_AES_128_GCM_SHA256")
    assert moot(only_13) == {*TRIED, *COMPARED}
    assert moot({**only_13, "unseen": ["TLSv1.2"]}) == {"fallback-scsv"}
    assert moot(MODERN) == {"fallback-scsv", "robot", "raccoon"}, "neither RSA key transport nor a finite field"
    assert moot({**MODERN, "unseen": ["TLSv1.2"]}) == {"fallback-scsv"}, "suites that were not seen may have them"
    assert moot(handshake(TLSv1_0="TLS_RSA_WITH_AES_128_CBC_SHA")) == {"raccoon"}
    assert moot(handshake(TLSv1_0="TLS_DHE_RSA_WITH_AES_128_CBC_SHA")) == {"robot"}
    assert "robot" not in moot(handshake(SSLv2="SSL_CK_RC4_128_WITH_MD5")), "SSLv2 is RSA key transport"


def test_what_was_not_tried_is_not_claimed() -> None:
    part = body({"heartbleed": False, "robot": True}, None)
    assert part == {"tested": ["heartbleed", "robot"], "vulnerable": ["robot"]}
    whole = body({"heartbleed": False}, MODERN)
    assert whole["tested"] == ["heartbleed", "robot", "fallback-scsv", *DERIVED, "raccoon"]
