"""What the replay answers with: a status, headers and a body; errors in the shape of Resource Manager."""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any

from scanner.model.record import dataclass

Body = dict[str, Any]
"""A JSON object as the estate holds it."""


def encode(value: object) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer, ready to go out."""

    status: int
    headers: dict[str, str]
    body: bytes
    delay: float = 0.0
    """Seconds to wait before it is sent."""
    mode: str = ""
    """`reset`, `hang` or `truncate`: how the connection misbehaves."""


@dataclass
class Reply(Exception):
    """Raised to answer with something else than what was asked for."""

    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    mode: str = ""
    delay: float = 0.0


def error(status: int, code: str, message: str, headers: dict[str, str] | None = None, **extra: object) -> Reply:
    """An error of Resource Manager."""
    return Reply(status, {"error": {"code": code, "message": message, **extra}}, headers or {})
