"""How Terraform's Azure provider (azurerm) calls what the declarations read: attributes, satellites, and defaults of its own."""

from __future__ import annotations

from collections.abc import Mapping

from providers.azure.terraform import data, machines, plain
from scanner.sdk import Tf

_ALL: Mapping[str, tuple[Tf, ...]] = {**data.SHAPES, **machines.SHAPES, **plain.SHAPES}


def shapes(type: str) -> tuple[Tf, ...]:
    """What azurerm calls one of our types, by ARM name; none for a type that it is not known to have."""
    return _ALL.get(type, ())


__all__ = ["shapes"]
