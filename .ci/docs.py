"""Writes what is generated: docs/checks, docs/coverage.md. `make docs` runs it; a test says when it has to."""

from __future__ import annotations

from pathlib import Path

from scanner import plugins
from scanner.cli import check_docs
from scanner.report import coverage_page

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    """Write the pages that differ."""
    check_docs.write(DOCS / "checks")
    (DOCS / "coverage.md").write_text(coverage_page.page(plugins.load_types()), encoding="utf-8")


if __name__ == "__main__":
    main()
