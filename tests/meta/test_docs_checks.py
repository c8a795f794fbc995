"""The pages about checks are what the checks say today."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli import check_docs
from scanner.judge.registry import bad, good
from scanner.plugins import load_checks
from scanner.report.check_docs import index, page

FOLDER = Path(__file__).parents[2] / "docs" / "checks"
CURRENT = check_docs.current()


def test_there_is_a_page_for_each_check_and_no_other() -> None:
    assert {p.name for p in FOLDER.glob("*.md")} == set(CURRENT), "run: python -m scanner.cli.check_docs docs/checks"
    assert set(CURRENT) == {"README.md", *(f"{name}.md" for name in load_checks())}


@pytest.mark.parametrize("name", sorted(CURRENT))
def test_a_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == CURRENT[name], "run: python -m scanner.cli.check_docs docs/checks"


def test_a_page_says_everything_about_its_check() -> None:
    check = load_checks()["residency"]
    text = page(check, (good(1, name="a | b\nc", countries=["DE"]), bad(2)))
    for said in (check.title, "## Why", "## Remedy", "`countries`", "countries = DE", "GDPR Art. 44-49", "high", "a \\| b c"):
        assert said in text


def test_the_index_links_every_check() -> None:
    for name in load_checks():
        assert f"[{name}]({name}.md)" in index(load_checks())


def test_writing_makes_the_folder_and_takes_old_pages_away(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "checks"
    folder.mkdir(parents=True)
    (folder / "gone.md").write_text("old", encoding="utf-8")
    check_docs.write(folder)
    assert {p.name for p in folder.iterdir()} == set(CURRENT)
