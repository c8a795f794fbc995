"""How Terraform's AWS provider calls what the declarations read: attributes, satellites, and defaults of its own."""

from __future__ import annotations

from collections.abc import Mapping

from providers.aws.terraform import compute, databases, network, security, storage, streams
from scanner.sdk import Tf

_ALL: Mapping[str, tuple[Tf, ...]] = {**compute.SHAPES, **databases.SHAPES, **network.SHAPES, **security.SHAPES, **storage.SHAPES, **streams.SHAPES}


def shapes(type: str) -> tuple[Tf, ...]:
    """What Terraform calls one of our types, by CloudFormation name."""
    return _ALL[type]


__all__ = ["shapes"]
