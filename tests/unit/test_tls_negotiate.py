"""From an enumeration to the part of the document: what could not be seen is said, never left out."""

from __future__ import annotations

import pytest

from providers.tls import negotiate as module
from providers.tls.enumeration import Enumeration, Features, Unseen
from scanner.collect.plan import Failure
from scanner.model.known import Json, Reason

SUITES = {"TLSv1.2": ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",), "TLSv1.3": ("TLS_AES_128_GCM_SHA256",)}


def body(**given: object) -> dict[str, Json]:
    return module._body(Enumeration("localhost", 443, **{"versions": tuple(SUITES), "suites": SUITES, "groups": ("x25519",), **given}))  # type: ignore[arg-type]


def test_a_version_whose_suites_were_cut_off_counts_as_unseen() -> None:
    assert body()["unseen"] == []
    assert body(unseen=(Unseen("suites", "TLSv1.2", Reason.UNAVAILABLE, "reset"),))["unseen"] == ["TLSv1.2"]
    assert body(unseen=(Unseen("version", "SSLv3", Reason.TIMEOUT, "silence"),))["unseen"] == ["SSLv3"]
    assert body(unseen=(Unseen("order", "TLSv1.2", Reason.TIMEOUT, "silence"),))["unseen"] == []


def test_groups_that_were_not_answered_are_untried() -> None:
    assert body()["untried"] == []
    for part in ("groups", "version", "suites"):
        untried = body(unseen=(Unseen(part, "TLSv1.3", Reason.UNAVAILABLE, "reset"),))["untried"]
        assert isinstance(untried, list)
        assert "X25519MLKEM768" in untried
    assert body(unseen=(Unseen("groups", "TLSv1.2", Reason.UNAVAILABLE, "reset"),))["untried"] == []


def test_finite_fields_of_ones_own_are_named_by_size() -> None:
    assert body(dh_bits=(1024,))["groups"] == ["x25519", "custom-dh-1024"]
    assert body(dh_bits=(2048,), groups_by_version={"TLSv1.2": ("ffdhe2048",)})["groups"] == ["x25519"]
    assert body(dh_bits=(2048,), groups_by_version={"TLSv1.3": ("ffdhe2048",)})["groups"] == ["x25519", "custom-dh-2048"]


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        (Features(), {}),
        (Features(compression=True, secure_renegotiation=False, fallback_scsv=False), {"crime": True, "insecure-renegotiation": True, "fallback-scsv": True}),
        (Features(compression=False, secure_renegotiation=True), {"crime": False, "insecure-renegotiation": False}),
    ],
)
def test_what_no_answer_could_show_settles_no_attack(features: Features, expected: dict[str, bool]) -> None:
    assert module._tried(Enumeration("localhost", 443, features=features)) == expected


def test_no_version_at_all_is_a_reason_and_no_empty_handshake() -> None:
    from providers.tls.targets import Target

    silent = Enumeration("localhost", 443, unseen=(Unseen("endpoint", None, Reason.TIMEOUT, "nobody answers"),))
    failure = module._nothing(Target("localhost", 443), silent)
    assert isinstance(failure, Failure)
    assert (failure.reason, "nobody answers" in failure.detail) == (Reason.TIMEOUT, True)
    assert module._nothing(Target("localhost", 443), Enumeration("localhost", 443)).reason is Reason.UNAVAILABLE


def test_what_the_answers_settle_is_not_tried_again() -> None:
    def tried(**features: bool | None) -> dict[str, bool]:
        return module._tried(Enumeration("localhost", 443, features=Features(**features)))  # type: ignore[arg-type]

    assert tried() == {}
    assert tried(heartbeat=False, extended_master_secret=True) == {"heartbleed": False, "ccs-injection": False}
    assert tried(heartbeat=True, extended_master_secret=False) == {}, "possible, and therefore to be tried"
    assert tried(compression=True, secure_renegotiation=False, fallback_scsv=False) == {"crime": True, "insecure-renegotiation": True, "fallback-scsv": True}
