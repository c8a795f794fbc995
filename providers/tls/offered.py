"""Targets that a cloud declared instead of the user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from providers.tls.targets import Target
from scanner.sdk import Options


def declared(targets: Iterable[Target], options: Options) -> Iterator[Target]:
    """As they are, where the user named them. Where a cloud did: a public name of it may lead into a private network,
    which is not asked, and where a name only stands in a zone (`tls.perhaps`) nobody need be there."""
    if not options.settings.get("tls.declared"):
        yield from targets
        return
    perhaps = json.loads(options.settings.get("tls.perhaps") or "{}")
    for target in targets:
        yield replace(target, public=True, swept=str(perhaps.get(target.id, "")))
