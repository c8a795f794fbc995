"""Checks as objects: parameters are understood or refused, headings found, nothing half filled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.judge.registry import Now, ParamError, check
from scanner.model.facts import AtRest, Transit
from scanner.model.resource import Resource
from scanner.model.verdict import Outcome, Severity, passes
from scanner.plugins import load_checks
from tests.support.declared import ref


@dataclass(frozen=True)
class Params:
    """Made up."""

    words: tuple[str, ...] = ("a",)
    count: int | None = None
    share: float = 0.5
    strict: bool = False
    name: str = "x"

    def __post_init__(self) -> None:
        if self.share > 1:
            raise ValueError("share is more than everything")


@check(id="made-up", needs=(AtRest, Transit), severity=Severity.LOW, since="0.1", cites=("none",), params=Params)
def made_up(res: Resource, fact: AtRest | Transit, params: Params, now: Now) -> Outcome:
    """Things are made up.

    Why: a first line, with a colon: and more.
    Another line with one: here. Note: even this.

    Remedy: nothing
    to do: really.
    """
    return passes(f"{res.ref.name} {type(fact).__name__} {params.name} {now.at:%Y}")


def test_words_are_found_whole() -> None:
    assert made_up.title == "Things are made up."
    assert made_up.section("Why") == "a first line, with a colon: and more. Another line with one: here. Note: even this."
    assert made_up.section("Remedy") == "nothing to do: really."
    assert made_up.section("Nothing") == ""


def test_every_argument_is_given() -> None:
    from scanner.model.facts import ON

    resource = Resource(ref(), {})
    assert made_up.ask(resource, AtRest(ON), made_up.fill({"name": "y"}), datetime(2026, 1, 1, tzinfo=UTC)).why == "thing AtRest y 2026"


def test_parameters_are_filled() -> None:
    assert made_up.fill({}) == Params()
    assert made_up.fill({"words": ["b", "c"], "count": 3, "share": 1, "strict": True}) == Params(("b", "c"), 3, 1, True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"wrods": ["a"]}, "no parameter 'wrods'"),
        ({"words": "a"}, "list of text"),
        ({"words": [1]}, "list of text"),
        ({"count": "3"}, "count"),
        ({"count": True}, "count"),
        ({"share": "half"}, "a number"),
        ({"strict": "yes"}, "true or false"),
        ({"strict": 1}, "true or false"),
        ({"name": 7}, "text"),
        ({"share": 2}, "more than everything"),
    ],
)
def test_what_a_parameter_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParamError, match=message):
        made_up.fill(given)


def test_a_check_without_parameters_takes_none() -> None:
    with pytest.raises(ParamError, match="takes no parameters"):
        load_checks()["mfa"].fill({"strict": True})


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("id", "given"),
    [
        ("residency", {"countries": []}), ("residency", {"countries": ["Europe"]}), ("residency", {"countries": ["DE", "UK"]}), ("residency", {"countries": [""]}),
        ("backup-frequency", {"max_hours": NAN}), ("backup-frequency", {"max_hours": INF}), ("backup-frequency", {"max_hours": 0}), ("backup-frequency", {"max_hours": -1}),
        ("backup-retention", {"min_days": NAN}), ("backup-retention", {"min_days": 0}), ("backup-retention", {"min_days": 30, "max_days": 7}), ("backup-retention", {"max_days": NAN}),
        ("stale-access", {"days": NAN}), ("stale-access", {"days": INF}), ("audit-logs", {"min_days": NAN}), ("key-rotation", {"max_days": NAN}), ("key-rotation", {"max_days": 0}),
        ("key-custody", {"holder": "nobody"}), ("transit-minimum-tls", {"minimum": "1.2"}), ("transit-minimum-tls", {"minimum": ""}),
        ("encryption-at-rest", {"algorithm": ""}), ("backup-encryption", {"algorithm": "--"}),
    ],
)  # fmt: skip
def test_a_value_that_would_let_everything_pass_is_refused(id: str, given: dict[str, Any]) -> None:
    with pytest.raises(ParamError):
        load_checks()[id].fill(given)
