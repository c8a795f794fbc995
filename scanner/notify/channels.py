"""Send a message through Apprise. The address of a channel is a secret: it is looked up when needed and never shown."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scanner.errors import HouvastError, MissingExtra
from scanner.notify.message import Message
from scanner.store.settings import Channel

_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class ChannelError(HouvastError):
    """A channel that cannot be used, or did not take a message. Its text holds no secret."""


def address(channel: Channel, environment: Mapping[str, str] | None = None) -> str:
    """The Apprise URL with its secrets. A variable that is the whole URL is taken as it is; as a part of one it is quoted.
    Raises ChannelError naming the variable or file that is missing."""
    env = os.environ if environment is None else environment
    if channel.url_file:
        try:
            return Path(channel.url_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ChannelError(f"channel {channel.name}: the file {channel.url_file} cannot be read", "mount the secret, or correct url_file") from error
    missing = [name for name in _SECRET.findall(channel.url) if not env.get(name)]
    if missing:
        raise ChannelError(f"channel {channel.name}: the environment variable {missing[0]} is not set", "set it where Houvast is started")
    whole = _SECRET.fullmatch(channel.url)
    return env[whole[1]] if whole else _SECRET.sub(lambda found: quote(env[found[1]], safe=""), channel.url)


def send(channel: Channel, message: Message, environment: Mapping[str, str] | None = None) -> None:
    """Give a message to a channel. Raises ChannelError when it does not say yes; then nobody may take it as sent."""
    apprise = _apprise()
    url = address(channel, environment)
    post = apprise.Apprise()
    with _silent():
        usable = post.add(url)
        if not usable:
            raise ChannelError(f"channel {channel.name}: its address is none that Apprise knows", "https://github.com/caronc/apprise/wiki lists the forms")
        try:
            taken = post.notify(title=message.title, body=message.body, notify_type=message.level, body_format="text", interpret_escapes=False)
        except Exception as error:  # the edge of foreign code: whatever goes wrong, the message is not sent
            raise ChannelError(f"channel {channel.name}: {type(error).__name__}", "the warning waits in the outbox and is sent again") from None
    if not taken:
        raise ChannelError(f"channel {channel.name}: it did not take the message, or could not be reached", "the warning waits in the outbox and is sent again")


@contextmanager
def _silent() -> Iterator[None]:
    """Apprise writes addresses into its log; nobody may read them there."""
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def require_extra() -> None:
    """Raises MissingExtra where Apprise is not installed."""
    _apprise()


def _apprise() -> Any:
    try:
        import apprise
    except ImportError as error:
        raise MissingExtra("warnings need the package apprise", "pip install 'houvast[notify]'") from error
    return apprise
