"""`houvast notify`: send the warnings that wait, or show what would be sent."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.choosing import chosen_config
from scanner.cli.collecting import now
from scanner.cli.recording import own_history
from scanner.errors import Exit, UsageError
from scanner.report.text import plural, safe
from scanner.store.config import Config

if TYPE_CHECKING:
    from scanner.store.history import History


def run(arguments: argparse.Namespace) -> int:
    """0 when every channel took what was due, 1 when one did not (its warnings wait), 2 for a file that cannot be used."""
    config = chosen_config(arguments.config)
    if config.notify is None:
        raise UsageError("no channel is configured", "write [[notify.channel]] in houvast.toml; docs/notify.md shows how")
    if arguments.test:
        return _test(config)
    from scanner.store.history import History

    path = Path(arguments.history) if arguments.history else Path(config.history) if config.history else own_history()
    with History(path, create=False) as history:
        return _show(history, config, now()) if arguments.dry_run else deliver(history, config, now())


def deliver(history: History, config: Config, moment: datetime) -> int:
    """Send what is due; each channel that fails is named, and keeps its warnings."""
    from scanner.notify.post import post
    from scanner.store.outbox import Outbox

    if config.notify is None:
        raise UsageError("no channel is configured", "write [[notify.channel]] in houvast.toml; docs/notify.md shows how")
    failed = False
    for posted in post(Outbox(history), config.notify, moment):
        if posted.error:
            failed = True
            print(f"houvast: {safe(posted.error)}: {plural(posted.events, 'event')} wait and will be tried again\n  → {safe(posted.advice)}", file=sys.stderr)
        elif posted.events:
            print(f"houvast: {posted.channel} was told of {plural(posted.events, 'event')}", file=sys.stderr)
    return int(Exit.TOOL_ERROR if failed else Exit.OK)


def _show(history: History, config: Config, moment: datetime) -> int:
    """What would be sent now, and what waits for later; nothing is sent and nothing is marked."""
    from scanner.notify.message import compose
    from scanner.notify.post import preview
    from scanner.store.entry import stamp
    from scanner.store.outbox import Outbox

    assert config.notify is not None
    for channel, waiting in preview(Outbox(history), config.notify, moment).items():
        due = [w for w in waiting if w.due_at <= stamp(moment)]
        later = [w for w in waiting if w.due_at > stamp(moment)]
        print(f"{channel}: {plural(len(due), 'event')} due, {len(later)} later")
        if due:
            message = compose([w.event for w in due])
            print(f"  {message.title}\n" + "".join(f"    {line}\n" for line in message.body.splitlines()), end="")
        for w in later:
            print(f"  from {w.due_at}: {safe(w.event.title)}" + (f" (tried {w.tries}: {safe(w.error)})" if w.tries else ""))
    return int(Exit.OK)


def _test(config: Config) -> int:
    """A message to every channel that says it is a test."""
    from scanner.errors import HouvastError
    from scanner.notify.channels import send
    from scanner.notify.message import Message

    assert config.notify is not None
    failed = False
    for channel in config.notify.channels:
        try:
            send(channel, Message("Houvast: a test", "This is a test of the channel " + channel.name + ". Nothing is wrong.", "info"))
            print(f"{channel.name}: took the test message")
        except HouvastError as error:
            failed = True
            print(f"houvast: {safe(error.message)}\n  → {safe(error.advice)}", file=sys.stderr)
    return int(Exit.TOOL_ERROR if failed else Exit.OK)
