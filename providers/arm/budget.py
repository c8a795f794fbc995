"""Work and memory that reading one template may take: a small file cannot ask for a large one."""

from __future__ import annotations

from typing import Any

LEAST, GROWTH = 300_000, 30
"""Steps that every template may take, and further ones for each of its values; loops repeat what they hold."""
_CHARACTERS = 32
"""Characters of a text that count as one step."""


class TooMuch(Exception):
    """The template grows beyond what any template is."""


class Budget:
    """Counts steps. Shared by a template and all that it deploys."""

    def __init__(self, values: int) -> None:
        self.left = self.all = LEAST + GROWTH * values

    def spend(self, steps: int = 1) -> None:
        """Raises TooMuch when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuch(f"grows to more than {self.all} values by its loops, expressions or nested deployments")

    def made(self, value: Any) -> Any:
        """Count all that a value holds, and give it on. What is held twice counts twice: `[x, x]` in `[y, y]` doubles."""
        todo = [value]
        while todo:
            one = todo.pop()
            if isinstance(one, str):
                self.spend(1 + len(one) // _CHARACTERS)
            elif isinstance(one, list):
                self.spend(1 + len(one))
                todo.extend(part for part in one if isinstance(part, (str, list, dict)))
            elif isinstance(one, dict):
                self.spend(1 + len(one))
                todo.extend(part for part in one.values() if isinstance(part, (str, list, dict)))
        return value
