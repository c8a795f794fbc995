"""Many small cases in one test: each is tried whatever the others come to, and all that fail are told, each by its name.

An item of pytest costs five milliseconds, with its set-up and its way between processes; a path of a declaration is checked in a tenth of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from inspect import signature
from typing import Any, TypeVar

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


def each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As pytest.mark.parametrize, in one item. What the test asks for besides is made once for all rows: no fixture that a row changes."""
    keys = (names,) if isinstance(names, str) else names

    def fold(test: Callable[..., None]) -> Callable[..., None]:
        def folded(**fixtures: Any) -> None:
            with cases() as case:
                for row in rows:
                    values = (row,) if isinstance(names, str) else tuple(row)
                    with case(" ".join(value if isinstance(value, str) else getattr(value, "__name__", repr(value)) for value in values)[:160]):
                        test(**fixtures, **dict(zip(keys, values, strict=True)))

        whole = signature(test)
        folded.__name__, folded.__doc__, folded.__module__ = test.__name__, test.__doc__, test.__module__
        folded.__signature__ = whole.replace(parameters=[one for name, one in whole.parameters.items() if name not in keys])  # type: ignore[attr-defined]
        return folded

    return fold


def at_once(jobs: Mapping[str, Callable[[], None]]) -> None:
    """Cases that mostly wait, each in a thread of its own; all that fail are told."""
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool, cases() as case:
        for name, running in [(name, pool.submit(job)) for name, job in jobs.items()]:
            with case(name):
                running.result()


def grouped(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Rows by what they are about, in the order in which it first comes up."""
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def service(kind: str) -> str:
    """What a type belongs to: `AWS::S3` of AWS::S3::Bucket, `Microsoft.Sql` of Microsoft.Sql/servers."""
    return "::".join(kind.split("::")[:2]) if "::" in kind else kind.split("/", 1)[0]


__all__ = ["Case", "at_once", "cases", "each", "grouped", "service"]
