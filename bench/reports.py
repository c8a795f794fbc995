"""Writing 50,000 verdicts in every format, and opening the page in a real browser.

    .venv/bin/python bench/reports.py [VERDICTS]

Prints seconds, megabytes and the peak of memory; the browser's line needs chromium and chromedriver.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner.report import formats
from scanner.report.formats import Format
from tests.support.browser import browser, missing
from tests.support.reports import Case, case

_PER_RESOURCE = 5.4
"""Verdicts a resource of the made-up estate gets, about."""


def main(verdicts: int = 50_000) -> None:
    """Every format, then the page."""
    start = time.perf_counter()
    made = case(int(verdicts / _PER_RESOURCE))
    print(f"{len(made.assessment.verdicts)} verdicts about {len(made.resources)} resources, judged in {time.perf_counter() - start:.1f} s\n")
    print("format       seconds      MB  peak MB")
    for kind in Format:
        print(f"{kind:<11} {_seconds(kind, made):8.2f} {_written(kind, made) / 1e6:7.1f} {_peak(kind, made):8.1f}")
    if reason := missing():
        print(f"\npage in a browser: {reason}")
        return
    with tempfile.TemporaryDirectory() as folder:
        _open(made, Path(folder))


def _text(kind: Format, made: Case) -> str:
    return formats.render(kind, made.assessment, made.checks, lambda: made.resources, "nl")


def _written(kind: Format, made: Case) -> int:
    """Bytes, of which no more is kept than the command does."""
    return sum(len(piece.encode()) for piece in formats.pieces(kind, made.assessment, made.checks, lambda: made.resources, "nl"))


def _seconds(kind: Format, made: Case) -> float:
    """Of CPU time."""
    start = time.process_time()
    _written(kind, made)
    return time.process_time() - start


def _peak(kind: Format, made: Case) -> float:
    tracemalloc.start()
    _written(kind, made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


_LOADED = """const entry = performance.getEntriesByType('navigation')[0];
const paint = performance.getEntriesByName('first-contentful-paint')[0];
return [entry.domInteractive, entry.loadEventEnd, paint ? paint.startTime : 0, performance.memory ? performance.memory.usedJSHeapSize : 0]"""
_SEARCH = """const start = performance.now(); const q = document.getElementById('q'); q.value = arguments[0];
document.querySelectorAll('[name=status]').forEach(box => box.checked = true);
document.querySelector('form.filter').dispatchEvent(new Event('submit', {cancelable: true}));
document.body.offsetHeight;
return [performance.now() - start, document.getElementById('count').textContent]"""


def _open(made: Case, folder: Path) -> None:
    file = folder / "report.html"
    file.write_text(_text(Format.HTML, made), encoding="utf-8")
    with browser(folder / "browser") as page:
        page.look()
        for turn in ("first", "again"):
            page.open(file)
            ready, loaded, paint, heap = page.run(_LOADED)
            print(
                f"\npage, opened {turn}: readable after {paint / 1000:.2f} s, ready after {loaded / 1000:.2f} s (parsed {ready / 1000:.2f} s), {heap / 1e6:.0f} MB of script memory"
            )
        for words in ("vol", "db-00", "us-east-1", "nothing like this"):
            took, said = page.run(_SEARCH, words)
            print(f"search {words!r}: {took / 1000:.3f} s, {said}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
