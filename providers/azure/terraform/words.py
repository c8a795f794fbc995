"""Rows that many resources of azurerm share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.sdk import Json, Tf, attr, made, tf

SWITCH = {True: "Enabled", False: "Disabled"}
#: azurerm, documentation of each resource: public_network_access_enabled defaults to true
PUBLIC = attr("public_network_access_enabled", absent="Enabled", words=SWITCH, cite="azurerm documentation: defaults to true")


def here(name: str, rows: Mapping[str, Any], **more: Any) -> Tf:
    """A resource with a location of its own, known to others by its name."""
    return tf(name, {"location": "location", **rows}, **{"known_by": ("name",), **more})


def present(word: Json, *blocks: str) -> Any:
    """The word, where one of the blocks (or attributes) is there."""
    return made(lambda *found: word if any(found) else None, *blocks)


__all__ = ["PUBLIC", "SWITCH", "here", "present"]
