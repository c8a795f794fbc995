"""Turns at one host: never more than its width, the urgent first, and one at a time after silence."""

from __future__ import annotations

import asyncio

from providers.tls.enumeration import Limits
from providers.tls.wire import Gate


def turns(gate: Gate, wanted: list[tuple[str, int]]) -> tuple[list[str], int]:
    """The order in which turns are had, and the most at once."""
    order: list[str] = []
    inside, most = 0, 0

    async def take(name: str, urgent: int) -> None:
        nonlocal inside, most
        async with gate.slot(urgent):
            inside += 1
            most = max(most, inside)
            order.append(name)
            await asyncio.sleep(0.001)
            inside -= 1

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            for name, urgent in wanted:
                group.create_task(take(name, urgent))

    asyncio.run(run())
    return order, most


def test_the_urgent_first_and_then_as_they_came() -> None:
    order, most = turns(Gate(Limits(per_host=1)), [("last", -1), ("first come", 0), ("second come", 0), ("urgent", 3)])
    assert order == ["urgent", "first come", "second come", "last"]
    assert most == 1


def test_never_more_than_its_width() -> None:
    order, most = turns(Gate(Limits(per_host=3)), [(str(number), number % 4) for number in range(20)])
    assert len(order) == 20
    assert most == 3


def test_one_at_a_time_after_silence() -> None:
    gate = Gate(Limits(per_host=5, pause=0.001))
    gate.unanswered()
    order, most = turns(gate, [(str(number), 0) for number in range(6)])
    assert len(order) == 6
    assert most == 1


def test_who_gives_up_waiting_leaves_no_hole() -> None:
    async def run() -> int:
        gate = Gate(Limits(per_host=1))
        async with gate.slot():
            waiting = asyncio.create_task(gate.slot().__aenter__())
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(1), gate.slot():
            return gate.idle

    assert asyncio.run(run()) == 0
