"""Removal: offer a set, take out what the server picks, offer the rest, until it refuses.

Every accepted item costs one connection, every set one more for its refusal. Where connections are idle a set is cut in two
and both go on side by side; in the end one question for each cut tells whether the order of the whole is the order of
the parts, and where it is not, the parts are merged by comparing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from providers.tls.ask import Session
from providers.tls.hello import Offer
from providers.tls.records import Refusal, ServerHello
from providers.tls.wire import Silence
from scanner.sdk import Reason

Halves = Callable[[Sequence[int], bool], tuple[tuple[int, ...], tuple[int, ...]]]
# The alert of a server that picked an SRP suite and misses the user's name (RFC 5054, 2.5.1.2).
_UNKNOWN_USER = 115


@dataclass(slots=True)
class Sweep:
    """One removal, in as many lanes as there are idle connections."""

    session: Session
    offer: Callable[[tuple[int, ...]], Offer]
    pick: Callable[[ServerHello], int | None]
    """The item that an answer shows; `None` where it shows none."""
    notice: Callable[[ServerHello], None] = lambda _: None
    halves: Halves | None = None
    """How to cut a set; `None` for sets that are too small to be worth it."""
    asked: tuple[int, ...] = ()
    """All items in the order in which they are offered, where some have been taken out before."""
    patience: Callable[[], int] = lambda: 1
    """How many items to take out before a set is cut: each cut costs a refusal and a comparison."""
    eager: Callable[[], int] = lambda: 0
    """How many cuts to make even where no connection is idle: a long list is certain."""
    settles: bool = False
    """Whether to spend a question on whose order counts, once two picks have not shown it."""
    ordered: bool = False
    """Whether the order of the whole is wanted."""
    lone: Callable[[int], bool] = lambda _: False
    """Items to be asked for on their own after alert 115."""
    insisted: set[int] | None = None
    """Where a set is given: items that the server takes although they were not offered end up there, and end the lane."""
    cuts: int = 0
    """How many have been made."""
    silences: list[Silence] = field(default_factory=list)
    disorder: list[Silence] = field(default_factory=list)
    preference: bool | None = None
    """True where the server's choice is its own, False where it follows the client, `None` as long as nothing showed it."""

    async def run(self, candidates: tuple[int, ...], found: tuple[int, ...] = ()) -> list[int]:
        """Everything accepted out of `candidates`, in the server's order; `found` has been taken out before."""
        taken: list[int] = []
        place = {item: index for index, item in enumerate(self.asked or candidates)}
        for known in found:
            self._show(taken, known, place)
        while candidates:
            if len(taken) == 2 and self.settles and self.preference is None:
                await self.settle_preference(taken, tuple(place))
            if self.halves and self._splits(len(taken)):
                upper, lower = self.halves(candidates, self.ordered and self.preference is not False)
                if upper and lower:
                    self.cuts += 1
                    async with asyncio.TaskGroup() as group:
                        lanes = [group.create_task(self.run(part)) for part in (upper, lower)]
                    return taken + await self._merge(lanes[0].result(), lanes[1].result())
            item = await self.next(candidates)
            if item is None:
                break
            self._show(taken, item, place)
            candidates = tuple(code for code in candidates if code != item)
        return taken

    def _splits(self, taken: int) -> bool:
        if self.session.gate.width == 1:
            return False
        if self.cuts and self.cuts < self.eager():
            return True
        return taken >= self.patience() and (self.cuts < self.eager() or self.session.gate.idle > 0)

    def _show(self, taken: list[int], item: int, place: dict[int, int]) -> None:
        if taken and place[item] < place[taken[-1]]:
            # it stood before the one that was picked instead
            self.preference = True
        taken.append(item)

    async def chunks(self, parts: Sequence[tuple[int, ...]]) -> list[int]:
        """The same for a server that stands only a few items at once."""
        whole: list[int] = []
        for part in parts:
            whole = await self._merge(whole, await self.run(part))
        return whole

    async def settle_preference(self, found: Sequence[int], asked: Sequence[int]) -> None:
        """One question where the picks did not show whose order counts: the same items the other way round."""
        if self.preference is not None or len(found) < 2:
            return
        inside = frozenset(found)
        turned = tuple(item for item in reversed(asked) if item in inside)
        item = await self._choice(turned)
        if item is not None:
            self.preference = item != turned[0]

    async def next(self, candidates: tuple[int, ...]) -> int | None:
        """What the server picks; `None` where it picks nothing, or where that stays unseen (then `silences` has one more)."""
        reply = await self.session.ask(self.offer(candidates), self.ordered)
        if isinstance(reply, Refusal) and reply.alert == _UNKNOWN_USER and any(map(self.lone, candidates)):
            rest = tuple(item for item in candidates if not self.lone(item))
            self.silences.append(Silence(Reason.UNSUPPORTED, "the server asks for a user's name (alert 115): suites with SRP were not told apart", "alert"))
            return await self.next(rest) if rest else None
        if isinstance(reply, Silence):
            self.silences.append(reply)
            return None
        if not isinstance(reply, ServerHello) or reply.version != self.offer(candidates).version:
            return None
        self.notice(reply)
        item = self.pick(reply)
        if item is None and reply.alert is not None:
            return None
        if item in self.asked and item not in candidates and self.insisted is not None:
            self.insisted.add(item)
            return None
        if item is None or item not in candidates:
            self.silences.append(Silence(Reason.UNPARSABLE, "the answer does not show what was chosen, or shows what was not offered", "garbage"))
            return None
        return item

    async def _choice(self, pair: tuple[int, ...]) -> int | None:
        """What the server picks out of items that it is known to accept; `None` without an answer."""
        reply = await self.session.ask(self.offer(pair), self.ordered)
        if isinstance(reply, ServerHello):
            item = self.pick(reply)
            if item in pair:
                return item
        self.disorder.append(reply if isinstance(reply, Silence) else Silence(Reason.UNPARSABLE, "refuses together what it accepts one by one", "garbage"))
        return None

    async def _before(self, one: int, other: int) -> bool | None:
        """True where the server prefers `one`; sets `preference`."""
        item = await self._choice((other, one))
        if item is None:
            return None
        if item == one:
            self.preference = True
            return True
        if self.preference is None:
            turned = await self._choice((one, other))
            if turned is None:
                return None
            self.preference = turned == other
        return False if self.preference else None

    async def _merge(self, upper: list[int], lower: list[int]) -> list[int]:
        """Two ordered lists into one; without an order of the server's own they are put one after the other."""
        if not upper or not lower or not self.ordered or self.preference is False:
            return upper + lower
        if await self._before(upper[-1], lower[0]) is not False:
            return upper + lower
        if await self._before(upper[0], lower[-1]) is False:
            return lower + upper
        low, high = 0, len(upper) - 1
        while low < high:
            middle = (low + high) // 2
            before = await self._before(upper[middle], lower[0])
            if before is None:
                return upper + lower
            low, high = (middle + 1, high) if before else (low, middle)
        return [*upper[:low], lower[0], *await self._merge(upper[low:], lower[1:])]
