"""What is made when it is first asked for, and the patterns that are."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.model import later

SCANNER = Path(later.__file__).resolve().parent.parent
MODULES = sorted(f"scanner.{path.parent.name}.{path.stem}" for path in SCANNER.glob("*/*.py") if "import pattern" in path.read_text(encoding="utf-8"))


def patterns(held: object) -> Iterator[later._Pattern]:
    """Those that stand in a module's table, however deep."""
    if isinstance(held, later._Pattern):
        yield held
    elif isinstance(held, (dict, list, tuple)):
        for inner in held.values() if isinstance(held, dict) else held:
            yield from patterns(inner)


@pytest.mark.parametrize("module", MODULES)
def test_every_pattern_is_one(module: str) -> None:
    """A mistake in a pattern would be found at the first match only."""
    found = [one for held in vars(importlib.import_module(module)).values() for one in patterns(held)]
    assert found
    for one in found:
        assert one.pattern == one._given[0]
        assert (one.match("\0") is None) is (re.compile(*one._given).match("\0") is None)


def test_a_pattern_is_compiled_at_the_first_match() -> None:
    made = later.pattern("(?P<word>[a-z]+)", re.IGNORECASE)
    assert "match" not in vars(made)
    assert made.sub("x", "AB cd") == "x x"
    assert "match" in vars(made)
    with pytest.raises(re.error):
        later.pattern("(").match("")


def test_a_text_is_made_once() -> None:
    made: list[str] = []

    def make(word: str) -> str:
        made.append(word)
        return word * 2

    text = later.Later(make, ("a",))
    assert (text.text, text.text, made) == ("aa", "aa", ["a"])
    assert text == later.Later(make, ("a",))
