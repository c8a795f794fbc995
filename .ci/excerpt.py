"""Puts the beginning of the demo's own report into the README, so that the excerpt is what a reader gets to see."""

from __future__ import annotations

import sys
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- excerpt: begin -->\n", "<!-- excerpt: end -->"
LINES = 34


def main(report: Path) -> None:
    """`report` is demo/report.txt."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    lines = [line.rstrip() for line in report.read_text(encoding="utf-8").splitlines()[:LINES]]
    excerpt = "What `make demo` prints begins so (its promises are Dutch; report.html answers in Dutch, too):\n\n```text\n" + "\n".join(lines).rstrip() + "\n…\n```\n"
    README.write_text(before + BEGIN + excerpt + END + after, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo/report.txt"))
