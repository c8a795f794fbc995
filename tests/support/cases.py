"""Many small cases in one test: each is tried whatever the others come to, and all that fail are told, each by its name.

An item of pytest costs five milliseconds, with its set-up and its way between processes; a path of a declaration is checked in a tenth of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import pytest

T = TypeVar("T")
Case = Callable[[object], AbstractContextManager[None]]
"""`with case(name):` — what goes wrong inside is kept until the end."""


@contextmanager
def cases() -> Iterator[Case]:
    """`with cases() as case:`; fails at its end when any of them failed, or when there was none."""
    failed: list[str] = []
    tried = 0

    @contextmanager
    def case(name: object) -> Iterator[None]:
        nonlocal tried
        tried += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            failed.append(f"{name}: {kind}{error}")

    yield case
    assert tried, "there was no case at all"
    if failed:
        raise AssertionError("\n".join((f"{len(failed)} of {tried} failed:", *failed)))


def grouped(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Rows by what they are about, in the order in which it first comes up."""
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def service(kind: str) -> str:
    """What a type belongs to: `AWS::S3` of AWS::S3::Bucket, `Microsoft.Sql` of Microsoft.Sql/servers."""
    return "::".join(kind.split("::")[:2]) if "::" in kind else kind.split("/", 1)[0]


__all__ = ["Case", "cases", "grouped", "service"]
