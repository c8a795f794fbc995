"""What answers say of limits, and when the next question may be asked; the batch that gathers questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from providers.azure.batch import SIZE, Batch
from providers.azure.limits import Limits, scope_of

READS = "x-ms-ratelimit-remaining-subscription-reads"


def test_what_nobody_limits_is_not_limited() -> None:
    limits = Limits()
    assert [limits.take("sub") for _ in range(1000)] == [0.0] * 1000


def test_what_is_left_is_what_is_asked() -> None:
    limits = Limits()
    assert limits.take("sub") == 0
    limits.answered("sub", {READS: "3"})
    taken = [limits.take("sub") for _ in range(5)]
    assert taken[:3] == [0.0, 0.0, 0.0]
    assert 0 < taken[4] <= 1 / 20
    assert limits.take("other") == 0


def test_questions_under_way_are_not_counted_by_the_service_yet() -> None:
    limits = Limits()
    for _ in range(10):
        limits.take("sub")
    limits.answered("sub", {READS: "9"})  # nine others are still to be counted
    assert limits.take("sub") > 0
    assert limits.width("sub") == 9


def test_answers_without_a_word_change_nothing() -> None:
    limits = Limits()
    limits.take("sub")
    limits.answered("sub", {})
    assert limits.take("sub") == 0
    assert limits.width("sub") > 200


@pytest.mark.parametrize(("resets", "at_least"), [("00:00:05", 4), ("00:01:00", 59)])
def test_a_quota_of_queries_ends_with_its_window(resets: str, at_least: int) -> None:
    limits = Limits()
    limits.take("resource graph")
    limits.answered("resource graph", {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": resets})
    assert limits.take("resource graph") > at_least
    assert limits.width("resource graph") == 1


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        ("https://management.azure.com/subscriptions/ABC/resources?api-version=1", "abc"),
        ("https://management.azure.com/providers/Microsoft.ResourceGraph/resources?api-version=1", "resource graph"),
        ("https://graph.microsoft.com/v1.0/users", "tenant graph.microsoft.com"),
    ],
)
def test_what_a_limit_is_counted_for(url: str, scope: str) -> None:
    assert scope_of(url) == scope


def together(number: int, batch: Batch[str]) -> list[str | None]:
    found: dict[int, str | None] = {}

    def ask(n: int) -> None:
        found[n] = batch.get(f"q{n}")

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return [found[n] for n in range(number)]


def test_each_gets_its_own_answer_and_no_batch_is_too_large() -> None:
    sizes: list[int] = []

    def send(asked: Sequence[str]) -> list[str | None]:
        sizes.append(len(asked))
        return [f"a{question[1:]}" for question in asked]

    got = together(3 * SIZE, Batch(send, lambda: 99, time.monotonic() + 30))
    assert all(one in (None, f"a{n}") for n, one in enumerate(got))  # None: it was alone, and is to ask alone
    assert max(sizes) <= SIZE
    assert sum(one is not None for one in got) == sum(sizes)


def test_a_batch_that_breaks_leaves_everyone_to_ask_alone() -> None:
    def send(_asked: Sequence[str]) -> list[str | None]:
        raise ValueError("broken")

    batch: Batch[str] = Batch(send, lambda: 99, time.monotonic() + 30)
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(batch.get("q"))
        except ValueError as error:
            outcome.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(outcome) == 4
    assert {type(one) for one in outcome} <= {ValueError, type(None)}


def test_nobody_waits_who_is_alone() -> None:
    def send(_asked: Sequence[str]) -> list[str | None]:
        raise AssertionError("nothing is to be sent")

    assert Batch(send, lambda: 1, time.monotonic() + 30).get("q") is None
