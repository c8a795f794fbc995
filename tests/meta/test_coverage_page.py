"""docs/coverage.md says what the declarations say."""

from __future__ import annotations

from pathlib import Path

from scanner import plugins
from scanner.report.coverage import matrix
from scanner.report.coverage_page import page

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(plugins.load_types()), "run `make docs`"


def test_every_type_says_something_in_every_dialect_it_has() -> None:
    decls = plugins.load_types()
    said = {(row["type"], row["dialect"]) for row in matrix(decls)}
    assert said == {(name, dialect.value) for name, decl in decls.items() for dialect in decl.dialects() if decl.facts}
