"""What is made when it is first asked for: most of it never is, and programs that start often pay for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from scanner.model.record import dataclass


class _Pattern:
    """Stands for a pattern until somebody matches with it."""

    def __init__(self, text: str, flags: int) -> None:
        self._given = (text, flags)

    def __getattr__(self, name: str) -> Any:
        """Called once: from then on the methods of the pattern stand in the instance."""
        made = re.compile(*self._given)
        self.__dict__.update({own: getattr(made, own) for own in ("findall", "finditer", "flags", "fullmatch", "match", "pattern", "search", "split", "sub")})
        return getattr(made, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, at the first match. A text that is no pattern is found only then: for constants that a test uses."""
    return cast("re.Pattern[str]", _Pattern(text, flags))


@dataclass(frozen=True)
class Later:
    """A text that takes work: `Later(function, arguments)`."""

    make: Callable[..., str]
    given: tuple[Any, ...] = ()

    @cached_property
    def text(self) -> str:
        return self.make(*self.given)


__all__ = ["Later", "pattern"]
