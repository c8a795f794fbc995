"""Removal: offer a set, take out what the server picks, offer the rest, until it refuses.

Every accepted item costs one connection, the refusal of all the rest one more. A long set is cut in lanes that go on side by side.
A lane offers its own items in front and behind them those of the lanes below it: as long as it gets its own, each is shown to
stand before everything below, and nothing is left to be compared. A lane ends where it gets an item from below, or
where nothing is left that servers of the kind have; one last hello with all that is left over from all lanes ends the whole.
Where the order of the whole is not that of the lanes, lanes are merged by comparing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from providers.tls.ask import Session
from providers.tls.hello import Offer
from providers.tls.records import Refusal, Reply, ServerHello
from providers.tls.wire import Silence
from scanner.sdk import Reason

Halves = Callable[[Sequence[int], bool], tuple[tuple[int, ...], tuple[int, ...]]]
Ask = Callable[[Offer, Sequence[int]], Awaitable[Reply | Silence]]
# The alert of a server that picked an SRP suite and misses the user's name (RFC 5054, 2.5.1.2).
_UNKNOWN_USER = 115
# One for each lane.
_WORTH_CUTTING = 2


@dataclass(slots=True)
class Lane:
    """What one lane took out."""

    head: list[int] = field(default_factory=list)
    """Picked although everything below was offered too: the server prefers these to all of it."""
    tail: list[int] = field(default_factory=list)
    """Picked later, without what is below."""


@dataclass(slots=True)
class Sweep:
    """One removal, in as many lanes as are worth it."""

    session: Session
    offer: Callable[[tuple[int, ...]], Offer]
    pick: Callable[[ServerHello], int | None]
    """The item that an answer shows; `None` where it shows none."""
    notice: Callable[[ServerHello], None] = lambda _: None
    halves: Halves | None = None
    """How to cut a set; `None` for sets that are too small to be worth it."""
    foreseen: Callable[[Sequence[int]], Sequence[int]] = lambda _: ()
    """Items that are probably accepted, in their probable order: where the guess is right, cutting between them costs nothing."""
    asked: tuple[int, ...] = ()
    """All items in the order in which they are offered, where some have been taken out before."""
    patience: Callable[[], int] = lambda: 1
    """How many items to take out before a set is cut: a cut may cost a comparison."""
    eager: Callable[[], int] = lambda: 0
    """How many cuts to make even where no connection is idle: a long list is certain."""
    expected: Callable[[int], int] | None = None
    """Items that a server has which has those found so far: 2 most probably, 1 perhaps, 0 not. A lane without any waits for the last hello."""
    ask: Ask | None = None
    """Asks instead of the session; told what the server will probably pick."""
    settles: bool = False
    """Whether to spend a question on whose order counts, once two picks have not shown it."""
    ordered: bool = False
    """Whether the order of the whole is wanted."""
    urgent: int = 0
    """How soon its questions get their turn."""
    lone: Callable[[int], bool] = lambda _: False
    """Items to be left out after alert 115."""
    insisted: set[int] | None = None
    """Where a set is given: items that the server takes although they were not offered end up there, and end the lane."""
    cuts: int = 0
    """How many have been made."""
    odd: bool = False
    """The server has taken what was not expected: no guess about it holds."""
    misled: bool = False
    """What was foreseen did not come."""
    taken: list[int] = field(default_factory=list)
    """Everything accepted so far, by any lane."""
    silences: list[Silence] = field(default_factory=list)
    disorder: list[Silence] = field(default_factory=list)
    preference: bool | None = None
    """True where the server's choice is its own, False where it follows the client, `None` as long as nothing showed it."""
    lanes_done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once only the last hello is left."""
    _ended: set[int] = field(default_factory=set, init=False)
    """Refused, or left without an answer."""
    _barred: set[int] = field(default_factory=set, init=False)
    _beside: asyncio.TaskGroup | None = field(default=None, init=False)
    _settling: bool = field(default=False, init=False)

    async def run(self, candidates: tuple[int, ...], found: tuple[int, ...] = ()) -> list[int]:
        """Everything accepted out of `candidates`, in the server's order; `found` has been taken out before, first of all."""
        async with asyncio.TaskGroup() as self._beside:
            lane = await self._lane(candidates, found=found)
            whole = lane.head + lane.tail
            self.lanes_done.set()
            while left := tuple(item for item in candidates if item not in self._ended and item not in whole):
                lane = await self._lane(left)
                whole = await self.merge(whole, lane.head + lane.tail)
        place = {item: index for index, item in enumerate(self.asked)}
        if found and any(place[item] < place[found[0]] for item in whole):
            # they all stood in the hello that was answered with the first one
            self.preference = True
        return whole

    async def _lane(self, candidates: tuple[int, ...], below: tuple[int, ...] = (), *, found: tuple[int, ...] = (), one_of_several: bool = False) -> Lane:
        lane = Lane()
        taken = lane.head
        place = {item: index for index, item in enumerate(self.asked or candidates)}
        for known in found:
            self._show(taken, known, place)
        while candidates:
            self._settle_beside(taken, tuple(place))
            upper, lower = self._parts(candidates, len(taken))
            if upper and lower:
                return await self._cut(lane, taken, upper, lower, below)
            item = await self.next(candidates, below)
            if item is None:
                self._ended.update(candidates)
                break
            if item in below:
                self.misled |= bool(self.foreseen(candidates))
                if not self.preference or sum(self._expects(code, 2) for code in candidates) <= len(taken):
                    break
                # the order is another one than was thought: go on alone, and compare in the end
                below, taken = (), lane.tail
                continue
            self._show(taken, item, place)
            candidates = tuple(code for code in candidates if code != item)
            if one_of_several and self.expected and not self.odd and not any(map(self._expects, candidates)):
                break
        return lane

    async def _cut(self, lane: Lane, taken: list[int], upper: tuple[int, ...], lower: tuple[int, ...], below: tuple[int, ...]) -> Lane:
        """Two lanes, the lower one below the upper one."""
        self.cuts += 1
        behind = (*lower, *below) if self.ordered and self.preference is not False else ()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(self._lane(upper, behind, one_of_several=True))
            second = group.create_task(self._lane(lower, below, one_of_several=True))
        above, under = first.result(), second.result()
        taken += above.head
        if above.tail or not behind:
            lane.tail += await self.merge(above.tail, under.head + under.tail)
        else:
            taken += under.head
            lane.tail += under.tail
        return lane

    def _expects(self, item: int, least: int = 1) -> bool:
        return self.expected is not None and self.expected(item) >= least

    def _parts(self, candidates: tuple[int, ...], taken: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """How to cut a lane that has taken so many; nothing where it goes on as it is."""
        if self.session.gate.width == 1:
            return (), ()
        foreseen = () if self.misled else self.foreseen(candidates)
        if len(foreseen) >= _WORTH_CUTTING:
            first = frozenset(foreseen[: len(foreseen) // 2])
            return tuple(item for item in candidates if item in first), tuple(item for item in candidates if item not in first)
        due = taken >= self.patience() and (self.cuts < self.eager() or self.session.gate.idle > 0)
        if self.halves and (due or 0 < self.cuts < self.eager()):
            return self.halves(candidates, self.ordered and self.preference is not False)
        return (), ()

    def _show(self, taken: list[int], item: int, place: dict[int, int]) -> None:
        if taken and place[item] < place[taken[-1]]:
            # it stood before the one that was picked instead
            self.preference = True
        taken.append(item)
        self.taken.append(item)
        self.odd |= not self._expects(item)

    async def chunks(self, parts: Sequence[tuple[int, ...]]) -> list[int]:
        """The same for a server that stands only a few items at once."""
        whole: list[int] = []
        for part in parts:
            whole = await self.merge(whole, await self.run(part))
        return whole

    def _settle_beside(self, taken: Sequence[int], asked: Sequence[int]) -> None:
        if self._beside and len(taken) == 2 and self.settles and self.preference is None and not self._settling:
            self._settling = True
            self._beside.create_task(self.settle_preference(tuple(taken), asked))

    async def settle_preference(self, found: Sequence[int], asked: Sequence[int]) -> None:
        """One question where the picks did not show whose order counts: the same items the other way round."""
        if self.preference is not None or len(found) < 2:
            return
        inside = frozenset(found)
        turned = tuple(item for item in reversed(asked) if item in inside)
        item = await self._choice(turned, rides=True)
        if item is not None and self.preference is None:
            self.preference = item != turned[0]

    async def next(self, candidates: tuple[int, ...], below: tuple[int, ...] = ()) -> int | None:
        """What the server picks; `None` where it picks nothing, or where that stays unseen (then `silences` has one more)."""
        offered = tuple(item for item in (*candidates, *below) if item not in self._barred)
        if not offered:
            return None
        offer = self.offer(offered)
        reply = await self._ask(offer, self._picks(candidates, {item: index for index, item in enumerate(self.asked)}) if self.ask else ())
        if isinstance(reply, Refusal) and reply.alert == _UNKNOWN_USER and any(map(self.lone, offered)):
            if not self._barred:
                self.silences.append(Silence(Reason.UNSUPPORTED, "the server asks for a user's name (alert 115): suites with SRP were not told apart", "alert"))
            self._barred.update(filter(self.lone, offered))
            return await self.next(candidates, below)
        if isinstance(reply, Silence):
            self.silences.append(reply)
            return None
        if not isinstance(reply, ServerHello) or reply.version != offer.version:
            return None
        self.notice(reply)
        item = self.pick(reply)
        if item is None and reply.alert is not None:
            return None
        if item in self.asked and item not in offered and self.insisted is not None:
            self.insisted.add(item)
            return None
        if item is None or item not in offered:
            self.silences.append(Silence(Reason.UNPARSABLE, "the answer does not show what was chosen, or shows what was not offered", "garbage"))
            return None
        return item

    def _picks(self, candidates: Sequence[int], place: dict[int, int]) -> tuple[int, ...]:
        """What the server will probably pick: the best of those expected, or the next one in line, or either while it is open whose order counts."""
        expected = [item for item in candidates if self._expects(item) and item not in self._barred]
        if not expected or not self.taken:
            return ()
        # a server that follows its client has come past all before its last pick
        following = [item for item in expected if place[item] > place[self.taken[-1]]] or expected
        if self.preference is not None:
            return (expected[-1] if self.preference else following[0],)
        return (expected[-1],) if place[expected[-1]] < place[self.taken[0]] else (following[0], expected[-1])

    async def _ask(self, offer: Offer, picks: Sequence[int]) -> Reply | Silence:
        return await (self.ask(offer, picks) if self.ask and picks else self.session.ask(offer, self.urgent))

    async def _choice(self, pair: tuple[int, ...], *, rides: bool = False) -> int | None:
        """What the server picks out of items that it is known to accept; `None` without an answer."""
        reply = await self._ask(self.offer(pair), pair if rides else ())
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

    async def merge(self, upper: list[int], lower: list[int]) -> list[int]:
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
        return [*upper[:low], lower[0], *await self.merge(upper[low:], lower[1:])]
