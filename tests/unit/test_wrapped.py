"""Prose on a console: what is longer than any name keeps its ends."""

from __future__ import annotations

from scanner.report.text import wrapped


def test_a_name_of_ten_thousand_letters_leaves_room_for_what_is_said_of_it() -> None:
    shown = wrapped(f"{'a' * 5000}{'z' * 5000} stores data unencrypted", 100, "   ")
    assert max(map(len, shown.splitlines())) < 500
    assert "a…" in shown
    assert shown.split()[0].endswith("z")
    assert shown.endswith("stores data unencrypted")


def test_long_prose_of_ordinary_words_is_left_as_it_is() -> None:
    prose = "words " * 200
    assert wrapped(prose, 100, "").split() == prose.split()
