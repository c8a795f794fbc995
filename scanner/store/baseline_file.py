"""A baseline is a JSON report of an earlier scan: `houvast scan … -o baseline.json` makes one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scanner.errors import InvalidFile
from scanner.model.baseline import Baseline

_REMEDY = "give a JSON report of Houvast: houvast scan … -o baseline.json"
_SCHEMA = "houvast/assessment/1"
_LARGEST = 512 * 1024 * 1024
"""Bytes; a report of a million verdicts."""


def load_baseline(path: Path) -> Baseline:
    """Read one. Raises InvalidFile."""
    name = str(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidFile(name, f"is larger than {_LARGEST // 1024 // 1024} MiB", _REMEDY)
        plain = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidFile(name, f"cannot be read: {error.strerror}", _REMEDY) from error
    except json.JSONDecodeError as error:
        raise InvalidFile(name, f"is no JSON: {error.msg}", _REMEDY, error.lineno) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InvalidFile(name, "is no JSON text", _REMEDY) from error
    if not isinstance(plain, dict) or plain.get("schema") != _SCHEMA:
        raise InvalidFile(name, "is no report that Houvast wrote as JSON", _REMEDY)
    try:
        return _baseline(name, plain)
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidFile(name, f"lacks a part that every report has ({error})", "write it anew: it was cut or changed") from error


def _baseline(name: str, plain: dict[str, Any]) -> Baseline:
    def prints(status: str) -> frozenset[str]:
        return frozenset(str(verdict["fingerprint"]) for verdict in plain["verdicts"] if verdict["status"] == status and not verdict.get("waiver"))

    keys = ("provider", "account", "region", "service", "operation", "subject", "reason")
    return Baseline(
        name,
        str(plain["judged_at"]),
        prints("fail"),
        prints("unknown"),
        {str(settled["promise"]): str(settled["status"]) for settled in plain["settlements"]},
        gaps=frozenset(tuple(str(gap.get(key) or "") for key in keys) for gap in plain["coverage"]["gaps"]),  # type: ignore[misc]  # seven keys, seven texts
        missing={str(settled["promise"]): frozenset(map(str, settled["missing"])) for settled in plain["settlements"]},
    )
