"""Bring the warnings of a history to their channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.errors import HouvastError
from scanner.notify.channels import send
from scanner.notify.message import Message, compose
from scanner.notify.timing import after_quiet, again_at, due_at
from scanner.store.entry import Event, stamp
from scanner.store.outbox import Outbox, Waiting
from scanner.store.settings import LEVELS, Channel, NotifySettings

Send = Callable[[Channel, Message, Mapping[str, str] | None], None]


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of one channel's turn."""

    channel: str
    events: int
    """Events in the message; 0: nothing was due."""
    error: str = ""
    advice: str = ""
    message: Message | None = None


def wanted(channel: Channel, event: Event) -> bool:
    """Whether a channel is told of an event."""
    return event.kind in channel.events and LEVELS.index(event.severity) <= LEVELS.index(channel.severity)


def queue(outbox: Outbox, settings: NotifySettings, now: datetime) -> None:
    """Make deliveries of new events. Channels are registered before a scan is recorded, so that its events are theirs."""
    outbox.register(channel.name for channel in settings.channels)
    for channel in settings.channels:
        outbox.queue(channel.name, lambda event, channel=channel: due_at(event.severity, settings, now) if wanted(channel, event) else None)  # type: ignore[misc]


def post(outbox: Outbox, settings: NotifySettings, now: datetime, environment: Mapping[str, str] | None = None) -> tuple[Posted, ...]:
    """Send what is due, one message a channel. A channel that fails keeps its warnings, with a longer pause each time."""
    queue(outbox, settings, now)
    return tuple(_turn(outbox, channel, settings, now, environment) for channel in settings.channels)


def preview(outbox: Outbox, settings: NotifySettings, now: datetime) -> dict[str, tuple[Waiting, ...]]:
    """What each channel has waiting, those included that have no delivery yet; nothing is written."""
    waiting = outbox.waiting()
    return {
        channel.name: (
            *(w for w in waiting if w.channel == channel.name),
            *(
                Waiting(channel.name, number, event, at, stamp(due_at(event.severity, settings, now)), 0)
                for number, event, at in outbox.unqueued(channel.name)
                if wanted(channel, event)
            ),
        )
        for channel in settings.channels
    }


def _turn(outbox: Outbox, channel: Channel, settings: NotifySettings, now: datetime, environment: Mapping[str, str] | None) -> Posted:
    batch = outbox.claim(channel.name, now)
    if not batch:
        return Posted(channel.name, 0)
    message = compose([waiting.event for waiting in batch])
    numbers = [waiting.number for waiting in batch]
    try:
        send(channel, message, environment)
    except HouvastError as error:
        again = after_quiet(settings, again_at(max(w.tries for w in batch) + 1, now))
        outbox.failed(channel.name, numbers, error.message, again)
        return Posted(channel.name, len(batch), error.message, error.advice, message)
    outbox.sent(channel.name, numbers, now, message.title)
    return Posted(channel.name, len(batch), message=message)
